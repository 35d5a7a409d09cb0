// Bundles that were handed out before a rule changed: whoever kept one verifies it as it was. Trap: a golden file is
// never made again; a check that an old bundle cannot hold must say that it was not made.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { verifyBundle } from '#core/verify.ts';

const golden = (name: string) =>
  new Map(Object.entries(unzipSync(readFileSync(new URL(`../../../golden/bundles/${name}.zip`, import.meta.url)))));

describe('a bundle from before', () => {
  it.each([['signed-by-service-and-approver', 'a hold was lifted by one person, who was not the one who placed it']])(
    '%s verifies on: %s',
    (name) => {
      const { ok, checks } = verifyBundle(golden(name), { now: new Date('2026-03-02T10:00:00.000Z') });
      expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
      expect(ok).toBe(true);
      const open = checks.filter(({ state }) => state === 'not-checked').map(({ id }) => id);
      expect(open).toEqual(expect.arrayContaining(['history-complete', 'references', 'asked-as-planned']));
    },
  );
});
