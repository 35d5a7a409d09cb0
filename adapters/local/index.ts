// Every port over one data folder. `localStores` is what a job's child process opens too, under the lock of its parent;
// `localPorts` adds what only the main process has: serving, jobs, workflows.
import { join } from 'node:path';
import { ledgerReader } from '#core/ledger/reader.ts';
import { withoutPeople } from '#core/people-signer.ts';
import { NO_WAY_OUT } from '#core/attestors.ts';
import { NO_MAIL } from '#core/mail.ts';
import type { Place } from '#core/place.ts';
import type { Courier, JobQueue, Ports, WorkflowEngine } from '#core/ports.ts';
import type { Webhooks } from '#core/webhooks.ts';
import { lockFolder } from './data-folder.ts';
import { openDatabase } from '#state-machine/sqlite.ts';
import { fileArtifactStore } from './file-artifact-store.ts';
import { fileLogStorage } from './file-log-storage.ts';
import { filePseudonyms } from './file-pseudonyms.ts';
import { fileSigner } from './file-signer.ts';
import { fileVault } from './file-vault.ts';
import { holidayCalendar } from './holiday-calendar.ts';
import { localInstallation, readInstallation } from './installation.ts';
import { filePeopleKeys } from './people-keys.ts';
import { outboxNotifier } from './outbox-notifier.ts';
import { pointerServing, type Answer } from './pointer-serving.ts';
import { smtpMailer } from './smtp-mailer.ts';
import { randomIds } from './random-ids.ts';
import { REGISTRY_SCHEMA, sqliteJobResults, sqliteLogHead, sqliteModelRegistry } from './sqlite-registries.ts';
import { sqliteTicketStore, TICKET_SCHEMA } from './sqlite-ticket-store.ts';
import { sqliteWebhooks, WEBHOOK_SCHEMA } from './sqlite-webhooks.ts';
import { systemClock } from './system-clock.ts';

export type LocalStores = Omit<Ports, 'jobs' | 'workflows' | 'serving'> & {
  place: Place;
  /** What served models say in place of a withheld answer. */
  withheldAnswer: string;
  webhooks: Webhooks;
  /** Receivers of webhooks inside the own network. */
  webhooksInside: readonly string[];
  close: () => void;
};

export interface StoreOptions {
  /**
   * false where this process needs no lock: a job's child process (its parent holds it), and commands that only read.
   * Default true.
   */
  lock?: boolean;
  /** The system's time in milliseconds; for tests. */
  readClock?: () => number;
  /** The way to services outside, for whoever asks them; by default there is none. */
  courier?: Courier;
}

/** STORE_LOCKED when another process writes the folder. */
export const localStores = (dir: string, { lock = true, ...options }: StoreOptions = {}): LocalStores => {
  const held = lock ? lockFolder(dir) : { release: () => undefined };
  try {
    return openStores(dir, options, held.release);
  } catch (error) {
    held.release();
    throw error;
  }
};

const openStores = (
  dir: string,
  { readClock, courier = NO_WAY_OUT }: StoreOptions,
  release: () => void,
): LocalStores => {
  const said = readInstallation(dir);
  const place = { region: said.region, timeZone: said.timeZone };
  const db = openDatabase(join(dir, 'state.sqlite'), TICKET_SCHEMA + REGISTRY_SCHEMA + WEBHOOK_SCHEMA);
  const clock = systemClock(join(dir, 'clock'), readClock);
  const people = filePeopleKeys(join(dir, 'keys'));
  const log = {
    logStorage: fileLogStorage(join(dir, 'log')),
    logHead: sqliteLogHead(db),
    signer: withoutPeople(fileSigner(join(dir, 'keys')), () => people),
  };
  const vault = fileVault(join(dir, 'vault'), clock);
  return {
    tickets: sqliteTicketStore(db),
    vault,
    artifacts: fileArtifactStore(join(dir, 'artifacts')),
    ...log,
    people,
    ledger: ledgerReader(log.logStorage, log.logHead, log.signer),
    results: sqliteJobResults(db),
    models: sqliteModelRegistry(db),
    mailer: said.mail ? smtpMailer(dir, said.mail) : NO_MAIL,
    notifier: outboxNotifier(join(dir, 'outbox')),
    clock,
    ids: randomIds,
    pseudonyms: filePseudonyms(join(dir, 'keys', 'pseudonyms.key')),
    calendar: holidayCalendar({ home: place, entities: said.entities }),
    installation: localInstallation(said),
    outside: { ...courier, attestors: async () => ({ timestamps: said.timestamps, witnesses: said.witnesses }) },
    place,
    webhooks: sqliteWebhooks(db),
    webhooksInside: said.webhooksInside,
    withheldAnswer: said.withheldAnswer,
    close: () => {
      vault.close();
      db.close();
      release();
    },
  };
};

export interface Injected extends StoreOptions {
  answer: Answer;
  jobs: (stores: LocalStores) => JobQueue;
  workflows: (stores: LocalStores) => WorkflowEngine;
}

export type LocalPorts = Ports &
  Pick<LocalStores, 'place' | 'webhooks' | 'webhooksInside' | 'withheldAnswer' | 'close'>;

export const localPorts = (dir: string, { answer, jobs, workflows, ...options }: Injected): LocalPorts => {
  const stores = localStores(dir, options);
  return {
    ...stores,
    serving: pointerServing(join(dir, 'serving'), stores.artifacts, answer),
    jobs: jobs(stores),
    workflows: workflows(stores),
  };
};
