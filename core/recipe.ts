// How a model was fine-tuned, written down so that anybody with the base and the corpus comes to the same weights; and
// which rows it saw, as a commitment that only the holder of its key can open.
// Traps: a plain digest of a short row can be guessed, so rows are committed to under a key that stays with the owner,
// while order and slices follow from the rows' own digests, which are never written down: the key has no say in the
// weights. And a run on another backend rounds otherwise, so the backend is part of the recipe.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { canonicalize, Digest, digestJson } from './canonical.ts';

/** A LoRA as it is trained; engine/lora.ts reads it. */
const LoraSettings = z.strictObject({
  rank: z.int().positive(),
  alpha: z.number().positive(),
  dropout: z.number(),
  targetModules: z.union([z.literal('all-linear'), z.array(z.string())]),
  rankStabilized: z.boolean(),
});

/** What decides in which slice a row is learnt: the row itself, or the person whom it is about. */
const Grouping = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('row') }),
  /** A column of the corpus. */
  z.strictObject({ by: z.literal('field'), field: z.string() }),
  /** People of a register, found in the rows. */
  z.strictObject({ by: z.literal('register') }),
]);
export type Grouping = z.infer<typeof Grouping>;

export const Loss = z.enum(['assistant', 'all']);
export type Loss = z.infer<typeof Loss>;

export const Recipe = z.strictObject({
  kind: z.literal('quittance-recipe/v1'),
  /** Manifest digest of the model that the training began with. */
  base: Digest,
  /** assistant: what is answered is learnt, and texts whole. all: questions and system prompts too. */
  loss: Loss,
  /** null: every weight moves. */
  lora: LoraSettings.nullable(),
  seed: z.int().nonnegative(),
  /** How often each row is learnt within its slice. */
  epochs: z.int().positive(),
  batchSize: z.int().positive(),
  /** Warm-up over a share of a slice's updates, then half a cosine to 0; begun anew with each slice. */
  schedule: z.strictObject({
    form: z.literal('warm-up and half a cosine'),
    rate: z.number().positive(),
    warmup: z.number().min(0).max(1),
  }),
  optimizer: z.strictObject({
    name: z.literal('adamw'),
    beta1: z.number(),
    beta2: z.number(),
    eps: z.number(),
    weightDecay: z.number(),
    /** Largest global norm of the gradients. */
    clip: z.number(),
  }),
  /**
   * Parts of the corpus that are learnt one after another, with the state behind each kept; the first of them have the
   * rows about nobody.
   */
  slices: z.strictObject({ count: z.int().positive(), aboutNobody: z.int().nonnegative() }),
  /** Rows of earlier slices that are learnt again beside each slice, as a share of it. */
  replay: z.number().min(0),
  grouping: Grouping,
  backend: z.string(),
  /** Rows of a batch that are in memory at once, null for all: sums in another order round otherwise. */
  rowsAtOnce: z.int().positive().nullable(),
});
export type Recipe = z.infer<typeof Recipe>;

export const recipeDigest = (recipe: Recipe): Digest => digestJson(recipe);

const Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits');

/** Commitment to a set of rows. Another key commits to the same rows otherwise. */
export const CorpusDigest = z.string().regex(/^hmac-sha256:[0-9a-f]{64}$/, 'hmac-sha256: and 64 hexadecimal digits');
export type CorpusDigest = z.infer<typeof CorpusDigest>;

/**
 * A row under the corpus's key, and the slice in which it was learnt, from 1. A row that stands twice is here twice.
 */
const CommittedRow = z.tuple([z.string().regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits'), z.int().positive()]);
export type CommittedRow = z.infer<typeof CommittedRow>;

export const CommittedCorpus = z.strictObject({
  /** Opens the digests below to whoever holds rows; it belongs to the owner and whom the owner shows the corpus. */
  key: Hex,
  digest: CorpusDigest,
  rows: z.array(CommittedRow),
});
export type CommittedCorpus = z.infer<typeof CommittedCorpus>;

/** `row`: digest of a row's own content. */
export const committedRow = (key: string, row: Digest): string =>
  createHmac('sha256', Buffer.from(key, 'hex')).update(`row\0${row}`).digest('hex').slice(0, 32);

/**
 * The commitment to a corpus. Rows count by what they are and how often they stand in it, not by their order: files are
 * shuffled, split and joined, and what the model learns from them stays the same.
 */
export const commitTo = (key: string, rows: readonly (readonly [row: Digest, slice: number])[]): CommittedCorpus => {
  const committed = rows
    .map(([row, slice]): CommittedRow => [committedRow(key, row), slice])
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return { key, digest: corpusDigest(key, committed), rows: committed };
};

export const corpusDigest = (key: string, rows: readonly CommittedRow[]): CorpusDigest =>
  `hmac-sha256:${createHmac('sha256', Buffer.from(key, 'hex'))
    .update(`corpus\0${canonicalize(rows.map(([row]) => row).sort())}`)
    .digest('hex')}`;

/** The state behind a slice: what moved, as it was when the slice had been learnt. */
const SliceState = z.strictObject({ slice: z.int().positive(), digest: Digest });
export type SliceState = z.infer<typeof SliceState>;

/** What the training took: for whoever asks what training again would. */
export const TrainingCost = z.strictObject({
  updates: z.int().nonnegative(),
  /** Tokens that were read, each as often as it was. */
  tokens: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
});
export type TrainingCost = z.infer<typeof TrainingCost>;

/** `recipe.json` beside a model that was trained here. */
export const TrainingRecord = z.strictObject({
  kind: z.literal('quittance-training/v1'),
  recipe: Recipe,
  corpus: CommittedCorpus,
  /** Manifest digest of what came out. */
  made: Digest,
  cost: TrainingCost,
  /** Lists of forgotten people that the corpus was screened against, with how many rows were left out. */
  screened: z.array(z.strictObject({ model: z.string(), list: Digest, dropped: z.int().nonnegative() })).default([]),
  /** Version of the program that trained. */
  program: z.string(),
  /** Behind every slice but the last, which is the model itself. */
  states: z.array(SliceState),
});
export type TrainingRecord = z.infer<typeof TrainingRecord>;

/** Its name in a model folder. */
export const RECIPE_FILE = 'recipe.json';

/** What a training was, for whoever may not see its rows: beside the model, without key and rows. */
export const Lineage = z.strictObject({
  kind: z.literal('quittance-lineage/v1'),
  recipe: Recipe,
  corpus: CorpusDigest,
  rows: z.int().nonnegative(),
  cost: TrainingCost,
  /** States behind slices, as artefacts. */
  states: z.array(SliceState),
  screened: TrainingRecord.shape.screened,
});
export type Lineage = z.infer<typeof Lineage>;

export const lineageOf = ({ recipe, corpus, cost, states, screened }: TrainingRecord): Lineage => ({
  kind: 'quittance-lineage/v1',
  ...{ recipe, corpus: corpus.digest, rows: corpus.rows.length, cost, states, screened },
});

/** The name under which key and rows of a lineage lie in the vault of the model's corpus. */
export const committedName = (lineage: Digest): string => `training-${lineage.slice('sha256:'.length)}`;
