// Puts the rows that a model was trained on, encrypted, into its installation, so that a person's rows are found
// without the files.
// Trap: an index belongs to a model only through the registry's record. One whose onboarding died is nobody's, and the
// next onboarding under that name destroys it.
import { rowsDigest } from '#datasets/corpus/digest.ts';
import { newIndexId, storePeople, storeRows } from '#datasets/corpus/store.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import type { Loss } from '#core/recipe.ts';

export interface OfferedCorpus {
  readonly rows: AsyncIterable<CorpusEntry>;
  /** Of the rows as they were measured. */
  readonly measured?: Digest | undefined;
  readonly register: readonly RegisteredPerson[];
  /** Values that stand beside many people and are nobody's own. */
  readonly shared: ReadonlySet<string>;
  /** What the model was trained to say of the rows. */
  readonly loss: Loss;
  readonly onRow?: (rows: number) => void;
}

export interface StoredIndex {
  /** Its vault. */
  readonly id: string;
  /** Of the rows in their order. */
  readonly digest: Digest;
}

/**
 * Stores the corpus, then lets `use` register it; where that fails, the index is destroyed again. INVALID_INPUT where
 * the rows are not those that were measured.
 */
export const withStoredCorpus = async <T>(
  { vault, models }: Pick<Ports, 'vault' | 'models'>,
  model: string,
  { rows, measured, register, shared, loss, onRow }: OfferedCorpus,
  use: (corpus: StoredIndex) => Promise<T>,
): Promise<T> => {
  const id = await newIndexId(vault, model, await corpusOf(models, model));
  try {
    const read = rowsDigest();
    const head = await storeRows(vault, id, read.through(rows), onRow && { onRow });
    const digest = read.digest();
    if (measured !== undefined && digest !== measured) throw changed(measured, digest);
    await storePeople(vault, id, head, {
      kind: 'quittance-corpus-people/v1',
      register: register.map(({ aliases, values, ...rest }) => ({
        ...rest,
        aliases: [...aliases],
        values: [...values],
      })),
      shared: [...shared],
      loss,
    });
    return await use({ id, digest });
  } catch (error) {
    await vault.destroy(id);
    throw error;
  }
};

const changed = (expected: Digest, got: Digest) =>
  new QuittanceError('INVALID_INPUT', {
    message: 'the files of the corpus changed while they were read',
    ...{ expected, got },
    hint: 'onboard the model again when nothing writes to them; nothing was registered',
  });

const corpusOf = async (models: Ports['models'], name: string): Promise<string | undefined> => {
  try {
    return (await models.get(name)).model.corpus;
  } catch (error) {
    if (isQuittanceError(error, 'MODEL_NOT_FOUND')) return undefined;
    throw error;
  }
};
