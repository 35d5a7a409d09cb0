// The evidence bundle: everything that a stranger needs to check a certificate offline, as a folder of files. It can be
// made from the stores at any time after the certificate was issued, or the request was closed without one, and holds
// no personal data. Trap: a file could be changed, added or left out at the end, so bundle.json lists every file with
// its digest, and the service signs the digest of bundle.json (which is in canonical form) in bundle.dsse.json.
import { z } from 'zod';
import { canonicalize, Digest, digestOf, type JsonOf } from './canonical.ts';
import { CertificatePredicate } from './certificate.ts';
import { attest, signBundle, STAGE_NAMES, STAGES, type Stage } from './statements.ts';
import { Envelope, Statement } from './dsse.ts';
import { must, QuittanceError } from './errors.ts';
import { putHistory } from './bundle-history.ts';
import { CERTIFIED_README, CLOSED_README } from './bundle-readme.ts';
import { closingOf, signClosing } from './closing.ts';
import { EvidenceManifest } from './evidence.ts';
import { openCheckpoint, readLog } from './ledger/log.ts';
import type { Checkpoint } from './ledger/note.ts';
import { bundledManifest, filesOf, readChain } from './model-chain.ts';
import { MODEL_SIGNING_FILE, signModelManifest } from './model-signing.ts';
import { consistencyFile, tlogProof } from './ledger/proof.ts';
import { readTicketLeaves } from './ledger/ticket-leaves.ts';
import { tileTree, type TileTree } from './ledger/tile-tree.ts';
import { withCosignatures } from './ledger/witnesses.ts';
import type { Ports, Signer, StoredEvent } from './ports.ts';
import { RECIPE_FILE } from './recipe.ts';
import { RunManifest } from './run.ts';
import { getJson, parseJson } from './stored-json.ts';
import { isClosed, TicketEnd, OUTCOME_OF, type Ticket } from './ticket.ts';
import { trustRootOf } from './trust-root.ts';

export const BundleIndex = z.strictObject({
  /**
   * v1: bundles made before earlier attempts and re-certifications were included. v2: before the log signed which
   * leaves are the ticket's.
   */
  kind: z.enum(['quittance-bundle/v1', 'quittance-bundle/v2', 'quittance-bundle/v3']),
  ticketId: z.string(),
  /** How the request ended; bundles from before there were others than of completed ones do not say it. */
  outcome: TicketEnd.optional(),
  files: z.record(z.string(), Digest),
});
export type BundleIndex = z.infer<typeof BundleIndex>;

export type BundleFiles = Map<string, Uint8Array>;
export type BundlePorts = Pick<Ports, 'tickets' | 'artifacts' | 'logStorage' | 'logHead' | 'signer' | 'clock'>;

const bytes = <T>(value: T & JsonOf<T>): Uint8Array => Buffer.from(canonicalize(value));

/**
 * Builds the bundle of a ticket that has come to its end: certified, or closed without a deletion. NOT_FOUND before
 * that.
 */
export const assembleBundle = async (ports: BundlePorts, ticketId: string): Promise<BundleFiles> => {
  const { ticket } = await ports.tickets.get(ticketId);
  const end = endOf(ticket);
  const events = (await ports.tickets.events(ticketId)).filter(({ leafIndex }) => leafIndex !== undefined);
  const log = await positionOf(ports, ticketId, events.length);
  const held = events.filter(({ leafIndex }) => leafIndex! < log.checkpoint.size);
  const files: BundleFiles = new Map([['checkpoint', Buffer.from(log.note)]]);
  if (log.leaves !== undefined) files.set('leaves', Buffer.from(log.leaves));
  if (end.sealed) await putCertified(files, ports, ticket, end.sealed, log);
  else await putClosed(files, ports, ticket, held, log);
  await putEvents(files, ports.signer, ticket, held, log);
  await putHistory(files, ports.artifacts, held);
  const kind = log.leaves === undefined ? 'quittance-bundle/v2' : 'quittance-bundle/v3';
  await putIndex(files, ports.signer, { kind, ticketId, outcome: end.outcome }, held.length, log.checkpoint);
  return files;
};

/** Where the log stands in this bundle. */
interface Position {
  readonly checkpoint: Checkpoint;
  readonly note: string;
  readonly tree: TileTree;
  /** The log's word on which leaves are the ticket's; older tickets have none. */
  readonly leaves?: string;
}

/**
 * As it was when the last of the ticket's events entered it, for which the log's key signed their list; else as it is.
 */
const positionOf = async (ports: BundlePorts, ticketId: string, events: number): Promise<Position> => {
  const kept = await readTicketLeaves(ports.logStorage, ticketId, events);
  if (!kept) {
    const log = await readLog(ports);
    const checkpoint = must(log.checkpoint, 'checkpoint of the log');
    const note = await withCosignatures(ports.logStorage, must(log.note, 'note of the log'));
    return { checkpoint, note, tree: tileTree(ports.logStorage, checkpoint) };
  }
  const checkpoint = await openCheckpoint(kept.checkpoint, ports);
  const note = await withCosignatures(ports.logStorage, kept.checkpoint);
  return { checkpoint, note, tree: tileTree(ports.logStorage, checkpoint), leaves: kept.note };
};

const putCertified = async (files: BundleFiles, ports: BundlePorts, ticket: Ticket, sealed: Sealed, log: Position) => {
  files.set('README.txt', Buffer.from(CERTIFIED_README));
  const chain = await putEvidence(files, ports, sealed);
  files.set(MODEL_SIGNING_FILE, bytes(await signModelManifest(ports.signer, ticket.model, filesOf(chain))));
  files.set('trust-root.json', bytes(await trustRootOf(ports.signer, log.checkpoint.origin, [sealed.approver])));
  const certified = certifiedSize(files);
  files.set('consistency', Buffer.from(consistencyFile(certified, await log.tree.consistency(certified), log.note)));
};

/** How the request ended, in the service's words, with the thresholds that it was filed under. */
const putClosed = async (
  files: BundleFiles,
  { artifacts, signer }: BundlePorts,
  ticket: Ticket,
  events: readonly StoredEvent[],
  { checkpoint }: Position,
) => {
  const end = closingOf(ticket, events) ?? notLogged(ticket);
  files.set('README.txt', Buffer.from(CLOSED_README));
  files.set('trust-root.json', bytes(await trustRootOf(signer, checkpoint.origin, [])));
  files.set('policy.json', await artifacts.get(ticket.policy));
  files.set('closing.dsse.json', bytes(await signClosing(signer, end, ticket.model)));
};

const notLogged = ({ id }: Ticket): never => {
  throw new QuittanceError('NOT_FOUND', {
    message: `the end of ticket ${id} is not in the log yet`,
    hint: 'its last events enter the log with the next run of a workflow; ask again after that',
  });
};

/** Size of the log that the certificate names. */
const certifiedSize = (files: BundleFiles): number => {
  const name = 'certificate.dsse.json';
  const { payload } = parseJson(must(files.get(name), name), Envelope, name);
  const { predicate } = parseJson(Buffer.from(payload, 'base64'), Statement, name);
  return CertificatePredicate.parse(predicate).log.size;
};

/** Writes bundle.json, which lists all files, and the service's signature of it. */
const putIndex = async (
  files: BundleFiles,
  signer: Signer,
  head: Omit<BundleIndex, 'files'> & { outcome: TicketEnd },
  events: number,
  { origin, size }: Checkpoint,
) => {
  const listed = [...files].map(([name, content]) => [name, digestOf(content)] as const);
  const index = bytes({ ...head, files: Object.fromEntries(listed) });
  files.set('bundle.json', index);
  const predicate = { ticketId: head.ticketId, events, log: { origin, size } };
  files.set('bundle.dsse.json', bytes(await signBundle(signer, digestOf(index), predicate)));
};

interface Sealed {
  certificate: Digest;
  evidence: Digest;
  decision: Digest;
  approver: string;
}

/** NOT_FOUND for a request that has not ended, or whose end is not in the log yet: there is no bundle of it. */
export const requireEnded = async ({ tickets }: Pick<Ports, 'tickets'>, ticketId: string): Promise<void> => {
  const { ticket } = await tickets.get(ticketId);
  if (endOf(ticket).sealed) return;
  const events = (await tickets.events(ticketId)).filter(({ leafIndex }) => leafIndex !== undefined);
  if (!closingOf(ticket, events)) notLogged(ticket);
};

const endOf = (ticket: Ticket): { outcome: TicketEnd; sealed?: Sealed } => {
  if (isClosed(ticket)) return { outcome: OUTCOME_OF[ticket.status] };
  const found = ticket.status === 'PURGED' ? ticket.sealed : ticket.status === 'EVIDENCE_SEALED' ? ticket : undefined;
  if (ticket.status === 'PURGED' && !found) return { outcome: ticket.outcome };
  if (!found)
    throw new QuittanceError('NOT_FOUND', {
      message: `ticket ${ticket.id} has no evidence to hand out yet`,
      expected: 'a certificate, or a request that was refused, withdrawn or cancelled',
      got: ticket.status,
      hint: `wait until 'quittance ticket show ${ticket.id}' says COMPLETED: a certificate is issued then`,
    });
  const { decision, approver } = found.approval;
  return {
    outcome: 'completed',
    sealed: { certificate: found.certificate.digest, evidence: found.evidence, decision, approver },
  };
};

/** The approver's evidence and every artefact that it names, byte for byte; the model's manifests are returned. */
const putEvidence = async (files: BundleFiles, { artifacts }: BundlePorts, sealed: Sealed) => {
  const manifest = await getJson(artifacts, sealed.evidence, EvidenceManifest);
  const named = {
    'certificate.dsse.json': sealed.certificate,
    'approval.dsse.json': sealed.decision,
    'evidence.json': sealed.evidence,
    'policy.json': manifest.policy,
    'plan.json': manifest.plan,
    'run.json': manifest.run,
    'tables.json': manifest.tables,
    'judgement.json': manifest.judgement,
    'model.json': manifest.candidate,
    'tables-before.json': manifest.tablesBefore,
    'metrics.json': manifest.metrics,
  };
  for (const [name, digest] of Object.entries(named))
    if (digest !== undefined) files.set(name, await artifacts.get(digest));
  const { recipe } = (await getJson(artifacts, manifest.run, RunManifest)).recorded;
  if (typeof recipe === 'string') files.set(RECIPE_FILE, await artifacts.get(Digest.parse(recipe)));
  const chain = await readChain(artifacts, manifest.candidate);
  for (const { digest } of chain.slice(1)) files.set(bundledManifest(digest), await artifacts.get(digest));
  return chain;
};

const stageOf = (type: string): Stage | undefined => STAGE_NAMES.find((stage) => STAGES[stage] === type);

/** Each logged event with its proof; the latest event of each stage is attested. */
const putEvents = async (
  files: BundleFiles,
  signer: Signer,
  ticket: Ticket,
  events: readonly StoredEvent[],
  { tree, note }: Position,
) => {
  for (const event of events) {
    if (event.leafIndex === undefined) continue;
    const name = `log/${String(event.sequence).padStart(4, '0')}`;
    files.set(`${name}.json`, Buffer.from(event.body));
    files.set(
      `${name}.tlog-proof`,
      Buffer.from(tlogProof(event.leafIndex, await tree.inclusion(event.leafIndex), note)),
    );
    const stage = stageOf(event.type);
    if (!stage) continue;
    const predicate = {
      ticketId: ticket.id,
      stage,
      at: event.at,
      event: digestOf(event.body),
      logIndex: event.leafIndex,
    };
    files.set(`attestations/${stage}.dsse.json`, bytes(await attest(signer, ticket.model, predicate)));
  }
};
