// A person's keys follow each other: what a key signed before its end holds, what it signed after does not, and of a
// key that others may have had only what somebody else's clock shows to be older, whatever dates stand under it.
import { beforeAll, expect, it } from '@jest/globals';
import type { TrustRoot } from '#core/trust-root.ts';
import { verifyBundle } from '#core/verify.ts';
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

const said = (trustRoot: TrustRoot) => {
  const { checks } = verifyBundle(truth.files, { now: truth.now, trustRoot });
  const found = checks.find(({ id }) => id === 'approval-key')!;
  return [found.state, found.detail];
};
const person = () => truth.trustRoot.keys.find(({ role }) => role === 'person')!;

it('the moment of the end still counts, and one before it no more', () => {
  expect(failing(decided, false)).toEqual([]);
  expect(failing(new Date(Date.parse(decided) - 1).toISOString(), false)).toEqual(['approval-key']);
});

it('says whose key it was and until when', () => {
  const { name } = person();
  expect(said(truth.trustRoot)).toEqual(['holds', `${name}'s key is in use`]);
  const [until, early] = [later(60), later(-60)];
  expect(said(ending({ until, compromised: false }))).toEqual(['holds', `the key of then, which ended on ${until}`]);
  const late = `${name} decided on ${decided} with a key that had ended on ${early}`;
  expect(said(ending({ until: early, compromised: false }))).toEqual(['fails', late]);
  const touched = `others may have had the key since ${until}, and no timestamp shows that the certificate is older`;
  expect(said(ending({ until, compromised: true }))).toEqual(['fails', touched]);
});

it('the end of somebody else’s key, or of the same key in another office, is no matter', () => {
  const ended = { until: later(-60), compromised: true };
  const other = { ...person(), id: 'f'.repeat(64), name: 'somebody.else', ended };
  const service = { ...person(), role: 'service' as const, ended };
  const root = { ...truth.trustRoot, keys: [other, service, ...truth.trustRoot.keys] };
  expect(said(root)).toEqual(['holds', `${person().name}'s key is in use`]);
});

it('a trust root without the approver’s key leaves it unchecked', () => {
  const keys = truth.trustRoot.keys.filter(({ role }) => role !== 'person');
  expect(said({ ...truth.trustRoot, keys })).toEqual([
    'not-checked',
    "rests on the approver's key, which the trust root does not have",
  ]);
});
