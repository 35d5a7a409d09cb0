// Checkpoints with answers that PyTorch and transformers computed, in the form of golden.json, and the distances of the
// engine's answers from them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeBatch, type Batch, type Row } from '#engine/batch.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import type { Model } from '#engine/model.ts';
import type { tf } from '#engine/tf.ts';

const Ids = z.array(z.int());
const Norms = z.record(z.string(), z.number());

export const Golden = z.looseObject({
  input_ids: z.array(Ids),
  labels_masked: z.array(Ids),
  logits: z.array(z.number()),
  logits_shape: z.tuple([z.int(), z.int(), z.int()]),
  loss: z.number(),
  loss_masked: z.number(),
  grad_norm: Norms,
  grad_norm_total: z.number(),
  grad_norm_masked: Norms,
  grad_norm_total_masked: z.number(),
  padded: z.object({
    attention_mask: z.array(Ids),
    loss: z.number(),
    logits_row0_last: z.array(z.number()),
    logits_row1_pos7: z.array(z.number()),
  }),
  greedy: z.object({ prompt: Ids, ids: Ids }),
});
export type Golden = z.infer<typeof Golden>;

export const readGoldenFile = <T extends z.ZodType>(dir: string, shape: T): z.output<T> =>
  shape.parse(JSON.parse(readFileSync(join(dir, 'golden.json'), 'utf8')));

/** Rows whose whole text after the first token is scored: what Hugging Face calls the loss. */
export const wholeRows = (ids: readonly (readonly number[])[]): Row[] =>
  ids.map((row) => ({ prompt: row.slice(0, 1), answers: [row.slice(1)] }));

/** Rows whose answer begins where the labels do. */
export const maskedRows = ({ input_ids, labels_masked }: Pick<Golden, 'input_ids' | 'labels_masked'>): Row[] =>
  input_ids.map((row, b) => {
    const from = labels_masked[b]!.findIndex((label) => label !== -100);
    return { prompt: row.slice(0, from), answers: [row.slice(from)] };
  });

/** A batch that selects every position, the last by a target that nothing before it can see. */
export const everyPosition = (model: Pick<LanguageModel, 'config'>, rows: readonly (readonly number[])[]): Batch =>
  makeBatch(wholeRows(rows.map((row) => [...row, 0])), model.config.maxPositions);

export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
};

/** L2 norms of gradients by stored name; the parts of a fused tensor count as one. */
export const normsByStoredName = (model: Model, gradients: ReadonlyMap<string, tf.Tensor>): Map<string, number> => {
  const squares = new Map<string, number>();
  for (const { name, source } of model.specs) {
    const values = gradients.get(name)?.dataSync() ?? [];
    let sum = squares.get(source.hf) ?? 0;
    for (const value of values) sum += value * value;
    squares.set(source.hf, sum);
  }
  return new Map([...squares].map(([name, sum]) => [name, Math.sqrt(sum)]));
};

/**
 * Largest relative distance of gradient norms. Norms below 1e-4 of the total are measured against that floor: some
 * gradients (OPT's key bias) are zero in exact arithmetic.
 */
export const normDistance = (norms: ReadonlyMap<string, number>, wanted: Readonly<Record<string, number>>): number => {
  const names = Object.keys(wanted);
  if (names.length !== norms.size || !names.every((name) => norms.has(name))) return Infinity;
  const floor = 1e-4 * Math.sqrt(Object.values(wanted).reduce((sum, norm) => sum + norm * norm, 0));
  return Math.max(...names.map((name) => Math.abs(norms.get(name)! - wanted[name]!) / Math.max(wanted[name]!, floor)));
};
