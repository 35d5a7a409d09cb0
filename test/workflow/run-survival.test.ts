// SIGTERM and kill -9 of real training and unlearning processes at random points, again and again on one folder: the run ends in the digest of one that was
// left alone, and leaves nothing else behind. The oracle is the uninterrupted run on a copy of the folder.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileArtifactStore } from '#adapters/local/file-artifact-store.ts';
import { localStores } from '#adapters/local/index.ts';
import { forgetRecord } from '#containers/datasets/world.ts';
import { suiteBytes } from '#containers/datasets/suite.ts';
import { manifestOf } from '#containers/engine/folder.ts';
import { random } from '#containers/engine/random.ts';
import { storeModel } from '#containers/model-files.ts';
import { MOMENTS_FILE } from '#containers/train-job.ts';
import { canonicalize, digestJson, digestOf, type Digest } from '#core/canonical.ts';
import { JobResult, RunManifest, type UnlearnPlan } from '#core/run.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import { filesUnder } from '#test/support/folders.ts';
import { modelRecord } from '#test/support/models.ts';
import { removeScratch, scratch } from './asl-harness.ts';
import { SMALLEST, smallestWorld } from './survival-world.ts';

const INTERRUPTED = 75;
const PATIENCE_MS = 600_000;

interface Child {
  script: string;
  args: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

interface End {
  status: number | NodeJS.Signals | null;
  /** Updates that it made, by their numbers. */
  updates: number[];
}

/** Ends the child by `signal` some milliseconds after its n-th update; 0 leaves it alone. */
const run = ({ script, args, environment }: Child, signal: NodeJS.Signals = 'SIGTERM', n = 0, ms = 0): Promise<End> =>
  new Promise((resolve) => {
    const env = { ...process.env, QUITTANCE_BACKEND: process.env['QUITTANCE_BACKEND'] ?? 'wasm', ...environment };
    const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const updates: number[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!/"stage":"(train|unlearn)"/.test(line)) return;
      updates.push((JSON.parse(line) as { done: number }).done);
      if (updates.length === n) setTimeout(() => child.kill(signal), ms);
    });
    child.on('close', (code, killedBy) => resolve({ status: killedBy ?? code, updates }));
  });

/** Interrupts until the run is through; returns how it ended each time. */
const haunted = async (child: Child, seed: number): Promise<End[]> => {
  const stream = random(`haunt:${seed}`);
  const ends: End[] = [];
  do {
    const signal = ends.length % 2 === 0 ? 'SIGTERM' : 'SIGKILL';
    ends.push(await run(child, signal, 1 + stream.below(14), stream.below(25)));
  } while (ends.at(-1)?.status !== 0);
  return ends;
};

/** Each run goes on where the one before it saved; one that had made its last update may have stored its result, and then there is nothing to go on from. */
const followsOn = (ends: readonly End[], within: number, total: number): void => {
  for (const [i, { status, updates }] of ends.entries()) {
    const next = ends[i + 1]?.updates[0];
    const last = updates.at(-1);
    if (next === undefined || last === undefined || last === total) continue;
    if (status === INTERRUPTED) expect(next).toBe(last + 1);
    else expect(next).toBeGreaterThanOrEqual(last + 1 - within);
  }
};

/** Names of the artefacts, and of what was half written of anything else. */
const artifactsIn = (dir: string): string[] => {
  const paths = filesUnder(join(dir, 'artifacts')).map((path) => relative(dir, path));
  return paths.filter((path) => !paths.includes(path.replace(/\.\w+\.tmp$/, '')) || !path.endsWith('.tmp')).toSorted();
};

const train = (data: string): Child => ({
  script: join(import.meta.dirname, 'train-child.ts'),
  args: [data, join(data, 'model')],
});
/** The folder of a training run that was left alone. */
let trained: string;
beforeAll(async () => {
  trained = scratch();
  expect(await run(train(trained))).toMatchObject({ status: 0 });
});
afterAll(removeScratch);

describe('a training run', () => {
  const resultOf = (data: string): Digest[] => [
    digestJson(manifestOf(join(data, 'model'), 'none')),
    digestOf(readFileSync(join(data, 'model', MOMENTS_FILE))),
  ];

  it(
    'ended again and again',
    async () => {
      expect(artifactsIn(trained)).toEqual([]);
      const data = scratch();
      const ends = await haunted(train(data), 1);
      expect(ends.length).toBeGreaterThan(4);
      expect(ends.map(({ status }) => status)).toContain(INTERRUPTED);
      expect(ends.map(({ status }) => status)).toContain('SIGKILL');
      followsOn(ends, 7, SMALLEST.updates);
      expect(resultOf(data)).toEqual(resultOf(trained));
      expect(artifactsIn(data)).toEqual([]);
    },
    PATIENCE_MS,
  );
});

describe.each(['adamw', 'normalized-sgd'] as const)('an unlearning job by %s', (optimizer) => {
  const ticketId = 'T-1';
  let prepared: string;
  let plan: Digest;
  let alone: unknown;
  const unlearn = (data: string): Child => ({
    script: join(import.meta.dirname, '../../entry/batch.ts'),
    args: ['QUITTANCE_JOB=unlearn', 'job=J', `ticketId=${ticketId}`, `planDigest=${plan}`, 'runDigest='],
    environment: { QUITTANCE_DIR: data, AWS_BATCH_JOB_ID: 'J-1', QUITTANCE_SAVE_UPDATES: '5' },
  });
  const resultOf = async (data: string) => {
    const stores = localStores(data, { lock: false });
    const result = JobResult.parse(await stores.results.get('J'));
    const manifest = await getJson(stores.artifacts, result.result, RunManifest);
    stores.close();
    return { manifest, result, artifacts: artifactsIn(data) };
  };

  beforeAll(async () => {
    prepared = scratch();
    cpSync(trained, prepared, { recursive: true });
    plan = await prepare(prepared, ticketId, optimizer);
    const data = scratch();
    cpSync(prepared, data, { recursive: true });
    const end = await run(unlearn(data));
    expect(end.status).toBe(0);
    expect(end.updates.length).toBe(30);
    alone = await resultOf(data);
  });

  it(
    'ended again and again',
    async () => {
      const data = scratch();
      cpSync(prepared, data, { recursive: true });
      const ends = await haunted(unlearn(data), 3);
      expect(ends.length).toBeGreaterThan(2);
      followsOn(ends, 5, 30);
      expect(await resultOf(data)).toEqual(alone);
      expect(filesUnder(join(data, 'scratch'))).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'killed while it saves, at three moments',
    async () => {
      const data = scratch();
      cpSync(prepared, data, { recursive: true });
      const ends: End[] = [];
      for (const ms of [0, 3, 7]) ends.push(await run(unlearn(data), 'SIGKILL', 5, ms));
      ends.push(await run(unlearn(data)));
      expect(ends.at(-1)?.status).toBe(0);
      expect(await resultOf(data)).toEqual(alone);
    },
    PATIENCE_MS,
  );
});

/** A data folder with the model, its people and a verified forget set; returns the digest of the plan. */
const prepare = async (dir: string, ticketId: string, optimizer: string): Promise<Digest> => {
  const artifacts = fileArtifactStore(join(dir, 'artifacts'));
  const stores = localStores(dir, { lock: false });
  const world = smallestWorld();
  const { digest } = await storeModel(artifacts, join(dir, 'model'), 'none');
  const suite = await artifacts.put(suiteBytes(world));
  const moments = await artifacts.put(readFileSync(join(dir, 'model', MOMENTS_FILE)));
  await stores.models.put(modelRecord({ digest, suite, moments }), 0);
  await stores.vault.createKey(ticketId);
  const records = world.subjects[0]!.records.map(forgetRecord);
  const set = canonicalize({ kind: 'quittance-forget-set/v1', records });
  await stores.vault.put(ticketId, 'forget-set', Buffer.from(set));
  const step = optimizer === 'adamw' ? 1e-4 : 0.02;
  const plan: UnlearnPlan = {
    kind: 'quittance-plan/v1',
    ticketId,
    model: 'house',
    base: digest,
    method: 'flat',
    config: {
      loss: { balanced: true, fade: true },
      update: { optimizer, step, updates: 30 },
      stop: { valueAuc: 0, greedyExact: 0 },
    },
    seed: 1,
    run: 1,
    rung: 0,
    policy: digest,
    quantisation: 'none',
  };
  const stored = await putJson(artifacts, plan);
  stores.close();
  return stored;
};
