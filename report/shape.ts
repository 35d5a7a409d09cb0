// The audit report as data: exactly what every rendering (page, PDF, JSON) shows. Zone C: codes, digests, counts,
// aggregates and our own sentences. Trap: no field may take text that a requester, a model or a file wrote; sentences
// here are put together from counts and codes only.
import { z } from 'zod';
import { JsonValue, Digest } from '#core/canonical.ts';
import { Scope } from '#core/scope.ts';
import { ClockEvent, Deadlines, Instant } from '#core/deadlines.ts';
import { Curve, MetricValue } from '#core/evaluation.ts';
import { Gate, Judgement } from '#core/gate.ts';
import { ModelRecord } from '#core/model.ts';
import { RegimeName } from '#core/regimes.ts';
import { RunManifest } from '#core/run.ts';
import { EventType } from '#core/ticket-events.ts';
import { Channel } from '#core/ticket-request.ts';
import { Status } from '#core/ticket.ts';
import { Decision, WrittenLetter } from './decisions.ts';

const Count = z.int().nonnegative();
const NotAvailable = z.strictObject({ notAvailable: z.string() });
const RecertificationState = ModelRecord.shape.recertification.shape.state;
const Statement = z.strictObject({ code: z.string(), text: z.string() });

/** The page that counsel reads. */
export const Executive = z.strictObject({
  request: z.strictObject({
    regime: RegimeName,
    ground: z.string(),
    channel: Channel,
    receivedAt: Instant,
    filedAt: Instant,
    records: Count,
    /** Can be opened only with the secret that the requester was given. */
    commitment: z.string(),
  }),
  outcome: z.string(),
  deadline: z.strictObject({
    ...Deadlines.shape,
    /** When the requester was told how the ticket ended. */
    answeredAt: Instant.nullable(),
    verdict: z.enum(['met', 'missed', 'open']),
    clock: z.array(ClockEvent),
  }),
  done: z.string(),
  tested: z.array(z.string()),
  /** What re-learning brings back, on how many records the tests rest, what was not looked at. */
  limits: z.array(z.string()),
  notClaimed: z.array(z.string()),
  people: z.strictObject({ filer: z.string(), approver: z.string().nullable(), approvedAt: Instant.nullable() }),
  residualCopies: z.array(z.strictObject({ what: z.string(), digest: Digest, until: z.string() })),
  informed: z.array(z.strictObject({ template: z.string(), at: Instant })),
  validity: z.strictObject({ validUntil: Instant.nullable(), rule: z.string() }),
  verify: z.array(z.string()),
});
export type Executive = z.infer<typeof Executive>;

/** A gate as it was judged, with bounds and basis in words. */
const GateRow = Gate.extend({ threshold: z.string(), detail: z.string() });

/** One quantity before and after unlearning; before is null where nothing was measured then. */
export const MetricRow = z.strictObject({
  key: z.string(),
  label: z.string(),
  before: MetricValue.nullable(),
  after: MetricValue,
});
export type MetricRow = z.infer<typeof MetricRow>;

/**
 * Points (x, F(x)) after each step of a distribution function; x in the histogram's unit, at the upper end of its cell.
 */
const Steps = z.array(z.tuple([z.number(), z.number()]));
export const Distributions = z.strictObject({
  unit: z.string(),
  forget: Steps,
  controls: Steps,
  /** Where the two functions are furthest apart. */
  at: z.number(),
  d: z.number(),
  p: z.number(),
  n: Count,
  m: Count,
  rejectsFrom: z.number(),
  /** Simultaneous 95 % half-width of each band. */
  band: z.strictObject({ forget: z.number(), controls: z.number() }),
});
export type Distributions = z.infer<typeof Distributions>;

/**
 * One attempt at unlearning. `forgotten`, `retained`: shares of answers still exact, where the attempt was evaluated.
 */
export const Attempt = z.strictObject({
  number: z.int().positive(),
  rung: Count,
  method: z.string(),
  reason: z.string(),
  config: z.record(z.string(), JsonValue),
  updates: Count.nullable(),
  stop: RunManifest.shape.stop.nullable(),
  verdict: Judgement.shape.verdict.nullable(),
  failed: z.array(z.string()),
  forgotten: z.number().nullable(),
  retained: z.number().nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/** As the run wrote it. No loss was computed before the first update, so there it is null. */
const TrajectoryPoint = RunManifest.shape.trajectory.element.extend({ update: Count, loss: z.number().nullable() });

export const AuditReport = z.strictObject({
  kind: z.literal('quittance-report/v1'),
  ticketId: z.string(),
  status: Status,
  /** Time of the ticket's last change; the report shows the ticket as of then. */
  asOf: Instant,
  model: z.string(),
  executive: Executive,
  gate: z
    .strictObject({
      verdict: Judgement.shape.verdict,
      policyVersion: z.string(),
      gates: z.array(GateRow),
      /** What so many records can show and what not; stands on the first page. */
      limits: z.array(z.string()),
    })
    .nullable(),
  metrics: z.array(MetricRow),
  reference: z.string().nullable(),
  sampling: z.string().nullable(),
  /** By group: records that stood there more than once and were counted once. */
  repeated: z.record(z.string(), Count),
  distributions: z.union([Distributions, NotAvailable]),
  attempts: z.array(Attempt),
  /**
   * Of the last attempt; aggregates over the forget records against stop controls, which are not the gate's controls.
   */
  trajectory: z.array(TrajectoryPoint),
  relearning: z.union([Curve, NotAvailable]),
  recertification: z.strictObject({
    state: RecertificationState,
    line: z.string(),
    history: z.array(z.strictObject({ at: Instant, state: RecertificationState })),
  }),
  scope: Scope.nullable(),
  statements: z.strictObject({ made: z.array(Statement), notMade: z.array(Statement) }),
  /** What is needed to reproduce the attempt: names to digests or settings. */
  reproduce: z.record(z.string(), z.string()),
  decisions: z.array(Decision),
  letters: z.array(WrittenLetter),
  history: z.array(z.strictObject({ sequence: Count, at: Instant, type: EventType, leaf: Count.nullable() })),
});
export type AuditReport = z.infer<typeof AuditReport>;
