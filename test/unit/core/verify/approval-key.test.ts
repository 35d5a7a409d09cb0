// A person's keys follow each other: what a key signed before its end holds, what it signed after does not, and of a
// key that others may have had only what somebody else's clock shows to be older, whatever dates stand under it.
import { beforeAll, expect, it } from '@jest/globals';
import type { TrustRoot } from '#core/trust-root.ts';
import { verifyBundle } from '#core/verify.ts';
import { timestamped } from '#core/verify/timestamps.ts';
import { approvalKey } from '#core/verify/approval-key.ts';
import {
  failedChecks,
  forged,
  readJson,
  trueBundle,
  type Leaf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';
import { numbered, ruled, said as certifying } from '#test/support/rule-rows.ts';

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

it('both dates of the decision count, that of the certificate and that of the log', async () => {
  const trustRoot = ending({ until: later(30), compromised: false });
  const late = await forged(
    truth,
    certifying(({ approval }) => ({ approval: { ...approval, at: later(60) } })),
  );
  expect(ruled(truth, approvalKey, late, { trustRoot })).toMatch(/^fails: .* with a key that had ended on/);
  const moved = (leaf: Leaf) => (leaf.event.type === 'approved' ? { ...leaf, at: later(60) } : leaf);
  const logged = await forged(truth, { leaves: (all) => all.map(moved) });
  expect(ruled(truth, approvalKey, logged, { trustRoot })).toMatch(/^fails: .* with a key that had ended on/);
});

it('an end that the log has is the one that the trust root has, or a stricter one', async () => {
  const [until, compromised] = [later(60), false];
  const end = (fields: object): Leaf['event'] => ({
    ...{ type: 'approval-key-ended', key: person().id, until, compromised },
    ...fields,
  });
  const says = async (ended: Parameters<typeof ending>[0] | undefined, ...events: Leaf['event'][]) => {
    const more = numbered((all) => [...all, ...events.map((event) => ({ ...all[0]!, event }))]);
    return ruled(truth, approvalKey, await forged(truth, more), {
      trustRoot: ended ? ending(ended) : truth.trustRoot,
    });
  };
  const held = `holds: the key of then, which ended on ${until}`;
  const logged = `fails: the log says that the approver's key ended on ${until}`;
  const newer = 'ask for a newer one';
  expect(await says({ until, compromised }, end({}))).toBe(held);
  expect(await says(undefined, end({}))).toBe(`${logged}; the trust root has no end of it: ${newer}`);
  const milder = { until: later(90), compromised };
  expect(await says(milder, end({}))).toBe(`${logged}; the trust root has a milder end of it, ${later(90)}: ${newer}`);
  expect(await says({ until, compromised }, end({ compromised: true }))).toBe(
    `${logged}, and that others may have had it since; the trust root has a milder end of it, ${until}: ${newer}`,
  );
  expect(await says({ until, compromised }, end({ until: later(90) }), end({}))).toBe(held);
  expect(await says(milder, end({ until: later(90) }), end({}))).toMatch(logged);
  expect(await says(undefined, end({ key: 'f'.repeat(64) }))).toBe(`holds: ${person().name}'s key is in use`);
  expect(await says(undefined, { ...end({}), type: 'notified' })).toBe(`holds: ${person().name}'s key is in use`);
});

it('a certificate that nobody stamped has no time but its own', () => {
  const authorities = [{ name: 'good', certificates: ['AAAA'] }];
  expect(ruled(truth, timestamped, truth.files, { trustRoot: { ...truth.trustRoot, authorities } })).toBe(
    'not-checked: the certificate has no timestamp',
  );
});
