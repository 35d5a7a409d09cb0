// What an append to a long log costs, and how soon a fresh process has it: a log of a data folder that is made of many
// leaves in one go, to which single entries are then appended by the product's own way, signed and durable.
// Traps: clocks say more of the machine's load than of the log, so processor time stands beside them, and beside it
// what one signature, one durable file and one durable transaction cost in the same process. And the leaves are
// written without waiting for the disk, which no append does.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createDurably } from '#adapters/local/durable-file.ts';
import { localStores, type LocalStores } from '#adapters/local/index.ts';
import { must } from '#core/errors.ts';
import { appendToLog, readOrigin } from '#core/ledger/log.ts';
import { signedNote } from '#core/ledger/log-keys.ts';
import { leafHash } from '#core/ledger/merkle.ts';
import { checkpointText } from '#core/ledger/note.ts';
import { bundlesAfter, growEdge, rootOfEdge, TILE_WIDTH, type Edge } from '#core/ledger/tiles.ts';
import { openDatabase, transaction } from '#state-machine/sqlite.ts';
import { stopwatch } from '#containers/stopwatch.ts';

const Start = z.strictObject({ ms: z.number(), cpu: z.number(), rss: z.number() });

export interface LedgerBench {
  readonly leaves: number;
  /** Milliseconds of one append: by the clock, and of processor time on average. */
  readonly append: { readonly p50: number; readonly p95: number; readonly cpu: number };
  /** Of a fresh process that reads the end of the log: milliseconds until it has it, of processor time, and MB. */
  readonly start: z.infer<typeof Start>;
  /** Milliseconds of processor time of one of each, in the process that appended. */
  readonly yardstick: { readonly signature: number; readonly file: number; readonly transaction: number };
}

export const benchLedger = async ({ leaves = 1_000_000, appends = 300 } = {}): Promise<LedgerBench> => {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-ledger-'));
  try {
    const stores = localStores(dir);
    try {
      await makeLog(join(dir, 'log'), stores, leaves);
      const append = await timed(appends, (i) => appendToLog(stores, [entryOf(leaves + i)]));
      await started(dir); // compiles, and keeps that for the next, as the command does
      return { leaves, append, start: await started(dir), yardstick: await yardstick(dir, appends) };
    } finally {
      stores.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** About as long as an event of a ticket. */
const entryOf = (i: number): Buffer =>
  Buffer.from(
    JSON.stringify({ ticketId: `T-${i}`, sequence: 1, at: '2026-03-02T10:00:00.000Z', event: { i } }).padEnd(400),
  );

/** Leaves whose tiles are made together: many, and few enough to hold. */
const TOGETHER = 256 * TILE_WIDTH;

const makeLog = async (folder: string, stores: LocalStores, leaves: number): Promise<void> => {
  let [edge, size]: [Edge, number] = [[], 0];
  const write = (path: string, bytes: Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  while (size < leaves) {
    const added = Array.from({ length: Math.min(TOGETHER, leaves - size) }, (_, i) => entryOf(size + i));
    const grown = growEdge(size, edge, added.map(leafHash));
    for (const { path, bytes } of [...bundlesAfter(size, [], added), ...grown.tiles]) write(path, bytes);
    [edge, size] = [grown.edge, size + added.length];
  }
  const origin = await readOrigin(stores);
  const time = stores.clock.now().toISOString();
  const note = await signedNote(stores.signer, origin, checkpointText({ origin, size, root: rootOfEdge(edge), time }));
  await stores.logHead.replace(note, 0);
};

const timed = async (times: number, act: (i: number) => Promise<unknown>): Promise<LedgerBench['append']> => {
  await act(0); // the first one reads the end of the log
  const waits: number[] = [];
  const taken = stopwatch();
  for (let i = 1; i <= times; i++) {
    const began = performance.now();
    await act(i);
    waits.push(performance.now() - began);
  }
  const cpu = (taken().cpuSeconds * 1000) / times;
  const sorted = waits.toSorted((a, b) => a - b);
  const quantile = (share: number) => must(sorted[Math.floor(share * (times - 1))], 'a time');
  return { p50: rounded(quantile(0.5)), p95: rounded(quantile(0.95)), cpu: rounded(cpu) };
};

const rounded = (value: number): number => Number(value.toFixed(3));

/** From the start of the process to the end of the log, its modules included. */
const started = async (dir: string): Promise<LedgerBench['start']> => {
  const script = fileURLToPath(import.meta.resolve('#bench/ledger-start.ts'));
  const child = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const { ms, cpu, rss } = Start.parse(JSON.parse(text));
  return { ms: rounded(ms), cpu: rounded(cpu), rss: rounded(rss) };
};

const yardstick = async (dir: string, times: number): Promise<LedgerBench['yardstick']> => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const db = openDatabase(join(dir, 'yardstick.sqlite'), 'CREATE TABLE IF NOT EXISTS one (body TEXT NOT NULL)');
  const insert = db.prepare('INSERT INTO one (body) VALUES (?)');
  try {
    const { cpu: signature } = await timed(times, async (i) => sign(null, entryOf(i), privateKey));
    const { cpu: file } = await timed(times, (i) => createDurably(join(dir, 'yardstick', String(i)), entryOf(i)));
    const { cpu: transacted } = await timed(times, async (i) =>
      transaction(db, () => insert.run(entryOf(i).toString('utf8'))),
    );
    return { signature, file, transaction: transacted };
  } finally {
    db.close();
  }
};

export const ledgerText = ({ leaves, append, start, yardstick: one }: LedgerBench): string =>
  [
    `a log of ${leaves.toLocaleString('en')} entries on this machine:`,
    `an append takes ${append.cpu} ms of processor time; by the clock ${append.p50} ms (median), ${append.p95} ms (95 of 100)`,
    `a fresh process has its end after ${Math.round(start.ms)} ms, ${Math.round(start.cpu)} ms of processor time, ${Math.round(start.rss)} MB`,
    `in the same process one signature takes ${one.signature} ms of processor time, one durable file ${one.file} ms, one durable transaction ${one.transaction} ms`,
  ].join('\n');
