// What can happen to a ticket. Events are committed with the ticket and become leaves of the public log, so they hold
// ids, digests, codes, counts, role pseudonyms and times: no field here can carry a sentence. `advance` in
// transitions.ts says when each is allowed.
import { z } from 'zod';
import { canonicalize, Digest } from './canonical.ts';
import { CASEWORK_EVENTS } from './casework-events.ts';
import { Counting, PauseReason } from './counting.ts';
import { ExtensionReason, Instant, PlainDate } from './deadlines.ts';
import { LetterKind, LetterLanguage } from './letters.ts';
import { EntityName, Place } from './place.ts';
import { Protection } from './protection.ts';
import { RegimeName } from './regimes.ts';
import { Revealed } from './revealed.ts';
import { ModelName } from './model.ts';
import { SubjectReason } from './subject.ts';
import { Asserted, Channel, EarlierPause, IdentityCheck, Principal, REQUEST_FACTS } from './ticket-request.ts';
import { Act, Code, KeyedDigest, Outcome, RecordNumbers, Run, TicketId } from './ticket.ts';
import { Quantisation } from './quantisation.ts';
import { AttestorName } from './timestamp/pem.ts';

const Count = z.int().nonnegative();
const event = <Type extends string, Fields extends z.ZodRawShape>(type: Type, fields: Fields) =>
  z.strictObject({ type: z.literal(type), ...fields });

const Stamped = z.strictObject({ authority: AttestorName, token: Digest });
export const Stamp = z.union([Stamped, z.strictObject({ authority: AttestorName, failed: Code })]);
export type Stamp = z.infer<typeof Stamp>;

export const Received = event('received', {
  id: TicketId,
  model: ModelName,
  regime: RegimeName,
  ground: z.string(),
  channel: Channel,
  filer: Principal,
  receivedAt: Instant,
  commitment: z.string(),
  counts: z.strictObject({ records: Count, thirdPartiesAffected: z.boolean() }),
  policy: Digest,
  quantisation: Quantisation,
  method: z.string().optional(),
  claim: IdentityCheck,
  /** What the interim rule would do, as the filer was told; absent in logs from before it was counted at filing. */
  protection: Protection.optional(),
  /** `decidedBy` in logs from before a second person decided: since then the filer proposes it. */
  exemption: z.strictObject({ code: Code, decidedBy: Principal.optional() }).optional(),
  asserted: Asserted,
  /** Keyed, of the whole request under its caller's own id: the same id with another request is refused. */
  requestDigest: KeyedDigest.optional(),
  /** Of the subject's pseudonym, which the row alone holds, keyed by the ticket's own secret; absent in older logs. */
  subjectDigest: KeyedDigest.optional(),
  revealed: Revealed.optional(),
  ...REQUEST_FACTS,
  /** How the law counts, and where; what the requester was asked for before the filing. Absent in older logs. */
  counting: Counting.optional(),
  place: Place.optional(),
  /** Of the public holidays that dates are counted by, which the row alone holds. */
  calendarDigest: Digest.optional(),
  entity: EntityName.optional(),
  pauses: z.array(EarlierPause).optional(),
  /** Since a refusal, a release and a withdrawal by others than the filer take two people; absent in older logs. */
  twoPeople: z.literal(true).optional(),
});
export type Received = z.infer<typeof Received>;

export const TicketEvent = z.discriminatedUnion('type', [
  event('identity-requested', {}),
  event('identity-verified', { identity: IdentityCheck, asserted: Asserted }),
  event('triaged', {}),
  /**
   * A second person says, with a written reason that stays in the vault, that records which do not name the subject are
   * theirs. `note` commits to that reason.
   */
  event('subject-confirmed', {
    by: Principal,
    reason: SubjectReason,
    records: z.array(z.int().positive()).min(1),
    note: KeyedDigest,
    asserted: Asserted,
  }),
  /** Triage met a proposal to refuse the request: the workflow ends here, and a second person decides. */
  event('exemption-raised', {}),
  /** Somebody who decides read the encrypted request and its records. `shown` commits to what it was. */
  event('request-viewed', { by: Principal, shown: KeyedDigest, asserted: Asserted }),
  event('forget-set-admitted', { records: Count, people: Count, trainingManifest: Digest }),
  /** `protection`: what the rule cannot protect and what it costs others; absent in logs from before it was counted. */
  event('output-suppressed', { ruleId: z.string(), protection: Protection.optional() }),
  event('run-planned', {
    run: Run.pick({ number: true, rung: true, plan: true, base: true, method: true }),
    policy: Digest,
  }),
  event('unlearned', { manifest: Digest, candidate: Digest }),
  /** `climb`: the verdict is not a pass and the ladder has another rung. */
  event('evaluated', {
    tables: Digest,
    judgement: Digest,
    evidence: Digest,
    verdict: z.enum(['pass', 'remediation', 'fail']),
    climb: z.boolean(),
  }),
  /** `decision`: the envelope that the approver signed. */
  event('approved', { approver: Principal, evidence: Digest, decision: Digest, asserted: Asserted }),
  event('approval-refused', { approver: Principal, evidence: Digest, reason: Code, asserted: Asserted }),
  /** Another ticket was deployed to the model first: this one must unlearn from the new base. */
  event('base-moved', { base: Digest }),
  event('deployed', { digest: Digest, previous: Digest }),
  event('served-verified', { digest: Digest, prompts: Count, exact: Count }),
  event('rolled-back', { found: Digest.nullable(), exact: Count }),
  /** `timestamps`: what each authority gave for the certificate (RFC 3161), or why it gave none. */
  event('certified', { certificate: Digest, validUntil: Instant, timestamps: z.array(Stamp).min(1).optional() }),
  /** By authorities that were away, or not asked yet, when the certificate was issued. */
  event('timestamped', { timestamps: z.array(Stamped).min(1) }),
  event('notified', { template: Code }),
  event('purged', { objects: Count, readsRefused: Count }),
  /**
   * `statement`: the envelope that says so; absent in logs from before such statements, and then nothing is renewed.
   */
  event('recertified', {
    state: z.enum(['current', 'lapsed', 'drifted']),
    evidence: Digest.optional(),
    statement: Digest.optional(),
  }),
  /** The key that signed the certificate is used no more, and until when what it signed counts (core/trust-root.ts). */
  event('approval-key-ended', { key: Digest, until: Instant, compromised: z.boolean() }),
  /** The same of the service's key, by which it signed the certificate. */
  event('service-key-ended', { key: Digest, until: Instant, compromised: z.boolean() }),
  /** The same of the log's key, by which the log said until now which leaves are the ticket's. */
  event('log-key-ended', { key: Digest, until: Instant, compromised: z.boolean() }),
  event('extended', { reason: ExtensionReason, by: Principal, asserted: Asserted }),
  /** The requester was asked for something on `since`, which may lie back; it came on `until`. */
  event('clock-paused', {
    reason: PauseReason,
    since: Instant,
    /** The work waits as well; absent where it goes on, and in events from before it could wait. */
    stops: z.literal(true).optional(),
    /** The last day on which the answer is waited for. */
    expected: PlainDate.optional(),
    by: Principal,
    asserted: Asserted,
  }),
  event('clock-resumed', { reason: PauseReason, until: Instant, by: Principal, asserted: Asserted }),
  /** `matter`: the dispute or order by its own number; `review`: the day on which the hold is looked at again. */
  event('hold-placed', {
    by: Principal,
    code: Code,
    matter: Code.optional(),
    review: PlainDate.optional(),
    asserted: Asserted,
  }),
  /** A letter lies in the vault; `body` commits to its text. */
  event('letter-written', {
    letter: LetterKind,
    language: LetterLanguage,
    body: KeyedDigest,
    /** The ground that a refusal names; absent in logs from before it was written. */
    reason: Code.optional(),
    by: Principal,
    asserted: Asserted,
  }),
  event('hold-released', { by: Principal, asserted: Asserted }),
  /** The first of two people: the act itself follows when a second one asks for the same. */
  event('act-proposed', {
    act: Act,
    reason: Code.optional(),
    records: RecordNumbers.optional(),
    by: Principal,
    asserted: Asserted,
  }),
  /** `first`: whose proposal it was; absent where one person could do it, and in logs from before it was written. */
  event('closed', { outcome: Outcome, reason: Code, first: Principal.optional(), by: Principal, asserted: Asserted }),
  event('failed', { step: Code, code: Code }),
  event('resumed', { by: Principal, asserted: Asserted }),
  ...CASEWORK_EVENTS,
]);
export type TicketEvent = z.infer<typeof TicketEvent>;

/** What a history can show. */
export const EventType = z.enum(['received', ...TicketEvent.options.map(({ shape }) => shape.type.value)]);
export type EventType = z.infer<typeof EventType>;
export type EventOf<Type extends TicketEvent['type']> = Extract<TicketEvent, { type: Type }>;

/** An event in its place in the ticket's history: the body of a leaf. */
export interface RecordedEvent {
  readonly ticketId: string;
  readonly sequence: number;
  readonly at: string;
  readonly event: TicketEvent | Received;
}

/** An event as stored: zone C by construction (ids, digests, codes, times). */
export interface StoredEvent {
  eventId: string;
  ticketId: string;
  /** Position within the ticket, from 1. */
  sequence: number;
  type: string;
  at: string;
  /** Canonical JSON of the event. */
  body: string;
  leafIndex?: number;
}

/** An event as every store keeps it; its id is its place, so that writing it twice cannot double it. */
export const storedEvent = ({ ticketId, sequence, at, event }: RecordedEvent): StoredEvent => ({
  eventId: `${ticketId}.${sequence}`,
  ticketId,
  sequence,
  type: event.type,
  at,
  body: canonicalize({ ticketId, sequence, at, event }),
});
