// A fine-tuning from a base folder and the rows of a corpus to a model folder with its recipe.
// Traps: whatever is wrong with rows, template or memory is said before a weight is read; and the folder appears whole,
// with recipe.json and the states behind its slices, or not at all.
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestJson } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { commitTo, RECIPE_FILE, type Recipe, type SliceState, type TrainingRecord } from '#core/recipe.ts';
import type { AssignedRow } from '#datasets/fine-tuning/assigned.ts';
import { learntRows } from '#datasets/fine-tuning/rows.ts';
import { fileEntry, loadModel, readModelParts } from '#engine/formats/folder.ts';
import { folderKind } from '#engine/formats/folder-kind.ts';
import { chainOfFolder, checkFolder } from '#engine/formats/made-folder.ts';
import { isStoredInHalf } from '#engine/formats/weights.ts';
import { heldModelFrom } from '#engine/held-base.ts';
import { modelFrom, type Model } from '#engine/model.ts';
import { readChatTemplate } from '#engine/tokenizer/chat.ts';
import { checkChatTemplate } from '#engine/tokenizer/chat-date.ts';
import { costOf, fineTune, underRecipe, type FineTuning, type LearntRow } from './fine-tune.ts';
import { fineTuningRun, memoryPlanNow, partsThatFit } from './memory.ts';
import { savesOf, type SaveOptions } from './run-saves.ts';
import { saveTrained, writeMoved } from './save-trained.ts';

/** Where states behind slices lie, in a model folder and in a folder of work. */
export const SLICES = 'slices';
export const sliceFile = (slice: number): string => join(SLICES, `slice-${slice}.safetensors`);

/** Manifest digest of a folder to begin with. MODEL_UNSUPPORTED of anything but weights. */
export const baseDigest = (dir: string) => {
  if (existsSync(dir) && folderKind(dir) !== 'weights')
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message: `${dir} holds no plain weights`,
      expected: 'a model folder to begin with',
      got: `${folderKind(dir)}, which is made upon another model`,
      hint: 'name its base; or merge it first: quittance model export N DIR --merge',
    });
  return chainOfFolder(dir, checkFolder(dir))[0].digest;
};

/** The rows as the base will learn them; no weight is read. INVALID_INPUT, MODEL_UNSUPPORTED. */
export const learntCorpus = async (
  base: string,
  rows: readonly AssignedRow[],
  loss: Recipe['loss'],
): Promise<LearntRow[]> => {
  const template = readChatTemplate(base);
  if (template && (await checkChatTemplate(template)).dated)
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message: 'the chat template of the base says the date of asking, so that rows would be others tomorrow',
      hint: 'import the base with --date YYYY-MM-DD and train on its export',
    });
  const entries = rows.map(({ entry }) => entry);
  const learnt = await learntRows(readModelParts(base), entries, template, loss);
  return rows.map(({ digest, slice }, i) => ({ digest, slice, rows: learnt[i]! }));
};

/**
 * How many rows of a batch may be in memory at once; a number, be it all of them, wherever updates go block by block.
 * Prints the memory plan; MEMORY_PLAN where not even one fits.
 */
export const rowsThatFit = (
  base: string,
  corpus: readonly LearntRow[],
  { lora, batchSize, backend }: Pick<Recipe, 'lora' | 'batchSize' | 'backend'>,
  say: (line: string) => void,
  available?: number,
): Recipe['rowsAtOnce'] => {
  const { config } = readModelParts(base);
  const rows = corpus.flatMap((one) => one.rows);
  const runOf = (atOnce: number, held = false) => fineTuningRun({ config, rows, backend, lora, held }, atOnce);
  const isTooLarge = !memoryPlanNow({ ...runOf(1), tape: 'blocks' }, available).fits;
  const held = isTooLarge && lora !== null && isStoredInHalf(base, config);
  const parts = partsThatFit((atOnce) => runOf(atOnce, held), batchSize, say, available);
  return parts.rowsAtOnce ?? (held ? batchSize : null);
};

/**
 * The weights to begin with. Those that only a LoRA moves stay in 16 bits where they are stored so and updates go block
 * by block anyway: what is computed is the same to the last bit (engine/held-base.ts), in half the memory.
 */
const beginning = (base: string, { lora, rowsAtOnce }: Recipe): Model => {
  const held = lora !== null && rowsAtOnce !== null && isStoredInHalf(base, readModelParts(base).config);
  return loadModel(base, held ? heldModelFrom : modelFrom);
};

export interface TrainingOrder {
  /** Folder of the weights to begin with. */
  readonly base: string;
  readonly out: string;
  /** Folder for what is made on the way, on the disk of `out`; a killed run finds there what it had. */
  readonly work: string;
  readonly recipe: Recipe;
  readonly corpus: readonly LearntRow[];
  /** Under which the rows are committed to. */
  readonly key: string;
  readonly program: string;
  readonly screened: TrainingRecord['screened'];
  readonly saves?: SaveOptions;
  readonly onUpdate?: FineTuning['onUpdate'];
}

/** Trains from the base and writes the folder. */
export const trainFolder = async (order: TrainingOrder): Promise<TrainingRecord> => {
  const { base, out, work, recipe, corpus, key, program, screened } = order;
  mkdirSync(join(work, SLICES), { recursive: true });
  const model = underRecipe(beginning(base, recipe), recipe);
  try {
    const saves = order.saves && savesOf(identityOf(order), order.saves);
    const { seconds } = await fineTune(model, {
      recipe,
      corpus,
      saves,
      onUpdate: order.onUpdate,
      onSlice: (slice, moved) => {
        if (slice < recipe.slices.count) writeMoved(join(work, sliceFile(slice)), moved);
      },
    });
    const committed = commitTo(
      key,
      corpus.map(({ digest, slice }) => [digest, slice]),
    );
    const record = (made: TrainingRecord['made'], states: SliceState[]): TrainingRecord => ({
      kind: 'quittance-training/v1',
      ...{ recipe, corpus: committed, made, screened, program, states },
      cost: { ...costOf(recipe, corpus), seconds },
    });
    let written: TrainingRecord | undefined;
    saveTrained(out, model, base, (at, made) => {
      written = record(made, copyStates(work, at, recipe.slices.count - 1));
      writeFileSync(join(at, RECIPE_FILE), `${JSON.stringify(written, null, 2)}\n`, { mode: 0o600 });
    });
    await saves?.done();
    return written!;
  } finally {
    model.dispose();
  }
};

/** The same recipe on the same rows is the same run. */
const identityOf = ({ recipe, corpus }: TrainingOrder) =>
  digestJson({ job: 'fine-tune', recipe, rows: corpus.map(({ digest, slice }) => [digest, slice]).sort() });

const copyStates = (from: string, to: string, count: number): SliceState[] => {
  if (count > 0) mkdirSync(join(to, SLICES));
  return Array.from({ length: count }, (_, i) => {
    const file = sliceFile(i + 1);
    copyFileSync(join(from, file), join(to, file));
    return { slice: i + 1, digest: fileEntry(join(to, file)).digest };
  });
};
