// The Data Rights Protocol as an agent's program meets it: paired by a signed message, a request once however often it
// is sent, its states as the case goes, revoked by whose it is; and everything that is not signed, meant or timed so.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import { file, shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import type { Env } from '#functions/api/context.ts';
import { SENDING } from '#functions/api/intake/sent.ts';
import { readAsk, settleAsk } from '#functions/asks.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { appOf, as, inBrowser } from '#test/support/api-callers.ts';
import { AGENTS, message, type AgentId } from '#test/support/intakes.ts';

const PERSON = 'Edda Quill';
let harness: TicketHarness;
let app: Hono<Env>;
let token: string;
beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  app = appOf({ harness });
  token = await paired('GOOD_AGENT');
});

type Said = Record<string, unknown>;
const at = (seconds: number) => new Date(harness.ports.clock.now().getTime() + seconds * 1000).toISOString();
const addressed = (agent: string = 'GOOD_AGENT'): Said => ({
  ...{ 'agent-id': agent, 'business-id': 'HOUSE', 'issued-at': at(-5), 'expires-at': at(300) },
});
const wanted = (change: Said = {}): Said => ({
  ...{ ...addressed(), 'drp.version': '0.9.4', exercise: 'deletion', regime: 'ccpa', 'agent-request-id': 'a-1' },
  ...{ name: PERSON, email: 'edda@example.org', email_verified: true, phone_number: '+12125550142' },
  ...{ address: { street_address: '1 Mill Lane', locality: 'Fresno', region: 'CA' }, relationships: ['customer'] },
  ...change,
});
const send = async (method: string, path: string, body?: string, bearer = token) =>
  app.request(path, {
    method,
    headers: { 'content-type': 'text/plain', authorization: `Bearer ${bearer}` },
    ...(body !== undefined && { body }),
  });
const signed = (said: unknown, agent: AgentId = 'GOOD_AGENT') =>
  message(AGENTS[agent].privateKey, JSON.stringify(said));
const exercise = (said: Said = wanted(), path = '/v1/data-rights-request') => send('POST', path, signed(said));

const paired = async (agent: AgentId): Promise<string> => {
  const answer = await send('POST', `/v1/agent/${agent}`, signed(addressed(agent), agent), '');
  const { token: given, 'agent-id': id } = (await answer.json()) as Record<string, string>;
  expect([answer.status, id]).toEqual([200, agent]);
  return given ?? '';
};
const json = async (answer: Response) => (await answer.json()) as Record<string, string>;
const waiting = async () =>
  ((await (await app.request('/asked', { headers: as('filer') })).json()) as { waiting: { id: string }[] }).waiting;

describe('an agent', () => {
  it('finds the business, and pairs by its signature alone', async () => {
    const business = await json(await app.request('/.well-known/data-rights.json'));
    expect(business).toMatchObject({ id: 'HOUSE', supported_actions: ['deletion'] });
    expect((await send('GET', '/v1/agent/GOOD_AGENT', undefined)).status).toBe(200);
    const others = await paired('OTHER_AGENT');
    expect(others).not.toBe(token);
    expect((await send('GET', '/v1/agent/GOOD_AGENT', undefined, others)).status).toBe(403);
    expect((await send('GET', '/v1/agent/GOOD_AGENT', undefined, `${token}0`)).status).toBe(401);
  });

  it.each<[string, () => [string, string]]>([
    ['whom the directory lacks', () => ['NOBODY', signed(addressed('NOBODY'))]],
    ['that signs with another key', () => ['OTHER_AGENT', signed(addressed('OTHER_AGENT'))]],
    ['that writes for another', () => ['GOOD_AGENT', signed(addressed('OTHER_AGENT'))]],
    ['that meant another business', () => ['GOOD_AGENT', signed({ ...addressed(), 'business-id': 'ELSEWHERE' })]],
    ['that comes too early', () => ['GOOD_AGENT', signed({ ...addressed(), 'issued-at': at(30) })]],
    ['that comes too late', () => ['GOOD_AGENT', signed({ ...addressed(), 'expires-at': at(0) })]],
    ['that sends no base64', () => ['GOOD_AGENT', '{"agent-id": "GOOD_AGENT"}']],
    ['that sends nothing', () => ['GOOD_AGENT', '']],
  ])('%s is refused without a word', async (_why, said) => {
    const [agent, body] = said();
    const answer = await send('POST', `/v1/agent/${agent}`, body, '');
    expect([answer.status, await answer.text()]).toEqual([403, '']);
  });
});

it('strangers keep each other out, and nobody who is paired', async () => {
  const proxied = { address: '127.0.0.1' }; // counted in all alone
  const stranger = () => app.request('/v1/agent/NOBODY', { method: 'POST', body: 'x' }, proxied);
  for (let i = 0; i < SENDING.inAll; i += 1) await stranger();
  expect((await stranger()).status).toBe(429);
  expect((await send('GET', '/v1/agent/GOOD_AGENT', undefined, 'GOOD_AGENT.00')).status).toBe(429);
  expect((await send('GET', '/v1/agent/GOOD_AGENT', undefined)).status).toBe(200);
});

describe('a request to delete', () => {
  it('waits once for those who file, with what the agent said, however often it is sent', async () => {
    const first = await json(await exercise());
    const again = await json(await exercise(wanted({ 'issued-at': at(-1) }), '/v1/data-rights-request/'));
    expect(again).toEqual(first);
    expect(first).toMatchObject({ agent_request_id: 'a-1', status: 'open' });
    expect(first['request_id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(first['expected_by']).toMatch(/^\d{4}-\d\d-\d\dT00:00:00.000Z$/);
    const ids = (await waiting()).map(({ id }) => id);
    expect(ids).toHaveLength(1);
    const { asked, via } = (await (await app.request(`/asked/${ids[0]}`, { headers: as('filer') })).json()) as {
      asked: Said;
      via: Said;
    };
    expect(asked).toMatchObject({ name: PERSON, agent: { mandate: 'signed-permission' } });
    expect(asked['identifiers']).toEqual(['edda@example.org', '+12125550142', '1 Mill Lane, Fresno, CA']);
    expect(via).toEqual({ protocol: 'data-rights-protocol', by: 'drp-good_agent', regime: 'ccpa' });
    const page = await (await app.request(`/asked/${ids[0]}`, { headers: inBrowser('filer') })).text();
    expect(page).toContain('drp-good_agent (Data Rights Protocol)');
  });

  it('in other words under the same id is refused, and the first stays', async () => {
    await exercise();
    const other = await exercise(wanted({ name: 'Somebody Else' }));
    expect([other.status, (await json(other))['code']]).toEqual([422, '422']);
    expect(await waiting()).toHaveLength(1);
  });

  it('without an id is one request for one message', async () => {
    const said = wanted({ 'agent-request-id': undefined });
    const ids = [await exercise(said), await exercise(said), await exercise({ ...said, 'issued-at': at(-1) })];
    const [one, two, three] = (await Promise.all(ids.map(json))).map(({ request_id: id }) => id);
    expect([one === two, one === three]).toEqual([true, false]);
  });

  it('without an id is the same request with and without the signs that fill base64 up', async () => {
    const texts = ['1', '12', '123'].map((name) => signed(wanted({ 'agent-request-id': undefined, name })));
    const padded = texts.find((text) => text.endsWith('=')) ?? '';
    const both = [padded, padded.replaceAll('=', '')].map((text) => send('POST', '/v1/data-rights-request', text));
    const [one, two] = await Promise.all((await Promise.all(both)).map(json));
    expect([one?.['status'], two?.['request_id']]).toEqual(['open', one?.['request_id']]);
  });

  it('is the same in whatever lines it was typed, and what is blank is as if it were not there', async () => {
    const blank = { email: ' ', email_verified: false, phone_number: '', status_callback: '', power_of_attorney: '\n' };
    const mill = '12 Mill Lane\n  Fresno,\tCA';
    const asked = async (change: Said) => {
      const id = { 'agent-request-id': `b-${Object.keys(change).length}-${(await waiting()).length}` };
      expect((await exercise(wanted({ ...blank, ...id, ...change }))).status).toBe(200);
      const all = await Promise.all((await waiting()).map(async (one) => (await readAsk(harness.ports, one.id)).asked));
      return all.map(({ name, identifiers }) => [name, ...identifiers].join(' | '));
    };
    expect(await asked({ address: mill })).toEqual([`${PERSON} | 12 Mill Lane Fresno, CA`]);
    expect(await asked({ address: { formatted: mill }, name: 'Edda\r\nQuill' })).toEqual(
      Array.from({ length: 2 }, () => `${PERSON} | 12 Mill Lane Fresno, CA`),
    );
    const nameless = await asked({
      address: { formatted: '', street_address: ' ' },
      name: ' ',
      phone_number: '+1 212',
    });
    expect(nameless).toContain('+1 212 | +1 212');
  });

  it.each<[string, Said]>([
    ['phone_number: a letter or digit', { phone_number: '(---)' }],
    ['address: at most 1000', { address: { street_address: 'a'.repeat(900), locality: 'b'.repeat(100) } }],
    ['address: no markup', { address: '<1 Mill Lane>' }],
    ['email: no control', { email: 'a\u202eb@example.org' }],
    ['power_of_attorney: no control', { power_of_attorney: 'a\u0000b' }],
    ['relationships.0: no control', { relationships: ['a\u0000b'] }],
    ['exercise: must be given', { exercise: ' ' }],
  ])('that is wrong is told by the field of its sender (%s)', async (rule, change) => {
    const answer = await exercise(wanted(change));
    expect([answer.status, (await json(answer))['message']]).toEqual([400, expect.stringContaining(`: ${rule}`)]);
    expect((await json(await exercise(wanted(change))))['message']).not.toContain('identifiers');
  });

  it('keeps the parts of an address whose whole is empty', async () => {
    const address = { formatted: ' ', street_address: '1 Mill Lane', locality: 'Fresno' };
    await exercise(wanted({ address }));
    const [{ id } = { id: '' }] = await waiting();
    const { asked } = await readAsk(harness.ports, id);
    expect(asked.identifiers).toContain('1 Mill Lane, Fresno');
  });

  it.each<[number, number]>([
    [200, 5],
    [400, 6],
  ])('is answered %i from a clock that is %i s ahead', async (status, ahead) => {
    expect((await exercise(wanted({ 'issued-at': at(ahead) }))).status).toBe(status);
  });

  it('has an address as long as addresses are, whole; alone, its beginning stands for the name', async () => {
    const address = `a${'𝒜'.repeat(200)}`;
    expect((await exercise(wanted({ name: null, email: null, phone_number: null, address }))).status).toBe(200);
    const { asked } = await readAsk(harness.ports, (await waiting())[0]?.id ?? '');
    expect([asked.name, asked.identifiers]).toEqual([address.slice(0, 199), [address]]);
  });

  it('of a person without a name goes by the address', async () => {
    expect((await exercise(wanted({ name: null, phone_number: null, address: '1 Mill Lane' }))).status).toBe(200);
  });

  it.each<[string, Said]>([
    ['another right', { exercise: 'access' }],
    ['a right that is none', { exercise: 'delete' }],
    ['another regime', { regime: 'gdpr' }],
    ['another version', { 'drp.version': '2.0' }],
    ['nobody', { name: null, email: null, phone_number: null, address: null }],
    ['markup for a name', { name: '<b>x</b>' }],
    ['a control character', { name: 'a\u0000b' }],
    ['a name of 201 characters', { name: 'x'.repeat(201) }],
    ['a callback that is no address', { status_callback: 'javascript:alert(1)' }],
    ['a callback with a password', { status_callback: 'https://a:b@agent.example/' }],
    ['a time without a zone', { 'issued-at': '2026-01-01T00:00:00' }],
    ['no deadline', { 'expires-at': undefined }],
    ['a number for a name', { name: 7 }],
    ['an id that says who it is', { 'agent-request-id': 'edda@example.org' }],
    ['an id with a name', { 'agent-request-id': PERSON }],
    ['an id of 101 characters', { 'agent-request-id': 'x'.repeat(101) }],
    ['a hundred relationships', { relationships: Array.from({ length: 100 }, () => 'x') }],
  ])('for %s is refused by name, and nothing is kept', async (_what, change) => {
    const answer = await exercise(wanted(change));
    const said = await json(answer);
    expect([answer.status, said]).toEqual([400, { code: '400', message: expect.any(String), fatal: true }]);
    if (change['exercise'] === 'access') expect(said['message']).toContain('no other right is exercised here');
    for (const word of [PERSON, 'edda', '<b>', 'Mill']) expect(said['message']).not.toContain(word);
    expect(await waiting()).toEqual([]);
  });

  it.each<[number, string, () => Promise<Response>]>([
    [401, 'no token', () => send('POST', '/v1/data-rights-request', signed(wanted()), '')],
    [401, 'a token of nobody', () => send('POST', '/v1/data-rights-request', signed(wanted()), 'GOOD_AGENT.00')],
    [403, 'a changed message', () => send('POST', '/v1/data-rights-request', tampered(signed(wanted())))],
    [403, "another agent's key", () => send('POST', '/v1/data-rights-request', signed(wanted(), 'OTHER_AGENT'))],
    [403, "another agent's name", () => exercise(wanted({ 'agent-id': 'OTHER_AGENT' }))],
    [403, 'another business', () => exercise(wanted({ 'business-id': 'ELSEWHERE' }))],
    [400, 'JSON that is none', () => send('POST', '/v1/data-rights-request', raw('{"a":'))],
    [400, 'a key twice', () => send('POST', '/v1/data-rights-request', raw('{"a":1,"a":2}'))],
    [400, 'bytes that are no text', () => send('POST', '/v1/data-rights-request', raw(Buffer.from([255, 254])))],
    [400, 'an array', () => send('POST', '/v1/data-rights-request', raw('[]'))],
    [413, 'a megabyte', () => send('POST', '/v1/data-rights-request', 'A'.repeat(1_000_000))],
  ])('%i for %s', async (status, _what, sent) => {
    const answer = await sent();
    expect([answer.status, (await json(answer))['code']]).toEqual([status, String(status)]);
    expect(await waiting()).toEqual([]);
  });

  it('is not there for another agent, nor is one that never was', async () => {
    const { request_id: id } = await json(await exercise());
    const others = await paired('OTHER_AGENT');
    expect((await send('GET', `/v1/data-rights-request/${id}`, undefined)).status).toBe(200);
    for (const [path, bearer] of [
      [id, others],
      ['6f9a2c71-0000-4000-8000-000000000000', token],
      ['..%2f..%2fetc', token],
    ] as const)
      expect((await send('GET', `/v1/data-rights-request/${path}`, undefined, bearer)).status).toBe(403);
    const revoked = await send('DELETE', `/v1/data-rights-request/${id}`, signed({}, 'OTHER_AGENT'), others);
    expect([revoked.status, await waiting()]).toEqual([403, [expect.anything()]]);
  });
});

const raw = (body: string | Buffer) => message(AGENTS.GOOD_AGENT.privateKey, body);
const tampered = (text: string): string => {
  const bytes = Buffer.from(text, 'base64');
  bytes[70]! ^= 1;
  return bytes.toString('base64');
};

describe('revoking', () => {
  it('ends what waits, destroys what was said, and is said again', async () => {
    const { request_id: id } = await json(await exercise());
    const revoke = () => send('DELETE', `/v1/data-rights-request/${id}`, signed({ reason: 'no longer' }));
    expect(await json(await revoke())).toMatchObject({ status: 'revoked' });
    expect(await json(await revoke())).toMatchObject({ status: 'revoked' });
    expect(await waiting()).toEqual([]);
    expect(await json(await exercise())).toMatchObject({ request_id: id, status: 'revoked' });
  });

  it('a case that is being decided is told to come later, and may be said again', async () => {
    const { request_id: id } = await json(await exercise());
    const [{ id: ask } = { id: '' }] = await waiting();
    const ticketId = await file(harness);
    await settleAsk(harness.ports, ask, { is: 'case', ticketId });
    const refusal = { ticketId, outcome: 'refused', reason: 'abusive' };
    await closeTicket.handle({ ...refusal, by: 'filer.finn' }, harness.ports);
    const revoke = () => send('DELETE', `/v1/data-rights-request/${id}`, signed({}));
    const answer = await revoke();
    const said = await json(answer);
    expect([answer.status, said]).toEqual([409, { code: '409', message: expect.stringContaining('a later time') }]);
    await closeTicket.handle({ ...refusal, by: 'approver.ada' }, harness.ports);
    const denied = await json(await revoke());
    expect(denied).toMatchObject({ status: 'denied', processing_details: expect.stringMatching(/^refused: /) });
  });

  it('needs the signature too', async () => {
    const { request_id: id } = await json(await exercise());
    expect((await send('DELETE', `/v1/data-rights-request/${id}`, signed({}, 'OTHER_AGENT'))).status).toBe(403);
    expect((await send('DELETE', `/v1/data-rights-request/${id}`, undefined)).status).toBe(400);
    expect(await json(await send('GET', `/v1/data-rights-request/${id}`, undefined))).toMatchObject({ status: 'open' });
  });
});

it('none of it is there where the settings have none', async () => {
  const without = appOf({ harness }, undefined, true, null);
  for (const path of ['/.well-known/data-rights.json', '/v2/discovery', '/v2/certificate.pem'])
    expect((await without.request(path, { headers: as('filer') })).status).toBe(404);
});
