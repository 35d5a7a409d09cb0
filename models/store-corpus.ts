// Puts the rows that a model was trained on, encrypted, into its installation, so that a person's rows are found
// without the files.
// Trap: an index belongs to a model only through the registry's record. One whose onboarding died is nobody's, and the
// next onboarding under that name destroys it.
import { createHash } from 'node:crypto';
import { newIndexId, storePeople, storeRows } from '#datasets/corpus/store.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import type { Loss } from '#core/recipe.ts';

export interface OfferedCorpus {
  readonly rows: AsyncIterable<CorpusEntry>;
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

/** Stores the corpus, then lets `use` register it; where that fails, the index is destroyed again. */
export const withStoredCorpus = async <T>(
  { vault, models }: Pick<Ports, 'vault' | 'models'>,
  model: string,
  { rows, register, shared, loss, onRow }: OfferedCorpus,
  use: (corpus: StoredIndex) => Promise<T>,
): Promise<T> => {
  const id = await newIndexId(vault, model, await corpusOf(models, model));
  try {
    const digest = createHash('sha256');
    const head = await storeRows(vault, id, hashed(rows, digest), onRow && { onRow });
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
    return await use({ id, digest: `sha256:${digest.digest('hex')}` });
  } catch (error) {
    await vault.destroy(id);
    throw error;
  }
};

/** The rows, each added to the digest as it goes by. */
const hashed = async function* (
  rows: AsyncIterable<CorpusEntry>,
  digest: ReturnType<typeof createHash>,
): AsyncGenerator<CorpusEntry> {
  for await (const entry of rows) {
    digest.update(`${JSON.stringify(entry.row)}\n`);
    yield entry;
  }
};

const corpusOf = async (models: Ports['models'], name: string): Promise<string | undefined> => {
  try {
    return (await models.get(name)).model.corpus;
  } catch (error) {
    if (isQuittanceError(error, 'MODEL_NOT_FOUND')) return undefined;
    throw error;
  }
};
