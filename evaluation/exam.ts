// What an evaluation has to ask with: the records of each group, the models behind one cache each, and how much is
// asked. Trap: what is missing is a reason, never an empty list that would count as 0 of 0.
import type { AttackFamily } from '#core/quantities.ts';
import type { Asking, Group, Need } from '#core/quantity.ts';
import { isRecited, mayBeRecited } from '#core/suite-rows.ts';
import { questionsFor, type Template } from '#datasets/reveal/questions.ts';
import { promptOf, type Frame, type Suite, type Person, type QaRecord, type Row } from '#datasets/suite-shape.ts';
import { random } from '#engine/random.ts';
import { distinct, distinctPeople } from '#core/distinct.ts';
import { cached, type CachedModel, type Pair, type TextModel } from './text-model.ts';
import { refusalRecogniser } from './refusal.ts';
import type { Attackable } from './relearn.ts';

export interface ExamOptions extends Asking {
  truthRatio: NonNullable<Asking['truthRatio']>;
  seed: number;
  /**
   * New tokens of an answer, however short those of its group are; longer ones get a few more than the longest, up to a
   * limit.
   */
  maxTokens: number;
  /** Control records that answers are asked of; asking all of them takes minutes and says no more. */
  controlSamples: number;
  /** Records of a group that are compared with wrong answers, at most, drawn evenly. */
  maxRows: number;
  /** Times that a forgotten person is attacked, each time with other records. */
  attackDraws: number;
  /** Never-trained people who are attacked beside, once each, at least. */
  attackedControls: number;
  /** Their records that are watched, at least, where there are as many: what policies ask of a reference. */
  attackedRecords: number;
  /** Whether the second wording of a question is sampled as well as the first and the held-out one. */
  secondWording: boolean;
  /** Questions at most that are asked about a person whatever the ticket lists, and never-trained people beside. */
  revealing: { questions: number; controls: number };
}

export const EXAM_DEFAULTS: ExamOptions = {
  samplesPerPrompt: 20,
  temperature: 1,
  seed: 1,
  maxTokens: 24,
  controlSamples: 80,
  maxRows: 200,
  attackDraws: 2,
  attackedControls: 4,
  attackedRecords: 20,
  secondWording: true,
  revealing: { questions: 160, controls: 8 },
  truthRatio: 'geometric',
};

export interface Exam {
  readonly model: CachedModel;
  /** The model before unlearning. */
  readonly before?: CachedModel;
  /** A model trained without the forget set. */
  readonly retainModel?: CachedModel;
  /** Teaches a little of the forget set again. */
  readonly relearn?: Attackable;
  readonly rows: Readonly<Record<Group, readonly QaRecord[]>>;
  readonly people: Readonly<Partial<Record<Group, readonly Person[]>>>;
  /**
   * Rows of the forgotten people that stay, of a request for a part. They are told apart from the people who stay: what
   * is taken from a name is taken from all of its rows.
   */
  readonly own: readonly QaRecord[];
  /** All that stays and the model may give: of a large corpus more than is asked and counted. */
  readonly left: { readonly people: readonly Person[]; readonly facts: readonly QaRecord[] };
  /** How many records of a group stood there more than once, where any did. */
  readonly repeated: Readonly<Partial<Record<Group, number>>>;
  readonly frame?: Frame;
  /** Who was forgotten, as the model knows the name; empty where nobody says. */
  readonly names: readonly string[];
  /** Asked about them whatever the ticket lists: in trained wordings and in those that are held back. */
  readonly questions: readonly Template[];
  readonly refusals: readonly string[];
  readonly isRefusal: (text: string) => boolean;
  readonly options: ExamOptions;
  /** Why a need is not met. */
  readonly missing: Readonly<Partial<Record<Need, string>>>;
  /** Why a re-learning attack is not made; the others are. */
  readonly leftOut: LeftOut;
}

export type LeftOut = Readonly<Partial<Record<AttackFamily, string>>>;

export interface ExamInput {
  model: TextModel;
  /** Who stays, controls, facts, unknown people: without the forgotten records. */
  suite: Suite;
  forget?: readonly QaRecord[];
  /** Ids of the people whose records these are; those of them that have other rows are still in the suite. */
  whose?: ReadonlySet<string>;
  names?: readonly string[];
  before?: TextModel | undefined;
  retainModel?: TextModel | undefined;
  relearn?: Attackable | undefined;
  /** Reasons of the caller's own for what it does not give. */
  missing?: Partial<Record<Need, string>>;
  /** By a policy; without one the attacks that take long are left out of a large model's exam. */
  leftOut?: LeftOut | undefined;
}

const MISSING: Readonly<Record<Need, string>> = {
  forget: 'no forget records were given, or they were destroyed when their case was purged',
  controls: 'the suite has no never-trained control people',
  retained: 'the suite has no trained people who stay',
  facts: 'the suite has no facts',
  unknown: 'the suite has no unknown people',
  general: 'the suite has no held-out general questions',
  before: 'no model from before the unlearning was given',
  retainModel: 'no model trained without the forget set exists here; it does in benchmarks',
  relearn: 'the weights were not at hand to be trained again',
};

export const examOf = (input: ExamInput, options: Partial<ExamOptions> = {}): Exam => {
  const { model, suite, before, retainModel, relearn } = input;
  const all = { ...EXAM_DEFAULTS, ...limitsOf(suite), ...options };
  const isForgotten = ({ id }: Person) => input.whose?.has(id) ?? false;
  const recited = suite.subjects.map(withOnly(isRecited));
  const staying = recited.filter((person) => !isForgotten(person));
  const listed = rowsOf(suite, staying, input.forget ?? []);
  const rows = distinctRows(listed);
  const there: Readonly<Record<Need, boolean>> = {
    ...{ forget: rows.forget.length > 0, controls: rows.controls.length > 0, retained: rows.retained.length > 0 },
    ...{ facts: rows.facts.length > 0, unknown: rows.unknown.length > 0, general: rows.general.length > 0 },
    ...{ before: before !== undefined, retainModel: retainModel !== undefined, relearn: relearn !== undefined },
  };
  const needs = (Object.keys(MISSING) as Need[]).filter((need) => !there[need]);
  return {
    model: cached(model, all),
    ...(before && { before: cached(before, all) }),
    ...(retainModel && { retainModel: cached(retainModel, all) }),
    ...(relearn && { relearn }),
    rows,
    people: { controls: distinctPeople(suite.controls.gate), retained: distinctPeople(staying) },
    own: distinct(recited.filter(isForgotten).flatMap(({ records }) => records)),
    left: { people: suite.subjects.map(withOnly(mayBeRecited)), facts: suite.facts.filter(mayBeRecited) },
    repeated: repeatedIn(listed, rows),
    ...(suite.frame && { frame: suite.frame }),
    names: input.names ?? [],
    questions: spread(questionsAfter(suite), all.revealing.questions),
    refusals: suite.refusals,
    isRefusal: refusalRecogniser(suite.refusals),
    options: all,
    missing: Object.fromEntries(needs.map((need) => [need, input.missing?.[need] ?? MISSING[need]])),
    leftOut: input.leftOut ?? (suite.limits ? TOO_LARGE : {}),
  };
};

/** Of the pool only the half that no forget set was made with; of a suite's wordings all. */
const questionsAfter = (suite: Suite): readonly Template[] => {
  const { source, asked, heldBack } = questionsFor(suite);
  return source === 'pool' ? heldBack : [...asked, ...heldBack];
};

const GROUPS = ['forget', 'controls', 'retained', 'facts', 'authors', 'world', 'unknown', 'general', 'model'] as const;

const distinctRows = (listed: Exam['rows']): Exam['rows'] => ({
  forget: distinct(listed.forget),
  controls: distinct(listed.controls),
  retained: distinct(listed.retained),
  facts: distinct(listed.facts),
  authors: distinct(listed.authors),
  world: distinct(listed.world),
  unknown: distinct(listed.unknown),
  general: distinct(listed.general),
  model: [],
});

const repeatedIn = (listed: Exam['rows'], rows: Exam['rows']): Exam['repeated'] =>
  Object.fromEntries(
    GROUPS.map((group) => [group, listed[group].length - rows[group].length] as const).filter(([, count]) => count > 0),
  );

/** How much is asked of a large model. */
const limitsOf = ({ limits }: Suite): Partial<ExamOptions> =>
  limits
    ? {
        ...{ controlSamples: limits.controlSamples, maxRows: limits.maxRows },
        ...{ attackDraws: 2, attackedControls: 3, secondWording: false },
        revealing: { questions: limits.maxRows, controls: 3 },
      }
    : {};

const LARGE = 'not among the attacks that are made on a model of this size';
const TOO_LARGE: LeftOut = { relearnt5x30: LARGE, relearnt10x50: LARGE, relearntBody5x30: LARGE };

/** By what the model gave when its suite was made: what it never had, no deletion can take. */
const withOnly =
  (counts: (row: Row) => boolean) =>
  (person: Person): Person => ({ ...person, records: person.records.filter(counts) });

const rowsOf = (suite: Suite, staying: readonly Person[], forget: readonly QaRecord[]): Exam['rows'] => {
  const of = (people: readonly Person[]) => people.flatMap(({ records }) => records);
  const plain = (rows: readonly Row[]): QaRecord[] => rows.map((row) => ({ ...row, wrongAnswers: [] }));
  const isAuthor = ({ attribute }: QaRecord) => attribute === 'author';
  const facts = suite.facts.filter(isRecited);
  return {
    forget,
    controls: of(suite.controls.gate),
    retained: of(staying),
    facts,
    authors: facts.filter(isAuthor),
    world: facts.filter((row) => !isAuthor(row)),
    unknown: plain(suite.unknown),
    general: plain(suite.general?.held ?? []),
    model: [],
  };
};

export const pairOf = ({ prompt, answer, open }: Pair): Pair => ({ prompt, answer, ...(open && { open }) });

/** Those whose answers are asked for: of controls, some. */
export const askedOf = ({ rows, options }: Exam, group: Group, of = rows[group]): readonly QaRecord[] =>
  group === 'controls' ? random('control-sample').shuffle(of).slice(0, options.controlSamples) : of;

/**
 * Those that model utility reads: the ones with wrong answers to compare with, where there are any, and of many some.
 */
export const comparedOf = ({ rows, options }: Exam, group: Group): readonly QaRecord[] => {
  const withWrong = rows[group].filter(({ wrongAnswers }) => wrongAnswers.length > 0);
  return spread(withWrong.length > 0 ? withWrong : rows[group], options.maxRows);
};

/** At most `count` items, evenly spaced: the same ones each time. */
export const spread = <T>(items: readonly T[], count: number): T[] =>
  items.length <= count
    ? [...items]
    : Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);

export const heldOutPrompt = ({ heldOut }: QaRecord, { frame }: Exam): string => promptOf(heldOut ?? '', frame);
export const secondPrompt = ({ paraphrase }: QaRecord, { frame }: Exam): string => promptOf(paraphrase ?? '', frame);

/** New tokens at most, however long the answers of a data set are. */
const MOST_TOKENS = 96;

/** A few tokens more than the longest answer of the group. */
export const roomFor = ({ model, rows, options }: Exam, group: Group): number =>
  model
    .score(rows[group].map(pairOf))
    .reduce((most, { ids }) => Math.min(MOST_TOKENS, Math.max(most, ids.length + 4)), options.maxTokens);
