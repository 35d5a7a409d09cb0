// An appeal against the refusal of a part: the rest of the request goes on, another person decides, and what was
// refused comes back to the others, or is a case of its own where these were admitted before. Nothing is destroyed
// meanwhile.
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { assembleBundle } from '#core/bundle.ts';
import { requireAsLogged } from '#core/as-logged.ts';
import { verifyBundle } from '#core/verify.ts';
import { decideAppeal, recordAppeal } from '#functions/appeal.ts';
import { partAppealDue } from '#core/ticket-clock.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { placeHold, releaseHold } from '#functions/holds.ts';
import { pauseClock, resumeClock } from '#functions/pause-clock.ts';
import { sendReminders } from '#functions/send-reminders.ts';
import { partlyRefuse } from '#functions/partly-refuse.ts';
import { findStep } from '#functions/steps.ts';
import { outcome } from '#test/contract/contract.ts';
import { appOf, as } from '#test/support/api-callers.ts';
import { open } from '#test/support/pages.ts';
import { walkAttempts } from '#test/support/hand-walked.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { file, shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { APPROVER, FILER, RECORDS } from '#bench/house/requests.ts';

const Codes = z.object({ value: z.record(z.string(), z.unknown()) });
const colorado = z
  .object({ grounds: Codes, refusals: Codes })
  .parse(JSON.parse(readFileSync(new URL('../../../core/regimes/colorado.json', import.meta.url), 'utf8')));
const [GROUND = ''] = Object.keys(colorado.grounds.value);
const [REASON = ''] = Object.keys(colorado.refusals.value);
const JUDGE = 'judge.jo';
const DAY = 86_400;

let harness: TicketHarness;
let ticketId: string;
const ticket = async () => (await harness.ports.tickets.get(ticketId)).ticket;
const step = (name: string) => harness.call(findStep(name), { ticketId });
const recordsNow = async () =>
  z
    .object({ records: z.array(z.unknown()) })
    .parse(JSON.parse(Buffer.from(await harness.ports.vault.get(ticketId, 'forget-set')).toString())).records;
const appeal = (fields: object = {}) => harness.call(recordAppeal, { ticketId, by: FILER, ...fields });
const decide = (decision: 'upheld' | 'granted', by = JUDGE) =>
  harness.call(decideAppeal, { ticketId, outcome: decision, by });

const filed = async (regime: 'colorado' | 'gdpr' = 'colorado') => {
  harness = await ticketHarness({ policy: shippedPolicy(), jobs: smallJobs() });
  const [ground, reason] = regime === 'gdpr' ? ['art-17-1-b', 'art-17-3-e'] : [GROUND, REASON];
  ticketId = await file(harness, { regime, ground });
  for (const by of [FILER, APPROVER]) await harness.call(partlyRefuse, { ticketId, records: [2], reason, by });
};
beforeEach(() => filed());

/** To the certificate and the notice; returns until when the case data is kept. */
const carriedOut = async (): Promise<string> => {
  for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output']) await step(name);
  await walkAttempts({ harness, ticketId });
  const judged = await ticket();
  if (judged.status !== 'AWAITING_APPROVAL') throw new Error(judged.status);
  const { evidence } = judged;
  const approval = { ticketId, approver: APPROVER, decision: 'approved', evidence };
  await harness.call(findStep('record-approval'), approval);
  for (const name of ['deploy-model', 'probe-served-model', 'issue-certificate']) await step(name);
  return z.object({ purgeAfter: z.string() }).parse(await step('notify-parties')).purgeAfter;
};

/** Days from now until which the case data is kept, as the workflow is told. */
const keptFor = async (): Promise<number> => {
  const { purgeAfter } = z.object({ purgeAfter: z.string() }).parse(await step('notify-parties'));
  return (Date.parse(purgeAfter) - harness.ports.clock.now().getTime()) / (DAY * 1000);
};

const failing = async () => {
  await harness.call(findStep('sequence-log'), {});
  const bundle = await assembleBundle(harness.ports, ticketId);
  return verifyBundle(bundle, { now: harness.ports.clock.now() }).checks.filter(({ state }) => state === 'fails');
};

describe('an appeal against the refusal of a part', () => {
  it('leaves the rest where it is, with its own date beside it', async () => {
    const before = await ticket();
    const { due } = z.object({ due: z.unknown() }).parse(await appeal());
    const after = await ticket();
    expect(after).toMatchObject({
      status: before.status,
      due: before.due,
      partlyRefused: { by: APPROVER, first: FILER },
    });
    expect(due).not.toEqual(before.due);
    expect(after.partlyRefused?.appeal?.outcome).toBeUndefined();
    await appeal(); // said twice, it is one
    expect((await harness.ports.tickets.events(ticketId)).filter(({ type }) => type === 'appealed')).toHaveLength(1);
  });

  it('is for a law that knows appeals, a part that was refused, and a time after the refusal', async () => {
    const { filedAt } = await ticket();
    harness.clock.advance(60);
    expect(await outcome(appeal({ on: new Date(Date.parse(filedAt) - 1000).toISOString() }))).toBe('INVALID_INPUT');
    await filed('gdpr');
    expect(await outcome(appeal())).toBe('TICKET_ILLEGAL_TRANSITION');
    const whole = await ticketHarness({ policy: shippedPolicy(), jobs: smallJobs() });
    const untouched = await file(whole, { regime: 'colorado', ground: GROUND });
    expect(await outcome(whole.call(recordAppeal, { ticketId: untouched, by: FILER }))).toBe(
      'TICKET_ILLEGAL_TRANSITION',
    );
  });

  it('is decided by neither of the two who refused, nor who filed', async () => {
    expect(await outcome(decide('granted'))).toBe('TICKET_ILLEGAL_TRANSITION'); // nobody appealed
    await appeal();
    for (const by of [FILER, APPROVER]) expect(await outcome(decide('granted', by))).toBe('SECOND_PERSON_REQUIRED');
  });

  it('granted, brings the records back in their places, and they go on with the others', async () => {
    await appeal();
    expect(await decide('granted')).toEqual({ outcome: 'granted' });
    expect(await recordsNow()).toEqual(RECORDS);
    const back = await ticket();
    expect([back.counts.records, back.partlyRefused]).toEqual([3, undefined]);
    await requireAsLogged(back, harness.ports);
    for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set']) await step(name);
    expect(await ticket()).toMatchObject({ status: 'ADMITTED', forgetSet: { records: 3 } });
    expect(await outcome(decide('granted'))).not.toBe('SECOND_PERSON_REQUIRED'); // the same call again changes nothing
    expect(await recordsNow()).toEqual(RECORDS);
  });

  it('that a crash interrupts stops admission, and the same call makes up for it', async () => {
    await appeal();
    const puts = harness.faults.writes.filter((write) => write.startsWith('vault.put#')).length;
    harness.faults.arm(`vault.put#${puts + 1}`, 'before');
    await outcome(decide('granted'));
    for (const name of ['verify-identity', 'triage-ticket']) await step(name);
    expect(await outcome(step('admit-forget-set'))).toBe('TICKET_CONFLICT');
    await decide('granted');
    await step('admit-forget-set');
    expect(await ticket()).toMatchObject({ forgetSet: { records: 3 } });
  });

  it('is decided once: another outcome is refused, and the same one changes nothing', async () => {
    await appeal();
    await decide('granted');
    const { length } = await harness.ports.tickets.events(ticketId);
    expect(await outcome(decide('upheld'))).toBe('TICKET_ILLEGAL_TRANSITION');
    expect(await decide('granted')).toEqual({ outcome: 'granted' });
    expect(await harness.ports.tickets.events(ticketId)).toHaveLength(length);
  });

  it('is still one against a part where the whole was refused meanwhile, and that granted', async () => {
    await appeal();
    for (const by of [FILER, APPROVER])
      await harness.call(closeTicket, { ticketId, outcome: 'refused', reason: REASON, by });
    await appeal();
    expect(await decide('granted')).toMatchObject({ outcome: 'granted', execution: expect.any(String) });
    expect((await ticket()).partlyRefused?.appeal?.outcome).toBeUndefined();
    expect(await decide('granted')).toEqual({ outcome: 'granted' });
    expect(await recordsNow()).toEqual(RECORDS);
    expect(await ticket()).toMatchObject({ counts: { records: 3 } });
  });

  it('granted when the rest was admitted, is kept as decided, and the rest ends as it would', async () => {
    for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set']) await step(name);
    await appeal();
    await decide('granted');
    expect(await ticket()).toMatchObject({
      counts: { records: 2 },
      partlyRefused: { appeal: { decidedBy: JUDGE, outcome: 'granted' } },
    });
    expect(await recordsNow()).toHaveLength(2);
    expect(await outcome(appeal())).toBe('TICKET_ILLEGAL_TRANSITION'); // once
  });

  it('keeps the case data of a request that was carried out, until it is decided', async () => {
    const purgeAfter = await carriedOut();
    expect(Date.parse(purgeAfter) - harness.ports.clock.now().getTime()).toBeGreaterThan(29 * DAY * 1000);
    harness.clock.advance(20 * DAY);
    await appeal();
    for (const days of [11, 20]) {
      harness.clock.advance(days * DAY);
      expect(await outcome(step('purge-case'))).toBe('CASE_KEPT');
      expect(await keptFor()).toBe(1); // looked at again tomorrow
    }
    expect(await recordsNow()).toHaveLength(2);
    await decide('upheld');
    expect(await outcome(step('purge-case'))).toBe('CASE_KEPT'); // as long as a refusal of the whole is kept
    expect(await keptFor()).toBe(30);
    harness.clock.advance(31 * DAY);
    await step('purge-case');
    expect(await ticket()).toMatchObject({ status: 'PURGED', partlyRefused: { appeal: { outcome: 'upheld' } } });
    expect(await failing()).toEqual([]);
  });

  it('granted when the request was answered, ends the case soon, so that the records can be filed anew', async () => {
    await carriedOut();
    await appeal();
    await decide('granted');
    expect(await keptFor()).toBe(7);
    harness.clock.advance(7 * DAY);
    await step('purge-case');
    expect(await ticket()).toMatchObject({ status: 'PURGED', partlyRefused: { appeal: { outcome: 'granted' } } });
  });

  const HELD = [
    'hold',
    'ON_HOLD',
    (by: string) => harness.call(placeHold, { ticketId, by, code: 'litigation' }),
  ] as const;
  const reason = 'clarification';
  const ASKED = [
    ...(['question', 'CLARIFICATION_PENDING'] as const),
    (by: string) => harness.call(pauseClock, { ticketId, by, reason }),
  ] as const;
  const goesOn = async () => {
    for (const by of [FILER, APPROVER]) {
      const { status } = await ticket();
      if (status === 'ON_HOLD') await harness.call(releaseHold, { ticketId, by, mayConfirm: true });
      if (status === 'CLARIFICATION_PENDING') await harness.call(resumeClock, { ticketId, reason, by });
    }
  };

  it.each([HELD, ASKED])(
    'granted during a %s before admission, brings the records back too',
    async (_w, status, stop) => {
      await step('verify-identity');
      await appeal();
      await stop(FILER);
      await decide('granted');
      expect(await ticket()).toMatchObject({ status, counts: { records: 3 }, from: { counts: { records: 3 } } });
      expect(await recordsNow()).toEqual(RECORDS);
      await goesOn();
      const after = await ticket();
      expect([after.status, after.counts.records, after.partlyRefused]).toEqual(['TRIAGE', 3, undefined]);
      await requireAsLogged(after, harness.ports);
    },
  );

  it.each([HELD, ASKED])('granted during a %s after admission, brings none back', async (_w, status, stop) => {
    for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set']) await step(name);
    await appeal();
    await stop(FILER);
    await decide('granted');
    expect(await ticket()).toMatchObject({ status, partlyRefused: { appeal: { outcome: 'granted' } } });
    expect(await recordsNow()).toHaveLength(2);
  });

  it('waits on Today and in the list for who may decide it, by its own date, and reminds', async () => {
    await carriedOut();
    const seen = async (who: string) => {
      const app = appOf({ harness });
      const read = async (path: string) => (await app.request(path, { headers: as(who) })).json();
      const Seen = z.object({ mine: z.number().optional(), tickets: z.array(z.looseObject({})).optional() });
      const { mine } = Seen.parse(await read('/today.json'));
      return { mine, tickets: Seen.parse(await read('/tickets.json?view=approval')).tickets };
    };
    expect(await seen('judge')).toEqual({ mine: 0, tickets: [] });
    await appeal();
    const due = partAppealDue(await ticket())?.safeDue;
    const row = { id: ticketId, status: 'EVIDENCE_SEALED', decision: 'part-appeal', safeDue: due };
    expect(await seen('judge')).toMatchObject({ mine: 1, tickets: [row] });
    expect(await seen('approver')).toEqual({ mine: 0, tickets: [] }); // who refused
    expect(await seen('filer')).toEqual({ mine: 0, tickets: [] });
    const page = await open(appOf({ harness }), `/tickets/${ticketId}`, 'judge');
    expect(page.text).toContain('Nothing is destroyed before it is decided.');
    harness.clock.advance(DAY);
    const before = harness.notices.length;
    for (const days of [0, 40]) {
      harness.clock.advance(days * DAY);
      await sendReminders.handle({}, harness.ports);
    }
    expect(harness.notices.slice(before).map(({ to, template }) => [to, template])).toEqual([
      ['approvers', 'reminder'],
      ['approvers', 'reminder'],
      [FILER, 'deadline-near'],
    ]);
    harness.clock.advance(10 * DAY); // the date of the decision has passed
    expect(await outcome(step('purge-case'))).toBe('CASE_KEPT');
    await decide('upheld');
    expect(await seen('judge')).toEqual({ mine: 0, tickets: [] });
  });

  it.each(['not refused again', 'not the one refused then'])(
    'granted before admission, leaves a certificate of every record, %s',
    async (then) => {
      await appeal();
      await decide('granted');
      const again = then !== 'not refused again';
      for (const by of again ? [FILER, APPROVER] : [])
        await harness.call(partlyRefuse, { ticketId, records: [1], reason: REASON, by });
      await carriedOut();
      harness.clock.advance(31 * DAY);
      await step('purge-case');
      expect(await ticket()).toMatchObject({ status: 'PURGED', counts: { records: again ? 2 : 3 } });
      expect(await failing()).toEqual([]);
    },
  );
});
