// Checks the whole log from its entries up: the root, every tile of every level, and every checkpoint that was ever
// published. Trap: proofs between checkpoints do not see an entry that was edited in storage; only hashing the entries
// again does.
import { isQuittanceError } from '#core/errors.ts';
import { checkpointPath, openCheckpoint, readLog, stored, type LogPorts, type LogState } from '#core/ledger/log.ts';
import { leafHash, nodeHash, rootOf, type Hash } from '#core/ledger/merkle.ts';
import { bundlePath, bundlesAfter, decodeBundle, growEdge, TILE_WIDTH } from '#core/ledger/tiles.ts';

export interface LogReport {
  size: number;
  /** Empty where all is as it should be; each names a path or a version. */
  problems: string[];
}

/** Reads everything; changes nothing. */
export const checkLog = async (ports: LogPorts): Promise<LogReport> => {
  try {
    const state = await readLog(ports);
    const entries = await allEntries(ports, state);
    const leaves = entries.map(leafHash);
    const problems = [
      ...(await wrongTiles(ports, entries, leaves)),
      ...(await wrongCheckpoints(ports, leaves, state.version)),
    ];
    return { size: state.size, problems };
  } catch (error) {
    if (!isQuittanceError(error)) throw error;
    return { size: 0, problems: [`${error.code}: ${error.message}`] };
  }
};

/** Every entry, as stored. */
export const allEntries = async ({ logStorage }: LogPorts, { size, tail }: LogState): Promise<Buffer[]> => {
  const entries: Buffer[] = [];
  for (let index = 0; index < Math.floor(size / TILE_WIDTH); index++)
    entries.push(...decodeBundle(await logStorage.get(bundlePath(index))));
  return [...entries, ...tail];
};

const wrongTiles = async (
  { logStorage }: LogPorts,
  entries: readonly Buffer[],
  leaves: readonly Hash[],
): Promise<string[]> => {
  const problems: string[] = [];
  for (const { path, bytes } of [...bundlesAfter(0, [], entries), ...growEdge(0, [], leaves).tiles]) {
    const found = await stored(logStorage, path);
    if (!found) problems.push(`${path} is missing`);
    else if (!Buffer.from(found).equals(bytes)) problems.push(`${path} does not follow from the entries`);
  }
  return problems;
};

/** The first copy may be the head's own and is written after it, so the newest may be missing. */
const wrongCheckpoints = async (ports: LogPorts, leaves: readonly Hash[], version: number): Promise<string[]> => {
  const problems: string[] = [];
  const prefix = prefixRoots(leaves);
  let [last, root] = [0, rootOf([])];
  for (let at = 1; at <= version; at++) {
    const note = await stored(ports.logStorage, checkpointPath(at));
    if (!note) {
      if (at < version) problems.push(`${checkpointPath(at)} is missing`);
      continue;
    }
    const { size, root: signed } = await openCheckpoint(Buffer.from(note).toString('utf8'), ports);
    if (size < last || size > leaves.length)
      problems.push(`${checkpointPath(at)} is for ${size} entries, after ${last}`);
    else {
      if (size > last) root = prefix(size);
      if (!signed.equals(root)) problems.push(`${checkpointPath(at)} signs another root for ${size} entries`);
      last = size;
    }
  }
  return problems;
};

/** Roots of growing prefixes, each hash made once: the roots of the full subtrees so far, as in a binary counter. */
const prefixRoots = (leaves: readonly Hash[]): ((size: number) => Hash) => {
  const full: { width: number; root: Hash }[] = [];
  let at = 0;
  return (size) => {
    for (; at < size; at++) {
      let next = { width: 1, root: leaves[at]! };
      while (full.at(-1)?.width === next.width)
        next = { width: 2 * next.width, root: nodeHash(full.pop()!.root, next.root) };
      full.push(next);
    }
    return full.map(({ root }) => root).reduceRight((right, left) => nodeHash(left, right));
  };
};
