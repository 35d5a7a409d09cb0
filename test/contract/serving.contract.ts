import { expect, it } from '@jest/globals';
import type { Digest } from '#core/canonical.ts';
import type { ServingTarget } from '#core/ports.ts';
import { contract, outcome, type Make } from './contract.ts';

/** `models`: two model digests that the target can serve. */
export const servingContract = (name: string, make: Make<ServingTarget>, models: () => readonly [Digest, Digest]) =>
  contract(`serving target: ${name}`, make, (target, reopen) => {
    it('serves nothing at first', async () => {
      expect(await target().served('house')).toBeUndefined();
      expect(await outcome(target().probe('house', ['who?']))).toBe('MODEL_NOT_FOUND');
    });

    it('serves what was promoted last, over a restart, and answers from it', async () => {
      const [before, after] = models();
      await target().promote('house', before, undefined);
      await target().promote('house', after, before);
      const again = await reopen();
      expect(await again.served('house')).toEqual({ digest: after });
      const probe = await again.probe('house', ['who?', 'where?']);
      expect([probe.digest, probe.answers.length]).toEqual([after, 2]);
    });

    it('refuses a promotion over something else than the caller saw', async () => {
      const [before, after] = models();
      await target().promote('house', before, undefined);
      expect(await outcome(target().promote('house', after, undefined))).toBe('SERVED_MISMATCH');
      expect(await outcome(target().promote('house', after, after))).toBe('SERVED_MISMATCH');
      expect(await target().served('house')).toEqual({ digest: before });
    });

    it('takes a suppression rule twice and lifts it twice', async () => {
      const rule = { id: 'T-1', secret: '00', values: [], subjects: [] };
      for (const act of [1, 2])
        expect([act, await outcome(target().suppress('house', rule))]).toEqual([act, 'fulfilled']);
      for (const act of [1, 2]) expect([act, await outcome(target().lift('house', 'T-1'))]).toEqual([act, 'fulfilled']);
    });
  });
