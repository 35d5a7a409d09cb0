// `ticket --help`, what the command prints of a ticket, and where a request stands that is filed again: the form that
// help shows is one that the parser takes, each resting place names the next command, and a filing that was interrupted
// goes on wherever it stopped.
import { describe, expect, it } from '@jest/globals';
import { helpOf } from '#cli/command.ts';
import { ticket } from '#cli/ticket.ts';
import { REQUEST_EXAMPLE } from '#cli/ticket/form.ts';
import { standingOf } from '#cli/ticket/filing.ts';
import { verifyIdentity } from '#functions/verify-identity.ts';
import { triageTicket } from '#functions/triage-ticket.ts';
import { admitForgetSet } from '#functions/admit-forget-set.ts';
import { suppressOutput } from '#functions/suppress-output.ts';
import { describe as shown, describePreview, summary } from '#cli/ticket/print.ts';
import { previewOf } from '#functions/preview-ticket.ts';
import { digestJson } from '#core/canonical.ts';
import { everyRegime } from '#core/regimes.ts';
import { Ticket } from '#core/ticket.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { ticketHarness, file, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { FILER, RECORDS, requestOf, SUBJECT } from '#bench/house/requests.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { placeHold } from '#functions/holds.ts';

describe('ticket --help', () => {
  it('shows a form that the parser takes as it stands', () => {
    const help = helpOf(ticket);
    const example = help.slice(help.indexOf('\n{\n'), help.indexOf('\n}\n') + 2);
    expect(JSON.parse(example)).toEqual(REQUEST_EXAMPLE);
    expect(parseTicketRequest(Buffer.from(example)).forget.records).toEqual(REQUEST_EXAMPLE.forget.records);
  });

  it('lists the grounds of every regime', () => {
    const help = helpOf(ticket);
    for (const [name, { grounds }] of everyRegime())
      expect(help).toContain(`${name}: ${Object.keys(grounds).join(', ')}`);
  });
});

const bytesOf = (request: object) => Buffer.from(JSON.stringify(request));

const ticketOf = async (harness: TicketHarness, id: string): Promise<Ticket> =>
  (await harness.ports.tickets.get(id)).ticket;

describe('what is printed of a ticket', () => {
  it('on hold: who may release it is said, and by which command', async () => {
    const harness = await ticketHarness();
    const id = await file(harness);
    await harness.call(placeHold, { ticketId: id, by: 'lena', code: 'litigation' });
    expect(shown(await ticketOf(harness, id))).toContain(
      `next: quittance ticket release ${id} --as WHO (it takes two people)`,
    );
  });

  it('in remediation: the step and the reason', async () => {
    const harness = await ticketHarness();
    const id = await file(harness);
    const open = await ticketOf(harness, id);
    const stuck = Ticket.parse({ ...open, status: 'REMEDIATION', step: 'plan-run', reason: 'STORE_FULL', from: open });
    expect(shown(stuck)).toContain(`next: quittance ticket resume ${id} --as WHO, once 'STORE_FULL' in plan-run`);
  });

  it('under interim protection: what the rule cannot protect, and what it costs others', async () => {
    const harness = await ticketHarness();
    const id = await file(harness);
    for (const step of [verifyIdentity, triageTicket, admitForgetSet, suppressOutput])
      await harness.call(step, { ticketId: id });
    const plain = await ticketOf(harness, id);
    expect(summary(plain).protection).toMatchObject({ unprotected: [] });
    expect(shown(plain)).not.toContain('meanwhile');
    const withheld = { answers: 2, ofAnswers: 40, facts: 0, ofFacts: 9, by: [{ record: 2, answers: 2, facts: 0 }] };
    const unprotected = [{ record: 3, why: 'one-letter-word' }];
    const protection = { unprotected, asWhole: [1], withheld };
    const one = Ticket.parse({ ...plain, suppression: { ruleId: id, at: plain.updatedAt, protection } });
    expect([summary(one).protection, shown(one)]).toEqual([
      protection,
      expect.stringContaining('the value of record 3 is not protected: a single letter that is also a word'),
    ]);
    expect(shown(one)).toContain('of record 1 only the whole answer is withheld');
    expect(shown(one)).toContain('2 of 40 answers and 0 of 9 facts that stay are withheld, too (record 2: 2 answers');
  });

  it('says by when receipt is to be confirmed, and that a clock stands still', async () => {
    const harness = await ticketHarness();
    const fee = { reason: 'fee', since: '2026-02-20T10:00:00.000Z' } as const;
    const received = { receivedAt: '2026-02-19T20:00:00.000Z' };
    const californian = await file(harness, { ...received, regime: 'ccpa', ground: '1798.105-a' });
    expect(shown(await ticketOf(harness, californian))).toContain('receipt to be confirmed by 2026-03-05');
    const other = await ticketHarness();
    const british = await ticketOf(other, await file(other, { ...received, regime: 'uk-gdpr', pauses: [fee] }));
    expect(shown(british)).toContain('the clock stands still since 2026-02-20 (fee, by statute)');
  });

  it('says of one record what it cannot show, of three nothing', async () => {
    const [few, many] = [await ticketHarness(), await ticketHarness()];
    const single = await ticketOf(few, await file(few, { forget: { records: RECORDS.slice(0, 1) } }));
    expect(shown(single)).toContain('limit: 1 record: so few can miss what many would show');
    expect(shown(await ticketOf(many, await file(many)))).not.toContain('limit:');
  });

  it('before it is filed: that nobody else is touched, and that a name holds look-alikes', async () => {
    const { ports } = await ticketHarness();
    const would = async (name: string, aliases: string[] = []) =>
      describePreview(await previewOf(parseTicketRequest(bytesOf(requestOf({ subject: { name, aliases } }))), ports));
    const plain = await would(SUBJECT, ['Тома Сосонко']); // Cyrillic throughout is no disguise
    expect(plain).toContain('would be filed: 3 records');
    expect(plain).toContain('meanwhile: 0 of 40 answers and 0 of 20 facts that stay are withheld, too');
    expect(plain).not.toContain('note:');
    const other = await would(SUBJECT.replace('o', 'о'), ['Тоm']);
    expect(other).toContain('note: the name mixes Latin letters with others that look like them');
    expect(other).toContain('note: alias 1 mixes');
  });

  it('holds nothing of the case but ids, codes and dates', async () => {
    const harness = await ticketHarness();
    const one = await ticketOf(harness, await file(harness));
    expect(Object.keys(summary(one)).sort()).toEqual(['due', 'filer', 'id', 'model', 'protection', 'regime', 'status']);
    expect(shown(one)).not.toContain('next:');
  });
});

describe('a request that is filed again', () => {
  const request = parseTicketRequest(Buffer.from(JSON.stringify(requestOf())));
  const first = `${digestJson(request)}.1`;
  const standing = (harness: TicketHarness, started: readonly string[]) =>
    standingOf(
      {
        ports: harness.ports,
        engine: { listExecutions: async () => started.map((name) => ({ name })) },
      } as unknown as Parameters<typeof standingOf>[0],
      request,
    );

  it('is filed where it is new, or where its workflow was not started', async () => {
    const harness = await ticketHarness();
    expect(await standing(harness, [])).toEqual({ requestId: first });
    await file(harness, {}, first);
    expect(await standing(harness, [])).toEqual({ requestId: first });
  });

  it('goes on where a process that worked on it has gone', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, {}, first);
    expect(await standing(harness, [ticketId])).toEqual({ ticketId });
  });

  it('is a duplicate where it waits for a person', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, {}, first);
    await harness.call(placeHold, { ticketId, by: 'lena', code: 'litigation' });
    await expect(standing(harness, [ticketId])).rejects.toMatchObject({ code: 'TICKET_DUPLICATE', got: 'ON_HOLD' });
  });

  it('is another ticket where the first was closed', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, {}, first);
    await harness.call(closeTicket, { ticketId, by: FILER, outcome: 'withdrawn', reason: 'by-requester' });
    expect(await standing(harness, [ticketId])).toEqual({ requestId: `${digestJson(request)}.2` });
  });
});
