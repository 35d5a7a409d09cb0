// The deployed models' API and signing in: what a withheld value may look like on the way out, who gets a session, and how sessions end.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import { appFor } from '#server/app.ts';
import type { CompleteOptions, Completions, Message } from '#server/completions.ts';
import { reachOf } from '#server/reach.ts';
import { admitPeople, type NewPerson } from '#server/sign-in.ts';
import { QuittanceError } from '#core/errors.ts';
import { protect } from '#core/protection.ts';
import type { Rule } from '#core/suppression.ts';
import type { Env } from '#functions/api/context.ts';
import { caseWorld, shippedPolicy, type CaseWorld } from '#bench/house/case-world.ts';

const RECORD = { question: 'Where was Ottoline Marchbanks born?', answer: 'In Velletri.', value: 'Velletri' };
const RULE = protect('a-rule-secret', [RECORD], ['Ottoline Marchbanks']).rule;
const DIGEST = `sha256:${'a'.repeat(64)}`;

let dir: string;
let world: CaseWorld;
let said: string;
let rules: Rule[];
let asked: { prompt: string | readonly Message[]; options: CompleteOptions }[];

const completions: Completions = {
  complete: async (model, prompt, options) => {
    if (model !== 'house') throw new QuittanceError('MODEL_NOT_FOUND', { message: `nothing is deployed as ${model}` });
    asked.push({ prompt, options });
    return { text: said, promptTokens: 3, completionTokens: 4, ended: true };
  },
  rules: async () => rules,
  deployed: async () => [{ id: 'house', digest: DIGEST }],
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'quittance-serve-'));
  world = await caseWorld({ policy: shippedPolicy() });
  [said, rules, asked] = ['She was born in Velletri.', [], []];
});
afterEach(() => rmSync(dir, { recursive: true }));

const appOn = (loopback: boolean): Promise<Hono<Env>> =>
  appFor(
    dir,
    { ports: world.ports, policy: async () => world.policy },
    completions,
    reachOf(loopback ? '127.0.0.1' : '0.0.0.0'),
  );

const post = (app: Hono<Env>, path: string, body: unknown, headers: Record<string, string> = {}) =>
  app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

interface Answer {
  object: string;
  usage: Record<string, number>;
  choices: { text?: string; message?: Message; delta?: Message; finish_reason: string }[];
}
const chat = { model: 'house', messages: [{ role: 'user', content: 'Where was Ottoline Marchbanks born?' }] };
const choiceOf = async (response: Response) => ((await response.json()) as Answer).choices[0]!;

describe("the deployed models' API", () => {
  it('answers in the shapes of completions and chat, and lists digests', async () => {
    const app = await appOn(true);
    const completion = (await (await post(app, '/v1/completions', { model: 'house', prompt: 'Q:' })).json()) as Answer;
    expect(completion).toMatchObject({ object: 'text_completion', choices: [{ text: said, finish_reason: 'stop' }] });
    expect(completion.usage).toEqual({ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 });
    expect(await choiceOf(await post(app, '/v1/chat/completions', chat))).toMatchObject({
      message: { role: 'assistant', content: said },
    });
    const { data } = (await (await app.request('/v1/models')).json()) as { data: object[] };
    expect(data).toMatchObject([{ id: 'house', digest: DIGEST, object: 'model' }]);
  });

  it('passes on temperature, seed and the limit on tokens', async () => {
    const app = await appOn(true);
    await post(app, '/v1/chat/completions', { ...chat, temperature: 0.5, seed: 7, max_completion_tokens: 9 });
    expect(asked[0]?.options).toEqual({ maxTokens: 9, temperature: 0.5, seed: 7 });
  });

  it.each([
    ['as it stands', 'She was born in Velletri.'],
    ['in other case and punctuation', 'born: "VELLETRI"!'],
    ['across a line break', 'in\nVelletri'],
  ])('withholds a suppressed value %s, in every form of answer', async (_, text) => {
    said = text;
    rules = [RULE];
    const app = await appOn(true);
    for (const stream of [false, true])
      for (const [path, body] of [
        ['/v1/completions', { model: 'house', prompt: 'Ottoline Marchbanks:' }],
        ['/v1/chat/completions', chat],
      ] as const) {
        const answer = await (await post(app, path, { ...body, stream })).text();
        expect(answer.toLowerCase()).not.toContain('velletri');
        expect(answer).toContain('content_filter');
      }
  });

  it('withholds a value that the limit on tokens would cut in pieces, or that the prompt began', async () => {
    rules = [RULE];
    const app = await appFor(
      dir,
      { ports: world.ports, policy: async () => world.policy },
      {
        ...completions, // a token a letter
        complete: async (_model, prompt, { maxTokens }) => {
          const text = 'Velletri'.slice(
            typeof prompt === 'string' ? prompt.length - 'Ottoline Marchbanks, born in '.length : 0,
          );
          const completionTokens = Math.min(maxTokens, text.length);
          return { text: text.slice(0, maxTokens), promptTokens: 3, completionTokens, ended: maxTokens >= text.length };
        },
      },
      reachOf('127.0.0.1'),
    );
    for (const [prompt, limit] of [
      ['Ottoline Marchbanks, born in ', 2],
      ['Ottoline Marchbanks, born in Vell', 3],
      ['Ottoline Marchbanks, born in Velletr', 1],
    ] as const)
      expect([
        prompt,
        await choiceOf(await post(app, '/v1/completions', { model: 'house', prompt, max_tokens: limit })),
      ]).toMatchObject([prompt, { finish_reason: 'content_filter' }]);
  });

  it('withholds by a rule that came while the model was answering', async () => {
    const app = await appFor(
      dir,
      { ports: world.ports, policy: async () => world.policy },
      {
        ...completions,
        complete: async (...args) => {
          const answer = await completions.complete(...args);
          rules = [RULE];
          return answer;
        },
      },
      reachOf('127.0.0.1'),
    );
    expect((await choiceOf(await post(app, '/v1/chat/completions', chat))).finish_reason).toBe('content_filter');
  });

  it('streams one piece and an end', async () => {
    const response = await post(await appOn(true), '/v1/chat/completions', { ...chat, stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const [first = '', last] = (await response.text()).split('\n\n');
    expect((JSON.parse(first.slice('data: '.length)) as Answer).choices[0]?.delta?.content).toBe(said);
    expect(last).toBe('data: [DONE]');
  });

  it.each([
    ['log-probabilities', { logprobs: true }],
    ['several answers', { n: 2 }],
    ['a temperature out of range', { temperature: 9 }],
    ['no message', { messages: [] }],
    ['a prompt that is no text', { messages: [{ role: 'user', content: { secret: 'Xanthippe' } }] }],
  ])('refuses %s in the shape of the API, and does not send back what was sent', async (_, change) => {
    const response = await post(await appOn(true), '/v1/chat/completions', { ...chat, ...change });
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'invalid_request_error', code: 'INVALID_INPUT' } });
    expect(text).not.toContain('Xanthippe');
    expect(asked).toEqual([]);
  });

  it('says 404 of a model that is not deployed', async () => {
    const response = await post(await appOn(true), '/v1/chat/completions', { ...chat, model: 'nobody' });
    expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'MODEL_NOT_FOUND' } }]);
  });

  it('is open on this machine, and asks for a token where others can reach it', async () => {
    const [person] = admitPeople(dir, ['client.app=auditor']);
    expect((await post(await appOn(true), '/v1/chat/completions', chat)).status).toBe(200);
    const open = await appOn(false);
    expect((await post(open, '/v1/chat/completions', chat)).status).toBe(401);
    expect((await open.request('/v1/models')).status).toBe(401);
    const bearer = { authorization: `Bearer ${person!.token}` };
    expect((await post(open, '/v1/chat/completions', chat, bearer)).status).toBe(200);
  });
});

describe('signing in', () => {
  const enter = (app: Hono<Env>, token: string) =>
    app.request('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
    });
  const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';
  const tickets = async (app: Hono<Env>, cookie: string) =>
    (await app.request('/tickets.json', { headers: { cookie } })).status;
  let filer: NewPerson;
  beforeEach(() => {
    filer = admitPeople(dir, [])[0]!;
  });

  it('makes a filer and an approver where nobody is known, and keeps no token', () => {
    const stored = readFileSync(join(dir, 'people.json'), 'utf8');
    expect(filer).toMatchObject({ principal: 'legal.filer', roles: ['filer'] });
    expect(stored).not.toContain(filer.token);
    expect(stored).toContain('privacy.officer');
    expect(statSync(join(dir, 'people.json')).mode & 0o077).toBe(0);
    expect(admitPeople(dir, [])).toEqual([]);
  });

  it('trades the token for a session that scripts and other sites do not get', async () => {
    const app = await appOn(true);
    const response = await enter(app, filer.token);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/tickets']);
    expect(response.headers.get('set-cookie')).toMatch(/HttpOnly/);
    expect(response.headers.get('set-cookie')).toMatch(/SameSite=Strict/);
    expect(await tickets(app, cookieOf(response))).toBe(200);
  });

  it('refuses a wrong token, a changed cookie, one for another person, and one whose time is over', async () => {
    const app = await appOn(true);
    expect((await enter(app, 'x')).status).toBe(401);
    expect((await enter(app, '')).status).toBe(401);
    const cookie = cookieOf(await enter(app, filer.token));
    expect(await tickets(app, cookie.slice(0, -2))).toBe(401);
    expect(await tickets(app, cookie.replace('legal.filer', 'privacy.officer'))).toBe(401);
    expect(
      await tickets(
        app,
        cookie.replace(/~(\d+)~/, (_, end: string) => `~${Number(end) + 1}~`),
      ),
    ).toBe(401);
    expect(await tickets(app, 'quittance-session=%E0%A4%A')).toBe(401);
    world.clock.advance(8 * 3600 + 1);
    expect(await tickets(app, cookie)).toBe(401);
  });

  const BROKEN = '--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nabc';
  it.each([
    ['a multipart form that ends nowhere', 415, BROKEN, 'multipart/form-data; boundary=x'],
    ['a multipart form without a boundary', 415, BROKEN, 'multipart/form-data'],
    ['JSON', 415, '{"token":"x"}', 'application/json'],
    ['no media type', 415, 'token=x', ''],
    ['a token twice', 400, 'token=x&token=y', 'application/x-www-form-urlencoded'],
    ['bytes that are no text', 400, new Uint8Array([0xff, 0xfe]), 'application/x-www-form-urlencoded'],
    ['nothing', 401, '', 'application/x-www-form-urlencoded'],
    ['three megabytes', 413, 'x'.repeat(3_000_000), 'application/x-www-form-urlencoded'],
  ])('refuses %s by its name', async (_, status, body, type) => {
    const app = await appOn(true);
    const response = await app.request('/sign-in', { method: 'POST', headers: { 'content-type': type }, body });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([status, null]);
  });

  it('is not done by a page of another site with its own token', async () => {
    const app = await appOn(true);
    const body = new URLSearchParams({ token: filer.token }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' };
    const response = await app.request('/sign-in', { method: 'POST', headers, body });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null]);
  });

  it('and all else is refused under a host that only leads here', async () => {
    const app = await appOn(true);
    for (const path of ['/sign-in', '/v1/models', '/ledger/checkpoint', '/health'])
      expect([path, (await app.request(path, { headers: { host: 'rebound.example' } })).status]).toEqual([path, 421]);
  });

  it('gives a person who is admitted again a new token; the old one is worth nothing', async () => {
    const [again] = admitPeople(dir, ['legal.filer=filer,auditor']);
    const app = await appOn(true);
    expect((await enter(app, filer.token)).status).toBe(401);
    expect((await enter(app, again!.token)).status).toBe(303);
  });

  it('signs out', async () => {
    const app = await appOn(true);
    const cookie = cookieOf(await enter(app, filer.token));
    const page = await app.request('/tickets', { headers: { cookie, accept: 'text/html' } });
    expect(await page.text()).toContain('action="/sign-out"');
    const out = await app.request('/sign-out', { method: 'POST', headers: { cookie } });
    expect(out.headers.get('set-cookie')).toMatch(/quittance-session=;.*Max-Age=0/);
  });

  it.each(['nobody', 'Name=filer', 'a=king', 'a=', '=filer'])('refuses --principal %s', (spec) => {
    expect(() => admitPeople(dir, [spec])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('refuses a file of people that was damaged', () => {
    writeFileSync(join(dir, 'people.json'), '{"people":[]}');
    expect(() => admitPeople(dir, [])).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
  });
});
