// Many requests at once: each row of a list is looked at as filing would, and the list is filed only where nothing is
// wrong with any row. Traps: a row has the id of its content, so that the same list sent again, or after a crash, files
// nothing twice and gets the first answer, secrets included, as long as the case lives; and whoever waits for the
// answer waits a limited time, so that a long list is filed in several calls.
import { z } from 'zod';
import { canonicalize, digestOf, type Digest } from '#core/canonical.ts';
import { ERROR_CODES, isQuittanceError, type FieldFault } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { Ticket } from '#core/ticket.ts';
import type { TicketRequest } from '#core/ticket-request.ts';
import { TicketId } from '#core/ticket-id.ts';
import { MOST_ROWS, type ListRow } from './bulk-columns.ts';
import { cellFaults, refusedCells } from './bulk-faults.ts';
import { draftedRequest, findRows } from './draft-request.ts';
import { firstAnswer, ticketIdOf } from './file-ticket.ts';
import { Preview, previewed, type PreviewPorts } from './preview-ticket.ts';
import { jsonBytes } from './step-support.ts';

/** What the page of a single case says before it is filed; its dates and counts are the row's own. */
const Remarks = Preview.pick({ inDoubt: true, lookAlikes: true, impassable: true, protection: true });
export type Remarks = z.infer<typeof Remarks>;

export const BulkRow = z.strictObject({
  line: z.int().positive(),
  state: z.enum(['ready', 'filed', 'wrong']),
  records: z.int().nonnegative().optional(),
  due: z.string().optional(),
  ticketId: TicketId.optional(),
  /** For the requester alone; the same to whoever files the list once more, until the case is closed. */
  openingSecret: z.string().optional(),
  remarks: Remarks.optional(),
  /** By the column of the list. */
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

interface Looked extends BulkRow {
  readonly request?: TicketRequest;
  readonly requestId?: string;
  /** Of a row that was filed before. */
  readonly ticket?: Ticket;
}

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
  if (filed) return { line, state: 'filed', faults: [], ticketId: filed.id, due: filed.due.safeDue, ticket: filed };
  try {
    const { rows, why } = await findRows(fields, ports);
    // without records of its own a row means all that the model was trained on about the person, who must be one
    const isAll = (fields['records'] ?? '') === '';
    if (isAll && why) return { line, state: 'wrong', faults: [{ field: 'name', rule: ERROR_CODES[why] }] };
    const all = isAll ? Object.fromEntries(rows.map(({ tick }) => [tick, 'true'])) : {};
    const drafted = draftedRequest({ ...fields, ...all }, filer, rows, timeZone);
    if ('faults' in drafted) return { line, state: 'wrong', faults: cellFaults(drafted.faults, fields) };
    const { request } = drafted;
    const { preview, subjectKey } = await previewed(request, ports, chosen);
    const twice = before.get(`${request.model} ${subjectKey}`);
    if (twice !== undefined) return { line, state: 'wrong', faults: [sameAs(twice)] };
    before.set(`${request.model} ${subjectKey}`, line);
    const { records, due, inDoubt, lookAlikes, impassable, protection } = preview;
    const remarks = { inDoubt, lookAlikes, impassable, protection };
    return { line, state: 'ready', faults: [], records, due: due.safeDue, remarks, request, requestId };
  } catch (error) {
    return { line, state: 'wrong', faults: refusedCells(error, fields) };
  }
};

const sameAs = (line: number): FieldFault => ({
  field: 'name',
  rule: `line ${line} asks for the same person and model`,
});

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

const resultOf = (rows: readonly BulkRow[]): BulkResult => {
  const count = (wanted: BulkRow['state']) => rows.filter(({ state }) => state === wanted).length;
  const shown = rows.map((row) => Shown.parse(row));
  return { rows: shown, ready: count('ready'), filed: count('filed'), wrong: count('wrong') };
};

/** Files one request, as `file-ticket` does. */
export type File = (input: { request: TicketRequest; policy: Digest; requestId: string }) => Promise<unknown>;

export type ListPorts = PreviewPorts & Pick<Ports, 'vault'>;

const Filed = z.looseObject({ ticketId: TicketId });

/** Answers stay below what a gateway waits for. */
const MOST_MS = 15_000;

interface Filing {
  readonly filer: string;
  readonly policy: Digest;
  readonly chosen?: GatePolicy | undefined;
  readonly file: File;
  /** Called once nothing is wrong and before anything is filed. */
  readonly begin?: () => Promise<void>;
}

/**
 * Files what is ready where nothing is wrong, as far as the time goes; what is left is `ready`, for a call that says
 * the same once more. Rows that were filed before are answered as they were then.
 */
export const fileList = async (rows: readonly ListRow[], by: Filing, ports: ListPorts): Promise<BulkResult> => {
  const { filer, chosen, begin } = by;
  const all = await looked(rows, { filer, chosen }, ports);
  const isWrong = all.some(({ state }) => state === 'wrong');
  if (!isWrong) await begin?.();
  const until = isWrong ? -Infinity : performance.now() + MOST_MS;
  const after: BulkRow[] = [];
  for (const row of all) after.push(await answered(row, by, until, ports));
  return resultOf(after);
};

const answered = async (row: Looked, { policy, file }: Filing, until: number, ports: ListPorts): Promise<BulkRow> => {
  const { line, request, requestId, records, due, remarks, ticket } = row;
  if (ticket) return { line, ...(await answerOf(ticket, ports)) };
  if (!request || requestId === undefined || performance.now() > until) return row;
  const { ticketId } = Filed.parse(await file({ request, policy, requestId }));
  const filed = (await ports.tickets.get(ticketId)).ticket;
  if (filed.status !== 'PURGED') await ports.vault.put(ticketId, REMARKS, jsonBytes({ records, due, remarks }));
  return { line, ...(await answerOf(filed, ports)) };
};

/** Beside the request in the case's vault, and destroyed with it. */
const REMARKS = 'list-remarks';
const Kept = BulkRow.pick({ records: true, due: true, remarks: true });

/** The first answer of a row, whenever it is asked for; after the purge without what was destroyed. */
const answerOf = async (ticket: Ticket, ports: ListPorts): Promise<Omit<BulkRow, 'line'>> => {
  const { due, openingSecret } = await firstAnswer(ticket, ports);
  return {
    ...{ state: 'filed', faults: [], ticketId: ticket.id, records: ticket.counts.records, due: due.safeDue },
    ...(openingSecret !== undefined && { openingSecret }),
    ...(await keptRemarks(ticket.id, ports)),
  };
};

const keptRemarks = async (ticketId: string, { vault }: ListPorts): Promise<z.infer<typeof Kept>> => {
  try {
    return parseJson(await vault.get(ticketId, REMARKS), Kept, 'remarks on a row of a list');
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND') || isQuittanceError(error, 'VAULT_KEY_DESTROYED')) return {};
    throw error;
  }
};
