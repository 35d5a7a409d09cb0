// Who looked for somebody in a model's corpus: written into the index's vault before anything is shown. When, who, how
// many rows; neither whom nor what.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Instant } from '../deadlines.ts';
import type { Vault } from '../ports.ts';
import { parseJson } from '../stored-json.ts';
import { Asserted, Principal } from '../ticket-request.ts';

const Count = z.int().nonnegative();
export const CorpusSearch = z.strictObject({
  kind: z.literal('quittance-corpus-search/v1'),
  at: Instant,
  by: Principal,
  asserted: Asserted,
  hits: Count,
  unsure: Count,
});
export type CorpusSearch = z.infer<typeof CorpusSearch>;

const PREFIX = 'search-';

export const recordSearch = (vault: Vault, id: string, search: Omit<CorpusSearch, 'kind'>): Promise<void> => {
  const name = `${PREFIX}${search.at.replace(/\D/g, '')}-${randomBytes(4).toString('hex')}`;
  return vault.put(id, name, Buffer.from(JSON.stringify({ kind: 'quittance-corpus-search/v1', ...search })));
};

/** Oldest first. */
export const searchesIn = async (vault: Vault, id: string): Promise<CorpusSearch[]> => {
  const names = (await vault.list(id)).filter((name) => name.startsWith(PREFIX)).sort();
  const stored = names.map(async (name) => parseJson(await vault.get(id, name), CorpusSearch, 'a search'));
  return Promise.all(stored);
};
