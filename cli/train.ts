// `quittance train`: fine-tunes a model on a corpus and writes down how, so that it can be trained again without
// somebody's rows, and so that a stranger comes to the same weights.
// Trap: a wrong option or row must cost nothing, so all is read and checked before the weights are; and a training that
// is killed goes on where it was when the same command is given again.
import { plural } from '#core/plural.ts';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { runStates } from '#containers/run-state.ts';
import { endingOnSignal } from '#containers/run-saves.ts';
import { costOf } from '#containers/fine-tune.ts';
import { baseDigest, learntCorpus, rowsThatFit, trainFolder } from '#containers/training.ts';
import { collected } from '#core/collected.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { Loss, recipeDigest, type Recipe } from '#core/recipe.ts';
import { readCorpus } from '#datasets/corpus/read.ts';
import { screened as screen, type ScreenedRow } from '#datasets/corpus/screen.ts';
import { readRegister } from '#datasets/find/register.ts';
import { assigned, groupingOf, peopleIn, slicesFor } from '#datasets/fine-tuning/assigned.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { LoraConfig, shapeLora } from '#engine/lora.ts';
import type { Arguments, Command } from './command.ts';
import { file, fileOrFolder, modelFolder, newFolder, oneOf, quantity, whole } from './kinds.ts';
import { backend } from './engine.ts';
import { allLists } from './forgotten-lists.ts';
import { programVersion } from './program.ts';
import { progressOn } from './progress.ts';
import { number, required, settings } from './values.ts';

const MOST_SLICES = 64;

export const train: Command = {
  name: 'train',
  summary: 'fine-tuning with a recorded recipe, which can be repeated without somebody’s rows',
  usage: '--base DIR --corpus FILE… --out DIR [--lora k=v …] [--slices K]',
  words: 0,
  options: {
    base: {
      kind: 'value',
      value: 'DIR',
      summary: 'the weights to begin with, in Hugging Face layout',
      is: modelFolder,
    },
    corpus: {
      kind: 'many',
      value: 'FILE',
      summary: 'files and folders of rows (docs/own-model.md lists the forms)',
      is: fileOrFolder,
    },
    out: {
      kind: 'value',
      value: 'DIR',
      summary: 'new model folder, or adapter with its base beneath; with recipe.json',
      is: newFolder,
    },
    lora: {
      kind: 'many',
      value: 'k=v',
      summary: 'train low-rank factors alone: rank=16, alpha=32, dropout=0, targetModules=["q_proj","v_proj"]',
    },
    loss: {
      kind: 'value',
      value: 'assistant|all',
      summary: 'what is learnt: answers and texts, or everything (default assistant)',
      is: oneOf(Loss.options),
    },
    epochs: { kind: 'value', value: 'N', summary: 'how often each row is learnt (default 3)', is: whole(1) },
    batch: { kind: 'value', value: 'N', summary: 'rows of an update (default 8)', is: whole(1) },
    rate: {
      kind: 'value',
      value: 'R',
      summary: 'learning rate at its highest (default 5e-5; with --lora 2e-4)',
      is: quantity(1e-12, 1),
    },
    warmup: {
      kind: 'value',
      value: 'SHARE',
      summary: 'share of the updates in which the rate rises (default 0.03)',
      is: quantity(0, 1),
    },
    decay: { kind: 'value', value: 'W', summary: 'weight decay (default 0)', is: quantity(0, 1) },
    seed: { kind: 'value', value: 'N', summary: 'default 1', is: whole(0) },
    slices: {
      kind: 'value',
      value: 'K',
      summary: 'learn the corpus in K parts, one after another, and keep the state behind each (default 1)',
      is: whole(1, MOST_SLICES),
    },
    replay: {
      kind: 'value',
      value: 'SHARE',
      summary: 'rows of earlier slices learnt again beside each (default 0.5)',
      is: quantity(0, 1),
      with: ['slices'],
    },
    people: {
      kind: 'value',
      value: 'CSV',
      summary: 'who is in the corpus: one person’s rows are learnt in one slice',
      is: file,
    },
    'subject-field': { kind: 'value', value: 'F', summary: 'the same from a column of the rows that names the person' },
    unscreened: { kind: 'flag', summary: 'learn rows about people whom a model of the data folder has forgotten, too' },
  },
  example: 'quittance train --base ./base --corpus chats.jsonl --people people.csv --slices 8 --out ./support',
  async run(args) {
    const asked = readRequest(args);
    const subjectField = args.value('subject-field');
    const { kept: entries, screened } = await screenedCorpus(args, asked.paths, subjectField);
    const register = await registerOf(args);
    const grouping = groupingOf(subjectField, register);
    const people = peopleIn(entries, grouping, register);
    const slices = slicesFor(asked.slices, people);
    const base = baseDigest(asked.base);
    if (asked.lora) shapeLora(readModelParts(asked.base).config, asked.lora); // names a module that the base lacks
    const corpus = await learntCorpus(asked.base, assigned(entries, people, { seed: asked.seed, slices }), asked.loss);
    const chosen = await backend();
    const progress = progressOn(process.stderr);
    const rowsAtOnce = rowsThatFit(asked.base, corpus, { ...asked, backend: chosen.name }, (line) =>
      progress.note(line),
    );
    const recipe = recipeOf(asked, { base, slices, grouping, rowsAtOnce, backend: chosen.name });
    const { updates, tokens } = costOf(recipe, corpus);
    progress.note(
      `${plural(entries.length, 'row')}, ${plural(tokens, 'token')} to read in ${plural(updates, 'update')} on ${chosen.name}`,
    );
    const bar = progress.stage('training', updates, 'updates');
    const record = await withWork(asked.out, async ({ work, key, stores }) =>
      trainFolder({
        ...{ base: asked.base, out: asked.out, work, recipe, corpus, key, screened, program: programVersion() },
        saves: { states: runStates({ ...stores, backend: chosen.name }), ending: endingOnSignal() },
        onUpdate: ({ done, slice, loss }) =>
          bar.at(done, `${slice} of ${slices.count} slices, loss ${loss.toFixed(3)}`),
      }),
    );
    bar.done(plural(updates, 'update'));
    const printed = {
      out: asked.out,
      digest: record.made,
      recipe: recipeDigest(recipe),
      corpus: record.corpus.digest,
      rows: entries.length,
      ...record.cost,
      slices: slices.count,
    };
    args.print(printed, () => `${asked.out}: ${record.made}\nrecipe ${printed.recipe}, corpus ${printed.corpus}`);
    return 0;
  },
};

/** The rows without those about people whom a model of the data folder has forgotten, unless asked otherwise. */
const screenedCorpus = async (args: Arguments, paths: readonly string[], subjectField: string | undefined) => {
  const lists = args.flag('unscreened') ? [] : await allLists(args);
  const [dropped, doubtful]: [ScreenedRow[], ScreenedRow[]] = [[], []];
  const kept = await collected(screen(readCorpus(paths, { subjectField }), lists, { dropped, doubtful }));
  for (const { where, model } of dropped)
    process.stderr.write(`${where} is left out: it is about somebody whom ${model} has forgotten\n`);
  if (doubtful.length > 0)
    process.stderr.write(
      `worded like rows of forgotten people, and learnt: ${doubtful.map(({ where }) => where).join(', ')}\n`,
    );
  if (kept.length === 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'every row of the corpus is about somebody who was forgotten',
      expected: 'a row that may be learnt',
      hint: 'quittance screen FILE… --model N shows why',
    });
  const screened = lists.flatMap(({ model, list }) => {
    const own = dropped.filter((row) => row.model === model).length;
    return list.digest === undefined ? [] : [{ model, list: list.digest, dropped: own }];
  });
  return { kept, screened };
};

/** What the options ask for together; each by itself was checked before. */
const readRequest = (args: Arguments) => {
  const [base, out, paths] = [required(args, 'base'), required(args, 'out'), args.many('corpus')];
  if (paths.length === 0) throw usageError('train needs --corpus FILE…', 'the files that the model is to learn');
  if (args.value('people') !== undefined && args.value('subject-field') !== undefined)
    throw usageError('--people and --subject-field both say whom a row is about', 'leave one of them out');
  const lora = args.many('lora').length > 0 ? loraOf(args.many('lora')) : null;
  return {
    ...{ base, out, paths, lora },
    loss: Loss.parse(args.value('loss') ?? 'assistant'),
    rate: number(args, 'rate', lora ? 2e-4 : 5e-5),
    warmup: number(args, 'warmup', 0.03),
    slices: number(args, 'slices', 1),
    seed: number(args, 'seed', 1),
    epochs: number(args, 'epochs', 3),
    batchSize: number(args, 'batch', 8),
    replay: number(args, 'replay', 0.5),
    weightDecay: number(args, 'decay', 0),
  };
};

const loraOf = (pairs: readonly string[]): LoraConfig => {
  const parsed = LoraConfig.safeParse(settings(pairs));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw usageError(
    `--lora: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    `key=value of ${Object.keys(LoraConfig.shape).join(', ')}`,
  );
};

type Found = Pick<Recipe, 'base' | 'slices' | 'grouping' | 'rowsAtOnce' | 'backend'>;

const recipeOf = (asked: ReturnType<typeof readRequest>, found: Found): Recipe => ({
  kind: 'quittance-recipe/v1',
  ...found,
  loss: asked.loss,
  lora: asked.lora,
  seed: asked.seed,
  epochs: asked.epochs,
  batchSize: asked.batchSize,
  replay: asked.replay,
  schedule: { form: 'warm-up and half a cosine', rate: asked.rate, warmup: asked.warmup },
  optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: asked.weightDecay, clip: 1 },
});

const registerOf = async (args: Arguments) => {
  const path = args.value('people');
  return path === undefined ? undefined : readRegister(path, basename(path));
};

interface Work {
  readonly work: string;
  readonly key: string;
  readonly stores: ReturnType<typeof localStores>;
}

/**
 * Beside the folder that is to be made, so that a killed training finds what it had; gone when it has ended. Its lock
 * keeps a second process off.
 */
const withWork = async <T>(out: string, use: (work: Work) => Promise<T>): Promise<T> => {
  const work = join(dirname(out), `.${basename(out)}.training`);
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const stores = localStores(work);
  const result = await use({ work, key: keyIn(join(work, 'corpus.key')), stores }).finally(() => stores.close());
  rmSync(work, { recursive: true, force: true });
  return result;
};

/** The key of the corpus's commitment, the same for every process of one training. */
const keyIn = (path: string): string => {
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('hex'), { mode: 0o600 });
  const key = readFileSync(path, 'utf8');
  if (/^[0-9a-f]{64}$/.test(key)) return key;
  throw new QuittanceError('STORE_CORRUPT', {
    message: `${path} was cut off`,
    hint: 'remove its folder and train anew',
  });
};
