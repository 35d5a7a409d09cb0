// Drafts on the vault of each world: found by their owner until their days are over, and destroyed then.
import { expect, it } from '@jest/globals';
import type { Ports } from '#core/ports.ts';
import { destroyDraft, destroyOldDrafts, keptDrafts, readDraft, saveDraft } from '#functions/drafts.ts';
import { contract, outcome, type Make } from './contract.ts';

type Stores = Pick<Ports, 'vault' | 'pseudonyms'>;

const MINE = `D-${'1'.repeat(20)}`;
const LATER = `D-${'2'.repeat(20)}`;
const LIST = `B-${'3'.repeat(20)}`;
const THEIRS = `D-${'4'.repeat(20)}`;
const START = Date.parse('2026-03-02T10:00:00Z');
const DAY_MS = 86_400_000;

/** The stores on a day, counted from the first. */
const on = (stores: Stores, day: number) => ({
  ...stores,
  clock: { now: () => new Date(START + day * DAY_MS) },
});
const idsOf = async (stores: Stores, day: number, owner = 'filer.fred') =>
  (await keptDrafts(on(stores, day), owner)).map(({ id }) => id);

export const draftsContract = (name: string, make: Make<Stores>) =>
  contract(`drafts: ${name}`, make, (stores, reopen) => {
    it('are found by their owner alone, over a restart, the one that ends first at the head', async () => {
      await saveDraft(on(stores(), 1), LATER, 'filer.fred', { name: 'Ada Vane' });
      await saveDraft(on(stores(), 0), MINE, 'filer.fred', {});
      await saveDraft(on(stores(), 2), LIST, 'filer.fred', { list: '' });
      await saveDraft(on(stores(), 2), THEIRS, 'filer.fay', {});
      const again = await reopen();
      expect([await idsOf(again, 3), await idsOf(again, 3, 'filer.fay')]).toEqual([[MINE, LATER, LIST], [THEIRS]]);
      const [first] = await keptDrafts(on(again, 3), 'filer.fred');
      expect(first).toEqual({
        ...{ id: MINE, fields: {}, keptAt: '2026-03-02T10:00:00.000Z', until: '2026-04-01T10:00:00.000Z' },
      });
      expect(await outcome(readDraft(on(again, 3), THEIRS, 'filer.fred'))).toBe('NOT_FOUND');
      expect(await outcome(saveDraft(on(again, 3), THEIRS, 'filer.fred', {}))).toBe('NOT_FOUND');
    });

    it('end on their day, kept again they begin anew, and what is over is destroyed an hour later', async () => {
      for (const id of [MINE, LATER, LIST]) await saveDraft(on(stores(), 0), id, 'filer.fred', {});
      await saveDraft(on(stores(), 29), LATER, 'filer.fred', { name: 'Ada Vane' });
      expect(await idsOf(stores(), 29.99)).toEqual([LIST, MINE, LATER]);
      expect(await idsOf(stores(), 30)).toEqual([LATER]);
      expect(await outcome(readDraft(on(stores(), 30), MINE, 'filer.fred'))).toBe('NOT_FOUND');
      expect(await outcome(destroyDraft(on(stores(), 30), MINE, 'filer.fred'))).toBe('NOT_FOUND');
      expect(await outcome(saveDraft(on(stores(), 30), MINE, 'filer.fred', {}))).toBe('NOT_FOUND');
      expect([await destroyOldDrafts(on(stores(), 30)), await destroyOldDrafts(on(stores(), 30.1))]).toEqual([0, 2]);
      const again = await reopen();
      expect(await outcome(again.vault.get(MINE, 'draft'))).toBe('VAULT_KEY_DESTROYED');
      expect(await readDraft(on(again, 31), LATER, 'filer.fred')).toEqual({ name: 'Ada Vane' });
      expect(await destroyOldDrafts(on(again, 31))).toBe(0);
    });
  });
