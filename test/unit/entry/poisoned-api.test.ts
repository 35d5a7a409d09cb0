// Messages that can never be handled, to the API's function: what API Gateway never sends, URLs and headers that are
// none, bodies that are not what they say. Each is answered, since what a handler throws is a 502 without a code; and a
// start that failed is made good by the next request.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lambdaEnvironment, type SilentAws } from '#test/support/silent-aws.ts';

interface Answer {
  statusCode: number;
  body: string;
  isBase64Encoded: boolean;
}
let aws: SilentAws;
let ask: (event: unknown) => Promise<{ status: number; code: unknown; text: string }>;
beforeAll(async () => {
  aws = await lambdaEnvironment({});
  delete process.env['QUITTANCE_ARTIFACTS_BUCKET']; // the start fails
  const { handler } = await import('#entry/lambda-api.ts');
  ask = async (event) => {
    const { statusCode: status, body, isBase64Encoded } = (await handler(event)) as Answer;
    const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
    return { status, text, code: (JSON.parse(text) as { code?: unknown }).code };
  };
});
afterAll(() => aws.close());

const claims = { sub: 'filer.finn', 'cognito:groups': '[filers]' };
const event = (method: string, rawPath: string, more: object = {}) => ({
  version: '2.0',
  rawPath,
  headers: { 'content-type': 'application/json' },
  requestContext: { domainName: 'api.example', http: { method }, authorizer: { jwt: { claims } } },
  ...more,
});
const HEALTH = event('GET', '/health');
const filing = (body: string, more: object = {}) => event('POST', '/tickets', { body, ...more });

/** Event, status, code. */
const POISON: Readonly<Record<string, [unknown, number, string]>> = {
  'nothing at all': [undefined, 400, 'INVALID_INPUT'],
  'an event of EventBridge': [{ version: '0', detail: {} }, 400, 'INVALID_INPUT'],
  'a host that is no host': [event('GET', '/health', { headers: { host: 'a b' } }), 421, 'HOST_UNKNOWN'],
  'a method that fetch forbids': [event('TRACE', '/health'), 400, 'INVALID_INPUT'],
  'a header with a line break': [event('GET', '/health', { headers: { accept: 'a\r\nb' } }), 400, 'INVALID_INPUT'],
  'a body that is not JSON': [filing('{"subject":"Ottoline'), 400, 'INVALID_INPUT'],
  'a body that is not UTF-8': [filing('/////w==', { isBase64Encoded: true }), 400, 'INVALID_INPUT'],
  'a body of another form': [filing('[{"name":"Ottoline Marchbanks"}]'), 400, 'INVALID_INPUT'],
  'a body larger than any request': [filing(JSON.stringify('Ottoline'.repeat(2 ** 20))), 413, 'INPUT_TOO_LARGE'],
  'a ticket id that is a path': [event('GET', '/tickets/..%2f..%2fvault.json'), 404, 'NOT_FOUND'],
  'a ticket id that goes on as a path': [event('GET', '/tickets/T-..%2f..%2fvault.json'), 404, 'TICKET_NOT_FOUND'],
};

describe('the API', () => {
  it('that could not start answers by code, and starts with the next request', async () => {
    expect(await ask(HEALTH)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    process.env['QUITTANCE_ARTIFACTS_BUCKET'] = 'artifacts';
    expect(await ask(HEALTH)).toMatchObject({ status: 200 });
  });

  it.each(Object.keys(POISON))('answers %s by code, unquoted, and goes on', async (name) => {
    const [poison, status, code] = POISON[name]!;
    const answer = await ask(poison);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.text).not.toContain('Ottoline');
    expect(await ask(HEALTH)).toMatchObject({ status: 200 });
  });
});
