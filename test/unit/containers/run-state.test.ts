// The saved state of a run with every write failing in turn, before and after it happened: what is read back is the old
// state or the new, whole, and once the run has ended nothing of any of them is left.
import { describe, expect, it } from '@jest/globals';
import type { RunState } from '#engine/run-saves.ts';
import { runStates } from '#containers/run-state.ts';
import { digestJson, type Digest } from '#core/canonical.ts';
import type { ArtifactStore } from '#core/ports.ts';
import { Faults, type FaultMode } from '#adapters/memory/faults.ts';
import { memoryArtifacts, memoryResults } from '#adapters/memory/stores.ts';

const run = digestJson('run');

/** 300 MB of weights would be two parts; here one array is shared by all states and another is not. */
const state = (update: number): RunState => ({
  update,
  position: { trajectory: [0.1 * update, -1e-300], stream: [update, 2 ** 32 - 1] },
  tensors: new Map([
    ['weight:a', Float32Array.from([1, -0, 3.5e-45])],
    ['weight:b', Float32Array.from({ length: 5 }, (_, i) => update + i / 3)],
    ['empty', new Float32Array(0)],
  ]),
});

const setup = () => {
  const faults = new Faults();
  const inside = new Set<Digest>();
  const store = memoryArtifacts(faults);
  const counting: ArtifactStore = {
    ...store,
    put: async (bytes) => {
      const digest = await store.put(bytes);
      inside.add(digest);
      return digest;
    },
    delete: async (digest) => {
      inside.delete(digest);
      await store.delete(digest);
    },
  };
  const artifacts = faults.guard('artifacts', counting, ['put', 'delete']);
  const results = faults.guard('results', memoryResults(), ['put']);
  return { faults, inside, states: runStates({ artifacts, results, backend: 'b' }) };
};

const writesOfASave = async (): Promise<string[]> => {
  const { faults, states } = setup();
  await states.save(run, state(1));
  const before = faults.writes.length;
  await states.save(run, state(2));
  return faults.writes.slice(before);
};

const points = (await writesOfASave()).flatMap((write) =>
  (['before', 'after'] as const).map((mode): [string, FaultMode] => [write, mode]),
);

describe('the saved state of a run', () => {
  it('comes back bit by bit', async () => {
    const { states } = setup();
    expect(await states.load(run)).toBeUndefined();
    await states.save(run, state(7));
    expect(await states.load(run)).toEqual(state(7));
    expect(await states.load(digestJson('another run'))).toBeUndefined();
  });

  it('has enough writes to fail', () => {
    expect(points.length).toBeGreaterThan(8);
  });

  it.each(points)('is whole though %s fails %s it happened', async (write, mode) => {
    const { faults, inside, states } = setup();
    await states.save(run, state(1));
    faults.arm(write, mode);
    await states.save(run, state(2)).catch(() => undefined);
    expect(faults.fired).toBe(true);
    expect([state(1), state(2)]).toContainEqual(await states.load(run));
    await states.save(run, state(3));
    expect(await states.load(run)).toEqual(state(3));
    await states.clear(run);
    expect(await states.load(run)).toBeUndefined();
    expect([...inside]).toEqual([]);
    expect(faults.complaints).toEqual([]);
  });
});
