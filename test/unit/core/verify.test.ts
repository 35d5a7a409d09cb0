// The offline verifier and the bytes of a bundle: a true one passes, any byte, file or value that is not the true one's
// fails, and nothing throws. The attacks that take thought are beside this, in verify/.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import type { WeightsManifest } from '#core/model.ts';
import { BundleReader } from '#core/verify/bundle-reader.ts';
import { bundleFiles, bundleSealed } from '#core/verify/listing.ts';
import { verifyBundle, type VerifyOptions } from '#core/verify.ts';
import {
  failedChecks,
  forged,
  jsonBytes,
  readJson,
  relisted,
  trueBundle,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});
const failing = (files: BundleFiles, options: Partial<VerifyOptions> = {}) => failedChecks(truth, files, options);
const verify = (files: BundleFiles, options: Partial<VerifyOptions> = {}) =>
  verifyBundle(files, { now: truth.now, trustRoot: truth.trustRoot, ...options });
const tables = () => readJson<EvaluationTables>(truth.files, 'tables.json');
const manifest = () => readJson<WeightsManifest>(truth.files, 'model.json');

describe('a true bundle', () => {
  it('passes every check, with and without pinned keys', () => {
    expect(failing(truth.files)).toEqual([]);
    expect(failing(truth.files, { trustRoot: undefined })).toEqual([]);
  });

  it('written anew by the same hands passes too, so that what fails below fails for its lie', async () => {
    expect(failing(await forged(truth))).toEqual([]);
  });

  it('passes beside the model that was certified', () => {
    expect(failing(truth.files, { model: manifest().files })).toEqual([]);
  });

  it('says what was not checked, which is neither held nor failed', () => {
    const { ok, checks } = verify(truth.files, { trustRoot: undefined });
    const open = checks.filter(({ state }) => state === 'not-checked').map(({ id }) => id);
    expect([ok, open]).toEqual([true, ['keys-pinned', 'witnesses', 'model', 'timestamps']]);
    expect(checks.filter((check) => check.ok).length).toBe(checks.length - open.length);
  });

  it('says whose keys were used', () => {
    const pinned = (trustRoot: TrueBundle['trustRoot'] | undefined) =>
      verify(truth.files, { trustRoot }).checks.find(({ id }) => id === 'keys-pinned')!;
    expect(pinned(truth.trustRoot)).toMatchObject({ ok: true, state: 'holds' });
    expect(pinned(undefined)).toMatchObject({ ok: false, state: 'not-checked' });
    expect(pinned(undefined).detail).toContain('agrees with itself');
  });
});

/** Every `stride`th byte of every file, each with one bit turned, the bit moving along. */
function* flips(files: BundleFiles, stride: number): Generator<[name: string, bytes: Uint8Array]> {
  let place = 0;
  for (const [name, bytes] of files) {
    for (; place < bytes.length; place += stride) {
      const copy = Uint8Array.from(bytes);
      copy[place]! ^= 1 << (place % 8);
      yield [name, copy];
    }
    place -= bytes.length;
  }
}

/** Whether nothing but signatures under the checkpoint in a proof was touched, which anybody may add to a copy. */
const inSignatures = (name: string, bytes: Uint8Array): boolean => {
  if (!/proof$|^consistency$/.test(name)) return false;
  const original = Buffer.from(truth.files.get(name)!);
  const signed = original.lastIndexOf('\n\n') + 2;
  return original.subarray(0, signed).equals(Buffer.from(bytes).subarray(0, signed));
};

const fails = (rule: () => unknown): boolean => {
  try {
    rule();
    return false;
  } catch {
    return true;
  }
};

describe('one bit turned', () => {
  it('anywhere in the bundle is found', () => {
    const unseen = [...flips(truth.files, 331)].filter(([name, bytes]) => {
      const { ok, checks } = verify(new Map(truth.files).set(name, bytes), { trustRoot: undefined });
      return ok || checks.every(({ state }) => state !== 'fails');
    });
    expect(unseen.map(([name]) => name)).toEqual([]);
  });

  it('in any file that the certificate rests on is found by its own check, when bundle.json is written to match', () => {
    const unbound = ['README.txt', 'trust-root.json', 'bundle.json']; // a pinned verifier reads none of them
    const bound = new Map([...truth.files].filter(([name]) => !unbound.includes(name)));
    const unseen = [...flips(bound, 211)].filter(([name, bytes]) => {
      if (inSignatures(name, bytes)) return false;
      const { checks } = verify(relisted(truth.files, (files) => files.set(name, bytes)));
      return checks.every(
        ({ id, state }) => state !== 'fails' || (id === 'bundle-sealed' && name !== 'bundle.dsse.json'),
      );
    });
    expect(unseen.map(([name]) => name)).toEqual([]);
  });

  it('in every byte of every file is found by digest and seal alone', () => {
    const unseen = new Set<string>();
    for (const [name, bytes] of flips(truth.files, 1)) {
      const bundle = new BundleReader(new Map(truth.files).set(name, bytes), { now: truth.now });
      if (![bundleFiles, bundleSealed].some((rule) => fails(() => rule(bundle)))) unseen.add(name);
    }
    expect([...unseen]).toEqual([]);
  });

  it('in README or trust root is found although a pinned verifier reads neither', () => {
    for (const name of ['README.txt', 'trust-root.json']) {
      const [[, bytes]] = [...flips(new Map([[name, truth.files.get(name)!]]), 300)] as [[string, Uint8Array]];
      expect(failing(relisted(truth.files, (files) => files.set(name, bytes)))).toEqual(['bundle-sealed']);
    }
  });
});

describe('a file', () => {
  it('missing is found, whichever it is', () => {
    for (const name of [...truth.files.keys()].filter((one) => one !== 'README.txt')) {
      const without = new Map(truth.files);
      without.delete(name);
      expect([name, verify(without).ok]).toEqual([name, false]);
    }
  });

  it('missing and struck from the list is found, too', () => {
    for (const name of [...truth.files.keys()].filter((one) => one !== 'bundle.json'))
      expect([name, verify(relisted(truth.files, (files) => files.delete(name))).ok]).toEqual([name, false]);
  });

  it('smuggled in is found', () => {
    for (const name of ['more.json', '__proto__', 'log/0099.txt', '../escape'])
      expect(failing(new Map(truth.files).set(name, jsonBytes({})))).toContain('bundle-files');
  });
});

describe('hostile values', () => {
  const names = () => [...truth.files.keys()].filter((name) => /\.json$|checkpoint|proof$/.test(name));
  const deep = Buffer.from(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
  const nested = Buffer.from(`{"config":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`);
  const long = Buffer.from(`"${'9'.repeat(500_000)}"`);
  const bytes = [deep, nested, long, Buffer.alloc(0), Buffer.from([0xff, 0xfe, 0x00]), Buffer.from('null')];

  it('in the place of any file are a failed check, never an exception', () => {
    for (const name of names().filter((one) => !/log\/00(0[2-9]|1)/.test(one)))
      for (const [i, hostile] of bytes.entries())
        expect([name, i, verify(new Map(truth.files).set(name, hostile), { trustRoot: undefined }).ok]).toEqual([
          name,
          i,
          false,
        ]);
  });

  it('a plan and a run nested as deep as a stack', async () => {
    let config: object = { a: 1 };
    for (let i = 0; i < 2_000; i++) config = { a: config };
    const run = readJson<object>(truth.files, 'run.json');
    expect(failing(await forged(truth, { artefacts: { 'run.json': { ...run, config } } }))).toEqual(['bounds']);
  });

  it('counts that no computer could hold', async () => {
    const count = Number.MAX_SAFE_INTEGER;
    const histograms = { ...tables().histograms };
    for (const key of Object.keys(histograms))
      histograms[key] = { lo: -20, width: 1, counts: [count, count], unit: 'nats' };
    const files = await forged(truth, { artefacts: { 'tables.json': { ...tables(), histograms } } });
    expect(failing(files)).toEqual(expect.arrayContaining(['statistics', 'verdict']));
  });

  it('no file at all', () => {
    expect(
      verify(new Map())
        .checks.filter(({ ok }) => ok)
        .map(({ id }) => id),
    ).toEqual(['trust-root', 'keys-pinned']);
  });
});
