// JSON artefacts that are asked for at every step of every ticket: each is read once and kept, since what a digest
// stands for never changes. Traps: a model's training data is among them, so that what the store has lost, and what
// another digest has replaced in its slot, goes here too; and whoever gets a kept value shares it and may not change
// it.
import type { z } from 'zod';
import type { Digest } from './canonical.ts';
import type { ArtifactStore } from './ports.ts';
import { getJson } from './stored-json.ts';

interface Kept<T> {
  readonly digest: Digest;
  readonly value: Promise<T>;
}

/** As `getJson`, with the last value of each of the `most` slots (a model's name) that were asked for last. */
export const keptJson = <S extends z.ZodType>(schema: S, most: number) => {
  type Value = z.output<S>;
  const stores = new WeakMap<ArtifactStore, Map<string, Kept<Value>>>();

  const read = (kept: Map<string, Kept<Value>>, slot: string, artifacts: ArtifactStore, digest: Digest) => {
    const value = getJson(artifacts, digest, schema);
    renew(kept, slot, { digest, value });
    for (const oldest of [...kept.keys()].slice(0, -most)) kept.delete(oldest);
    value.catch(() => forget(kept, slot, value));
    return value;
  };

  return async (artifacts: ArtifactStore, digest: Digest, slot: string): Promise<Value> => {
    const kept = stores.get(artifacts) ?? new Map<string, Kept<Value>>();
    stores.set(artifacts, kept);
    const last = kept.get(slot);
    if (last?.digest !== digest) return read(kept, slot, artifacts, digest);
    renew(kept, slot, last);
    if (await artifacts.has(digest)) return last.value;
    forget(kept, slot, last.value);
    return getJson(artifacts, digest, schema); // which says that it is not there
  };
};

/** Now the newest. */
const renew = <T>(kept: Map<string, Kept<T>>, slot: string, value: Kept<T>): void => {
  kept.delete(slot);
  kept.set(slot, value);
};

const forget = <T>(kept: Map<string, Kept<T>>, slot: string, value: Promise<T>): void => {
  if (kept.get(slot)?.value === value) kept.delete(slot);
};
