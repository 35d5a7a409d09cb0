// The transparency log over its ports: entries become tiles and bundles (LogStorage, write-once), then a signed
// checkpoint (LogHead, compare-and-swap), then a copy of it beside the tiles. An append reads and writes no more than
// the partial tiles at the right edge, which the signed root vouches for; their number grows with the logarithm of the
// log.
// Traps: the head alone says how long the log is, and storage is not trusted, so that the edge is hashed against the
// head. A head from the future is refused. So is one that went back, as after a table was restored from a backup: the
// copy of a later checkpoint gives it away. A crash leaves tiles that were never published and that nothing can
// overwrite; the next append goes on with what they hold. An edit in the middle shows when an entry is proven, or when
// the whole log is checked.
import { sha256 } from '../canonical.ts';
import { isQuittanceError, QuittanceError } from '../errors.ts';
import type { Clock, LogHead, LogStorage, Signer } from '../ports.ts';
import {
  CLOCKS_DIFFER_MS,
  formerLogKeys,
  LOG_KEY,
  logKey,
  openedByAnyKey,
  signedNote,
  type LogSigner,
} from './log-keys.ts';
import { leafHash } from './merkle.ts';
import { checkpointText, openNote, parseCheckpoint, type Checkpoint } from './note.ts';
import { invalid, readEdge } from './tile-tree.ts';
import { bundlePath, bundlesAfter, decodeBundle, growEdge, rootOfEdge, TILE_WIDTH, type Edge } from './tiles.ts';

export interface LogPorts {
  logStorage: LogStorage;
  logHead: LogHead;
  signer: Signer;
  clock: Clock;
}

/** What reading and checking the log takes. */
export interface ReadLogPorts {
  logStorage: LogFiles;
  logHead: Pick<LogHead, 'read'>;
  signer: LogSigner;
  clock: Clock;
}
type LogFiles = Pick<LogStorage, 'get'>;

export interface LogState {
  checkpoint: Checkpoint | undefined;
  /** The signed note; undefined before the first. */
  note: string | undefined;
  /** Of the head: how often it was replaced. */
  version: number;
  /** Name of the log in its checkpoints. */
  origin: string;
  size: number;
  edge: Edge;
  /** Entries of the last bundle, where it is not full. */
  tail: readonly Buffer[];
  /** Whether this process has written, or seen, the copy of the checkpoint. */
  published?: boolean;
}

const EMPTY = { checkpoint: undefined, note: undefined, version: 0, size: 0, edge: [], tail: [] } as const;

/** What this process has last read, or written, and found under a signed root. */
const known = new WeakMap<LogFiles, LogState>();

/**
 * The name of a log that has no entry yet: witnesses keep one history a name, so that no two installations may share
 * one. It is made of the first key that an installation makes for itself. A log that has begun keeps the name in its
 * head, whatever key signs it later.
 */
const newOrigin = async (signer: ReadLogPorts['signer']): Promise<string> => {
  const [first] = await formerLogKeys(signer);
  const key = first?.publicKey ?? (await signer.publicKey(LOG_KEY));
  return `quittance.dev/log/${sha256('quittance log origin\n', key).toString('hex').slice(0, 16)}`;
};

/** The name of the log in its checkpoints. SIGNATURE_INVALID where the head is not signed by the log's key. */
export const readOrigin = async (ports: Pick<ReadLogPorts, 'logHead' | 'signer' | 'clock'>): Promise<string> => {
  const head = await ports.logHead.read();
  return head ? (await openCheckpoint(head.checkpoint, ports)).origin : newOrigin(ports.signer);
};

/**
 * Reads the end of the log and checks it against its checkpoint. LEDGER_INVALID, LEDGER_FROM_FUTURE, SIGNATURE_INVALID.
 */
export const readLog = async (ports: ReadLogPorts): Promise<LogState> => {
  const { logStorage } = ports;
  const head = await currentHead(ports);
  if (!head) return { ...EMPTY, origin: await newOrigin(ports.signer) };
  const { checkpoint, age } = await openedNote(head.checkpoint, ports);
  if (age > 0) await requireNoneLater(head.version, age, ports);
  const before = known.get(logStorage);
  const end = before?.note === head.checkpoint ? before : await readEnd(logStorage, checkpoint);
  const { origin } = checkpoint;
  const state = { ...end, checkpoint, origin, note: head.checkpoint, version: head.version };
  known.set(logStorage, state);
  return state;
};

const readEnd = async (
  storage: LogFiles,
  { size, root }: Checkpoint,
): Promise<Pick<LogState, 'size' | 'edge' | 'tail'>> => {
  const width = size % TILE_WIDTH;
  const edge = await readEdge(storage, size);
  const bundle = width === 0 ? [] : decodeBundle(await storage.get(bundlePath(Math.floor(size / TILE_WIDTH), width)));
  const tail = bundle.map(toBuffer); // copies: a slice would keep the bytes of its whole bundle
  const leaves = edge[0] ?? [];
  const fits = tail.length === leaves.length && tail.every((entry, i) => leafHash(entry).equals(leaves[i]!));
  if (!fits || !rootOfEdge(edge).equals(root))
    throw invalid('the end of the stored log does not have the root that the checkpoint signs');
  return { size, edge, tail };
};

/** Where the note of a head's version is kept: not a name of tlog-tiles, and no tile. */
export const checkpointPath = (version: number): string => `checkpoints/${version}`;

/** The head, which is older than nothing that was published. LEDGER_INVALID. */
const currentHead = async ({ logHead, logStorage }: ReadLogPorts) => {
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

export const stored = async (storage: LogFiles, path: string): Promise<Uint8Array | undefined> =>
  storage.get(path).catch((error: unknown) => {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  });

type OpenPorts = Pick<ReadLogPorts, 'signer' | 'clock'>;

/** A checkpoint of this log, by the key in use or by one from before. SIGNATURE_INVALID, LEDGER_FROM_FUTURE. */
export const openCheckpoint = async (note: string, ports: OpenPorts): Promise<Checkpoint> =>
  (await openedNote(note, ports)).checkpoint;

/** `age`: how many keys have followed the one that signed it. */
const openedNote = async (
  note: string,
  { signer, clock }: OpenPorts,
): Promise<{ readonly checkpoint: Checkpoint; readonly age: number }> => {
  const opened = await openedByAnyKey(note, signer);
  if (!opened)
    throw new QuittanceError('SIGNATURE_INVALID', { message: "the checkpoint does not carry the log's signature" });
  const checkpoint = parseCheckpoint(opened.text);
  if (Date.parse(checkpoint.time) > clock.now().getTime() + CLOCKS_DIFFER_MS) {
    throw new QuittanceError('LEDGER_FROM_FUTURE', {
      message: 'the checkpoint is dated after the present',
      expected: `at most ${clock.now().toISOString()}`,
      got: checkpoint.time,
    });
  }
  return { checkpoint, age: opened.age };
};

/**
 * A head by a key that has ended is the last that it signed. Whoever still has such a key could put a head in place of
 * one by its successor; the copy of that one, which nothing writes over, gives it away. LEDGER_INVALID.
 */
const requireNoneLater = async (version: number, age: number, ports: ReadLogPorts): Promise<void> => {
  const before = await stored(ports.logStorage, checkpointPath(version - 1));
  if (!before || (await openedNote(Buffer.from(before).toString('utf8'), ports)).age >= age) return;
  throw new QuittanceError('LEDGER_INVALID', {
    message: `version ${version} of the log head is signed by a key that had ended`,
    expected: "the key that signed the version before it, or that key's successor",
    hint: 'restore the head from the last of checkpoints/ in the log storage',
  });
};

/**
 * Appends entries and returns the index of each. Durable when it returns; after a failure the same call goes on.
 * LEDGER_CONFLICT when another writer was faster.
 */
export const appendToLog = async (ports: LogPorts, added: readonly Uint8Array[]): Promise<number[]> =>
  (await appendedLog(ports, added, await readLog(ports))).indexes;

/** The same, to the log as the caller has just read it, and the log as this append left it. */
export const appendedLog = async (
  ports: LogPorts,
  added: readonly Uint8Array[],
  state: LogState,
): Promise<{ indexes: number[]; log: LogState }> => {
  if (added.length === 0) return { indexes: [], log: state };
  const { logStorage } = ports;
  const order = await withLeftovers(logStorage, state.size, added.map(toBuffer));
  const { end, writes } = grown(state, order);
  for (const { path, bytes } of writes) await logStorage.put(path, bytes);
  const log = await replacedHead(ports, state, end);
  return { indexes: placesOf(added, order, state.size), log };
};

/** The end of the log with these entries behind it, and the files that it has then and had not before. */
const grown = ({ size, edge, tail }: LogState, order: readonly Buffer[]) => {
  const { edge: longer, tiles } = growEdge(size, edge, order.map(leafHash));
  const width = (size + order.length) % TILE_WIDTH;
  const end = { size: size + order.length, edge: longer, tail: width === 0 ? [] : [...tail, ...order].slice(-width) };
  return { end, writes: [...bundlesAfter(size, tail, order), ...tiles] };
};

/** The copy of the last checkpoint, which a crash may have kept the append before this one from writing. */
const publishAgain = async (storage: LogStorage, { note, version, published }: LogState): Promise<void> => {
  if (note !== undefined && published !== true && !(await stored(storage, checkpointPath(version))))
    await publish(storage, note, version);
};

/** The index of each added entry, whose order the leftovers may have changed. */
const placesOf = (added: readonly Uint8Array[], order: readonly Buffer[], size: number): number[] => {
  const places = new Map(order.map((entry, i) => [entry.toString('latin1'), size + i]));
  return added.map((entry) => places.get(toBuffer(entry).toString('latin1'))!);
};

/** Signs what the log has come to, and puts it in the head's place. */
const replacedHead = async (
  { logStorage, logHead, signer, clock }: LogPorts,
  state: LogState,
  end: Pick<LogState, 'size' | 'edge' | 'tail'>,
): Promise<LogState> => {
  const { origin, version } = state;
  await publishAgain(logStorage, state);
  const checkpoint = { origin, size: end.size, root: rootOfEdge(end.edge), time: clock.now().toISOString() };
  const note = await signedNote(signer, origin, checkpointText(checkpoint));
  await logHead.replace(note, version);
  const log = { ...end, checkpoint, origin, note, version: version + 1, published: false };
  known.set(logStorage, log);
  await publish(logStorage, note, log.version);
  log.published = true;
  return log;
};

/** The same entries under a new checkpoint, where a key from before signed the last one. LEDGER_CONFLICT. */
export const signHeadAnew = async (ports: LogPorts): Promise<void> => {
  const log = await readLog(ports);
  if (log.note === undefined || openNote(log.note, await logKey(ports.signer, log.origin)) !== undefined) return;
  await replacedHead(ports, log, log);
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

/**
 * `order` with `left` at `at`. LEDGER_CONFLICT where it holds what is not ours: another append is under way, or its
 * entries come next time.
 */
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

/** What a statement names to fix the log's past: origin, size and root (base64). */
export const logPosition = ({ origin, size, edge }: LogState) => ({
  origin,
  size,
  root: rootOfEdge(edge).toString('base64'),
});
