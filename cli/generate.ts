// `quittance generate`: what a model says to a prompt. Traps: `ids` are the new tokens only, without the one that ends;
// and a registered model says nothing here that an open ticket's interim rule withholds from others.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readChatTemplate } from '#engine/tokenizer/chat.ts';
import { encoder } from '#engine/inference.ts';
import { generate as generateIds, type GenerateOptions } from '#engine/generate.ts';
import { must, usageError } from '#core/errors.ts';
import type { Rule } from '#core/suppression.ts';
import type { Message } from '#core/training-record.ts';
import { WITHHELD } from '#core/withheld.ts';
import { conversationIds } from '#datasets/rendering.ts';
import { suppressionRules } from '#adapters/local/pointer-serving.ts';
import { underRules, type Asked } from '#server/withholding.ts';
import type { Arguments, Command } from './command.ts';
import { anything, fileOrText, quantity, whole } from './kinds.ts';
import { backend, isModelFolder, namedFolder } from './engine.ts';
import { openToAsk } from '#engine/formats/made-folder.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { number, required } from './values.ts';
import type { LanguageModel } from '#engine/language-model.ts';

export const generate: Command = {
  name: 'generate',
  summary: 'what a model says; greedy by default',
  usage: '--model M (--prompt TEXT | --chat TEXT… [--system FILE|TEXT] | --ids JSON)',
  words: 0,
  options: {
    model: { kind: 'value', value: 'M', summary: 'registered name or model folder' },
    prompt: { kind: 'value', value: 'TEXT', summary: 'text to continue', is: anything },
    chat: {
      kind: 'many',
      value: 'TEXT',
      summary: "turns in the model's chat template: the user's, the model's, the user's …",
      is: anything,
    },
    system: {
      kind: 'value',
      value: 'FILE|TEXT',
      summary: 'with --chat: what the model was trained to read before it',
      is: fileOrText,
      with: ['chat'],
    },
    ids: { kind: 'value', value: 'JSON', summary: 'token ids to continue, as a JSON list' },
    max: { kind: 'value', value: 'N', summary: 'new tokens at most (default 64)', is: whole(1) },
    temperature: {
      kind: 'value',
      value: 'T',
      summary: 'sample at this temperature (default 0: greedy)',
      is: quantity(0, 100),
    },
    seed: { kind: 'value', value: 'N', summary: 'seed of sampling (default 0)', is: whole(0), with: ['temperature'] },
  },
  example: `quittance generate --model people --prompt 'Q: Where was Ada Holt born?\nA:' --max 16`,
  async run(args) {
    const options = {
      maxTokens: number(args, 'max', 64),
      temperature: number(args, 'temperature', 0),
      seed: number(args, 'seed', 0),
    };
    oneSource(args);
    const ids = idsIn(args);
    const dir = await namedFolder(args);
    const prompt = await promptIds(args, ids, dir);
    await backend();
    const model = openToAsk(dir);
    const { said, withheld } = await underRules(
      async (maxTokens) => answerOf(model, prompt, { ...options, maxTokens }),
      await rulesOf(args),
      askedIn(args, model, prompt),
      options.maxTokens,
    );
    const { text, logprobs, ended } = said;
    if (withheld) args.print({ ids: [], text: WITHHELD, logprobs: [], ended: true, withheld }, () => WITHHELD);
    else args.print({ ids: said.ids, text, logprobs, ended }, () => text);
    return 0;
  },
};

const answerOf = (model: LanguageModel, prompt: number[], options: GenerateOptions) => {
  const [found] = generateIds(model, [prompt], options);
  const { ids, logProbs, ended } = must(found, 'an answer');
  return {
    ...{ ids, ended, text: model.tokenizer.decode(ids), logprobs: logProbs.slice(0, ids.length) },
    completionTokens: ids.length,
  };
};

/** Interim rules of open tickets, of a registered model; a folder is asked as it is, and that is said. */
const rulesOf = async (args: Arguments): Promise<() => Promise<readonly Rule[]>> => {
  const name = required(args, 'model');
  if (!isModelFolder(name)) return () => suppressionRules(join(args.dir, 'serving'), name);
  process.stderr.write(`the bare weights in ${name} are asked: no open ticket's interim rule is applied\n`);
  return async () => [];
};

const askedIn = (args: Arguments, model: LanguageModel, prompt: number[]): Asked =>
  args.many('chat').length > 0
    ? {
        context: conversation(args)
          .map(({ content }) => content)
          .join('\n'),
      }
    : { lead: model.tokenizer.decode(prompt) };

const oneSource = (args: Arguments) => {
  const chat = args.many('chat');
  const given = [args.value('prompt') !== undefined, chat.length > 0, args.value('ids') !== undefined].filter(Boolean);
  if (given.length !== 1) throw usageError('give exactly one of --prompt, --chat and --ids');
  if (chat.length % 2 === 0 && chat.length > 0)
    throw usageError(
      `--chat is given ${chat.length} times: the last turn would be the model's own`,
      'end with the user',
    );
};

type Parts = ReturnType<typeof readModelParts>;

/** Needs config and tokenizer alone, so that what is wrong with a prompt is said before weights are read. */
const promptIds = async (args: Arguments, ids: readonly number[] | undefined, dir: string): Promise<number[]> => {
  const parts = readModelParts(dir);
  const prompt = args.value('prompt');
  if (prompt !== undefined) return encoder(parts).encodePrompt(prompt);
  if (ids === undefined) return askedIds(parts, dir, conversation(args));
  const { vocabSize } = parts.config;
  if (ids.every((id) => id < vocabSize)) return [...ids];
  throw usageError(`--ids must be a JSON list of token ids from 0 to ${vocabSize - 1}`);
};

const conversation = (args: Arguments): Message[] => {
  const system = args.value('system');
  return [
    ...(system === undefined ? [] : [{ role: 'system', content: textIn(system) }]),
    ...args.many('chat').map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
  ];
};

/** What a file of this name holds, without the newline at its end; the text itself where there is no such file. */
const textIn = (fileOrText: string): string =>
  existsSync(fileOrText) ? readFileSync(fileOrText, 'utf8').replace(/\r?\n$/, '') : fileOrText;

const askedIds = (parts: Parts, dir: string, turns: readonly Message[]): Promise<number[]> => {
  if (!readChatTemplate(dir)) throw usageError('this model folder has no chat template', 'ask it with --prompt TEXT');
  return conversationIds(dir, parts, turns);
};

const Ids = z.array(z.int().nonnegative()).min(1);

const idsIn = (args: Arguments): readonly number[] | undefined => {
  const text = args.value('ids');
  if (text === undefined) return undefined;
  const ids = Ids.safeParse(jsonIn(text));
  if (ids.success) return ids.data;
  throw usageError('--ids must be a JSON list of token ids', 'such as [1,15,208]');
};

/** Nothing where it is none, which is told with what was expected. */
const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
