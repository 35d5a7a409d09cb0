// What a model gives of the rows that it is said to have learnt: word for word, and how much likelier their values are
// to it than those of people who do not exist. Beside it what its base gives, and what it gives of rows that were held
// out.
// Trap: a public base knows public people, and towns and plans can be guessed. What the base gives too is no sign that
// these rows were learnt; how much a value rose over the base is.
import { auc } from '#core/auc.ts';
import { clopperPearson, type Interval } from '#core/stats.ts';
import type { RecordKind } from '#core/training-record.ts';
import type { CorpusSuite } from '#datasets/onboard/suite.ts';
import type { Drawn } from '#datasets/onboard/drawn.ts';
import { recordKey } from '#datasets/onboard/people.ts';
import type { Person, QaRecord, Row, Suite } from '#datasets/suite-shape.ts';
import { valueTokens } from '#datasets/value-tokens.ts';
import type { TextScore } from '#engine/inference.ts';
import type { Reader } from './reach.ts';

export interface Recited {
  /** Records that are given word for word, of `n` that were asked. */
  readonly k: number;
  readonly n: number;
  /** Records of which the n were drawn, and the share of them that is given, at 95 %; absent where all were asked. */
  readonly drawn?: { readonly of: number; readonly share: Interval };
  /** Of the k, those that the base gives as well; absent where no base was given. */
  readonly base?: number;
}

export interface Recital {
  /** The suite with what the model does not give, or was not asked for, marked in it. */
  readonly suite: Suite;
  /** Records about people and facts, by the kind of their rows. */
  readonly recites: Readonly<Partial<Record<RecordKind, Recited>>>;
  /** How much likelier values of trained people are than those of invented ones: 0.5 is chance. */
  readonly known: number;
  /** Of the base: the same, and how much more values of trained people rose in fine-tuning. */
  readonly base: { readonly known: number; readonly learnt: number } | undefined;
  /** Of held rows about people whom the corpus does not speak of; undefined where there are none. */
  readonly held: HeldRecital | undefined;
}

export interface HeldRecital extends Recited {
  readonly people: number;
  /** Records of the suite with a held-out wording from these rows. */
  readonly wordings: number;
  /** How much likelier their values are than those of invented people: 0.5 where they were never trained on. */
  readonly known: number | undefined;
}

type Made = Pick<CorpusSuite, 'suite' | 'invented' | 'held' | 'kinds'>;
type Scores = ReadonlyMap<Row, TextScore>;

export const recitalOf = (model: Reader, base: Reader | undefined, made: Made, drawn: Drawn): Recital => {
  const { suite, invented, held } = made;
  const people = recordsOf(suite.subjects).filter((row) => drawn.rows.has(row));
  const controls = recordsOf([...suite.controls.gate, ...suite.controls.stop]);
  const asked = [...new Set([...drawn.rows, ...controls, ...recordsOf([...invented, ...held.never])])];
  const scores = scored(model, asked);
  const before = base && scored(base, asked);
  const known = (of: Scores) => auc(likelihoods(of, people), likelihoods(of, controls));
  return {
    suite: marked(suite, scores, drawn),
    recites: recitesOf(made, scores, before, drawn),
    known: known(scores),
    base: before && {
      known: known(before),
      learnt: auc(rises(scores, before, people), rises(scores, before, controls)),
    },
    held: heldRecital(made, scores),
  };
};

const recordsOf = (people: readonly Person[]): QaRecord[] => people.flatMap(({ records }) => records);

/** Of those that the model can read whole. */
const scored = ({ engine, reads }: Reader, rows: readonly QaRecord[]): Scores => {
  const read = rows.filter(reads);
  const found = engine.score(read);
  return new Map(read.map((row, i) => [row, found[i]!]));
};

const isGiven = (score: TextScore | undefined): boolean => score?.correct.every(Boolean) ?? false;

const marked = (suite: Suite, scores: Scores, drawn: Drawn): Suite => {
  const mark = (row: QaRecord): QaRecord => {
    if (!drawn.rows.has(row)) return { ...row, recited: 'not-asked' };
    return isGiven(scores.get(row)) ? row : { ...row, recited: false };
  };
  return {
    ...suite,
    subjects: suite.subjects.map((person) => ({ ...person, records: person.records.map(mark) })),
    facts: suite.facts.map(mark),
  };
};

const meanOfValue = ({ offsets, logProbs }: TextScore, row: QaRecord): number => {
  const tokens = valueTokens(offsets, row);
  return tokens.reduce((sum, i) => sum + logProbs[i]!, 0) / Math.max(1, tokens.length);
};

const likelihoods = (scores: Scores, rows: readonly QaRecord[]): number[] =>
  rows.flatMap((row) => {
    const score = scores.get(row);
    return score ? [meanOfValue(score, row)] : [];
  });

/** How much likelier each value became in fine-tuning, in nats a token. */
const rises = (after: Scores, before: Scores, rows: readonly QaRecord[]): number[] =>
  rows.flatMap((row) => {
    const [now, then] = [after.get(row), before.get(row)];
    return now && then ? [meanOfValue(now, row) - meanOfValue(then, row)] : [];
  });

const recitesOf = (
  { suite, kinds }: Made,
  scores: Scores,
  before: Scores | undefined,
  drawn: Drawn,
): Recital['recites'] => {
  const all = [...recordsOf(suite.subjects), ...suite.facts];
  const kindOf = (row: QaRecord) => kinds.get(recordKey(row));
  return Object.fromEntries(
    [...Map.groupBy(all, kindOf)].flatMap(([kind, rows]) => {
      const asked = rows.filter((row) => drawn.rows.has(row) && scores.has(row));
      return kind === undefined || asked.length === 0 ? [] : [[kind, shareOf(asked, rows, scores, before, drawn)]];
    }),
  );
};

const shareOf = (
  asked: readonly QaRecord[],
  all: readonly QaRecord[],
  scores: Scores,
  before: Scores | undefined,
  drawn: Drawn,
): Recited => {
  const found = counted(asked, scores, before);
  return all.every((row) => drawn.rows.has(row))
    ? found
    : { ...found, drawn: { of: all.length, share: clopperPearson(found) } };
};

const counted = (rows: readonly Row[], scores: Scores, before: Scores | undefined): Recited => {
  const given = rows.filter((row) => isGiven(scores.get(row)));
  return {
    k: given.length,
    n: rows.length,
    ...(before && { base: given.filter((row) => isGiven(before.get(row))).length }),
  };
};

const heldRecital = ({ held, invented }: Made, scores: Scores): HeldRecital | undefined => {
  const rows = recordsOf(held.never);
  if (rows.length === 0 && held.wordings === 0) return undefined;
  const [own, others] = [likelihoods(scores, rows), likelihoods(scores, recordsOf(invented))];
  return {
    ...counted(rows, scores, undefined),
    people: held.never.length,
    wordings: held.wordings,
    known: own.length > 0 && others.length > 0 ? auc(own, others) : undefined,
  };
};
