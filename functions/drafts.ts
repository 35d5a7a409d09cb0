// Drafts of new cases: what somebody has typed so far, as it was typed, encrypted under a key of its own in the vault,
// found by a label that stands for its owner, and destroyed when the case is filed or the draft thrown away.
// Trap: a draft is personal data of somebody whose request is not filed yet; nobody but its owner reads it.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import { Principal } from '#core/ticket-request.ts';
import { jsonBytes } from './step-support.ts';

export const DraftId = z.string().regex(/^D-[0-9a-f]{20}$/, 'the id of a draft');
/** Of a list of many requests, which is kept as a draft is. */
export const ListId = z.string().regex(/^B-[0-9a-f]{20}$/, 'the id of a list');
const Fields = z.record(z.string().max(64), z.string());
export type DraftFields = Readonly<Record<string, string>>;

const Draft = z.strictObject({ kind: z.literal('quittance-draft/v1'), owner: Principal, fields: Fields });

type Stores = Pick<Ports, 'vault' | 'pseudonyms'>;

export const newDraftId = (): string => `D-${randomBytes(10).toString('hex')}`;

const ownersLabel = ({ pseudonyms }: Stores, owner: string) => pseudonyms.of('drafts-of', owner);

/** Durable when it returns. NOT_FOUND where the id is another person's. */
export const saveDraft = async (stores: Stores, id: string, owner: string, fields: DraftFields): Promise<void> => {
  const { vault } = stores;
  await vault.createKey(id);
  const before = await vault.list(id);
  if (before.includes('draft')) await readDraft(stores, id, owner); // another person's is not there for this one
  await vault.put(id, 'draft', jsonBytes({ kind: 'quittance-draft/v1', owner, fields }));
  await vault.label(id, [await ownersLabel(stores, owner)]);
};

/** NOT_FOUND where there is none of this person's: never begun, filed, or thrown away. */
export const readDraft = async ({ vault }: Stores, id: string, owner: string): Promise<DraftFields> => {
  try {
    const draft = parseJson(await vault.get(id, 'draft'), Draft, 'a draft in the vault');
    if (draft.owner === owner) return draft.fields;
  } catch (error) {
    if (!isQuittanceError(error, 'VAULT_KEY_DESTROYED') && !isQuittanceError(error, 'NOT_FOUND')) throw error;
  }
  throw new QuittanceError('NOT_FOUND', { message: 'there is no such draft of this person' });
};

export const draftsOf = async (stores: Stores, owner: string, kind: 'D' | 'B' = 'D'): Promise<string[]> =>
  (await stores.vault.labelled(await ownersLabel(stores, owner))).filter((id) => id.startsWith(`${kind}-`));

export const destroyDraft = async (stores: Stores, id: string, owner: string): Promise<void> => {
  await readDraft(stores, id, owner);
  await stores.vault.destroy(id);
};
