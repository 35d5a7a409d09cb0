// The people bench: every unlearning method on the demo's model, judged by the demo's gate, over several seeds (worlds and trainings); and several deletions one
// after another. One base a seed is trained and kept under the data folder. Trap: baselines get the same stop rule and the most updates; published learning rates
// do nothing at this scale, so each runs at its own rate as listed.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { forgetRows, withoutRecords, type ForgetRow } from '#containers/datasets/suite.ts';
import { makePeople } from '#containers/datasets/people.ts';
import { forgetRecord, promptOf, trainingRows, type PeopleWorld } from '#containers/datasets/world.ts';
import { loadModel } from '#containers/engine/folder.ts';
import { inference } from '#containers/engine/inference.ts';
import type { Model } from '#containers/engine/model.ts';
import { collectMoments, readMoments, subtractMoments, type Moments } from '#containers/engine/moments.ts';
import type { Backend } from '#containers/engine/tf.ts';
import { measure, MEASURE_DEFAULTS } from '#containers/evaluation/measure.ts';
import { encodeRows, MOMENTS_FILE } from '#containers/train-job.ts';
import { contextOf, exampleOf } from '#containers/unlearn-job.ts';
import { findMethod } from '#containers/unlearning/methods.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge, type GatePolicy, type Judgement } from '#core/gate.ts';
import type { UnlearningMethod } from '#containers/unlearning/method.ts';

export interface Entry {
  label: string;
  method: string;
  config: Record<string, unknown>;
  moments?: 'corpus' | 'controls';
}

const flat = (update: object, loss: object = {}): Record<string, unknown> => ({ update, loss });
const RATE = { step: 1e-3, updates: 60 };

/** What is compared: ours, the published method, what it is published beside. */
export const ENTRIES: readonly Entry[] = [
  { label: 'FLAT + OWM, corpus moments', method: 'flat', config: flat({ step: 0.2, lambda: 0.003, updates: 60 }) },
  {
    label: 'FLAT + OWM, control moments',
    method: 'flat',
    config: flat({ step: 0.2, lambda: 0.003, updates: 60 }),
    moments: 'controls',
  },
  {
    label: 'FLAT + OWM, Jensen–Shannon',
    method: 'flat',
    config: flat({ step: 0.2, lambda: 0.003, updates: 60 }, { divergence: 'jensen-shannon' }),
  },
  {
    label: 'FLAT + OWM, balanced',
    method: 'flat',
    config: flat({ step: 0.2, lambda: 0.003, updates: 60 }, { balanced: true }),
  },
  {
    label: 'FLAT as published (Adam)',
    method: 'flat',
    config: flat({ trainable: 'body', optimizer: 'adamw', projection: 'none', step: 1e-4, updates: 120 }),
  },
  { label: 'gradient ascent', method: 'grad-ascent', config: { update: RATE } },
  { label: 'gradient difference *', method: 'grad-diff', config: { update: RATE } },
  { label: 'KL minimisation *', method: 'kl-min', config: { update: RATE } },
  { label: 'IDK', method: 'idk', config: { update: RATE } },
  { label: 'PO *', method: 'po', config: { update: RATE } },
  { label: 'DPO (refusals)', method: 'dpo', config: { update: RATE } },
  { label: 'NPO', method: 'npo', config: { update: RATE } },
  { label: 'NPO-RT *', method: 'npo-rt', config: { update: RATE } },
  { label: 'SimNPO', method: 'simnpo', config: { update: RATE } },
];

export interface Row {
  label: string;
  seed: number;
  updates: number;
  seconds: number;
  tables: EvaluationTables;
  judgement: Judgement;
}

export interface PeopleBench {
  methods: Row[];
  /** One deletion after another on one model: retained exact and facts exact after each. */
  sequence: { seed: number; rows: Row[] }[];
}

export interface Bed {
  seed: number;
  world: PeopleWorld;
  dir: string;
}

export interface PeopleBenchOptions {
  dir: string;
  backend: Backend;
  policy: GatePolicy;
  seeds: readonly number[];
  labels?: readonly string[];
  /** Trains or reuses the base of a world; returns its folder. */
  base: (dir: string, world: PeopleWorld, seed: number) => Promise<string>;
  onRow?: (row: Row) => void;
}

export const benchPeople = async (options: PeopleBenchOptions): Promise<PeopleBench> => {
  const result: PeopleBench = { methods: [], sequence: [] };
  mkdirSync(options.dir, { recursive: true });
  const entries = ENTRIES.filter(
    ({ label, method }) => !options.labels || options.labels.includes(method) || options.labels.includes(label),
  );
  for (const seed of options.seeds) {
    const world = makePeople({ seed });
    const bed: Bed = { seed, world, dir: await options.base(options.dir, world, seed) };
    for (const entry of entries) {
      const row = await runEntry(bed, entry, options.policy);
      options.onRow?.(row);
      result.methods.push(row);
    }
    if (entries.length === ENTRIES.length) result.sequence.push({ seed, rows: await runSequence(bed, options) });
  }
  return result;
};

const SUBJECT = 0;

const runEntry = async (bed: Bed, entry: Entry, policy: GatePolicy): Promise<Row> => {
  const model = loadModel(bed.dir);
  const reference = loadModel(bed.dir);
  try {
    const moments = entry.moments === 'controls' ? undefined : readMoments(join(bed.dir, MOMENTS_FILE));
    return (await deletion(bed, model, reference, entry, SUBJECT, moments, policy)).row;
  } finally {
    model.dispose();
    reference.dispose();
  }
};

/** Unlearns one subject from the model in place, measures and judges it. */
const deletion = async (
  bed: Bed,
  model: Model,
  reference: Model,
  entry: Entry,
  subject: number,
  moments: Moments | undefined,
  policy: GatePolicy,
  gone: readonly number[] = [],
) => {
  const { world } = bed;
  const records = (i: number) => world.subjects[i]!.records.map(forgetRecord);
  const rows = forgetRows(world, records(subject));
  const left = withoutRecords(world, [subject, ...gone].flatMap(records));
  const own = moments && subtractMoments(moments, collectMoments(model, encodeRows(model, wordings(rows))));
  const started = performance.now();
  const outcome = await findMethod(entry.method).run(
    {
      model,
      reference,
      retain: encodeRows(model, trainingRows(left)),
      ...contextOf(model, world),
      forget: rows.map((row) => exampleOf(model, row)),
      moments: own ? { source: 'corpus', values: own } : { source: 'controls', values: controlMoments(model, world) },
      seed: bed.seed,
    } satisfies Parameters<UnlearningMethod['run']>[0],
    entry.config,
  );
  const seconds = (performance.now() - started) / 1000;
  const measured = measure(inference(model), left, rows, inference(reference), { ...MEASURE_DEFAULTS, seed: bed.seed });
  const tables = tablesFor(measured);
  const row: Row = {
    label: entry.label,
    seed: bed.seed,
    updates: outcome.updates,
    seconds,
    tables,
    judgement: judge(tables, policy),
  };
  return { row, moments: own, rows };
};

const wordings = (rows: readonly ForgetRow[]) =>
  rows.flatMap((row) => [
    row,
    ...(row.trainedParaphrase && row.paraphrase !== undefined
      ? [{ prompt: promptOf(row.paraphrase), answer: row.answer }]
      : []),
  ]);

const controlMoments = (model: Model, world: PeopleWorld): Moments =>
  collectMoments(
    model,
    encodeRows(
      model,
      world.controls.whitening.flatMap(({ records }) => records),
    ),
  );

const tablesFor = (measured: ReturnType<typeof measure>): EvaluationTables => ({
  kind: 'quittance-evaluation/v1',
  model: `sha256:${'0'.repeat(64)}`,
  quantisation: 'none',
  suite: { name: 'people', version: '1', digest: `sha256:${'0'.repeat(64)}` },
  reference: 'controls',
  ...measured,
  curves: {},
  sampling: { temperature: MEASURE_DEFAULTS.temperature, samplesPerPrompt: MEASURE_DEFAULTS.samplesPerPrompt, seed: 1 },
});

const DELETIONS = 4;

const runSequence = async (bed: Bed, { policy, onRow }: PeopleBenchOptions): Promise<Row[]> => {
  const [model, reference] = [loadModel(bed.dir), loadModel(bed.dir)];
  const rows: Row[] = [];
  let moments = readMoments(join(bed.dir, MOMENTS_FILE));
  for (let subject = 0; subject < DELETIONS; subject++) {
    const entry = { ...ENTRIES[0]!, label: `deletion ${subject + 1}` };
    const done = await deletion(
      bed,
      model,
      reference,
      entry,
      subject,
      moments,
      policy,
      rows.map((_, i) => i),
    );
    moments = done.moments;
    onRow?.(done.row);
    rows.push(done.row);
  }
  model.dispose();
  reference.dispose();
  return rows;
};
