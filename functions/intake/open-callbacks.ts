// Whom to tell when a request of an intake moves: kept under a key of its own, found by a label until there is nothing
// more to tell, and destroyed then.
// Trap: a store lists a hundred of a label, hence as many labels as two hexadecimal digits make.
import { z } from 'zod';
import type { Ports } from '#core/ports.ts';
import { isQuittanceError } from '#core/errors.ts';
import { parseJson } from '#core/stored-json.ts';
import { jsonBytes } from '../step-support.ts';

const Told = z.strictObject({
  url: z.string(),
  /** What was told last, or was known without being told. */
  told: z.string(),
  attempts: z.int().nonnegative(),
  nextAt: z.string(),
});
export type Told = z.infer<typeof Told>;
const Open = z.strictObject({ kind: z.literal('quittance-intake-callbacks/v1'), receivers: z.array(Told) });

type Stores = Pick<Ports, 'vault' | 'pseudonyms'>;

const SHARDS = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const labelOf = ({ pseudonyms }: Stores, shard: string) => pseudonyms.of('intake-open', shard);
const keyOf = (id: string): string => `O-${id}`;

/** The answer to the request says where it stands at first. */
export const openCallbacks = async (stores: Stores, id: string, urls: readonly string[]): Promise<void> => {
  await stores.vault.createKey(keyOf(id));
  const receivers = [...new Set(urls)].map((url) => ({ url, told: 'waiting', attempts: 0, nextAt: '' }));
  await keepCallbacks(stores, id, receivers);
  await stores.vault.label(keyOf(id), [await labelOf(stores, id.slice(0, 2))]);
};

export const keepCallbacks = ({ vault }: Pick<Ports, 'vault'>, id: string, receivers: readonly Told[]): Promise<void> =>
  vault.put(keyOf(id), 'callbacks', jsonBytes({ kind: 'quittance-intake-callbacks/v1', receivers }));

/** Ids of requests with somebody to tell. */
export const openIntakes = async (stores: Stores): Promise<string[]> => {
  const found = await Promise.all(SHARDS.map(async (shard) => stores.vault.labelled(await labelOf(stores, shard))));
  return found.flat().map((key) => key.slice(2));
};

/** Empty where there is nobody, or nothing more to tell. */
export const callbacksOf = async ({ vault }: Pick<Ports, 'vault'>, id: string): Promise<Told[]> => {
  try {
    return parseJson(await vault.get(keyOf(id), 'callbacks'), Open, 'the callbacks of a request').receivers;
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND') || isQuittanceError(error, 'VAULT_KEY_DESTROYED')) return [];
    throw error;
  }
};

export const closeCallbacks = async ({ vault }: Pick<Ports, 'vault'>, id: string): Promise<void> => {
  await vault.destroy(keyOf(id));
};
