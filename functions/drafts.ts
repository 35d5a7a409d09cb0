// Drafts of new cases: what somebody has typed so far, as it was typed, encrypted under a key of its own in the vault,
// found by a label that stands for its owner, and destroyed when the case is filed, the draft thrown away, or its days
// are over. Lists of many requests are kept in the same way.
// Traps: a draft is personal data of somebody whose request is not filed yet; nobody but its owner reads it. And it
// ends by the clock, not by the schedule that destroys it: what is over is not there, swept or not.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { daysAfter, RETENTION_DAYS } from '#core/retention.ts';
import { parseJson } from '#core/stored-json.ts';
import { Principal } from '#core/ticket-request.ts';
import { jsonBytes } from './step-support.ts';

export const DraftId = z.string().regex(/^D-[0-9a-f]{20}$/, 'the id of a draft');
/** Of a list of many requests, which is kept as a draft is. */
export const ListId = z.string().regex(/^B-[0-9a-f]{20}$/, 'the id of a list');
const Fields = z.record(z.string().max(64), z.string());
export type DraftFields = Readonly<Record<string, string>>;

const Draft = z.strictObject({
  kind: z.literal('quittance-draft/v1'),
  owner: Principal,
  fields: Fields,
  /** From when its days count; absent in drafts from before they had an end, which get one when they are kept again. */
  keptAt: Instant.optional(),
});

type Stores = Pick<Ports, 'vault' | 'pseudonyms' | 'clock'>;

export const newDraftId = (): string => `D-${randomBytes(10).toString('hex')}`;

const ownersLabel = ({ pseudonyms }: Stores, owner: string) => pseudonyms.of('drafts-of', owner);

/** Under which all drafts are found, a store listing a hundred each. */
const SHARDS = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
const shardsLabel = ({ pseudonyms }: Stores, shard: string) => pseudonyms.of('drafts-kept', shard);

/** Durable when it returns; its days begin anew. NOT_FOUND where the id is another person's. */
export const saveDraft = async (stores: Stores, id: string, owner: string, fields: DraftFields): Promise<void> => {
  const { vault, clock } = stores;
  await vault.createKey(id);
  const before = await vault.list(id);
  if (before.includes('draft')) await readDraft(stores, id, owner); // another person's is not there for this one
  const keptAt = clock.now().toISOString();
  await vault.put(id, 'draft', jsonBytes({ kind: 'quittance-draft/v1', owner, fields, keptAt }));
  await vault.label(id, [await ownersLabel(stores, owner), await shardsLabel(stores, id.slice(2, 4))]);
};

export interface KeptDraft {
  readonly id: string;
  readonly fields: DraftFields;
  readonly keptAt: string | null;
  /** From when it is no more; null for one from before drafts had an end. */
  readonly until: string | null;
}

/** Whose it is and until when; undefined where there is none. */
const draftIn = async (
  { vault }: Pick<Stores, 'vault'>,
  id: string,
): Promise<(KeptDraft & { owner: string }) | undefined> => {
  try {
    const { owner, fields, keptAt = null } = parseJson(await vault.get(id, 'draft'), Draft, 'a draft in the vault');
    const until = keptAt === null ? null : daysAfter(new Date(keptAt), RETENTION_DAYS.draft);
    return { id, owner, fields, keptAt, until };
  } catch (error) {
    if (isQuittanceError(error, 'VAULT_KEY_DESTROYED') || isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
};

const isOver = ({ until }: KeptDraft, now: Date): boolean => until !== null && until <= now.toISOString();

/** NOT_FOUND where there is none of this person's: never begun, filed, thrown away, or over. */
export const readDraft = async (stores: Stores, id: string, owner: string): Promise<DraftFields> => {
  const draft = await draftIn(stores, id);
  if (draft?.owner === owner && !isOver(draft, stores.clock.now())) return draft.fields;
  throw new QuittanceError('NOT_FOUND', { message: 'there is no such draft of this person' });
};

/** Of one person; the one that ends first at the head. One that cannot be read is left out: the sweep tells of it. */
export const keptDrafts = async (
  stores: Stores,
  owner: string,
  kinds: readonly ('D' | 'B')[] = ['D', 'B'],
): Promise<KeptDraft[]> => {
  const ids = await stores.vault.labelled(await ownersLabel(stores, owner));
  const wanted = ids.filter((id) => kinds.some((kind) => id.startsWith(`${kind}-`)));
  const found = await Promise.all(wanted.map((id) => draftIn(stores, id).catch(skipCorrupt)));
  const now = stores.clock.now();
  return found
    .flatMap((draft) => (draft?.owner === owner && !isOver(draft, now) ? [draft] : []))
    .map(({ id, fields, keptAt, until }) => ({ id, fields, keptAt, until }))
    .sort((a, b) => (a.until ?? '9').localeCompare(b.until ?? '9') || a.id.localeCompare(b.id));
};

const skipCorrupt = (error: unknown): undefined => {
  if (!isQuittanceError(error, 'STORE_CORRUPT')) throw error;
};

export const draftsOf = async (stores: Stores, owner: string, kind: 'D' | 'B' = 'D'): Promise<string[]> =>
  (await keptDrafts(stores, owner, [kind])).map(({ id }) => id);

export const destroyDraft = async (stores: Stores, id: string, owner: string): Promise<void> => {
  await readDraft(stores, id, owner);
  await stores.vault.destroy(id);
};

/** Whoever kept a draft in its last minute may still be writing it. */
const GRACE_MS = 3_600_000;

/**
 * Destroys what is over; returns how many. A crash leaves the rest for the next call; one that cannot be read does not:
 * its error, the first, is thrown once the others are destroyed.
 */
export const destroyOldDrafts = async (stores: Stores): Promise<number> => {
  const now = new Date(stores.clock.now().getTime() - GRACE_MS);
  const errors: unknown[] = [];
  let destroyed = 0;
  for (const shard of SHARDS)
    for (const id of await stores.vault.labelled(await shardsLabel(stores, shard)))
      try {
        if (await destroyIfOver(stores, id, now)) destroyed += 1;
      } catch (error) {
        errors.push(error);
      }
  if (errors.length > 0) throw errors[0];
  return destroyed;
};

const destroyIfOver = async (stores: Stores, id: string, now: Date): Promise<boolean> => {
  const draft = await draftIn(stores, id);
  if (!draft || !isOver(draft, now)) return false;
  await stores.vault.destroy(id);
  return true;
};
