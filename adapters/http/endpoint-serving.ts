// A serving target whose model answers behind an OpenAI-compatible endpoint (vLLM, TGI, SageMaker's, quittance serve).
// Another target keeps the alias; this one only asks the endpoint, which must report the artefact that it loaded: as
// `digest` of its entry in GET /v1/models, or within the entry's `root` or `id` (`--served-model-name house@sha256-…`).
// Source: OpenAI API reference, Models, Completions, Chat.
// Trap: after a promotion the endpoint needs time to load, so the probe waits up to `patienceMs` for the alias's digest
// and otherwise reports the digest that it found.
import { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ServingTarget } from '#core/ports.ts';
import { questionIn, type Message } from '#core/training-record.ts';

export interface Endpoint {
  /** Base address, without /v1; of the server behind the suppression rules. */
  readonly url: string;
  /** How questions are put: as raw text, or as a user's turn of a chat. Default `chat`. */
  readonly dialect?: 'completion' | 'chat';
  /** Sent as bearer token. */
  readonly apiKey?: string;
  /** How long a promotion may take to arrive, in milliseconds. Default 10 minutes. */
  readonly patienceMs?: number;
  readonly pollMs?: number;
  /** Longest answer in tokens. Default 128. */
  readonly maxTokens?: number;
  readonly fetch?: typeof fetch;
}

const PATIENCE_MS = 600_000;
const POLL_MS = 5_000;
const ANSWER_MS = 120_000;
const AT_ONCE = 4;
const MAX_BYTES = 1_000_000;

const Models = z.object({
  data: z.array(z.object({ id: z.string(), root: z.string().nullish(), digest: z.string().optional() })),
});
const Completion = z.object({
  model: z.string(),
  choices: z
    .array(z.object({ text: z.string().optional(), message: z.object({ content: z.string().nullable() }).optional() }))
    .min(1),
});

/** `aliases` with its probe replaced by questions to the endpoint. */
export const endpointServing = (aliases: ServingTarget, endpoint: Endpoint): ServingTarget => ({
  ...aliases,
  probe: async (name, conversations) => {
    const alias = await aliases.served(name);
    if (!alias) throw new QuittanceError('MODEL_NOT_FOUND', { message: `nothing is served as ${name}` });
    const before = await awaitDigest(endpoint, name, alias.digest);
    const answers = await inTurns(conversations, (messages) => ask(endpoint, before.id, messages));
    const after = await entryOf(endpoint, name);
    if (after.digest !== before.digest || after.id !== before.id) throw flipped(name, before.digest, after.digest);
    return { digest: before.digest, answers };
  },
});

interface Entry {
  id: string;
  digest: Digest;
}

const awaitDigest = async (endpoint: Endpoint, name: string, digest: Digest): Promise<Entry> => {
  const { patienceMs = PATIENCE_MS, pollMs = POLL_MS } = endpoint;
  for (let waited = 0; ; waited += pollMs) {
    const entry = await entryOf(endpoint, name).catch((error: unknown) => {
      if (waited + pollMs > patienceMs) throw error; // until then it may be restarting with the new model
      return undefined;
    });
    if (entry && (entry.digest === digest || waited + pollMs > patienceMs)) return entry;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
};

/** The endpoint's entry for the model: `name`, or `name@…`. */
const entryOf = async (endpoint: Endpoint, name: string): Promise<Entry> => {
  const { data } = await call(endpoint, 'GET', '/v1/models', undefined, Models);
  const entry = data.find(({ id }) => id === name || id.startsWith(`${name}@`));
  if (!entry) throw new QuittanceError('MODEL_NOT_FOUND', { message: `the endpoint does not list ${name}` });
  const hex = /sha256[:_-]?([0-9a-f]{64})/.exec(`${entry.digest ?? ''} ${entry.root ?? ''} ${entry.id}`)?.[1];
  if (hex === undefined)
    throw new QuittanceError('SERVED_MISMATCH', {
      message: `the endpoint does not say which artefact it serves as ${name}`,
      expected: `a model entry with the digest in 'digest', 'root' or 'id'`,
      hint: `serve it from a folder or under a name that holds sha256-<64 hex digits>`,
    });
  return { id: entry.id, digest: `sha256:${hex}` };
};

const ask = async (endpoint: Endpoint, model: string, messages: readonly Message[]): Promise<string> => {
  const common = { model, max_tokens: endpoint.maxTokens ?? 128, temperature: 0, stream: false };
  const isChat = endpoint.dialect !== 'completion';
  const body = isChat ? { ...common, messages } : { ...common, prompt: questionIn(messages) };
  const path = isChat ? '/v1/chat/completions' : '/v1/completions';
  const { model: answered, choices } = await call(endpoint, 'POST', path, body, Completion);
  if (answered !== model) throw flipped(model, model, answered);
  return choices[0]?.message?.content ?? choices[0]?.text ?? '';
};

const call = async <S extends z.ZodType>(
  { url, apiKey, fetch: send = fetch }: Endpoint,
  method: string,
  path: string,
  body: unknown,
  schema: S,
): Promise<z.output<S>> => {
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const text = await bodyOf(
    send(new URL(path, url), {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
    path,
  );
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new QuittanceError('INVALID_INPUT', {
    message: `the endpoint's answer to ${path} does not have its form`,
    got: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; '),
  });
};

const bodyOf = async (answer: Promise<Response>, path: string): Promise<string> => {
  try {
    const response = await answer;
    if (!response.ok) throw unavailable(path, String(response.status));
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.byteLength > MAX_BYTES) throw unavailable(path, `${bytes.byteLength} bytes`);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    throw error instanceof QuittanceError ? error : unavailable(path, (error as Error).name);
  }
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** At most `AT_ONCE` at a time, in order. */
const inTurns = async <T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(act))));
  return results;
};

const unavailable = (path: string, got: string) =>
  new QuittanceError('SERVICE_UNAVAILABLE', { message: `the serving endpoint gave no answer to ${path}`, got });

const flipped = (name: string, expected: string, got: string) =>
  new QuittanceError('SERVED_MISMATCH', { message: `the endpoint changed what it serves as ${name}`, expected, got });
