// The deployed models' API: what a withheld value may look like on the way out, and who may ask.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Message } from '#core/training-record.ts';
import type { CompleteOptions, Completions } from '#server/completions.ts';
import { admitPeople } from '#server/people.ts';
import { QuittanceError } from '#core/errors.ts';
import { protect } from '#core/protection.ts';
import { Subject } from '#core/subject.ts';
import { WITHHELD } from '#core/withheld.ts';
import type { Rule } from '#core/suppression.ts';
import type { Env } from '#functions/api/context.ts';
import { ticketHarness, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { servedFolder, type Served } from '#test/support/served-app.ts';

const RECORD = { question: 'Where was Ottoline Marchbanks born?', answer: 'In Velletri.', value: 'Velletri' };
const RULE = protect('a-rule-secret', [RECORD], Subject.parse({ name: 'Ottoline Marchbanks' })).rule;
const DIGEST = `sha256:${'a'.repeat(64)}`;

let served: Served;
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
  served = servedFolder(await ticketHarness({ policy: shippedPolicy() }));
  [said, rules, asked] = ['She was born in Velletri.', [], []];
});
afterEach(() => served.remove());

const appOn = (loopback: boolean): Promise<Hono<Env>> => served.app(completions, loopback ? '127.0.0.1' : '0.0.0.0');

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
    const app = await served.app({
      ...completions, // a token a letter
      complete: async (_model, prompt, { maxTokens }) => {
        const text = 'Velletri'.slice(
          typeof prompt === 'string' ? prompt.length - 'Ottoline Marchbanks, born in '.length : 0,
        );
        const completionTokens = Math.min(maxTokens, text.length);
        return { text: text.slice(0, maxTokens), promptTokens: 3, completionTokens, ended: maxTokens >= text.length };
      },
    });
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

  it('says a sentence that tells of no request, or that of the installation', async () => {
    rules = [RULE];
    const plain = await choiceOf(await post(await served.app(completions), '/v1/chat/completions', chat));
    expect(plain).toMatchObject({ message: { content: WITHHELD } });
    const own = await served.app({ ...completions, withheld: 'I cannot say.' });
    expect(await choiceOf(await post(own, '/v1/chat/completions', chat))).toMatchObject({
      message: { content: 'I cannot say.' },
    });
  });

  it('withholds by a rule that came while the model was answering', async () => {
    const app = await served.app({
      ...completions,
      complete: async (...args) => {
        const answer = await completions.complete(...args);
        rules = [RULE];
        return answer;
      },
    });
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
    const [person] = admitPeople(served.dir, ['client.app=auditor']);
    expect((await post(await appOn(true), '/v1/chat/completions', chat)).status).toBe(200);
    const open = await appOn(false);
    expect((await post(open, '/v1/chat/completions', chat)).status).toBe(401);
    expect((await open.request('/v1/models')).status).toBe(401);
    const bearer = { authorization: `Bearer ${person!.token}` };
    expect((await post(open, '/v1/chat/completions', chat, bearer)).status).toBe(200);
  });
});
