// The deployed models behind the OpenAI API's shapes: /v1/models, /v1/completions, /v1/chat/completions. Source: OpenAI
// API reference, Models, Completions, Chat.
// Traps: an answer is checked against the interim suppression rules whole, with what it would have gone on to say and
// with the prompt that it continues, before any of it leaves, so a stream has one piece; log-probabilities are refused,
// as they would tell what the rules withhold.
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Rule } from '#core/suppression.ts';
import { WITHHELD } from '#core/withheld.ts';
import type { Message } from '#core/training-record.ts';
import type { Env } from '#functions/api/context.ts';
import { notedProblem, placeOf } from '#functions/api/problems.ts';
import { underRules } from './withholding.ts';

export interface CompleteOptions {
  readonly maxTokens: number;
  /** 0: greedy. */
  readonly temperature: number;
  readonly seed: number;
}

export interface Completed {
  readonly text: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Whether the model ended the answer itself. */
  readonly ended: boolean;
}

/** Answers with the model that is deployed under a name. MODEL_NOT_FOUND where none is. */
export type Complete = (
  model: string,
  prompt: string | readonly Message[],
  options: CompleteOptions,
) => Promise<Completed>;

export interface Completions {
  readonly complete: Complete;
  /** Interim suppression rules of a model; an answer that one of them recognises is withheld. */
  readonly rules: (model: string) => Promise<readonly Rule[]>;
  /** What is said in place of a withheld answer, where the installation has a sentence of its own. */
  readonly withheld?: string;
  /** Names and digests of what is deployed. */
  readonly deployed: () => Promise<readonly { id: string; digest: string }[]>;
}

const shared = {
  model: z.string().min(1).max(64),
  temperature: z.number().min(0).max(2).default(1),
  seed: z.int().nonnegative().default(0),
  stream: z.boolean().default(false),
  n: z.literal(1).default(1),
  logprobs: z.union([z.literal(false), z.null()]).optional(),
  stop: z.null().optional(),
};
const MaxTokens = z.int().min(1).max(4096);
const Completion = z.object({ ...shared, prompt: z.string().max(100_000), max_tokens: MaxTokens.default(16) });
const Chat = z.object({
  ...shared,
  messages: z
    .array(z.object({ role: z.string().max(32), content: z.string().max(100_000) }))
    .min(1)
    .max(200),
  max_tokens: MaxTokens.optional(),
  max_completion_tokens: MaxTokens.optional(),
});

export const completionRoutes = (app: Hono<Env>, completions: Completions, now: () => Date): void => {
  const created = () => Math.floor(now().getTime() / 1000);
  app.get('/v1/models', async (c) => {
    const data = (await completions.deployed()).map((one) => ({
      ...one,
      object: 'model',
      created: created(),
      owned_by: 'quittance',
    }));
    return c.json({ object: 'list', data });
  });
  app.post('/v1/completions', (c) => answering(c, () => completion(c, completions, created())));
  app.post('/v1/chat/completions', (c) => answering(c, () => chatCompletion(c, completions, created())));
};

const completion = async (c: Context, completions: Completions, created: number): Promise<Response> => {
  const { prompt, max_tokens: maxTokens, ...asked } = await bodyOf(c, Completion);
  const said = await answer(completions, asked.model, prompt, { ...asked, maxTokens });
  const rest = { ...head('cmpl', asked.model, created), ...usage(said) };
  return send(c, asked.stream, 'text_completion', rest, textChoice(said));
};

const chatCompletion = async (c: Context, completions: Completions, created: number): Promise<Response> => {
  const {
    messages,
    max_tokens: most,
    max_completion_tokens: maxTokens = most ?? 128,
    ...asked
  } = await bodyOf(c, Chat);
  const said = await answer(completions, asked.model, messages, { ...asked, maxTokens });
  const rest = { ...head('chatcmpl', asked.model, created), ...usage(said) };
  const object = asked.stream ? 'chat.completion.chunk' : 'chat.completion';
  return send(c, asked.stream, object, rest, chatChoice(said, asked.stream));
};

type Said = Completed & { readonly finish: 'stop' | 'length' | 'content_filter' };

const answer = async (
  { complete, rules, withheld = WITHHELD }: Completions,
  model: string,
  prompt: string | readonly Message[],
  { maxTokens, temperature, seed }: CompleteOptions,
): Promise<Said> => {
  const { said, withheld: hidden } = await underRules(
    (most) => complete(model, prompt, { temperature, seed, maxTokens: most }),
    () => rules(model),
    typeof prompt === 'string' ? { lead: prompt } : { context: prompt.map(({ content }) => content).join('\n') },
    maxTokens,
  );
  return hidden
    ? { ...said, text: withheld, finish: 'content_filter' }
    : { ...said, finish: said.ended ? 'stop' : 'length' };
};

const head = (prefix: string, model: string, created: number) => ({
  id: `${prefix}-${crypto.randomUUID()}`,
  created,
  model,
});

const usage = ({ promptTokens, completionTokens }: Said) => ({
  usage: {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  },
});

const textChoice = ({ text, finish }: Said) => ({ index: 0, text, logprobs: null, finish_reason: finish });

const chatChoice = ({ text, finish }: Said, stream: boolean) => {
  const message = { role: 'assistant', content: text };
  return { index: 0, ...(stream ? { delta: message } : { message }), logprobs: null, finish_reason: finish };
};

const send = (c: Context, stream: boolean, object: string, rest: object, choice: object): Response => {
  const body = { object, ...rest, choices: [choice] };
  if (!stream) return c.json(body);
  return c.body(`data: ${JSON.stringify(body)}\n\ndata: [DONE]\n\n`, 200, { 'Content-Type': 'text/event-stream' });
};

const bodyOf = async <S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> => {
  const body: unknown = await c.req.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, code }) => `${path.join('.') || '(root)'}: ${code}`);
  throw new QuittanceError('INVALID_INPUT', {
    message: 'not a request that this server answers',
    got: fields.join('; '),
  });
};

/** Errors in the API's own shape; nothing that was sent is sent back. */
const answering = async (c: Context, run: () => Promise<Response>): Promise<Response> => {
  try {
    return await run();
  } catch (error) {
    const { status, code, title, got, reference } = notedProblem(error, placeOf(c));
    const type = isQuittanceError(error) && status < 500 ? 'invalid_request_error' : 'server_error';
    const more = reference ?? got;
    return c.json(
      { error: { message: more === undefined ? title : `${title} (${more})`, type, param: null, code } },
      status,
    );
  }
};
