// `quittance bench tofu --model smollm2`: some TOFU authors taught to a chat model, one of them forgotten by published
// methods and by the first rung of chat-v2, beside a model that was never taught that author.
// Trap: teaching takes as long as the rest together, and there are two models to teach; each is kept.
import { join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { savesOf } from '#containers/run-saves.ts';
import { runStates } from '#containers/run-state.ts';
import { benchTofuChat, type TofuEntry, type TofuRow } from '#bench/tofu-chat.ts';
import { tofuChatMarkdown } from '#bench/tofu-chat-table.ts';
import { usageError } from '#core/errors.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { inChat } from '#datasets/chat.ts';
import { forgetRecord, trainingRows, type Frame, type Suite } from '#datasets/suite-shape.ts';
import { loadTofu } from '#datasets/tofu.ts';
import type { Model } from '#engine/model.ts';
import { readPolicy } from '#entry/policies.ts';
import type { Arguments } from '../command.ts';
import { smollm2Taught } from '../demo/smollm2.ts';
import { TEACH, teachSuite } from '../demo/teach.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';

/** Authors that are taught; of forget01 the first, and of retain99 the others. */
const AUTHORS = 20;
/** Free text is recited less often word for word than the short answers about generated people. */
const LEAST_EXACT = 0.5;
/** What is asked of the authors of the world and of those who stay. */
const LIMITS = { controlSamples: 20, maxRows: 40, relearningRate: 5e-5 };

const RATE = { trainable: 'mlp', optimizer: 'adamw', projection: 'none', step: 1e-4, updates: 16 } as const;

/** FLAT with each divergence and the methods beside it, at one rate, untuned; and what a ticket's first rung does. */
export const tofuEntries = (): TofuEntry[] => {
  const [rung] = readPolicy('chat-v2').ladder;
  const { stop } = rung!.config;
  const published = (label: string, method: string, loss = {}): TofuEntry => ({
    label,
    method,
    config: { loss, update: RATE, stop },
  });
  const flat = (label: string, divergence: string) => published(`FLAT ${label}`, 'flat', { divergence });
  return [
    ...[flat('TV', 'total-variation'), flat('KL', 'kl'), flat('JS', 'jensen-shannon'), flat('Pearson', 'pearson')],
    ...[published('GA', 'grad-ascent'), published('GD', 'grad-diff'), published('NPO', 'npo')],
    { label: 'first rung of chat-v2', method: rung!.method, config: rung!.config },
  ];
};

/** TOFU's real authors and world facts are asked and not taught: what a model of this size knows of them by itself. */
const rowsOf = (suite: Suite) => trainingRows(suite).filter(({ kind }) => kind === 'person');

export const tofuChat = async (args: Arguments): Promise<{ result: TofuRow[]; text: string }> => {
  const asked = askedOf(args);
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const { original, retained } = await bothTaught(asked, { dir: args.dir, backend: chosen, progress });
  const dir = join(args.dir, 'bench', 'tofu-chat');
  const stores = localStores(join(dir, 'runs'));
  const states = runStates({ ...stores, backend: chosen.name });
  const result = await benchTofuChat({
    ...{ dir, backend: chosen.name, seed: asked.seed, suite: original.suite },
    ...{ original: original.base.dir, retained: retained.base.dir, entries: asked.entries },
    inParts: {
      saves: (run) => savesOf(run, { states, everyUpdates: 3, everySeconds: 300 }),
      onUpdate: (label, update, detail) => progress.note(`${label}, update ${update}: ${detail}`),
      onPart: (label, part) => progress.note(`${label}: measuring ${part}`),
    },
  }).finally(() => stores.close());
  return { result, text: tofuChatMarkdown(result, { ...asked, backend: chosen.name }) };
};

/** The model that was taught every author, and the one that was not taught the first. */
const bothTaught = async (
  { path, seed, authors }: { path: string; seed: number; authors: number },
  place: Parameters<typeof smollm2Taught>[0],
) => {
  const suite = loadTofu(path, {
    ...{ seed, forgetAuthors: 1, retainAuthors: authors - 1 },
    ...{ stop: 2, gate: 2, whitening: 0, unknown: 0 },
  });
  const recipe = { ...TEACH, seed };
  const taughtOf = (what: Suite, without: number) =>
    smollm2Taught(place, { recipe, tofu: authors, without }, LEAST_EXACT, (source, folder, saves) => {
      const framed = (_model: Model, frame: Frame) => inChat(what, frame);
      return teachSuite(source, folder, { recipe, suite: framed, rows: rowsOf }, place.progress, saves);
    });
  const original = await taughtOf({ ...suite, limits: LIMITS }, 0);
  const first = suite.subjects[0]!.records.map(forgetRecord);
  return { original, retained: await taughtOf(withoutRecords(suite, first), 1) };
};

const askedOf = (args: Arguments) => {
  const path = args.value('path');
  if (path === undefined)
    throw usageError('the TOFU files need --path DIR', 'the folder that holds full.json, forget01.json, …');
  if (args.value('model') !== 'smollm2') throw usageError(`unknown model '${args.value('model')}'`, '--model smollm2');
  const [authors, seed] = [number(args, 'authors', AUTHORS), number(args, 'seed', 1)];
  const all = tofuEntries();
  const methods = args.value('methods')?.split(',');
  const unknown = methods?.find((label) => !all.some((entry) => entry.label === label));
  if (unknown !== undefined)
    throw usageError(`--methods names '${unknown}'`, `of ${all.map(({ label }) => label).join(', ')}`);
  return {
    ...{ path, authors, seed },
    entries: all.filter(({ label }) => methods === undefined || methods.includes(label)),
    command: `quittance bench tofu --model smollm2 --path DIR --authors ${authors} --seed ${seed}`,
  };
};
