// Deletions one after another on a taught chat model, and other methods on the first of them, all by the demo's gate. Each deletion goes on from the weights and
// moments that the last one left. Trap: a deletion that fails the gate would end in remediation and nothing would be deployed; here the next one starts from it
// all the same, to see what follows. Weights and rows are kept as soon as they exist, so that an interrupted run goes on.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { forgetRows, withoutRecords, type ForgetRow } from '#containers/datasets/suite.ts';
import { forgetRecord, trainingRows, type PeopleWorld } from '#containers/datasets/world.ts';
import { loadModel, readJsonFile } from '#containers/engine/folder.ts';
import { inference } from '#containers/engine/inference.ts';
import type { Model } from '#containers/engine/model.ts';
import {
  collectMoments,
  readMoments,
  subtractMoments,
  writeMoments,
  type Moments,
} from '#containers/engine/moments.ts';
import { saveModel } from '#containers/engine/save.ts';
import { measure, MEASURE_DEFAULTS } from '#containers/evaluation/measure.ts';
import { relearnCurve } from '#containers/evaluation/relearn.ts';
import { encodeRows, MOMENTS_FILE } from '#containers/train-job.ts';
import { contextOf, exampleOf } from '#containers/unlearn-job.ts';
import { findMethod } from '#containers/unlearning/methods.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { QuittanceError } from '#core/errors.ts';
import { judge, type GatePolicy } from '#core/gate.ts';
import type { Row } from './people.ts';
import { saved } from './saved-rows.ts';

export interface SequenceOptions {
  /** Rows and weights are kept here. */
  dir: string;
  /** The taught model's folder, with moments. */
  base: string;
  world: PeopleWorld;
  policy: GatePolicy;
  deletions: number;
  /** Labels of the other methods to run; see `others`. */
  methods: readonly string[];
  seed: number;
  onRow?: (row: Row) => void;
  onUpdate?: (label: string, update: number, detail: string) => void;
}

interface Attempt {
  label: string;
  group: Row['group'];
  method: string;
  config: unknown;
}

/** Published methods at a rate that moves this model, with the first rung's stop rule. */
export const others = ({ ladder }: GatePolicy): Attempt[] => {
  const stop = ladder[0]?.config['stop'] ?? {};
  const update = { trainable: 'mlp', optimizer: 'adamw', projection: 'none', step: 1e-4, updates: 16 };
  const entry = (label: string, method: string): Attempt => ({
    label,
    group: method === 'flat' ? 'published' : 'baseline',
    method,
    config: { update, stop },
  });
  return [entry('plain FLAT', 'flat'), entry('NPO', 'npo'), entry('SimNPO', 'simnpo'), entry('IDK', 'idk')];
};

export const benchSequence = async (options: SequenceOptions): Promise<Row[]> => {
  const rung = options.policy.ladder[0]!;
  const rows: Row[] = [];
  for (let i = 0; i < options.deletions; i++) {
    const attempt: Attempt = { label: `deletion ${i + 1}`, group: 'ladder', ...rung };
    const from = i === 0 ? options.base : afterFolder(options, i);
    rows.push(await kept(options, attempt, () => runOne(options, attempt, from, i, afterFolder(options, i + 1))));
    const int8: Attempt = { ...attempt, label: `deletion ${i + 1}, int8 copy` };
    if (i === 0) rows.push(await kept(options, int8, () => int8Row(options, int8, rows[0]!)));
  }
  for (const attempt of others(options.policy).filter(({ label }) => options.methods.includes(label)))
    rows.push(await kept(options, attempt, () => runOne(options, attempt, options.base, 0)));
  return rows;
};

const afterFolder = ({ dir, seed }: SequenceOptions, deletions: number): string =>
  join(dir, `after-${deletions}-seed-${seed}`);

const kept = async (
  { dir, seed, policy, base, onRow }: SequenceOptions,
  attempt: Attempt,
  make: () => Promise<Row>,
) => {
  const row = await saved(dir, { attempt, seed, checks: policy.checks, base }, make);
  onRow?.(row);
  return row;
};

/** Unlearns subject `i` from the model in `from`, keeps the result in `into`, and measures it. */
const runOne = async (
  options: SequenceOptions,
  attempt: Attempt,
  from: string,
  i: number,
  into?: string,
): Promise<Row> => {
  const task = taskOf(options, i);
  const model = loadModel(from);
  try {
    const moments = momentsLeft(from, model, task.rows);
    const done = await unlearn(options, attempt, model, from, task, moments);
    if (into !== undefined) keep(into, from, model, moments);
    return { ...rowOf(options, attempt, done), ...(await assess(options, model, from, task)) };
  } finally {
    model.dispose();
  }
};

interface Task {
  rows: ForgetRow[];
  left: PeopleWorld;
}

const taskOf = ({ world }: SequenceOptions, i: number): Task => {
  const records = (to: number, from = 0) =>
    world.subjects.slice(from, to).flatMap((person) => person.records.map(forgetRecord));
  return { rows: forgetRows(world, records(i + 1, i)), left: withoutRecords(world, records(i + 1)) };
};

const momentsLeft = (from: string, model: Model, rows: readonly ForgetRow[]): Moments => {
  const all = readMoments(join(from, MOMENTS_FILE));
  if (!all) throw new QuittanceError('MODEL_INVALID', { message: `${from} has no moments` });
  return subtractMoments(all, collectMoments(model, encodeRows(model, rows)));
};

type Done = Pick<Row, 'updates' | 'stop' | 'seconds' | 'trajectory'>;

const unlearn = async (
  { world, seed, onUpdate }: SequenceOptions,
  { label, method, config }: Attempt,
  model: Model,
  from: string,
  { rows, left }: Task,
  moments: Moments,
): Promise<Done> => {
  const { needs, run } = findMethod(method);
  const reference = needs.includes('reference') ? loadModel(from) : undefined;
  const started = performance.now();
  const context = {
    model,
    ...contextOf(model, world),
    forget: rows.map((row) => exampleOf(model, row)),
    moments: { source: 'corpus', values: moments } as const,
    seed,
    onUpdate: ({ update, valueAuc, answerAuc }: { update: number; valueAuc: number; answerAuc: number }) =>
      onUpdate?.(label, update, `value AUC ${valueAuc.toFixed(2)}, answer AUC ${answerAuc.toFixed(2)}`),
    ...(needs.includes('retain') && { retain: encodeRows(model, trainingRows(left)) }),
    ...(reference && { reference }),
  };
  try {
    const { updates, stop, trajectory } = await run(context, config);
    return { updates, stop, trajectory, seconds: (performance.now() - started) / 1000 };
  } finally {
    reference?.dispose();
  }
};

const keep = (into: string, from: string, model: Model, moments: Moments): void => {
  saveModel(into, model, {
    configJson: readJsonFile(join(from, 'config.json')),
    write: (at) => writeMoments(join(at, MOMENTS_FILE), moments),
  });
};

const rowOf = ({ seed }: SequenceOptions, { label, group }: Attempt, done: Done) => ({ label, group, seed, ...done });

/** The first deletion's weights as int8, measured like any other. */
const int8Row = async (options: SequenceOptions, attempt: Attempt, first: Row): Promise<Row> => {
  const full = afterFolder(options, 1);
  const small = `${full}-int8`;
  if (!existsSync(small)) {
    const model = loadModel(full);
    saveModel(small, model, { configJson: readJsonFile(join(full, 'config.json')), quantisation: 'int8' });
    model.dispose();
  }
  const model = loadModel(small);
  try {
    const found = await assess(options, model, options.base, taskOf(options, 0));
    return { ...rowOf(options, attempt, first), ...found };
  } finally {
    model.dispose();
  }
};

/** Tables and judgement; re-learning comes last, as it changes the model. */
const assess = async (options: SequenceOptions, model: Model, before: string, { rows, left }: Task) => {
  const { seed, policy, world } = options;
  const sampling = { ...MEASURE_DEFAULTS, seed, ...(world.limits && { controlSamples: world.limits.controlSamples }) };
  const reference = loadModel(before);
  const measured = measure(inference(model), left, rows, inference(reference), sampling);
  reference.dispose();
  const curve = await relearnCurve(model, rows, seed, world.limits?.relearningRate);
  const nothing = `sha256:${'0'.repeat(64)}` as const;
  const tables: EvaluationTables = {
    kind: 'quittance-evaluation/v1',
    model: nothing,
    quantisation: 'none',
    suite: { name: world.name, version: '1', digest: nothing },
    reference: 'controls',
    ...measured,
    curves: { 'forget.relearn': curve },
    sampling: { temperature: sampling.temperature, samplesPerPrompt: sampling.samplesPerPrompt, seed },
  };
  return { tables, judgement: judge(tables, policy) };
};
