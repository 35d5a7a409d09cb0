// SIGTERM and kill -9 of real training and unlearning processes at random points, again and again on one folder: the
// run ends in the digest of one that was left alone, and leaves nothing else behind. The oracle is the uninterrupted
// run on a copy of the folder.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { manifestOf } from '#engine/formats/folder.ts';
import { MOMENTS_FILE } from '#engine/corpus-moments.ts';
import { digestJson, digestOf, type Digest } from '#core/canonical.ts';
import { JobResult, RunManifest } from '#core/run.ts';
import { getJson } from '#core/stored-json.ts';
import { filesUnder } from '#test/support/folders.ts';
import { removeScratch, scratch } from './asl-harness.ts';
import { followsOn, haunted, INTERRUPTED, prepare, run, train, type Child, type End } from './survival-children.ts';
import { SMALLEST } from './survival-suite.ts';

/** Of an unlearning job; QUITTANCE_KILLS says how many, docs/testing.md. */
const INSTANTS = Number(process.env['QUITTANCE_KILLS'] ?? 2);

/** Names of the artefacts, and of what was half written of anything else. */
const artifactsIn = (dir: string): string[] => {
  const paths = filesUnder(join(dir, 'artifacts')).map((path) => relative(dir, path));
  return paths.filter((path) => !paths.includes(path.replace(/\.\w+\.tmp$/, '')) || !path.endsWith('.tmp')).toSorted();
};

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

  it('ended again and again', async () => {
    expect(artifactsIn(trained)).toEqual([]);
    const data = scratch();
    const ends = await haunted(train(data), 1);
    expect(ends.length).toBeGreaterThan(4);
    expect(ends.map(({ status }) => status)).toContain(INTERRUPTED);
    expect(ends.map(({ status }) => status)).toContain('SIGKILL');
    followsOn(ends, 7, SMALLEST.updates);
    expect(resultOf(data)).toEqual(resultOf(trained));
    expect(artifactsIn(data)).toEqual([]);
  });
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
    const stores = localStores(prepared, { lock: false });
    plan = await prepare(stores, join(prepared, 'model'), ticketId, optimizer);
    stores.close();
    const data = scratch();
    cpSync(prepared, data, { recursive: true });
    const end = await run(unlearn(data));
    expect(end.status).toBe(0);
    expect(end.updates.length).toBe(30);
    alone = await resultOf(data);
  });

  it('ended again and again', async () => {
    const data = scratch();
    cpSync(prepared, data, { recursive: true });
    const ends = await haunted(unlearn(data), 3);
    expect(ends.length).toBeGreaterThan(2);
    followsOn(ends, 5, 30);
    expect(await resultOf(data)).toEqual(alone);
    expect(filesUnder(join(data, 'scratch'))).toEqual([]);
  });

  const instants = Array.from({ length: INSTANTS }, (_, i) => i);
  it.each(instants)(`killed at instant %i of ${INSTANTS}, and again on what that left`, async (i) => {
    const data = scratch();
    cpSync(prepared, data, { recursive: true });
    const update = 1 + Math.floor((i * 29) / Math.max(1, INSTANTS - 1));
    const end = await run(unlearn(data), 'SIGKILL', update, (i % 10) / 10);
    if (end.status !== 0) expect(await run(unlearn(data))).toMatchObject({ status: 0 });
    expect(await resultOf(data)).toEqual(alone);
    expect(filesUnder(join(data, 'scratch'))).toEqual([]);
  });

  it('killed while it saves, at three moments', async () => {
    const data = scratch();
    cpSync(prepared, data, { recursive: true });
    const ends: End[] = [];
    for (const share of [0, 0.3, 0.7]) ends.push(await run(unlearn(data), 'SIGKILL', 5, share));
    ends.push(await run(unlearn(data)));
    expect(ends.at(-1)?.status).toBe(0);
    expect(await resultOf(data)).toEqual(alone);
  });
});
