// The stack tier waits for a ticket: the wait ends by itself where the ticket rests elsewhere or nothing works on it.
import { expect, it } from '@jest/globals';
import { STATUSES } from '#core/statuses.ts';
import type { Status } from '#core/ticket.ts';
import { ticketAt } from '#test/cloud/stack/waiting.ts';

const GATES = [
  { name: 'forgotten answers exact', verdict: 'pass', detail: '0 of 3' },
  { name: 'forgotten values under a forced prefix', verdict: 'not_available', detail: 'no reference' },
  { name: 'value AUC', verdict: 'fail', detail: '0.9 of 3 records' },
];
const shown = (status: Status) => ({
  item: { status, label: STATUSES[status].label },
  evidence: null,
  report: { gate: { policyVersion: '2', gates: GATES } },
});
const waited = (ticket: unknown, executions: string[], status: Status = 'AWAITING_APPROVAL') =>
  ticketAt(status, { ticket: async () => ticket, executions: async () => executions }).catch(
    (error: unknown) => (error as Error).message,
  );

it('returns the ticket in the status that was waited for, whatever its executions do', async () => {
  for (const executions of [['RUNNING'], ['SUCCEEDED'], []])
    expect(await waited(shown('AWAITING_APPROVAL'), executions)).toMatchObject(shown('AWAITING_APPROVAL'));
});

it('ends where the ticket rests elsewhere, with the checks that it did not pass', async () => {
  expect(await waited(shown('REMEDIATION'), ['RUNNING'])).toBe(
    [
      'AWAITING_APPROVAL was waited for, and the ticket is REMEDIATION (needs a person), judged by policy 2; its executions: RUNNING',
      '  forgotten values under a forced prefix: not_available (no reference)',
      '  value AUC: fail (0.9 of 3 records)',
    ].join('\n'),
  );
  for (const status of ['IDENTITY_PENDING', 'ON_HOLD', 'REFUSED', 'PURGED'] as const)
    expect([status, await waited(shown(status), ['RUNNING'])]).toEqual([status, expect.stringContaining(status)]);
});

it('ends where nothing works on the ticket any more, and says how its executions ended', async () => {
  expect(await waited(shown('UNLEARNING'), ['SUCCEEDED', 'FAILED'])).toContain('its executions: SUCCEEDED, FAILED');
});

it('goes on while a step is at work, and where there was no answer', async () => {
  const answers = [undefined, shown('UNLEARNING'), shown('AWAITING_APPROVAL')];
  const looks = { ticket: async () => answers.shift(), executions: async () => ['RUNNING'] };
  expect(await ticketAt('AWAITING_APPROVAL', looks)).toMatchObject({ item: { status: 'AWAITING_APPROVAL' } });
});
