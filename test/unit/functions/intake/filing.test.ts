// A request of an agent that is filed: what its sender is told agrees with what becomes of it, whatever else happens to
// the request while it is filed, and whichever of two words comes first.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import { RECORDS, SUBJECT } from '#bench/house/requests.ts';
import { shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import type { Env } from '#functions/api/context.ts';
import { receiveIntake, stoodOf, type IntakeRecord } from '#functions/intake/records.ts';
import { withdrawIntake } from '#functions/intake/withdrawals.ts';
import { appOf } from '#test/support/api-callers.ts';
import { fieldsOf, fillIn, open, send } from '#test/support/pages.ts';

let harness: TicketHarness;
let app: Hono<Env>;
let record: IntakeRecord;
beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  app = appOf({ harness });
  record = await received();
});

const received = () =>
  receiveIntake(
    {
      ...{ protocol: 'data-rights-protocol', by: 'drp-good_agent', theirs: 'a-1', regime: 'ccpa', key: 'id a-1' },
      asked: { about: 'house', name: SUBJECT, aliases: [], identifiers: [], what: 'all', reply: 'by the agent' },
      callbacks: [],
    },
    harness.ports,
  );

const records = RECORDS.map(({ question, answer, value }) => `${question} | ${answer} | ${value}`).join('\n');

/** Its draft, ready to be filed. */
const drafted = async (who = 'filer'): Promise<string> => {
  const at = `/asked/${record.ask}`;
  const taken = await send(app, `${at}/take`, who, fieldsOf(await open(app, at, who), `${at}/take`));
  const draft = taken.location!.replace(/\/who$/, '');
  await fillIn(app, `${draft}/who`, who, { seenAt: '2026-03-02T08:00', then: 'next' });
  const proof = { method: 'document-seen', level: 'substantial', verifiedAt: '2026-03-02T08:00' };
  await fillIn(app, `${draft}/law`, who, { regime: 'gdpr', ground: 'art-17-1-b', ...proof, then: 'next' });
  await fillIn(app, `${draft}/find`, who, { model: 'house', records, then: 'next' });
  return draft;
};
const filed = (draft: string, who = 'filer') => fillIn(app, `${draft}/check`, who, { then: 'file' });
const stage = async () => (await stoodOf(record, harness.ports)).stage;
const cases = () => harness.ports.tickets.list();
const BY_AGENT = { proposal: { act: 'withdrawn', reason: 'by-agent', by: 'drp-good_agent' } };

describe('an agent that revokes', () => {
  it('while its request is filed has withdrawn the case: a second person is asked to confirm it', async () => {
    const draft = await drafted();
    const { create } = harness.ports.tickets;
    harness.ports.tickets.create = async (ticket) => {
      expect(await withdrawIntake(record, harness.ports)).toBe('ended');
      return create(ticket);
    };
    expect((await filed(draft)).status).toBe(201);
    expect(await stage()).toBe('examined');
    expect(await cases()).toMatchObject([BY_AGENT]);
    expect(await withdrawIntake(record, harness.ports)).toBe('proposed');
  });

  it.each<['before' | 'after', string]>([
    ['before', 'ended'],
    ['after', 'proposed'],
  ])('a moment %s its request is settled has withdrawn the case', async (when, answer) => {
    const draft = await drafted();
    const { vault } = harness.ports;
    const { put } = vault;
    let write = (): void => undefined;
    const isTime = new Promise<void>((resolve) => (write = resolve));
    // it has seen nothing of the case when it says its word
    const late = { ...vault, put: async (...word: Parameters<typeof put>) => isTime.then(() => put(...word)) };
    let revoked: Promise<unknown> | undefined;
    vault.put = async (...word) => {
      if (word[1] !== 'case') return put(...word);
      revoked = withdrawIntake(record, { ...harness.ports, vault: late });
      if (when === 'before') write();
      await new Promise(setImmediate);
      return put(...word);
    };
    expect((await filed(draft)).status).toBe(201);
    write();
    expect(await revoked).toBe(answer);
    expect(await stage()).toBe('examined');
    expect(await cases()).toMatchObject([BY_AGENT]);
  });
});

describe('a draft begun earlier', () => {
  const aside = async (reason: string) => {
    const at = `/asked/${record.ask}`;
    const fields = fieldsOf(await open(app, at, 'filer'), `${at}/aside`);
    expect((await send(app, `${at}/aside`, 'filer', { ...fields, reason })).status).toBe(303);
  };

  it.each(['no-request', 'duplicate'])('of a request that was put aside (%s) is not filed', async (reason) => {
    const draft = await drafted();
    await aside(reason);
    expect(await filed(draft)).toMatchObject({ status: 422, text: expect.stringContaining('was not put aside') });
    expect([await stage(), await cases()]).toEqual([reason, []]);
  });

  it('of a request that its sender withdrew is not filed', async () => {
    const draft = await drafted();
    await withdrawIntake(record, harness.ports);
    expect(await filed(draft)).toMatchObject({ status: 422, text: expect.stringContaining('has not withdrawn') });
    expect([await stage(), await cases()]).toEqual(['withdrawn', []]);
  });

  it('of a request that another made a case of is not filed a second time', async () => {
    const [first, second] = [await drafted(), await drafted('second')];
    expect((await filed(first)).status).toBe(201);
    expect(await filed(second, 'second')).toMatchObject({
      status: 422,
      text: expect.stringContaining('is no case yet'),
    });
    expect(await cases()).toHaveLength(1);
  });

  it('that is filed while the request is put aside is its case, and its sender is told so', async () => {
    const draft = await drafted();
    const { create } = harness.ports.tickets;
    harness.ports.tickets.create = async (ticket) => {
      await aside('no-request');
      return create(ticket);
    };
    expect((await filed(draft)).status).toBe(201);
    expect([await stage(), await cases()]).toEqual(['examined', [expect.not.objectContaining(BY_AGENT)]]);
  });
});
