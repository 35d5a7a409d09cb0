// The contract suites on the embedded adapters, each over a folder of its own that is closed and opened again where a
// suite says "restart".
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalize, digestOf } from '#core/canonical.ts';
import { localStores, type LocalStores } from '#adapters/local/index.ts';
import { DEFAULT_PLACE } from '#core/place.ts';
import { pointerServing, suppressionRules } from '#adapters/local/pointer-serving.ts';
import { fileArtifactStore } from '#adapters/local/file-artifact-store.ts';
import { openDatabase } from '#state-machine/sqlite.ts';
import { filesUnder, temporaryFolder } from '#test/support/folders.ts';
import { putModel, textModel } from '#bench/house/models.ts';
import type { Notice } from '#test/support/mails.ts';
import type { EditedColumn } from './contract.ts';
import { draftsContract } from './drafts.contract.ts';
import * as keyed from './keyed.contract.ts';
import { servingContract } from './serving.contract.ts';
import * as stores from './stores.contract.ts';
import { ticketStoreContract } from './ticket-store.contract.ts';
import { vaultContract } from './vault.contract.ts';

/** Folder of the current stores, and the time that the machine tells them. */
let dir: string;
let now: number;

const made =
  <P>(of: (open: LocalStores) => P, settings = '{}') =>
  async () => {
    const folder = temporaryFolder();
    const { remove } = folder;
    [dir, now] = [folder.dir, Date.parse('2026-03-02T10:00:00Z')];
    writeFileSync(join(dir, 'installation.json'), settings);
    let open = localStores(dir, { readClock: () => now });
    const reopen = async () => {
      open.close();
      open = localStores(dir, { readClock: () => now });
      return of(open);
    };
    const done = async () => {
      open.close();
      remove();
    };
    const edit = async (id: string, column: EditedColumn) => {
      open.close();
      const db = openDatabase(join(dir, 'state.sqlite'), '');
      db.exec(`UPDATE tickets SET ${column === 'duplicate' ? 'duplicate_key' : column} = 'edited' WHERE id = '${id}'`);
      db.close();
      open = localStores(dir, { readClock: () => now });
    };
    return { port: of(open), reopen, done, edit };
  };
const make = <K extends keyof LocalStores>(port: K, settings?: string) => made((open) => open[port], settings);

ticketStoreContract('local', make('tickets'));
vaultContract('local', make('vault'));
stores.artifactStoreContract('local', make('artifacts'));
stores.logStorageContract('local', make('logStorage'));
stores.logHeadContract('local', make('logHead'));
stores.modelRegistryContract('local', make('models'));
stores.jobResultsContract('local', make('results'));
draftsContract(
  'local',
  made((open) => open),
);
stores.savedRunsContract(
  'local',
  made((open) => open),
);
keyed.signerContract('local', make('signer'));
keyed.pseudonymsContract('local', make('pseudonyms'));
keyed.notifierContract('local', make('notifier'), async () =>
  filesUnder(join(dir, 'outbox')).map((path) => JSON.parse(readFileSync(path, 'utf8')) as Notice),
);
keyed.clockContract('local', make('clock'), (seconds) => void (now += 1000 * seconds));
keyed.idsContract('local', make('ids'));
keyed.calendarContract('local', make('calendar'), DEFAULT_PLACE);
const SCOPE = { swept: ['the model on this machine'], notLookedAt: ['its backups'] };
keyed.installationContract('local', make('installation', JSON.stringify({ certificateScope: SCOPE })), SCOPE);

const MODELS = [textModel('before'), textModel('after')] as const;
const modelDigests = () =>
  [digestOf(canonicalize(MODELS[0].manifest)), digestOf(canonicalize(MODELS[1].manifest))] as const;
servingContract(
  'local',
  async () => {
    const folder = temporaryFolder();
    const { remove } = folder;
    dir = folder.dir;
    const artifacts = fileArtifactStore(join(dir, 'artifacts'));
    for (const model of MODELS) await putModel(artifacts, model);
    const open = () =>
      pointerServing(join(dir, 'serving'), artifacts, async (_folder, prompts) => prompts.map(() => 'an answer'));
    return { port: open(), reopen: async () => open(), done: async () => remove() };
  },
  modelDigests,
  (model) => suppressionRules(join(dir, 'serving'), model),
);
