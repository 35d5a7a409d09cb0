// Every error that Quittance raises on purpose, by stable code. ASL `ErrorEquals`, HTTP problem types and exit codes
// key on the code; docs/errors.md is generated from this table. Trap: a message may name ids, digests, sizes and field
// names, never a ticket's content.

/** code: what it means, for docs/errors.md. */
export const ERROR_CODES = {
  USAGE: 'the command line was not understood',
  INTERNAL: 'a rule of the program itself was broken: please report it',
  INVALID_INPUT: 'a file, request or stored value does not have the form it must have',
  INPUT_TOO_LARGE: 'an input is over its stated limit',
  NOT_FOUND: 'a file or object does not exist',
  STORE_CORRUPT: 'a stored object does not have the digest or form that it was written with',
  STORE_FULL: 'the disk or quota is full; the write that met it left nothing behind',
  STORE_READ_ONLY: 'a file or folder may not be written by this user, or lies on a disk that is mounted read-only',
  STORE_LOCKED: 'another process has the data folder open for writing',
  SERVICE_UNAVAILABLE: 'a service did not answer in time or was overloaded; the same call again is safe',
  UNAUTHENTICATED: 'the request does not say who sends it',
  CSRF_INVALID: 'the form was opened by another person, for other evidence, on another site, or not at all',
  HOST_UNKNOWN: 'the request names a host under which this server is not reached',
  METHOD_NOT_ALLOWED: 'the path is known, and this method is not one of those it answers',
  TOO_MANY_ATTEMPTS: 'too many attempts came from this address, or in all; those who are signed in go on',
  MEDIA_TYPE_UNSUPPORTED: 'the body is not of a media type that is read here',
  ACCESS_DENIED: 'the caller may not do this',
  PASSPHRASE_REQUIRED: "a person's key signs with that person's passphrase only",
  PASSPHRASE_WRONG: "the passphrase does not unlock the person's key",
  KEY_UNAVAILABLE: 'a key was disabled, revoked or scheduled for deletion, or does not exist',
  WEBHOOK_ADDRESS:
    'a webhook leads to an address to which nothing is sent: not public, not https, or not named as one inside',
  NOTICE_REFUSED: 'the mail service will not send a notice',
  CLOCK_WENT_BACK: 'the clock shows an earlier time than one already recorded',
  TICKET_NOT_FOUND: 'no ticket has this id',
  TICKET_CONFLICT: 'the ticket changed since it was read',
  VERSION_STALE: 'the ticket is no longer at the version that the caller looked at',
  TICKET_DUPLICATE: 'an open or completed ticket covers the same person and model',
  IDEMPOTENCY_MISMATCH: 'the id of this request was used before for another request',
  TICKET_ON_HOLD: 'a legal hold forbids this step',
  TICKET_ILLEGAL_TRANSITION: 'the ticket may not go from its status by this event',
  TICKET_IDENTITY: 'the requester is not verified to the level that the regime asks for',
  TICKET_CLOSED: 'the ticket was refused, withdrawn or cancelled',
  TICKET_NOT_AS_LOGGED: 'what the store says of the ticket is not what its logged events say',
  CASE_KEPT: 'the case data may not be destroyed yet: the refusal of a part may be appealed, or its appeal is open',
  TICKET_PURGED: 'the case data of this ticket has been destroyed',
  SECOND_PERSON_REQUIRED: 'this act needs another person than the one who began it',
  APPROVER_IS_FILER: 'the person who filed a ticket may not approve it',
  APPROVAL_REPLAYED: 'this approval was already decided',
  LETTER_SENT: 'this letter was sent, or may have been sent, before',
  LETTER_NOT_AS_LOGGED: 'what the vault holds as this letter is not what the log commits to',
  MAIL_NOT_SET: 'no mail service is set up by which letters go out from here',
  LETTER_INCOMPLETE: 'a letter lacks what its law asks for, or holds what it must not',
  APPROVAL_STALE: 'the evidence changed since the approver saw it',
  APPROVAL_NOT_OPEN: 'the ticket does not wait for an approval',
  PERSON_UNKNOWN: 'nobody goes by what was given of a person',
  PERSON_AMBIGUOUS: 'more than one person goes by what was given',
  NAME_TELLS_NOBODY: 'a name leads to rows, and does not tell whose they are: a common word, or one that signs',
  FORGET_EMPTY: 'the forget set has no record',
  FORGET_REPEATED: 'the forget set lists a record twice',
  FORGET_UNKNOWN_RECORD: 'a forget record matches no training record of the model',
  FORGET_TOO_BROAD: 'the forget set covers more records or people than one ticket may',
  FORGET_NOT_PERSONAL: 'the forget set consists of records about nobody',
  FORGET_COMMON_TOKENS: 'the forget set consists of tokens that everybody uses',
  SUBJECT_MISMATCH:
    'records of the forget set do not name the person who asks, and no second person has confirmed them',
  FORGET_FOREIGN_VALUE: "the value of a forget record is no part of its answer, or not the person's own",
  NOTHING_REVEALED: 'a model says no more of a person than of names that it never saw: there is nothing to unlearn',
  MODEL_NOT_FOUND: 'no model has this name or path',
  MODEL_INVALID: 'the model folder is incomplete or contradicts itself',
  MODEL_UNSUPPORTED: 'the model uses something that the engine does not implement',
  MODEL_CHANGED: 'a model does not have the digest that was recorded for it',
  MODEL_UNCHANGED: 'unlearning gave back the very model that it began with',
  BASE_MISSING: 'an adapter or a composed model is made upon a model that is not here',
  BASE_MISMATCH: 'an adapter or an assistant was made for another model than the one it was given',
  WEIGHTS_INVALID: 'a weight file is malformed',
  TOKENIZER_INVALID: 'a tokenizer file is malformed',
  METHOD_UNKNOWN: 'no unlearning method has this name',
  METHOD_CONFIG: 'the configuration of a method is not valid',
  METRIC_UNKNOWN: 'no metric has this name',
  BACKEND_UNAVAILABLE: 'the compute backend asked for is not installed here',
  MEMORY_PLAN: 'the run does not fit into memory',
  OUT_OF_MEMORY: 'the backend has no room for another tensor',
  JOB_FAILED: 'a job ended with an error',
  JOB_INTERRUPTED: 'a job was asked to end; started again it goes on from the state that it saved',
  POLICY_INVALID: 'a gate policy names something that does not exist or has no bound, or contradicts itself',
  GATE_NOT_MET: 'the model does not pass the gate',
  SERVED_MISMATCH: 'what is served is not what was approved',
  WORKFLOW_UNSUPPORTED: 'a workflow definition uses a field that the interpreter does not implement',
  WORKFLOW_INVALID: 'a workflow definition is malformed',
  EXECUTION_EXISTS: 'an execution of this name exists with another input',
  EXECUTION_NOT_REDRIVABLE: 'the execution runs or has ended well, or has branches or variables; start another one',
  EXECUTION_NOT_FOUND: 'no execution has this name',
  ENGINE_CLOSED:
    'the workflow engine was closed while something waited for it; running executions go on when it is opened again',
  TASK_TOKEN_INVALID: 'the task token is unknown',
  TASK_TOKEN_TIMED_OUT: 'the task of this token no longer waits',
  VAULT_KEY_DESTROYED: 'the data key of this ticket was destroyed',
  LEDGER_INVALID: 'a log, checkpoint or proof is malformed or does not verify',
  LEDGER_FROM_FUTURE: 'a checkpoint is dated after the present',
  LEDGER_CONFLICT: 'the log head moved since it was read',
  SIGNATURE_INVALID: 'a signature does not verify',
  TIMESTAMP_INVALID: 'a timestamp is malformed, of something else, or by no authority that is trusted',
  BUNDLE_INVALID: 'an evidence bundle is malformed',
  TRUST_ROOT_INVALID: 'keys that were given to check evidence with are no trust root',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A field of what was sent, and the rule that it breaks; never its value. */
export interface FieldFault {
  /** Path in the body, with dots. */
  readonly field: string;
  readonly rule: string;
}

export interface ErrorDetails {
  /** One sentence with the values: what went wrong. */
  message: string;
  expected?: string;
  got?: string;
  /** What the reader can do about it. */
  hint?: string;
  /** When the same call may be made again. */
  retryAfterSeconds?: number;
  /** Where single fields are at fault, so that a form can say it beside each. */
  fields?: readonly FieldFault[];
  cause?: unknown;
}

export class QuittanceError extends Error {
  readonly code: ErrorCode;
  readonly expected?: string;
  readonly got?: string;
  readonly hint?: string;
  readonly retryAfterSeconds?: number;
  readonly fields?: readonly FieldFault[];

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = code; // Step Functions and jest show the name: the code is what callers match on
    this.code = code;
    if (details.expected !== undefined) this.expected = details.expected;
    if (details.got !== undefined) this.got = details.got;
    if (details.hint !== undefined) this.hint = details.hint;
    if (details.fields !== undefined) this.fields = details.fields;
    if (details.retryAfterSeconds !== undefined) this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

export const isQuittanceError = (error: unknown, code?: ErrorCode): error is QuittanceError =>
  error instanceof QuittanceError && (code === undefined || error.code === code);

/** Of several failures so many are told. */
const TOLD = 8;

/** One error for all, by the first one's code, so that none hides behind it; the error itself where there is one. */
export const together = (failed: readonly unknown[]): unknown => {
  const [first] = failed;
  if (failed.length < 2 || !isQuittanceError(first)) return first;
  const told = [...new Set(failed.map((one) => (one instanceof Error ? one.message : String(one))))];
  const more = told.length > TOLD ? [`and ${told.length - TOLD} more`] : [];
  const { code, expected, got, hint } = first;
  return new QuittanceError(code, {
    message: [...told.slice(0, TOLD), ...more].join('; '),
    ...{ ...(expected !== undefined && { expected }), ...(got !== undefined && { got }) },
    ...{ ...(hint !== undefined && { hint }), cause: first },
  });
};

/** What was asked for cannot be understood; nothing was done. Exit code 3. */
export const usageError = (message: string, hint?: string): QuittanceError =>
  new QuittanceError('USAGE', { message, ...(hint === undefined ? {} : { hint }) });

/** Narrows away `undefined` where the program's own logic guarantees a value. */
export const must = <T>(value: T | undefined | null, what: string): T => {
  if (value === undefined || value === null) throw new QuittanceError('INTERNAL', { message: `missing ${what}` });
  return value;
};
