// The contract suites on the embedded adapters, each over a folder of its own that is closed and opened again where a suite says "restart".
import { join } from 'node:path';
import { canonicalize, digestOf } from '#core/canonical.ts';
import { localStores, type LocalStores } from '#adapters/local/index.ts';
import { pointerServing } from '#adapters/local/pointer-serving.ts';
import { fileArtifactStore } from '#adapters/local/file-artifact-store.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { putModel, textModel } from '#bench/house/models.ts';
import * as keyed from './keyed.contract.ts';
import { servingContract } from './serving.contract.ts';
import * as stores from './stores.contract.ts';
import { ticketStoreContract } from './ticket-store.contract.ts';
import { vaultContract } from './vault.contract.ts';

const make =
  <K extends keyof LocalStores>(port: K) =>
  async () => {
    const { dir, remove } = temporaryFolder();
    let open = localStores(dir);
    const reopen = async () => {
      open.close();
      open = localStores(dir);
      return open[port];
    };
    const done = async () => {
      open.close();
      remove();
    };
    return { port: open[port], reopen, done };
  };

ticketStoreContract('local', make('tickets'));
vaultContract('local', make('vault'));
stores.artifactStoreContract('local', make('artifacts'));
stores.logStorageContract('local', make('logStorage'));
stores.logHeadContract('local', make('logHead'));
stores.modelRegistryContract('local', make('models'));
stores.jobResultsContract('local', make('results'));
keyed.signerContract('local', make('signer'));
keyed.pseudonymsContract('local', make('pseudonyms'));
keyed.notifierContract('local', make('notifier'));
keyed.clockContract('local', make('clock'));
keyed.idsContract('local', make('ids'));
keyed.calendarContract('local', make('calendar'));

const MODELS = [textModel('before'), textModel('after')] as const;
const modelDigests = () =>
  [digestOf(canonicalize(MODELS[0].manifest)), digestOf(canonicalize(MODELS[1].manifest))] as const;
servingContract(
  'local',
  async () => {
    const { dir, remove } = temporaryFolder();
    const artifacts = fileArtifactStore(join(dir, 'artifacts'));
    for (const model of MODELS) await putModel(artifacts, model);
    const open = () =>
      pointerServing(join(dir, 'serving'), artifacts, async (_folder, prompts) => prompts.map(() => 'an answer'));
    return { port: open(), reopen: async () => open(), done: async () => remove() };
  },
  modelDigests,
);
