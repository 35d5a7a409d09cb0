// Issues the certificate for what is served: events into the log → statement → the service's signature → artefact →
// registry → ticket. Trap: the certificate names what the probe found to be served; a candidate that was only approved
// gets none.
import { z } from 'zod';
import { requireAsLogged } from '#core/as-logged.ts';
import { canonicalize, Digest } from '#core/canonical.ts';
import { certificateStatement, SERVICE_KEY, signCertificate } from '#core/certificate.ts';
import { Envelope, keyIdOf } from '#core/dsse.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { StoredJudgement } from '#core/gate.ts';
import { GatePolicy } from '#core/policy.ts';
import { logPosition, readLog } from '#core/ledger/log.ts';
import type { Ports } from '#core/ports.ts';
import { daysAfter } from '#core/retention.ts';
import { RunManifest } from '#core/run.ts';
import { defineStep } from '#core/step.ts';
import { getJson } from '#core/stored-json.ts';
import type { TicketIn } from '#core/ticket.ts';
import { commitEvent, notReady, openTicket, TicketInput } from './step-support.ts';
import { sequenceEvents } from './sequence-log.ts';

export const issueCertificate = defineStep({
  name: 'issue-certificate',
  input: TicketInput,
  output: z.strictObject({ certificate: Digest }),
  uses: ['tickets', 'artifacts', 'models', 'logStorage', 'logHead', 'signer', 'installation', 'ledger', 'clock'],
  async run({ ticketId }, ports) {
    const found = await openTicket(ports.tickets, ticketId);
    const { ticket } = found;
    if ('certificate' in ticket) return { certificate: ticket.certificate.digest };
    if (ticket.status !== 'COMPLETED') throw notReady('issue-certificate', ticket);
    await sequenceEvents(ports);
    await requireAsLogged(ticket, ports);
    const { certificate, validUntil } = (await registered(ticket, ports)) ?? (await issue(ticket, ports));
    await commitEvent(ports, found, { type: 'certified', certificate, validUntil });
    return { certificate };
  },
});

type Completed = TicketIn<'COMPLETED'>;
type IssuePorts = Pick<Ports, 'artifacts' | 'models' | 'logStorage' | 'logHead' | 'signer' | 'installation' | 'clock'>;

/** The certificate that an interrupted call had issued: it is not made again, as the log has grown since. */
const registered = async (ticket: Completed, { models }: IssuePorts) => {
  const entry = (await models.get(ticket.model)).model.certificates.find(({ ticketId }) => ticketId === ticket.id);
  return entry && { certificate: entry.certificateDigest, validUntil: entry.validUntil };
};

const issue = async (ticket: Completed, ports: IssuePorts) => {
  const { certificateDays } = await getJson(ports.artifacts, ticket.policy, GatePolicy);
  const validUntil = daysAfter(new Date(ticket.served.at), certificateDays);
  const certificate = await certify(ticket, validUntil, ports);
  await register(ticket, certificate, validUntil, ports);
  return { certificate, validUntil };
};

/** Puts together what was decided and found, signs it by the service, and returns the envelope's digest. */
const certify = async (ticket: Completed, validUntil: string, ports: IssuePorts): Promise<Digest> => {
  const { artifacts, signer } = ports;
  const approval = await getJson(artifacts, ticket.approval.decision, Envelope);
  const signedBy = Digest.parse(approval.signatures[0]?.keyid);
  const keyId = async (name: string) => keyIdOf(await signer.publicKey(name));
  const statement = certificateStatement({
    ticket,
    run: await getJson(artifacts, ticket.run.manifest, RunManifest),
    tables: await getJson(artifacts, ticket.run.tables, EvaluationTables),
    judgement: await getJson(artifacts, ticket.run.judgement, StoredJudgement),
    validUntil,
    residualCopies: await residualCopies(ticket, ports),
    keys: { service: await keyId(SERVICE_KEY), approver: signedBy },
    log: logPosition(await readLog(ports)),
    scope: await ports.installation.certificateScope(),
  });
  const envelope = await signCertificate(signer, statement);
  return artifacts.put(Buffer.from(canonicalize(envelope)));
};

/** Copies that still exist, each with the date by which it is destroyed. */
const residualCopies = async (ticket: Completed, { models }: IssuePorts) => {
  const { model } = await models.get(ticket.model);
  return model.quarantined
    .filter(({ destroyedAt }) => destroyedAt === undefined)
    .map(({ digest, destroyAfter }) => ({
      what: 'earlier weights, in quarantine and unreachable',
      digest,
      until: destroyAfter,
    }));
};

const register = async (ticket: Completed, certificate: Digest, validUntil: string, { models, clock }: IssuePorts) => {
  const { model, version } = await models.get(ticket.model);
  const entry = { ticketId: ticket.id, certificateDigest: certificate, modelDigest: ticket.served.digest, validUntil };
  await models.put(
    { ...model, certificates: [...model.certificates, entry], updatedAt: clock.now().toISOString() },
    version,
  );
};
