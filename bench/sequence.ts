// The chat-model bench: deletions one after another on the policy's ladder, each from the weights and moments that the
// last one left; an int8 copy of the first result; three people at once; and other methods on the first person; all
// judged by the same gate. Trap: a deletion that no rung passes would end in remediation, without a deployment; here
// the attempt with the fewest failed checks is taken, to see what follows. Rows and weights are stored as soon as they
// exist.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { forgetRows, type ForgetRow } from '#datasets/suite.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRecord, trainingRows, type Suite } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import type { Model } from '#engine/model.ts';
import { readMoments, writeMoments, type CorpusMoments, MOMENTS_FILE } from '#engine/corpus-moments.ts';
import { saveModel } from '#engine/formats/save.ts';
import { baseIn, runUnlearning } from '#containers/run-unlearning.ts';
import { configured } from '#unlearning/methods.ts';
import { QuittanceError } from '#core/errors.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { PeopleBench } from './people.ts';
import type { Row } from './people-runs.ts';
import { assessAgainst } from './assess.ts';
import { publishedOnChat } from './chat-entries.ts';
import { seedApart, seedOnRung } from './rung-seed.ts';
import { keptRow, saved } from './saved-rows.ts';

/** A taught model's folder, with moments, and the people whom it knows. */
export interface Bed {
  dir: string;
  suite: Suite;
}

export interface SequenceOptions {
  /** Folder in which rows and weights are stored. */
  dir: string;
  policy: GatePolicy;
  /** Name of the engine's backend. */
  backend: string;
  seeds: readonly number[];
  deletions: number;
  /** Labels of the other runs; see `otherLabels`. */
  labels: readonly string[];
  /** Teaches or reuses the model of a seed. */
  bed: (seed: number) => Promise<Bed>;
  /** Runs nothing: rows that are not stored are left out. */
  keptOnly: boolean;
  onRow?: (row: Row) => void;
  onUpdate?: (label: string, update: number, detail: string) => void;
}

interface Attempt {
  label: string;
  group: Row['group'];
  method: string;
  config: unknown;
  /** Of the run, where it is not the bench's own (rung-seed.ts). */
  runSeed?: number;
}

const INT8 = 'deletion 1, int8 copy';

const THREE = 'three people at once';

/** Labels of the runs beside the deletions. */
export const otherLabels = (policy: GatePolicy): string[] => [
  THREE,
  ...publishedOnChat(policy).map(({ label }) => label),
];

export const benchSequence = async (options: SequenceOptions): Promise<PeopleBench> => {
  const result: PeopleBench = { methods: [], sequence: [] };
  const others = publishedOnChat(options.policy);
  for (const { method, config } of [...options.policy.ladder, ...others]) configured(method, config);
  for (const seed of options.seeds) {
    const run = runsOf(options, seed);
    const taken: PeopleBench['sequence'] = [];
    for (let i = 0; i < options.deletions; i++) {
      const best = await climb(options, seed, run, taken);
      if (!best) break;
      taken.push(best);
    }
    const [first] = taken;
    if (first) result.methods.push({ ...first, label: 'the ladder', group: 'ladder' });
    const int8 = first && (await run(INT8, { taken: [first.rung] }, (at) => int8Row(at, first)));
    if (int8) result.methods.push(int8);
    const three = options.labels.includes(THREE) ? await threeAtOnce(options, seed, run) : undefined;
    if (three) result.methods.push(three);
    for (const attempt of others.filter(({ label }) => options.labels.includes(label))) {
      const row = await run(attempt.label, attempt, (at) => runOne(at, attempt, { from: at.dir, subjects: [0] }));
      if (row) result.methods.push(row);
    }
    result.sequence.push(...taken);
  }
  return result;
};

interface At extends Bed {
  options: SequenceOptions;
  seed: number;
}

type Run = (label: string, identity: unknown, make: (at: At) => Promise<Row>) => Promise<Row | undefined>;

/** Rows of one seed, stored under a digest of their inputs. The model is taught when the first row has to be made. */
const runsOf = (options: SequenceOptions, seed: number): Run => {
  let bed: Promise<Bed> | undefined;
  return async (label, identity, make) => {
    const name = { label, identity, seed, checks: options.policy.checks };
    if (options.keptOnly) return keptRow<Row>(options.dir, name);
    return saved(options.dir, name, async () => {
      const row = await make({ ...(await (bed ??= options.bed(seed))), options, seed });
      options.onRow?.(row);
      return row;
    });
  };
};

/** The next deletion, from the weights that the earlier ones left. */
const climb = async (
  { policy }: SequenceOptions,
  seed: number,
  run: Run,
  before: PeopleBench['sequence'],
): Promise<PeopleBench['sequence'][number] | undefined> => {
  const i = before.length;
  const path = before.map(({ rung }) => rung);
  return rungThatPasses(policy, seed, (rung, number) => {
    const attempt: Attempt = { label: `deletion ${i + 1}`, group: 'ladder', ...rung };
    return run(attempt.label, { attempt, path }, (at) =>
      runOne(at, attempt, {
        from: i === 0 ? at.dir : afterFolder(at, path),
        subjects: [i],
        gone: i,
        into: afterFolder(at, [...path, number]),
      }),
    );
  });
};

/** Three people in one deletion of the taught model, on the same ladder. */
const threeAtOnce = ({ policy }: SequenceOptions, seed: number, run: Run): Promise<Row | undefined> =>
  rungThatPasses(policy, seed, (rung) => {
    const attempt: Attempt = { label: THREE, group: 'stress', ...rung };
    return run(THREE, attempt, (at) => runOne(at, attempt, { from: at.dir, subjects: [0, 1, 2] }));
  });

/** Tries the rungs, counted from 1, until one passes; otherwise returns the row with the fewest failed checks. */
const rungThatPasses = async (
  { ladder }: GatePolicy,
  seed: number,
  tryOn: (rung: Omit<Attempt, 'label' | 'group'>, number: number) => Promise<Row | undefined>,
): Promise<PeopleBench['sequence'][number] | undefined> => {
  const tried: PeopleBench['sequence'] = [];
  for (const [r, rung] of ladder.entries()) {
    const found = await tryOn({ ...rung, ...seedApart(seed, seedOnRung(seed, ladder, r)) }, r + 1);
    if (found) tried.push({ ...found, rung: r + 1 });
    if (found?.judgement.verdict === 'pass') break;
  }
  const open = ({ judgement }: Row) => judgement.gates.filter(({ verdict }) => verdict !== 'pass').length;
  return tried.toSorted((a, b) => open(a) - open(b))[0];
};

/** Folder of the weights after deletions that took these rungs. */
const afterFolder = ({ options, seed }: At, path: readonly number[]): string =>
  join(options.dir, `seed-${seed}-after-${path.join('-')}`);

interface Deletion {
  from: string;
  subjects: readonly number[];
  /** How many people before this one are forgotten already. */
  gone?: number;
  /** Folder in which the result is stored. */
  into?: string;
}

const runOne = async (at: At, attempt: Attempt, { from, subjects, gone = 0, into }: Deletion): Promise<Row> => {
  const { options, suite, seed } = at;
  const task = taskOf(suite, subjects, gone);
  return runUnlearning(
    {
      base: baseIn(from),
      method: configured(attempt.method, attempt.config),
      forget: task.rows,
      suite,
      corpus: () => momentsIn(from),
      retain: () => trainingRows(task.left),
      seed: attempt.runSeed ?? seed,
      backend: options.backend,
      onUpdate: ({ update, valueAuc, answerAuc }) =>
        options.onUpdate?.(
          attempt.label,
          update,
          `value AUC ${valueAuc.toFixed(2)}, answer AUC ${answerAuc.toFixed(2)}`,
        ),
    },
    async ({ model, outcome: { updates, stop, trajectory }, corpus, seconds }) => {
      if (into !== undefined) keep(into, from, model, corpus);
      return { ...rowOf(at, attempt, { updates, stop, trajectory, seconds }), ...(await assess(at, model, task)) };
    },
  );
};

interface Task {
  rows: ForgetRow[];
  left: Suite;
}

const taskOf = (suite: Suite, subjects: readonly number[], gone = 0): Task => {
  const records = (of: readonly number[]) => of.flatMap((i) => suite.subjects[i]!.records.map(forgetRecord));
  const before = Array.from({ length: gone }, (_, i) => i);
  return {
    rows: forgetRows(suite, records(subjects)),
    left: withoutRecords(suite, records([...before, ...subjects])),
  };
};

const momentsIn = (from: string): CorpusMoments => {
  const all = readMoments(join(from, MOMENTS_FILE));
  if (!all) throw new QuittanceError('MODEL_INVALID', { message: `${from} has no moments` });
  return all;
};

type Done = Pick<Row, 'updates' | 'stop' | 'seconds' | 'trajectory'>;

const keep = (into: string, from: string, model: Model, moments: CorpusMoments | undefined): void => {
  saveModel(into, model, {
    configJson: readJsonFile(join(from, 'config.json')),
    write: (at) => moments && writeMoments(join(at, MOMENTS_FILE), moments),
  });
};

const rowOf = ({ seed }: At, { label, group }: Pick<Attempt, 'label' | 'group'>, done: Done) => ({
  label,
  group,
  seed,
  ...{ updates: done.updates, stop: done.stop, seconds: done.seconds, trajectory: done.trajectory },
});

/** The first deletion's weights as int8, measured like any other. */
const int8Row = async (at: At, first: PeopleBench['sequence'][number]): Promise<Row> => {
  const full = afterFolder(at, [first.rung]);
  const small = `${full}-int8`;
  if (!existsSync(small)) {
    const model = loadModel(full);
    saveModel(small, model, { configJson: readJsonFile(join(full, 'config.json')), quantisation: 'int8' });
    model.dispose();
  }
  const model = loadModel(small);
  try {
    return {
      ...rowOf(at, { label: INT8, group: 'ladder' }, first),
      ...(await assess(at, model, taskOf(at.suite, [0]))),
    };
  } finally {
    model.dispose();
  }
};

const assess = async (at: At, model: Model, { rows, left }: Task) => {
  const reference = loadModel(at.dir);
  try {
    return await assessAgainst(model, {
      rows,
      left,
      suite: at.suite,
      seed: at.seed,
      reference,
      policy: at.options.policy,
    });
  } finally {
    reference.dispose();
  }
};
