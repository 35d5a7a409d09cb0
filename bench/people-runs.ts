// One run of the people bench: from a trained base through an unlearning method to tables and a judgement. Bases and
// rows are kept under the bench folder. Trap: at this scale published learning rates change nothing, so each method
// runs at its own listed rate, with the same stop rule and limit of updates.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetRows, type ForgetRow } from '#datasets/suite.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRecord, trainingRows, type Suite } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import type { Model } from '#engine/model.ts';
import { readMoments, type CorpusMoments, MOMENTS_FILE } from '#engine/corpus-moments.ts';
import { saveModel } from '#engine/formats/save.ts';
import type { Backend } from '#engine/tf.ts';
import { baseIn, runUnlearning, type Base } from '#containers/run-unlearning.ts';
import { configured } from '#unlearning/methods.ts';
import type { Outcome } from '#unlearning/method.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import type { Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { QuantityKey } from '#core/quantities.ts';
import { saidBy, type Answered } from './answers.ts';
import { assessAgainst } from './assess.ts';
import type { Entry } from './people-entries.ts';
import { saved } from './saved-rows.ts';

export interface Row {
  label: string;
  group: Entry['group'];
  seed: number;
  updates: number;
  stop: Outcome['stop'] | 'none';
  /** Of unlearning only, without measuring. */
  seconds: number;
  /** CPU seconds of unlearning, and of the attacks that judged it; absent in rows of earlier versions. */
  unlearnCpu?: number;
  attackCpu?: number;
  tables: EvaluationTables;
  judgement: Judgement;
  trajectory: Outcome['trajectory'];
  /** Greedy answers to the forgotten questions, where they were asked for. */
  answered?: readonly Answered[];
  /** How odd the model from before finds each whole refusal in the place of those answers. */
  refusals?: readonly number[];
}

export interface RunOptions {
  dir: string;
  backend: Backend;
  policy: GatePolicy;
  /** `namesake`: a retained person shares the first name of the first one. */
  suite: (seed: number, namesake: boolean) => Suite;
  /** Trains or reuses the base of a suite; returns its folder. */
  base: (dir: string, suite: Suite, seed: number) => Promise<string>;
  onRow?: (row: Row) => void;
  /** Measured beside what the policy reads; by default everything. */
  keys?: readonly QuantityKey[];
  /** Whether rows hold what is answered to the forgotten questions. */
  answered?: boolean;
}

/** A trained base with the suite that it was taught. */
export interface Bed {
  seed: number;
  suite: Suite;
  dir: string;
}

/** The rows of an entry, kept from an earlier run or made now. */
export const rowsOfEntry = async (options: RunOptions, seed: number, entry: Entry): Promise<Row[]> => {
  const { policy, backend, answered, keys } = options;
  const identity = {
    entry,
    seed,
    checks: policy.checks,
    backend: backend.name,
    ...(answered && { answered }),
    ...(keys && { keys }),
  };
  return saved(options.dir, identity, async () => {
    const rows = await runEntry(await bedOf(options, seed, entry), entry, options);
    tellAll(rows, options);
    return rows;
  });
};

export const tellAll = (rows: readonly Row[], { onRow }: RunOptions): void => rows.forEach((row) => onRow?.(row));

export const bedOf = async (options: RunOptions, seed: number, { namesake = false }: Partial<Entry> = {}) => {
  const suite = options.suite(seed, namesake);
  return { seed, suite, dir: await options.base(options.dir, suite, seed) };
};

const FIRST = [0] as const;
export const recordsOf = (suite: Suite, subjects: readonly number[]) =>
  subjects.flatMap((i) => suite.subjects[i]!.records.map(forgetRecord));

const runEntry = async (bed: Bed, entry: Entry, options: RunOptions): Promise<Row[]> => {
  const subjects = entry.subjects ?? FIRST;
  const rows = forgetRows(bed.suite, recordsOf(bed.suite, subjects));
  const left = withoutRecords(bed.suite, recordsOf(bed.suite, subjects));
  const reference = loadModel(bed.dir);
  const at = { bed, left, rows, reference, options };
  try {
    const { method } = entry;
    if (method === undefined) return await rowsOfOneTrainedAnew(entry, at);
    const start = { base: baseIn(bed.dir), corpus: readMoments(join(bed.dir, MOMENTS_FILE)) };
    return await forget(at, start, { ...entry, method }, (model, done) => rowsFor(entry, model, done, at));
  } finally {
    reference.dispose();
  }
};

const rowsOfOneTrainedAnew = async (entry: Entry, at: Assessed): Promise<Row[]> => {
  const model = loadModel(await at.options.base(at.options.dir, at.left, at.bed.seed));
  try {
    return await rowsFor(entry, model, UNTOUCHED, at);
  } finally {
    model.dispose();
  }
};

/** Judges the model, and its int8 copy where the entry asks for one. */
const rowsFor = async (entry: Entry, model: Model, done: Done, at: Assessed): Promise<Row[]> => {
  const { seed, dir } = at.bed;
  const copy = entry.int8 ? int8Copy(dir, model) : undefined;
  try {
    const answered = at.options.answered ? saidBy(model, { ...at, suite: at.bed.suite }) : {};
    const row = { ...rowOf(entry, seed, done, await assess(model, at)), ...answered };
    const label = `${entry.label}, int8 copy`;
    return copy ? [row, rowOf({ ...entry, label }, seed, done, await assess(copy, at))] : [row];
  } finally {
    copy?.dispose();
  }
};

export type Done = Pick<Row, 'updates' | 'stop' | 'seconds' | 'unlearnCpu' | 'trajectory'>;
const UNTOUCHED: Done = { updates: 0, stop: 'none', seconds: 0, trajectory: [] };

export const rowOf = (
  { label, group }: Entry,
  seed: number,
  done: Done,
  found: Pick<Row, 'tables' | 'judgement' | 'attackCpu'>,
): Row => ({ label, group, seed, ...done, ...found });

/** What a run starts from: a base, and the moments of its corpus. */
export interface Start {
  base: Base;
  corpus: CorpusMoments | undefined;
}

/** Unlearns the rows; `use` gets the model, which is disposed afterwards, and the moments of what stays. */
export const forget = <T>(
  { bed: { suite, seed }, rows, left, read = left, options: { backend } }: Assessed,
  { base, corpus }: Start,
  { method, config, moments, runSeed = seed }: Pick<Entry, 'config' | 'moments' | 'runSeed'> & { method: string },
  use: (model: Model, done: Done, corpus: CorpusMoments | undefined) => Promise<T>,
): Promise<T> =>
  runUnlearning(
    {
      base,
      method: configured(method, config),
      forget: rows,
      suite,
      corpus: corpus && moments !== 'controls' ? () => corpus : undefined,
      retain: () => trainingRows(read),
      seed: runSeed,
      backend: backend.name,
    },
    ({ model, outcome: { updates, stop, trajectory }, corpus: now, seconds, cpuSeconds }) =>
      use(model, { updates, stop, trajectory, seconds, unlearnCpu: cpuSeconds }, now),
  );

const int8Copy = (base: string, model: Model): Model => {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-bench-'));
  try {
    const out = join(dir, 'model');
    saveModel(out, model, { configJson: readJsonFile(join(base, 'config.json')), quantisation: 'int8' });
    return loadModel(out);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

export interface Assessed {
  bed: Bed;
  left: Suite;
  /** Of those who stay whom a method with retained rows reads; by default all. */
  read?: Suite;
  rows: readonly ForgetRow[];
  reference: Model;
  options: RunOptions;
}

/** Tables and judgement of a model; the measurement changes the model. */
export const assess = (
  model: Model,
  { bed: { suite, seed }, left, rows, reference, options: { policy, keys } }: Assessed,
) => assessAgainst(model, { suite, left, rows, reference, policy, seed, keys });
