// The transparency log over its ports: entries → tiles and bundles (LogStorage, write-once) → signed checkpoint (LogHead, compare-and-swap). After a crash between
// the two, the next append writes the same bytes again and goes on. Traps: the checkpoint is the only truth about the size; one from the future, or for fewer
// entries than one that was seen, is refused; storage is not trusted, so what is read is hashed against the checkpoint.
import { QuittanceError } from '../errors.ts';
import type { Clock, LogHead, LogStorage, Signer } from '../ports.ts';
import { consistencyProof, inclusionProof, leafHash, rootOf, type Hash } from './merkle.ts';
import { checkpointText, openNote, parseCheckpoint, signatureLine, type Checkpoint, type NoteKey } from './note.ts';
import { bundlePath, decodeBundle, TILE_WIDTH, tilesAfter } from './tiles.ts';

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
  version: number;
  entries: Buffer[];
  leaves: Hash[];
}

export const logKey = async (signer: Signer): Promise<NoteKey> => ({
  name: LOG_ORIGIN,
  publicKey: await signer.publicKey(LOG_KEY),
});

/** Reads the whole log and checks it against its checkpoint. LEDGER_INVALID, LEDGER_FROM_FUTURE. */
export const readLog = async (ports: LogPorts): Promise<LogState> => {
  const head = await ports.logHead.read();
  if (!head) return { checkpoint: undefined, note: undefined, version: 0, entries: [], leaves: [] };
  const checkpoint = await openHead(head.checkpoint, ports);
  const entries = await readEntries(ports.logStorage, checkpoint.size);
  const leaves = entries.map(leafHash);
  if (!rootOf(leaves).equals(checkpoint.root))
    throw invalid('the stored entries do not have the root that the checkpoint signs');
  return { checkpoint, note: head.checkpoint, version: head.version, entries, leaves };
};

const invalid = (message: string) =>
  new QuittanceError('LEDGER_INVALID', {
    message,
    hint: 'restore the log storage from its replica; the checkpoint is the truth',
  });

/** Clocks of one installation may differ by this much. */
const TOLERANCE_MS = 5 * 60_000;

const openHead = async (note: string, { signer, clock }: LogPorts): Promise<Checkpoint> => {
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

const readEntries = async (storage: LogStorage, size: number): Promise<Buffer[]> => {
  const entries: Buffer[] = [];
  for (let at = 0; at < size; at += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - at);
    entries.push(...decodeBundle(await storage.get(bundlePath(at / TILE_WIDTH, width))));
  }
  return entries;
};

/** Appends entries and returns the index of the first; nothing to append is no write. LEDGER_CONFLICT when another writer was faster. */
export const appendToLog = async (ports: LogPorts, added: readonly Uint8Array[]): Promise<number> => {
  const state = await readLog(ports);
  if (added.length === 0) return state.entries.length;
  const entries = [...state.entries, ...added.map((entry) => Buffer.from(entry))];
  const leaves = entries.map(leafHash);
  for (const { path, bytes } of tilesAfter(state.entries.length, entries, leaves))
    await ports.logStorage.put(path, bytes);
  const checkpoint = {
    origin: LOG_ORIGIN,
    size: entries.length,
    root: rootOf(leaves),
    time: ports.clock.now().toISOString(),
  };
  await ports.logHead.replace(await signCheckpoint(ports.signer, checkpoint), state.version);
  return state.entries.length;
};

const signCheckpoint = async (signer: Signer, checkpoint: Checkpoint): Promise<string> => {
  const text = checkpointText(checkpoint);
  return `${text}\n${signatureLine(await logKey(signer), await signer.sign(LOG_KEY, Buffer.from(text)))}`;
};

/** Index of each entry that is in the log already, by its bytes. */
export const indexOfEntries = ({ entries }: LogState): ReadonlyMap<string, number> =>
  new Map(entries.map((entry, i) => [entry.toString('utf8'), i]));

/** https://c2sp.org/tlog-proof: index, inclusion hashes and the checkpoint, in one text file. */
export const tlogProof = (state: LogState, index: number): string => {
  const hashes = inclusionProof(state.leaves, index).map((hash) => `${hash.toString('base64')}\n`);
  return `${PROOF_HEADER}\nindex ${index}\n${hashes.join('')}\n${state.note ?? ''}`;
};

export const PROOF_HEADER = 'c2sp.org/tlog-proof@v1';

/** LEDGER_INVALID where the text is not a proof in its one form. */
export const parseTlogProof = (text: string): { index: number; hashes: Buffer[]; note: string } => {
  const at = text.indexOf('\n\n');
  const [header, indexLine = '', ...lines] = text.slice(0, at).split('\n');
  const index = /^index (0|[1-9]\d*)$/.exec(indexLine)?.[1];
  const hashes = lines.map((line) => Buffer.from(line, 'base64'));
  const wellFormed =
    at >= 0 &&
    header === PROOF_HEADER &&
    index !== undefined &&
    hashes.every((hash, i) => hash.length === 32 && hash.toString('base64') === lines[i]);
  if (!wellFormed) throw new QuittanceError('LEDGER_INVALID', { message: 'not a tlog-proof' });
  return { index: Number(index), hashes, note: text.slice(at + 2) };
};

/** Proof that an earlier size is a prefix of the log now. */
export const logConsistency = (state: LogState, size: number): Buffer[] => consistencyProof(state.leaves, size);
