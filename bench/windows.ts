// How often a gate is right by the number of records: people whom the demo's model never saw stand in for forgotten
// ones and should pass; people whom it was taught, and never-trained ones whose values were pushed down, should fail.
// Tickets are drawn from what was measured once. Trap: locality is taken as perfect; what is counted here is chance in
// the checks about the forgotten alone.
import type { EvaluationTables, Measured, Proportion } from '#core/evaluation.ts';
import { logProbHistogram } from '#core/evaluation.ts';
import { judge, type Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { Suite, Person, QaRecord } from '#datasets/suite-shape.ts';
import type { Model } from '#engine/model.ts';
import { inference } from '#engine/inference.ts';
import { random, type Random } from '#engine/random.ts';
import { EXAM_DEFAULTS, examOf, type Exam } from '#evaluation/exam.ts';
import { perRecord } from '#evaluation/quantities.ts';

/** What a model says to one record, as far as the gate asks. */
export interface Answered {
  readonly exact: boolean;
  readonly forced: boolean;
  readonly leak: boolean;
  readonly leakHeldOut: boolean;
  readonly degenerate: boolean;
  /** Mean log-probability of the value and of the whole answer (nats a token). */
  readonly value: number;
  readonly answer: number;
}

/** A list a person. */
export type Group = readonly (readonly Answered[])[];

/** The gate's own never-trained people, others of them, and those whom the model was taught. */
export interface Measurements {
  readonly controls: Group;
  readonly standIns: Group;
  readonly taught: Group;
}

export const measurePeople = async (model: Model, suite: Suite): Promise<Measurements> => {
  const exam = examOf({ model: inference(model), suite }, { seed: 1 });
  const { gate, stop, whitening } = suite.controls;
  const groupOf = async (people: readonly Person[]) => {
    const found: Answered[][] = [];
    for (const { records } of people) {
      found.push(answersTo(exam, records));
      await new Promise(setImmediate);
    }
    return found;
  };
  return {
    controls: await groupOf(gate),
    standIns: await groupOf([...stop, ...whitening]),
    taught: await groupOf(suite.subjects),
  };
};

const answersTo = (exam: Exam, rows: readonly QaRecord[]): Answered[] => {
  const of = <F extends 'greedyExact' | 'forcedPrefixExact' | 'leakQuestion' | 'leakHeldOut' | 'degenerate'>(
    family: F,
  ) => perRecord[family].values(exam, rows, 'forget');
  const [exact, forced, leak] = [of('greedyExact'), of('forcedPrefixExact'), of('leakQuestion')];
  const [leakHeldOut, degenerate] = [of('leakHeldOut'), of('degenerate')];
  const [value, answer] = [perRecord.valueLogProb, perRecord.answerLogProb].map((one) =>
    one.values(exam, rows, 'forget'),
  );
  return rows.map((_, i) => ({
    ...{ exact: exact[i]!, forced: forced[i]!, leak: leak[i]!, leakHeldOut: leakHeldOut[i]! },
    ...{ degenerate: degenerate[i]!, value: rounded(value![i]!), answer: rounded(answer![i]!) },
  }));
};

/** A bin of the tables is 0.05 nats wide. */
const rounded = (nats: number): number => Number(nats.toFixed(4));

const shareOf = (
  rows: readonly Answered[],
  flag: 'exact' | 'forced' | 'leak' | 'leakHeldOut' | 'degenerate',
): Proportion => ({
  k: rows.filter((row) => row[flag]).length,
  n: rows.length,
});
const sumsOf = (values: readonly number[]) => ({
  n: values.length,
  sum: values.reduce((a, b) => a + b, 0),
  sumOfSquares: values.reduce((a, b) => a + b * b, 0),
});
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** What the tables say of the controls, which is the same for every ticket; some of them are asked for samples. */
export const controlTables = (controls: Group, stream: Random): Measured => {
  const all = controls.flat();
  const sampled = stream.shuffle(all).slice(0, EXAM_DEFAULTS.controlSamples);
  const kept = { k: 1000, n: 1000 };
  return {
    proportions: {
      'controls.greedyExact': shareOf(all, 'exact'),
      'controls.forcedPrefixExact': shareOf(all, 'forced'),
      'controls.leakQuestion': shareOf(sampled, 'leak'),
      'controls.leakHeldOut': shareOf(sampled, 'leakHeldOut'),
      'controls.degenerate': shareOf(sampled, 'degenerate'),
      ...{ 'retained.greedyExact': kept, 'facts.greedyExact': kept, 'general.kept': kept },
      'retained.refusal': { k: 0, n: 1000 },
    },
    histograms: {
      'controls.valueLogProb': logProbHistogram(all.map(({ value }) => value)),
      'controls.answerLogProb': logProbHistogram(all.map(({ answer }) => answer)),
    },
    sums: {
      'controls.valueLogProb': sumsOf(all.map(({ value }) => value)),
      'controls.answerLogProb': sumsOf(all.map(({ answer }) => answer)),
    },
    people: { 'retained.greedyExact': [kept] },
    peopleMeans: {
      'controls.valueLogProb': controls.map((rows) => meanOf(rows.map(({ value }) => value))),
      'controls.answerLogProb': controls.map((rows) => meanOf(rows.map(({ answer }) => answer))),
    },
    curves: {},
    notAvailable: {},
    sampling: { temperature: 1, samplesPerPrompt: EXAM_DEFAULTS.samplesPerPrompt, seed: 1 },
  };
};

const NOTHING = `sha256:${'0'.repeat(64)}` as const;

/** The tables of a ticket of these records beside those of the controls. */
export const ticketTables = (rows: readonly Answered[], controls: Measured): EvaluationTables => {
  const [values, answers] = [rows.map(({ value }) => value), rows.map(({ answer }) => answer)];
  return {
    ...{ kind: 'quittance-evaluation/v1', model: NOTHING, quantisation: 'none', reference: 'controls' },
    suite: { name: 'drawn', version: '1', digest: NOTHING },
    ...controls,
    proportions: {
      ...controls.proportions,
      'forget.greedyExact': shareOf(rows, 'exact'),
      'forget.forcedPrefixExact': shareOf(rows, 'forced'),
      'forget.leakQuestion': shareOf(rows, 'leak'),
      'forget.leakHeldOut': shareOf(rows, 'leakHeldOut'),
      'forget.degenerate': shareOf(rows, 'degenerate'),
    },
    histograms: {
      ...controls.histograms,
      'forget.valueLogProb': logProbHistogram(values),
      'forget.answerLogProb': logProbHistogram(answers),
    },
    sums: { ...controls.sums, 'forget.valueLogProb': sumsOf(values), 'forget.answerLogProb': sumsOf(answers) },
  };
};

/** Records of one person, where one has so many; else of as few people as it takes. */
export const drawTicket = (group: Group, n: number, stream: Random): readonly Answered[] => {
  const most = Math.max(...group.map((rows) => rows.length));
  const people = stream.shuffle(group).slice(0, Math.ceil(n / most));
  return stream.shuffle(people.flat()).slice(0, n);
};

/** The same with the values' and the answers' log-probabilities lowered: forgotten so hard that it shows. */
export const pushedDown = (group: Group, nats: number): Group =>
  group.map((rows) => rows.map((row) => ({ ...row, value: row.value - nats, answer: row.answer - nats })));

export interface Drawn {
  /** Share of tickets that pass. */
  readonly passed: number;
  /** By check: share of tickets that it fails. */
  readonly failedBy: Readonly<Record<string, number>>;
  /** Of the last ticket: its windows depend on n alone. */
  readonly last: Judgement;
}

/** Judges `draws` tickets of n records each. */
export const drawn = (
  group: Group,
  controls: Measured,
  policy: GatePolicy,
  n: number,
  draws: number,
  seed: string,
): Drawn => {
  const stream = random(`windows:${seed}:${n}`);
  const judgements = Array.from({ length: draws }, () =>
    judge(ticketTables(drawTicket(group, n, stream), controls), policy),
  );
  const failedBy: Record<string, number> = {};
  for (const { gates } of judgements)
    for (const { name, verdict } of gates) if (verdict === 'fail') failedBy[name] = (failedBy[name] ?? 0) + 1 / draws;
  const passed = judgements.filter(({ verdict }) => verdict === 'pass').length / draws;
  return { passed, failedBy, last: judgements.at(-1)! };
};

export interface WindowRow {
  readonly n: number;
  readonly neverTrained: Drawn;
  /** Under the policy from before. */
  readonly before: Drawn;
  readonly untouched: Drawn;
  readonly down2: Drawn;
  readonly down4: Drawn;
}

export interface WindowsBench {
  readonly policies: readonly [now: string, before: string];
  readonly people: { readonly controls: number; readonly standIns: number };
  readonly draws: number;
  readonly rows: readonly WindowRow[];
}

export const RECORDS = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40, 60, 80, 120, 160, 200] as const;

export interface WindowsOptions {
  readonly measured: Measurements;
  readonly now: GatePolicy;
  readonly before: GatePolicy;
  readonly draws: number;
  readonly onRow?: (row: WindowRow) => void;
}

export const benchWindows = async ({ measured, now, before, draws, onRow }: WindowsOptions): Promise<WindowsBench> => {
  const { controls, standIns, taught } = measured;
  const tables = controlTables(controls, random('windows:controls'));
  const rows: WindowRow[] = [];
  for (const n of RECORDS) {
    const of = (group: Group, policy: GatePolicy, seed: string) => drawn(group, tables, policy, n, draws, seed);
    const row: WindowRow = {
      n,
      neverTrained: of(standIns, now, 'stand-ins'),
      before: of(standIns, before, 'stand-ins'),
      untouched: of(taught, now, 'taught'),
      down2: of(pushedDown(standIns, 2), now, 'down'),
      down4: of(pushedDown(standIns, 4), now, 'down'),
    };
    rows.push(row);
    onRow?.(row);
    await new Promise(setImmediate);
  }
  const people = { controls: controls.length, standIns: standIns.length };
  return { policies: ['gate-v2', 'gate-v1'], people, draws, rows };
};
