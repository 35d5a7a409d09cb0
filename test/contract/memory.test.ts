// The contract suites on the in-memory ports, on which every other test relies.
import { memoryHarness, type Harness } from '#adapters/memory/ports.ts';
import { digest } from '#bench/house/models.ts';
import type { Ports } from '#core/ports.ts';
import { draftsContract } from './drafts.contract.ts';
import * as keyed from './keyed.contract.ts';
import { servingContract } from './serving.contract.ts';
import * as stores from './stores.contract.ts';
import { ticketStoreContract } from './ticket-store.contract.ts';
import { vaultContract } from './vault.contract.ts';

let harness: Harness;
const make =
  <K extends keyof Ports>(port: K) =>
  async () => ({ port: (harness = memoryHarness()).ports[port] });

ticketStoreContract('memory', make('tickets'));
vaultContract('memory', make('vault'));
stores.artifactStoreContract('memory', make('artifacts'));
stores.logStorageContract('memory', make('logStorage'));
stores.logHeadContract('memory', make('logHead'));
stores.modelRegistryContract('memory', make('models'));
stores.jobResultsContract('memory', make('results'));
draftsContract('memory', async () => ({ port: memoryHarness().ports }));
stores.savedRunsContract('memory', async () => ({ port: (harness = memoryHarness()).ports }));
servingContract(
  'memory',
  make('serving'),
  () => [digest(1), digest(2)],
  async (model) => harness.rules.get(model) ?? [],
);
keyed.signerContract('memory', make('signer'));
keyed.pseudonymsContract('memory', make('pseudonyms'));
keyed.notifierContract('memory', make('notifier'), async () => harness.notices);
keyed.clockContract('memory', make('clock'), (seconds) => harness.clock.advance(seconds));
keyed.idsContract('memory', make('ids'));
keyed.installationContract('memory', make('installation'), {
  swept: ['the memory of one process'],
  notLookedAt: ['all other memory'],
});
keyed.calendarContract('memory', make('calendar'), { region: 'DE-BE', timeZone: 'Europe/Berlin' });
