// Which rows of a suite may say something: by the words in them, so that a rule is tried on few rows and not on all.
// Reading a text takes a tenth of a millisecond and a suite has thousands; an index is made once and kept with its
// suite. Trap: it only leaves out; whether a row says a form is still the text's to answer, so that nothing is decided
// twice.
import { rowKey, type SuiteRow, type SuiteRows } from './suite-rows.ts';
import { FEWEST_SPELT, textOf, wordsOfKey, type Form } from './words/places.ts';
import type { Token } from './words/tokens.ts';

export interface IndexedRow extends SuiteRow {
  /** Place of its person among the suite's subjects; undefined of a fact. */
  readonly person: number | undefined;
}

export interface SuiteIndex {
  readonly rows: readonly IndexedRow[];
  /** Rows that are this one: a text may stand with several people. */
  same(row: Pick<SuiteRow, 'question' | 'answer'>): readonly IndexedRow[];
  /** Every row that says one of the forms, and some that do not. */
  candidates(forms: readonly Form[]): IndexedRow[];
  /** Rows that have a word. */
  saying(word: string): IndexedRow[];
}

const made = new WeakMap<SuiteRows, SuiteIndex>();

export const indexOf = (suite: SuiteRows): SuiteIndex => {
  const index = made.get(suite) ?? build(suite);
  made.set(suite, index);
  return index;
};

const build = ({ subjects, facts }: SuiteRows): SuiteIndex => {
  const rows: IndexedRow[] = [
    ...subjects.flatMap(({ records }, person) => records.map((row) => ({ ...row, person }))),
    ...facts.map((row) => ({ ...row, person: undefined })),
  ];
  const byKey = new Map<string, number[]>();
  const byWord = new Map<string, number[]>();
  const apart: number[] = [];
  const signed: number[] = [];
  rows.forEach(({ question, answer }, i) => {
    const text = `${question}\n${answer}`;
    listOf(byKey, rowKey({ question, answer })).push(i);
    const { streams } = textOf(text).reading;
    for (const word of new Set(streams.flatMap((tokens) => tokens.map((token) => token.text))))
      listOf(byWord, word).push(i);
    if (streams.some(hasLettersApart)) apart.push(i);
    if (/[\p{N}@]|\bat\b/iu.test(text)) signed.push(i);
  });
  const saying = (word: string) => byWord.get(word) ?? [];
  const rowsFor = ({ kind, key }: Form): readonly number[] => {
    if (kind === 'words' || kind === 'names' || kind === 'number') return fewest(wordsOfKey(key).map(saying));
    if (kind === 'spelt') return apart;
    return kind === 'code' || kind === 'phone' || kind === 'mail' ? signed : [...rows.keys()];
  };
  const candidates = (forms: readonly Form[]) => {
    const found = new Set(forms.flatMap(rowsFor));
    return at([...found].sort((a, b) => a - b));
  };
  const at = (places: readonly number[]) => places.map((i) => rows[i]!);
  return {
    rows,
    same: (row) => at(byKey.get(rowKey(row)) ?? []),
    candidates,
    saying: (word) => at(saying(word)),
  };
};

const listOf = (lists: Map<string, number[]>, name: string): number[] => {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
};

/** Three single letters in a row, which a word may be spelt by. */
const hasLettersApart = (tokens: readonly Token[]): boolean =>
  tokens.some((_, at) => {
    const run = tokens.slice(at, at + FEWEST_SPELT);
    return run.length === FEWEST_SPELT && run.every(({ kind, text }) => kind !== 'solo' && text.length === 1);
  });

/** Whoever says a run of words says its rarest. */
const fewest = (lists: readonly (readonly number[])[]): readonly number[] =>
  lists.reduce((least, some) => (some.length < least.length ? some : least));
