// Errors as answers: application/problem+json (RFC 9457) with our stable codes, or a page for a browser. Trap: what the
// caller sent is never sent back; of an error only the code's own text goes out, and for faults of form the field names
// and rules that were broken.
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ERROR_CODES, isQuittanceError, QuittanceError, type ErrorCode, type FieldFault } from '#core/errors.ts';
import { TicketId } from '#core/ticket-id.ts';
import { html } from '#report/markup.ts';
import { saidHtml } from '#portal/forms.ts';
import { page } from '#portal/layout.ts';
import type { Words } from '#portal/words.ts';
import { noteFault, type Place } from '../faults.ts';
import { wantsData, wordsOf } from './context.ts';

const BY_STATUS: readonly (readonly [ContentfulStatusCode, readonly ErrorCode[]])[] = [
  [400, ['PASSPHRASE_REQUIRED', 'INVALID_INPUT', 'USAGE']],
  [401, ['UNAUTHENTICATED']],
  [403, ['PASSPHRASE_WRONG', 'ACCESS_DENIED', 'CSRF_INVALID', 'APPROVER_IS_FILER', 'SECOND_PERSON_REQUIRED']],
  [404, ['NOT_FOUND', 'TICKET_NOT_FOUND', 'MODEL_NOT_FOUND']],
  [405, ['METHOD_NOT_ALLOWED']],
  [409, ['TICKET_CONFLICT', 'TICKET_DUPLICATE', 'TICKET_ON_HOLD', 'TICKET_ILLEGAL_TRANSITION', 'EXECUTION_EXISTS']],
  [409, ['TICKET_NOT_AS_LOGGED', 'LETTER_SENT', 'LETTER_NOT_AS_LOGGED']],
  [409, ['APPROVAL_REPLAYED', 'APPROVAL_STALE', 'APPROVAL_NOT_OPEN']],
  [410, ['TICKET_CLOSED', 'TICKET_PURGED', 'VAULT_KEY_DESTROYED']],
  [412, ['VERSION_STALE']],
  [413, ['INPUT_TOO_LARGE']],
  [415, ['MEDIA_TYPE_UNSUPPORTED']],
  [421, ['HOST_UNKNOWN']],
  [
    422,
    [
      'IDEMPOTENCY_MISMATCH',
      'TICKET_IDENTITY',
      'PERSON_UNKNOWN',
      'PERSON_AMBIGUOUS',
      'NAME_TELLS_NOBODY',
      'FORGET_EMPTY',
      'FORGET_REPEATED',
      'FORGET_UNKNOWN_RECORD',
      'FORGET_TOO_BROAD',
    ],
  ],
  [422, ['FORGET_NOT_PERSONAL', 'FORGET_COMMON_TOKENS', 'FORGET_FOREIGN_VALUE', 'SUBJECT_MISMATCH']],
  [422, ['LETTER_INCOMPLETE', 'MAIL_NOT_SET', 'BUNDLE_INVALID', 'TRUST_ROOT_INVALID']],
  [429, ['TOO_MANY_ATTEMPTS']],
  [503, ['SERVICE_UNAVAILABLE', 'STORE_LOCKED', 'STORE_READ_ONLY']],
  [507, ['STORE_FULL']],
];
const STATUS = new Map(BY_STATUS.flatMap(([status, codes]) => codes.map((code) => [code, status] as const)));

/** Codes whose `expected`, `got` and `hint` name fields, rules, sizes and states, never values. */
const WITH_RULES: readonly ErrorCode[] = [
  'PASSPHRASE_REQUIRED',
  'PASSPHRASE_WRONG',
  'TICKET_NOT_AS_LOGGED',
  'IDEMPOTENCY_MISMATCH',
  'INVALID_INPUT',
  'INPUT_TOO_LARGE',
  'TICKET_CONFLICT',
  'VERSION_STALE',
  'TICKET_IDENTITY',
  'SECOND_PERSON_REQUIRED',
  'TICKET_ILLEGAL_TRANSITION',
  'TICKET_ON_HOLD',
  'ACCESS_DENIED',
  'HOST_UNKNOWN',
  'TOO_MANY_ATTEMPTS',
  'METHOD_NOT_ALLOWED',
  'MEDIA_TYPE_UNSUPPORTED',
  'APPROVER_IS_FILER',
  'APPROVAL_STALE',
  'APPROVAL_NOT_OPEN',
  'FORGET_EMPTY',
  'FORGET_REPEATED',
  'FORGET_UNKNOWN_RECORD',
  'FORGET_TOO_BROAD',
  'FORGET_NOT_PERSONAL',
  'FORGET_COMMON_TOKENS',
  'FORGET_FOREIGN_VALUE',
  'SUBJECT_MISMATCH',
  'LETTER_INCOMPLETE',
  'LETTER_SENT',
  'LETTER_NOT_AS_LOGGED',
  'MAIL_NOT_SET',
  'BUNDLE_INVALID',
  'TRUST_ROOT_INVALID',
  'TICKET_PURGED',
  'STORE_FULL',
  'STORE_LOCKED',
];

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: ContentfulStatusCode;
  readonly code: ErrorCode;
  readonly expected?: string;
  readonly got?: string;
  readonly hint?: string;
  readonly fields?: readonly FieldFault[];
  /** Of the line in the log that says more (functions/faults.ts). */
  readonly reference?: string;
}

/** As `problemOf`; what is no fault of the caller is written to the log. */
export const notedProblem = (error: unknown, place: Place): Problem => {
  const problem = problemOf(error);
  return problem.status === 500 ? { ...problem, reference: noteFault(error, place) } : problem;
};

/** A ticket's id is the only part of an address that is kept; the rest is the pattern that it met. */
export const placeOf = (c: Context): Place => {
  const pattern = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? 'an address';
  const ticketId = c.req.path.split('/').find((part) => TicketId.safeParse(part).success);
  return { where: `${c.req.method} ${pattern}`, event: { ticketId } };
};

export const problemOf = (error: unknown): Problem => {
  const code = isQuittanceError(error) ? error.code : 'INTERNAL';
  const { expected, got, hint, fields } = isQuittanceError(error) && WITH_RULES.includes(code) ? error : {};
  return {
    type: `https://quittance.dev/errors/${code}`,
    title: ERROR_CODES[code],
    status: STATUS.get(code) ?? 500,
    code,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    ...(hint === undefined ? {} : { hint }),
    ...(fields === undefined ? {} : { fields }),
  };
};

export const answerProblem = (error: unknown, c: Context): Response => {
  const problem = notedProblem(error, placeOf(c));
  if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer');
  const again = isQuittanceError(error) ? error.retryAfterSeconds : undefined;
  if (problem.status === 503 || again !== undefined) c.header('Retry-After', String(again ?? 5));
  if (wantsData(c))
    return c.body(JSON.stringify(problem), problem.status, { 'Content-Type': 'application/problem+json' });
  return c.html(errorPage(problem, c), problem.status);
};

/** What people meet is said in their words; what it is called in the log and the docs stands below. */
const errorPage = ({ status, code, expected, got, hint, reference }: Problem, c: Context): string => {
  const words = wordsOf(c);
  const { form, frame, problem: said } = words;
  const plain = isSaid(code, said.text) ? said.text[code] : undefined;
  const at = /^\/tickets\/T-[0-9a-z]+(?=\/)/.exec(c.req.path)?.[0];
  return page({
    ...{ title: said.heading(status), words, viewer: undefined, path: '/tickets', isData: false },
    body: html`<p class="notice">${plain ?? `${words.errors[code]}.`}</p>
      ${plain === undefined && expected && html`<p>${form.expected}: ${saidHtml(expected, words)}</p>`}
      ${plain === undefined && got && html`<p>${form.got}: ${saidHtml(got, words)}</p>`}
      ${plain === undefined && hint && html`<p>${form.todo}: ${saidHtml(hint, words)}</p>`}
      ${reference && html`<p>${form.logged}: <code>${reference}</code></p>`}
      ${at !== undefined && code !== 'TICKET_NOT_FOUND' && html`<p><a href="${at}">${form.back}</a></p>`}
      <p><a href="/tickets">${frame.cases}</a></p>
      <p class="soft">${status} · ${code}</p>`,
  }).markup;
};

const isSaid = (code: string, text: Words['problem']['text']): code is keyof Words['problem']['text'] =>
  Object.hasOwn(text, code);

export const notFound = (): QuittanceError => new QuittanceError('NOT_FOUND', { message: 'there is no such page' });
