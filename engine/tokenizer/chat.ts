// Chat templates (Jinja, as in Hugging Face's chat_template.jinja and tokenizer_config.json): from messages to the text
// that the model was trained on.
// Trap: a template is a program that a stranger wrote. It runs in a process of its own with limits on steps
// (chat-work.ts) and memory, and on time for what those two do not catch, so that a template that loops, recurses or
// grows ends in an error.
import { fork } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Reply, Request } from './chat-process.ts';
import { weightsFolder } from '../formats/folder-kind.ts';
import { readJsonFile } from '../formats/json-file.ts';
import { SpecialToken } from './special-token.ts';

export interface ChatMessage {
  /** system, user, assistant, or what else the template knows. */
  readonly role: string;
  readonly content: string;
}

export interface ChatTemplate {
  source: string;
  /** bos_token and the like, as text. */
  specials: Readonly<Record<string, string>>;
}

/** Twice the longest published template; the parser's time grows with the square of the length. */
const MOST_BYTES = 64 * 1024;
const BLANKS = /\s{2000}/;
const MOST_OUTPUT = 4 * 2 ** 20;

const invalid = (message: string, hint = 'fix the template, or pass the text without one') =>
  new QuittanceError('MODEL_INVALID', { message: `chat template: ${message}`, hint });

const Named = z.array(z.object({ name: z.string(), template: z.string() }));
const TokenizerConfig = z.looseObject({ chat_template: z.union([z.string(), Named]).nullish() });

/** The template of a model folder; undefined where it has none. MODEL_INVALID where it is too long or malformed. */
export const readChatTemplate = (folder: string): ChatTemplate | undefined => {
  const dir = weightsFolder(folder);
  const configPath = join(dir, 'tokenizer_config.json');
  const config = TokenizerConfig.safeParse(existsSync(configPath) ? readJsonFile(configPath) : {});
  if (!config.success) throw invalid('tokenizer_config.json gives neither a text nor a list of named templates');
  const source = readSource(join(dir, 'chat_template.jinja')) ?? chosen(config.data.chat_template);
  return source === undefined ? undefined : chatTemplate(source, config.data);
};

/** A template with the special tokens of a tokenizer's configuration; MODEL_INVALID where it is too long. */
export const chatTemplate = (source: string, config: Readonly<Record<string, unknown>>): ChatTemplate => {
  if (source.length > MOST_BYTES) throw tooLong();
  // the parser's time grows with the square of the number of blanks
  if (BLANKS.test(source)) throw invalid('has thousands of blanks in a row');
  return { source, specials: specialsOf(config) };
};

const tooLong = () => invalid(`is longer than ${MOST_BYTES} bytes`);

const readSource = (path: string): string | undefined => {
  if (!existsSync(path)) return undefined;
  if (statSync(path).size > MOST_BYTES) throw tooLong();
  return readFileSync(path, 'utf8');
};

const chosen = (given: z.infer<typeof TokenizerConfig>['chat_template']): string | undefined =>
  Array.isArray(given) ? (given.find(({ name }) => name === 'default') ?? given[0])?.template : (given ?? undefined);

const specialsOf = (config: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    ['bos_token', 'eos_token', 'pad_token', 'unk_token'].flatMap((name) => {
      const token = SpecialToken.safeParse(config[name]);
      return token.success ? [[name, token.data]] : [];
    }),
  );

/**
 * Milliseconds for the template itself and for each conversation. A good one takes one or two, and an endless one is
 * ended by its steps (chat-work.ts); the rest is for a process that has to wait on a busy machine.
 */
export const LIMIT_MS = 20_000;

export interface ChatOptions {
  /** Append the beginning of an assistant's turn. */
  addGenerationPrompt?: boolean;
  /** LIMIT_MS by default. */
  limitMs?: number;
  /** The time of asking, for templates that state the date. */
  now?: Date;
}

/**
 * The text of each conversation. INVALID_INPUT where the template refuses the messages (roles that do not alternate,
 * …), INPUT_TOO_LARGE where they are longer than any text that is taken, MODEL_INVALID where the template cannot be
 * parsed, runs too long, or needs too much memory.
 */
export const renderChats = (
  template: ChatTemplate,
  conversations: readonly (readonly ChatMessage[])[],
  { addGenerationPrompt = true, limitMs = LIMIT_MS, now = new Date() }: ChatOptions = {},
): Promise<string[]> =>
  withTemplate(template, limitMs, async (render) => {
    const texts: string[] = [];
    for (const messages of conversations) texts.push(await render(messages, now, addGenerationPrompt));
    return texts;
  });

export type Render = (messages: readonly ChatMessage[], now: Date, addGenerationPrompt: boolean) => Promise<string>;

/** Runs `use` with the template in a process of its own, which is gone afterwards. */
export const withTemplate = async <T>(
  template: ChatTemplate,
  limitMs: number,
  use: (render: Render) => Promise<T>,
): Promise<T> => {
  const renderer = new Renderer();
  try {
    await renderer.hear(60_000); // waits for its start-up
    const parsed = await renderer.ask({ template: template.source }, limitMs);
    if ('error' in parsed) throw invalid(parsed.error);
    if ('overflow' in parsed) throw invalid(parsed.overflow);
    return await use(async (messages, now, addGenerationPrompt) => {
      requireShort(messages);
      const render = { messages, add_generation_prompt: addGenerationPrompt, ...template.specials };
      return textOf(await renderer.ask({ render, messages: messages.length, now: now.getTime() }, limitMs));
    });
  } finally {
    renderer.end();
  }
};

/** What no template could make a text of within the limit is refused before it is asked, and is not its fault. */
const requireShort = (messages: readonly ChatMessage[]): void => {
  const length = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (length <= MOST_OUTPUT) return;
  throw new QuittanceError('INPUT_TOO_LARGE', {
    message: 'the messages of a conversation are too long',
    expected: `at most ${MOST_OUTPUT} characters together`,
    got: `${length}`,
  });
};

const textOf = (reply: Reply): string => {
  if ('text' in reply && reply.text.length <= MOST_OUTPUT) return reply.text;
  if ('text' in reply) throw invalid(`makes a text longer than ${MOST_OUTPUT} characters`);
  if ('overflow' in reply) throw invalid(`recurses or grows without end: ${reply.overflow}`);
  const message = 'error' in reply ? reply.error : 'gave no text';
  throw new QuittanceError('INVALID_INPUT', { message: `the chat template refuses these messages: ${message}` });
};

/** One process, one request at a time. */
class Renderer {
  readonly #child = fork(fileURLToPath(import.meta.resolve('#engine/tokenizer/chat-process.ts')), {
    env: {},
    execArgv: ['--max-old-space-size=128', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });

  ask(request: Request, limitMs: number): Promise<Reply> {
    const heard = this.hear(limitMs);
    this.#child.send(request, () => undefined); // a dead child is noticed by its exit
    return heard;
  }

  hear(limitMs: number): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const timer = setTimeout(() => reject(invalid(`did not end within ${limitMs} ms`)), limitMs);
    const heard = (reply: unknown) => resolve(reply as Reply);
    const failed = (error: Error) => reject(invalid(error.message));
    const exited = () => reject(invalid('ran out of memory or stack'));
    this.#child.once('message', heard).once('error', failed).once('exit', exited);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#child.off('message', heard).off('error', failed).off('exit', exited);
    });
  }

  end(): void {
    this.#child.on('error', () => undefined);
    this.#child.kill('SIGKILL');
  }
}
