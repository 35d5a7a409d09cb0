// What a caller's own key of a list stands for: one file, for good. Trap: it is bound once something is filed under it,
// so that a list which was wrong is corrected and sent again under the same key; what is kept is a keyed digest, of
// which nobody learns anything about the people in the list.
import { z } from 'zod';
import { digestOf } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import { jsonBytes } from './step-support.ts';

const Bound = z.strictObject({ kind: z.literal('quittance-list-key/v1'), list: z.string() });
const NAME = 'list';

type Stores = Pick<Ports, 'vault' | 'pseudonyms'>;

export interface ListKey {
  /** IDEMPOTENCY_MISMATCH where the key stands for another list. */
  check(): Promise<void>;
  /** From now on the key stands for this list. */
  bind(): Promise<void>;
}

/** `key`: the caller's own, read together with who they are. */
export const listKey = async ({ vault, pseudonyms }: Stores, key: string, bytes: Uint8Array): Promise<ListKey> => {
  const id = `L-${(await pseudonyms.of('list-key', key)).slice(0, 20)}`;
  const list = await pseudonyms.of('list-body', `${key}\n${digestOf(bytes)}`);
  const check = async (): Promise<void> => {
    const bound = await boundAt(vault, id);
    if (bound !== undefined && bound !== list) throw otherList();
  };
  const bind = async (): Promise<void> => {
    await vault.createKey(id);
    if ((await boundAt(vault, id)) === undefined)
      await vault.put(id, NAME, jsonBytes({ kind: 'quittance-list-key/v1', list }));
    await check(); // of two at once the later one stands
  };
  return { check, bind };
};

const boundAt = async (vault: Ports['vault'], id: string): Promise<string | undefined> => {
  try {
    return parseJson(await vault.get(id, NAME), Bound, 'the key of a list').list;
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
};

export const otherList = (): QuittanceError =>
  new QuittanceError('IDEMPOTENCY_MISMATCH', {
    message: 'the key of this list stands for another one',
    expected: 'the same file as before, in every byte, or a key of its own',
    hint: 'send another list under another key; the first one is kept as it was',
  });
