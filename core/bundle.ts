// The evidence bundle: everything that a stranger needs to check a certificate offline, as a folder of files. It can be
// made from the stores at any time after the certificate was issued, and holds no personal data. Trap: a file could be
// changed, added or left out at the end, so bundle.json lists every file with its digest, and the service signs the
// digest of bundle.json (which is in canonical form) in bundle.dsse.json.
import { z } from 'zod';
import { canonicalize, Digest, digestOf, type JsonOf } from './canonical.ts';
import { attest, CertificatePredicate, signBundle, STAGE_NAMES, STAGES, type Stage } from './certificate.ts';
import { Envelope, Statement } from './dsse.ts';
import { must, QuittanceError } from './errors.ts';
import { putHistory } from './bundle-history.ts';
import { EvidenceManifest } from './evidence.ts';
import { readLog, type LogState } from './ledger/log.ts';
import { bundledManifest, readChain } from './model-chain.ts';
import { consistencyFile, tlogProof } from './ledger/proof.ts';
import { tileTree, type TileTree } from './ledger/tile-tree.ts';
import type { Ports, Signer, StoredEvent } from './ports.ts';
import { getJson, parseJson } from './stored-json.ts';
import type { Ticket } from './ticket.ts';
import { trustRootOf } from './trust-root.ts';

export const BundleIndex = z.strictObject({
  /** v1: bundles made before earlier attempts and re-certifications were included. */
  kind: z.enum(['quittance-bundle/v1', 'quittance-bundle/v2']),
  ticketId: z.string(),
  files: z.record(z.string(), Digest),
});
export type BundleIndex = z.infer<typeof BundleIndex>;

export type BundleFiles = Map<string, Uint8Array>;
export type BundlePorts = Pick<Ports, 'tickets' | 'artifacts' | 'logStorage' | 'logHead' | 'signer' | 'clock'>;

const README = `This folder is evidence about one deletion from a language model. It names no person.

  quittance verify <this folder>

checks it offline: signatures, the log's proofs, the order of the stages, that the filer was not the approver, and every statistic, recomputed from
tables.json by the rules of policy.json. To know whose keys signed, get trust-root.json from the controller by another way and pass it with --trust-root;
without it the check shows that the bundle agrees with itself. To check a copy of the model, pass --model <folder>.

certificate.dsse.json  the certificate (in-toto statement in a DSSE envelope, signed by the service and the approver)
approval.dsse.json     the approver's word on the evidence, signed when it was given
attestations/          one signed statement a stage
log/                   the events and their inclusion proofs (c2sp.org/tlog-proof)
checkpoint             the log's signed head
consistency            proof that this log begins with the log that the certificate names
policy.json            the thresholds, logged before the run
tables.json            aggregate results of the evaluation, every quantity of it
tables-before.json     the same of the model from before
judgement.json         what the thresholds made of them
evidence.json          what the approver decided on
plan.json run.json     the attempt at unlearning
model.json             manifest of what is served
manifests/             of what that is made upon, where it is an adapter or composed
attempts/              what earlier attempts left, by their numbers
recertifications/      what later re-certifications found, with their plans
bundle.json            the digest of every file; in bundle.dsse.json the service signs it
`;

const bytes = <T>(value: T & JsonOf<T>): Uint8Array => Buffer.from(canonicalize(value));

/** Builds the bundle of a ticket whose certificate is issued. NOT_FOUND before that. */
export const assembleBundle = async (ports: BundlePorts, ticketId: string): Promise<BundleFiles> => {
  const { ticket } = await ports.tickets.get(ticketId);
  const sealed = sealedOf(ticket);
  const events = await ports.tickets.events(ticketId);
  const log = await readLog(ports);
  const files: BundleFiles = new Map([['README.txt', Buffer.from(README)]]);
  await putEvidence(files, ports, sealed);
  files.set('trust-root.json', bytes(await trustRootOf(ports.signer, log.origin, [sealed.approver])));
  const [checkpoint, note] = [must(log.checkpoint, 'checkpoint of the log'), must(log.note, 'note of the log')];
  files.set('checkpoint', Buffer.from(note));
  const tree = tileTree(ports.logStorage, checkpoint);
  const certified = certifiedSize(files);
  files.set('consistency', Buffer.from(consistencyFile(certified, await tree.consistency(certified), note)));
  const held = events.filter(({ leafIndex }) => leafIndex !== undefined && leafIndex < log.size);
  await putEvents(files, ports.signer, ticket, held, { tree, note });
  await putHistory(files, ports.artifacts, held);
  await putIndex(files, ports.signer, ticketId, held.length, log);
  return files;
};

/** Size of the log that the certificate names. */
const certifiedSize = (files: BundleFiles): number => {
  const name = 'certificate.dsse.json';
  const { payload } = parseJson(must(files.get(name), name), Envelope, name);
  const { predicate } = parseJson(Buffer.from(payload, 'base64'), Statement, name);
  return CertificatePredicate.parse(predicate).log.size;
};

/** Writes bundle.json, which lists all files, and the service's signature of it. */
const putIndex = async (files: BundleFiles, signer: Signer, ticketId: string, events: number, log: LogState) => {
  const listed = [...files].map(([name, content]) => [name, digestOf(content)] as const);
  const index = bytes({ kind: 'quittance-bundle/v2', ticketId, files: Object.fromEntries(listed) });
  files.set('bundle.json', index);
  const predicate = { ticketId, events, log: { origin: log.origin, size: log.size } };
  files.set('bundle.dsse.json', bytes(await signBundle(signer, digestOf(index), predicate)));
};

interface Sealed {
  certificate: Digest;
  evidence: Digest;
  decision: Digest;
  approver: string;
}

const sealedOf = (ticket: Ticket): Sealed => {
  const found = ticket.status === 'PURGED' ? ticket.sealed : ticket.status === 'EVIDENCE_SEALED' ? ticket : undefined;
  if (!found)
    throw new QuittanceError('NOT_FOUND', {
      message: `ticket ${ticket.id} has no certificate`,
      got: ticket.status,
      hint: `wait until 'quittance ticket show ${ticket.id}' says COMPLETED: a certificate is issued then`,
    });
  const { decision, approver } = found.approval;
  return { certificate: found.certificate.digest, evidence: found.evidence, decision, approver };
};

/** The approver's evidence and every artefact that it names, byte for byte. */
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
  for (const { digest } of (await readChain(artifacts, manifest.candidate)).slice(1))
    files.set(bundledManifest(digest), await artifacts.get(digest));
};

const stageOf = (type: string): Stage | undefined => STAGE_NAMES.find((stage) => STAGES[stage] === type);

/** Each logged event with its proof; the latest event of each stage is attested. */
const putEvents = async (
  files: BundleFiles,
  signer: Signer,
  ticket: Ticket,
  events: readonly StoredEvent[],
  { tree, note }: { tree: TileTree; note: string },
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
