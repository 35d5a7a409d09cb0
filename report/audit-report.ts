// The audit report of a ticket, as data: page for counsel, gate, before and after, attempts, curves, re-certification,
// statement codes. A pure function of the ticket and its artefacts, so that the same ticket gives the same report. It
// reads aggregates only and nothing from the vault.
import { limitsFor, MADE, type CertificatePredicate } from '#core/certificate.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { detailText, limitsOf, thresholdText } from '#core/gate-words.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { ModelRecord } from '#core/model.ts';
import type { StoredEvent } from '#core/ports.ts';
import { decisionsOf, lettersOf } from './decisions.ts';
import { executiveOf } from './executive.ts';
import { attemptOf, distributionsOf, metricRows, trajectoryOf, type AttemptParts } from './findings.ts';
import { recordedLabel } from './labels.ts';
import { AuditReport } from './shape.ts';
import type { Ticket } from '#core/ticket.ts';

export { AuditReport } from './shape.ts';
export type { AttemptParts } from './findings.ts';

export interface ReportParts {
  readonly ticket: Ticket;
  readonly events: readonly StoredEvent[];
  /** Every run of the ticket in order, each with what it left. */
  readonly attempts: readonly AttemptParts[];
  /** The same suite on the base, where it was evaluated. */
  readonly tablesBefore?: EvaluationTables | undefined;
  readonly policy: GatePolicy;
  readonly certificate?: CertificatePredicate | undefined;
  readonly model: ModelRecord;
}

export const auditReport = (parts: ReportParts): AuditReport => {
  const { ticket, events, attempts, tablesBefore, policy, certificate, model } = parts;
  const last = attempts.at(-1);
  return AuditReport.parse({
    kind: 'quittance-report/v1',
    ticketId: ticket.id,
    status: ticket.status,
    asOf: ticket.updatedAt,
    model: ticket.model,
    executive: executiveOf({ ticket, events, last, certificate, model }),
    gate: gateOf(last),
    metrics: metricRows(last?.tables, tablesBefore, last?.manifest),
    reference: last?.tables ? REFERENCES[last.tables.reference] : null,
    sampling: last?.tables ? samplingText(last.tables) : null,
    repeated: last?.tables?.repeated ?? {},
    distributions: distributionsOf(last?.tables),
    attempts: attempts.map((attempt) => attemptOf(attempt, policy, ticket.method)),
    trajectory: trajectoryOf(last?.manifest),
    relearning: relearningOf(last),
    recertification: recertificationOf(ticket, model),
    scope: certificate?.scope ?? null,
    statements: {
      made: (certificate?.statementsMade ?? []).flatMap((code) => statementOf(MADE, code)),
      notMade: Object.entries(limitsFor(ticket)).map(([code, text]) => ({ code, text })),
    },
    reproduce: reproduceOf(parts, last),
    decisions: decisionsOf(events),
    letters: lettersOf(events),
    history: events.map(({ sequence, at, type, leafIndex }) => ({ sequence, at, type, leaf: leafIndex ?? null })),
  });
};

const REFERENCES = {
  controls:
    'people on whom the model was never trained, matched to the forgotten ones (a model trained without the data does not exist here)',
  'retain-model': 'a model that was trained without the data (benchmark)',
} as const;

const samplingText = ({ sampling: { temperature, samplesPerPrompt, seed }, quantisation }: EvaluationTables): string =>
  `greedy, and ${samplesPerPrompt} samples a question at temperature ${temperature} (seed ${seed}), on the artefact as served (quantisation: ${quantisation})`;

const gateOf = (last: AttemptParts | undefined): AuditReport['gate'] =>
  last?.judgement
    ? {
        verdict: last.judgement.verdict,
        policyVersion: last.judgement.policyVersion,
        gates: last.judgement.gates.map((gate) => ({
          ...gate,
          threshold: thresholdText(gate),
          detail: detailText(gate),
        })),
        limits: limitsOf(last.judgement),
      }
    : null;

const relearningOf = (last: AttemptParts | undefined): AuditReport['relearning'] =>
  last?.tables?.curves['forget.relearn'] ?? {
    notAvailable: last?.tables?.notAvailable['forget.relearn'] ?? 'no re-learning run was made',
  };

const statementOf = (table: Readonly<Record<string, string>>, code: string) =>
  table[code] === undefined ? [] : [{ code, text: table[code] }];

const LINES = {
  never: 'no re-certification has run yet',
  current: 'the certificate is current: what is served is what was certified, and the last checks passed',
  lapsed: 'the certificate has lapsed: it must not be relied on until a full suite passes again',
  drifted: 'the certificate does not cover what is served now: the model changed after it was certified',
} as const;

/**
 * The re-certifications in the ticket's history where the ticket is closed, and from the model's record whether the
 * certificate still holds.
 */
const recertificationOf = (ticket: Ticket, model: ModelRecord): AuditReport['recertification'] => {
  const history = ticket.status === 'PURGED' ? ticket.recertifications.map(({ at, state }) => ({ at, state })) : [];
  const certified = model.certificates.some(({ ticketId }) => ticketId === ticket.id);
  const state = certified ? model.recertification.state : (history.at(-1)?.state ?? 'never');
  return { state, line: LINES[state], history };
};

const reproduceOf = ({ ticket, certificate }: ReportParts, last: AttemptParts | undefined): Record<string, string> => {
  const { run, manifest, tables } = last ?? {};
  const fields = {
    'gate policy': ticket.policy,
    'base model': run?.base,
    plan: run?.plan,
    run: run?.manifest,
    'candidate model': run?.candidate,
    'evaluation suite': tables && `${tables.suite.name} ${tables.suite.version}, ${tables.suite.digest}`,
    'evaluation tables': run?.tables,
    judgement: run?.judgement,
    'approved evidence': certificate?.approval.evidence,
    seed: manifest && String(manifest.seed),
    backend: manifest?.backend,
    ...Object.fromEntries(
      Object.entries(manifest?.recorded ?? {}).map(([key, value]) => [recordedLabel(key), String(value)]),
    ),
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
};
