// What people do around a ticket, as events: receipt confirmed, recipients told, who looks after it, what lies beside
// it, and an answer that is not the last word (refused in part, appealed). Parts of the one union in ticket-events.ts.
// Trap: like every event they hold codes, times, digests and pseudonyms; words and files are in the vault, and a
// commitment stands for each.
import { z } from 'zod';
import { Instant } from './deadlines.ts';
import { MailResult, MailWay, MessageId } from './mail.ts';
import { Asserted, Principal } from './ticket-request.ts';
import { AppealOutcome, Code, KeyedDigest, RecordNumbers, TicketId, Told } from './ticket.ts';

const event = <Type extends string, Fields extends z.ZodRawShape>(type: Type, fields: Fields) =>
  z.strictObject({ type: z.literal(type), ...fields, by: Principal, asserted: Asserted });

/** What may lie beside a case: kinds that no program runs and whose bytes say what they are. */
export const FileKind = z.enum(['pdf', 'png', 'jpeg', 'text']);
export type FileKind = z.infer<typeof FileKind>;

/** Of a letter that lies in the vault: the place of its `letter-written` in the ticket's history. */
const letter = z.int().positive();

export const CASEWORK_EVENTS = [
  /** The requester was told that the request came in; `on` may lie back. */
  event('acknowledged', { on: Instant }),
  /** GDPR Art. 19: one to whom the data was passed knows of its end, or it is said why they do not. */
  event('recipient-told', { recipient: Principal, how: Told.shape.how, on: Instant }),
  event('linked', { ticket: TicketId }),
  /** Who looks after the case; without `to`, nobody in particular. */
  event('assigned', { to: Principal.optional() }),
  event('commented', { comment: KeyedDigest }),
  event('attached', { file: KeyedDigest, kind: FileKind, bytes: z.int().positive() }),
  /** Records, by their number in the request, that are refused; the others go on. */
  event('partly-refused', {
    records: RecordNumbers,
    reason: Code,
    /** Whose proposal it was; absent in logs from before it was written. */
    first: Principal.optional(),
  }),
  /** The requester turned against the refusal, of the request or of a part of it, on `on`. */
  event('appealed', { on: Instant }),
  event('appeal-decided', { outcome: AppealOutcome }),
  /**
   * Before a letter is handed to the mail service, so that a crash between is seen; `sent` commits to the message.
   * `retry`: by itself, because the service put off what this person had sent.
   */
  event('letter-sending', {
    ...{ letter, way: MailWay, message: MessageId, sent: KeyedDigest },
    retry: z.literal(true).optional(),
  }),
  /** What the mail service answered; `attempt`: the place of its `letter-sending`. */
  event('letter-sent', {
    ...{ letter, attempt: z.int().positive(), result: MailResult },
    ...{ code: Code.optional(), service: Code.optional() },
  }),
] as const;
