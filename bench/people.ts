// The people bench: every unlearning method on the demo's model, judged by the demo's gate, over several seeds (worlds and trainings); and several deletions one
// after another, each up the policy's ladder. Bases and rows are kept under the bench folder. Trap: baselines get the same stop rule and the most updates;
// published learning rates do nothing at this scale, so each runs at its own rate as listed.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetRows, withoutRecords, type ForgetRow } from '#datasets/suite.ts';
import { forgetRecord, promptOf, trainingRows, type PeopleWorld, type Row as TextRow } from '#datasets/world.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { inference } from '#engine/inference.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { collectMoments, readMoments, subtractMoments, type Moments, MOMENTS_FILE } from '#engine/moments.ts';
import { saveModel } from '#engine/formats/save.ts';
import type { Backend } from '#engine/tf.ts';
import { EXAM_DEFAULTS } from '#evaluation/exam.ts';
import { encodeRows } from '#containers/train-job.ts';
import { contextOf, exampleOf } from '#containers/unlearn-job.ts';
import { findMethod } from '#unlearning/methods.ts';
import type { Outcome } from '#unlearning/method.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import type { Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import { assessAgainst } from './assess.ts';
import { entriesOf, type Entry } from './people-entries.ts';
import { saved } from './saved-rows.ts';

export interface Row {
  label: string;
  group: Entry['group'];
  seed: number;
  updates: number;
  stop: Outcome['stop'] | 'none';
  /** Unlearning alone, without measuring. */
  seconds: number;
  tables: EvaluationTables;
  judgement: Judgement;
  trajectory: Outcome['trajectory'];
}

export interface PeopleBench {
  methods: Row[];
  /** One deletion after another on one model, each with the rung that was taken (from 1). */
  sequence: (Row & { rung: number })[];
}

export interface PeopleBenchOptions {
  dir: string;
  backend: Backend;
  policy: GatePolicy;
  seeds: readonly number[];
  labels?: readonly string[];
  /** Entries for which the worlds have people; default all. */
  entries?: (entry: Entry) => boolean;
  /** In a row; 0: none. */
  deletions: number;
  /** `namesake`: a retained person shares the first name of the first one. */
  world: (seed: number, namesake: boolean) => PeopleWorld;
  /** Trains or reuses the base of a world; returns its folder. */
  base: (dir: string, world: PeopleWorld, seed: number) => Promise<string>;
  onRow?: (row: Row) => void;
}

/** A trained base with the world that it knows. */
interface Bed {
  seed: number;
  world: PeopleWorld;
  dir: string;
}

export const benchPeople = async (options: PeopleBenchOptions): Promise<PeopleBench> => {
  const result: PeopleBench = { methods: [], sequence: [] };
  mkdirSync(options.dir, { recursive: true });
  const all = entriesOf(options.policy).filter((entry) => options.entries?.(entry) ?? true);
  const entries = all.filter(
    ({ label, method }) => !options.labels || options.labels.includes(method ?? '') || options.labels.includes(label),
  );
  for (const seed of options.seeds) {
    for (const entry of entries) result.methods.push(...(await kept(options, seed, entry)));
    if (entries.length === all.length && options.deletions > 0)
      result.sequence.push(...(await keptSequence(options, seed)));
  }
  return result;
};

const kept = async (options: PeopleBenchOptions, seed: number, entry: Entry): Promise<Row[]> => {
  const { policy, backend } = options;
  return saved(options.dir, { entry, seed, checks: policy.checks, backend: backend.name }, async () => {
    const rows = await runEntry(await bedOf(options, seed, entry), entry, options);
    tellAll(rows, options);
    return rows;
  });
};

const tellAll = (rows: readonly Row[], { onRow }: PeopleBenchOptions): void => rows.forEach((row) => onRow?.(row));

const bedOf = async (options: PeopleBenchOptions, seed: number, { namesake = false }: Partial<Entry> = {}) => {
  const world = options.world(seed, namesake);
  return { seed, world, dir: await options.base(options.dir, world, seed) };
};

const FIRST = [0] as const;
const recordsOf = (world: PeopleWorld, subjects: readonly number[]) =>
  subjects.flatMap((i) => world.subjects[i]!.records.map(forgetRecord));

const runEntry = async (bed: Bed, entry: Entry, options: PeopleBenchOptions): Promise<Row[]> => {
  const subjects = entry.subjects ?? FIRST;
  const rows = forgetRows(bed.world, recordsOf(bed.world, subjects));
  const left = withoutRecords(bed.world, recordsOf(bed.world, subjects));
  const dir = entry.method === undefined ? await options.base(options.dir, left, bed.seed) : bed.dir;
  const [model, reference] = [loadModel(dir), loadModel(bed.dir)];
  try {
    const corpus = readMoments(join(bed.dir, MOMENTS_FILE));
    const done =
      entry.method === undefined ? UNTOUCHED : await forget(bed, model, reference, entry, rows, left, corpus);
    const at = { bed, left, rows, reference, options };
    const copy = entry.int8 ? int8Copy(bed.dir, model) : undefined;
    const result = [rowOf(entry, bed.seed, done, await assess(model, at))];
    if (copy)
      result.push(rowOf({ ...entry, label: `${entry.label}, int8 copy` }, bed.seed, done, await assess(copy, at)));
    copy?.dispose();
    return result;
  } finally {
    model.dispose();
    reference.dispose();
  }
};

type Done = Pick<Row, 'updates' | 'stop' | 'seconds' | 'trajectory'> & { moments?: Moments | undefined };
const UNTOUCHED: Done = { updates: 0, stop: 'none', seconds: 0, trajectory: [] };

const rowOf = (
  { label, group }: Entry,
  seed: number,
  { updates, stop, seconds, trajectory }: Done,
  found: Pick<Row, 'tables' | 'judgement'>,
): Row => ({ label, group, seed, updates, stop, seconds, trajectory, ...found });

/** Unlearns `rows` from the model in place. */
const forget = async (
  { world, seed }: Bed,
  model: Model,
  reference: Model,
  entry: Entry,
  rows: readonly ForgetRow[],
  left: PeopleWorld,
  corpus: Moments | undefined,
): Promise<Done> => {
  const own = corpus && subtractMoments(corpus, collectMoments(model, encodeRows(model, wordings(rows))));
  const useCorpus = own && entry.moments !== 'controls';
  const started = performance.now();
  const outcome = await findMethod(entry.method ?? '').run(
    {
      model,
      reference,
      retain: encodeRows(model, trainingRows(left)),
      ...contextOf(model, world),
      forget: rows.map((row) => exampleOf(model, row)),
      moments: useCorpus
        ? { source: 'corpus', values: own }
        : { source: 'controls', values: controlMoments(model, world) },
      seed,
    },
    entry.config,
  );
  const { updates, stop, trajectory } = outcome;
  return { updates, stop, trajectory, seconds: (performance.now() - started) / 1000, moments: own };
};

const wordings = (rows: readonly ForgetRow[]) =>
  rows.flatMap((row) => [
    row,
    ...(row.trainedParaphrase && row.paraphrase !== undefined
      ? [{ prompt: promptOf(row.paraphrase), answer: row.answer }]
      : []),
  ]);

/** Never-trained people: with made-up answers, and with what the model itself says to them. */
const controlMoments = (model: Model, world: PeopleWorld): Moments => {
  const people: TextRow[] = world.controls.whitening.flatMap(({ records }) => records);
  const said = inference(model).generate(
    people.map(({ prompt }) => prompt),
    { maxTokens: EXAM_DEFAULTS.maxTokens },
  );
  const own = people.map(({ prompt }, i) => ({ prompt, answer: said[i]!.text }));
  return collectMoments(model, encodeRows(model, [...people, ...own]));
};

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

interface Assessed {
  bed: Bed;
  left: PeopleWorld;
  rows: readonly ForgetRow[];
  reference: Model;
  options: PeopleBenchOptions;
}

/** Tables and judgement of a model, which is left as it was. */
const assess = async (model: Model, { bed, left, rows, reference, options }: Assessed) => {
  const values = valuesOf(model);
  const { world, seed } = bed;
  const found = await assessAgainst(model, { world, left, rows, reference, policy: options.policy, seed });
  restoreValues(model, values);
  return found;
};

const keptSequence = async (options: PeopleBenchOptions, seed: number): Promise<PeopleBench['sequence']> => {
  const { policy, backend, deletions } = options;
  const identity = { sequence: deletions, ladder: policy.ladder, seed, checks: policy.checks, backend: backend.name };
  return saved(options.dir, identity, async () => runSequence(await bedOf(options, seed), options));
};

const runSequence = async (bed: Bed, options: PeopleBenchOptions): Promise<PeopleBench['sequence']> => {
  const [model, reference] = [loadModel(bed.dir), loadModel(bed.dir)];
  const taken: PeopleBench['sequence'] = [];
  let moments = readMoments(join(bed.dir, MOMENTS_FILE));
  for (let subject = 0; subject < options.deletions; subject++) {
    const climbed = await climb(bed, model, reference, subject, moments, options);
    moments = climbed.moments;
    tellAll([climbed.row], options);
    taken.push(climbed.row);
  }
  model.dispose();
  reference.dispose();
  return taken;
};

interface Climbed {
  row: PeopleBench['sequence'][number];
  moments: Moments | undefined;
  weights: ReturnType<typeof valuesOf>;
}

/** Tries the rungs in turn from the same weights until one passes; else keeps the attempt with the fewest checks not passed. Leaves its weights. */
const climb = async (
  bed: Bed,
  model: Model,
  reference: Model,
  subject: number,
  moments: Moments | undefined,
  options: PeopleBenchOptions,
): Promise<Climbed> => {
  const { world, seed } = bed;
  const rows = forgetRows(world, recordsOf(world, [subject]));
  const left = withoutRecords(world, recordsOf(world, [...Array(subject + 1).keys()]));
  const start = valuesOf(model);
  const ladder = entriesOf(options.policy).filter(({ group }) => group === 'ladder');
  const tried: Climbed[] = [];
  for (const [i, entry] of ladder.entries()) {
    restoreValues(model, start);
    const done = await forget(bed, model, reference, entry, rows, left, moments);
    const found = await assess(model, { bed, left, rows, reference, options });
    const row = { ...rowOf({ ...entry, label: `deletion ${subject + 1}` }, seed, done, found), rung: i + 1 };
    tried.push({ row, moments: done.moments, weights: valuesOf(model) });
    if (found.judgement.verdict === 'pass') break;
  }
  const open = ({ row }: Climbed) => row.judgement.gates.filter(({ verdict }) => verdict !== 'pass').length;
  const best = tried.toSorted((a, b) => open(a) - open(b))[0]!;
  restoreValues(model, best.weights);
  return best;
};
