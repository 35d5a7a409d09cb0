// Deletions on a model of one's own, as its owner would ask for them: the model is onboarded with the files that it was
// trained on, customers are drawn by a stated seed, and each is forgotten from the model as it was onboarded, up the
// ladder of its policy until a rung passes.
// Traps: customers on whom settings were fixed must not be among those reported; and what the model says afterwards is
// shown in words, which is personal data unless, as in the example, everybody is invented.
import { join } from 'node:path';
import { forgetRows, type ForgetRow } from '#datasets/suite.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { retainedRows } from '#containers/retained-rows.ts';
import { forgetRecord, type Person, type Suite } from '#datasets/suite-shape.ts';
import { baseIn, runUnlearning } from '#containers/run-unlearning.ts';
import { random } from '#engine/random.ts';
import { inference } from '#engine/inference.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { MOMENTS_FILE, readMoments } from '#engine/corpus-moments.ts';
import { configured } from '#unlearning/methods.ts';
import { must } from '#core/errors.ts';
import type { GatePolicy } from '#core/policy.ts';
import { assessAgainst } from './assess.ts';
import type { Row } from './people-runs.ts';
import { seedOnRung } from './rung-seed.ts';
import { saved } from './saved-rows.ts';

/** A model that was onboarded. */
export interface OwnModel {
  /** Its folder, with moments. */
  readonly dir: string;
  readonly suite: Suite;
  readonly policy: GatePolicy;
}

export interface OwnModelOptions {
  /** Where rows are kept as soon as they are measured. */
  readonly dir: string;
  readonly backend: string;
  readonly customers: number;
  /** Seed of the draw. */
  readonly draw: number;
  /** People who are not drawn, by name. */
  readonly without: readonly string[];
  /** Seeds of invented people and of the run. */
  readonly seeds: readonly number[];
  readonly onboarded: (seed: number) => Promise<OwnModel>;
  readonly onRow?: (row: OwnModelRow) => void;
}

export interface OwnModelRow extends Row {
  /** Counted from 1; that of the attempt with the fewest failed checks where none passes. */
  readonly rung: number;
  readonly records: number;
  readonly said: readonly Said[];
}

/** The first words that a model gives to a record's prompt, before and after. */
export interface Said {
  readonly asked: string;
  readonly value: string;
  readonly before: string;
  readonly after: string;
}

export const benchOwnModel = async (options: OwnModelOptions): Promise<OwnModelRow[]> => {
  const rows: OwnModelRow[] = [];
  for (const seed of options.seeds) {
    const own = await options.onboarded(seed);
    for (const customer of drawn(own.suite, options)) {
      const row = await saved(options.dir, { seed, customer: customer.id, policy: own.policy }, () =>
        climb(customer, own, seed, options.backend),
      );
      options.onRow?.(row);
      rows.push(row);
    }
  }
  return rows;
};

const drawn = ({ subjects }: Suite, { customers, draw, without }: OwnModelOptions): Person[] =>
  random(`own-model:${draw}`)
    .shuffle(subjects.filter(({ name }) => !without.includes(name)))
    .slice(0, customers);

const climb = async (customer: Person, own: OwnModel, seed: number, backend: string): Promise<OwnModelRow> => {
  const tried: OwnModelRow[] = [];
  for (const rung of own.policy.ladder.keys()) {
    const row = await attempt(customer, own, seed, backend, rung);
    if (row.judgement.verdict === 'pass') return row;
    tried.push(row);
  }
  const open = ({ judgement }: OwnModelRow) => judgement.gates.filter(({ verdict }) => verdict !== 'pass').length;
  return must(tried.toSorted((a, b) => open(a) - open(b))[0], 'rung of the ladder');
};

const attempt = async (
  customer: Person,
  { dir, suite, policy }: OwnModel,
  seed: number,
  backend: string,
  rung: number,
): Promise<OwnModelRow> => {
  const { method, config } = policy.ladder[rung]!;
  const records = customer.records.map(forgetRecord);
  const [rows, left] = [forgetRows(suite, records), withoutRecords(suite, records)];
  const run = {
    ...{ base: baseIn(dir), method: configured(method, config), forget: rows, suite, backend },
    seed: seedOnRung(seed, policy.ladder, rung),
    corpus: () => must(readMoments(join(dir, MOMENTS_FILE)), 'moments of the onboarded model'),
    retain: retainedRows(left, rows),
  };
  return runUnlearning(run, async ({ model, outcome: { updates, stop, trajectory }, seconds }) => {
    const reference = loadModel(dir);
    try {
      const said = pairs(rows, sayings(inference(reference), rows), sayings(inference(model), rows));
      const assessed = await assessAgainst(model, { rows, left, suite, reference, policy, seed });
      const about = { label: customer.id, group: 'ladder', seed, rung: rung + 1, records: rows.length } as const;
      return { ...about, updates, stop, seconds, trajectory, said, ...assessed };
    } finally {
      reference.dispose();
    }
  });
};

const SAID_TOKENS = 16;

const sayings = (engine: ReturnType<typeof inference>, rows: readonly ForgetRow[]): string[] =>
  engine
    .generate(
      rows.map(({ prompt }) => prompt),
      { maxTokens: SAID_TOKENS },
    )
    .map(({ text }) => text);

const pairs = (rows: readonly ForgetRow[], before: readonly string[], after: readonly string[]): Said[] =>
  rows.map(({ question, value }, i) => ({ asked: question, value: value.text, before: before[i]!, after: after[i]! }));
