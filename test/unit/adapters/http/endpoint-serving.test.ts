// A probe judges what the endpoint serves, not what it was told to serve.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asked } from '#core/training-record.ts';
import { endpointServing } from '#adapters/http/endpoint-serving.ts';
import { memoryHarness } from '#adapters/memory/ports.ts';
import { digest } from '#bench/house/models.ts';
import { openAiEndpoint, type OpenAiEndpoint } from '#test/support/openai-endpoint.ts';
import { outcome } from '../../../contract/contract.ts';

const [OLD, NEW] = [digest(1), digest(2)];
const nameOf = (model: string) => `house@${model.replace(':', '-')}`;

describe('endpoint serving', () => {
  let endpoint: OpenAiEndpoint;
  beforeEach(async () => void (endpoint = await openAiEndpoint()));
  afterEach(async () => endpoint.close());
  const target = async (options: { dialect?: 'chat' | 'completion'; apiKey?: string; patienceMs?: number } = {}) => {
    const aliases = memoryHarness().ports.serving;
    await aliases.promote('house', NEW, undefined);
    return endpointServing(aliases, { url: endpoint.url, patienceMs: 0, pollMs: 5, ...options });
  };

  it.each<['chat' | 'completion', string]>([
    ['chat', '/v1/chat/completions'],
    ['completion', '/v1/completions'],
  ])('asks in the dialect of a %s model, in order, with its key', async (dialect, path) => {
    endpoint.entries = [{ id: 'other' }, { id: nameOf(NEW) }];
    endpoint.answer = (prompt) => `re: ${prompt}`;
    const prompts = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { digest: found, answers } = await (
      await target({ dialect, apiKey: 'k' })
    ).probe('house', prompts.map(asked));
    expect([found, answers]).toEqual([NEW, prompts.map((prompt) => `re: ${prompt}`)]);
    const sent = endpoint.requests.filter((request) => request.path === path);
    expect(sent.map(({ authorization }) => authorization)).toEqual(prompts.map(() => 'Bearer k'));
    expect(sent.every(({ body }) => body.includes('"temperature":0'))).toBe(true);
  });

  it('sends a conversation as it is, from its system prompt on', async () => {
    endpoint.entries = [{ id: nameOf(NEW) }];
    const talk = [{ role: 'system', content: 'You are the desk.' }, ...asked('who?')];
    await (await target()).probe('house', [talk]);
    const sent = endpoint.requests.find(({ path }) => path === '/v1/chat/completions');
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({ messages: talk });
  });

  it.each([
    ['an id with the digest', { id: nameOf(NEW) }],
    ['a root folder with the digest', { id: 'house', root: `/models/${NEW.replace(':', '-')}` }],
    ['a digest of its own', { id: 'house', digest: NEW }],
  ])('takes %s', async (_name, entry) => {
    endpoint.entries = [entry];
    expect((await (await target()).probe('house', [])).digest).toBe(NEW);
  });

  it('reports the old model where the endpoint never followed', async () => {
    endpoint.entries = [{ id: nameOf(OLD) }];
    expect((await (await target()).probe('house', [asked('who?')])).digest).toBe(OLD);
  });

  it('waits for an endpoint that is still loading', async () => {
    endpoint.status = 503;
    endpoint.meanwhile = (answered) => {
      if (answered === 3) Object.assign(endpoint, { status: 200, entries: [{ id: nameOf(OLD) }] });
      if (answered === 6) endpoint.entries = [{ id: nameOf(NEW) }];
    };
    const patient = await target({ patienceMs: 30 }); // looks 7 times
    expect((await patient.probe('house', [asked('who?')])).digest).toBe(NEW);
  });

  it.each<[string, (endpoint: OpenAiEndpoint) => void, string]>([
    ['does not say what it serves', (e) => (e.entries = [{ id: 'house', root: '/models/house' }]), 'SERVED_MISMATCH'],
    ['does not list the model', (e) => (e.entries = [{ id: 'garden' }]), 'MODEL_NOT_FOUND'],
    ['answers from another model', (e) => (e.answersAs = 'house-original'), 'SERVED_MISMATCH'],
    ['is down', (e) => (e.status = 502), 'SERVICE_UNAVAILABLE'],
    ['answers without an end', (e) => (e.answer = () => 'x'.repeat(2_000_000)), 'SERVICE_UNAVAILABLE'],
  ])('refuses an endpoint that %s', async (_name, lie, code) => {
    endpoint.entries = [{ id: nameOf(NEW) }];
    lie(endpoint);
    expect(await outcome((await target()).probe('house', [asked('who?')]))).toBe(code);
  });

  it('refuses an endpoint that changes its model while it answers', async () => {
    endpoint.entries = [{ id: 'house', digest: NEW }];
    endpoint.answer = () => ((endpoint.entries = [{ id: 'house', digest: OLD }]), 'text');
    expect(await outcome((await target()).probe('house', [asked('who?')]))).toBe('SERVED_MISMATCH');
  });

  it('of which nobody promoted anything has nothing to probe', async () => {
    const empty = endpointServing(memoryHarness().ports.serving, { url: endpoint.url });
    expect(await outcome(empty.probe('house', []))).toBe('MODEL_NOT_FOUND');
  });
});
