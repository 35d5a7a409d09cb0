// One row of a bench on a model that takes minutes for every step, in parts that are each stored as soon as they are
// there: the weights that the method left, then what is sampled of them, every attack, and the rest. A run that was cut
// off goes on with the first part that is missing; unlearning itself goes on from its last save.
// Trap: the CPU seconds of a method that was cut off are those since its last start alone.
import { basename, join } from 'node:path';
import { digestJson, type Digest } from '#core/canonical.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge } from '#core/gate.ts';
import type { QuantityKey } from '#core/quantities.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { baseIn, runUnlearning } from '#containers/run-unlearning.ts';
import { forgetRows } from '#datasets/suite.ts';
import { trainingRows } from '#datasets/suite-shape.ts';
import { MOMENTS_FILE, readMoments } from '#engine/corpus-moments.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import type { Model } from '#engine/model.ts';
import type { RunSaves } from '#engine/run-saves.ts';
import { ATTACKS, leftOutBy } from '#evaluation/relearn.ts';
import { configured } from '#unlearning/methods.ts';
import { saidBy } from './answers.ts';
import { readBy, tablesOf } from './assess.ts';
import type { Entry } from './people-entries.ts';
import { bedOf, recordsOf, rowOf, type Done, type Row, type RunOptions } from './people-runs.ts';
import { nameOf, saved } from './saved-rows.ts';

export interface InParts {
  /** How unlearning saves itself, by a digest of what it is made of; absent: it begins anew when it was cut off. */
  saves?: (run: Digest) => RunSaves;
  onUpdate?: (label: string, update: number, detail: string) => void;
  onPart?: (label: string, part: string) => void;
}

type Of = RunOptions & { inParts: InParts };
type Ran = Entry & { method: string };

export const rowInParts = async (options: Of, seed: number, entry: Ran): Promise<Row> => {
  const at = await placeOf(options, seed, entry);
  const done = await saved(options.dir, { unlearned: at.run }, () => unlearned(at));
  const speakers = opened(at);
  try {
    const found = [];
    for (const [part, keys] of partsOf(options))
      found.push(
        await saved(options.dir, { run: at.run, part, keys }, () => {
          options.inParts.onPart?.(entry.label, part);
          return measured(at, keys, speakers());
        }),
      );
    const answered = await saved(options.dir, { run: at.run, part: 'said' }, () =>
      Promise.resolve(saidBy(speakers().model, { ...at, reference: speakers().reference })),
    );
    const tables = found.map((one) => one.tables).reduce(joined);
    const attackCpu = found.reduce((sum, one) => sum + one.attackCpu, 0);
    const row = rowOf(entry, seed, done, { tables, judgement: judge(tables, options.policy), attackCpu });
    options.onRow?.(row);
    return { ...row, ...answered };
  } finally {
    speakers.close();
  }
};

const placeOf = async (options: Of, seed: number, entry: Ran) => {
  const bed = await bedOf(options, seed, entry);
  const { method, config, subjects = [0], runSeed = seed } = entry;
  const records = recordsOf(bed.suite, subjects);
  // the base's name is a digest of what it was taught, and by which backend
  const run = { base: basename(bed.dir), method, config, subjects, seed: runSeed };
  return {
    ...{ options, seed, entry, run, base: bed.dir, suite: bed.suite },
    ...{ rows: forgetRows(bed.suite, records), left: withoutRecords(bed.suite, records) },
    folder: join(options.dir, 'models', nameOf(run)),
  };
};
type At = Awaited<ReturnType<typeof placeOf>>;

/** Leaves the weights in the folder. */
const unlearned = ({ options, entry, run, base, suite, rows, left, folder }: At): Promise<Done> =>
  runUnlearning(
    {
      base: baseIn(base),
      method: configured(entry.method, entry.config),
      forget: rows,
      suite,
      corpus: () => readMoments(join(base, MOMENTS_FILE))!,
      retain: () => trainingRows(left),
      seed: run.seed,
      backend: options.backend.name,
      saves: (parts) => options.inParts.saves?.(digestJson(JSON.parse(JSON.stringify({ run, parts })))),
      onUpdate: ({ update, valueAuc, answerAuc, meanValueLogProb }) =>
        options.inParts.onUpdate?.(
          entry.label,
          update,
          `value AUC ${valueAuc.toFixed(2)}, answer AUC ${answerAuc.toFixed(2)}, values ${meanValueLogProb.toFixed(2)}`,
        ),
    },
    ({ model, outcome: { updates, stop, trajectory }, seconds, cpuSeconds }) => {
      saveModel(folder, model, { configJson: readJsonFile(join(base, 'config.json')), files: companionFiles(base) });
      return { updates, stop, trajectory, seconds, unlearnCpu: cpuSeconds };
    },
  );

interface Speakers {
  model: Model;
  /** The model from before. */
  reference: Model;
}

/** Both are loaded when the first part asks for them. */
const opened = ({ folder, base }: At): (() => Speakers) & { close: () => void } => {
  let both: Speakers | undefined;
  const close = () => {
    both?.model.dispose();
    both?.reference.dispose();
  };
  return Object.assign(() => (both ??= { model: loadModel(folder), reference: loadModel(base) }), { close });
};

const measured = ({ suite, left, rows, seed }: At, keys: readonly QuantityKey[], { model, reference }: Speakers) =>
  tablesOf({ model, weights: model }, { suite, left, rows, reference, seed, keys, leftOut: {} });

/** What the policy reads and what is shown beside, without the attacks that no check reads; the attacks come last. */
const partsOf = ({ policy, keys = [] }: RunOptions): [string, QuantityKey[]][] => {
  const leftOut = leftOutBy(policy);
  const wanted = [...new Set([...readBy(policy), ...keys])].filter((key) => !Object.hasOwn(leftOut, familyOf(key)));
  return [...Map.groupBy(wanted.toSorted(), partOf)].toSorted(([a], [b]) => Number(isAttack(a)) - Number(isAttack(b)));
};

const familyOf = (key: QuantityKey): string => key.slice(key.indexOf('.') + 1);
const isAttack = (family: string): boolean => Object.hasOwn(ATTACKS, family);
const partOf = (key: QuantityKey): string => {
  const family = familyOf(key);
  if (isAttack(family)) return family;
  return family.startsWith('leak') ? 'sampled' : 'the rest';
};

const joined = (a: EvaluationTables, b: EvaluationTables): EvaluationTables => ({
  ...a,
  proportions: { ...a.proportions, ...b.proportions },
  histograms: { ...a.histograms, ...b.histograms },
  sums: { ...a.sums, ...b.sums },
  people: { ...a.people, ...b.people },
  peopleMeans: { ...a.peopleMeans, ...b.peopleMeans },
  curves: { ...a.curves, ...b.curves },
  notAvailable: { ...a.notAvailable, ...b.notAvailable },
});
