// Requests by chance against the whole app of `quittance serve`: paths, methods, headers and bodies that belong
// together and such that do not, from three roles in a browser or a program, and from strangers. What must hold of
// each: no fault of the server, a read writes nothing, a refusal leaves every ticket and model as it was and does not
// send back what was sent; and at the end nothing is half-written. QUITTANCE_FUZZ_REQUESTS and QUITTANCE_FUZZ_SEED say
// how many and which (docs/testing.md).
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import { random } from '#engine/random.ts';
import { admitPeople, type NewPerson } from '#server/people.ts';
import { APPROVER, FILER, requestOf } from '#bench/house/requests.ts';
import type { Env } from '#functions/api/context.ts';
import { servedFolder, type Served } from '#test/support/served-app.ts';
import { walkedToApproval, type WalkedTicket } from '#test/support/hand-walked.ts';
import { evidenceOf } from '#test/support/api-callers.ts';

const REQUESTS = Number(process.env['QUITTANCE_FUZZ_REQUESTS'] ?? 4000);
const SEED = process.env['QUITTANCE_FUZZ_SEED'] ?? 'doors';
/** Stands in what is sent, and in no answer. */
const SECRET = 'Xanthippe-Quarl';

const chance = random(SEED);
const pick = <T>(items: readonly T[]): T => items[chance.below(items.length)]!;
const often = (share: number): boolean => chance.uniform() < share;
const bytes = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, () => chance.below(256));

let walked: WalkedTicket;
let served: Served;
let app: Hono<Env>;
let people: NewPerson[];
let cookies: string[];
let evidence: string;
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => void unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  walked = await walkedToApproval();
  evidence = await evidenceOf(walked);
  served = servedFolder(walked.harness);
  people = admitPeople(served.dir, [`${FILER}=filer`, `${APPROVER}=approver`, 'auditor.ann=auditor']);
  app = await served.app();
});
afterAll(() => {
  process.off('unhandledRejection', onUnhandled);
  served.remove();
});

const signedIn = async (): Promise<string[]> =>
  Promise.all(
    people.map(async ({ token }) => {
      const body = new URLSearchParams({ token }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const response = await app.request('/sign-in', { method: 'POST', headers, body }, { address: '192.0.2.1' });
      return response.headers.get('set-cookie')?.split(';')[0] ?? '';
    }),
  );

const METHODS = [
  'GET',
  'GET',
  'GET',
  'POST',
  'POST',
  'POST',
  'POST',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'PATCH',
  'BREW',
];
const TAILS = ['', '/approval', '/report', '/report.html', '/bundle.zip', '/identity', '/extend', '/hold', '/release'];
const MORE_TAILS = ['/close', '/resume', '/request', '/approval/', '//', '/%2e%2e', '/../../health'];
const PLACES = ['/', '/health', '/style.css', '/tickets', '/models', '/models/house', '/models/nobody', '/ledger'];
const MORE_PLACES = [
  '/ledger/checkpoint',
  '/ledger/tile/0/000',
  '/ledger/tile/entries/x001/000.p/1',
  '/verify',
  '/sign-in',
];
const LAST_PLACES = [
  '/sign-out',
  '/sessions',
  '/v1/models',
  '/v1/completions',
  '/v1/chat/completions',
  '/v1/../tickets',
  '/trust-root',
];
const ODD_IDS = [
  'T-0000000000',
  'T-',
  '%00',
  '%E0%A4%A',
  '..%2f..%2fvault',
  '__proto__',
  'ü',
  SECRET,
  'a'.repeat(8000),
];
const QUERIES = [
  '?view=approval',
  '?limit=-1&after=x',
  '?limit=1e9',
  '?ticket=',
  `?ticket=${SECRET}`,
  '?view=%ff',
  '?__proto__=1',
];

const pathBy = (): string => {
  const place = often(0.4)
    ? pick([...PLACES, ...MORE_PLACES, ...LAST_PLACES])
    : `/tickets/${often(0.7) ? walked.ticketId : pick(ODD_IDS)}${pick([...TAILS, ...TAILS, ...MORE_TAILS])}`;
  const suffix = often(0.15) ? pick(['.json', '.JSON', '/', '.json.json', '%0a', `/${pick(ODD_IDS)}`]) : '';
  const query = often(0.2) ? pick(QUERIES) : often(0.05) ? `?ticket=${walked.ticketId}` : '';
  return `${place}${suffix}${query}`;
};

const VALUES = [
  null,
  true,
  -1,
  1e308,
  '',
  SECRET,
  [],
  {},
  '__proto__',
  '\u0000',
  '\ud800',
  'x'.repeat(70_000),
  [[[[]]]],
];
const GOOD_BODIES = (): object[] => [
  { decision: pick(['approved', 'refused']), evidence, reason: 'not-convinced' },
  { code: 'litigation' },
  { reason: 'complexity' },
  { outcome: 'cancelled', reason: 'x' },
  { method: 'document-seen', level: 'high', verifiedAt: '2026-03-01T09:00:00.000Z' },
  requestOf(often(0.5) ? { note: SECRET } : {}),
  { model: 'house', prompt: SECRET, messages: [{ role: 'user', content: SECRET }] },
  {},
];
const changed = (body: object): object => {
  const keys = [...Object.keys(body), SECRET, '__proto__', 'constructor', 'by', 'approver', 'filer', 'ticketId'];
  return { ...body, [pick(keys)]: pick(VALUES) };
};
const MULTIPART = ['--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nabc', '--x--', '--x\r\n\r\n\r\n--x', ''];
const formBy = (): string =>
  `${pick(['token', 'decision', 'csrf', '%ff', '', 'a[]', 'a.b'])}=${pick([SECRET, '%', '%zz', '+', evidence])}&token=x`;

/** A body, and the media type that it is of. */
const bodyBy = (): [body: string | Uint8Array<ArrayBuffer>, type: string] => {
  const good = pick(GOOD_BODIES());
  const json = JSON.stringify(often(0.5) ? good : changed(good));
  const form = new URLSearchParams(
    Object.entries(good).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return pick<[string | Uint8Array<ArrayBuffer>, string]>([
    [json, 'application/json'],
    [json, 'application/json'],
    [json.slice(0, chance.below(json.length)), 'application/json'],
    [`${json.slice(0, -1)},"code":1,"code":2}`, 'application/json; charset=utf-16'],
    ['['.repeat(often(0.1) ? 200_000 : 40), 'application/json'],
    [often(0.5) ? form : formBy(), 'application/x-www-form-urlencoded'],
    [
      pick(MULTIPART),
      pick(['multipart/form-data; boundary=x', 'multipart/form-data', 'multipart/form-data; boundary="']),
    ],
    [
      bytes(chance.below(200)),
      pick(['application/json', 'application/x-www-form-urlencoded', 'application/octet-stream']),
    ],
    [often(0.1) ? 'x'.repeat(2_200_000) : '', 'application/x-www-form-urlencoded'],
  ]);
};

const OTHER_HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['accept', ['text/html', 'application/json', '*/*', ';;;', '']],
  ['idempotency-key', ['a', 'b', SECRET, 'x'.repeat(200), ' ', 'k\u00ff']],
  ['host', ['localhost', 'localhost:1', 'rebound.example', '', '[::1', '127.0.0.1']],
  ['origin', ['null', 'http://localhost', 'https://elsewhere.example', 'localhost', '::']],
  ['sec-fetch-site', ['same-origin', 'cross-site', 'none', 'x']],
  ['content-length', ['0', '-1', '99999999999', 'NaN']],
  ['transfer-encoding', ['chunked', 'gzip']],
  ['content-encoding', ['gzip', 'br']],
  ['range', ['bytes=0-0']],
  ['if-none-match', ['*']],
  ['x-http-method-override', ['DELETE']],
  ['x-forwarded-for', ['127.0.0.1']],
  ['cookie', ['quittance-session=%E0%A4%A', 'quittance-session=', ';;;=', 'quittance-session=a; quittance-session=b']],
];

const senderBy = (): Record<string, string> => {
  const who = chance.below(people.length);
  const wrong = `Bearer ${SECRET}`;
  const authorization = pick(['Bearer ', 'Bearer x y', 'Basic eDp5', wrong, wrong, wrong, 'bearer', 'Bearer \u00ff']);
  return pick<Record<string, string>>([
    { authorization: `Bearer ${people[who]!.token}` },
    { authorization: `Bearer ${people[who]!.token}` },
    { cookie: cookies[who]! },
    { cookie: cookies[who]!, 'sec-fetch-site': 'same-origin' },
    often(0.5) ? { authorization } : {},
  ]);
};

interface Sent {
  readonly url: string;
  readonly init: RequestInit & { readonly method: string; readonly headers: Record<string, string> };
}

const requestBy = (): Sent => {
  const method = pick(METHODS);
  const [body, type] = bodyBy();
  const others = Array.from({ length: chance.below(3) }, () => pick(OTHER_HEADERS));
  const headers: Record<string, string> = {
    ...(often(0.9) ? { 'content-type': type } : { 'content-type': pick(['text/plain', 'x', 'application/json']) }),
    ...(often(0.5) ? { 'idempotency-key': pick(['a', 'b', 'c']) } : {}),
    ...senderBy(),
    ...Object.fromEntries(others.map(([name, values]) => [name, pick(values)])),
  };
  const init = ['GET', 'HEAD'].includes(method) ? { method, headers } : { method, headers, body };
  return { url: `http://localhost${pathBy()}`, init };
};

const stateOf = async () => {
  const { ports } = walked.harness;
  return JSON.stringify([await ports.tickets.list(), await ports.models.list(), await ports.logHead.read()]);
};

/** Every kind of answer that has been met. */
const statuses = new Set<number>();

/** What is wrong with how a request was answered; nothing mostly. */
const faultOf = async ({ url, init }: Sent, before: string): Promise<string | undefined> => {
  const { writes } = walked.harness.faults;
  const written = writes.length;
  const response = await app.request(url, init, { address: pick(['192.0.2.1', '192.0.2.2', '2001:db8::1']) });
  const text = await response.text();
  statuses.add(response.status);
  if (response.status >= 500) return `ends with ${response.status}: ${text}`;
  if (['GET', 'HEAD', 'OPTIONS'].includes(init.method) && writes.length > written) return 'a read that writes';
  if (response.status >= 400 && (await stateOf()) !== before)
    return `changes something and ends with ${response.status}`;
  if (response.status >= 400 && text.includes(SECRET)) return 'sends back what was sent';
  return undefined;
};

it(`answers ${REQUESTS} requests without a fault, and leaves nothing half-written`, async () => {
  const { harness } = walked;
  let state = await stateOf();
  for (let i = 0; i < REQUESTS; i++) {
    if (i % 1000 === 0) {
      harness.clock.advance(900);
      cookies = await signedIn();
    }
    const sent = requestBy();
    const fault = await faultOf(sent, state);
    if (fault !== undefined)
      throw new Error(`request ${i} of seed ${SEED} ${fault}: ${JSON.stringify(sent).slice(0, 2000)}`);
    state = await stateOf();
  }
  expect(unhandled).toEqual([]);
  expect(harness.faults.complaints).toEqual([]);
  expect(await halfWritten(walked)).toEqual([]);
  // that the requests are not all refused at the first door
  expect([...statuses]).toEqual(expect.arrayContaining([200, 204, 303, 400, 401, 403, 404, 405, 415, 421]));
});

/** Tickets that lack a part: an event, what was filed, or the workflow that works on them. */
const halfWritten = async ({ harness: { ports, engine } }: WalkedTicket): Promise<string[]> => {
  const whole = await Promise.all(
    (await ports.tickets.list()).map(async ({ id, sequence }) => {
      const events = (await ports.tickets.events(id)).map((event) => event.sequence);
      const filed = await Promise.all(['request', 'forget-set'].map((name) => ports.vault.get(id, name)));
      const started = engine.started.some(({ workflow, name }) => workflow === 'erasure' && name === id);
      const numbered = events.every((number, i) => number === events[0]! + i) && events.at(-1) === sequence;
      return numbered && started && filed.every(({ length }) => length > 0) ? [] : [id];
    }),
  );
  return whole.flat();
};
