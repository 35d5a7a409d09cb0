// The engine bench: updates of several shapes beside PyTorch on one thread where Python has it; rounds alternate, and
// medians of CPU and wall time are reported. Each shape's numbers are kept under the bench folder, so that one shape
// can be measured again. Trap: on a shared machine wall time includes other programs' work, so the comparison is of CPU
// times, each on one thread.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { parameterCount, type Model } from '#engine/model.ts';
import { tf, type Backend } from '#engine/tf.ts';
import { stopwatch } from '#containers/stopwatch.ts';
import { modelOf, PAIR, RANK, SHAPES, updateOf, type Shape, type Work } from './engine-shapes.ts';

const Time = z.object({ cpu: z.number(), wall: z.number() });
const Row = z.object({
  shape: z.string(),
  parameters: z.int(),
  work: z.enum(['train', 'flat', 'flat-lora']),
  rounds: z.int(),
  /** Milliseconds of one update; of FLAT, with packed pairs. */
  ours: Time,
  /** FLAT with the answers of a pair in rows of their own. */
  apart: Time.optional(),
  torch: Time.extend({ peak: z.number(), torch: z.string() }).optional(),
  /** Tensors alive after the first and the last update. */
  tensors: z.tuple([z.int(), z.int()]),
  /** Resident memory of this process after the updates, bytes. */
  resident: z.number(),
});
export type EngineRow = z.infer<typeof Row>;
const Saved = z.object({ backend: z.string(), detail: z.string(), rows: z.array(Row) });
export type EngineBench = z.infer<typeof Saved>[];

export interface EngineOptions {
  /** Folder that keeps the numbers. */
  dir: string;
  backend: Backend;
  /** Keys of SHAPES; default: those under a million parameters. */
  shapes?: readonly string[] | undefined;
  rounds: number;
  onRow: (row: EngineRow) => void;
}

/** Measures the shapes on the backend; returns the kept numbers of all backends. INVALID_INPUT for an unknown shape. */
export const benchEngine = (options: EngineOptions): EngineBench => {
  const { dir, backend, shapes = ['demo', '1m'], rounds, onRow } = options;
  mkdirSync(dir, { recursive: true });
  const python = findPython();
  for (const key of shapes) {
    const rows = measureShape(shapeOf(key), python, rounds, onRow);
    const saved = { backend: backend.name, detail: backend.detail, rows };
    writeFileSync(join(dir, `${backend.name}-${key}.json`), JSON.stringify(saved, null, 1));
  }
  return readSaved(dir);
};

const shapeOf = (key: string): Shape => {
  const shape = SHAPES[key];
  if (shape) return shape;
  throw new QuittanceError('INVALID_INPUT', {
    message: `no shape is called '${key}'`,
    expected: Object.keys(SHAPES).join(', '),
  });
};

/** In the order of backends and shapes. */
const readSaved = (dir: string): EngineBench =>
  ['tensorflow', 'wasm+ort', 'wasm', 'webgpu'].flatMap((backend) =>
    Object.keys(SHAPES).flatMap((key) => {
      const path = join(dir, `${backend}-${key}.json`);
      return existsSync(path) ? [Saved.parse(JSON.parse(readFileSync(path, 'utf8')))] : [];
    }),
  );

/** A Python that has torch: $QUITTANCE_PYTHON, else python3. */
const findPython = (): string | undefined =>
  [process.env['QUITTANCE_PYTHON'], 'python3'].find(
    (name) => name !== undefined && spawnSync(name, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );

const measureShape = (
  shape: Shape,
  python: string | undefined,
  rounds: number,
  onRow: EngineOptions['onRow'],
): EngineRow[] => {
  const model = modelOf(shape, shape.held);
  try {
    return shape.work.map((work) => {
      const row = measureWork(shape, model, work, python, rounds);
      onRow(row);
      return row;
    });
  } finally {
    model.dispose();
  }
};

const measureWork = (shape: Shape, model: Model, work: Work, python: string | undefined, rounds: number): EngineRow => {
  const ours = timed(shape, model, work, true);
  const apart = work === 'train' ? undefined : timed(shape, model, work, false);
  const torch: z.infer<typeof Peer>[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.round();
    apart?.round();
    if (python !== undefined) torch.push(torchTimes(python, shape, work));
  }
  const row = {
    shape: shape.name,
    parameters: parameterCount(model.config),
    work,
    rounds,
    ours: ours.end(),
    resident: process.memoryUsage.rss(),
    tensors: ours.tensors(),
    ...(apart && { apart: apart.end() }),
    ...(torch[0] && { torch: { ...torch[0], ...medians(torch) } }),
  };
  return row;
};

type Times = z.infer<typeof Time>;

/** Times rounds of one update; the first round warms up. */
const timed = (shape: Shape, model: Model, work: Work, packed: boolean) => {
  const update = updateOf(shape, model, work, packed);
  const times: Times[] = [];
  const alive: number[] = [];
  return {
    round() {
      if (times.length === 0) update.run();
      alive.push(tf.memory().numTensors);
      for (let i = 0; i < shape.updates; i++) times.push(measured(() => update.run()));
      alive.push(tf.memory().numTensors);
    },
    tensors: (): [number, number] => [alive[0] ?? 0, alive[1] ?? 0],
    end(): Times {
      update.dispose();
      return medians(times);
    },
  };
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const medians = (times: readonly Times[]): Times => ({
  cpu: median(times.map(({ cpu }) => cpu)),
  wall: median(times.map(({ wall }) => wall)),
});

/** CPU time is user and system time of this process, all threads. */
const measured = (act: () => void): Times => {
  const taken = stopwatch();
  act();
  const { seconds, cpuSeconds } = taken();
  return { cpu: cpuSeconds * 1000, wall: seconds * 1000 };
};

const Peer = Time.extend({ peak: z.number(), torch: z.string() });

const torchTimes = (python: string, shape: Shape, task: Work): z.infer<typeof Peer> => {
  const script = fileURLToPath(new URL('./torch_step.py', import.meta.url));
  const given = JSON.stringify({ ...shape, task, pair: PAIR, rank: RANK });
  const { stdout, stderr } = spawnSync(python, [script, given, String(shape.updates)], { encoding: 'utf8' });
  try {
    return Peer.parse(JSON.parse(stdout));
  } catch (cause) {
    throw new QuittanceError('JOB_FAILED', { message: `PyTorch did not answer: ${stderr.slice(-300)}`, cause });
  }
};
