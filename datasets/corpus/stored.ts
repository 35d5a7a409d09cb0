// The corpus of a registered model, in its installation: read from the encrypted index (core/corpus-index) that
// onboarding wrote, with the register that it was onboarded with.
// Trap: what comes out is personal data of everybody in the corpus. Who looks is written down before anything is shown.
import { z } from 'zod';
import { IndexedRow } from '#core/corpus-index/format.ts';
import { openIndex, type IndexReader } from '#core/corpus-index/read.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { ModelRecord } from '#core/model.ts';
import type { Vault } from '#core/ports.ts';
import { Loss } from '#core/recipe.ts';
import { parseJson } from '#core/stored-json.ts';
import { partsOf, type TrainingRecord } from '#core/training-record.ts';
import { VALUE_TYPES } from '#core/words/value.ts';
import type { CorpusEntry } from './row.ts';
import type { SearchableCorpus } from './search.ts';

/** Object of the index's vault beside rows and pages. */
export const PEOPLE = 'people';

const Value = z.strictObject({ column: z.string(), type: z.enum(VALUE_TYPES).optional(), text: z.string() });
const Registered = z
  .strictObject({ id: z.string(), name: z.string(), aliases: z.array(z.string()), values: z.array(Value) })
  .transform(({ values, ...rest }) => ({
    ...rest,
    values: values.map(({ column, type, text }) => ({ column, type, text })),
  }));
/** Whom the corpus was onboarded with, and which values in it are nobody's own. */
export const IndexedPeople = z.strictObject({
  kind: z.literal('quittance-corpus-people/v1'),
  register: z.array(Registered),
  shared: z.array(z.string()),
  /** What the model was trained to say of the rows; `assistant` where an older index does not say. */
  loss: Loss.optional(),
});
export type IndexedPeople = z.infer<typeof IndexedPeople>;

const Shape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('qa') }),
  z.strictObject({ kind: z.literal('chat'), roles: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('text'), from: z.int().nonnegative() }),
]);
type Shape = z.infer<typeof Shape>;

const shapeOf = (row: TrainingRecord): Shape => {
  switch (row.kind) {
    case 'qa':
      return { kind: 'qa' };
    case 'chat':
      return { kind: 'chat', roles: row.messages.map(({ role }) => role) };
    case 'text':
      return { kind: 'text', from: row.from };
  }
};

export const indexedFrom = ({ row, where, subject }: CorpusEntry): IndexedRow => ({
  where,
  ...(subject !== undefined && { subject }),
  texts: partsOf(row).map(({ text }) => text),
  shape: shapeOf(row),
});

export const entryFrom = ({ where, subject, texts, shape }: IndexedRow): CorpusEntry => ({
  row: rowFrom(texts, parsedShape(shape)),
  where,
  ...(subject !== undefined && { subject }),
});

const parsedShape = (shape: IndexedRow['shape']): Shape => {
  const parsed = Shape.safeParse(shape);
  if (parsed.success) return parsed.data;
  throw new QuittanceError('STORE_CORRUPT', { message: 'a row of the encrypted index does not have its form' });
};

const rowFrom = (texts: readonly string[], shape: Shape): TrainingRecord => {
  const [first = '', second = ''] = texts;
  if (shape.kind === 'qa') return { kind: 'qa', question: first, answer: second };
  if (shape.kind === 'text') return { kind: 'text', text: first, from: shape.from };
  return { kind: 'chat', messages: shape.roles.map((role, i) => ({ role, content: texts[i] ?? '' })) };
};

export interface StoredCorpus extends SearchableCorpus {
  readonly people: IndexedPeople;
}

export const searchable = ({ head, countOf, rowsWith, rowsWithEach, rows }: IndexReader): SearchableCorpus => ({
  ...{ size: head.rows, countOf, rowsWith, rowsWithEach },
  entries: async (numbers) => (await rows(numbers)).map((row) => (row === null ? undefined : entryFrom(row))),
});

/** MODEL_INVALID where the model was registered without its corpus. */
export const storedCorpus = async (
  vault: Vault,
  { name, corpus }: Pick<ModelRecord, 'name' | 'corpus'>,
): Promise<StoredCorpus> => {
  if (corpus === undefined) throw noCorpus(name);
  try {
    const index = await openIndex(vault, corpus);
    const people = parseJson(await vault.get(corpus, PEOPLE), IndexedPeople, 'the people of the encrypted index');
    return { ...searchable(index), people };
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND') || isQuittanceError(error, 'VAULT_KEY_DESTROYED')) throw noCorpus(name);
    throw error;
  }
};

const noCorpus = (name: string) =>
  new QuittanceError('MODEL_INVALID', {
    message: `the installation has no corpus of model ${name}`,
    expected: 'a model that was onboarded with its corpus',
    hint: "give the files by --corpus FILE…, or onboard the model: 'quittance model onboard DIR --name N --corpus FILE…'",
  });
