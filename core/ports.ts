// The ports: what the domain needs from outside, declared by their consumer, each with its guarantees. One contract
// suite a port in test/contract runs on every adapter. Trap: ports are split by guarantee, not by vendor (LogStorage is
// write-once, LogHead is compare-and-swap).
import type { Attestors } from './attestors.ts';
import type { Digest, Json } from './canonical.ts';
import type { HolidayCalendar } from './deadlines.ts';
import type { PeopleKeys, Signer } from './key-ports.ts';
import type { Place, Places } from './place.ts';
import type { Mail, MailAnswer, MailWay } from './mail.ts';
import type { NamedRule } from './suppression.ts';
import type { Ticket } from './ticket.ts';
import type { Unreadable } from './ticket-columns.ts';
import type { StoredEvent } from './ticket-events.ts';
import type { Transition } from './transitions.ts';
import type { ModelRecord } from './model.ts';
import type { Scope } from './scope.ts';
import type { WorkCounts, WorkFilter, WorkPage, WorkQuery } from './worklist.ts';
import type { Message } from './training-record.ts';

export type { FormerKey, PeopleKeys, Signer } from './key-ports.ts';
export type { StoredEvent } from './ticket-events.ts';

export interface Ports {
  readonly tickets: TicketStore;
  readonly vault: Vault;
  readonly artifacts: ArtifactStore;
  readonly logStorage: LogStorage;
  readonly logHead: LogHead;
  readonly signer: Signer;
  readonly ledger: LedgerReader;
  readonly people: PeopleKeys;
  readonly jobs: JobQueue;
  readonly results: JobResults;
  readonly workflows: WorkflowEngine;
  readonly models: ModelRegistry;
  readonly serving: ServingTarget;
  readonly notifier: Notifier;
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly pseudonyms: Pseudonyms;
  readonly calendar: Calendar;
  readonly installation: Installation;
  readonly outside: Outside;
}

export interface TicketStore {
  /**
   * Durable when it returns. Stores the first transition of a new ticket; TICKET_DUPLICATE when an open or completed
   * ticket has the same `subjectKey` and model.
   */
  create(transition: Transition): Promise<void>;
  /** TICKET_NOT_FOUND, STORE_CORRUPT as a list. Reads its own writes. `version` counts commits from 1. */
  get(id: string): Promise<{ ticket: Ticket; version: number }>;
  /**
   * Stores the ticket and its events in one atomic write; durable when it returns. TICKET_CONFLICT unless `version` is
   * current.
   */
  commit(transition: Transition, version: number): Promise<void>;
  /**
   * Newest first; may lag behind writes of other processes. STORE_CORRUPT where a row is damaged or its columns were
   * edited; with `unreadable` such rows are told to it and left out.
   */
  list(unreadable?: Unreadable): Promise<Ticket[]>;
  /** One page of the work list, from rows of its own, which are written with the ticket; may lag likewise. */
  page(query: WorkQuery): Promise<WorkPage>;
  /** How many there are of each value, over all pages. */
  counts(filter: WorkFilter): Promise<WorkCounts>;
  /** Those of one model that are neither closed nor purged, newest first; may lag and be damaged likewise. */
  openOf(model: string, unreadable?: Unreadable): Promise<Ticket[]>;
  /** The ticket's events in order, as committed. */
  events(id: string): Promise<StoredEvent[]>;
  /** Committed events that have no leaf in the log yet, in commit order (the outbox). */
  unsequenced(limit: number): Promise<StoredEvent[]>;
  /** Marks events as sequenced; marking twice is a no-op. */
  markSequenced(marks: readonly { eventId: string; leafIndex: number }[]): Promise<void>;
}

/**
 * Zone A. Everything in it is encrypted under the ticket's own data key (AES-256-GCM); the key row is never backed up.
 */
export interface Vault {
  /** Creates the ticket's data key; idempotent until the key is destroyed, then VAULT_KEY_DESTROYED. */
  createKey(ticketId: string): Promise<void>;
  /** Durable when it returns; overwrites. `name` is authenticated data. */
  put(ticketId: string, name: string, plaintext: Uint8Array): Promise<void>;
  /** NOT_FOUND, or VAULT_KEY_DESTROYED after the purge. */
  get(ticketId: string, name: string): Promise<Uint8Array>;
  list(ticketId: string): Promise<string[]>;
  /**
   * HMAC-SHA-256 under a secret that is made and destroyed with the ticket's data key: a commitment that only the
   * requester, who is given the secret, can open.
   */
  commit(ticketId: string, bytes: Uint8Array): Promise<string>;
  /** The commitment's secret, for the closing notice to the requester (hex). */
  openingSecret(ticketId: string): Promise<string>;
  /** Under which keys the ticket is found; adds to those that there are. VAULT_KEY_DESTROYED. */
  label(ticketId: string, keys: readonly string[]): Promise<void>;
  /** Tickets with this label, at most a hundred. What is destroyed has none. */
  labelled(key: string): Promise<string[]>;
  /** Destroys labels, key and ciphertexts, then reads every object back to prove that it fails. Idempotent. */
  destroy(ticketId: string): Promise<PurgeProof>;
}

export interface PurgeProof {
  ticketId: string;
  objects: number;
  /** For each object, that reading it after the destruction was refused, and with what code. */
  readsRefused: number;
  code: 'VAULT_KEY_DESTROYED';
  at: string;
}

/** Zone C or weights: content-addressed, immutable. */
export interface ArtifactStore {
  /** Durable when it returns; putting the same bytes again is a no-op. */
  put(bytes: Uint8Array): Promise<Digest>;
  /** NOT_FOUND; STORE_CORRUPT when the bytes do not have the digest. */
  get(digest: Digest): Promise<Uint8Array>;
  has(digest: Digest): Promise<boolean>;
  /** For quarantined weights past their clock; deleting what is absent is a no-op. */
  delete(digest: Digest): Promise<void>;
}

/** Tiles and entry bundles of the log. Not trusted: an editor can at most make verification fail. */
export interface LogStorage {
  /**
   * Write-once by path; writing the same bytes again is a no-op, other bytes STORE_CORRUPT. Durable when it returns.
   */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** NOT_FOUND. */
  get(path: string): Promise<Uint8Array>;
}

/** The signed checkpoint. Serialisable, read-after-write, across processes and restarts. */
export interface LogHead {
  /** undefined before the first checkpoint. */
  read(): Promise<{ checkpoint: string; version: number } | undefined>;
  /** LEDGER_CONFLICT unless `version` is current (0 for the first). */
  replace(checkpoint: string, version: number): Promise<void>;
}

/** The log and its keys, to be read: for what is compared with it before it is acted upon. */
export type LedgerReader = Pick<LogStorage, 'get'> & Pick<LogHead, 'read'> & Pick<Signer, 'publicKey' | 'former'>;

/** AWS Batch's shape: ids and digests in the parameters, results in the artifact store. */
export interface JobQueue {
  /** Idempotent by `name`. */
  submit(job: {
    name: string;
    definition: string;
    parameters: Readonly<Record<string, string>>;
  }): Promise<{ jobId: string }>;
  describe(jobId: string): Promise<{ status: 'SUBMITTED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED'; reason?: string }>;
}

/**
 * What a job reports, by the job's name. Zone C: digests and counts; the artefacts themselves are in the artifact
 * store.
 */
export interface JobResults {
  /** Durable when it returns. A repeated job overwrites: the same name stands for the same work. */
  put(jobName: string, result: Json): Promise<void>;
  /** NOT_FOUND. */
  get(jobName: string): Promise<Json>;
}

export interface WorkflowEngine {
  /** StartExecution's same-name rules: running with the same input, no-op; otherwise EXECUTION_EXISTS. */
  start(execution: { workflow: string; name: string; input: unknown }): Promise<{ executionId: string }>;
  /** Answers a `.waitForTaskToken` task. TASK_TOKEN_INVALID, TASK_TOKEN_TIMED_OUT. */
  sendTaskSuccess(taskToken: string, output: unknown): Promise<void>;
  sendTaskFailure(taskToken: string, error: string, cause: string): Promise<void>;
  /**
   * Ends a running execution as ABORTED, and with it the job or the child that it waits for; whoever waits for the
   * execution goes on. One that has ended stays as it is. EXECUTION_NOT_FOUND.
   */
  stop(executionId: string, reason: { error: string; cause: string }): Promise<void>;
  describe(executionId: string): Promise<{
    status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
    output?: unknown;
    error?: string;
    cause?: string;
  }>;
}

export interface ModelRegistry {
  /** MODEL_NOT_FOUND. */
  get(name: string): Promise<{ model: ModelRecord; version: number }>;
  list(): Promise<ModelRecord[]>;
  /** Compare-and-swap; `version` 0 registers a new name. TICKET_CONFLICT otherwise. */
  put(model: ModelRecord, version: number): Promise<void>;
}

/**
 * Where the model answers questions. `promote` is atomic: a caller sees the old or the new artefact, never a mixture.
 */
export interface ServingTarget {
  /** What is served under the name now: digest of the artefact manifest, and an answer to a prompt from it. */
  served(name: string): Promise<{ digest: Digest } | undefined>;
  /** `expected` is what must be served now (undefined: nothing); SERVED_MISMATCH otherwise. */
  promote(name: string, next: Digest, expected: Digest | undefined): Promise<void>;
  /**
   * Greedy answers to conversations of what is actually served, read from the serving path behind the suppression
   * rules, with the digest that it computed of what it loaded. MODEL_NOT_FOUND when nothing is served.
   */
  probe(name: string, conversations: readonly (readonly Message[])[]): Promise<{ digest: Digest; answers: string[] }>;
  /** Interim protection: answers that the rule recognises are withheld until it is lifted. */
  suppress(name: string, rule: NamedRule): Promise<void>;
  lift(name: string, ruleId: string): Promise<void>;
}

export interface Notifier {
  /**
   * Delivers at least once; `id` makes a repeat recognisable. Carries references, no personal data. Returns when the
   * notice is delivered or accepted by whoever delivers it.
   */
  notify(notice: {
    id: string;
    to: string;
    template: string;
    references: Readonly<Record<string, string>>;
  }): Promise<void>;
}

/** Letters to requesters, which a notice is not: they have a name, an address and a text. */
export interface Mailer {
  /** How letters go out here; undefined where people take them from here and send them themselves. */
  readonly way: MailWay | undefined;
  /** The sender's domain, of which the ids of messages are; empty where there is no way. */
  readonly domain: string;
  /**
   * One message to one address, handed over once: what becomes of it is in the answer, and no fault of the network is
   * thrown. Returns within two minutes.
   */
  send(mail: Mail): Promise<MailAnswer>;
}

export interface Clock {
  /**
   * Never earlier than before. While the machine's clock is corrected by milliseconds it stands still; CLOCK_WENT_BACK
   * when the clock was set back (core/clock.ts).
   */
  now(): Date;
}

export interface Ids {
  /** A fresh random id with the prefix, e.g. `T-`. */
  next(prefix: string): string;
}

/**
 * Keyed pseudonyms: HMAC-SHA-256 under an installation key that never leaves the adapter. `purpose` separates what must
 * not be linked.
 */
export interface Pseudonyms {
  /** 64 hex digits; the same for the same purpose and text. */
  of(purpose: string, text: string): Promise<string>;
}

/** Public holidays where a controller's entity sits, as data for `core/deadlines.ts`. */
export interface Calendar {
  /** Where the installation sits, and its entities by name. */
  readonly places: Places;
  /**
   * Holidays of a place, or of the installation's, in order, from the year before `from` to three years after it.
   * INVALID_INPUT where none are known for the region.
   */
  around(from: Date, place?: Place): Promise<HolidayCalendar>;
}

/** What the deployment says of itself, from its own settings. */
export interface Installation {
  /**
   * What a certificate says was swept and what was not looked at. INVALID_INPUT where the settings do not say it in its
   * form.
   */
  certificateScope(): Promise<Scope>;
}

/** The way to services outside, none of which is trusted. */
export interface Courier {
  /**
   * One POST, without redirects. SERVICE_UNAVAILABLE where no answer comes in time, INPUT_TOO_LARGE where it is larger
   * than any that is waited for.
   */
  post(url: string, mediaType: string, body: Uint8Array): Promise<{ status: number; body: Uint8Array }>;
}

export interface Outside extends Courier {
  /** Who is asked for timestamps and cosignatures. INVALID_INPUT where the settings do not say it in its form. */
  attestors(): Promise<Attestors>;
}
