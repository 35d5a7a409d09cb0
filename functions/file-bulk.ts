// Many requests at once: each row of a list is looked at as filing would, and the list is filed only where nothing is
// wrong with any row. Traps: a row has the id of its content, so that the same list sent again, or after a crash, files
// nothing twice; and whoever waits for the answer waits a limited time, so that a long list is filed in several calls.
import { z } from 'zod';
import { canonicalize, digestOf, type Digest } from '#core/canonical.ts';
import { Deadlines } from '#core/deadlines.ts';
import { ERROR_CODES, isQuittanceError, type ErrorCode, type FieldFault } from '#core/errors.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { Ticket } from '#core/ticket.ts';
import type { TicketRequest } from '#core/ticket-request.ts';
import { TicketId } from '#core/ticket-id.ts';
import { MOST_ROWS, type ListRow } from './bulk-list.ts';
import { draftedRequest, findRows } from './draft-request.ts';
import { ticketIdOf } from './file-ticket.ts';
import { previewed, type PreviewPorts } from './preview-ticket.ts';

export const BulkRow = z.strictObject({
  line: z.int().positive(),
  state: z.enum(['ready', 'filed', 'wrong']),
  records: z.int().nonnegative().optional(),
  due: z.string().optional(),
  ticketId: TicketId.optional(),
  /** Of a row that this very call filed: for the requester alone. */
  openingSecret: z.string().optional(),
  faults: z.array(z.strictObject({ field: z.string(), rule: z.string() })),
});
export type BulkRow = z.infer<typeof BulkRow>;

export const BulkResult = z.strictObject({
  rows: z.array(BulkRow).max(MOST_ROWS),
  ready: z.int().nonnegative(),
  filed: z.int().nonnegative(),
  wrong: z.int().nonnegative(),
});
export type BulkResult = z.infer<typeof BulkResult>;

type Looked = BulkRow & { readonly request?: TicketRequest; readonly requestId?: string };

/** What each row would come to. Nothing is stored. */
export const checkList = async (
  rows: readonly ListRow[],
  filer: string,
  ports: PreviewPorts,
  chosen?: GatePolicy,
): Promise<BulkResult> => resultOf(await looked(rows, { filer, chosen }, ports));

const looked = async (
  rows: readonly ListRow[],
  by: Pick<Around, 'filer' | 'chosen'>,
  ports: PreviewPorts,
): Promise<Looked[]> => {
  const { timeZone } = await ports.calendar.around(ports.clock.now());
  const before = new Map<string, number>();
  const found: Looked[] = [];
  for (const row of rows) found.push(await look(row, { ...by, timeZone, before }, ports));
  return found;
};

interface Around {
  readonly filer: string;
  /** Where the list is not filed under the policy of its models. */
  readonly chosen: GatePolicy | undefined;
  readonly timeZone: string;
  /** Lines of this list by person and model. */
  readonly before: Map<string, number>;
}

const look = async (
  { line, fields }: ListRow,
  { filer, chosen, timeZone, before }: Around,
  ports: PreviewPorts,
): Promise<Looked> => {
  const requestId = `${filer}:list:${digestOf(canonicalize(fields))}`;
  const filed = await ticketOf(await ticketIdOf(ports.pseudonyms, requestId), ports);
  if (filed) return { line, state: 'filed', faults: [], ticketId: filed.id, due: filed.due.safeDue };
  try {
    const rows = await findRows(fields, ports);
    // without records of its own a row means all that the model was trained on about the person
    const all = (fields['records'] ?? '') === '' ? Object.fromEntries(rows.map(({ tick }) => [tick, 'true'])) : {};
    const drafted = draftedRequest({ ...fields, ...all }, filer, rows, timeZone);
    if ('faults' in drafted) return { line, state: 'wrong', faults: [...drafted.faults] };
    const { request } = drafted;
    const { preview, subjectKey } = await previewed(request, ports, chosen);
    const twice = before.get(`${request.model} ${subjectKey}`);
    if (twice !== undefined) return { line, state: 'wrong', faults: [sameAs(twice)] };
    before.set(`${request.model} ${subjectKey}`, line);
    const { records, due } = preview;
    return { line, state: 'ready', faults: [], records, due: due.safeDue, request, requestId };
  } catch (error) {
    return { line, state: 'wrong', faults: [faultOf(error)] };
  }
};

const sameAs = (line: number): FieldFault => ({
  field: 'name',
  rule: `line ${line} asks for the same person and model`,
});

/** Which cell is to be looked at, by the code of the refusal. */
const CELLS: Readonly<Partial<Record<ErrorCode, string>>> = {
  MODEL_NOT_FOUND: 'model',
  METHOD_CONFIG: 'model',
  TICKET_DUPLICATE: 'name',
  TICKET_IDENTITY: 'level',
  SUBJECT_MISMATCH: 'records',
  FORGET_EMPTY: 'records',
  FORGET_UNKNOWN_RECORD: 'records',
  FORGET_TOO_BROAD: 'records',
  FORGET_NOT_PERSONAL: 'records',
  FORGET_COMMON_TOKENS: 'records',
  FORGET_FOREIGN_VALUE: 'records',
  INVALID_INPUT: 'receivedAt',
};

/** A refusal of the request is told by its cell; what is no refusal of it ends the whole. */
const faultOf = (error: unknown): FieldFault => {
  const field = isQuittanceError(error) ? CELLS[error.code] : undefined;
  if (!isQuittanceError(error) || field === undefined) throw error;
  const [first] = error.fields ?? [];
  return first ?? { field, rule: [ERROR_CODES[error.code], error.expected].filter(Boolean).join('; ') };
};

const ticketOf = async (id: string, { tickets }: Pick<PreviewPorts, 'tickets'>): Promise<Ticket | undefined> => {
  try {
    return (await tickets.get(id)).ticket;
  } catch (error) {
    if (isQuittanceError(error, 'TICKET_NOT_FOUND')) return undefined;
    throw error;
  }
};

/** Without what it would be filed as. */
const Shown = z.object(BulkRow.shape);

const resultOf = (rows: readonly Looked[]): BulkResult => {
  const count = (wanted: BulkRow['state']) => rows.filter(({ state }) => state === wanted).length;
  const shown = rows.map((row) => Shown.parse(row));
  return { rows: shown, ready: count('ready'), filed: count('filed'), wrong: count('wrong') };
};

/** Files one request, as `file-ticket` does. */
export type File = (input: { request: TicketRequest; policy: Digest; requestId: string }) => Promise<unknown>;

const Filed = z.looseObject({ ticketId: TicketId, openingSecret: z.string().optional(), due: Deadlines });

/** Answers stay below what a gateway waits for. */
const MOST_MS = 15_000;

/**
 * Files what is ready where nothing is wrong, as far as the time goes; what is left is `ready`, for a call that says
 * the same once more.
 */
export const fileList = async (
  rows: readonly ListRow[],
  by: {
    readonly filer: string;
    readonly policy: Digest;
    readonly chosen?: GatePolicy | undefined;
    readonly file: File;
  },
  ports: PreviewPorts,
): Promise<BulkResult> => {
  const { policy, file } = by;
  const all = await looked(rows, { filer: by.filer, chosen: by.chosen }, ports);
  if (all.some(({ state }) => state === 'wrong')) return resultOf(all);
  const until = performance.now() + MOST_MS;
  const after: Looked[] = [];
  for (const row of all) {
    const { line, request, requestId, records } = row;
    if (!request || requestId === undefined || performance.now() > until) after.push(row);
    else {
      const { ticketId, openingSecret, due } = Filed.parse(await file({ request, policy, requestId }));
      const secret = openingSecret === undefined ? {} : { openingSecret };
      after.push({ line, state: 'filed', faults: [], records, ticketId, due: due.safeDue, ...secret });
    }
  }
  return resultOf(after);
};
