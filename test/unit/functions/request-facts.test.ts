// What a request says beside its person and its law: who asks, for whom, what it belongs to, and who else is told.
import { describe, expect, it } from '@jest/globals';
import { requireAsLogged } from '#core/as-logged.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { notifyParties } from '#functions/notify-parties.ts';
import { outcome } from '#test/contract/contract.ts';
import { walkedToApproval, walkToEnd } from '#test/support/hand-walked.ts';
import { file, ticketHarness } from '#bench/house/ticket-harness.ts';

const AGENT = { mandate: 'guardian', seenAt: '2026-03-01T09:00:00.000Z' } as const;

describe('what a request says', () => {
  it('is in the ticket and in its first event, and outlives nothing that it should not', async () => {
    const harness = await ticketHarness();
    const facts = { agent: AGENT, minor: true, recipients: ['processor.acme'] } as const;
    const id = await file(harness, { ...facts, recipients: [...facts.recipients] });
    const { ticket } = await harness.ports.tickets.get(id);
    expect(ticket).toMatchObject(facts);
    const [first] = await harness.ports.tickets.events(id);
    expect(JSON.parse(first!.body)).toMatchObject({ event: facts });
    expect(await outcome(requireAsLogged(ticket, harness.ports))).toBe('fulfilled');
    expect(await outcome(requireAsLogged({ ...ticket, recipients: [] }, harness.ports))).toBe('TICKET_NOT_AS_LOGGED');
  });

  it.each<[string, Parameters<typeof file>[1], string]>([
    ['a ticket that is not there', { linked: ['T-0000009999'] }, 'TICKET_NOT_FOUND'],
    ['a mandate that is yet to be seen', { agent: { ...AGENT, seenAt: '2031-01-01T00:00:00.000Z' } }, 'INVALID_INPUT'],
    ['a recipient twice', { recipients: ['processor.acme', 'processor.acme'] }, 'INVALID_INPUT'],
  ])('is refused with %s, and nothing is stored', async (_what, request, code) => {
    const harness = await ticketHarness();
    expect(await outcome(file(harness, request))).toBe(code);
    expect(await harness.ports.tickets.list()).toEqual([]);
  });

  it('links tickets that are there', async () => {
    const harness = await ticketHarness();
    const first = await file(harness);
    const end = { ticketId: first, outcome: 'withdrawn', reason: 'by-subject', by: 'filer.finn' };
    await harness.call(closeTicket, end);
    const second = await file(harness, { linked: [first] }, 'r-2');
    expect((await harness.ports.tickets.get(second)).ticket.linked).toEqual([first]);
  });
});

describe('recipients', () => {
  it('are told when what they were given is unlearned, each once', async () => {
    const recipients = ['processor.acme', 'processor.bolt'];
    const { harness } = await walkToEnd(await walkedToApproval({}, { recipients }));
    const told = harness.notices.filter(({ template }) => template === 'recipient');
    expect(told.map(({ to }) => to)).toEqual(recipients);
    expect(told.map(({ references }) => Object.keys(references))).toEqual([['ticketId'], ['ticketId']]);
  });

  it('hear of a refusal nothing', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { recipients: ['processor.acme'] });
    const end = { ticketId, outcome: 'refused', reason: 'art-17-3-e' };
    for (const by of ['legal.lou', 'approver.aino']) await harness.call(closeTicket, { ...end, by });
    await harness.call(notifyParties, { ticketId });
    expect(harness.notices.map(({ to }) => to)).not.toContain('processor.acme');
  });
});
