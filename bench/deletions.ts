// Deletions one after another on one model: each starts from the weights and moments that the last one left, and
// climbs the policy's ladder. Where rows of people who stay are read, only those of some are, so that what happens to
// the others is seen; in the end everybody who was forgotten is asked and attacked once more.
// Trap: a deletion that no rung passes would end in remediation, without a deployment; here the attempt with the
// fewest failed checks is taken, to see what follows.
import { join } from 'node:path';
import type { Proportion } from '#core/evaluation.ts';
import type { Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { baseIn, type Base } from '#containers/run-unlearning.ts';
import { forgetRows } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { MOMENTS_FILE, readMoments } from '#engine/corpus-moments.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { modelFrom, valuesOf, type Model } from '#engine/model.ts';
import { assessAgainst, tablesOf } from './assess.ts';
import type { Entry } from './people-entries.ts';
import {
  assess,
  bedOf,
  forget,
  recordsOf,
  rowOf,
  tellAll,
  type Assessed,
  type Bed,
  type Row,
  type RunOptions,
  type Start,
} from './people-runs.ts';
import { seedOnRung } from './rung-seed.ts';
import { keptRow, saved } from './saved-rows.ts';

export interface DeletionRow extends Row {
  /** From 1. */
  rung: number;
  /** Retained answers that are exact, of people whose rows no method has read. */
  unread?: Proportion;
  /** After the last deletion: everybody forgotten before, in that order. */
  earlier?: readonly Judgement[];
}

export interface DeletionOptions extends RunOptions {
  /** How many, from the first person of the suite on. */
  deletions: number;
  /** Whose rows a method that reads some gets: of every second person who stays to the end, or (default) of all. */
  reads?: 'half' | 'all';
  /** Asks about everybody again in the end. */
  lookingBack?: boolean;
  /** Runs nothing: none where none are kept. */
  keptOnly?: boolean;
}

/** Kept under the digest of what it was made from. */
export const deletionsInARow = async (options: DeletionOptions, seed: number): Promise<DeletionRow[]> => {
  const { policy, backend, deletions, reads = 'all', lookingBack = false, keys } = options;
  const { ladder, checks } = policy;
  const identity = {
    sequence: deletions,
    ladder,
    seed,
    checks,
    backend: backend.name,
    reads,
    lookingBack,
    ...(keys && { keys }),
  };
  if (options.keptOnly) return keptRow<DeletionRow[]>(options.dir, identity) ?? [];
  return saved(options.dir, identity, async () => runSequence(await bedOf(options, seed), options));
};

const runSequence = async (bed: Bed, options: DeletionOptions): Promise<DeletionRow[]> => {
  const reference = loadModel(bed.dir);
  const taken: DeletionRow[] = [];
  let start: Start = { base: baseIn(bed.dir), corpus: readMoments(join(bed.dir, MOMENTS_FILE)) };
  try {
    for (let subject = 0; subject < options.deletions; subject++) {
      const climbed = await climb(atDeletion(bed, subject, reference, options), start, subject);
      start = climbed.left;
      tellAll([climbed.row], options);
      taken.push(climbed.row);
    }
    if (options.lookingBack) await lookBack({ bed, reference, options, base: start.base }, taken);
  } finally {
    reference.dispose();
  }
  return taken;
};

interface AtDeletion extends Assessed {
  options: DeletionOptions;
  /** Who stays and is not read. */
  unread: Suite | undefined;
}

const atDeletion = (bed: Bed, subject: number, reference: Model, options: DeletionOptions): AtDeletion => {
  const { suite } = bed;
  const rows = forgetRows(suite, recordsOf(suite, [subject]));
  const left = withoutRecords(suite, recordsOf(suite, [...Array(subject + 1).keys()]));
  const at = { bed, left, rows, reference, options, unread: undefined };
  if (options.reads !== 'half') return at;
  const withoutEvery = (second: number) => {
    const gone = suite.subjects.map((_, i) => i).filter((i) => i < options.deletions || i % 2 === second);
    return withoutRecords(left, recordsOf(suite, gone));
  };
  return { ...at, read: withoutEvery(1), unread: withoutEvery(0) };
};

interface Climbed {
  row: DeletionRow;
  /** The state from which the next deletion starts. */
  left: Start;
}

/**
 * Tries the rungs in turn from the same weights until one passes; otherwise takes the attempt with the fewest failed
 * checks.
 */
const climb = async (at: AtDeletion, start: Start, subject: number): Promise<Climbed> => {
  const tried: Climbed[] = [];
  const { ladder } = at.options.policy;
  for (const [i, rung] of ladder.entries()) {
    const entry: Entry = { label: `deletion ${subject + 1}`, group: 'ladder', config: rung.config };
    const attempt = await forget(
      at,
      start,
      { ...rung, runSeed: seedOnRung(at.bed.seed, ladder, i) },
      async (model, done, corpus): Promise<Climbed> => {
        const base = baseFrom(start.base, valuesOf(model));
        const unread = await exactOf(model, at);
        const row = {
          ...rowOf(entry, at.bed.seed, done, await assess(model, at)),
          rung: i + 1,
          ...(unread && { unread }),
        };
        return { row, left: { base, corpus } };
      },
    );
    tried.push(attempt);
    if (attempt.row.judgement.verdict === 'pass') break;
  }
  const open = ({ row }: Climbed) => row.judgement.gates.filter(({ verdict }) => verdict !== 'pass').length;
  return tried.toSorted((a, b) => open(a) - open(b))[0]!;
};

const RETAINED = 'retained.greedyExact';

const exactOf = async (model: Model, { unread, ...at }: AtDeletion): Promise<Proportion | undefined> => {
  if (!unread) return undefined;
  const { suite, seed } = at.bed;
  const asked = { suite, left: unread, rows: at.rows, reference: at.reference, seed, keys: [RETAINED] as const };
  return (await tablesOf({ model, weights: model }, asked)).tables.proportions[RETAINED];
};

interface LookingBack {
  bed: Bed;
  reference: Model;
  options: DeletionOptions;
  base: Base;
}

/** Everybody who was forgotten before the last deletion, under the checks that are about what is left of a person. */
const lookBack = async ({ bed, reference, options, base }: LookingBack, taken: DeletionRow[]): Promise<void> => {
  const last = taken.at(-1);
  if (!last) return;
  const policy = remaining(options.policy);
  const model = base.load();
  try {
    const { suite, seed } = bed;
    const left = withoutRecords(suite, recordsOf(suite, [...taken.keys()]));
    const earlier: Judgement[] = [];
    for (const subject of [...taken.keys()].slice(0, -1)) {
      const rows = forgetRows(suite, recordsOf(suite, [subject]));
      earlier.push((await assessAgainst(model, { suite, left, rows, reference, policy, seed, keys: [] })).judgement);
    }
    last.earlier = earlier;
  } finally {
    model.dispose();
  }
};

const remaining = (policy: GatePolicy): GatePolicy => ({
  ...policy,
  checks: policy.checks.filter(({ of }) => of.startsWith('forget.')),
});

/** Weights in memory as a base for a run. */
const baseFrom = ({ config, tokenizer }: Base, values: ReadonlyMap<string, Float32Array>): Base => ({
  config,
  tokenizer,
  load: (from = modelFrom) => from(config, tokenizer, values),
});
