// The small stores: artifacts, log files, log head, models, job results.
import { expect, it } from '@jest/globals';
import { digestJson, digestOf } from '#core/canonical.ts';
import type { ModelRecord } from '#core/model.ts';
import { runStates, type RunStateStores } from '#containers/run-state.ts';
import { clearRunsOf, endRunsOf } from '#core/saved-runs.ts';
import type { ArtifactStore, JobResults, LogHead, LogStorage, ModelRegistry } from '#core/ports.ts';
import { modelRecord } from '#bench/house/models.ts';
import { bytes, contract, outcome, text, type Make } from './contract.ts';

export const artifactStoreContract = (name: string, make: Make<ArtifactStore>) =>
  contract(`artifact store: ${name}`, make, (store, reopen) => {
    it('keeps bytes under their digest, over a restart', async () => {
      const digest = await store().put(bytes('weights'));
      expect(digest).toBe(digestOf('weights'));
      expect(text(await (await reopen()).get(digest))).toBe('weights');
      expect(await store().has(digest)).toBe(true);
    });

    it('takes the same bytes again, from many writers at once', async () => {
      const digests = await Promise.all(Array.from({ length: 8 }, () => store().put(bytes('same'))));
      expect(new Set(digests).size).toBe(1);
      expect(text(await store().get(digests[0]!))).toBe('same');
    });

    it('refuses what it does not have, and takes back what was deleted', async () => {
      const digest = await store().put(bytes('gone'));
      await store().delete(digest);
      await store().delete(digest);
      expect([await store().has(digest), await store().has(digestOf('never'))]).toEqual([false, false]);
      expect(await outcome(store().get(digestOf('never')))).toBe('NOT_FOUND');
      expect(await store().put(bytes('gone'))).toBe(digest);
    });
  });

export const logStorageContract = (name: string, make: Make<LogStorage>) =>
  contract(`log storage: ${name}`, make, (storage, reopen) => {
    it('keeps a path for good, over a restart', async () => {
      await storage().put('tile/0/000', bytes('hashes'));
      await storage().put('tile/0/000', bytes('hashes'));
      expect(text(await (await reopen()).get('tile/0/000'))).toBe('hashes');
    });

    it('refuses other bytes under a path that is taken', async () => {
      await storage().put('tile/0/000.p/1', bytes('one'));
      expect(await outcome(storage().put('tile/0/000.p/1', bytes('two')))).toBe('STORE_CORRUPT');
      expect(text(await storage().get('tile/0/000.p/1'))).toBe('one');
    });

    it.each(['../outside', '/absolute', 'tile/../../outside', '', 'a//b', 'a\0b'])(
      'refuses the path %j',
      async (path) => {
        const acts = [storage().get(path), storage().put(path, bytes('hashes'))];
        expect(await Promise.all(acts.map(outcome))).toEqual(['INVALID_INPUT', 'INVALID_INPUT']);
      },
    );

    it('names a path that it does not have', async () => {
      expect(await outcome(storage().get('tile/9/999'))).toBe('NOT_FOUND');
    });
  });

export const logHeadContract = (name: string, make: Make<LogHead>) =>
  contract(`log head: ${name}`, make, (head, reopen) => {
    it('starts empty and counts its versions, over a restart', async () => {
      expect(await head().read()).toBeUndefined();
      await head().replace('first', 0);
      await head().replace('second', 1);
      expect(await (await reopen()).read()).toEqual({ checkpoint: 'second', version: 2 });
    });

    it('lets one of many racing writers win', async () => {
      await head().replace('first', 0);
      const race = await Promise.all(Array.from({ length: 8 }, (_, i) => outcome(head().replace(`next ${i}`, 1))));
      expect(race.filter((result) => result === 'fulfilled')).toHaveLength(1);
      expect(race.filter((result) => result === 'LEDGER_CONFLICT')).toHaveLength(7);
    });
  });

export const modelRegistryContract = (name: string, make: Make<ModelRegistry>) =>
  contract(`model registry: ${name}`, make, (registry, reopen) => {
    it('keeps a model, over a restart', async () => {
      await registry().put(modelRecord(), 0);
      const again = await reopen();
      expect(await again.get('house')).toEqual({ model: modelRecord(), version: 1 });
      expect((await again.list()).map(({ name: model }) => model)).toEqual(['house']);
    });

    it('refuses a write on a version that is no longer current', async () => {
      await registry().put(modelRecord(), 0);
      const changed: ModelRecord = { ...modelRecord(), deletions: 1 };
      await registry().put(changed, 1);
      expect(await outcome(registry().put(modelRecord(), 1))).toBe('TICKET_CONFLICT');
      expect(await outcome(registry().put(modelRecord(), 0))).toBe('TICKET_CONFLICT');
      expect((await registry().get('house')).model.deletions).toBe(1);
    });

    it('names a model that it does not have', async () => {
      expect(await outcome(registry().get('nobody'))).toBe('MODEL_NOT_FOUND');
    });
  });

export const jobResultsContract = (name: string, make: Make<JobResults>) =>
  contract(`job results: ${name}`, make, (results, reopen) => {
    it("keeps the last result under the job's name, over a restart", async () => {
      await results().put('T-1-unlearn-1', { manifest: 'first' });
      await results().put('T-1-unlearn-1', { manifest: 'second', steps: [1, 2] });
      expect(await (await reopen()).get('T-1-unlearn-1')).toEqual({ manifest: 'second', steps: [1, 2] });
    });

    it('names a job that has not reported', async () => {
      expect(await outcome(results().get('T-1-evaluate-1'))).toBe('NOT_FOUND');
    });
  });

type SavedIn = Omit<RunStateStores, 'backend'>;

/** Artefacts and results together: what a run saved of itself for a ticket, and the end of that. */
export const savedRunsContract = (name: string, make: Make<SavedIn>) =>
  contract(`saved runs: ${name}`, make, (stores, reopen) => {
    const [first, second, other] = [digestJson('run 1'), digestJson('run 2'), digestJson('of another')];
    const state = (update: number) => ({
      update,
      position: update,
      tensors: new Map([['a', Float32Array.of(update)]]),
    });
    const statesOf = (open: SavedIn) => runStates({ artifacts: open.artifacts, results: open.results, backend: 'b' });
    const there = async (open: SavedIn) =>
      Promise.all([first, second, other].map(async (run) => (await statesOf(open).load(run))?.update));

    it('are found by their ticket, over a restart, and nobody else’s go with them', async () => {
      const states = statesOf(stores());
      await states.save(first, state(1), 'T-1');
      await states.save(first, state(2), 'T-1');
      await states.save(second, state(3), 'T-1');
      await states.save(other, state(4), 'T-2');
      const again = await reopen();
      expect(await there(again)).toEqual([2, 3, 4]);
      await clearRunsOf('T-1', again);
      expect(await there(again)).toEqual([undefined, undefined, 4]);
    });

    it('go on after a clearing, and save nothing after the end, also where they had begun', async () => {
      await statesOf(stores()).save(first, state(1), 'T-1');
      await clearRunsOf('T-1', stores());
      await statesOf(stores()).save(first, state(2), 'T-1');
      expect(await there(stores())).toEqual([2, undefined, undefined]);
      const open = stores();
      let ended = false;
      const saving: SavedIn = {
        results: open.results,
        artifacts: {
          ...open.artifacts,
          put: async (bytes) => {
            if (!ended) await endRunsOf('T-1', open); // in the middle of a save
            ended = true;
            return open.artifacts.put(bytes);
          },
          delete: (digest) => open.artifacts.delete(digest),
        },
      };
      await statesOf(saving).save(second, state(3), 'T-1');
      await statesOf(open).save(first, state(4), 'T-1');
      expect(await there(await reopen())).toEqual([undefined, undefined, undefined]);
    });

    it('end as well where there were none, and end twice', async () => {
      await endRunsOf('T-9', stores());
      expect(await outcome(endRunsOf('T-9', stores()))).toBe('fulfilled');
    });
  });
