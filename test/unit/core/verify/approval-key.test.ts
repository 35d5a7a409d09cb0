// A person's keys follow each other: what a key signed before its end holds, what it signed after does not, and of a
// key that others may have had only what somebody else's clock shows to be older, whatever dates stand under it.
import { beforeAll, expect, it } from '@jest/globals';
import type { TrustRoot } from '#core/trust-root.ts';
import { failedChecks, readJson, trueBundle, type TrueBundle } from '#test/support/forged-bundles.ts';

let truth: TrueBundle;
let decided: string;
beforeAll(async () => {
  truth = await trueBundle();
  const names = [...truth.files.keys()].filter((name) => /^log\/\d+\.json$/.test(name));
  const events = names.map((name) => readJson<{ at: string; event: { type: string } }>(truth.files, name));
  decided = events.find(({ event }) => event.type === 'approved')!.at;
});

const later = (seconds: number) => new Date(Date.parse(decided) + 1000 * seconds).toISOString();
const ending = (ended: NonNullable<TrustRoot['keys'][number]['ended']>): TrustRoot => ({
  ...truth.trustRoot,
  keys: truth.trustRoot.keys.map((key) => (key.role === 'person' ? { ...key, ended } : key)),
});
const failing = (until: string, compromised: boolean) =>
  failedChecks(truth, truth.files, { trustRoot: ending({ until, compromised }) });

it('a key that is in use, or ended after the decision, holds', () => {
  expect(failedChecks(truth, truth.files)).toEqual([]);
  expect(failing(later(60), false)).toEqual([]);
});

it('a decision after the end of its key fails', () => {
  expect(failing(later(-60), false)).toEqual(['approval-key']);
  expect(failing(later(-60), true)).toEqual(['approval-key']);
});

it('a decision that is dated before its key was in other hands fails, where no timestamp shows it', () => {
  expect(failing(later(60), true)).toEqual(['approval-key']);
});
