// The methods bench: every method of unlearning/methods.ts, one fixed configuration each, on the demo's model of
// generated people; judged by gate-v1 and gate-v2 and by a re-learning attack, with what it cost and what it read. And
// the sweep that picks the configurations, on another suite and another person.
// Trap: rows are kept under a digest of their inputs, which does not include the code; after a change of the engine or
// of a method, use another folder.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { must, QuittanceError } from '#core/errors.ts';
import { isQuantityKey, QUANTITIES, type QuantityKey } from '#core/quantities.ts';
import { readPolicy } from '#entry/policies.ts';
import { findMethod } from '#unlearning/methods.ts';
import { readBy } from './assess.ts';
import { methodEntries, type MethodEntry } from './method-entries.ts';
import type { Asked, Told } from './method-process.ts';
import { keptRow, saved } from './saved-rows.ts';

/** Seeds of the reported rows, and who is forgotten there, by position. */
export const REPORTED = { seeds: [21, 22, 23], subject: 0 } as const;
/** On whom settings are picked. */
export const SWEPT = { seed: 12, subject: 4 } as const;

/** What a method reads beside the records to forget. */
export type Reads = readonly string[];

export interface MethodRow extends Pick<MethodEntry, 'label' | 'method' | 'config' | 'from'> {
  readonly seed: number;
  readonly reads: Reads;
  readonly result: Told;
}

export interface SweptRow extends MethodRow {
  /** Whether the table of methods runs it. */
  readonly picked: boolean;
}

interface Bases {
  /** Folder of the model that knows everybody. */
  readonly whole: string;
  /** Of one that was trained without the person, and the CPU seconds that this took; unknown where it was there. */
  readonly anew?: string;
  readonly anewCpu?: number;
}

export interface MethodsBenchOptions {
  readonly dir: string;
  readonly backend: Asked['backend'] & { readonly name: string };
  readonly labels?: readonly string[];
  /** Trains or reuses the models of a seed; the one without the person where `anew` asks for it. */
  readonly bases: (seed: number, subject: number, anew: boolean) => Promise<Bases>;
  /** Measures nothing. */
  readonly keptOnly: boolean;
  readonly onRow?: (row: MethodRow) => void;
}

const JUDGES = ['gate-v1', 'gate-v2'] as const;
const ladders = () => ({
  v1: readPolicy('gate-v1'),
  v3: readPolicy('gate-v3'),
  v3Retain: readPolicy('gate-v3-retain'),
});

/** What the page shows beside what the judges read. */
const BESIDE: readonly QuantityKey[] = [
  ...(['forget.relearnt5x30', 'controls.relearnt5x30', 'forget.answerLogProbAuc', 'forget.minKLogProbAuc'] as const),
  ...([
    'forget.perplexityBefore',
    'forget.valueLogProbKs',
    'model.utility',
    'forget.rougeL',
    'retained.rougeL',
  ] as const),
];

/** Read without sampling, so that a sweep of all methods takes minutes. */
export const SCORED: readonly QuantityKey[] = [
  ...(['forget.greedyExact', 'forget.forcedPrefixExact', 'forget.valueLogProb', 'controls.valueLogProb'] as const),
  ...(['retained.greedyExact', 'facts.greedyExact', 'retained.worstPerson'] as const),
];

/** With everything that each is computed from. */
export const withSources = (keys: readonly QuantityKey[]): QuantityKey[] => [
  ...new Set(keys.flatMap((key) => [key, ...sourcesOf(key)])),
];
const sourcesOf = (key: QuantityKey): QuantityKey[] =>
  must(
    QUANTITIES.find((one) => one.key === key),
    key,
  ).from.filter(isQuantityKey);

/** USAGE where a label is none. */
export const chosenEntries = (labels?: readonly string[]): MethodEntry[] => {
  const all = methodEntries(ladders());
  const isMeant = ({ label, method }: MethodEntry) => labels?.some((one) => one === label || one === method) ?? true;
  const unknown = labels?.find((one) => !all.some(({ label, method }) => one === label || one === method));
  if (unknown !== undefined) findMethod(unknown);
  return all.filter(isMeant);
};

export const benchMethods = async (options: MethodsBenchOptions, seeds: readonly number[]): Promise<MethodRow[]> => {
  const rows: MethodRow[] = [];
  const keys = withSources([...new Set([...JUDGES.flatMap((name) => readBy(readPolicy(name))), ...BESIDE])]);
  for (const seed of seeds) {
    const entries = chosenEntries(options.labels);
    const bases = await basesOf(options, seed, REPORTED.subject, entries.some(isAnew));
    for (const entry of entries) {
      const result = await resultOf(options, entry, { seed, subject: REPORTED.subject, keys, bases });
      if (!result) continue;
      rows.push(told(options, entry, seed, withCpu(result, entry, bases)));
    }
  }
  return rows;
};

/** Every configuration that was tried, cheapest measurement only, with the one that the table runs marked. */
export const sweepMethods = async (options: MethodsBenchOptions): Promise<SweptRow[]> => {
  const { seed, subject } = SWEPT;
  const rows: SweptRow[] = [];
  const bases = await basesOf(options, seed, subject, false);
  for (const entry of chosenEntries(options.labels))
    for (const config of entry.tried) {
      const result = await resultOf(options, { ...entry, config }, { seed, subject, keys: SCORED, bases });
      if (!result) continue;
      const row = told(options, { ...entry, config }, seed, result);
      rows.push({ ...row, picked: JSON.stringify(config) === JSON.stringify(entry.config) });
    }
  return rows;
};

const basesOf = async ({ bases, keptOnly }: MethodsBenchOptions, seed: number, subject: number, anew: boolean) =>
  keptOnly ? { whole: '' } : bases(seed, subject, anew);

const told = ({ onRow }: MethodsBenchOptions, entry: MethodEntry, seed: number, result: Told): MethodRow => {
  const { label, method, config, from } = entry;
  const row = { label, method, config, from, seed, reads: readsOf(entry), result };
  onRow?.(row);
  return row;
};

const readsOf = ({ method }: MethodEntry): Reads => findMethod(method).needs;

/** No run of a method, but a model that is trained for it. */
const isAnew = ({ method }: Pick<MethodEntry, 'method'>): boolean => method === 'retrain';

/** Training anew is not a run of a method here, and its cost is that of the training. */
const withCpu = (result: Told, { method }: MethodEntry, { anewCpu }: Bases): Told =>
  isAnew({ method }) && anewCpu !== undefined && !('failed' in result) ? { ...result, cpu: anewCpu } : result;

interface Measured {
  seed: number;
  subject: number;
  keys: readonly QuantityKey[];
  bases: Bases;
}

/** Kept from an earlier run, or made now in a process of its own; none where only what was kept is asked for. */
const resultOf = async (
  { dir, backend, keptOnly }: MethodsBenchOptions,
  { method, config }: MethodEntry,
  { seed, subject, keys, bases }: Measured,
): Promise<Told | undefined> => {
  const identity = { bench: 'methods', method, config, seed, subject, keys, backend: backend.name };
  if (keptOnly) return keptRow<Told>(dir, identity);
  return saved(dir, identity, () =>
    inProcess({
      ...{ entry: { method, config }, seed, subject, keys, base: bases.whole, ...(bases.anew && { anew: bases.anew }) },
      ...{ policies: JUDGES, backend: { choice: backend.choice, options: backend.options } },
    }),
  );
};

/** The row in a process of its own, whose peak of memory is the row's. */
export const inProcess = async (asked: Asked): Promise<Told> => {
  const child = fork(fileURLToPath(import.meta.resolve('#bench/method-process.ts')), {
    serialization: 'advanced', // numbers that are none stay what they are
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  child.once('message', (message) => resolve(message as Told));
  child.once('error', reject);
  child.once('exit', (code, signal) =>
    reject(
      new QuittanceError('JOB_FAILED', {
        message: `the process of ${asked.entry.method} ended with ${signal ?? code} before it had a result`,
        hint: 'run the same command again: rows that were measured are kept',
      }),
    ),
  );
  child.send(asked);
  return promise;
};
