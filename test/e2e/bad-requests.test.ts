// The same bad input over HTTP, against `quittance serve` as a process: problem documents with the same codes, and
// nothing half-written.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contentsOf, makeSmall, type Small } from './small.ts';

const BIN = new URL('../../cli/bin.mjs', import.meta.url).pathname;
const AAA = `sha256:${'a'.repeat(64)}`;
const WHO = ['legal.filer=filer,approver', 'privacy.officer=approver', 'lena=filer,approver'];

let small: Small;
let dir: string;
let child: ChildProcess;
let url: string;
const tokens = new Map<string, string>();

const firstLine = (process: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    process.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    process.once('exit', (code) => reject(new Error(`serve ended with ${String(code)}`)));
  });

beforeAll(async () => {
  small = makeSmall();
  dir = small.copy();
  const principals = WHO.flatMap((who) => ['--principal', who]);
  child = spawn(process.execPath, [BIN, 'serve', '--dir', dir, '--port', '0', '--json', ...principals]);
  const ready = JSON.parse(await firstLine(child)) as { url: string; added: { principal: string; token: string }[] };
  url = ready.url;
  for (const { principal, token } of ready.added) tokens.set(principal, token);
});
afterAll(() => {
  child.kill('SIGKILL');
  small.remove();
});

const post = (path: string, body: unknown, who = 'legal.filer') =>
  fetch(url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokens.get(who) ?? ''}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      connection: 'close', // the server hangs up on a body that it will not read
    },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });

const refuses = async (path: string, body: unknown, status: number, code: string, who?: string) => {
  const before = await contentsOf(dir);
  const answer = await post(path, body, who);
  const problem = (await answer.json()) as Record<string, unknown>;
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
  expect(problem).toMatchObject({ status, code, title: expect.any(String) });
  expect(await contentsOf(dir)).toEqual(before);
  return problem;
};

const ticket = (name: string) => JSON.parse(readFileSync(join(small.root, name), 'utf8')) as Record<string, unknown>;
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ question: `Where was P${i} born?`, answer: `P${i} was born in Oslo.` }));

describe('a request for nobody', () => {
  /** The status and problem of a GET with these lines of a header. */
  const raw = (address: string, lines: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.once('error', reject).once('end', () => {
        resolve([/^HTTP\/1.1 (\d+)/.exec(text)?.[1], /"code":"(\w+)"/.exec(text)?.[1]].join(' '));
      });
      socket.end([`GET ${address} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n'));
    });

  it.each([
    ...[[], ['Host:'], ['Host: a b'], ['Host: @'], ['Host: 127.0.0.1:99999'], ['Host: x@127.0.0.1']],
    ...[['Host: rebound.example']],
  ])('with the header %p is answered by the list of our names, wherever it leads', async (...lines) => {
    for (const path of ['/health', '/', '/v1/models', '/ledger/checkpoint', '/sign-in', '/nothing', `${url}/health`])
      expect([path, await raw(path, lines)]).toEqual([path, '421 HOST_UNKNOWN']);
  });

  it('by a name of ours is answered', async () => {
    expect(await raw('/health', [`Host: ${new URL(url).host}`])).toBe('200 ');
  });
});

describe('POST /tickets', () => {
  it.each<[string, () => unknown, number, string]>([
    ['half a JSON object', () => '{"subject": {"name": "Xylo', 400, 'INVALID_INPUT'],
    ['bytes that are not UTF-8', () => Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 400, 'INVALID_INPUT'],
    ['an unknown field', () => ({ ...ticket('second.json'), urgent: true }), 400, 'INVALID_INPUT'],
    ['three megabytes', () => ({ ...ticket('second.json'), note: 'x'.repeat(3_000_000) }), 413, 'INPUT_TOO_LARGE'],
    ['a model that nobody registered', () => ({ ...ticket('second.json'), model: 'nobody' }), 404, 'MODEL_NOT_FOUND'],
    ['no record', () => ({ ...ticket('second.json'), forget: { records: [] } }), 422, 'FORGET_EMPTY'],
    [
      'an untrained record',
      () => ({ ...ticket('second.json'), forget: { records: numbered(1) } }),
      422,
      'FORGET_UNKNOWN_RECORD',
    ],
    [
      'thousands of people',
      () => ({ ...ticket('second.json'), forget: { records: numbered(5000) } }),
      422,
      'FORGET_TOO_BROAD',
    ],
    ['what is about nobody', () => ticket('facts.json'), 422, 'FORGET_NOT_PERSONAL'],
    ['the person of an open ticket', () => ticket('first.json'), 409, 'TICKET_DUPLICATE'],
  ])('refuses %s', async (_name, body, status, code) => {
    const problem = await refuses('/tickets', body(), status, code);
    if (code.startsWith('FORGET_')) expect(problem['hint']).toEqual(expect.any(String));
    expect(JSON.stringify(problem)).not.toContain('Xylo');
  });
});

describe('decisions', () => {
  const path = (act: string) => `/tickets/${small.ticketId}/${act}`;
  const approval = async (evidence?: string) => {
    const { tickets } = await contentsOf(dir);
    const shown = tickets.flatMap((one) => ('evidence' in one ? [one.evidence] : []))[0];
    return { decision: 'approved', evidence: evidence ?? shown, passphrase: 'a phrase of this test' };
  };

  it('of the filer, on other evidence, or of nobody are refused', async () => {
    await refuses(path('approval'), await approval(), 403, 'APPROVER_IS_FILER');
    await refuses(path('approval'), await approval(AAA), 409, 'APPROVAL_STALE', 'privacy.officer');
    await refuses(path('approval'), await approval(), 401, 'UNAUTHENTICATED', 'somebody');
    await refuses(path('approval'), { decision: 'maybe' }, 400, 'INVALID_INPUT', 'privacy.officer');
  });

  it('on a ticket on hold are refused, and the hold is lifted by two people', async () => {
    const shown = await approval();
    expect((await post(path('hold'), { code: 'litigation' }, 'lena')).status).toBe(200);
    await refuses(path('approval'), shown, 409, 'TICKET_ON_HOLD', 'privacy.officer');
    const release = async (who: string) => (await post(path('release'), {}, who)).json();
    expect([await release('lena'), await release('lena')]).toEqual(Array(2).fill({ outcome: 'proposed' }));
    expect(await release('privacy.officer')).toEqual({ outcome: 'done' });
  });

  it('count once', async () => {
    const shown = await approval();
    expect((await post(path('approval'), shown, 'privacy.officer')).status).toBe(200);
    const replay = await post(path('approval'), shown, 'lena');
    // decided: either it is on its way, or the case is over and its data gone
    expect([409, 410]).toContain(replay.status);
    expect(['APPROVAL_REPLAYED', 'TICKET_PURGED']).toContain(((await replay.json()) as { code: string }).code);
  });
});
