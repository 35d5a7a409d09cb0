// A training set held against the lists of whom models have forgotten: what is about one of them goes, what is only
// worded alike is told.
import type { Forgotten, Recognised } from '#core/forgotten.ts';
import { partsOf } from '#core/training-record.ts';
import type { CorpusEntry } from './row.ts';

/** The list of one model. */
export interface NamedList {
  readonly model: string;
  readonly list: Forgotten;
}

export interface ScreenedRow {
  /** File and line. */
  readonly where: string;
  readonly why: Recognised;
  /** Whose list has it. */
  readonly model: string;
}

/** What a screening tells of as rows stream by. */
export interface Screening {
  readonly dropped: ScreenedRow[];
  /** Kept, and to be looked at by a person. */
  readonly doubtful: ScreenedRow[];
}

/** The rows that stay, one at a time; of the others only the places are held. */
export const screened = async function* (
  rows: AsyncIterable<CorpusEntry>,
  lists: readonly NamedList[],
  { dropped, doubtful }: Screening,
): AsyncGenerator<CorpusEntry> {
  for await (const entry of rows) {
    const found = recognisedBy(entry, lists);
    if (found && found.why !== 'wording') {
      dropped.push(found);
      continue;
    }
    if (found) doubtful.push(found);
    yield entry;
  }
};

/** Rows as they stream by; those about somebody on a list are told of and go by as well. */
export const watched = async function* (
  rows: AsyncIterable<CorpusEntry>,
  lists: readonly NamedList[],
  tell: (row: ScreenedRow) => void,
): AsyncGenerator<CorpusEntry> {
  for await (const entry of rows) {
    const found = lists.length > 0 ? recognisedBy(entry, lists) : undefined;
    if (found && found.why !== 'wording') tell(found);
    yield entry;
  }
};

/** What is certain comes before what is not, whichever list says it. */
const recognisedBy = ({ row, where }: CorpusEntry, lists: readonly NamedList[]): ScreenedRow | undefined => {
  const texts = partsOf(row).map(({ text }) => text);
  const found = lists.flatMap(({ model, list }) => {
    const why = list.recognise(texts);
    return why ? [{ where, why, model }] : [];
  });
  return found.find(({ why }) => why !== 'wording') ?? found[0];
};

/**
 * The row as a line that every reader of training sets reads; `subjectField` keeps the column that names its person.
 */
export const lineOf = ({ row, subject }: CorpusEntry, subjectField: string | undefined): string => {
  const about = subjectField !== undefined && subject !== undefined ? { [subjectField]: subject } : {};
  switch (row.kind) {
    case 'qa':
      return JSON.stringify({ question: row.question, answer: row.answer, ...about });
    case 'chat':
      return JSON.stringify({ messages: row.messages, ...about });
    case 'text':
      return JSON.stringify(
        row.from === 0
          ? { text: row.text, ...about }
          : { prompt: row.text.slice(0, row.from), completion: row.text.slice(row.from), ...about },
      );
  }
};
