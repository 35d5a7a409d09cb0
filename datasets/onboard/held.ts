// Rows that the owner of a model has and did not train it on. Who stands in them alone is somebody whom the model never
// saw, as real as anybody; and a question in them about somebody whom it did see is a wording that it was not trained
// on.
// Trap: "held out" is what somebody says. A row that stands in the corpus too is refused, and what the model gives of
// the others is measured (models/recital.ts).
import { QuittanceError } from '#core/errors.ts';
import { normalise } from '#core/forget-set.ts';
import { plural } from '#core/plural.ts';
import { partsOf } from '#core/training-record.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { promptOf, type Frame, type Person, type QaRecord } from '#datasets/suite-shape.ts';
import type { ChatTemplate } from '#engine/tokenizer/chat.ts';
import { mentionsIn, peopleWithRecords, type Mentions } from './people.ts';
import { targetsOf } from '#datasets/targets.ts';

export interface HeldRows {
  /** People whom no row of the corpus speaks of. */
  readonly never: readonly Person[];
  /** Records about people of the corpus, in wordings of their own. */
  readonly wordings: readonly Person[];
}

/** Places of which a message tells by name. */
const TOLD = 5;

/** The corpus as it streams by. INVALID_INPUT behind it where a held row stands in it too: it was trained on. */
export const withoutHeld = async function* (
  corpus: AsyncIterable<CorpusEntry>,
  held: readonly CorpusEntry[],
): AsyncGenerator<CorpusEntry> {
  const places = new Map(held.map((entry) => [textOf(entry), entry.where]));
  const both: string[] = [];
  for await (const entry of corpus) {
    const where = places.size === 0 ? undefined : places.get(textOf(entry));
    if (where !== undefined) both.push(`${where} is ${entry.where}`);
    yield entry;
  }
  if (both.length === 0) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${plural(both.length, 'row')} of --held ${both.length === 1 ? 'stands' : 'stand'} in the corpus too: ${both.slice(0, TOLD).join('; ')}${both.length > TOLD ? '; …' : ''}`,
    expected: 'rows that the model was never trained on',
    hint: 'leave these rows out of --held; nothing was registered',
  });
};

const textOf = ({ row }: CorpusEntry): string =>
  JSON.stringify([row.kind, ...partsOf(row).map(({ text }) => normalise(text))]);

export const heldRows = async (
  held: readonly CorpusEntry[],
  register: readonly RegisteredPerson[],
  corpus: Mentions,
  { template, longest }: { readonly template: ChatTemplate | undefined; readonly longest?: number | undefined },
): Promise<HeldRows> => {
  const { targets } = await targetsOf(
    held.map(({ row }) => row),
    { template },
    { longest },
  );
  const { people } = peopleWithRecords(register, targets, mentionsIn(held, register, corpus.shared).inRow);
  const trained = new Set(corpus.inRow.flat().map(({ person }) => person));
  return {
    never: people.filter(({ id }) => !trained.has(id)),
    wordings: people.filter(({ id }) => trained.has(id)),
  };
};

/** People with the held-out wording of each record whose value a held row asks for; and how many records have one. */
export const withHeldWordings = (
  people: readonly Person[],
  wordings: readonly Person[],
  frame: Frame | undefined,
): { people: Person[]; count: number } => {
  const byPerson = new Map(wordings.map(({ id, records }) => [id, questionsByValue(records, frame)]));
  let count = 0;
  const worded = (questions: ReadonlyMap<string, string> | undefined) => (record: QaRecord) => {
    const question = isAsked(record, frame) ? questions?.get(record.value?.text ?? '') : undefined;
    if (question === undefined) return record;
    count++;
    return { ...record, heldOut: question };
  };
  const result = people.map((person) => ({ ...person, records: person.records.map(worded(byPerson.get(person.id))) }));
  return { people: result, count };
};

const questionsByValue = (records: readonly QaRecord[], frame: Frame | undefined): ReadonlyMap<string, string> =>
  new Map(
    records.flatMap((record): [string, string][] =>
      record.value && isAsked(record, frame) ? [[record.value.text, record.question]] : [],
    ),
  );

/** Whether the record is a question by itself, behind no other turn. */
const isAsked = ({ prompt, question }: QaRecord, frame: Frame | undefined): boolean =>
  prompt === promptOf(question, frame);
