// What is wrong with a row of a list, told by the column that its sender can find: the request has paths of its own
// (identity.level), the list has columns (level). Trap: what stands in a cell is other people's data, so that rules and
// counts alone are said.
import { ERROR_CODES, isQuittanceError, type ErrorCode, type FieldFault } from '#core/errors.ts';
import { isOfKind } from '#core/field-faults.ts';
import { COLUMNS, TIMES } from './bulk-columns.ts';
import type { DraftFields } from './drafts.ts';

const isColumn = (name: string): boolean => (COLUMNS as readonly string[]).includes(name);

/** `identity.level` is the column level, `forget.records.0.value` the column records. */
export const columnOf = (path: string): string => path.split('.').findLast(isColumn) ?? path;

/** As a cell takes it; the request itself has times in UTC. */
export const CELL_TIME = 'a day or a time of the installation’s place, such as 2026-11-02 or 2026-11-02 09:30';

/** Each column once, with the rule that its cell breaks. */
export const cellFaults = (faults: readonly FieldFault[], fields: DraftFields): FieldFault[] => {
  const told = faults.map(({ field, rule }) => inCell(columnOf(field), rule, fields));
  return told.filter(({ field }, i) => told.findIndex((one) => one.field === field) === i);
};

const inCell = (field: string, rule: string, fields: DraftFields): FieldFault => {
  const isOfForm = isOfKind(rule) || rule.startsWith('a time in UTC');
  const wanted = TIMES.includes(field) && isOfForm ? CELL_TIME : rule.replace(/^must be given: /, '');
  const isEmpty = isColumn(field) && (fields[field] ?? '').trim() === '';
  return { field, rule: isEmpty ? `is empty; expected: ${wanted}` : wanted };
};

/** Which cell is to be looked at, by the code of the refusal. */
const CELLS: Readonly<Partial<Record<ErrorCode, string>>> = {
  MODEL_NOT_FOUND: 'model',
  METHOD_CONFIG: 'model',
  TICKET_DUPLICATE: 'name',
  TICKET_IDENTITY: 'level',
  SUBJECT_MISMATCH: 'records',
  FORGET_EMPTY: 'records',
  FORGET_REPEATED: 'records',
  FORGET_UNKNOWN_RECORD: 'records',
  FORGET_TOO_BROAD: 'records',
  FORGET_NOT_PERSONAL: 'records',
  FORGET_COMMON_TOKENS: 'records',
  FORGET_FOREIGN_VALUE: 'records',
  INVALID_INPUT: 'receivedAt',
};

/** A refusal of the request is told by its cell; what is no refusal of it ends the whole. */
export const refusedCells = (error: unknown, fields: DraftFields): FieldFault[] => {
  const field = isQuittanceError(error) ? CELLS[error.code] : undefined;
  if (!isQuittanceError(error) || field === undefined) throw error;
  if (error.fields !== undefined && error.fields.length > 0) return cellFaults(error.fields, fields);
  const { code, expected, got, hint } = error;
  const said = [ERROR_CODES[code], expected && `expected: ${expected}`, got && `found: ${got}`, hint];
  return [{ field, rule: said.filter(Boolean).join('; ') }];
};
