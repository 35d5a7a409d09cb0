// Whether memory grows: two thousand updates of a small model through the training loop, with resident memory and live
// tensors on the way.
// Trap: libtensorflow keeps what it prepares for every length of row that it meets, so growth counts only from update
// 500 on, when it has met them all.
import { adamW, constant } from '#engine/optimizers.ts';
import type { Row } from '#engine/batch.ts';
import { random } from '#engine/random.ts';
import { tf, type Backend } from '#engine/tf.ts';
import { train } from '#engine/trainer.ts';
import { modelOf, SHAPES } from './engine-shapes.ts';

export interface MemoryPoint {
  update: number;
  /** Bytes. */
  resident: number;
  /** JavaScript's objects and buffers, bytes. */
  script: number;
  /** Bytes that the backend holds for tensors, where it can tell. */
  held: number | undefined;
  tensors: number;
}

const AT: readonly number[] = [1, 100, 500, 1000, 1250, 1500, 1750, 2000];

export const benchMemory = async (backend: Backend): Promise<MemoryPoint[]> => {
  const model = modelOf({ ...SHAPES['demo']!, d: 64, layers: 2, heads: 2, kvHeads: 2, ff: 128 });
  const stream = random('memory');
  const ids = (n: number) => Array.from({ length: n }, () => stream.below(1000));
  const rows: Row[] = Array.from({ length: 200 }, () => ({ prompt: ids(5), answers: [ids(3 + stream.below(20))] }));
  const points: MemoryPoint[] = [];
  const optimizer = adamW();
  await train(model, rows, {
    updates: AT.at(-1)!,
    batchSize: 16,
    seed: 1,
    schedule: constant(1e-3),
    optimizer,
    trainable: new Set(model.parameters.keys()),
    onUpdate({ update }) {
      if (!AT.includes(update + 1)) return;
      const { numTensors: tensors } = tf.memory();
      const { rss: resident, heapUsed, external } = process.memoryUsage();
      points.push({ update: update + 1, resident, script: heapUsed + external, held: backend.bytes?.(), tensors });
    },
  });
  optimizer.dispose();
  model.dispose();
  return points;
};

const mega = (bytes: number | undefined) => (bytes === undefined ? '–' : (bytes / 1e6).toFixed(0));

export const memoryMarkdown = (points: readonly MemoryPoint[], backend: string): string =>
  [
    `Two thousand updates of a small model on ${backend} (\`quittance bench memory\`); caches of shapes fill in the first:`,
    '',
    '| update | resident, MB | JavaScript, MB | held for tensors, MB | tensors alive |',
    '|---|---|---|---|---|',
    ...points.map(
      ({ update, resident, script, held, tensors }) =>
        `| ${update} | ${mega(resident)} | ${mega(script)} | ${mega(held)} | ${tensors} |`,
    ),
  ].join('\n');
