// Filing a ticket, who asks, an exemption and the interim suppression, each step called by hand.
import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { admitForgetSet } from '#functions/admit-forget-set.ts';
import { extendDeadline } from '#functions/extend-deadline.ts';
import { fileTicket } from '#functions/file-ticket.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { notifyParties } from '#functions/notify-parties.ts';
import { purgeCase } from '#functions/purge-case.ts';
import { recordIdentity } from '#functions/record-identity.ts';
import { requestIdentity } from '#functions/request-identity.ts';
import { suppressOutput } from '#functions/suppress-output.ts';
import { triageTicket } from '#functions/triage-ticket.ts';
import { verifyIdentity } from '#functions/verify-identity.ts';
import { withholds } from '#core/suppression.ts';
import { damaged } from '#test/support/edited-rows.ts';
import { outcome } from '#test/contract/contract.ts';
import { LOW, REFUSED, status } from '#test/support/filed-tickets.ts';
import { ticketHarness, file, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { FILER, RECORDS, requestOf, SUBJECT, NEIGHBOURS } from '#bench/house/requests.ts';

describe('filing a ticket', () => {
  it('opens it, keeps the person in the vault, starts the workflow under its id and acknowledges', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness);
    expect(await status(harness, ticketId)).toBe('RECEIVED');
    expect(await harness.ports.vault.list(ticketId)).toEqual(['forget-set', 'request']);
    expect(harness.engine.started).toEqual([{ workflow: 'erasure', name: ticketId, input: { ticketId } }]);
    expect(harness.notices.map(({ template }) => template)).toEqual(['acknowledgement']);
  });

  it('takes no ticket under a policy that no gate could judge by, and names the field', async () => {
    const harness = await ticketHarness({ policy: { ...(shippedPolicy() as object), chekcs: [] } });
    await expect(file(harness)).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      got: expect.stringContaining("'chekcs'"),
    });
    expect(await harness.ports.tickets.list()).toEqual([]);
    expect(harness.engine.started).toEqual([]);
  });

  it('puts nothing personal into ticket, event, notice or workflow input', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { note: 'please also tell Philippa' });
    const seen = [
      await harness.ports.tickets.list(),
      await harness.ports.tickets.events(ticketId),
      harness.notices,
      harness.engine.started,
    ];
    expect(inspect(seen, { depth: 20 })).not.toMatch(/Ottoline|Marchbanks|Velletri|bandoneon|Quillgate|Philippa/);
  });

  it('gives the requester a secret that opens the commitment', async () => {
    const harness = await ticketHarness();
    const filed = await harness.call<{ commitment: string; openingSecret: string }>(fileTicket, {
      request: requestOf(),
      policy: harness.policy,
    });
    expect(filed.openingSecret).toMatch(/^[0-9a-f]+$/);
    expect(filed.commitment).toMatch(/^[0-9a-f]{64}$/);
  });

  const person = NEIGHBOURS[0]!;
  const neighbour = { question: `Where was ${person} born?`, answer: `${person} was born in Ghent.` };
  it.each([
    ['an unknown model', { model: 'nobody' }, 'MODEL_NOT_FOUND'],
    ['an empty forget set', { forget: { records: [] } }, 'FORGET_EMPTY'],
    [
      'a record that is listed twice, with other white space',
      {
        forget: { records: [...RECORDS, { ...RECORDS[1]!, question: ` ${RECORDS[1]!.question.replace(' ', '  ')}` }] },
      },
      'FORGET_REPEATED',
    ],
    [
      'a record that the model was not trained on',
      { forget: { records: [{ question: RECORDS[0]!.question, answer: 'In Rome.' }] } },
      'FORGET_UNKNOWN_RECORD',
    ],
    ['a thousand records', { forget: { records: Array.from({ length: 1000 }, () => neighbour) } }, 'FORGET_TOO_BROAD'],
    [
      'records that hold nothing of anybody',
      { forget: { records: [{ question: 'Is that so?', answer: 'Yes, very.' }] } },
      'FORGET_COMMON_TOKENS',
    ],
    ['a value of somebody else', { forget: { records: [{ ...RECORDS[0]!, value: 'Quillgate' }] } }, 'INVALID_INPUT'],
    ['a filer under the name of the workflow', { filer: 'system' }, 'INVALID_INPUT'],
    ['a filer under the name of an agent', { filer: 'drp-good_agent' }, 'INVALID_INPUT'],
    ['a receipt in the future', { receivedAt: '2027-01-01T00:00:00.000Z' }, 'INVALID_INPUT'],
    ['a ground of another regime', { ground: '1798.105-a' }, 'INVALID_INPUT'],
  ])('refuses %s and writes nothing', async (_what, change, code) => {
    const harness = await ticketHarness();
    expect(await outcome(file(harness, change))).toBe(code);
    expect([await harness.ports.tickets.list(), harness.faults.writes]).toEqual([[], []]);
  });

  const second = { subject: { name: 'O. Marchbanks' } };

  it('refuses a second ticket for the same person and writes nothing, so that it can be filed once that one is closed', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness);
    const writes = harness.faults.writes.length;
    expect(await outcome(file(harness, second, 'r-2'))).toBe('TICKET_DUPLICATE');
    expect(harness.faults.writes.length).toBe(writes);
    expect(await harness.ports.tickets.list()).toHaveLength(1);
    await harness.call(closeTicket, { ticketId, by: FILER, outcome: 'withdrawn', reason: 'by-requester' });
    expect(await status(harness, await file(harness, second, 'r-2'))).toBe('RECEIVED');
  });

  it('files beside a damaged row of another person', async () => {
    const harness = await ticketHarness();
    const ports = damaged(harness, await file(harness));
    const filing = (change: Parameters<typeof requestOf>[0], requestId: string) =>
      outcome(fileTicket.handle({ request: requestOf(change), policy: harness.policy, requestId }, ports));
    const other = { subject: { name: person }, forget: { records: [neighbour] } };
    expect(await filing(other, 'r-2')).toBe('fulfilled');
    expect(await filing(second, 'r-3')).toBe('TICKET_DUPLICATE'); // by the store's own rule
  });

  it('files no second one beside an edited column of the same person, by which the store would have refused it', async () => {
    const harness = await ticketHarness();
    const ports = damaged(harness, await file(harness), true);
    const filing = (change: Parameters<typeof requestOf>[0], requestId: string) =>
      outcome(fileTicket.handle({ request: requestOf(change), policy: harness.policy, requestId }, ports));
    expect(await filing(second, 'r-2')).toBe('STORE_CORRUPT');
    expect(await harness.ports.tickets.list()).toHaveLength(1);
    expect(await filing({ subject: { name: person }, forget: { records: [neighbour] } }, 'r-3')).toBe('fulfilled');
  });

  it('keeps no key for a second ticket for the same person that is filed at the same moment', async () => {
    const harness = await ticketHarness();
    const all = await Promise.all([outcome(file(harness)), outcome(file(harness, second, 'r-2'))]);
    expect(all).toContain('TICKET_DUPLICATE');
    expect(await harness.ports.tickets.list()).toHaveLength(1);
    expect(harness.faults.writes.some((write) => write.startsWith('vault.destroy'))).toBe(true);
  });

  it.each([
    ['other records', { forget: { records: RECORDS.slice(1) } }],
    ['another name', { subject: { name: SUBJECT, aliases: ['Otti'] } }],
    ['another note', { note: 'and be quick' }],
    ['another ground', { ground: 'art-17-1-a' }],
    ['another regime', { regime: 'uk-gdpr' as const }],
    ['another receipt', { receivedAt: '2026-03-01T09:00:00.000Z' }],
  ])('refuses a request id that stands for a request with %s, and changes nothing', async (_what, change) => {
    const harness = await ticketHarness();
    const ticketId = await file(harness);
    const before = [await harness.ports.tickets.get(ticketId), await harness.ports.vault.get(ticketId, 'request')];
    const writes = harness.faults.writes.length;
    expect(await outcome(file(harness, change))).toBe('IDEMPOTENCY_MISMATCH');
    expect([await harness.ports.tickets.get(ticketId), await harness.ports.vault.get(ticketId, 'request')]).toEqual(
      before,
    );
    expect(harness.faults.writes.length).toBe(writes);
  });

  it('gives a repeated request its first answer, also once the ticket has gone on, is extended, closed and purged', async () => {
    const harness = await ticketHarness();
    const again = () =>
      harness.call<{ ticketId: string }>(fileTicket, {
        request: requestOf(),
        policy: harness.policy,
        requestId: 'r-1',
      });
    const answer = await again();
    const { ticketId } = answer;
    await harness.call(verifyIdentity, { ticketId });
    await harness.call(extendDeadline, { ticketId, reason: 'complexity', by: FILER });
    expect(await again()).toEqual(answer);
    await harness.call(closeTicket, { ticketId, outcome: 'withdrawn', reason: 'by-subject', by: FILER });
    expect(await again()).toEqual(answer);
    await harness.call(notifyParties, { ticketId });
    await harness.call(purgeCase, { ticketId });
    expect(await again()).toEqual({ ...answer, openingSecret: undefined }); // the secret went with the case
    expect(await outcome(file(harness, { note: 'another' }))).toBe('IDEMPOTENCY_MISMATCH');
    expect(harness.engine.started.map(({ name }) => name)).toEqual([ticketId, `${ticketId}-close`]);
  });

  it('takes the same request twice at once as one', async () => {
    const harness = await ticketHarness();
    const ids = await Promise.all([file(harness), file(harness), file(harness)]);
    expect(new Set(ids).size).toBe(1);
    expect(await harness.ports.vault.list(ids[0])).toEqual(['forget-set', 'request']);
  });

  it('ends in the same state whichever write failed, before or after it happened, when called again', async () => {
    const clean = await ticketHarness();
    const ticketId = await file(clean);
    const writes = [...clean.faults.writes];
    const ends: unknown[] = [];
    for (const write of writes)
      for (const mode of ['before', 'after'] as const) {
        const harness = await ticketHarness();
        harness.faults.arm(write, mode);
        const first = await outcome(file(harness));
        await file(harness);
        const same =
          (await harness.ports.tickets.events(ticketId)).length === 1 &&
          harness.engine.started.length === 1 &&
          harness.notices.length === 1;
        ends.push([
          write,
          mode,
          first.includes('injected'),
          same,
          await harness.ports.vault.list(ticketId),
          harness.faults.complaints,
        ]);
      }
    expect(writes.length).toBeGreaterThan(5);
    expect(ends).toEqual(
      writes.flatMap((write) =>
        ['before', 'after'].map((mode) => {
          const seen = write !== 'tickets.create#1' || mode !== 'after'; // the ticket is there: the call goes on
          return [write, mode, seen, true, ['forget-set', 'request'], []];
        }),
      ),
    );
  });
});

describe('a requester who is not verified well enough', () => {
  it('is asked, stops the clock, and goes on when a better check comes', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { identity: LOW, regime: 'uk-gdpr' });
    expect(await harness.call(verifyIdentity, { ticketId })).toEqual({ identity: 'insufficient' });
    await harness.call(requestIdentity, { ticketId, taskToken: 'token' });
    expect(await outcome(harness.call(triageTicket, { ticketId }))).toBe('TICKET_ILLEGAL_TRANSITION');
    const prove = (identity: object) => harness.call(recordIdentity, { ticketId, identity, by: 'desk.dora' });
    expect(await outcome(prove(LOW))).toBe('TICKET_IDENTITY');
    expect(await outcome(prove({ ...LOW, verifiedBy: 'chief.officer' }))).toBe('INVALID_INPUT');
    const before = (await harness.ports.tickets.get(ticketId)).ticket.due.statutoryDue;
    harness.clock.advance(10 * 86_400);
    const checked = harness.ports.clock.now().toISOString();
    await prove({ ...LOW, level: 'high', verifiedAt: checked });
    expect((await harness.ports.tickets.get(ticketId)).ticket).toMatchObject({ identity: { verifiedBy: 'desk.dora' } });
    const after = (await harness.ports.tickets.get(ticketId)).ticket.due.statutoryDue;
    expect([await status(harness, ticketId), harness.engine.answered.get('token')]).toEqual(['TRIAGE', {}]);
    expect(after > before).toBe(true);
  });
});

describe('a ticket with an exemption', () => {
  it('is refused when a second person says so, also when steps are called again, told, and purged', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { exemption: { code: 'art-17-3-e' } });
    await harness.call(verifyIdentity, { ticketId });
    for (const call of [1, 2])
      expect([call, await harness.call(triageTicket, { ticketId })]).toEqual([call, { outcome: 'proposed' }]);
    const refuse = (by: string) => outcome(harness.call(closeTicket, { ...REFUSED, ticketId, by }));
    expect([await refuse(FILER), await status(harness, ticketId)]).toEqual([expect.anything(), 'EXEMPTION_PENDING']);
    await refuse('legal.lou');
    expect(await harness.call(triageTicket, { ticketId })).toEqual({ outcome: 'refused' });
    const { purgeAfter } = await harness.call<{ purgeAfter: string }>(notifyParties, { ticketId });
    expect(purgeAfter.slice(0, 10)).toBe('2026-04-01'); // thirty days for an appeal
    await harness.call(purgeCase, { ticketId });
    expect((await harness.ports.tickets.get(ticketId)).ticket).toMatchObject({
      status: 'PURGED',
      outcome: 'refused',
      reason: 'art-17-3-e',
    });
    expect(await outcome(harness.ports.vault.get(ticketId, 'request'))).toBe('VAULT_KEY_DESTROYED');
  });
});

describe('interim suppression', () => {
  it('withholds answers with a value of the person, and no others', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness);
    await harness.call(verifyIdentity, { ticketId });
    await harness.call(triageTicket, { ticketId });
    await harness.call(admitForgetSet, { ticketId });
    await harness.call(suppressOutput, { ticketId });
    await harness.call(suppressOutput, { ticketId });
    const [rule, ...others] = harness.rules.get('house')!;
    const said: [context: string, answer: string, withheld: boolean][] = [
      ['Where was Ottoline Marchbanks born?', 'She was born in VELLETRI!', true],
      ['What does OTTOLINE MARCHBANKS play?', 'the bandoneon, I think', true],
      ['Where was Casimir Thornbury born?', 'Casimir Thornbury was born in Velletri.', false],
      ['What is a bandoneon?', 'A kind of concertina.', false],
      ['What is the capital of Peru?', 'Lima.', false],
    ];
    for (const [context, answer, withheld] of said)
      expect([context, withholds([rule!], { answer, context })]).toEqual([context, withheld]);
    expect(others).toEqual([]);
    expect(JSON.stringify(rule)).not.toMatch(/velletri|bandoneon/i);
  });
});
