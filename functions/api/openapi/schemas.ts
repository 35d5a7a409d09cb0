// What programs send and get, by name. Most are the domain's own schemas; those of views have here the fields that a
// program may build on, and may have more. Trap: a name is part of the contract: generated clients carry it.
import { z } from 'zod';
import { DAYS_LEFT } from '#core/days-left.ts';
import { Deadlines, Instant } from '#core/deadlines.ts';
import { ERROR_CODES } from '#core/errors.ts';
import { EvidenceManifest } from '#core/evidence.ts';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import { ModelRecord } from '#core/model.ts';
import { RegimeName } from '#core/regimes.ts';
import { Status } from '#core/ticket.ts';
import { TicketRequest } from '#core/ticket-request.ts';
import { TrustRoot } from '#core/trust-root.ts';
import { AuditReport } from '#report/audit-report.ts';
import { Portfolio } from '#report/portfolio/portfolio.ts';
import { ACT_NAMES } from '#portal/acts.ts';
import { AskedRequest, Via } from '../../asks.ts';
import { BulkResult } from '../../file-bulk.ts';
import { fileTicket } from '../../file-ticket.ts';
import { Written } from '../../letters.ts';
import { Preview } from '../../preview-ticket.ts';
import { LetterView } from '../../read-letter.ts';
import { RequestView } from '../../view-request.ts';
import { INTAKE_SCHEMAS } from './intake-schemas.ts';

const Count = z.int().nonnegative();

const WorkItem = z.looseObject({
  ...{ id: z.string(), model: z.string(), regime: RegimeName, status: Status, label: z.string(), filer: z.string() },
  ...{ received: z.iso.date(), safeDue: z.iso.date(), daysLeft: z.int().nullable(), blockedBy: z.string().nullable() },
});
const DraftItem = z.looseObject({
  ...{ id: z.string(), kind: z.enum(['case', 'list']), path: z.string(), name: z.string(), model: z.string() },
  ...{ keptAt: Instant.nullable(), until: Instant.nullable() },
});
const Tally = z.record(z.string(), Count);

/** RFC 9457; `type` is stable, and `code` is its last part. */
const Problem = z.looseObject({
  type: z.url(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(ERROR_CODES) as [string, ...string[]]),
  ...{ expected: z.string().optional(), got: z.string().optional(), hint: z.string().optional() },
  /** Of the line in the service's log that says more. */
  reference: z.string().optional(),
  fields: z.array(z.object({ field: z.string(), rule: z.string() })).optional(),
});

export const SCHEMAS = {
  Problem,
  Health: z.object({ ok: z.literal(true) }),
  OpenApi: z.looseObject({ openapi: z.string() }),
  TrustRoot,
  TicketRequest,
  Filed: fileTicket.output,
  Preview,
  BulkResult: z.looseObject(BulkResult.shape),
  Today: z.looseObject({
    late: Count,
    week: Count,
    mine: Count,
    blocked: Count,
    open: Count,
    asked: Count,
    drafts: Count,
    byDaysLeft: z.array(z.object({ bin: z.enum(DAYS_LEFT), n: Count })),
    next: z.array(WorkItem),
  }),
  Worklist: z.looseObject({
    ...{ view: z.string(), tickets: z.array(WorkItem), late: Count, week: Count },
    /** `after` of the next page; null at the end. */
    next: z.string().nullable(),
    counts: z.object({ total: Count, status: Tally, regime: Tally, model: Tally, filer: Tally }),
    /** In the view `draft` alone: what the caller has begun and not filed. */
    drafts: z.array(DraftItem).optional(),
  }),
  Found: z.object({ tickets: z.array(WorkItem) }),
  Case: z.looseObject({
    ...{ item: WorkItem, status: Status, version: z.int().positive(), acts: z.array(z.enum(ACT_NAMES)) },
    report: AuditReport,
    decisions: z.array(z.looseObject({ at: Instant, who: z.string() })),
  }),
  AuditReport,
  Form: z.looseObject({ ticketId: z.string(), version: z.int().positive() }),
  LetterPreview: z.looseObject({
    letter: z.looseObject({ kind: LetterKind, language: LetterLanguage, title: z.string() }),
    text: z.string(),
    findings: z.array(z.looseObject({ rule: z.string(), say: z.string() })),
  }),
  Notes: z.looseObject({
    ticketId: z.string(),
    notes: z
      .looseObject({})
      .or(z.array(z.looseObject({})))
      .nullable(),
  }),
  KeptLetter: Written,
  LetterView,
  RequestView,
  Models: z.object({ models: z.array(ModelRecord) }),
  ModelRecord,
  Evidence: EvidenceManifest,
  Deadlines,
  Ledger: z.looseObject({ origin: z.string(), size: Count, checkpoint: z.string().nullable(), publicKey: z.string() }),
  Verification: z.looseObject({
    ticketId: z.string().nullable().optional(),
    ok: z.boolean().nullable(),
    checks: z.array(z.looseObject({})),
  }),
  Months: z.object({ months: z.array(z.string()) }),
  Portfolio,
  Register: z.object({ requests: z.array(z.record(z.string(), z.string())) }),
  AskedRequest,
  AskReceipt: z.object({ reference: z.string(), secret: z.string() }),
  Standing: z.looseObject({ state: z.string().nullable() }),
  WaitingAsks: z.object({ waiting: z.array(z.object({ id: z.string(), receivedAt: Instant })) }),
  Ask: z.object({ id: z.string(), receivedAt: Instant, asked: AskedRequest, via: Via.optional() }),
  ...INTAKE_SCHEMAS,
  Anything: z.looseObject({}),
} as const satisfies Readonly<Record<string, z.ZodType>>;
export type SchemaName = keyof typeof SCHEMAS;
