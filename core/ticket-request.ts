// What `quittance ticket file FILE` accepts. The personal parts (subject, records, note) go to the vault and nowhere
// else; everything else becomes part of the ticket. Trap: an error about this file may name paths, sizes and rules,
// never a value.
import { z } from 'zod';
import { Digest } from './canonical.ts';
import { PersonalRow } from './corpus-index/drop.ts';
import { QuittanceError } from './errors.ts';
import { faultsOf } from './field-faults.ts';
import { FiledRecord, filedRecords } from './filed-records.ts';
import { parseOnce } from './json-keys.ts';
import { Revealed } from './revealed.ts';
import { IdentityLevel, regimeOf, RegimeName, type Codes } from './regimes.ts';
import { PauseReason } from './counting.ts';
import { SENDERS_BEGIN } from './intake-protocols.ts';
import { Instant } from './deadlines.ts';
import { MethodName } from './method-name.ts';
import { ModelName } from './model.ts';
import { EntityName, Place } from './place.ts';
import { Quantisation } from './quantisation.ts';
import { Subject, SubjectReason } from './subject.ts';
import { TicketId } from './ticket-id.ts';

export const REQUEST_LIMIT_BYTES = 2 * 1024 * 1024;

/** A person in the organisation, by pseudonym: an id of the directory, not a name or an e-mail address. */
export const Principal = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dot, dash, underscore');
/** What the workflow itself does is recorded under this name, which no person has. */
export const SYSTEM = 'system';
/** Whether a person may have this name: not the workflow's, and none that a program of another company acts under. */
export const isPersonal = (name: string): boolean =>
  name !== SYSTEM && !Object.values(SENDERS_BEGIN).some((beginning) => name.startsWith(beginning));
/** Said of a name that no person may have. */
export const NOT_PERSONAL = 'under this name the workflow or a program of another company acts';
/** A person who is named without having signed in (`--as` of the command line): the event says so. */
export const Asserted = z.literal(true).optional();
export const Channel = z.enum(['web', 'api', 'e-mail', 'post', 'phone', 'in-person', 'agent', 'wallet']);

/** No regime that we know gave anybody the right to erasure before this day, so an earlier date is a mistake. */
const OLDEST = '2000-01-01';
const RecentInstant = Instant.refine((time) => time >= OLDEST, `a time from ${OLDEST} on`);

/** Evidence that somebody checked who the requester is: how and to what level; never a copy of a document. */
const identity = {
  method: z.enum([
    'signed-in',
    'e-mail-link',
    'one-time-code',
    'wallet',
    'document-seen',
    'agent-mandate',
    'in-person',
  ]),
  level: IdentityLevel,
  verifiedAt: RecentInstant,
};
/** As it is told; who checked is whoever tells it. */
export const IdentityClaim = z.strictObject(identity);
export type IdentityClaim = z.infer<typeof IdentityClaim>;
/** As it is recorded. */
export const IdentityCheck = z.strictObject({ ...identity, verifiedBy: Principal });
export type IdentityCheck = z.infer<typeof IdentityCheck>;

/** What the requester was asked for before the filing, and when it came if it did. */
export const EarlierPause = z.strictObject({
  reason: PauseReason,
  since: RecentInstant,
  until: RecentInstant.optional(),
});

/** What a request says of who asks, for whom, and who else is concerned; part of the ticket and of its first event. */
export const REQUEST_FACTS = {
  /**
   * Somebody asks for the person: which mandate was seen, when and by whom, and the digest of the document, which is
   * kept nowhere.
   */
  agent: z
    .strictObject({
      mandate: z.enum(['signed-permission', 'power-of-attorney', 'guardian']),
      seenAt: RecentInstant,
      seenBy: Principal.optional(),
      document: Digest.optional(),
    })
    .optional(),
  /** The person is a child. */
  minor: z.literal(true).optional(),
  /** Related tickets: of the same person, of the same matter. */
  linked: z.array(TicketId).max(50).optional(),
  /** To whom the data was passed, by pseudonym: they are told when it is unlearned (GDPR Art. 19). */
  recipients: z.array(Principal).max(50).optional(),
} as const;

const Shape = z.strictObject({
  subject: Subject,
  /** Why records that do not name the subject are theirs all the same; a second person then has to confirm it. */
  subjectReason: SubjectReason.optional(),
  model: ModelName,
  regime: RegimeName,
  ground: z.string().max(64),
  filer: Principal.refine(isPersonal, NOT_PERSONAL),
  channel: Channel.default('web'),
  /** When the request reached the organisation, if earlier than its filing. */
  receivedAt: RecentInstant.optional(),
  pauses: z.array(EarlierPause).max(20).optional(),
  ...REQUEST_FACTS,
  /** The controller's entity whose place and calendar count, or the place itself. */
  entity: EntityName.optional(),
  place: Place.optional(),
  identity: z.strictObject({ ...identity, verifiedBy: z.unknown().optional() }),
  forget: z.strictObject({
    /** In the short form, or rows of any kind with the person's values marked: see core/filed-records.ts. */
    records: z.array(FiledRecord).max(10_000),
    /** As `quittance reveal` gives it: the model itself gave the records. A second person confirms each. */
    revealed: Revealed.optional(),
    /** Rows of the model's corpus that are the person's, as `ticket find` gives them: the purge takes them out. */
    rows: z.array(PersonalRow).max(10_000).optional(),
  }),
  thirdPartiesAffected: z.boolean().default(false),
  /** The filer's finding at intake that the request must be refused, by the regime's code; a second person decides. */
  exemption: z.strictObject({ code: z.string().max(64), decidedBy: z.unknown().optional() }).optional(),
  quantisation: Quantisation.default('none'),
  /** An unlearning method to try first; the policy's ladder decides otherwise. */
  method: MethodName.optional(),
  note: z.string().max(4_000).optional(),
});

const NOT_ASKED = 'leave it out: the person who files is recorded as';

/**
 * The records are turned into the short form once: what is wrong with them, and what they are, is told of one reading.
 */
const Filed = Shape.transform((request) => ({ request, filed: filedRecords(request.forget.records, request.subject) }));

export const TicketRequest = Filed.superRefine(({ request, filed }, context) => {
  const { grounds, refusals } = regimeOf(request.regime);
  const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const oneOf = (path: string[], codes: Codes) => refuse(path, `one of ${Object.keys(codes).join(', ')}`);
  if (!Object.hasOwn(grounds, request.ground)) oneOf(['ground'], grounds);
  if (request.exemption && !Object.hasOwn(refusals, request.exemption.code)) oneOf(['exemption', 'code'], refusals);
  for (const [i, { since, until }] of (request.pauses ?? []).entries())
    if (until !== undefined && until < since) refuse(['pauses', i, 'until'], 'not before since');
  for (const list of ['linked', 'recipients'] as const)
    if (new Set(request[list]).size < (request[list] ?? []).length) refuse([list], 'each once');
  for (const { path, rule } of filed.faults) refuse(['forget', 'records', ...path], rule);
  if (request.entity !== undefined && request.place) refuse(['place'], 'either an entity or a place');
  // a form that repeats who files says nothing that is not recorded anyway
  const { verifiedBy = request.filer } = request.identity;
  if (verifiedBy !== request.filer) refuse(['identity', 'verifiedBy'], `${NOT_ASKED} the one who checked`);
  if ((request.agent?.seenBy ?? request.filer) !== request.filer)
    refuse(['agent', 'seenBy'], `${NOT_ASKED} the one who saw it`);
  if (request.exemption?.decidedBy !== undefined)
    refuse(['exemption', 'decidedBy'], `${NOT_ASKED} the one who proposes the refusal, and a second person decides`);
}).transform(({ request: { identity, exemption, forget, ...rest }, filed }) => {
  const { method, level, verifiedAt } = identity;
  return {
    ...rest,
    forget: { ...forget, records: [...filed.records] },
    identity: { method, level, verifiedAt },
    ...(exemption && { exemption: { code: exemption.code } }),
  };
});
export type TicketRequest = z.infer<typeof TicketRequest>;

/** Vault object `request`: who it is about and what they wrote. */
export const RequestSecrets = z.strictObject({
  kind: z.literal('quittance-request/v1'),
  subject: Subject,
  subjectReason: SubjectReason.optional(),
  note: z.string().optional(),
});
export type RequestSecrets = z.infer<typeof RequestSecrets>;

/** INPUT_TOO_LARGE or INVALID_INPUT, naming fields and rules but quoting nothing. */
export const parseTicketRequest = (bytes: Uint8Array): TicketRequest => {
  if (bytes.byteLength > REQUEST_LIMIT_BYTES) throw tooLarge(bytes.byteLength);
  const parsed = TicketRequest.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const faults = faultsOf(parsed.error);
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the ticket file does not have the form of a request',
    expected: faults
      .slice(0, 8)
      .map(({ field, rule }) => `${field}: ${rule}`)
      .join('; '),
    hint: "see 'quittance ticket file --help' for the fields",
    fields: faults,
  });
};

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return parseOnce(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // the parser's own message quotes the text around the fault
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the ticket file is not valid JSON in UTF-8',
      expected: 'one JSON object, no key twice',
      hint: "see 'quittance ticket file --help' for the form",
    });
  }
};

const tooLarge = (got: number) =>
  new QuittanceError('INPUT_TOO_LARGE', {
    message: 'the ticket file is too large',
    expected: `at most ${REQUEST_LIMIT_BYTES} bytes`,
    got: `${got} bytes`,
    hint: 'leave out what the form does not ask for; documents and mail do not belong into a ticket',
  });
