// What the log says: that its checkpoint is signed, that every event of the bundle is in it, that none between the
// first and the last is missing, that each stage is attested, and what came later.
// Trap: a bundle shows the log as it was at one checkpoint. What happened after it needs a newer bundle.
import { plural } from '../plural.ts';
import { z } from 'zod';
import { digestOf } from '../canonical.ts';
import { AttestationPredicate, attestationType, STAGE_NAMES, STAGES, type Stage } from '../statements.ts';
import { CLOCKS_DIFFER_MS } from '../ledger/log-keys.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../ledger/merkle.ts';
import { cosignedAt, parseNote } from '../ledger/note.ts';
import { parseConsistencyFile } from '../ledger/proof.ts';
import { openTicketLeaves, type TicketLeaves } from '../ledger/ticket-leaves.ts';
import {
  fail,
  isAbout,
  notChecked,
  requireThat,
  type BundleReader,
  type LoggedEvent,
  type Rule,
} from './bundle-reader.ts';
import { requireEndAsLogged, requireLogKeyAt } from './key-ends.ts';

export const checkpoint: Rule = (bundle) => {
  const { size, time, origin } = bundle.checkpoint;
  requireThat(origin === bundle.trustRoot.origin, `the checkpoint is of another log than ${bundle.whose} names`);
  requireThat(
    Date.parse(time) <= bundle.options.now.getTime() + CLOCKS_DIFFER_MS,
    `the checkpoint is dated ${time}, after the present`,
  );
  requireLogKeyAt(bundle, bundle.text('checkpoint'), time, 'the checkpoint');
  for (const key of bundle.trustRoot.keys)
    if (key.role === 'log') requireEndAsLogged(bundle, 'log-key-ended', key, "the log's key");
  if (bundle.certified) {
    const { log } = bundle.certificate;
    requireThat(log.size <= size && log.origin === origin, 'the log is shorter than when the certificate was written');
  }
  return `${plural(size, 'entry', 'entries')} at ${time}`;
};

/** Without a witness of the verifier's own choice a log could show others another history. */
export const witnessed: Rule = (bundle) => {
  const note = bundle.text('checkpoint');
  const witnesses = bundle.trustRoot.keys
    .filter(({ role }) => role === 'witness')
    .map(({ name, publicKey }) => ({ name, publicKey: Buffer.from(publicKey, 'base64') }));
  if (witnesses.length === 0) return notChecked('the trust root names no witness');
  const { quorum = 1 } = bundle.trustRoot;
  const [from, to] = [Date.parse(bundle.checkpoint.time), bundle.options.now.getTime()];
  const seen = witnesses.filter((witness) => {
    const at = cosignedAt(note, witness, witnesses);
    return at !== undefined && at * 1000 >= from - CLOCKS_DIFFER_MS && at * 1000 <= to + CLOCKS_DIFFER_MS;
  });
  requireThat(
    seen.length >= quorum,
    `${seen.length} of ${witnesses.length} witnesses co-signed the checkpoint in its time, and ${quorum} must`,
  );
  return `co-signed by ${seen.length} of ${plural(witnesses.length, 'witness', 'witnesses')}`;
};

export const consistency: Rule = (bundle) => {
  const { hashes, size: earlier, note } = parseConsistencyFile(bundle.text('consistency'));
  const { size, root } = bundle.checkpoint;
  const { log } = bundle.certificate;
  requireThat(signedText(note) === signedText(bundle.text('checkpoint')), 'the proof is for another checkpoint');
  requireThat(
    earlier === log.size && verifyConsistency(earlier, size, hashes, Buffer.from(log.root, 'base64'), root),
    'this log does not begin with the log that the certificate names',
  );
  return `entries 1 to ${earlier} are those of the log that the certificate names`;
};

/** A checkpoint is its text: signatures by others may be added to any copy of it. */
const signedText = (note: string): string => parseNote(note).text;

export const logInclusion: Rule = (bundle) => {
  const { size, root } = bundle.checkpoint;
  const text = signedText(bundle.text('checkpoint'));
  for (const name of bundle.eventNames) {
    const proof = bundle.proof(name);
    requireThat(signedText(proof.note) === text, `${name}: its proof is for another checkpoint`);
    requireThat(
      verifyInclusion(leafHash(bundle.file(name)), proof.index, size, proof.hashes, root),
      `${name} is not in the log where its proof says`,
    );
  }
  return `${bundle.events.length} events are in the log`;
};

export const eventOrder: Rule = (bundle) => {
  const events = bundle.events;
  events.forEach(({ sequence, index }, i) => {
    requireThat(sequence === i + 1, `event ${i + 1} of the ticket is missing`);
    requireThat(i === 0 || index > events[i - 1]!.index, `event ${sequence} stands before its predecessor in the log`);
  });
  if (bundle.certified) requireStagesInOrder(bundle);
  return `${plural(events.length, 'event')} without a gap`;
};

const requireStagesInOrder = (bundle: BundleReader): void => {
  const at = STAGE_NAMES.filter((stage) => stage !== 'purged').map((stage) => bundle.event(STAGES[stage]).index);
  requireThat(
    at.every((index, i) => i === 0 || index > at[i - 1]!),
    'the stages are out of order',
  );
};

/** Of every stage for a certificate; of those that it came to for a request that was closed. */
export const stageAttestations: Rule = (bundle) => {
  const came = new Set(bundle.events.map(({ type }) => type));
  const stages = STAGE_NAMES.filter((stage) => bundle.certified || came.has(STAGES[stage]));
  for (const stage of stages) requireAttestation(bundle, stage);
  return `${stages.length} stages attested`;
};

const requireAttestation = (bundle: BundleReader, stage: Stage) => {
  const { statement, signers } = bundle.opened(`attestations/${stage}.dsse.json`);
  requireThat(statement.predicateType === attestationType(stage), `attestation ${stage} is of another type`);
  const predicate =
    AttestationPredicate.safeParse(statement.predicate).data ?? fail(`attestation ${stage} does not have its form`);
  requireThat(
    predicate.stage === stage &&
      isOf(predicate, bundle.event(STAGES[stage])) &&
      isAbout(statement, bundle.model, predicate.event),
    `attestation ${stage} is about another event`,
  );
  requireThat(
    signers.some((id) => bundle.keys('service').has(id)),
    `attestation ${stage} lacks the service's signature`,
  );
};

const isOf = (predicate: AttestationPredicate, event: LoggedEvent): boolean =>
  predicate.ticketId === event.ticketId &&
  predicate.event === digestOf(event.leaf) &&
  predicate.logIndex === event.index &&
  predicate.at === event.at;

export const certificateLogged: Rule = (bundle) => {
  const { body, index } = bundle.event('certified');
  requireThat(body['certificate'] === bundle.digest('certificate.dsse.json'), 'the log names another certificate');
  return `at index ${index}`;
};

export const casePurged: Rule = (bundle) => {
  const { objects, readsRefused } = Purged.parse(bundle.event('purged').body);
  requireThat(objects > 0 && readsRefused === objects, 'reading the case data was not refused for every object');
  const { caseObjects = 0 } = bundle.certificate.approval;
  requireThat(
    objects >= caseObjects,
    `of the case's objects ${objects} were destroyed, and there were ${caseObjects} when it was decided on`,
  );
  return `${plural(objects, 'object')}, every read refused`;
};

const Purged = z.looseObject({ objects: z.int(), readsRefused: z.int() });

/** The log's own key says which leaves are the ticket's, at this very checkpoint: one that is left out shows. */
export const historyComplete: Rule = (bundle) => {
  if (!bundle.files.has('leaves') && bundle.index.kind !== 'quittance-bundle/v3')
    return notChecked(
      "a bundle from before the log signed which leaves are whose: that none is left out is the service's word",
    );
  const { size, leaves } = leavesListed(bundle);
  const here = bundle.events.map(({ index }) => index);
  requireThat(
    here.join() === leaves.join(),
    `the log says that ${leaves.length} leaves are the ticket's, ${here.length} are here`,
  );
  return `all ${here.length} leaves of the ticket up to entry ${size}, as the log's key says`;
};

/** The list that the log's key signed, of this ticket at this checkpoint. */
const leavesListed = (bundle: BundleReader): TicketLeaves => {
  const { origin } = bundle.trustRoot;
  const list = bundle.text('leaves');
  const said = openTicketLeaves(list, bundle.logKeys) ?? fail("the list of leaves does not carry the log's signature");
  const { size, root, time } = bundle.checkpoint;
  requireThat(
    said.ticketId === bundle.index.ticketId && said.origin === origin,
    'the list of leaves is of another ticket or log',
  );
  requireThat(
    said.size === size && said.root === root.toString('base64'),
    'the list of leaves is of another checkpoint',
  );
  requireLogKeyAt(bundle, list, time, 'the list of leaves');
  return said;
};
