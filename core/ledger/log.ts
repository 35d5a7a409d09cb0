// The transparency log over its ports: entries → tiles and bundles (LogStorage, write-once) → signed checkpoint (LogHead, compare-and-swap) → copy of it beside
// the tiles. Traps: the head is the only truth about the size, and storage is not trusted, so what is read is hashed against it; a head from the future is
// refused, and so is one that went back (a table restored from a backup), which the copy of a later checkpoint gives away; a crash leaves tiles that were
// never published and can never be overwritten, so the next append goes on with what they hold.
import { isQuittanceError, QuittanceError } from '../errors.ts';
import type { Clock, LogHead, LogStorage, Signer } from '../ports.ts';
import { grow, leafHash, rootOf, type Hash } from './merkle.ts';
import { checkpointText, openNote, parseCheckpoint, signatureLine, type Checkpoint, type NoteKey } from './note.ts';
import { bundlePath, decodeBundle, TILE_WIDTH, tilesAfter } from './tiles.ts';

export { parseTlogProof, tlogProof } from './proof.ts';

export interface LogPorts {
  logStorage: LogStorage;
  logHead: LogHead;
  signer: Signer;
  clock: Clock;
}

/** Name of the log in its checkpoints. */
export const LOG_ORIGIN = 'quittance.dev/log';
/** Name of the log's key with the Signer. */
export const LOG_KEY = 'log';

export interface LogState {
  checkpoint: Checkpoint | undefined;
  /** The signed note; undefined before the first. */
  note: string | undefined;
  /** Of the head: how often it was replaced. */
  version: number;
  entries: readonly Buffer[];
  leaves: readonly Hash[];
  /** Index of each entry by its leaf hash (latin1); may name some beyond the end. */
  indexes: ReadonlyMap<string, number>;
}

type Content = Pick<LogState, 'entries' | 'leaves'> & { indexes: Map<string, number> };
const nothing = (): Content => ({ entries: [], leaves: [], indexes: new Map() });

/** What this process has read and found under a signed root: a log only grows, so only its end is read and hashed again. */
const known = new WeakMap<LogStorage, Content>();

const logKey = async (signer: Signer): Promise<NoteKey> => ({
  name: LOG_ORIGIN,
  publicKey: await signer.publicKey(LOG_KEY),
});

/** Reads the log, or what came since this process read it, and checks it against its checkpoint. LEDGER_INVALID, LEDGER_FROM_FUTURE, SIGNATURE_INVALID. */
export const readLog = async (ports: LogPorts): Promise<LogState> => {
  const { logStorage } = ports;
  const head = await currentHead(ports);
  if (!head) return { checkpoint: undefined, note: undefined, version: 0, ...nothing() };
  const checkpoint = await openCheckpoint(head.checkpoint, ports);
  const content =
    (await readOn(logStorage, checkpoint, known.get(logStorage) ?? nothing())) ??
    (await readOn(logStorage, checkpoint, nothing()));
  if (!content) throw invalid('the stored entries do not have the root that the checkpoint signs');
  known.set(logStorage, content);
  return { checkpoint, note: head.checkpoint, version: head.version, ...content };
};

/** `before` and the entries after it; undefined where they do not have the checkpoint's root. */
const readOn = async (
  storage: LogStorage,
  { size, root }: Checkpoint,
  before: Content,
): Promise<Content | undefined> => {
  const from = before.entries.length;
  if (from > size) return undefined;
  const fresh = from === size ? [] : await readEntries(storage, from, size);
  const hashes = fresh.map(leafHash);
  const leaves = grow(before.leaves, hashes);
  if (!rootOf(leaves).equals(root)) return undefined;
  hashes.forEach((hash, i) => before.indexes.set(hash.toString('latin1'), from + i));
  return { entries: [...before.entries, ...fresh], leaves, indexes: before.indexes };
};

const invalid = (message: string) =>
  new QuittanceError('LEDGER_INVALID', {
    message,
    hint: 'restore the log storage from its replica; the checkpoint is the truth',
  });

/** Where the note of a head's version is kept: not a name of tlog-tiles, and no tile. */
export const checkpointPath = (version: number): string => `checkpoints/${version}`;

/** The head, which is older than nothing that was published. LEDGER_INVALID. */
const currentHead = async ({ logHead, logStorage }: LogPorts) => {
  for (;;) {
    const head = await logHead.read();
    const version = head?.version ?? 0;
    if (!(await stored(logStorage, checkpointPath(version + 1)))) return head;
    const again = await logHead.read(); // another writer may have been between the two
    if ((again?.version ?? 0) <= version)
      throw new QuittanceError('LEDGER_INVALID', {
        message: `the log head went back to version ${version}: a later checkpoint was published`,
        hint: 'restore the head from the last of checkpoints/ in the log storage',
      });
  }
};

export const stored = async (storage: LogStorage, path: string): Promise<Uint8Array | undefined> =>
  storage.get(path).catch((error: unknown) => {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  });

/** Clocks of one installation may differ by this much. */
const TOLERANCE_MS = 5 * 60_000;

export const openCheckpoint = async (note: string, { signer, clock }: LogPorts): Promise<Checkpoint> => {
  const text = openNote(note, await logKey(signer));
  if (text === undefined)
    throw new QuittanceError('SIGNATURE_INVALID', { message: "the checkpoint does not carry the log's signature" });
  const checkpoint = parseCheckpoint(text);
  if (Date.parse(checkpoint.time) > clock.now().getTime() + TOLERANCE_MS) {
    throw new QuittanceError('LEDGER_FROM_FUTURE', {
      message: 'the checkpoint is dated after the present',
      expected: `at most ${clock.now().toISOString()}`,
      got: checkpoint.time,
    });
  }
  return checkpoint;
};

/** Entries [from, size). Copies: a slice would keep the bytes of its whole bundle. */
const readEntries = async (storage: LogStorage, from: number, size: number): Promise<Buffer[]> => {
  const entries: Buffer[] = [];
  for (let at = from - (from % TILE_WIDTH); at < size; at += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - at);
    const bundle = decodeBundle(await storage.get(bundlePath(at / TILE_WIDTH, width)));
    entries.push(...bundle.slice(Math.max(0, from - at)).map(toBuffer));
  }
  return entries;
};

/**
 * Appends entries and returns the index of each. Durable when it returns; after a failure the same call goes on. `log`: as the caller has just read it.
 * LEDGER_CONFLICT when another writer was faster.
 */
export const appendToLog = async (ports: LogPorts, added: readonly Uint8Array[], log?: LogState): Promise<number[]> => {
  if (added.length === 0) return [];
  const { logStorage, logHead, signer, clock } = ports;
  const state = log ?? (await readLog(ports));
  if (state.note !== undefined) await publish(logStorage, state.note, state.version); // lost by a crash of the last append
  const order = await withLeftovers(logStorage, state.entries.length, added.map(toBuffer));
  const entries = [...state.entries, ...order];
  const leaves = grow(state.leaves, order.map(leafHash));
  for (const { path, bytes } of tilesAfter(state.entries.length, entries, leaves)) await logStorage.put(path, bytes);
  const checkpoint = {
    origin: LOG_ORIGIN,
    size: entries.length,
    root: rootOf(leaves),
    time: clock.now().toISOString(),
  };
  const note = await signCheckpoint(signer, checkpoint);
  await logHead.replace(note, state.version);
  await publish(logStorage, note, state.version + 1);
  const places = new Map(order.map((entry, i) => [entry.toString('latin1'), state.entries.length + i]));
  return added.map((entry) => places.get(toBuffer(entry).toString('latin1'))!);
};

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

const publish = (storage: LogStorage, note: string, version: number): Promise<void> =>
  storage.put(checkpointPath(version), Buffer.from(note));

/** The entries in the order in which bundles that this append would write hold some of them already. */
const withLeftovers = async (storage: LogStorage, size: number, added: readonly Buffer[]): Promise<Buffer[]> => {
  const end = size + added.length;
  let order = [...added];
  for (let from = size - (size % TILE_WIDTH); from < end; from += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, end - from);
    const left = await stored(storage, bundlePath(from / TILE_WIDTH, width));
    if (left) order = leftFirst(order, Math.max(0, from - size), decodeBundle(left).slice(Math.max(0, size - from)));
  }
  return order;
};

/** `order` with `left` at `at`. LEDGER_CONFLICT where it holds what is not ours: another append is under way, or its entries come next time. */
const leftFirst = (order: readonly Buffer[], at: number, left: readonly Buffer[]): Buffer[] => {
  const rest = order.slice(at);
  for (const entry of left) {
    const found = rest.findIndex((one) => one.equals(entry));
    if (found < 0)
      throw new QuittanceError('LEDGER_CONFLICT', { message: 'other entries were written to the end of the log' });
    rest.splice(found, 1);
  }
  return [...order.slice(0, at), ...left, ...rest];
};

const signCheckpoint = async (signer: Signer, checkpoint: Checkpoint): Promise<string> => {
  const text = checkpointText(checkpoint);
  return `${text}\n${signatureLine(await logKey(signer), await signer.sign(LOG_KEY, Buffer.from(text)))}`;
};

/** What a statement names to fix the log's past: origin, size and root (base64). */
export const logPosition = ({ leaves }: LogState) => ({
  origin: LOG_ORIGIN,
  size: leaves.length,
  root: rootOf(leaves).toString('base64'),
});

/** Index of an entry that is in the log already. */
export const indexOfEntry = ({ entries, indexes }: LogState, entry: string): number | undefined => {
  const index = indexes.get(leafHash(Buffer.from(entry)).toString('latin1'));
  return index !== undefined && index < entries.length ? index : undefined;
};
