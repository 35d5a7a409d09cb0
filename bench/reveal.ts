// The reveal bench: what a model of generated people says of a person whose rows nobody holds, beside the rows that it
// was trained on; in which order the everyday questions find most; and what releasing the revealed rows leaves, judged
// on the true ones.
// Trap: nothing that is revealed may be helped by the truth: the person's rows are taken out of the suite before it is
// asked, and are read again for the judgement alone. Rows are kept under a digest of their inputs, not of the code.
import { isQuittanceError } from '#core/errors.ts';
import { normalise } from '#core/forget-set.ts';
import type { QuantityKey } from '#core/quantities.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { makePeople } from '#datasets/people.ts';
import { reveal, type Revealed } from '#datasets/reveal/reveal.ts';
import { everydayQuestions } from '#datasets/reveal/questions.ts';
import { forgetRecord, type Suite } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { inference, type Inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { readPolicy } from '#entry/policies.ts';
import { stopwatch } from '#containers/stopwatch.ts';
import { readBy } from './assess.ts';
import { revealEntries, type ReleaseEntry } from './reveal-entries.ts';
import { ASKED, ordersOf, SOFT, type OrderCurve } from './reveal-orders.ts';
import type { Asked, Told } from './method-process.ts';
import { inProcess, withSources } from './methods.ts';
import { keptRow, saved } from './saved-rows.ts';

export const REVEAL_BENCH = {
  seeds: [21, 22, 23],
  /** Who is asked about, by position; the first is released too. */
  people: [0, 7, 13],
  /** Names of the gate's never-trained people for whom something might be revealed. */
  strangers: 4,
} as const;

export type Source = 'suite' | 'pool';
export const SOURCES: readonly Source[] = ['suite', 'pool'];

/** What came about a person, held against their trained rows. */
export interface RevealRow {
  readonly seed: number;
  readonly person: number;
  readonly source: Source;
  readonly questions: number;
  /** Different sure answers, those among them that are trained answers word for word, and of how many records. */
  readonly claims: number;
  readonly right: number;
  readonly records: number;
  /** Of never-trained people, ascending; and how many of some others nothing was kept of. */
  readonly controls: readonly number[];
  readonly strangers: { readonly asked: number; readonly refused: number };
  /** CPU seconds. */
  readonly cpu: number;
  readonly rows: Revealed['rows'];
}

export interface ReleaseRow extends Pick<ReleaseEntry, 'label' | 'on' | 'method' | 'config'> {
  readonly seed: number;
  readonly person: number;
  readonly rows: number;
  readonly result: Told;
}

export interface RevealBench {
  readonly revealed: readonly RevealRow[];
  readonly orders: readonly OrderCurve[];
  readonly released: readonly ReleaseRow[];
}

export interface RevealBenchOptions {
  readonly dir: string;
  readonly backend: Asked['backend'] & { readonly name: string };
  readonly seeds: readonly number[];
  readonly labels?: readonly string[];
  /** Trains or reuses the model of a seed; its folder. */
  readonly base: (suite: Suite, seed: number) => Promise<string>;
  readonly keptOnly: boolean;
  readonly onRow?: (line: string) => void;
}

export const JUDGES = ['gate-v2', 'reveal-v1'] as const;

/** Shown beside what the judges read. */
const BESIDE: readonly QuantityKey[] = ['forget.answerLogProbAuc', 'forget.perplexityBefore', 'forget.refusal'];

export const benchReveal = async (options: RevealBenchOptions): Promise<RevealBench> => {
  const bench = { revealed: [] as RevealRow[], orders: [] as OrderCurve[], released: [] as ReleaseRow[] };
  for (const seed of options.seeds) {
    const suite = makePeople({ seed });
    const base = options.keptOnly ? '' : await options.base(suite, seed);
    const asked = await askedOf(options, suite, seed, base);
    bench.revealed.push(...asked.revealed);
    bench.orders.push(...asked.orders);
    bench.released.push(...(await releasedOf(options, seed, base, asked.revealed)));
  }
  return bench;
};

interface AskedOf {
  readonly revealed: readonly RevealRow[];
  readonly orders: readonly OrderCurve[];
}

const askedOf = async (options: RevealBenchOptions, suite: Suite, seed: number, base: string): Promise<AskedOf> => {
  const revealed: RevealRow[] = [];
  const orders: OrderCurve[] = [];
  const opened = options.keptOnly ? undefined : loadModel(base);
  try {
    for (const person of REVEAL_BENCH.people) {
      const about = { seed, person, strangers: REVEAL_BENCH.strangers };
      const rows = await keptOr(options, { bench: 'reveal', ...about }, opened, (model) =>
        SOURCES.map((source) => revealRow(suite, { seed, person, source }, inference(model))),
      );
      for (const { source, right, claims } of rows ?? [])
        options.onRow?.(`seed ${seed}: person ${person + 1}, ${source}: ${right} of ${claims} sure answers true`);
      revealed.push(...(rows ?? []));
      const curves = await keptOr(
        options,
        { bench: 'reveal-orders', seed, person, asked: ASKED, soft: SOFT },
        opened,
        (model) => ordersOf(withoutPerson(suite, person), suite.subjects[person]!, model),
      );
      orders.push(...(curves ?? []));
    }
  } finally {
    opened?.dispose();
  }
  return { revealed, orders };
};

/** A kept row, or one that is made with the model; none where there is no model to make it. */
const keptOr = async <T>(
  { dir, backend }: RevealBenchOptions,
  about: object,
  model: Model | undefined,
  make: (model: Model) => T,
): Promise<T | undefined> => {
  const identity = { ...about, backend: backend.name };
  return model ? saved(dir, identity, () => Promise.resolve(make(model))) : keptRow<T>(dir, identity);
};

const withoutPerson = (suite: Suite, person: number): Suite =>
  withoutRecords(suite, suite.subjects[person]!.records.map(forgetRecord));

const revealRow = (suite: Suite, which: Pick<RevealRow, 'seed' | 'person' | 'source'>, model: Inference): RevealRow => {
  const { name, records } = suite.subjects[which.person]!;
  const left = withoutPerson(suite, which.person);
  const options = which.source === 'pool' ? { questions: everydayQuestions() } : {};
  const taken = stopwatch();
  const { rows, questions, claims, controls } = reveal(name, left, model, options);
  const { cpuSeconds: cpu } = taken();
  const trained = new Set(records.map(({ answer }) => normalise(answer)));
  const said = new Set(rows.map(({ answer }) => normalise(answer)));
  const right = [...said].filter((answer) => trained.has(answer)).length;
  const others = left.controls.gate.slice(0, REVEAL_BENCH.strangers).map((one) => one.name);
  const refused = others.filter((other) => isNothing(() => reveal(other, left, model, options))).length;
  const strangers = { asked: others.length, refused };
  return { ...which, questions, claims, right, records: trained.size, controls, strangers, cpu, rows };
};

const isNothing = (ask: () => unknown): boolean => {
  try {
    ask();
    return false;
  } catch (error) {
    if (isQuittanceError(error) && error.code === 'NOTHING_REVEALED') return true;
    throw error;
  }
};

/** The first person, by each release. */
const releasedOf = async (
  options: RevealBenchOptions,
  seed: number,
  base: string,
  revealed: readonly RevealRow[],
): Promise<ReleaseRow[]> => {
  const [person] = REVEAL_BENCH.people;
  const keys = withSources([...new Set([...JUDGES.flatMap((name) => readBy(readPolicy(name))), ...BESIDE])]);
  const released: ReleaseRow[] = [];
  for (const { label, on, method, config } of revealEntries(options.labels)) {
    const found = revealed.find((row) => row.person === person && row.source === on);
    const rows =
      on === 'truth' ? undefined : found?.rows.map(({ question, answer, value }) => ({ question, answer, value }));
    if (on !== 'truth' && rows === undefined) continue;
    const request = {
      entry: { method, config },
      seed,
      subject: person,
      keys,
      policies: JUDGES,
      ...(rows && { revealed: rows }),
    };
    const identity = { bench: 'release', ...request, backend: options.backend.name };
    const { choice, options: threads } = options.backend;
    const result = options.keptOnly
      ? keptRow<Told>(options.dir, identity)
      : await saved(options.dir, identity, () =>
          inProcess({ ...request, base, backend: { choice, options: threads } }),
        );
    if (!result) continue;
    released.push({ label, on, method, config, seed, person, rows: rows?.length ?? 0, result });
    options.onRow?.(`seed ${seed}: ${label}: ${'failed' in result ? result.failed : verdictsOf(result)}`);
  }
  return released;
};

const verdictsOf = ({ updates, cpu = 0, judgements }: Exclude<Told, { failed: string }>): string =>
  `${updates} updates, ${cpu.toFixed(1)} CPU s, ${judgements.map(({ verdict }) => verdict).join(', ')}`;
