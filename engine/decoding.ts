// A decoder's texts that grow token by token, with a key-value cache. Prompts of different length are padded on the
// left, so that all rows end in the same column; padding is hidden by the attention bias. Trap: a cache grows by a
// copy, so that for a moment it is there twice.
import { mostReading, readingBytes } from './block-bytes.ts';
import {
  block,
  disposeLayout,
  embed,
  head,
  layersOf,
  type Cache,
  type LayerLayout,
  type Layout,
  type Weights,
} from './decoder.ts';
import type { DecoderConfig, Rope } from './formats/config.ts';
import type { Decoding, NewColumns } from './language-model.ts';
import { ropeTables } from './rope.ts';
import { tf } from './tf.ts';

/** What computes: sizes and choices, and where the numbers are looked up. */
export interface Computed {
  readonly config: DecoderConfig;
  readonly weights: Weights;
}

export const keptPerToken = ({ layers, kvHeads, headDim }: DecoderConfig): number => layers * 2 * kvHeads * headDim;

export const decodingOf = (decoder: Computed): Decoding => {
  const { advance, ...rest } = decodingAtDepths(decoder, [decoder.config.layers]);
  return { ...rest, advance: (columns) => advance(columns)[0]! };
};

/** A decoding whose logits are read after so many layers each. */
export interface DepthDecoding extends Omit<Decoding, 'advance'> {
  advance(columns: NewColumns): tf.Tensor2D[];
}

export const decodingAtDepths = (decoder: Computed, depths: readonly number[]): DepthDecoding => {
  let caches: Cache[] = [];
  const replace = (by: Cache[]) => {
    disposeCaches(caches);
    caches = by;
  };
  return {
    advance(columns) {
      const layout = newColumnsLayout(decoder.config, columns);
      const grown: Cache[] = [];
      const logits = tf.tidy(() => {
        const read = new Map<number, tf.Tensor2D>();
        let x = embedColumns(decoder, columns);
        if (depths.includes(0)) read.set(0, headOfLast(decoder, x, columns));
        for (let l = 0; l < decoder.config.layers; l++) {
          x = grow(decoder, l, x, layout, caches, grown);
          if (depths.includes(l + 1)) read.set(l + 1, headOfLast(decoder, x, columns));
        }
        return depths.map((depth) => tf.clone(read.get(depth)!));
      });
      replace(grown);
      disposeLayout(layout);
      return logits;
    },
    keep: (rows) => replace(rowsOfCaches(caches, rows)),
    dispose: () => replace([]),
  };
};

/** (rows · n, d) of the new columns. */
const embedColumns = ({ config, weights }: Computed, columns: NewColumns): tf.Tensor2D => {
  const ids = tf.tensor1d(Int32Array.from(columns.ids.flat()), 'int32');
  return embed(config, weights, ids, tf.tensor1d(positionsOf(config, columns), 'int32'));
};

/**
 * One block over the new columns; its grown cache goes to the end of `into`. Prompts are read a few at a time, as a
 * block holds much for each of their columns, and of what is kept of them nothing depends on the others.
 */
const grow = (
  { config, weights }: Computed,
  layer: number,
  x: tf.Tensor2D,
  layout: Layout,
  caches: readonly Cache[],
  into: Cache[],
): tf.Tensor2D => {
  const cache = caches[layer];
  const { rows, columns } = layout;
  const atOnce = cache ? rows : Math.max(1, Math.floor(mostReading() / readingBytes(config, columns)));
  const grown: Cache[] = [];
  const keep = ({ k, v }: Cache) => grown.push({ k: tf.keep(tf.clone(k)), v: tf.keep(tf.clone(v)) });
  const ys = Array.from({ length: Math.ceil(rows / atOnce) }, (_, i) => {
    const [from, count] = [i * atOnce, Math.min(atOnce, rows - i * atOnce)];
    const read = (part: tf.Tensor2D, own: Layout) => block(config, weights, layer, part, own, { cache, keep });
    if (count === rows) return tf.tidy(() => read(x, layout));
    return tf.tidy(() =>
      read(tf.slice(x, [from * columns, 0], [count * columns, -1]), rowsOfLayout(layout, layer, from, count)),
    );
  });
  into.push(joined(grown));
  return ys.length === 1 ? ys[0]! : tf.concat(ys, 0);
};

/** Some rows of what a layer needs beside its weights. */
const rowsOfLayout = ({ columns, layers }: Layout, layer: number, from: number, count: number): Layout => {
  const part = (all: tf.Tensor4D) => (all.shape[0] === 1 ? all : tf.slice(all, [from, 0, 0, 0], [count, -1, -1, -1]));
  const partOf = ({ bias, rope }: LayerLayout): LayerLayout => ({
    bias: part(bias),
    ...(rope && { rope: { cos: part(rope.cos), sin: part(rope.sin) } }),
  });
  return { rows: count, columns, layers: layers.map((one, l) => (l === layer ? partOf(one) : one)) };
};

/** The caches of the parts as one. */
const joined = (parts: readonly Cache[]): Cache => {
  if (parts.length === 1) return parts[0]!;
  const whole = (of: (one: Cache) => tf.Tensor4D) => tf.keep(tf.concat(parts.map(of), 0));
  const cache = { k: whole(({ k }) => k), v: whole(({ v }) => v) };
  disposeCaches(parts);
  return cache;
};

/** (rows · n, d) → logits (rows, V) of each row's last column. */
const headOfLast = ({ config, weights }: Computed, x: tf.Tensor2D, { ids }: NewColumns): tf.Tensor2D => {
  const [rows, n] = [ids.length, ids[0]!.length];
  const last = tf.reshape(tf.slice(tf.reshape(x, [rows, n, -1]), [0, n - 1, 0], [rows, 1, -1]), [rows, -1]);
  return head(config, weights, last as tf.Tensor2D);
};

const disposeCaches = (caches: readonly Cache[]): void => caches.forEach(({ k, v }) => tf.dispose([k, v]));

/** The caches of these rows, in this order. */
const rowsOfCaches = (caches: readonly Cache[], rows: readonly number[]): Cache[] => {
  const at = tf.tensor1d(Int32Array.from(rows), 'int32');
  const kept = caches.map(({ k, v }) => ({ k: tf.gather(k, at), v: tf.gather(v, at) }));
  at.dispose();
  return kept;
};

/**
 * Position of each new cell (rows · n): columns since the row's first token, 0 in the padding; finished rows stay at
 * the last position.
 */
const positionsOf = ({ maxPositions }: DecoderConfig, { ids, padding, before }: NewColumns): Int32Array => {
  const within = (position: number) => Math.min(Math.max(0, position), maxPositions - 1);
  return Int32Array.from(padding.flatMap((pad) => ids[0]!.map((_, i) => within(before + i - pad))));
};

/** The caller disposes it (disposeLayout). */
const newColumnsLayout = (config: DecoderConfig, columns: NewColumns): Layout => {
  const [rows, n] = [columns.ids.length, columns.ids[0]!.length];
  const lengths = columns.padding.map((pad) => columns.before + n - pad);
  const tablesOf = (rope: Rope) => ropeTables(rope, positionsOf(config, columns), rows, lengths);
  return { rows, columns: n, layers: layersOf(config, (window) => newColumnsBias(columns, window), tablesOf) };
};

const newColumnsBias = ({ ids, padding, before }: NewColumns, window: number | undefined): tf.Tensor4D => {
  const n = ids[0]!.length;
  const S = before + n;
  const bias = new Float32Array(ids.length * n * S).fill(-1e9);
  padding.forEach((pad, b) => {
    for (let i = 0; i < n; i++) {
      const column = before + i;
      const from = Math.max(pad, column - (window ?? S) + 1);
      bias.fill(0, (b * n + i) * S + Math.min(from, column), (b * n + i) * S + column + 1);
    }
  });
  return tf.tensor4d(bias, [ids.length, 1, n, S]);
};
