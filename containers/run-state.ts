// The saved state of a run, so that it continues after SIGTERM, a reclaimed Spot instance or `kill -9` and ends with
// the same digest. A small row under the run's key names a manifest, and the manifest names the parts (float32,
// little-endian) by their digests. Row and parts are stored where results and artefacts are: S3 and DynamoDB, or a
// folder, in one layout (the rows: core/saved-runs.ts).
// Trap: changing the row is the commit, so every part must be durable before.
import { z } from 'zod';
import { canonicalize, Digest, digestOf } from '#core/canonical.ts';
import type { ArtifactStore, JobResults } from '#core/ports.ts';
import {
  caseEnded,
  clearSaved,
  corruptRun,
  digestsIn,
  enterRun,
  NOTHING_SAVED,
  readSaved,
  swept,
  writeSaved,
  type SavedRow,
} from '#core/saved-runs.ts';
import { getJson } from '#core/stored-json.ts';
import type { RunState } from '#engine/run-saves.ts';

export interface RunStates {
  /** undefined where nothing was saved for this key on this backend; STORE_CORRUPT where what was saved is damaged. */
  load(run: Digest): Promise<RunState | undefined>;
  /**
   * Durable when it returns; until then a reader gets the previous state. A run for a ticket is entered under it, and
   * saves nothing once the ticket's case has ended.
   */
  save(run: Digest, state: RunState, ticketId?: string): Promise<void>;
  /** Deletes what was saved. */
  clear(run: Digest): Promise<void>;
}

const Part = z.strictObject({
  digest: Digest,
  tensors: z.array(z.strictObject({ name: z.string(), length: z.int().nonnegative() })),
});
type Part = z.infer<typeof Part>;

const Manifest = z.strictObject({
  kind: z.literal('quittance-run-state/v1'),
  run: Digest,
  backend: z.string(),
  update: z.int().nonnegative(),
  position: z.json(),
  parts: z.array(Part),
});

export interface RunStateStores {
  artifacts: ArtifactStore;
  results: JobResults;
  /** The backend that computed it; another would continue with other rounding. */
  backend: string;
}

/** A part is one object: small enough for one upload and one buffer. */
const PART_BYTES = 256 * 2 ** 20;

export const runStates = (stores: RunStateStores): RunStates => ({
  load: (run) => load(run, stores),
  save: (run, state, ticketId) =>
    ticketId === undefined ? save(run, state, stores) : saveFor(ticketId, run, state, stores),
  clear: (run) => clearSaved(run, stores),
});

const load = async (run: Digest, stores: RunStateStores): Promise<RunState | undefined> => {
  const { manifest: digest } = await swept(run, await readSaved(run, stores), stores);
  if (digest === null) return undefined;
  const manifest = await getJson(stores.artifacts, digest, Manifest);
  if (manifest.backend !== stores.backend) return undefined;
  if (manifest.run !== run) throw corruptRun('a saved run is not the one it is named as');
  const tensors = new Map<string, Float32Array>();
  for (const part of manifest.parts) readPart(part, await stores.artifacts.get(part.digest), tensors);
  return { update: manifest.update, position: manifest.position, tensors };
};

const saveFor = async (ticketId: string, run: Digest, state: RunState, stores: RunStateStores): Promise<void> => {
  await enterRun(ticketId, run, stores);
  if (await caseEnded(ticketId, stores)) return;
  await save(run, state, stores);
  if (await caseEnded(ticketId, stores)) await clearSaved(run, stores);
};

const save = async (run: Digest, { tensors, ...state }: RunState, stores: RunStateStores): Promise<void> => {
  const { artifacts, backend } = stores;
  const before = await swept(run, await readSaved(run, stores), stores);
  const row: SavedRow = { ...before, leftovers: [] };
  const announce = (digest: Digest) => {
    if (!digestsIn(before).includes(digest)) row.leftovers.push(digest);
    return writeSaved(run, row, stores);
  };
  const parts: Part[] = [];
  for (const group of grouped(tensors)) parts.push(await putPart(artifacts, run, group, announce));
  const bytes = Buffer.from(canonicalize({ kind: 'quittance-run-state/v1', run, backend, ...state, parts }));
  await announce(digestOf(bytes));
  const manifest = await artifacts.put(bytes);
  const kept = parts.map(({ digest }) => digest);
  const leftovers = digestsIn(before).filter((digest) => !kept.includes(digest) && digest !== manifest);
  const after: SavedRow = { kind: NOTHING_SAVED.kind, manifest, parts: kept, leftovers };
  await writeSaved(run, after, stores);
  await swept(run, after, stores);
};

type Named = [name: string, values: Float32Array];

const grouped = (tensors: ReadonlyMap<string, Float32Array>): Named[][] => {
  const groups: Named[][] = [];
  let bytes = Infinity;
  for (const [name, values] of tensors) {
    if (bytes + values.byteLength > PART_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push([name, values]);
    bytes += values.byteLength;
  }
  return groups;
};

/**
 * A part begins with the run's digest, so that no other artefact has the same bytes and deleting a part deletes nothing
 * else.
 */
const OPENING_BYTES = 32;

const joined = (run: Digest, group: readonly Named[]): Uint8Array => {
  const size = group.reduce((sum, [, { byteLength }]) => sum + byteLength, OPENING_BYTES);
  const bytes = new Uint8Array(size);
  bytes.set(Buffer.from(run.slice('sha256:'.length), 'hex'));
  let at = OPENING_BYTES;
  for (const [, { buffer, byteOffset, byteLength }] of group) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
};

const putPart = async (
  artifacts: ArtifactStore,
  run: Digest,
  group: readonly Named[],
  announce: (digest: Digest) => Promise<void>,
): Promise<Part> => {
  const bytes = joined(run, group);
  const digest = digestOf(bytes);
  await announce(digest);
  await artifacts.put(bytes);
  return { digest, tensors: group.map(([name, { length }]) => ({ name, length })) };
};

const readPart = ({ tensors }: Part, bytes: Uint8Array, into: Map<string, Float32Array>): void => {
  const floats = new Float32Array(Uint8Array.from(bytes).buffer);
  let at = OPENING_BYTES / 4;
  for (const { name, length } of tensors) {
    into.set(name, floats.slice(at, at + length));
    at += length;
  }
  if (at !== floats.length) throw corruptRun('a part of a saved run does not have the size that its manifest says');
};
