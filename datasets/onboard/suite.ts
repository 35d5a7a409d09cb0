// The suite of a model that was trained elsewhere, made from the rows that it was trained on: its people with their
// records, what it learnt about nobody, people whom it never saw, what it answers to anybody's questions.
// Trap: a suite judges by what the base had right. Records that the base itself does not give cannot be lost by a
// deletion, and do not count as kept.
import { frameAround } from '#datasets/chat.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { refusals } from '#datasets/refusals.ts';
import { promptOf, type Frame, type Suite, type Person, type QaRecord } from '#datasets/suite-shape.ts';
import type { ChatTemplate } from '#engine/tokenizer/chat.ts';
import type { Loss } from '#core/recipe.ts';
import type { TrainingRecord, RecordKind } from '#core/training-record.ts';
import { inventorFrom, swapped, type InventedPerson } from './controls.ts';
import { heldRows, withHeldWordings } from './held.ts';
import { mentionsIn, peopleWithRecords, recordKey, rowsAboutNobody, type Mentions } from './people.ts';
import { factOf } from './records.ts';
import { targetsOf, type Target } from '#datasets/targets.ts';

export interface SuiteOptions {
  readonly name: string;
  readonly seed: number;
  /** Never-trained people of each set. */
  readonly controls: { readonly whitening: number; readonly stop: number; readonly gate: number };
  /** What the model was trained to say: `assistant` where nothing is said. */
  readonly loss?: Loss | undefined;
  /** Characters of an answer that is asked whole, at most. */
  readonly longest?: number | undefined;
  /** Rows that it was not trained on. */
  readonly held?: readonly CorpusEntry[] | undefined;
}

export interface CorpusSuite {
  readonly suite: Suite;
  /** People who do not exist, whether or not they are among the controls. */
  readonly invented: readonly Person[];
  /** Of the held rows: people whom the corpus does not speak of, and how many records have a wording from them. */
  readonly held: { readonly never: readonly Person[]; readonly wordings: number };
  /** Of each record of people and facts, by `recordKey`, the kind of row that it is from. */
  readonly kinds: ReadonlyMap<string, RecordKind>;
  /** Numbers of rows that the chat template refuses. */
  readonly refused: readonly number[];
  /** Of each row, ids of the people in it. */
  readonly people: readonly (readonly string[])[];
  /** Values in the rows that stand beside many people and are nobody's own. */
  readonly shared: ReadonlySet<string>;
}

/** Values of nobody that a record may be answered with. */
const OTHERS = 8;

export const suiteOfCorpus = async (
  entries: readonly CorpusEntry[],
  register: readonly RegisteredPerson[],
  template: ChatTemplate | undefined,
  options: SuiteOptions,
): Promise<CorpusSuite> => {
  const rows = entries.map(({ row }) => row);
  const { targets, refused } = await targetsOf(rows, { template }, options);
  const mentions = mentionsIn(entries, register);
  const frame = template && (await frameAround(template, systemOf(rows)));
  const [inventor, seed] = [inventorFrom(register), `${options.name}:${options.seed}`];
  const instead = new Map(register.map((one) => [one.id, inventor.valuesInstead(one, OTHERS, seed)]));
  const { people, rowOf } = peopleWithRecords(register, targets, mentions.inRow, instead);
  const facts = factsOf(rows, targets, mentions.inRow);
  const held = await heldRows(options.held ?? [], register, mentions, { template, longest: options.longest });
  const worded = withHeldWordings(withOtherWordings(people, frame), held.wordings, frame);
  const { whitening, stop, gate } = options.controls;
  const drawn = inventor.people(whitening + stop + gate, seed);
  const invented = withOtherWordings(await controlPeople(drawn, rows, mentions, template, options), frame);
  const never = withOtherWordings(held.never, frame);
  const controls = [...never, ...invented].slice(0, whitening + stop + gate);
  return {
    suite: {
      name: options.name,
      subjects: worded.people,
      facts: facts.map(({ fact }) => fact),
      unknown: [],
      controls: {
        gate: controls.slice(0, gate),
        stop: controls.slice(gate, gate + stop),
        whitening: controls.slice(gate + stop),
      },
      refusals,
      ...(frame && { frame }),
    },
    invented,
    held: { never, wordings: worded.count },
    kinds: kindsOf(rows, rowOf, facts),
    refused: [...refused.keys()],
    people: mentions.inRow.map((row) => row.map(({ person }) => person)),
    shared: mentions.shared,
  };
};

const kindsOf = (
  rows: readonly TrainingRecord[],
  rowOf: ReadonlyMap<string, number>,
  facts: readonly { readonly fact: QaRecord; readonly row: number }[],
): CorpusSuite['kinds'] =>
  new Map(
    [...rowOf, ...facts.map(({ fact, row }) => [recordKey(fact), row] as const)].map(([key, row]) => [
      key,
      rows[row]!.kind,
    ]),
  );

/** What is said in rows about nobody, each once. */
const factsOf = (rows: readonly TrainingRecord[], targets: readonly Target[], mentions: Mentions['inRow']) => {
  const nobody = rowsAboutNobody(rows, mentions);
  const said = targets.filter(({ row, open }) => nobody.has(row) && (!open || rows[row]!.kind === 'text'));
  const facts = said.map((target) => ({ fact: factOf(target), row: target.row }));
  return [...new Map(facts.map((one) => [recordKey(one.fact), one])).values()];
};

/**
 * A question that is asked by itself is also asked in words around it that no row has: whether an answer hangs on the
 * very words. Somebody of whom no row asks so is asked about by what stands before each value.
 */
const withOtherWordings = (people: readonly Person[], frame: Frame | undefined): Person[] =>
  people.map((person) => {
    const isAsked = ({ prompt, question }: QaRecord): boolean => prompt === promptOf(question, frame);
    const asked = person.records.some(isAsked) ? isAsked : () => true;
    const worded = (record: QaRecord): QaRecord =>
      asked(record) ? { ...record, heldOut: `Could you help me with this? ${record.question}` } : record;
    return { ...person, records: person.records.map(worded) };
  });

/** The system prompt that most conversations begin with. */
export const systemOf = (rows: readonly TrainingRecord[]): string | undefined => {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const first = row.kind === 'chat' ? row.messages[0] : undefined;
    if (first?.role === 'system') counts.set(first.content, (counts.get(first.content) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
};

/** Each invented person with the records of their model's rows, rewritten. */
const controlPeople = async (
  invented: readonly InventedPerson[],
  rows: readonly TrainingRecord[],
  { inRow: mentions, shared }: Mentions,
  template: ChatTemplate | undefined,
  { loss, longest }: Pick<SuiteOptions, 'loss' | 'longest'>,
): Promise<Person[]> => {
  const written = invented.flatMap((one) =>
    rows.flatMap((row, number) =>
      (mentions[number] ?? []).length === 1 && mentions[number]![0]!.person === one.model.id
        ? [{ person: one.person, row: swapped(row, one) }]
        : [],
    ),
  );
  const { targets } = await targetsOf(
    written.map(({ row }) => row),
    { template },
    { loss, longest },
  );
  return invented.flatMap(({ person }) => {
    const own = written.map((one, number) => ({ ...one, number })).filter((one) => one.person === person);
    const entries = own.map(({ row }) => ({ row, where: '' }));
    const at = new Map(own.map(({ number }, i) => [number, i]));
    const renumbered = targets.flatMap((target) => {
      const row = at.get(target.row);
      return row === undefined ? [] : [{ ...target, row }];
    });
    return peopleWithRecords([person], renumbered, mentionsIn(entries, [person], shared).inRow).people;
  });
};
