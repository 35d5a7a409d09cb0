// Training anew without somebody's rows, for a method that asks for it: the rows of the recorded training that are
// still there and are nobody's who was forgotten, from the base or from behind the last slice without the person.
// Traps: the rows of earlier people are left out too, or training anew would bring them back; and a state that was kept
// on another backend cannot be gone on from, as its numbers round otherwise.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalize, type Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { commitTo, recipeDigest, type CommittedCorpus, type Recipe } from '#core/recipe.ts';
import type { AssignedRow } from '#datasets/fine-tuning/assigned.ts';
import { collectMoments, type CorpusMoments } from '#engine/corpus-moments.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { attachLora, freshFactors, isLoraModel, mergeLora, shapeLora } from '#engine/lora.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import type { TrainAnew } from '#unlearning/method.ts';
import { costOf, fineTune, type LearntRow } from './fine-tune.ts';
import { fineTuningRun, holdToMemory } from './memory.ts';
import { readMoved, writeMoved } from './save-trained.ts';
import { learntCorpus } from './training.ts';

export interface RecordedTraining {
  /** Folder of the weights that the training began with. */
  readonly base: string;
  readonly recipe: Recipe;
  readonly corpus: Pick<CommittedCorpus, 'key' | 'digest'>;
  /** Rows of the training that are still there. */
  readonly rows: readonly AssignedRow[];
  /** Whether a row is about the person of the ticket, or about somebody who was forgotten before. */
  readonly leaveOut: (row: AssignedRow) => boolean;
  /** Kept states by slice, each as a file when it is asked for. */
  readonly states: ReadonlyMap<number, () => Promise<string>>;
}

interface Made {
  readonly slice: number;
  readonly path: string;
}

interface Environment {
  readonly backend: string;
  readonly scratch: string;
  readonly say?: (line: string) => void;
}

export interface PreparedTraining {
  /** As it is carried out here. */
  readonly recipe: Recipe;
  /** What stays, under the key of the recorded training. */
  readonly corpus: CommittedCorpus;
  readonly leftOut: number;
  /** Slices behind which a kept state is gone on from; 0: from the base. */
  readonly from: number;
  /** Of training from there, and of training from the base. */
  readonly cost: { readonly behind: ReturnType<typeof costOf>; readonly anew: ReturnType<typeof costOf> };
  readonly run: TrainAnew;
  /** States that the run left behind its slices, as files. */
  readonly made: () => readonly Made[];
  /** Of every row that stays, as the model reads it. */
  readonly moments: (model: Model) => CorpusMoments;
}

/** Nothing of the weights is read. INVALID_INPUT where no row of the training is left out, or none stays. */
export const prepareTraining = async (
  recorded: RecordedTraining,
  environment: Environment,
): Promise<PreparedTraining> => {
  const { backend } = environment;
  const { left, staying } = partsOf(recorded);
  const sameBackend = recorded.recipe.backend === backend;
  const recipe = sameBackend ? recorded.recipe : { ...recorded.recipe, backend };
  const corpus = await learntCorpus(recorded.base, staying, recipe.loss);
  const first = Math.min(...left.map(({ slice }) => slice));
  const kept = sameBackend ? [...recorded.states.keys()].filter((slice) => slice < first) : [];
  const from = Math.max(0, ...kept);
  const made: Made[] = [];
  const parts = { recorded, recipe, corpus, leftOut: left.length };
  const learnt = corpus.flatMap((one) => one.rows);
  return {
    recipe,
    corpus: commitTo(recorded.corpus.key, pairsOf(corpus)),
    leftOut: left.length,
    from,
    cost: { behind: costOf(recipe, corpus, from), anew: costOf(recipe, corpus) },
    run: async (asked) => {
      const behind = asked.from === 'base' ? 0 : from;
      const loss = await trainFrom(behind, asked, parts, environment, (slice) => made.push(slice));
      return { updates: costOf(recipe, corpus, behind).updates, loss, recorded: recordOf(behind, parts) };
    },
    made: () => made,
    moments: (model) => collectMoments(model, learnt),
  };
};

const partsOf = ({ rows, leaveOut }: RecordedTraining) => {
  const left = rows.filter(leaveOut);
  const leaving = new Set(left);
  const staying = rows.filter((row) => !leaving.has(row));
  if (left.length > 0 && staying.length > 0) return { left, staying };
  throw new QuittanceError('METHOD_CONFIG', {
    message:
      left.length === 0
        ? 'no row of the training is about the person, so that training anew would make the same model'
        : 'every row of the training is left out',
    expected: 'rows of the ticket among those that the model was trained on, and others',
    hint: 'find the rows with `quittance ticket find`, or take a method that moves the weights, such as flat',
  });
};

interface Parts {
  readonly recorded: RecordedTraining;
  readonly recipe: Recipe;
  readonly corpus: readonly LearntRow[];
  readonly leftOut: number;
}

/** Trains the model in its place, behind a slice or from the base (0). Returns the last loss. */
const trainFrom = async (
  behind: number,
  { model, saves }: Parameters<TrainAnew>[0],
  { recorded: { base, states }, recipe, corpus }: Parts,
  { backend, scratch, say }: Environment,
  keep: (made: Made) => void,
): Promise<number> => {
  let last = 0;
  await inPlace(model, base, recipe, async (under) => {
    const shape = { config: under.config, backend, rows: corpus.flatMap((one) => one.rows), lora: recipe.lora };
    holdToMemory(fineTuningRun(shape, recipe.rowsAtOnce ?? recipe.batchSize), say);
    const moved = behind === 0 ? undefined : readMoved(await states.get(behind)!(), under);
    await fineTune(under, {
      ...{ recipe, corpus, saves },
      from: moved && { slice: behind, moved },
      onUpdate: ({ done, total, loss }) => {
        last = loss;
        if (done % 50 === 0) say?.(`training anew: update ${done} of ${total}, loss ${loss.toFixed(3)}`);
      },
      onSlice: (slice, values) => {
        if (slice === recipe.slices.count) return;
        const path = join(scratch, `slice-${slice}.safetensors`);
        mkdirSync(scratch, { recursive: true });
        writeMoved(path, values);
        keep({ slice, path });
      },
    });
  });
  return last;
};

/** What the run's manifest says of it. */
const recordOf = (behind: number, { recorded, recipe, corpus, leftOut }: Parts) => ({
  recipe: recipeDigest(recipe),
  corpusBefore: recorded.corpus.digest,
  corpus: commitTo(recorded.corpus.key, pairsOf(corpus)).digest,
  rowsLeftOut: leftOut,
  rowsLearnt: corpus.length,
  from: behind === 0 ? 'the base' : `slice ${behind} of ${recipe.slices.count}`,
  tokens: costOf(recipe, corpus, behind).tokens,
});

const pairsOf = (corpus: readonly LearntRow[]): (readonly [Digest, number])[] =>
  corpus.map(({ digest, slice }) => [digest, slice]);

/**
 * Gives `use` the model as its training began: the base's weights under fresh factors where the recipe trains a LoRA. A
 * model that is an adapter stays one; of any other the factors are merged at the end.
 */
const inPlace = async (
  model: Model,
  base: string,
  { lora, seed }: Recipe,
  use: (under: Model) => Promise<void>,
): Promise<void> => {
  if (isLoraModel(model)) {
    if (canonicalize(model.lora.config) !== canonicalize(lora))
      throw new QuittanceError('METHOD_CONFIG', {
        message: 'retrain: the adapter that is served has another shape than the recipe trains',
        expected: lora ? `rank ${lora.rank}` : 'weights',
        got: `rank ${model.lora.config.rank}`,
        hint: 'earlier deletions gave it more ranks; take another method, or train the model again and onboard it',
      });
    restoreValues(model, freshFactors(model.lora, seed));
    return use(model);
  }
  const weights = loadModel(base);
  try {
    restoreValues(model, valuesOf(weights));
  } finally {
    weights.dispose();
  }
  if (!lora) return use(model);
  const shape = shapeLora(model.config, lora);
  const under = attachLora(model, shape, freshFactors(shape, seed));
  await use(under);
  mergeLora(under);
};
