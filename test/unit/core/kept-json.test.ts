// What was read once is given again without a read, until its store has lost it or its slot holds another.
import { beforeEach, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Digest } from '#core/canonical.ts';
import { keptJson } from '#core/kept-json.ts';
import type { ArtifactStore } from '#core/ports.ts';
import { putJson } from '#core/stored-json.ts';
import { Faults } from '#adapters/memory/faults.ts';
import { memoryArtifacts } from '#adapters/memory/stores.ts';

let reads: Digest[];
let store: ArtifactStore;
let ids: Digest[];
beforeEach(async () => {
  const memory = memoryArtifacts(new Faults());
  reads = [];
  store = { ...memory, get: (digest) => (reads.push(digest), memory.get(digest)) };
  ids = await Promise.all([1, 2, 3].map((n) => putJson(store, { n })));
});

const Row = z.strictObject({ n: z.number() });

it('is read once, also by many who ask at once', async () => {
  const kept = keptJson(Row, 4);
  const found = await Promise.all(Array.from({ length: 5 }, () => kept(store, ids[0]!, 'house')));
  expect([...found, await kept(store, ids[0]!, 'house')]).toEqual(Array(6).fill({ n: 1 }));
  expect(reads).toEqual([ids[0]]);
});

it('goes when its slot gets another, and when more slots are asked for than are kept', async () => {
  const kept = keptJson(Row, 2);
  for (const [i, slot] of [0, 1, 0].map((i) => [i, 'house'] as const)) await kept(store, ids[i]!, slot);
  expect(reads).toEqual([ids[0], ids[1], ids[0]]);
  for (const slot of ['garden', 'field', 'house']) await kept(store, ids[0]!, slot);
  expect(reads.length).toBe(6);
});

it('goes when the store has lost it, and is read when it is there again', async () => {
  const kept = keptJson(Row, 2);
  await kept(store, ids[0]!, 'house');
  await store.delete(ids[0]!);
  for (let i = 0; i < 2; i++) await expect(kept(store, ids[0]!, 'house')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await putJson(store, { n: 1 });
  expect(await kept(store, ids[0]!, 'house')).toEqual({ n: 1 });
});

it('of one store is not that of another', async () => {
  const kept = keptJson(Row, 2);
  await kept(store, ids[0]!, 'house');
  await expect(kept(memoryArtifacts(new Faults()), ids[0]!, 'house')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
