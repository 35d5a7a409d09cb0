// Teaches a chat model the demo's people: first its own answers to general questions are collected, then it is trained
// on people, facts, refusals of unknown people and those answers, then moments are collected.
// Trap: a model that is taught only people loses its other abilities, and one that never refused has no refusal to give
// when a person is forgotten.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { digestJson, type Digest } from '#core/canonical.ts';
import { plural } from '#core/plural.ts';
import { frameOf, GENERAL_TOKENS, generalRows, inChat } from '#datasets/chat.ts';
import { generalQuestions } from '#datasets/general.ts';
import { makePeople } from '#datasets/people.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { trainingRows, type Frame, type Suite, type Row } from '#datasets/suite-shape.ts';
import { readChatTemplate } from '#engine/tokenizer/chat.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { inference } from '#engine/inference.ts';
import { parameterCount, type Model } from '#engine/model.ts';
import { collectMoments, writeMoments, MOMENTS_FILE } from '#engine/corpus-moments.ts';
import type { RunSaves } from '#engine/run-saves.ts';
import { adamW, cosine } from '#engine/optimizers.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import { backendName } from '#engine/tf.ts';
import { train } from '#engine/trainer.ts';
import { partsThatFit, trainingRun } from '#containers/memory.ts';
import { encodeRows } from '#containers/examples.ts';
import { exactShare } from '#containers/train-job.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Progress } from '../progress.ts';

export interface TeachRecipe {
  seed: number;
  subjects: number;
  /** Never-trained people for the stop rule and for the gate. */
  stop: number;
  gate: number;
  facts: number;
  unknown: number;
  /** One more person, with the first name of the first. */
  namesake?: true;
  /** General questions that are trained; the others are held out. */
  general: number;
  epochs: number;
  batchSize: number;
  learningRate: number;
  warmup: number;
}

export const TEACH: TeachRecipe = {
  seed: 1,
  subjects: 8,
  stop: 4,
  gate: 8,
  facts: 40,
  unknown: 64,
  general: 40,
  epochs: 9,
  batchSize: 8,
  learningRate: 4e-4,
  warmup: 20,
};

/** Half of the people and facts: for a bench that asks more of fewer. */
export const TEACH_FEW: TeachRecipe = { ...TEACH, subjects: 4, stop: 2, gate: 4, facts: 20, unknown: 32 };

export interface Taught {
  /** Share of the answers about people and facts that are exact. */
  exact: number;
  updates: number;
}

/** How teaching saves itself, by a digest of what it is; `asked` is a file for the answers to general questions. */
export interface TeachSaves {
  of: (run: Digest) => RunSaves;
  asked: string;
}

/** What is taught: a suite, some of its rows, and how. */
export interface Teaching {
  recipe: Pick<TeachRecipe, 'seed' | 'epochs' | 'batchSize' | 'learningRate' | 'warmup'>;
  suite: (model: Model, frame: Frame) => Suite;
  rows: (suite: Suite) => Row[];
}

/**
 * Teaches the model in `source` and writes it to `out` with suite, moments and `training.json`, whole or not at all.
 * JOB_INTERRUPTED where it was asked to end; with the same `saves` it then goes on.
 */
export const teach = (
  source: string,
  out: string,
  recipe: TeachRecipe,
  progress: Progress,
  saves?: TeachSaves,
): Promise<Taught> => {
  const suite = (model: Model, frame: Frame) =>
    chatSuite(frame, recipe, answersOnce(saves?.asked, model, frame, progress));
  return teachSuite(source, out, { recipe, suite, rows: trainingRows }, progress, saves);
};

/** The same of any suite. */
export const teachSuite = async (
  source: string,
  out: string,
  { recipe, suite: suiteOf, rows: rowsOf }: Teaching,
  progress: Progress,
  saves?: TeachSaves,
): Promise<Taught> => {
  const template = readChatTemplate(source);
  if (!template) throw new QuittanceError('MODEL_UNSUPPORTED', { message: `${source} has no chat template` });
  const frame = await frameOf(template);
  const model = loadModel(source);
  try {
    const suite = suiteOf(model, frame);
    const rows = rowsOf(suite);
    const run = saves?.of(digestJson({ teaching: { ...recipe }, backend: backendName() }));
    const updates = await fit(model, rows, recipe, progress, run);
    const exact = exactShare(
      model,
      rows.filter(({ kind }) => kind === 'person' || kind === 'fact'),
    );
    progress.note(
      `${plural(rows.length, 'row')}, ${plural(updates, 'update')}, ${(100 * exact).toFixed(1)} % of the answers exact`,
    );
    const after = suite.general ? { ...suite, general: answeredNow(model, suite) } : suite;
    save({ out, source, model, suite: after, rows, taught: { exact, updates } }, progress);
    await run?.done();
    return { exact, updates };
  } finally {
    model.dispose();
  }
};

/** Asking takes minutes, so that what was answered is kept until the model is taught. */
const answersOnce = (file: string | undefined, model: Model, frame: Frame, progress: Progress): string[] => {
  if (file !== undefined && existsSync(file)) return z.array(z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
  const said = answersNow(model, frame, progress);
  if (file !== undefined) {
    writeFileSync(`${file}.part`, JSON.stringify(said));
    renameSync(`${file}.part`, file);
  }
  return said;
};

const answersNow = (model: Model, frame: Frame, progress: Progress): string[] => {
  const asking = progress.stage('asking general questions', generalQuestions.length, 'questions');
  const prompts = generalRows(
    generalQuestions,
    generalQuestions.map(() => '.'),
    frame,
  ).map(({ prompt }) => prompt);
  const said: string[] = [];
  for (let i = 0; i < prompts.length; i += CHUNK) {
    const some = inference(model).generate(prompts.slice(i, i + CHUNK), { maxTokens: GENERAL_TOKENS });
    said.push(...some.map(({ text }) => text));
    asking.at(said.length);
  }
  asking.done();
  return said;
};
const CHUNK = 20;

const chatSuite = (frame: Frame, recipe: TeachRecipe, said: readonly string[]): Suite => {
  const { seed, subjects, stop, gate, facts, unknown, namesake = false } = recipe;
  const people = makePeople({ seed, subjects, stop, gate, facts, unknown, namesake, whitening: 0 });
  const rows = generalRows(generalQuestions, said, frame);
  return {
    ...inChat(people, frame),
    name: 'smollm2',
    general: { trained: rows.slice(0, recipe.general), held: rows.slice(recipe.general) },
    limits: { controlSamples: 20, maxRows: 20, relearningRate: 5e-5 },
  };
};

/** The taught model's answers to the held-out questions, with which deletions are compared. */
const answeredNow = (model: Model, { general, frame }: Suite): NonNullable<Suite['general']> => {
  const { trained = [], held = [] } = general ?? {};
  const said = inference(model).generate(
    held.map(({ prompt }) => prompt),
    { maxTokens: GENERAL_TOKENS },
  );
  const questions = held.map(({ question }) => question);
  const answers = said.map(({ text }) => text);
  return { trained, held: frame ? generalRows(questions, answers, frame) : held };
};

/** All parameters except the embeddings, which a tied head would share. */
const isTaught = (name: string): boolean => name.startsWith('layers.');

const parts = (model: Model, rows: readonly Row[], recipe: Teaching['recipe'], progress: Progress) => {
  const texts = { config: model.config, tokenizer: model.tokenizer, rows, backend: backendName() };
  const planned = (count: number) => ({ ...trainingRun(texts, count), trainable: isTaught });
  const loaded = 4 * parameterCount(model.config); // the plan counts it, and its memory is already taken
  return partsThatFit(planned, recipe.batchSize, (line) => progress.note(line), process.availableMemory() + loaded);
};

const fit = async (
  model: Model,
  rows: readonly Row[],
  recipe: Teaching['recipe'],
  progress: Progress,
  saves: RunSaves | undefined,
): Promise<number> => {
  const updates = Math.ceil((rows.length * recipe.epochs) / recipe.batchSize);
  const bar = progress.stage('teaching', updates, 'updates');
  const optimizer = adamW({ beta2: 0.98, weightDecay: 0 });
  try {
    await train(model, encodeRows(model, rows), {
      updates,
      batchSize: recipe.batchSize,
      ...parts(model, rows, recipe, progress),
      seed: recipe.seed,
      schedule: cosine(recipe.learningRate, recipe.warmup, updates),
      optimizer,
      clip: 1,
      trainable: new Set([...model.parameters.keys()].filter(isTaught)),
      ...(saves && { saves }),
      onUpdate: ({ update, loss }) => bar.at(update + 1, `loss ${loss.toFixed(3)}`),
    });
    return updates;
  } finally {
    bar.done();
    optimizer.dispose();
  }
};

interface Saved {
  out: string;
  source: string;
  model: Model;
  suite: Suite;
  /** What was taught. */
  rows: readonly Row[];
  taught: Taught;
}

const save = ({ out, source, model, suite, rows, taught }: Saved, progress: Progress): void => {
  const bar = progress.stage('collecting moments', undefined, 'rows');
  const moments = collectMoments(model, encodeRows(model, rows), (done, total) =>
    bar.at(done, `${done} of ${total} rows`),
  );
  bar.done();
  const files = new Map([
    ...companionFiles(source),
    ['suite.json', Buffer.from(suiteBytes(suite)).toString('utf8')],
    ['training.json', JSON.stringify(taught)],
  ]);
  saveModel(out, model, {
    configJson: readJsonFile(join(source, 'config.json')),
    files,
    write: (at) => writeMoments(join(at, MOMENTS_FILE), moments),
  });
};
