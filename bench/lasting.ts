// The lasting bench: first deletions of several people in several suites, each on the ladder of a policy whose gate
// attacks what is left; and beside it the rung that was the first before, judged by the same gate.
// Trap: whom the settings were looked at on is said on the page; who else is in it is what tells anything.
import { must } from '#core/errors.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { Entry } from './people-entries.ts';
import { rowsOfEntry, type Row, type RunOptions } from './people-runs.ts';
import { rowInParts } from './row-in-parts.ts';
import type { InParts } from './weights-left.ts';
import { seedApart, seedOnRung } from './rung-seed.ts';

export interface LastingRow extends Row {
  unlearnCpu: number;
  attackCpu: number;
  /** By position. */
  subjects: readonly number[];
  /** From 1; 0: no rung of the ladder, but the one that was the first before, or another method. */
  rung: number;
}

export interface LastingBench {
  policy: string;
  first: LastingRow[];
  /** The rung that was the first before, on the first person of each seed. */
  before: LastingRow[];
  /** Other methods on the first person of each seed. */
  beside: LastingRow[];
  /** Several people in one run. */
  together: LastingRow[];
}

export interface LastingBenchOptions extends RunOptions {
  seeds: readonly number[];
  subjects: readonly number[];
  /** The policy whose first rung is compared; undefined: none is. */
  earlier?: GatePolicy | undefined;
  /** People of one run, where several are forgotten at once; none: not measured. */
  together: readonly number[];
  /** Other methods, by the first person of each seed. */
  beside?: readonly Beside[];
  /** Large models: each row is stored in parts. */
  inParts?: InParts;
}

export type Beside = Pick<Entry, 'label' | 'group' | 'config'> & { method: string };

export const benchLasting = async (options: LastingBenchOptions): Promise<LastingBench> => {
  const { seeds, subjects, together, earlier, beside = [] } = options;
  const result: LastingBench = { policy: options.policy.version, first: [], before: [], beside: [], together: [] };
  const rung = earlier?.ladder[0];
  for (const seed of seeds) for (const subject of subjects) result.first.push(await climbed(options, seed, [subject]));
  for (const seed of seeds) if (rung) result.before.push(await attempt(options, seed, subjects.slice(0, 1), rung, 0));
  for (const seed of seeds)
    for (const one of beside)
      result.beside.push(await rowFrom(options, seed, { ...one, subjects: subjects.slice(0, 1) }));
  if (together.length > 0) for (const seed of seeds) result.together.push(await climbed(options, seed, together));
  return result;
};

/** Tries the rungs in turn until one passes; of attempts that all fail, the one with the fewest checks open. */
const climbed = async (
  options: LastingBenchOptions,
  seed: number,
  subjects: readonly number[],
): Promise<LastingRow> => {
  const tried: LastingRow[] = [];
  const { ladder } = options.policy;
  for (const [i, rung] of ladder.entries()) {
    const row = await attempt(options, seed, subjects, rung, i + 1, seedOnRung(seed, ladder, i));
    if (row.judgement.verdict === 'pass') return row;
    tried.push(row);
  }
  const open = ({ judgement }: Row) => judgement.gates.filter(({ verdict }) => verdict !== 'pass').length;
  return tried.toSorted((a, b) => open(a) - open(b))[0]!;
};

const attempt = (
  options: LastingBenchOptions,
  seed: number,
  subjects: readonly number[],
  { method, config }: GatePolicy['ladder'][number],
  rung: number,
  runSeed = seed,
): Promise<LastingRow> => {
  const label = `people ${subjects.map((i) => i + 1).join(', ')}`;
  return rowFrom(
    options,
    seed,
    { label, group: 'ladder', method, config, subjects, ...seedApart(seed, runSeed) },
    rung,
  );
};

const rowFrom = async (
  options: LastingBenchOptions,
  seed: number,
  entry: Beside & { subjects: readonly number[]; runSeed?: number },
  rung = 0,
): Promise<LastingRow> => {
  const { inParts } = options;
  const row = inParts
    ? await rowInParts({ ...options, inParts }, seed, entry)
    : must((await rowsOfEntry(options, seed, entry))[0], 'the row');
  return {
    ...{ ...row, subjects: entry.subjects, rung },
    unlearnCpu: must(row.unlearnCpu, 'CPU of unlearning'),
    attackCpu: must(row.attackCpu, 'CPU of attacks'),
  };
};
