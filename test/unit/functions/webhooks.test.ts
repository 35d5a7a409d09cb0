// Messages to webhooks over real sockets, checked by the standard's own library and by node's Ed25519: what they hold,
// that none is lost or made of what was not stored, how they are tried again, and how keys change.
import { createPublicKey, verify } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook as Standard } from 'standardwebhooks';
import { httpReceivers } from '#adapters/http/receivers.ts';
import { localStores, type LocalStores } from '#adapters/local/index.ts';
import { advance, receive } from '#core/transitions.ts';
import { MOST_ATTEMPTS, rotated, type Webhook } from '#core/webhooks.ts';
import { deliverDue, verifyingKey } from '#functions/webhooks.ts';
import { outcome } from '#test/contract/contract.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { receivedEvent } from '#test/support/histories.ts';

interface Got {
  readonly headers: Record<string, string>;
  readonly body: string;
}

const CALENDAR = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };
const { dir, remove } = temporaryFolder();
let server: Server;
let address = '';
let got: Got[] = [];
let statuses: number[] = [];
let headersBack: Record<string, string> = {};
beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ headers: request.headers as Record<string, string>, body });
      response.writeHead(statuses.shift() ?? 204, headersBack).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => (server.closeAllConnections(), server.close(), remove()));

let stores: LocalStores;
let folders = 0;
let now = 0;
beforeEach(() => {
  [got, statuses, headersBack] = [[], [], {}];
  now = Date.now(); // the standard's library compares with the machine's clock
  stores = localStores(`${dir}/${(folders += 1)}`, { readClock: () => now });
});
afterEach(() => stores.close());

const webhook = (change: Partial<Webhook> = {}): Webhook => ({
  ...{ id: 'wh-00000001', url: `http://${address}/in`, signing: 'v1', events: [], keys: [{ number: 1 }] },
  ...{ addedAt: new Date(now).toISOString(), ended: null },
  ...change,
});
const deliver = () => deliverDue({ ...stores, receivers: httpReceivers({ inside: [address] }) });
const keyOf = (id = 'wh-00000001') => verifyingKey(stores.webhooks.get(id), new Date(now), stores);
const filed = (id: string) =>
  receive(
    { ...receivedEvent(), id, receivedAt: new Date(now).toISOString() },
    { subjectKey: id.at(-1)!.repeat(64), calendar: CALENDAR },
    new Date(now),
  );

describe('a message', () => {
  it('holds the ticket by its id, the event by its place and type, and nothing else', async () => {
    stores.webhooks.put(webhook());
    const first = filed('T-00000001');
    await stores.tickets.create(first);
    await stores.tickets.commit(advance(first.ticket, { type: 'identity-requested' }, new Date(now)), 1);
    expect(await deliver()).toBe(2);
    const timestamp = new Date(now).toISOString();
    expect(got.map(({ headers, body }): unknown[] => [headers['webhook-id'], JSON.parse(body)]).sort()).toEqual([
      ['msg_T-00000001_1', { type: 'ticket.received', timestamp, data: { ticketId: 'T-00000001', sequence: 1 } }],
      [
        'msg_T-00000001_2',
        { type: 'ticket.identity_requested', timestamp, data: { ticketId: 'T-00000001', sequence: 2 } },
      ],
    ]);
    expect(await deliver()).toBe(0);
  });

  it("is what the standard's library takes for genuine, and no longer with one letter changed", async () => {
    stores.webhooks.put(webhook());
    await stores.tickets.create(filed('T-00000001'));
    await deliver();
    const [{ headers, body }] = got as [Got];
    const standard = new Standard(await keyOf());
    expect(standard.verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => standard.verify(body.replace('T-00000001', 'T-00000002'), headers)).toThrow();
    expect(() => standard.verify(body, { ...headers, 'webhook-id': 'msg_other' })).toThrow();
  });

  it('by v1a is signed by a key whose public half is all that its receiver has', async () => {
    stores.webhooks.put(webhook({ signing: 'v1a' }));
    await stores.tickets.create(filed('T-00000001'));
    await deliver();
    const [{ headers, body }] = got as [Got];
    const key = await keyOf();
    expect(key).toMatch(/^whpk_/);
    expect(isSigned(key, headers, body)).toBe(true);
    expect(isSigned(key, { ...headers, 'webhook-timestamp': '1' }, body)).toBe(false);
  });

  it('is there with its event and only with it', async () => {
    stores.webhooks.put(webhook());
    const first = filed('T-00000001');
    await stores.tickets.create(first);
    const next = advance(first.ticket, { type: 'identity-requested' }, new Date(now));
    expect(await outcome(stores.tickets.commit(next, 7))).toBe('TICKET_CONFLICT');
    expect(stores.webhooks.log('wh-00000001', 9)).toMatchObject([{ ticketId: 'T-00000001', sequence: 1 }]);
  });

  it('is of what happened since its receiver was added, of the types that it asked for', async () => {
    const first = filed('T-00000001');
    await stores.tickets.create(first);
    stores.webhooks.put(webhook({ events: ['identity-requested'] }));
    stores.webhooks.put(webhook({ id: 'wh-00000002', events: ['closed'] }));
    await stores.tickets.commit(advance(first.ticket, { type: 'identity-requested' }, new Date(now)), 1);
    await stores.tickets.create(filed('T-00000002'));
    await deliver();
    expect(got.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_T-00000001_2']);
  });
});

describe('a receiver that does not take a message', () => {
  it('gets it again under the same id, later each time, until it does', async () => {
    stores.webhooks.put(webhook());
    await stores.tickets.create(filed('T-00000001'));
    statuses = [500, 302];
    expect([await deliver(), await deliver()]).toEqual([0, 0]); // the second comes too early
    now += 6_000;
    expect([await deliver(), await deliver()]).toEqual([0, 0]);
    now += 301_000;
    expect([await deliver(), await deliver()]).toEqual([1, 0]);
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(got.map(({ body }) => body)).toEqual(Array(3).fill(got[0]!.body));
    expect(stores.webhooks.log('wh-00000001', 9)).toMatchObject([{ state: 'delivered', attempts: 3, status: 204 }]);
  });

  it('is heard where it asks for more time', async () => {
    stores.webhooks.put(webhook());
    await stores.tickets.create(filed('T-00000001'));
    [statuses, headersBack] = [[429], { 'retry-after': '3600' }];
    await deliver();
    now += 3_500_000;
    expect(await deliver()).toBe(0);
    now += 101_000;
    expect(await deliver()).toBe(1);
  });

  it('in all its tries is told nothing more, and what waits for it is given up', async () => {
    stores.webhooks.put(webhook());
    await stores.tickets.create(filed('T-00000001'));
    for (let i = 0; i < MOST_ATTEMPTS + 3; i += 1) {
      statuses = [503];
      await deliver();
      now += 25 * 3_600_000;
    }
    expect(got).toHaveLength(MOST_ATTEMPTS);
    await stores.tickets.create(filed('T-00000002'));
    expect(await deliver()).toBe(0);
    expect(stores.webhooks.get('wh-00000001').ended).toBe('failing');
  });

  it('because it is gone (410) is told nothing more at once', async () => {
    stores.webhooks.put(webhook());
    await Promise.all(['T-00000001', 'T-00000002'].map((id) => stores.tickets.create(filed(id))));
    statuses = [410, 410];
    await deliver();
    await stores.tickets.create(filed('T-00000003'));
    expect(stores.webhooks.get('wh-00000001').ended).toBe('gone');
    expect(stores.webhooks.log('wh-00000001', 9).map(({ state }) => state)).toEqual(['failed', 'failed']);
  });

  it('does not keep another from its own', async () => {
    stores.webhooks.put(webhook({ id: 'wh-00000001', url: 'https://10.0.0.1/' }));
    stores.webhooks.put(webhook({ id: 'wh-00000002' }));
    await stores.tickets.create(filed('T-00000001'));
    expect(await deliver()).toBe(1);
    expect(stores.webhooks.log('wh-00000001', 9)).toMatchObject([
      { state: 'waiting', status: null, fault: 'WEBHOOK_ADDRESS' },
    ]);
  });
});

it.each(['v1', 'v1a'] as const)('a key of %s that was replaced signs beside the new one for a day', async (signing) => {
  stores.webhooks.put(webhook({ signing }));
  const before = await keyOf();
  stores.webhooks.put(rotated(stores.webhooks.get('wh-00000001'), new Date(now)));
  const after = await keyOf();
  await stores.tickets.create(filed('T-00000001'));
  await deliver();
  const checks = (key: string, { headers, body }: Got) =>
    signing === 'v1a' ? isSigned(key, headers, body) : isTaken(key, headers, body);
  expect([before === after, checks(before, got[0]!), checks(after, got[0]!)]).toEqual([false, true, true]);
  now += 25 * 3_600_000;
  await stores.tickets.create(filed('T-00000002'));
  await deliver();
  expect(got[1]!.headers['webhook-signature']!.split(' ')).toHaveLength(1);
});

it('a receiver that is taken away takes its messages with it', async () => {
  stores.webhooks.put(webhook());
  await stores.tickets.create(filed('T-00000001'));
  stores.webhooks.remove('wh-00000001');
  expect([await deliver(), got, stores.webhooks.list()]).toEqual([0, [], []]);
});

const isTaken = (key: string, headers: Record<string, string>, body: string): boolean => {
  try {
    new Standard(key).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

/** The standard's asymmetric scheme, by node's own Ed25519. */
const isSigned = (key: string, headers: Record<string, string>, body: string): boolean => {
  const raw = Buffer.from(key.slice('whpk_'.length), 'base64');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return headers['webhook-signature']!.split(' ').some((one) => {
    const [version, signature = ''] = one.split(',');
    const bytes = Buffer.from(signature, 'base64');
    return version === 'v1a' && verify(null, Buffer.from(signed), createPublicKey({ key: jwk, format: 'jwk' }), bytes);
  });
};
