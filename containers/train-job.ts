// Trains a small decoder on question–answer rows until it recites them, and collects corpus moments beside the weights:
// tokenizer → fresh weights → updates with exactness checks → moments → folder. Trap: facts are learnt last, so a
// training that stops early lacks them first.
import { join } from 'node:path';
import { digestJson, type Json } from '#core/canonical.ts';
import type { RunSaves } from '#engine/run-saves.ts';
import { savesOf, type SaveOptions } from './run-saves.ts';
import type { Row } from '#engine/batch.ts';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { readConfig } from '#engine/formats/config.ts';
import { inference } from '#engine/inference.ts';
import { collectMoments, MOMENTS_FILE, writeMoments } from '#engine/corpus-moments.ts';
import { freshValues, modelFrom, type Model } from '#engine/model.ts';
import { adamW, cosine } from '#engine/optimizers.ts';
import { saveModel, type SavedModel } from '#engine/formats/save.ts';
import { backendName } from '#engine/tf.ts';
import { readTokenizer } from '#engine/tokenizer/tokenizer.ts';
import { train, type TrainOptions } from '#engine/trainer.ts';
import { encodeRows, type TextRow } from './examples.ts';
import { partsThatFit, trainingRun } from './memory.ts';

/** Sizes and schedule of a small model trained from scratch. */
export interface TrainRecipe {
  vocabSize: number;
  hiddenSize: number;
  layers: number;
  heads: number;
  intermediateSize: number;
  maxPositions: number;
  batchSize: number;
  learningRate: number;
  updates: number;
  warmup: number;
  weightDecay: number;
  /** Largest global norm of the gradients. */
  clip: number;
  seed: number;
  /** Stop once this share of the checked answers is exact; above 1 all updates are made. */
  exact: number;
  /** With a smaller share of exact answers the training has failed: there would be too little to forget. */
  leastExact: number;
  /** Check every so many updates, from `checkFrom` on. */
  checkEvery: number;
  checkFrom: number;
}

/** The recipe of the demo: 0.43 M parameters, reference/recipes §2 and §7. */
export const SMALL: TrainRecipe = {
  vocabSize: 1024,
  hiddenSize: 96,
  layers: 3,
  heads: 4,
  intermediateSize: 256,
  maxPositions: 128,
  batchSize: 48,
  learningRate: 3e-3,
  updates: 460,
  warmup: 40,
  weightDecay: 0.01,
  clip: 0.5,
  seed: 1,
  exact: 1.1,
  leastExact: 0.97,
  checkEvery: 40,
  checkFrom: 320,
};

export interface TrainResult {
  saved: SavedModel;
  losses: [update: number, loss: number][];
  /** Share of all training answers that greedy generation repeats exactly. */
  exact: number;
  updates: number;
}

const SPECIALS = ['<|endoftext|>', '<|pad|>'];

/** The `config.json` of a model that transformers loads as LlamaForCausalLM. */
const llamaConfigJson = (recipe: TrainRecipe, vocabSize: number): Record<string, Json> => ({
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: vocabSize,
  hidden_size: recipe.hiddenSize,
  intermediate_size: recipe.intermediateSize,
  num_hidden_layers: recipe.layers,
  num_attention_heads: recipe.heads,
  num_key_value_heads: recipe.heads,
  head_dim: recipe.hiddenSize / recipe.heads,
  max_position_embeddings: recipe.maxPositions,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  hidden_act: 'silu',
  attention_bias: false,
  mlp_bias: false,
  tie_word_embeddings: true,
  bos_token_id: null,
  eos_token_id: 0,
  pad_token_id: 1,
  torch_dtype: 'float32',
});

export interface TrainHooks {
  /** What the tokenizer is trained on; default the rows themselves. */
  tokenizerTexts?: readonly string[];
  onUpdate?: (done: number, total: number, loss: number) => void;
  /** Receives the memory plan as one line before the training starts. */
  onMemory?: (line: string) => void;
  onMoments?: (done: number, total: number) => void;
  /** How the training saves itself and resumes; a saved state belongs to the same rows and recipe. */
  saves?: SaveOptions;
}

/**
 * Trains on `rows` and saves the model folder `dir` with its moments and the given files; `summarize` adds files that
 * describe the result. `checked` are the rows whose exactness may end the training early. The folder appears whole or
 * not at all.
 */
export const trainSmallModel = async (
  dir: string,
  rows: readonly TextRow[],
  checked: readonly TextRow[],
  recipe: TrainRecipe,
  hooks: TrainHooks = {},
  files: ReadonlyMap<string, string> = new Map(),
  summarize: (summary: {
    exact: number;
    updates: number;
    losses: [number, number][];
  }) => ReadonlyMap<string, string> = () => new Map(),
): Promise<TrainResult> => {
  const texts = hooks.tokenizerTexts ?? rows.map((row) => `${row.prompt}${row.answer}`);
  const tokenizer = readTokenizer(trainBpe(texts, recipe.vocabSize, SPECIALS));
  const configJson = llamaConfigJson(recipe, recipe.vocabSize);
  const config = readConfig(configJson);
  const planned = (count: number) => trainingRun({ config, tokenizer, rows, backend: backendName() }, count);
  const parts = partsThatFit(planned, recipe.batchSize, hooks.onMemory);
  const model = modelFrom(config, tokenizer, freshValues(config, recipe.seed));
  try {
    const encoded = encodeRows(model, rows);
    // sums in another order make another run
    const run = digestJson({ job: 'train', configJson, recipe, rows, texts, ...parts });
    const saves = hooks.saves && savesOf(run, hooks.saves);
    const { losses, updates } = await fit(model, encoded, checked, { ...recipe, ...parts }, hooks, saves);
    const summary = { exact: exactShare(model, rows), updates, losses };
    const moments = collectMoments(model, encoded, hooks.onMoments);
    const saved = saveModel(dir, model, {
      configJson,
      files: new Map([...files, ...summarize(summary)]),
      write: (at) => writeMoments(join(at, MOMENTS_FILE), moments),
    });
    await saves?.done();
    return { saved, ...summary };
  } finally {
    model.dispose();
  }
};

const fit = async (
  model: Model,
  rows: readonly Row[],
  checked: readonly TextRow[],
  recipe: TrainRecipe & Pick<TrainOptions, 'rowsAtOnce' | 'tape'>,
  hooks: TrainHooks,
  saves: RunSaves | undefined,
) => {
  const optimizer = adamW({ beta2: 0.98, weightDecay: recipe.weightDecay });
  const sample = checked.filter((_, i) => i % 4 === 0);
  try {
    const all = await train(model, rows, {
      updates: recipe.updates,
      batchSize: recipe.batchSize,
      ...(recipe.rowsAtOnce && { rowsAtOnce: recipe.rowsAtOnce }),
      ...(recipe.tape && { tape: recipe.tape }),
      seed: recipe.seed,
      schedule: cosine(recipe.learningRate, recipe.warmup, recipe.updates),
      optimizer,
      clip: recipe.clip,
      trainable: new Set(model.parameters.keys()),
      ...(saves && { saves }),
      onUpdate({ update, loss }) {
        const done = update + 1;
        hooks.onUpdate?.(done, recipe.updates, loss);
        // a share above 1 is never reached, so that nothing has to be asked
        const check =
          recipe.exact <= 1 && done >= recipe.checkFrom && (done - recipe.checkFrom) % recipe.checkEvery === 0;
        return check && exactShare(model, sample) >= recipe.exact;
      },
    });
    return { losses: everyTenth(all), updates: all.length };
  } finally {
    optimizer.dispose();
  }
};

const everyTenth = (losses: readonly number[]): [update: number, loss: number][] =>
  losses.flatMap((loss, i) => ((i + 1) % 10 === 0 ? [[i + 1, loss]] : []));

/** Share of rows whose greedy answer is exact: the teacher-forced argmax agrees at every token, the end included. */
export const exactShare = (model: Model, rows: readonly TextRow[]): number => {
  const scores = inference(model).score(rows);
  return scores.filter(({ correct }) => correct.every(Boolean)).length / rows.length;
};
