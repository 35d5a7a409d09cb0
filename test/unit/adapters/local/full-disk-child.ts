// Writes more than its disk holds, in each way that the embedded stores write, and says what came of it: `node
// full-disk-child.ts FOLDER`.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileArtifactStore } from '#adapters/local/file-artifact-store.ts';
import { fileVault } from '#adapters/local/file-vault.ts';
import { systemClock } from '#adapters/local/system-clock.ts';
import { isQuittanceError } from '#core/errors.ts';
import { openDatabase, transaction } from '#state-machine/sqlite.ts';
import { filesUnder } from '#test/support/folders.ts';

export interface Told {
  codes: Readonly<Record<'artifact' | 'object' | 'row', string>>;
  /** What each store held before and after. */
  kept: Readonly<Record<'artifact' | 'object' | 'rows', unknown>>;
  files: { readonly before: string[]; readonly after: string[] };
  /** Shown when the last byte of the disk is taken. */
  clock: string;
}

const TOO_MUCH = new Uint8Array(400_000).fill(7);
const T = 'T-00000001';

const codeOf = async (act: () => unknown): Promise<string> => {
  try {
    await act();
    return 'fulfilled';
  } catch (error) {
    return isQuittanceError(error) ? error.code : String(error);
  }
};

const told = async (dir: string): Promise<Told> => {
  const time = () => Date.parse('2026-03-02T10:00:00Z');
  const artifacts = fileArtifactStore(join(dir, 'artifacts'));
  const vault = fileVault(join(dir, 'vault'), { now: () => new Date(time()) });
  const db = openDatabase(join(dir, 'state.sqlite'), 'CREATE TABLE IF NOT EXISTS t (body BLOB)');
  const insert = (body: Uint8Array) => transaction(db, () => db.prepare('INSERT INTO t VALUES (?)').run(body));
  const files = () => filesUnder(dir).map((path) => relative(dir, path));

  const artifact = await artifacts.put(Buffer.from('kept'));
  await vault.createKey(T);
  await vault.put(T, 'request', Buffer.from('kept'));
  insert(Buffer.from('kept'));
  const before = files();
  const codes = {
    artifact: await codeOf(() => artifacts.put(TOO_MUCH)),
    object: await codeOf(() => vault.put(T, 'request', TOO_MUCH)),
    row: await codeOf(() => insert(TOO_MUCH)),
  };
  const after = files();
  const kept = {
    artifact: Buffer.from(await artifacts.get(artifact)).toString('utf8'),
    object: Buffer.from(await vault.get(T, 'request')).toString('utf8'),
    rows: db.prepare('SELECT count(*) AS n FROM t').get()?.['n'],
  };
  const fill = (size: number) => writeFileSync(join(dir, 'ballast'), new Uint8Array(size), { flag: 'a' });
  for (const size of [4096, 1]) while ((await codeOf(() => fill(size))) === 'fulfilled');
  const clock = systemClock(join(dir, 'clock'), time).now().toISOString();
  return { codes, kept, files: { before, after }, clock };
};

const [dir = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await told(dir)));
