// Registration on whatever stores: nothing is half-registered, whatever dies on the way; the same import again goes on;
// nothing is put over what is served and unknown; and after a restore what stood beside the weights is registered
// again.
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { memoryHarness, type Harness } from '#adapters/memory/ports.ts';
import type { FaultMode } from '#adapters/memory/faults.ts';
import { houseSuiteBytes } from '#bench/house/house-suite.ts';
import { trainingRows } from '#bench/house/ticket-harness.ts';
import { digest } from '#bench/house/models.ts';
import { trainingManifest } from '#core/forget-set.ts';
import type { ModelRecord } from '#core/model.ts';
import { getJson } from '#core/stored-json.ts';
import { TrainingManifest } from '#core/forget-set.ts';
import { writeSafetensors } from '#engine/formats/safetensors.ts';
import { register } from '#models/register.ts';
import { outcome } from '#test/contract/contract.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const FOLDER = join(dir, 'model');
cpSync(join(ROOT, 'test/golden/models/gpt2'), FOLDER, { recursive: true });
writeSafetensors(join(FOLDER, 'moments.safetensors'), [{ name: 'x', shape: [1], data: new Float32Array([1]) }]);
const OTHER = join(ROOT, 'test/golden/models/phi');
const OFFER = { name: 'house', dir: FOLDER, suite: houseSuiteBytes() };

let harness: Harness;
beforeEach(() => void (harness = memoryHarness()));
const served = () => harness.ports.serving.served('house');
const record = async (): Promise<ModelRecord | undefined> => (await harness.ports.models.list())[0];

describe('a model that is registered with its suite', () => {
  it('is served, and has suite, moments and the keyed digests of its training rows', async () => {
    const made = await register(harness.ports, OFFER);
    expect(await record()).toEqual(made);
    expect(await served()).toEqual({ digest: made.digest });
    const { artifacts, pseudonyms } = harness.ports;
    const manifest = await getJson(artifacts, made.trainingManifest!, TrainingManifest);
    const keyed = (purpose: string, text: string) => pseudonyms.of(purpose, text);
    const expected = await trainingManifest(trainingRows(), keyed);
    expect(Object.keys(manifest.rows).sort()).toEqual(Object.keys(expected.rows).sort());
    for (const side of [made.suite!, made.moments!]) expect(await artifacts.has(side)).toBe(true);
  });

  it('without a suite is registered, and not served', async () => {
    await register(harness.ports, { name: 'house', dir: FOLDER });
    expect(await record()).not.toHaveProperty('suite');
    expect(await served()).toBeUndefined();
  });

  it('is refused before anything is stored where the suite is none', async () => {
    const suite = Buffer.from('{"name":"house"}');
    expect(await outcome(register(harness.ports, { ...OFFER, suite }))).toBe('INVALID_INPUT');
    expect(harness.faults.writes).toEqual([]);
  });
});

describe('an import that dies', () => {
  const clean = async () => {
    await register(harness.ports, OFFER);
    const [made, writes] = [await record(), [...harness.faults.writes]];
    harness = memoryHarness();
    return { made, writes };
  };

  it.each<FaultMode>(['before', 'after'])(
    '%s any of its writes has registered nothing, and the same again ends the same',
    async (mode) => {
      const { made, writes } = await clean();
      expect(writes.length).toBeGreaterThan(6);
      for (const write of writes) {
        harness = memoryHarness();
        harness.faults.arm(write, mode);
        expect(await outcome(register(harness.ports, OFFER))).toContain('injected');
        const registered = await record();
        const isLast = write.startsWith('models.put') && mode === 'after'; // the answer alone was lost
        expect([write, registered]).toEqual([write, isLast ? made : undefined]);
        expect([write, await outcome(register(harness.ports, OFFER))]).toEqual([
          write,
          isLast ? 'INVALID_INPUT' : 'fulfilled',
        ]);
        expect([write, await record(), await served()]).toEqual([write, made, { digest: made!.digest }]);
        expect(harness.faults.complaints).toEqual([]);
      }
    },
  );
});

describe('a name', () => {
  it('that is taken is refused, with other weights and with the same ones', async () => {
    await register(harness.ports, OFFER);
    const before = [await record(), [...harness.faults.writes]];
    for (const offer of [OFFER, { name: 'house', dir: OTHER }, { ...OFFER, dir: OTHER }])
      expect(await outcome(register(harness.ports, offer))).toBe('INVALID_INPUT');
    expect([await record(), harness.faults.writes]).toEqual(before);
  });

  it('under which something unknown is served is refused before anything is stored: it may be what has forgotten', async () => {
    harness.served.set('house', digest(9));
    expect(await outcome(register(harness.ports, OFFER))).toBe('SERVED_MISMATCH');
    expect(harness.faults.writes).toEqual([]);
    expect(await served()).toEqual({ digest: digest(9) });
  });
});

describe('a registry that was rolled forward after a restore', () => {
  /** As core/replay.ts leaves a record: without what is in no certificate. */
  const restored = async () => {
    const made = await register(harness.ports, OFFER);
    const bare = { ...made, suite: undefined, trainingManifest: undefined, moments: undefined, deletions: 2 };
    await harness.ports.models.put(bare, 1);
    return { made, bare };
  };

  it('takes what is missing beside the same weights, and keeps what it knows', async () => {
    const { made } = await restored();
    const expected = { ...made, deletions: 2, updatedAt: expect.any(String) };
    expect(await register(harness.ports, OFFER)).toMatchObject(expected);
    expect(await record()).toMatchObject(expected);
    expect(await outcome(register(harness.ports, OFFER))).toBe('INVALID_INPUT');
  });

  it('takes nothing beside other weights', async () => {
    const { bare } = await restored();
    expect(await outcome(register(harness.ports, { ...OFFER, dir: OTHER }))).toBe('INVALID_INPUT');
    expect(await record()).toMatchObject({ digest: bare.digest, deletions: 2 });
    expect((await record())?.suite).toBeUndefined();
  });
});
