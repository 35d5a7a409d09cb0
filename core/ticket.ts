// The ticket: one shape for each status, so that a ticket which unlearns without a verified requester cannot be written
// down. Zone C: ids, digests, codes, counts, role pseudonyms and times; everything about the person is in the vault.
// Trap: a status such as ON_HOLD holds the whole ticket that it interrupted, so that leaving it can never skip a check
// of the main path. Only `advance` in transitions.ts gives a ticket a new status.
import { z } from 'zod';
import { Digest } from './canonical.ts';
import { Counting } from './counting.ts';
import { ClockEvent, Deadlines, HolidayCalendar, Instant, PlainDate } from './deadlines.ts';
import { ModelName } from './model.ts';
import { EntityName } from './place.ts';
import { Protection } from './protection.ts';
import { RegimeName } from './regimes.ts';
import { Revealed } from './revealed.ts';
import { SubjectReason } from './subject.ts';
import { TicketId } from './ticket-id.ts';
import { Code, KeyedDigest, PartlyRefused, RecordNumbers, Told } from './ticket-parts.ts';
import { Channel, IdentityCheck, Principal, REQUEST_FACTS } from './ticket-request.ts';
import { Quantisation } from './quantisation.ts';

export { TicketId } from './ticket-id.ts';
export { AppealOutcome, Code, KeyedDigest, RecordNumbers, Told } from './ticket-parts.ts';
const Count = z.int().nonnegative();

/** What every ticket keeps, also after the purge. */
const kept = {
  kind: z.literal('quittance-ticket/v1'),
  id: TicketId,
  model: ModelName,
  regime: RegimeName,
  ground: z.string(),
  channel: Channel,
  filer: Principal,
  receivedAt: Instant,
  filedAt: Instant,
  updatedAt: Instant,
  /** Events so far; the next has this number plus one. */
  sequence: Count,
  /** HMAC of the forget set under the ticket's own secret, which the requester holds. */
  commitment: KeyedDigest,
  counts: z.strictObject({ records: Count, thirdPartiesAffected: z.boolean() }),
  /** Digest of the gate policy in force for this ticket. */
  policy: Digest,
  quantisation: Quantisation,
  method: z.string().optional(),
  claim: IdentityCheck,
  exemption: z.strictObject({ code: Code, decidedBy: Principal.optional() }).optional(),
  /** Keyed, of the whole request under its caller's own id; outlives the case. */
  requestDigest: KeyedDigest.optional(),
  /** How the records were had that nobody holds. */
  revealed: Revealed.optional(),
  /** Whether refusals, releases and withdrawals of this ticket take two people; absent in rows from before that. */
  twoPeople: z.literal(true).optional(),
  /**
   * Numbers of records that do not name the subject and that a second person has said are theirs. `note`: commitment to
   * the written reason, which is in the vault.
   */
  subjectConfirmed: z
    .strictObject({
      records: z.array(z.int().positive()),
      reason: SubjectReason,
      note: KeyedDigest,
      by: Principal,
      at: Instant,
    })
    .optional(),
  /** Of the request, what was refused while the rest went on; `counts` has the rest. */
  partlyRefused: PartlyRefused.optional(),
  acknowledgedOn: Instant.optional(),
  told: z.array(Told).optional(),
  assignee: Principal.optional(),
  ...REQUEST_FACTS,
  /** The controller's entity that the request is for, where it is not the installation's own. */
  entity: EntityName.optional(),
  /** How the law counted when the ticket was filed; absent in rows from before it was kept. */
  counting: Counting.optional(),
  calendar: HolidayCalendar,
  clock: z.array(ClockEvent).min(1),
  due: Deadlines,
};
/** How a ticket ends without unlearning. */
export const Outcome = z.enum(['refused', 'withdrawn', 'cancelled', 'expired']);
export type Outcome = z.infer<typeof Outcome>;
/** What takes two people: an end of the ticket, a refusal of a part of it, or the release of a hold. */
export const Act = z.enum([...Outcome.options, 'released', 'partly-refused']);
export type Act = z.infer<typeof Act>;
/** The first person's word; it dies with the last status in which the act could be done. */
const Proposal = z.strictObject({
  act: Act,
  reason: Code.optional(),
  /** Of a partial refusal. */
  records: RecordNumbers.optional(),
  by: Principal,
  at: Instant,
});
export type Proposal = z.infer<typeof Proposal>;

/**
 * The requester was asked what is meant, and the work waits for the answer; on the day after `until` it goes on without
 * one.
 */
export const Asking = z.strictObject({ by: Principal, at: Instant, until: PlainDate.optional() });

/** `subjectKey`: keyed pseudonym of the subject, by which a second ticket is recognised; gone after the purge. */
/** `protection`: what the interim rule would do, as it was told at filing. */
const base = {
  ...kept,
  protection: Protection.optional(),
  subjectKey: KeyedDigest,
  proposal: Proposal.optional(),
  asking: Asking.optional(),
};

/** One attempt at unlearning, with the results that it has so far. */
export const Run = z.strictObject({
  /** Counts all runs of the ticket from 1; part of the job's name. */
  number: z.int().positive(),
  /** Index into the policy's ladder. */
  rung: Count,
  plan: Digest,
  base: Digest,
  method: z.string(),
  manifest: Digest.optional(),
  candidate: Digest.optional(),
  tables: Digest.optional(),
  judgement: Digest.optional(),
  verdict: z.enum(['pass', 'remediation', 'fail']).optional(),
});
export type Run = z.infer<typeof Run>;
const EvaluatedRun = Run.required();

const verified = { ...base, identity: IdentityCheck };
const admitted = {
  ...verified,
  triagedAt: Instant,
  forgetSet: z.strictObject({ records: Count, people: Count, trainingManifest: Digest }),
};
/**
 * `ladderFrom`: runs before this one belong to an earlier climb (a human resumed the ticket, or the base model moved).
 */
const scheduled = {
  ...admitted,
  suppression: z.strictObject({ ruleId: z.string(), at: Instant, protection: Protection.optional() }),
  runs: z.array(Run),
  ladderFrom: Count,
};
const judged = { ...scheduled, run: EvaluatedRun, evidence: Digest, judgedAt: Instant };
const approved = {
  ...judged,
  /** `decision`: the envelope that the approver signed. */
  approval: z.strictObject({ approver: Principal, at: Instant, evidence: Digest, decision: Digest }),
};
const deployed = { ...approved, deployed: z.strictObject({ digest: Digest, previous: Digest, at: Instant }) };
/** `exact` of `prompts` questions about the forgotten records answered as before by what is served. */
const completed = {
  ...deployed,
  served: z.strictObject({ digest: Digest, prompts: Count, exact: Count, at: Instant }),
};
const evidenceSealed = {
  ...completed,
  certificate: z.strictObject({ digest: Digest, validUntil: Instant, at: Instant }),
  notices: z.array(z.strictObject({ template: Code, at: Instant })),
};

/** The evidence of a completed ticket, which outlives the case. */
const Sealed = z.strictObject({
  runs: z.array(Run),
  run: EvaluatedRun,
  evidence: Digest,
  approval: approved.approval,
  deployed: deployed.deployed,
  served: completed.served,
  certificate: evidenceSealed.certificate,
});

const shape = <S extends string, F extends z.ZodRawShape>(status: S, fields: F) =>
  z.strictObject({ status: z.literal(status), ...fields });

const working = [
  shape('RECEIVED', base),
  shape('IDENTITY_PENDING', base),
  shape('TRIAGE', verified),
  shape('EXEMPTION_PENDING', verified),
  shape('VALIDATED', { ...verified, triagedAt: Instant }),
  shape('ADMITTED', admitted),
  shape('SCHEDULED', scheduled),
  shape('UNLEARNING', { ...scheduled, run: Run }),
  shape('EVALUATING', { ...scheduled, run: Run.required({ manifest: true, candidate: true }) }),
  shape('AWAITING_APPROVAL', judged),
  shape('DEPLOYING', approved),
  shape('VERIFYING_SERVED', deployed),
  shape('COMPLETED', completed),
  shape('EVIDENCE_SEALED', evidenceSealed),
] as const;

/** The fields that all but purged tickets share. */
export const BaseTicket = z.object(base);
export const KeptTicket = z.object(kept);

/** A ticket on the main path. */
export const WorkingTicket: WorkingTicketShape = z.discriminatedUnion('status', working);
/** A name, as a declaration that spells out every status wherever one is kept is longer than the compiler writes. */
export interface WorkingTicketShape extends z.ZodDiscriminatedUnion<typeof working, 'status'> {}
export type WorkingTicket = z.infer<typeof WorkingTicket>;

const Hold = z.strictObject({
  code: Code,
  placedBy: Principal,
  at: Instant,
  /** Absent in holds from before they were asked for. */
  matter: Code.optional(),
  review: PlainDate.optional(),
});
const Remedy = { reason: Code, step: Code, from: WorkingTicket };
const closed = {
  ...base,
  reason: Code,
  closedBy: Principal,
  /** Whose proposal it was; absent where one person could do it, and in rows from before it was kept. */
  proposedBy: Principal.optional(),
  closedAt: Instant,
  /** The appeal against a refusal, and who decided it. */
  appeal: z.strictObject({ on: Instant, decidedBy: Principal.optional(), at: Instant }).optional(),
  from: WorkingTicket,
  notices: z.array(z.strictObject({ template: Code, at: Instant })),
};

const Recertification = z.strictObject({
  at: Instant,
  state: z.enum(['current', 'lapsed', 'drifted']),
  evidence: Digest.optional(),
});

/** How a request ended: with a deletion, or without one. */
export const TicketEnd = z.enum(['completed', ...Outcome.options]);
export type TicketEnd = z.infer<typeof TicketEnd>;

/**
 * What remains when the case data is destroyed: the record that statutes ask for, and the evidence; nothing keyed to
 * the person.
 */
const purged = {
  ...kept,
  outcome: TicketEnd,
  reason: Code.optional(),
  /** Present when the outcome is `completed`. */
  sealed: Sealed.optional(),
  purge: z.strictObject({ objects: Count, readsRefused: Count, at: Instant }),
  recertifications: z.array(Recertification),
};

export const Ticket = z.discriminatedUnion('status', [
  ...working,
  shape('ON_HOLD', { ...base, hold: Hold, from: WorkingTicket }),
  shape('CLARIFICATION_PENDING', { ...base, asking: Asking, from: WorkingTicket }),
  shape('REMEDIATION', { ...base, ...Remedy }),
  shape('REFUSED', closed),
  shape('WITHDRAWN', closed),
  shape('CANCELLED', closed),
  shape('EXPIRED', closed),
  shape('APPEALED', closed),
  shape('PURGED', purged),
]);
export type Ticket = z.infer<typeof Ticket>;
export const Status = z.enum(Ticket.options.map(({ shape: { status } }) => status.value));
export type Status = z.infer<typeof Status>;
export type TicketIn<S extends Status> = Extract<Ticket, { status: S }>;

/** How a closed ticket ended. */
export const OUTCOME_OF = {
  REFUSED: 'refused',
  WITHDRAWN: 'withdrawn',
  CANCELLED: 'cancelled',
  EXPIRED: 'expired',
} as const satisfies Partial<Record<Status, Outcome>>;
export const CLOSED = ['REFUSED', 'WITHDRAWN', 'CANCELLED', 'EXPIRED'] as const satisfies readonly Status[];

export const isClosed = (ticket: Ticket): ticket is TicketIn<(typeof CLOSED)[number]> =>
  (CLOSED as readonly string[]).includes(ticket.status);

/**
 * The pseudonym under which a second ticket for the same person and model is refused: open and completed tickets have
 * one.
 */
export const duplicateKey = (ticket: Ticket): string | undefined =>
  isClosed(ticket) || ticket.status === 'PURGED' ? undefined : ticket.subjectKey;

/** The working ticket inside a side status, or the ticket itself. */
export const workingOf = (ticket: Exclude<Ticket, { status: 'PURGED' }>): WorkingTicket =>
  'from' in ticket ? ticket.from : ticket;
