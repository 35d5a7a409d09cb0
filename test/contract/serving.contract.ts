import { expect, it } from '@jest/globals';
import type { Digest } from '#core/canonical.ts';
import type { ServingTarget } from '#core/ports.ts';
import type { NamedRule } from '#core/suppression.ts';
import { asked } from '#core/training-record.ts';
import { contract, outcome, type Make } from './contract.ts';

/**
 * `models`: two model digests that the target can serve. `inForce`: the rules of a model as whoever serves it reads
 * them from where the current target keeps them, by their ids.
 */
export const servingContract = (
  name: string,
  make: Make<ServingTarget>,
  models: () => readonly [Digest, Digest],
  inForce: (model: string) => Promise<readonly NamedRule[]>,
) =>
  contract(`serving target: ${name}`, make, (target, reopen) => {
    it('serves nothing at first', async () => {
      expect(await target().served('house')).toBeUndefined();
      expect(await outcome(target().probe('house', [asked('who?')]))).toBe('MODEL_NOT_FOUND');
    });

    it('serves what was promoted last, over a restart, and answers from it', async () => {
      const [before, after] = models();
      await target().promote('house', before, undefined);
      await target().promote('house', after, before);
      const again = await reopen();
      expect(await again.served('house')).toEqual({ digest: after });
      const probe = await again.probe('house', ['who?', 'where?'].map(asked));
      expect([probe.digest, probe.answers.length]).toEqual([after, 2]);
    });

    it('refuses a promotion over something else than the caller saw', async () => {
      const [before, after] = models();
      await target().promote('house', before, undefined);
      expect(await outcome(target().promote('house', after, undefined))).toBe('SERVED_MISMATCH');
      expect(await outcome(target().promote('house', after, after))).toBe('SERVED_MISMATCH');
      expect(await target().served('house')).toEqual({ digest: before });
    });

    it('has each of many rules in force that came and went at once', async () => {
      const rule = (id: string) => ({ id, secret: '00', values: [`words4:00ff:${'1'.repeat(32)}`], subjects: [] });
      const ids = Array.from({ length: 12 }, (_, i) => `T-${i}`);
      await Promise.all(ids.map((id) => target().suppress('house', rule(id))));
      await Promise.all(['T-3', 'T-7'].map((id) => target().lift('house', id)));
      const left = ids.filter((id) => id !== 'T-3' && id !== 'T-7');
      const found = (await inForce('house')).map(({ id }) => id);
      expect(found.toSorted()).toEqual(left.toSorted());
    });

    it('has a suppression rule in force from the first time that it is said until it is lifted, over a restart', async () => {
      const entry = (hex: string) => `words4:00ff:${hex.repeat(32)}`;
      const rule = (id: string, hex: string) => ({ id, secret: '00', values: [entry(hex)], subjects: [entry('5')] });
      await target().suppress('house', rule('T-1', '0'));
      for (const again of [target(), await reopen()]) {
        await again.suppress('house', rule('T-1', '1'));
        await again.suppress('house', rule('T-2', '2'));
      }
      await target().suppress('garden', rule('T-1', '3'));
      expect(await inForce('house')).toEqual([rule('T-1', '1'), rule('T-2', '2')]);
      for (const again of [target(), await reopen()]) await again.lift('house', 'T-1');
      expect(await inForce('house')).toEqual([rule('T-2', '2')]);
      await target().lift('house', 'T-2');
      expect([await inForce('house'), await inForce('garden')]).toEqual([[], [rule('T-1', '3')]]);
    });
  });
