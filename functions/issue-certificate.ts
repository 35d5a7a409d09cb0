// Issues the certificate for what is served: events into the log → the service's signature under the very bytes that
// the approver signed → artefact → registry → timestamps → ticket. Trap: the service signs only where the probe found
// that which is named there; a candidate that was only approved gets no second signature, and is not certified.
import { z } from 'zod';
import { requireAsLogged } from '#core/as-logged.ts';
import { Digest } from '#core/canonical.ts';
import { CertificatePredicate, CertificateType, issueDecided } from '#core/certificate.ts';
import { Envelope, Statement } from '#core/dsse.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { getJson, parseJson, putJson } from '#core/stored-json.ts';
import type { TicketIn } from '#core/ticket.ts';
import { stampedBy } from './late-attestors.ts';
import { commitEvent, notReady, onItsWay, TicketInput } from './step-support.ts';
import { sequenceEvents } from './sequence-log.ts';

export const issueCertificate = defineStep({
  name: 'issue-certificate',
  input: TicketInput,
  output: z.strictObject({ certificate: Digest }),
  uses: [
    ...(['tickets', 'artifacts', 'models', 'logStorage', 'logHead', 'signer', 'ledger'] as const),
    ...(['outside', 'clock'] as const),
  ],
  async run({ ticketId }, ports) {
    const read = await ports.tickets.get(ticketId);
    // a call that is made again puts nothing into the log that the next step would
    if (!('certificate' in read.ticket)) await sequenceEvents(ports);
    await requireAsLogged(read.ticket, ports);
    const found = onItsWay(read);
    const { ticket } = found;
    if ('certificate' in ticket) return { certificate: ticket.certificate.digest };
    if (ticket.status !== 'COMPLETED') throw notReady('issue-certificate', ticket);
    const { certificate, validUntil } = (await registered(ticket, ports)) ?? (await issue(ticket, ports));
    const timestamps = await stamped(certificate, ports);
    await commitEvent(ports, found, { type: 'certified', certificate, validUntil, ...timestamps });
    return { certificate };
  },
});

type Completed = TicketIn<'COMPLETED'>;
type IssuePorts = Pick<Ports, 'artifacts' | 'models' | 'signer' | 'clock'>;

/** The certificate that an interrupted call had registered. */
const registered = async (ticket: Completed, { models }: IssuePorts) => {
  const entry = (await models.get(ticket.model)).model.certificates.find(({ ticketId }) => ticketId === ticket.id);
  return entry && { certificate: entry.certificateDigest, validUntil: entry.validUntil };
};

const issue = async (ticket: Completed, ports: IssuePorts) => {
  const { artifacts, signer } = ports;
  const decision = await getJson(artifacts, ticket.approval.decision, Envelope);
  const { validUntil } = decided(decision, ticket);
  const certificate = await putJson(artifacts, await issueDecided(signer, decision));
  await register(ticket, certificate, validUntil, ports);
  return { certificate, validUntil };
};

/** What the approver signed. MODEL_CHANGED where that is not what is served, or not about this ticket. */
const decided = ({ payload }: Envelope, ticket: Completed): CertificatePredicate => {
  const { predicate, predicateType } = parseJson(Buffer.from(payload, 'base64'), Statement, 'the decision');
  if (!CertificateType.safeParse(predicateType).success)
    throw new QuittanceError('APPROVAL_STALE', {
      message: `ticket ${ticket.id} was approved by a version that did not have approvers sign certificates`,
      expected: 'a certificate, signed when it was decided on',
      got: predicateType,
      hint: 'let that version issue it: tickets that are approved come to their end before an upgrade',
    });
  const said = CertificatePredicate.parse(predicate);
  const { approver, evidence } = ticket.approval;
  const same =
    said.ticketId === ticket.id &&
    said.served === ticket.served.digest &&
    said.approval.approver === approver &&
    said.approval.evidence === evidence;
  if (same) return said;
  throw new QuittanceError('MODEL_CHANGED', {
    message: `what is served for ticket ${ticket.id} is not what its approver signed`,
    expected: said.served,
    got: ticket.served.digest,
  });
};

/** Of what is issued. */
const stamped = async (certificate: Digest, ports: Pick<Ports, 'artifacts' | 'outside'>) => {
  const { timestamps: authorities } = await ports.outside.attestors();
  return authorities.length === 0 ? {} : { timestamps: await stampedBy(authorities, certificate, ports) };
};

const register = async (ticket: Completed, certificate: Digest, validUntil: string, { models, clock }: IssuePorts) => {
  const { model, version } = await models.get(ticket.model);
  const entry = { ticketId: ticket.id, certificateDigest: certificate, modelDigest: ticket.served.digest, validUntil };
  await models.put(
    { ...model, certificates: [...model.certificates, entry], updatedAt: clock.now().toISOString() },
    version,
  );
};
