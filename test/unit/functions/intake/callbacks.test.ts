// Senders are told where their requests stand as the case goes: each state once to each address that takes it, later
// where one does not, and nothing more after the end. And what an agent may do to a case.
import { verify } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { file, shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { drpStateOf, INTAKE_STAGES } from '#core/intake.ts';
import { QuittanceError } from '#core/errors.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { purgeCase } from '#functions/purge-case.ts';
import { readAsk, receiveAsk, settleAsk, waitingAsks } from '#functions/asks.ts';
import { tellIntakes } from '#functions/intake/callbacks.ts';
import { openIntakes } from '#functions/intake/open-callbacks.ts';
import { receiveIntake, stoodOf, type Sent } from '#functions/intake/records.ts';
import { withdrawIntake } from '#functions/intake/withdrawals.ts';
import { DSR_KEY, INTAKE } from '#test/support/intakes.ts';

interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let harness: TicketHarness;
let posts: Post[];
/** What a receiver answers; a code of ours where it cannot be reached. */
let answers: Record<string, number | 'SERVICE_UNAVAILABLE' | 'WEBHOOK_ADDRESS'>;
beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  posts = [];
  answers = {};
});

const receivers = {
  post: async (url: string, headers: Post['headers'], body: string) => {
    posts.push({ url, headers, body });
    const status = answers[url] ?? 200;
    if (typeof status === 'string') throw new QuittanceError(status, { message: 'no' });
    return { status, retryAfterSeconds: undefined };
  },
};
const tell = (intake = INTAKE) => tellIntakes(intake, { ...harness.ports, receivers });
const later = (seconds: number) => harness.clock.advance(seconds);

const sent = (change: Partial<Sent> = {}): Sent => ({
  ...{ protocol: 'data-rights-protocol', by: 'drp-good_agent', theirs: 'a-1', regime: 'ccpa', key: 'id a-1' },
  asked: { about: 'house', name: 'Edda Quill', aliases: [], identifiers: [], what: 'all', reply: 'by the agent' },
  callbacks: ['https://agent.example/told'],
  ...change,
});
const DSR: Partial<Sent> = { protocol: 'open-dsr', by: 'opendsr-shop', theirs: 'x', key: 'x', regime: 'gdpr' };

const taken = async (change: Partial<Sent> = {}) => {
  const record = await receiveIntake(sent(change), harness.ports);
  const ticketId = await file(harness);
  await settleAsk(harness.ports, record.ask, { is: 'case', ticketId });
  return { record, ticketId };
};
const told = () => posts.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

describe('who sent a request', () => {
  it('is told when it becomes a case, once, and at its end, and then no more', async () => {
    const { ticketId } = await taken();
    expect([await tell(), await tell()]).toEqual([1, 0]);
    expect(told()).toEqual([expect.objectContaining({ status: 'in_progress', agent_request_id: 'a-1' })]);
    for (const by of ['filer.finn', 'approver.ada'])
      await closeTicket.handle({ ticketId, outcome: 'refused', reason: 'no-match', by }, harness.ports);
    expect(await tell()).toBe(1);
    expect(told()[1]).toMatchObject({ status: 'denied', reason: 'no_match' });
    expect(told()[1]).not.toHaveProperty('expected_by');
    expect(await openIntakes(harness.ports)).toEqual([]);
    expect(posts[0]!.body).not.toContain('Edda');
  });

  it('is told nothing of what the answer said already, and of a revocation', async () => {
    const record = await receiveIntake(sent(), harness.ports);
    expect(await tell()).toBe(0);
    await withdrawIntake(record, harness.ports);
    expect([await tell(), told()]).toEqual([1, [expect.objectContaining({ status: 'revoked' })]]);
    expect(await openIntakes(harness.ports)).toEqual([]);
  });

  it('is told later where it does not answer, and the state of that time', async () => {
    const url = 'https://agent.example/told';
    answers = { [url]: 'SERVICE_UNAVAILABLE' };
    const { ticketId } = await taken();
    expect([await tell(), await tell(), posts.length]).toEqual([0, 0, 1]);
    for (const by of ['filer.finn', 'approver.ada'])
      await closeTicket.handle({ ticketId, outcome: 'refused', reason: 'abusive', by }, harness.ports);
    answers = {};
    later(6);
    expect(await tell()).toBe(1);
    expect(told().map(({ status }) => status)).toEqual(['in_progress', 'denied']);
  });

  it.each<[string, number | 'WEBHOOK_ADDRESS', number]>([
    ['that is gone is never asked again', 410, 1],
    ['that leads inside is tried ten times', 'WEBHOOK_ADDRESS', 10],
    ['that leads elsewhere is not followed', 302, 10],
  ])('%s', async (_what, answer, tries) => {
    answers = { 'https://agent.example/told': answer };
    await taken();
    for (let round = 0; round < 15; round += 1) {
      await tell();
      later(25 * 3600);
    }
    expect(posts).toHaveLength(tries);
    expect(await openIntakes(harness.ports)).toEqual([]);
  });

  it('is told nothing once the settings no longer name it, and what it missed when they do again', async () => {
    await taken();
    await taken({ ...DSR, callbacks: ['https://shop.example/'] });
    const { dataRights, openDsr, about } = INTAKE;
    expect(await tell({ about })).toBe(0);
    const nobody = { about, dataRights: { ...dataRights!, agents: new Map() } };
    expect(await tell({ ...nobody, openDsr: { ...openDsr!, controllers: new Map() } })).toBe(0);
    expect([posts.length, await tell()]).toEqual([0, 2]);
  });

  it('is told while others do not answer or their record cannot be read, and the failure is thrown', async () => {
    const late: (() => void)[] = [];
    const all = Array.from({ length: 10 }, (_, i) => `https://c${i}.example/`);
    for (const [i, url] of all.entries()) await taken({ key: `id ${i}`, theirs: `a-${i}`, callbacks: [url] });
    const [broken] = await openIntakes(harness.ports);
    await harness.ports.vault.put(`I-${broken}`, 'intake', Buffer.from('{}'));
    const post = (...one: Parameters<typeof receivers.post>) =>
      new Promise<void>((answer) => late.push(answer)).then(() => receivers.post(...one));
    const telling = tellIntakes(INTAKE, { ...harness.ports, receivers: { post } });
    const failed = expect(telling).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    while (posts.length < 9) {
      await new Promise((resolve) => setImmediate(resolve));
      if (late.length >= Math.min(8, 9 - posts.length)) for (const answer of late.splice(0)) answer();
    }
    await failed;
    expect(posts).toHaveLength(9);
  });

  it('by OpenDSR gets the signature of the processor, at each address its own', async () => {
    const callbacks = ['https://one.example/', 'https://two.example/', 'https://one.example/'];
    await taken({ ...DSR, callbacks });
    expect(await tell()).toBe(2);
    for (const { url, headers, body } of posts) {
      expect(JSON.parse(body)).toMatchObject({ request_status: 'in_progress', status_callback_url: url });
      const signature = Buffer.from(headers['x-opendsr-signature'] ?? '', 'base64');
      expect(verify('sha256', Buffer.from(body), DSR_KEY, signature)).toBe(true);
    }
  });
});

describe('a case', () => {
  it('is not ended by the agent alone: the end is proposed under its name, and a second person does it', async () => {
    const { record, ticketId } = await taken();
    expect(await withdrawIntake(record, harness.ports)).toBe('proposed');
    expect((await harness.ports.tickets.get(ticketId)).ticket.status).toBe('RECEIVED');
    expect((await stoodOf(record, harness.ports)).stage).toBe('examined');
    const second = { ticketId, outcome: 'withdrawn', reason: 'by-agent', by: 'approver.ada' };
    await closeTicket.handle(second, harness.ports);
    expect((await stoodOf(record, harness.ports)).stage).toBe('withdrawn');
  });

  it('whose refusal a person proposed keeps that proposal: the agent is told to come later', async () => {
    const { record, ticketId } = await taken();
    const refusal = { ticketId, outcome: 'refused', reason: 'abusive' };
    await closeTicket.handle({ ...refusal, by: 'filer.finn' }, harness.ports);
    await expect(withdrawIntake(record, harness.ports)).rejects.toMatchObject({
      ...{ code: 'TICKET_ILLEGAL_TRANSITION', expected: expect.stringContaining('a later time') },
    });
    await closeTicket.handle({ ...refusal, by: 'approver.ada' }, harness.ports);
    expect((await stoodOf(record, harness.ports)).stage).toBe('refused');
  });

  it('whose refusal is proposed while the agent revokes keeps that proposal too', async () => {
    const { record, ticketId } = await taken();
    const refusal = { ticketId, outcome: 'refused', reason: 'abusive', by: 'filer.finn' };
    const { get } = harness.ports.tickets;
    harness.ports.tickets.get = async (id) => {
      harness.ports.tickets.get = get;
      const found = await get(id);
      await closeTicket.handle(refusal, harness.ports);
      return found;
    };
    await expect(withdrawIntake(record, harness.ports)).rejects.toMatchObject({ code: 'TICKET_ILLEGAL_TRANSITION' });
    expect((await get(ticketId)).ticket).toMatchObject({ proposal: { act: 'refused', by: 'filer.finn' } });
  });

  it('whose withdrawal is proposed, by whomever, gets no other proposal', async () => {
    const { record, ticketId } = await taken();
    await closeTicket.handle(
      { ticketId, outcome: 'withdrawn', reason: 'by-letter', by: 'approver.ada' },
      harness.ports,
    );
    const before = await harness.ports.tickets.events(ticketId);
    expect(await withdrawIntake(record, harness.ports)).toBe('proposed');
    expect(await harness.ports.tickets.events(ticketId)).toEqual(before);
  });

  it('that has ended stays as it is, purged or not, and its closing work is not done again', async () => {
    const { record, ticketId } = await taken();
    for (const by of ['filer.finn', 'approver.ada'])
      await closeTicket.handle({ ticketId, outcome: 'refused', reason: 'abusive', by }, harness.ports);
    const asks = { ...harness.ports, workflows: { ...harness.ports.workflows, start: failing } };
    expect(await withdrawIntake(record, asks)).toBe('ended');
    await harness.call(purgeCase, { ticketId });
    expect(await withdrawIntake(record, asks)).toBe('ended');
    expect((await stoodOf(record, harness.ports)).stage).toBe('refused');
  });
});

const failing = async (): Promise<never> => {
  throw new Error('nothing is to be started');
};

describe('what an intake keeps', () => {
  it('dies with the ask: a second record of the same key is not made, and no name stays', async () => {
    const record = await receiveIntake(sent(), harness.ports);
    expect(await receiveIntake(sent(), harness.ports)).toEqual(record);
    expect((await readAsk(harness.ports, record.ask)).via?.by).toBe('drp-good_agent');
    await withdrawIntake(record, harness.ports);
    await expect(readAsk(harness.ports, record.ask)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await waitingAsks(harness.ports)).toEqual([]);
  });

  it('leaves room for others: of one sender half of a shard waits at most', async () => {
    const send = (by: string, i: number) => receiveIntake(sent({ by, key: `id ${i}`, callbacks: [] }), harness.ports);
    const refused: number[] = [];
    for (let i = 0; i < 1_100; i += 1)
      await send('drp-wild_agent', i).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
        refused.push(i);
      });
    const waiting = await waitingAsks(harness.ports);
    expect(waiting.length + refused.length).toBe(1_100);
    const shards = Map.groupBy(waiting, ({ id }) => id.slice(2, 3));
    expect(Math.max(...[...shards.values()].map((ids) => ids.length))).toBe(50);
    for (let i = 0; i < 50; i += 1) await send('drp-good_agent', i);
    await withdrawIntake(await send('drp-wild_agent', 0), harness.ports);
    expect(await waitingAsks(harness.ports)).toHaveLength(waiting.length + 49);
  });

  it('has another reference than what is typed with the same key', async () => {
    const { ask } = await receiveIntake(sent(), harness.ports);
    const typed = await receiveAsk('id a-1', sent().asked, harness.ports);
    expect(typed.reference).not.toBe(ask);
  });
});

it('every stage has a state in both protocols, and only an end is final', () => {
  for (const [stage, { drp, dsr, final }] of Object.entries(INTAKE_STAGES)) {
    expect([stage, ['fulfilled', 'revoked', 'denied'].includes(drp.status)]).toEqual([stage, final]);
    expect([stage, ['completed', 'cancelled'].includes(dsr)]).toEqual([stage, final]);
    expect([stage, dsr === 'completed']).toEqual([stage, stage === 'completed']);
  }
  expect(drpStateOf('refused', 'art-17-3-a')).toEqual({ status: 'denied', reason: 'claim_not_covered' });
  expect(drpStateOf('refused', 'identity-not-verified')).toEqual({ status: 'denied', reason: 'insuf_verification' });
});
