// Puts the rows that a model was trained on, encrypted, into its installation, so that a person's rows are found
// without the files.
// Trap: an index belongs to a model only through the registry's record. One whose onboarding died is nobody's, and the
// next onboarding under that name destroys it.
import { newIndexId, storePeople, storeRows } from '#datasets/corpus/store.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
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

/** Stores the corpus, then lets `use` register it; where that fails, the index is destroyed again. */
export const withStoredCorpus = async <T>(
  { vault, models }: Pick<Ports, 'vault' | 'models'>,
  model: string,
  { rows, register, shared, loss, onRow }: OfferedCorpus,
  use: (corpus: string) => Promise<T>,
): Promise<T> => {
  const id = await newIndexId(vault, model, await corpusOf(models, model));
  try {
    const head = await storeRows(vault, id, rows, onRow && { onRow });
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
    return await use(id);
  } catch (error) {
    await vault.destroy(id);
    throw error;
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
