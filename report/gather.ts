// Reads a ticket's artefacts for the report: its runs with manifests, tables and judgements, the policy, the
// certificate, the model. It writes nothing.
// Trap: where the ticket names an artefact that the store lacks, this is an error, not a gap in the report.
import { CertificatePredicate } from '#core/certificate.ts';
import type { Digest } from '#core/canonical.ts';
import { Envelope, Statement } from '#core/dsse.ts';
import { isQuittanceError } from '#core/errors.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { judge, StoredJudgement, type Judgement } from '#core/gate.ts';
import { GatePolicy } from '#core/policy.ts';
import type { Ports } from '#core/ports.ts';
import { jobName, JobResult, RunManifest } from '#core/run.ts';
import { getJson, parseJson } from '#core/stored-json.ts';
import { workingOf, type Run, type Ticket } from '#core/ticket.ts';
import type { ReportParts } from './audit-report.ts';
import type { AttemptParts } from './findings.ts';

export type ReportPorts = Pick<Ports, 'tickets' | 'artifacts' | 'models' | 'results'>;

/** What `auditReport` takes. TICKET_NOT_FOUND. */
export const gatherReport = async (ports: ReportPorts, ticketId: string): Promise<ReportParts> => {
  const { ticket } = await ports.tickets.get(ticketId);
  const attempts: AttemptParts[] = [];
  const policy = await getJson(ports.artifacts, ticket.policy, GatePolicy);
  for (const run of runsOf(ticket)) attempts.push(await attemptParts(run, policy, ports));
  const { model } = await ports.models.get(ticket.model);
  return {
    ticket,
    events: await ports.tickets.events(ticketId),
    attempts,
    tablesBefore: await tablesBefore(ports, ticketId),
    policy,
    certificate: await certificateOf(ticket, ports),
    model,
  };
};

/** Every run in order; a ticket keeps the run under way apart from the finished ones. */
const runsOf = (ticket: Ticket): Run[] => {
  const found = ticket.status === 'PURGED' ? ticket.sealed : workingOf(ticket);
  if (!found || !('runs' in found)) return [];
  const underWay = 'run' in found && !found.runs.some(({ number }) => number === found.run.number) ? [found.run] : [];
  return [...found.runs, ...underWay];
};

const attemptParts = async (run: Run, policy: GatePolicy, { artifacts }: ReportPorts): Promise<AttemptParts> => {
  const tables = run.tables === undefined ? undefined : await getJson(artifacts, run.tables, EvaluationTables);
  const judgement = run.judgement === undefined ? undefined : await getJson(artifacts, run.judgement, StoredJudgement);
  return {
    run,
    manifest: run.manifest === undefined ? undefined : await getJson(artifacts, run.manifest, RunManifest),
    tables,
    judgement: judgement && tables && present(judgement, tables, policy),
  };
};

/**
 * A judgement stored before its bounds were numbers is made again from tables and policy, which give the same result.
 */
const present = (judgement: StoredJudgement, tables: EvaluationTables, policy: GatePolicy): Judgement =>
  judgement.kind === 'quittance-judgement/v1' ? judge(tables, policy) : judgement;

/** The tables of the base, where it was evaluated for this ticket; they are stored as run 0. */
const tablesBefore = async ({ results, artifacts }: ReportPorts, ticketId: string) => {
  try {
    const { result } = JobResult.parse(await results.get(jobName('evaluate', ticketId, 0)));
    return await getJson(artifacts, result, EvaluationTables);
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
};

const certificateDigest = (ticket: Ticket): Digest | undefined => {
  const found = ticket.status === 'PURGED' ? ticket.sealed : workingOf(ticket);
  return found && 'certificate' in found ? found.certificate.digest : undefined;
};

/** Parsed for its contents only; `quittance verify` checks its signatures. */
const certificateOf = async (ticket: Ticket, { artifacts }: ReportPorts): Promise<CertificatePredicate | undefined> => {
  const digest = certificateDigest(ticket);
  if (digest === undefined) return undefined;
  const { payload } = await getJson(artifacts, digest, Envelope);
  const { predicate } = parseJson(Buffer.from(payload, 'base64'), Statement, digest);
  return CertificatePredicate.parse(predicate);
};
