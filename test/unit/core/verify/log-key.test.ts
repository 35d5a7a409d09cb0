// The keys of a log, one after another: what each signed in its time holds, and nothing else does, whoever else has
// which key. Bundles are written anew by an insider with every key, so that nothing but the log's keys is in the way.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { keyIdOf } from '#core/dsse.ts';
import { keyBlocks, keyLines, parseTrustRoot, type TrustRoot } from '#core/trust-root.ts';
import { verifyBundle } from '#core/verify.ts';
import { forged, leavesOf, trueBundle, jsonBytes, type TrueBundle } from '#test/support/forged-bundles.ts';
import { writtenLeaves } from '#test/support/small-log.ts';

type Key = TrustRoot['keys'][number];
type Ended = NonNullable<Key['ended']>;

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const MINUTE = 60_000;
const after = (minutes: number) => new Date(truth.now.getTime() + minutes * MINUTE);
const until = (minutes: number, compromised = false): Ended => ({ until: after(minutes).toISOString(), compromised });

const keyOf = async (name: string, ended?: Ended): Promise<Key> => {
  const publicKey = await truth.signer.publicKey(name);
  const key = { id: keyIdOf(publicKey), role: 'log' as const, name: truth.trustRoot.origin };
  return { ...key, publicKey: Buffer.from(publicKey).toString('base64'), ...(ended && { ended }) };
};
const rooted = (...log: Key[]): TrustRoot => ({
  ...truth.trustRoot,
  keys: [...log, ...truth.trustRoot.keys.filter(({ role }) => role !== 'log')],
});
const faults = (files: BundleFiles, trustRoot: TrustRoot) =>
  verifyBundle(files, { now: after(10_000), trustRoot })
    .checks.filter(({ state }) => state === 'fails')
    .map(({ id, detail }) => `${id}: ${detail}`);
const signedBy = (log: string, minutes: number) => forged(truth, { keys: { log }, checkpointTime: after(minutes) });

describe('a log whose key was replaced', () => {
  it('holds by each key in its time, up to what clocks differ', async () => {
    const root = rooted(await keyOf('log', until(60)), await keyOf('log-2', until(120)), await keyOf('log-3'));
    for (const [log, minutes] of [
      ['log', 0],
      ['log', 65],
      ['log-2', 55],
      ['log-2', 125],
      ['log-3', 115],
      ['log-3', 900],
    ] as const)
      expect(faults(await signedBy(log, minutes), root)).toEqual([]);
  });

  it('does not hold by a key that had ended, or by one that was none yet', async () => {
    const root = rooted(await keyOf('log', until(60)), await keyOf('log-2', until(120)), await keyOf('log-3'));
    const ended = (at: number, then: number) => [
      `checkpoint: the log's key ended on ${after(then).toISOString()}, before the checkpoint of ${after(at).toISOString()}`,
      `history-complete: the log's key ended on ${after(then).toISOString()}, before the list of leaves of ${after(at).toISOString()}`,
    ];
    const early = (at: number) => [
      `checkpoint: the checkpoint of ${after(at).toISOString()} is signed by a key of the log that came into use later`,
      `history-complete: the list of leaves of ${after(at).toISOString()} is signed by a key of the log that came into use later`,
    ];
    expect(faults(await signedBy('log', 66), root)).toEqual(ended(66, 60));
    expect(faults(await signedBy('log-2', 126), root)).toEqual(ended(126, 120));
    expect(faults(await signedBy('log-2', 54), root)).toEqual(early(54));
    expect(faults(await signedBy('log-3', 0), root)).toEqual(early(0));
  });

  it('does not hold by a key that nobody named', async () => {
    const root = rooted(await keyOf('log', until(60)), await keyOf('log-2'));
    const found = faults(await signedBy('log-9', 70), root);
    expect(found).toContain('checkpoint: no log key of the trust root that was given signed the checkpoint');
    expect(found).toContain("history-complete: the list of leaves does not carry the log's signature");
  });

  it('does not believe a list of leaves by the key from before about a checkpoint by the next', async () => {
    const root = rooted(await keyOf('log', until(60)), await keyOf('log-2'));
    const files = await signedBy('log-2', 70);
    const bodies = leavesOf(files).map((leaf) => Buffer.from(jsonBytes(leaf)).toString('utf8'));
    const id = leavesOf(files)[0]!.ticketId;
    files.set('leaves', Buffer.from(await writtenLeaves(truth.trustRoot.origin, truth.signer, id, bodies)));
    expect(faults(files, root)).toContainEqual(expect.stringMatching(/^history-complete: the log's key ended on /));
  });

  it('believes nothing by a key that others may have had, whatever its date', async () => {
    const root = rooted(await keyOf('log', until(60, true)), await keyOf('log-2'));
    const others = [
      expect.stringMatching(/^checkpoint: others may have had the log's key .* ask for a newer bundle/),
      expect.stringMatching(/^history-complete: others may have had the log's key/),
    ];
    expect(faults(truth.files, root)).toEqual(others);
    expect(faults(await signedBy('log', -4), root)).toEqual(others);
    expect(faults(await signedBy('log-2', 70), root)).toEqual([]);
  });

  it('says so in each form of a trust root', async () => {
    const root = rooted(await keyOf('log', until(60, true)), await keyOf('log-2', until(70)), await keyOf('log-3'));
    const stored = JSON.stringify(root);
    for (const text of [stored, keyLines(root), keyBlocks(root)]) expect(parseTrustRoot(text, 'keys')).toEqual(root);
    expect(() => parseTrustRoot(stored.replace('"role":"service"', '"role":"witness","ended":{}'), 'keys')).toThrow();
  });
});
