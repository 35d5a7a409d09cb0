// A whole bundle of a log that has two keys whose C2SP ids are the same four bytes, as anybody can make them: it holds
// by either of them, and a key that did not sign lends nothing to the other.
import { sign } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { noteKeyId, signatureLine } from '#core/ledger/note.ts';
import type { Signer } from '#core/ports.ts';
import type { TrustRoot } from '#core/trust-root.ts';
import { keyIdOf } from '#core/dsse.ts';
import { COLLIDING, COLLIDING_NAME, type WordKey } from '#test/support/colliding-keys.ts';
import {
  failedChecks,
  forged,
  jsonBytes,
  relisted,
  trueBundle,
  type Forgery,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

const ORIGIN = COLLIDING_NAME;
const [first, second] = COLLIDING;

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

type Pinned = TrustRoot['keys'][number];
const pinned = ({ note: { publicKey } }: WordKey, ended?: Pinned['ended']): Pinned => ({
  ...{ id: keyIdOf(publicKey), role: 'log', name: ORIGIN, publicKey: publicKey.toString('base64') },
  ...(ended && { ended }),
});

/** The true bundle as a log of that name would have it, signed by one key and pinned to some. */
const signedBy = async (who: WordKey, keys: readonly Pinned[]): Promise<[TrueBundle, BundleFiles]> => {
  const signer: Signer = {
    publicKey: async (name) => (name === LOG_KEY ? who.note.publicKey : truth.signer.publicKey(name)),
    sign: async (name, bytes) => (name === LOG_KEY ? sign(null, bytes, who.key) : truth.signer.sign(name, bytes)),
  };
  const others = truth.trustRoot.keys.filter(({ role }) => role !== 'log');
  const trustRoot = { ...truth.trustRoot, origin: ORIGIN, keys: [...keys, ...others] };
  const files = new Map(truth.files).set('trust-root.json', jsonBytes(trustRoot));
  const moved = { ...truth, files, signer, trustRoot };
  const certificate: Forgery['certificate'] = (said) => ({ ...said, log: { ...said.log, origin: ORIGIN } });
  return [moved, await forged(moved, { certificate })];
};

it('the ids are one', () => {
  expect(noteKeyId(first.note)).toEqual(noteKeyId(second.note));
  expect(first.note.publicKey).not.toEqual(second.note.publicKey);
});

it.each([
  ['the first', first],
  ['the second', second],
])('holds where %s signed, in whatever order both are pinned', async (_which, who) => {
  for (const keys of [[first, second], [second, first], [who]]) {
    const [moved, files] = await signedBy(
      who,
      keys.map((key) => pinned(key)),
    );
    expect(failedChecks(moved, files)).toEqual([]);
  }
});

it('fails where the one that signed is not pinned, though the other has its id', async () => {
  const [moved, files] = await signedBy(first, [pinned(second)]);
  expect(failedChecks(moved, files)).toEqual(expect.arrayContaining(['checkpoint', 'log-inclusion']));
});

it('is not taken for one of a compromised key that has the id of the one that signed', async () => {
  const ended = { until: '2020-01-01T00:00:00.000Z', compromised: true };
  const [moved, files] = await signedBy(first, [pinned(first), pinned(second, ended)]);
  expect(failedChecks(moved, files)).toEqual([]);
  const [other, theirs] = await signedBy(second, [pinned(first), pinned(second, ended)]);
  expect(failedChecks(other, theirs)).not.toEqual([]);
});

it('fails where a line under that id was made by neither', async () => {
  const [moved, files] = await signedBy(first, [pinned(first), pinned(second)]);
  const forgedLine = signatureLine(second.note, Buffer.alloc(64));
  const edited = relisted(files, (all) =>
    all.set('checkpoint', Buffer.concat([all.get('checkpoint')!, Buffer.from(forgedLine)])),
  );
  expect(failedChecks(moved, edited)).toContain('checkpoint');
});
