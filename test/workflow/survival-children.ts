// Real training and unlearning processes that are ended by SIGTERM and kill -9 at chosen or random points, and what
// such a job is given: model, people, forget set and plan, in whatever stores. The smallest ones that do all that large
// ones do.
import { expect } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suiteBytes } from '#datasets/suite.ts';
import { forgetRecord } from '#datasets/suite-shape.ts';
import { random } from '#engine/random.ts';
import { storeModel } from '#engine/formats/stored-model.ts';
import { MOMENTS_FILE } from '#engine/corpus-moments.ts';
import { canonicalize, type Digest } from '#core/canonical.ts';
import type { Ports } from '#core/ports.ts';
import type { UnlearnPlan } from '#core/run.ts';
import { putJson } from '#core/stored-json.ts';
import { modelRecord } from '#bench/house/models.ts';
import { readPolicy } from '#entry/policies.ts';
import { bundled } from '#test/support/bundled.ts';
import { smallestSuite } from './survival-suite.ts';

export const INTERRUPTED = 75;

export interface Child {
  script: string;
  args: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

export interface End {
  status: number | NodeJS.Signals | null;
  /** Updates that it made, by their numbers. */
  updates: number[];
}

/**
 * Ends the child by `signal` after its n-th update and a share of the time that the one before it took; 0 leaves it
 * alone.
 */
export const run = async (
  { script, args, environment }: Child,
  signal: NodeJS.Signals = 'SIGTERM',
  n = 0,
  share = 0,
): Promise<End> => {
  const main = await bundled(script);
  return new Promise((resolve) => {
    const env = { ...process.env, QUITTANCE_BACKEND: process.env['QUITTANCE_BACKEND'] ?? 'wasm', ...environment };
    const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const updates: number[] = [];
    let at = performance.now();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!/"stage":"(train|unlearn)"/.test(line)) return;
      updates.push((JSON.parse(line) as { done: number }).done);
      const took = performance.now() - at;
      at += took;
      if (updates.length === n) setTimeout(() => child.kill(signal), share * (n > 1 ? took : 0));
    });
    child.on('close', (code, killedBy) => resolve({ status: killedBy ?? code, updates }));
  });
};

/** Interrupts until the run is through; returns how it ended each time. */
export const haunted = async (child: Child, seed: number): Promise<End[]> => {
  const stream = random(`haunt:${seed}`);
  const ends: End[] = [];
  do {
    const signal = ends.length % 2 === 0 ? 'SIGTERM' : 'SIGKILL';
    ends.push(await run(child, signal, 1 + stream.below(14), stream.below(100) / 100));
  } while (ends.at(-1)?.status !== 0);
  return ends;
};

/**
 * Each run goes on where the one before it saved; one that had made its last update may have stored its result, and
 * then there is nothing to go on from.
 */
export const followsOn = (ends: readonly End[], within: number, total: number): void => {
  for (const [i, { status, updates }] of ends.entries()) {
    const next = ends[i + 1]?.updates[0];
    const last = updates.at(-1);
    if (next === undefined || last === undefined || last === total) continue;
    if (status === INTERRUPTED) expect(next).toBe(last + 1);
    else expect(next).toBeGreaterThanOrEqual(last + 1 - within);
  }
};

export const train = (data: string): Child => ({
  script: join(import.meta.dirname, 'train-child.ts'),
  args: [data, join(data, 'model')],
});

type Stores = Pick<Ports, 'artifacts' | 'models' | 'vault'>;

/** Stores the model in `dir`, its people and a verified forget set; returns the digest of the plan. */
export const prepare = async (stores: Stores, dir: string, ticketId: string, optimizer: string): Promise<Digest> => {
  const { artifacts } = stores;
  const people = smallestSuite();
  const { digest } = await storeModel(artifacts, dir, 'none');
  const suite = await artifacts.put(suiteBytes(people));
  const moments = await artifacts.put(readFileSync(join(dir, MOMENTS_FILE)));
  await stores.models.put(modelRecord({ digest, suite, moments }), 0);
  await stores.vault.createKey(ticketId);
  const records = people.subjects[0]!.records.map(forgetRecord);
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
    policy: await putJson(artifacts, readPolicy()),
    quantisation: 'none',
  };
  return putJson(artifacts, plan);
};
