import { expect, it } from '@jest/globals';
import type { Vault } from '#core/ports.ts';
import { bytes, contract, outcome, text, type Make } from './contract.ts';

const T = 'T-00000001';
const OTHER = 'T-00000002';

export const vaultContract = (name: string, make: Make<Vault>) =>
  contract(`vault: ${name}`, make, (vault, reopen) => {
    it('gives back what was put, over a restart, the last of two writes', async () => {
      await vault().createKey(T);
      await vault().put(T, 'request', bytes('first'));
      await vault().put(T, 'request', bytes('second'));
      await vault().put(T, 'forget-set', bytes(''));
      const again = await reopen();
      expect(text(await again.get(T, 'request'))).toBe('second');
      expect((await again.get(T, 'forget-set')).byteLength).toBe(0);
      expect(await again.list(T)).toEqual(['forget-set', 'request']);
    });

    it('creates a key once', async () => {
      await vault().createKey(T);
      await vault().put(T, 'request', bytes('kept'));
      await vault().createKey(T);
      expect(text(await vault().get(T, 'request'))).toBe('kept');
    });

    it('refuses a name that it does not have, and a ticket without a key', async () => {
      await vault().createKey(T);
      expect(await outcome(vault().get(T, 'request'))).toBe('NOT_FOUND');
      expect(await outcome(vault().put(OTHER, 'request', bytes('x')))).toBe('NOT_FOUND');
    });

    it.each(['../request', 'a/b', '', 'Ä'])('refuses the name %j, of an object or a ticket', async (bad) => {
      await vault().createKey(T);
      const acts = [vault().put(T, bad, bytes('x')), vault().get(T, bad), vault().createKey(bad)];
      expect(await Promise.all(acts.map(outcome))).toEqual(acts.map(() => 'INVALID_INPUT'));
    });

    it("commits under the ticket's own secret: equal for equal bytes, different for another ticket", async () => {
      await vault().createKey(T);
      await vault().createKey(OTHER);
      const [a, b, c, d] = await Promise.all([
        vault().commit(T, bytes('same')),
        vault().commit(T, bytes('same')),
        vault().commit(T, bytes('other')),
        vault().commit(OTHER, bytes('same')),
      ]);
      expect(a).toMatch(/^[0-9a-f]{64}$/);
      expect([b === a, c === a, d === a]).toEqual([true, false, false]);
    });

    it('forgets everything of one ticket, proves it, and leaves the others', async () => {
      for (const ticket of [T, OTHER]) await vault().createKey(ticket);
      for (const object of ['request', 'forget-set']) await vault().put(T, object, bytes('secret'));
      await vault().put(OTHER, 'request', bytes('stays'));
      expect(await vault().destroy(T)).toMatchObject({
        ticketId: T,
        objects: 2,
        readsRefused: 2,
        code: 'VAULT_KEY_DESTROYED',
      });
      const again = await reopen();
      const acts = [
        again.get(T, 'request'),
        again.put(T, 'request', bytes('back')),
        again.list(T),
        again.commit(T, bytes('x')),
        again.openingSecret(T),
        again.createKey(T),
      ];
      expect(await Promise.all(acts.map(outcome))).toEqual(acts.map(() => 'VAULT_KEY_DESTROYED'));
      expect(text(await again.get(OTHER, 'request'))).toBe('stays');
    });

    it('destroys twice with the same proof', async () => {
      await vault().createKey(T);
      await vault().put(T, 'request', bytes('secret'));
      const { objects, readsRefused } = await vault().destroy(T);
      expect(await (await reopen()).destroy(T)).toMatchObject({ objects, readsRefused });
    });

    it('finds a ticket by its labels until it is destroyed, over a restart, and no other', async () => {
      for (const id of [T, OTHER]) await vault().createKey(id);
      await vault().label(T, ['ada', 'vane']);
      await vault().label(T, ['vane', 'philippa']);
      await vault().label(OTHER, ['vane']);
      expect([await vault().labelled('vane'), await vault().labelled('ada')]).toEqual([[T, OTHER], [T]]);
      await vault().destroy(T);
      const again = await reopen();
      expect([await again.labelled('vane'), await again.labelled('ada'), await again.labelled('nobody')]).toEqual([
        ...[[OTHER], [], []],
      ]);
      expect(await outcome(again.label(T, ['ada']))).toBe('VAULT_KEY_DESTROYED');
    });
  });
