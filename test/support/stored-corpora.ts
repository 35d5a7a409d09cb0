// Corpora of our own in an encrypted index: made rows, and the shortest way to store and to look into them.
import { randomBytes } from 'node:crypto';
import type { Vault } from '#core/ports.ts';
import type { TrainingRecord } from '#core/training-record.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { newIndexId, storePeople, storeRows, type StoreOptions } from '#datasets/corpus/store.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';

export const textRow = (text: string): TrainingRecord => ({ kind: 'text', text, from: 0 });

export const entriesOf = (rows: readonly TrainingRecord[]): CorpusEntry[] =>
  rows.map((row, i) => ({ row, where: `rows.jsonl:${i + 1}` }));

export const streamed = async function* <T>(all: readonly T[]): AsyncGenerator<T> {
  yield* all;
};

/** The index of the rows; returns its id. */
export const storeEntries = async (
  vault: Vault,
  model: string,
  entries: readonly CorpusEntry[],
  { register = [], ...options }: StoreOptions & { register?: readonly RegisteredPerson[] } = {},
): Promise<string> => {
  const id = await newIndexId(vault, model, undefined);
  const head = await storeRows(vault, id, streamed(entries), options);
  const people = register.map(({ aliases, values, ...rest }) => ({
    ...rest,
    aliases: [...aliases],
    values: [...values],
  }));
  await storePeople(vault, id, head, { kind: 'quittance-corpus-people/v1', register: people, shared: [] });
  return id;
};

/** Many rows of a few words each, no two alike. */
export const manyRows = (count: number): TrainingRecord[] =>
  Array.from({ length: count }, (_, i) =>
    textRow(`Meter ${i} of house ${i % 97} reads ${i * 7} units. ${randomBytes(6).toString('hex')}`),
  );
