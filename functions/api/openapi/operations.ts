// Every operation of the HTTP app, one row each: what a program sends and gets. The document (document.ts) is made from
// it, and test/unit/functions/openapi.test.ts holds it against the routes both ways. Trap: a path that also answers a
// browser with a page is described as the data that programs get; `.json` behind its path asks for the same.
import { z } from 'zod';
import { Month } from '#core/days.ts';
import { LetterKind } from '#core/letters.ts';
import { ModelName } from '#core/model.ts';
import { ROLES_FOR, type Role } from '#core/roles.ts';
import { TicketId } from '#core/ticket-id.ts';
import { IdentityCheck } from '#core/ticket-request.ts';
import type { Step } from '#core/step.ts';
import { ACT_NAMES } from '#portal/acts.ts';
import { TABS } from '#portal/case/view.ts';
import { STEPS } from '#portal/new-case.ts';
import { attachFile, commentTicket } from '../../case-notes.ts';
import { ACTS, CLOSE, filledOf, type Act } from '../acts.ts';
import { CASE_PATH } from '../tickets.ts';
import { INTAKE_OPERATIONS } from './intake-operations.ts';
import { LETTER_OPERATIONS } from './letter-operations.ts';
import type { SchemaName } from './schemas.ts';

/** A body or an answer: a named schema as JSON, or another media type. */
export type Content = SchemaName | { readonly media: string; readonly or?: readonly string[] };

export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  /** As the router has it. */
  readonly path: string;
  readonly summary: string;
  readonly tag: 'cases' | 'acts' | 'reports' | 'evidence' | 'models' | 'pages' | 'intake';
  /** Asks for no sender. */
  readonly isPublic?: true;
  /** Whose token is asked for, where it is not a person's or client's. */
  readonly sender?: 'agent' | 'controller';
  /** What it refuses with, where that is no problem; `nothing`: a status alone. */
  readonly refusal?: SchemaName | 'nothing';
  /** Any of them; every role where absent. */
  readonly roles?: readonly Role[];
  readonly headers?: readonly ('Idempotency-Key' | 'If-Match')[];
  readonly body?: Content | z.ZodType;
  /** The same may be sent as a form with a file. */
  readonly orFile?: true;
  readonly status?: 200 | 201 | 202 | 303;
  readonly answer: Content | z.ZodType | 'nothing';
  /** What it answers beside its own status and problems. */
  readonly also?: readonly { readonly status: 200 | 201 | 303 | 422; readonly answer: Content | 'nothing' }[];
}

const FORM = { media: 'application/x-www-form-urlencoded' } as const;
const PAGE = { media: 'text/html' } as const;
const TEXT = { media: 'text/plain' } as const;

const read = (path: string, summary: string, tag: Operation['tag'], answer: Content, more: Partial<Operation> = {}) =>
  ({ method: 'get', path, summary, tag, answer, ...more }) as const satisfies Operation;

const open = { isPublic: true } as const;

/** Where the settings have pages for everybody. */
const IF_PUBLIC: readonly Operation[] = [
  read('/ask', 'the form to ask with', 'pages', 'Anything', open),
  {
    ...{ method: 'post', path: '/ask', summary: 'ask to be forgotten, without an account', tag: 'pages', ...open },
    ...{ headers: ['Idempotency-Key'], body: 'AskedRequest', status: 201, answer: 'AskReceipt' },
  },
  read('/status', 'the form to look up where a request stands', 'pages', 'Standing', open),
  {
    ...{ method: 'post', path: '/status', summary: 'where a request stands, by reference and secret', tag: 'pages' },
    ...{ body: z.strictObject({ reference: z.string(), secret: z.string() }), answer: 'Standing', ...open },
  },
  read('/check', 'the form to check evidence with', 'evidence', 'Verification', open),
  {
    ...{ method: 'post', path: '/check', summary: 'check a bundle or a certificate, of which nothing is kept' },
    ...{ tag: 'evidence', body: { media: 'application/zip', or: ['application/json', 'multipart/form-data'] } },
    ...{ answer: 'Verification', ...open },
  },
];

const EVERYBODY: readonly Operation[] = [
  read('/health', 'whether the API is there', 'pages', 'Health', open),
  read('/style.css', 'the style of the pages', 'pages', { media: 'text/css' }, open),
  read('/live.js', 'what keeps a page of a case up to date', 'pages', { media: 'text/javascript' }, open),
  read('/openapi', 'this document', 'pages', 'OpenApi', open),
  read('/trust-root', 'the keys to pin', 'evidence', 'TrustRoot', open),
  read('/trust-root.txt', 'the keys to pin, as lines', 'evidence', TEXT, open),
  read('/trust-root.pem', 'the keys to pin, as PEM', 'evidence', { media: 'application/x-pem-file' }, open),
  read('/ledger/checkpoint', 'the signed head of the log', 'evidence', TEXT, open),
  read('/ledger/tile/*', 'a tile of the log', 'evidence', { media: 'application/octet-stream' }, open),
  {
    method: 'post',
    path: '/language',
    summary: 'language of the pages',
    tag: 'pages',
    body: FORM,
    status: 303,
    answer: 'nothing',
    ...open,
  },
];

const INBOX: readonly Operation[] = [
  read('/asked', 'requests from outside that wait to be taken up', 'cases', 'WaitingAsks', { roles: ['filer'] }),
  read('/asked/:ask', 'a request from outside', 'cases', 'Ask', { roles: ['filer'] }),
  {
    ...{ method: 'post', path: '/asked/:ask/take', summary: 'take it up as a draft of a case', tag: 'pages' },
    ...{ roles: ['filer'], body: FORM, status: 303, answer: 'nothing' },
  },
  {
    ...{ method: 'post', path: '/asked/:ask/aside', summary: 'put aside what is no request', tag: 'pages' },
    ...{ roles: ['filer'], body: FORM, status: 303, answer: 'nothing' },
  },
];

const CASES: readonly Operation[] = [
  read('/', 'what is due, as /today', 'cases', 'Today'),
  read('/today', 'what is late, due within a week, waiting for the caller, blocked', 'cases', 'Today'),
  read('/tickets', 'the work list, due first, a page at a time', 'cases', 'Worklist'),
  read('/tickets.csv', 'the work list as CSV', 'cases', { media: 'text/csv' }),
  {
    ...{ method: 'post', path: '/tickets', summary: 'file a request', tag: 'cases', roles: ROLES_FOR.file },
    ...{ headers: ['Idempotency-Key'], body: 'TicketRequest', status: 201, answer: 'Filed' },
    also: [{ status: 200, answer: 'Preview' }],
  },
  {
    ...{ method: 'post', path: '/tickets/search', summary: 'find cases by reference, model or name', tag: 'cases' },
    ...{ body: z.strictObject({ q: z.string().min(1).max(200) }), answer: 'Found' },
    also: [{ status: 303, answer: 'nothing' }],
  },
  {
    method: 'post',
    path: '/tickets/views',
    summary: 'keep a view in this browser',
    tag: 'pages',
    body: FORM,
    status: 303,
    answer: 'nothing',
  },
  ...TABS.filter((tab) => tab !== 'notes').map((tab) =>
    read(tab === 'overview' ? CASE_PATH : `/tickets/:id/${tab}`, `a case: ${tab}`, 'cases', 'Case'),
  ),
  read('/tickets/:id/live', 'where a case stands, as server-sent events', 'cases', { media: 'text/event-stream' }),
  read('/tickets/:id/report', 'the audit report', 'reports', 'AuditReport'),
  read('/tickets/:id/report.html', 'the audit report as a page', 'reports', PAGE),
  read('/tickets/:id/report.pdf', 'the audit report as PDF/UA-1 and PDF/A-2a', 'reports', { media: 'application/pdf' }),
  read('/tickets/:id/bundle.zip', 'the evidence bundle', 'evidence', { media: 'application/zip' }),
  read('/tickets/:id/regulator.zip', 'report, register row and evidence, with instructions', 'evidence', {
    media: 'application/zip',
  }),
  ...LETTER_OPERATIONS,
  {
    ...{ method: 'post', path: '/tickets/:id/request', summary: 'read the request, which is logged', tag: 'acts' },
    ...{ roles: ROLES_FOR.request, body: z.strictObject({}), answer: 'RequestView' },
  },
];

const actBody = (name: (typeof ACT_NAMES)[number]): z.ZodType =>
  name === 'identity' ? IdentityCheck.omit({ verifiedBy: true }) : fieldsOf(ACTS[name].step, ACTS[name]);

/** A step's fields without those that the app fills in itself: the case, and who is signed in. */
function fieldsOf({ input }: Step, act: Pick<Act, 'filled'> = {}): z.ZodType {
  if (!(input instanceof z.ZodObject)) return z.looseObject({});
  const shape: z.ZodRawShape = input.shape;
  const filled = filledOf(act);
  return z.strictObject(Object.fromEntries(Object.entries(shape).filter(([field]) => !filled.includes(field))));
}

/** A file goes out as one of the kinds that may come in. */
const FILE = { media: 'application/pdf', or: ['image/png', 'image/jpeg', 'text/plain'] } as const;

const NOTES: readonly Operation[] = [
  read('/tickets/:id/notes', 'comments and files of a case', 'cases', 'Notes'),
  {
    ...{ method: 'post', path: '/tickets/:id/notes', summary: 'write a comment', tag: 'acts', roles: ROLES_FOR.note },
    ...{ headers: ['Idempotency-Key'], body: fieldsOf(commentTicket), answer: commentTicket.output },
  },
  {
    ...{
      method: 'post',
      path: '/tickets/:id/files',
      summary: 'put a file to a case',
      tag: 'acts',
      roles: ROLES_FOR.note,
    },
    ...{ headers: ['Idempotency-Key'], body: fieldsOf(attachFile), orFile: true, answer: attachFile.output },
  },
  {
    ...{ method: 'post', path: '/tickets/:id/files/:number', summary: 'get a file, which is logged', tag: 'acts' },
    ...{ roles: ROLES_FOR.note, body: z.strictObject({}), answer: FILE },
  },
];

const ACT_OPERATIONS: readonly Operation[] = ACT_NAMES.flatMap((name): Operation[] => [
  read(`/tickets/:id/${name}`, `the form of ${name}`, 'acts', 'Form', { roles: ACTS[name].roles }),
  {
    ...{ method: 'post', path: `/tickets/:id/${name}`, summary: name, tag: 'acts', roles: ACTS[name].roles },
    ...{ headers: ['Idempotency-Key', 'If-Match'], body: actBody(name), answer: ACTS[name].step.output },
  },
]);

const CLOSING: Operation = {
  ...{ method: 'post', path: '/tickets/:id/close', summary: 'end a case without a deletion', tag: 'acts' },
  ...{ roles: ROLES_FOR.close, headers: ['Idempotency-Key', 'If-Match'], answer: CLOSE.step.output },
  body: z.strictObject({ outcome: z.enum(['refused', 'withdrawn', 'cancelled', 'expired']), reason: z.string() }),
};

const BULK: readonly Operation[] = [
  {
    ...{ method: 'post', path: '/tickets/bulk', summary: 'file many requests, or say what filing them would come to' },
    ...{ tag: 'cases', roles: ROLES_FOR.file, headers: ['Idempotency-Key'], body: { media: 'text/csv' } },
    ...{ status: 201, answer: 'BulkResult' },
    also: [
      { status: 200, answer: 'BulkResult' },
      { status: 422, answer: 'BulkResult' },
    ],
  },
  read('/bulk', 'lists of the caller, and the columns of a list', 'pages', 'Anything', { roles: ROLES_FOR.file }),
  read('/bulk/template.csv', 'the columns of a list', 'pages', { media: 'text/csv' }, { roles: ROLES_FOR.file }),
  {
    ...{ method: 'post', path: '/bulk', summary: 'keep a list', tag: 'pages', roles: ROLES_FOR.file },
    ...{ body: { media: 'multipart/form-data' }, status: 303, answer: 'nothing' },
  },
  read('/bulk/:list{[^.]+}', 'a list, row by row', 'pages', 'BulkResult', { roles: ROLES_FOR.file }),
  {
    ...{ method: 'post', path: '/bulk/:list{[^.]+}', summary: 'file a list, or throw it away', tag: 'pages' },
    ...{ roles: ROLES_FOR.file, body: FORM, status: 201, answer: 'BulkResult' },
    also: [
      { status: 303, answer: 'nothing' },
      { status: 422, answer: 'BulkResult' },
    ],
  },
];

const NEW_CASE: readonly Operation[] = [
  read('/new', 'drafts of the caller', 'pages', 'Anything', { roles: ['filer'] }),
  {
    method: 'post',
    path: '/new',
    summary: 'begin a draft',
    tag: 'pages',
    roles: ['filer'],
    body: FORM,
    status: 303,
    answer: 'nothing',
  },
  ...STEPS.flatMap((step): Operation[] => [
    read(`/new/:draft/${step}`, `a draft: ${step}`, 'pages', 'Anything', { roles: ['filer'] }),
    {
      ...{ method: 'post', path: `/new/:draft/${step}`, summary: `keep a draft: ${step}`, tag: 'pages' },
      ...{ roles: ['filer'], body: FORM, status: 303, answer: 'nothing', also: [{ status: 200, answer: PAGE }] },
      refusal: 'Anything', // the step again, with what was typed and what is wrong of it
    },
  ]),
];

const ALL_TOGETHER: readonly Operation[] = [
  read('/settings', 'what the installation counts by and keeps, and who the caller is to it', 'pages', 'Anything'),
  read('/models', 'registered models', 'models', 'Models'),
  read('/models/:name', 'a model', 'models', 'ModelRecord'),
  read('/ledger', 'the log: head and latest entries', 'evidence', 'Ledger'),
  read('/verify', 'what verifying a case gives', 'evidence', 'Verification'),
  read('/reports', 'months to report on', 'reports', 'Months'),
  read('/reports/:month', 'the report of a month', 'reports', 'Portfolio'),
  read('/reports/:month/report.pdf', 'the report of a month as PDF', 'reports', { media: 'application/pdf' }),
  read('/register', 'one row a request', 'reports', 'Register'),
  read('/register.csv', 'one row a request, as CSV', 'reports', { media: 'text/csv' }),
  read('/register.xlsx', 'one row a request, as a workbook', 'reports', {
    media: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  }),
];

export const OPERATIONS: readonly Operation[] = [
  ...EVERYBODY,
  ...IF_PUBLIC,
  ...INBOX,
  ...CASES,
  ...NOTES,
  ...ACT_OPERATIONS,
  CLOSING,
  ...NEW_CASE,
  ...BULK,
  ...ALL_TOGETHER,
  ...INTAKE_OPERATIONS,
];

/** The parts of a path that differ, each with its form. */
export const PATH_PARTS: Readonly<Record<string, z.ZodType>> = {
  id: TicketId,
  kind: LetterKind,
  draft: z.string(),
  ask: z.string(),
  list: z.string(),
  name: ModelName,
  number: z.int().positive(),
  month: Month,
  path: z.string(),
  agent: z.string(),
  request: z.string(),
};
