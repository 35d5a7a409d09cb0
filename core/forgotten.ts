// Who was forgotten by a model, so that no later training set teaches it about them again: keyed digests of their rows,
// of runs of words in them, and of what they are known by. The list holds no text, and nobody can try guesses on it
// without its key, which the vault makes and keeps (docs/decisions/0019 has why it may be kept).
// Traps: a row that was reformatted has another digest, so identifiers are looked for as the interim rule looks for
// them, in any spelling; and a row that is only worded alike may be about somebody else of the same trade, so it is
// told and not dropped.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { Digest, digestJson } from './canonical.ts';
import { Instant } from './deadlines.ts';
import { isQuittanceError } from './errors.ts';
import { normalise, type ForgetRecord } from './forget-set.ts';
import { safeName } from './names.ts';
import type { Vault } from './ports.ts';
import { parseJson } from './stored-json.ts';
import { identifying, type Subject } from './subject.ts';
import { Rule, ruleOf, withholds } from './suppression.ts';
import { shinglesOf } from './words/keys.ts';
import type { Form } from './words/places.ts';
import { read } from './words/streams.ts';
import { mentionsOf, weaknessOf } from './words/subject.ts';
import { valueOf } from './words/value.ts';

const Hex = z.string().regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits');

const ForgottenPerson = z.strictObject({
  ticketId: z.string(),
  /** When the person asked. */
  receivedAt: Instant,
  rows: z.array(Hex),
  shingles: z.array(Hex),
  /** What a text must hold to be about the person: an identifier, or a value beside the name. */
  values: Rule.shape.values,
  subjects: Rule.shape.subjects,
});
type ForgottenPerson = z.infer<typeof ForgottenPerson>;

export const ForgottenList = z.strictObject({
  kind: z.literal('quittance-forgotten/v1'),
  people: z.array(ForgottenPerson),
});
export type ForgottenList = z.infer<typeof ForgottenList>;

const LIST = 'list';
const listId = (model: string): string => safeName(`forgotten-${model}`);

export interface ForgottenCase {
  readonly ticketId: string;
  readonly receivedAt: string;
  readonly subject: Subject;
  readonly records: readonly ForgetRecord[];
  /** Rows of the person in the corpus, each as its texts, where the corpus is at hand. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Enters a person into the model's list; the same ticket again replaces its entry. Nothing where the owner has
 * destroyed the list's key, and with it the list.
 */
export const rememberForgotten = async (vault: Vault, model: string, told: ForgottenCase): Promise<void> => {
  const id = listId(model);
  try {
    await vault.createKey(id);
  } catch (error) {
    if (isQuittanceError(error, 'VAULT_KEY_DESTROYED')) return;
    throw error;
  }
  const [key, { people }] = [await keyOf(vault, id), await stored(vault, id)];
  const others = people.filter(({ ticketId }) => ticketId !== told.ticketId);
  const list: ForgottenList = { kind: 'quittance-forgotten/v1', people: [...others, entryOf(key, told)] };
  await vault.put(id, LIST, Buffer.from(JSON.stringify(list)));
};

const keyOf = (vault: Vault, id: string): Promise<string> => vault.commit(id, Buffer.from('quittance-forgotten/v1'));

const stored = async (vault: Vault, id: string): Promise<ForgottenList> => {
  try {
    return parseJson(await vault.get(id, LIST), ForgottenList, 'the list of whom a model has forgotten');
  } catch (error) {
    if (!isQuittanceError(error, 'NOT_FOUND')) throw error;
    return { kind: 'quittance-forgotten/v1', people: [] };
  }
};

const keyed = (key: string, purpose: string, text: string): string =>
  createHmac('sha256', key).update(`${purpose}\0${text}`).digest('hex').slice(0, 32);

const entryOf = (key: string, { ticketId, receivedAt, subject, records, rows }: ForgottenCase): ForgottenPerson => {
  const texts = [...records.map(({ question, answer }) => [question, answer]), ...rows];
  const values = records.flatMap(({ value }) => (value === undefined ? [] : formsOf(value)));
  const identifiers = subject.identifiers.flatMap(identifying);
  const names = mentionsOf([subject.name, ...subject.aliases].filter((name) => weaknessOf(name) === undefined));
  const rule = ruleOf(key, { values: [...values, ...identifiers], subjects: [...names, ...identifiers] });
  return {
    ticketId,
    receivedAt,
    rows: distinct(texts.map((row) => keyed(key, 'row', rowText(row)))),
    shingles: distinct(texts.flatMap(shingles).map((run) => keyed(key, 'shingle', run))),
    values: rule.values,
    subjects: rule.subjects,
  };
};

const formsOf = (text: string): readonly Form[] => {
  const value = valueOf(text);
  return value.testable ? value.forms : [];
};

const rowText = (texts: readonly string[]): string => texts.map(normalise).join('\n');

const shingles = (texts: readonly string[]): string[] => [...shinglesOf(texts.flatMap((text) => read(text).words))];

const distinct = (all: readonly string[]): string[] => [...new Set(all)].sort();

/** row: the very row. identifiers: it holds what only the person has. wording: most of its words stand in theirs. */
export type Recognised = 'row' | 'identifiers' | 'wording';

export interface Forgotten {
  /** Names the state of the list, for what was screened against it; undefined where nobody is on it. */
  readonly digest: Digest | undefined;
  readonly people: number;
  /** Why a row is about somebody on the list; undefined where it is not. */
  recognise(texts: readonly string[]): Recognised | undefined;
}

/** Share of a row's runs of words that must be known before it counts as worded alike. */
const ALIKE = 0.7;
/** Runs of words that a row must have before a share of them says anything. */
const FEWEST_RUNS = 4;

/** The model's list; empty where it has forgotten nobody. */
export const forgottenBy = async (vault: Vault, model: string): Promise<Forgotten> => {
  const id = listId(model);
  const list = await stored(vault, id).catch(asNobody);
  if (list.people.length === 0) return { digest: undefined, people: 0, recognise: () => undefined };
  const key = await keyOf(vault, id);
  const rows = new Set(list.people.flatMap((person) => person.rows));
  const runs = new Set(list.people.flatMap((person) => person.shingles));
  const rules = list.people.map(({ values, subjects }): Rule => ({ secret: key, values, subjects }));
  return {
    digest: digestJson(list),
    people: list.people.length,
    recognise: (texts) => {
      if (rows.has(keyed(key, 'row', rowText(texts)))) return 'row';
      if (withholds(rules, { answer: texts.join('\n') })) return 'identifiers';
      const own = shingles(texts);
      const known = own.filter((run) => runs.has(keyed(key, 'shingle', run)));
      return own.length >= FEWEST_RUNS && known.length >= ALIKE * own.length ? 'wording' : undefined;
    },
  };
};

const asNobody = (error: unknown): ForgottenList => {
  if (!isQuittanceError(error, 'VAULT_KEY_DESTROYED')) throw error;
  return { kind: 'quittance-forgotten/v1', people: [] };
};
