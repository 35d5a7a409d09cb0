// OpenDSR as a controller's program meets it: discovery, a request once, where it stands, cancelled while it is
// pending; every answer under a signature that holds over its bytes; and what is refused.
import { verify } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import { file, shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import type { Env } from '#functions/api/context.ts';
import { SENDING } from '#functions/api/intake/sent.ts';
import { settleAsk } from '#functions/asks.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { purgeCase } from '#functions/purge-case.ts';
import { appOf, as } from '#test/support/api-callers.ts';
import { DSR_KEY, TOKENS } from '#test/support/intakes.ts';

let harness: TicketHarness;
let app: Hono<Env>;
beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  app = appOf({ harness });
});

const ID = 'a7551968-d5d6-44b2-9831-815ac9017798';
const EMAIL = 'john@example.org';
const wanted = (change: object = {}) => ({
  ...{ regulation: 'gdpr', subject_request_id: ID, subject_request_type: 'erasure', api_version: '2.0' },
  submitted_time: new Date(harness.ports.clock.now().getTime() - 86_400_000).toISOString(),
  subject_identities: [{ identity_type: 'email', identity_value: EMAIL, identity_format: 'raw' }],
  ...change,
});

/** The answer's JSON, whose signature holds. */
const send = async (method: string, path: string, body?: unknown, token: string = TOKENS.shop) => {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await app.request(path, { method, headers, ...(text !== undefined && { body: text }) });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const signature = Buffer.from(answer.headers.get('x-opendsr-signature') ?? '', 'base64');
  expect(answer.headers.get('x-opendsr-processor-domain')).toBe('opendsr.house.example');
  expect(verify('sha256', bytes, DSR_KEY, signature)).toBe(true);
  return { status: answer.status, said: JSON.parse(bytes.toString()) as Record<string, unknown> };
};
const waiting = async () =>
  ((await (await app.request('/asked', { headers: as('filer') })).json()) as { waiting: { id: string }[] }).waiting;

describe('a controller', () => {
  it('finds what is supported, and the certificate', async () => {
    const { said } = await send('GET', '/v2/discovery');
    expect(said).toMatchObject({ api_version: '2.0', supported_subject_request_types: ['erasure'] });
    expect(said['processor_certificate']).toBe('https://opendsr.house.example/v2/certificate.pem');
    expect(await (await app.request('/v2/certificate.pem')).text()).toContain('BEGIN CERTIFICATE');
  });

  it('sends a request once, which waits for those who file, and gets what it sent back in the receipt alone', async () => {
    const first = await send('POST', '/v2/requests', wanted());
    expect(first.status).toBe(201);
    expect(first.said).toMatchObject({ controller_id: 'shop', subject_request_id: ID });
    const encoded = Buffer.from(String(first.said['encoded_request']), 'base64').toString();
    expect(JSON.parse(encoded)).toEqual(wanted());
    expect((await send('POST', '/v2/requests', wanted())).said).toEqual(first.said);
    const ids = (await waiting()).map(({ id }) => id);
    expect(ids).toHaveLength(1);
    const ask = await (await app.request(`/asked/${ids[0]}`, { headers: as('filer') })).json();
    expect(ask).toMatchObject({ asked: { name: EMAIL, identifiers: [EMAIL] }, via: { by: 'opendsr-shop' } });
    const { said } = await send('GET', `/v2/requests/${ID}`);
    expect(said).toMatchObject({ request_status: 'pending', results_url: null, api_version: '2.0' });
    expect(JSON.stringify(said)).not.toContain(EMAIL);
  });

  it('is refused where the same id stands for something else', async () => {
    await send('POST', '/v2/requests', wanted());
    const identity = { identity_type: 'email', identity_value: 'x@example.org', identity_format: 'raw' };
    const { status, said } = await send('POST', '/v2/requests', wanted({ subject_identities: [identity] }));
    expect([status, said]).toEqual([400, { error: expect.objectContaining({ code: 400 }) }]);
    expect(await waiting()).toHaveLength(1);
  });

  it('has its own requests alone: the same id of another one is another request', async () => {
    await send('POST', '/v2/requests', wanted());
    expect((await send('GET', `/v2/requests/${ID}`, undefined, TOKENS.rival)).status).toBe(404);
    expect((await send('DELETE', `/v2/requests/${ID}`, undefined, TOKENS.rival)).status).toBe(404);
    expect((await send('POST', '/v2/requests', wanted(), TOKENS.rival)).said['controller_id']).toBe('rival');
    expect(await waiting()).toHaveLength(2);
  });

  it('cancels what is pending, once', async () => {
    await send('POST', '/v2/requests', wanted());
    for (const time of [1, 2]) {
      const { status, said } = await send('DELETE', `/v2/requests/${ID}`);
      expect([time, status, said['subject_request_id']]).toEqual([time, 202, ID]);
    }
    expect((await send('GET', `/v2/requests/${ID}`)).said).toMatchObject({ request_status: 'cancelled' });
    expect(await waiting()).toEqual([]);
  });

  it('is told the same of a case that was withdrawn, before and after its purge', async () => {
    await send('POST', '/v2/requests', wanted());
    const [{ id: ask } = { id: '' }] = await waiting();
    const ticketId = await file(harness);
    await settleAsk(harness.ports, ask, { is: 'case', ticketId });
    expect((await send('DELETE', `/v2/requests/${ID}`)).status).toBe(400);
    const end = { ticketId, outcome: 'withdrawn', reason: 'by-letter' };
    for (const by of ['filer.finn', 'approver.ada']) await closeTicket.handle({ ...end, by }, harness.ports);
    expect((await send('DELETE', `/v2/requests/${ID}`)).status).toBe(202);
    await harness.call(purgeCase, { ticketId });
    expect((await send('DELETE', `/v2/requests/${ID}`)).status).toBe(202);
  });
});

it('strangers keep each other out, and no controller', async () => {
  const proxied = { address: '127.0.0.1' }; // counted in all alone
  const unknown = () => app.request(`/v2/requests/${ID}`, { headers: { authorization: 'Bearer nobody' } }, proxied);
  for (let i = 0; i < SENDING.inAll; i += 1) await unknown();
  expect((await unknown()).status).toBe(429);
  expect((await send('POST', '/v2/requests', wanted())).status).toBe(201);
});

describe('a request', () => {
  const identity = (change: object) => ({
    subject_identities: [{ identity_type: 'email', identity_value: EMAIL, identity_format: 'raw', ...change }],
  });
  it.each<[string, object]>([
    ['of another type', { subject_request_type: 'access' }],
    ['without a regulation', { regulation: undefined }],
    ['of another regulation', { regulation: 'lgpd' }],
    ['with an id of another version', { subject_request_id: 'a7551968-d5d6-14b2-9831-815ac9017798' }],
    ['with an id in capitals', { subject_request_id: ID.toUpperCase() }],
    ['of another version', { api_version: '3.0' }],
    ['of nobody', { subject_identities: [] }],
    ['of identities as a dictionary', { subject_identities: { email: EMAIL } }],
    ['with a hashed identity', identity({ identity_format: 'sha256' })],
    ['with an unknown identity', identity({ identity_type: 'shoe_size' })],
    ['with an empty identity', identity({ identity_value: ' ' })],
    ['with markup for an identity', identity({ identity_value: '<script>' })],
    ['from the future', { submitted_time: '2999-01-01T00:00:00Z' }],
    ['without a time', { submitted_time: 'yesterday' }],
    ['with six callbacks', { status_callback_urls: Array.from({ length: 6 }, (_, i) => `https://c${i}.example/`) }],
    ['with a callback that is no address', { status_callback_urls: ['ftp://c.example/'] }],
  ])('%s is refused by field, and nothing is kept', async (_what, change) => {
    const { status, said } = await send('POST', '/v2/requests', wanted(change));
    expect([status, said]).toEqual([
      400,
      { error: { code: 400, message: expect.any(String), errors: expect.arrayContaining([expect.anything()]) } },
    ]);
    expect(JSON.stringify(said)).not.toContain(EMAIL);
    expect(await waiting()).toEqual([]);
  });

  it('names the field of its sender that is wrong, and takes no callbacks for none', async () => {
    const { said } = await send('POST', '/v2/requests', wanted(identity({ identity_value: 'a\u202eb@c.example' })));
    expect(JSON.stringify(said)).toContain('subject_identities.0.identity_value: no control');
    expect(JSON.stringify(said)).not.toContain('identifiers');
    expect((await send('POST', '/v2/requests', wanted({ status_callback_urls: null }))).status).toBe(201);
  });

  it.each<[number, number]>([
    [201, 5],
    [400, 6],
  ])('is answered %i from a clock that is %i s ahead', async (code, ahead) => {
    const submitted = new Date(harness.ports.clock.now().getTime() + ahead * 1000).toISOString();
    expect((await send('POST', '/v2/requests', wanted({ submitted_time: submitted }))).status).toBe(code);
  });

  it.each<[number, string, string, string]>([
    [401, 'without a token', '{}', ''],
    [401, 'with a token of nobody', '{}', 'nobody'],
    [400, 'that is no JSON', '{"a":', TOKENS.shop],
    [400, 'with a key twice', '{"a":1,"a":2}', TOKENS.shop],
    [400, 'that is null', 'null', TOKENS.shop],
    [413, 'of a megabyte', `{"a":"${'x'.repeat(1_000_000)}"}`, TOKENS.shop],
  ])('%i %s', async (code, _what, body, token) => {
    expect((await send('POST', '/v2/requests', body, token)).status).toBe(code);
    expect(await waiting()).toEqual([]);
  });

  it('that is not there is not found', async () => {
    for (const path of [ID, 'nonsense', '%00']) expect((await send('GET', `/v2/requests/${path}`)).status).toBe(404);
  });
});
