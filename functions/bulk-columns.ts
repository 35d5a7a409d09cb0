// What a list of requests may hold, apart from what reads one (bulk-list.ts): the API's Lambda loads the reader of
// tables when somebody sends one, and not at its start.
import type { DraftFields } from './drafts.ts';

export const LIST_LIMIT_BYTES = 10 * 1024 * 1024;
export const MOST_ROWS = 500;

/** As the form of a new case has them. */
export const COLUMNS = [
  ...['name', 'aliases', 'identifiers', 'channel', 'mandate', 'seenAt', 'minor', 'note'],
  ...['regime', 'ground', 'receivedAt', 'method', 'level', 'verifiedAt'],
  ...['model', 'records', 'subjectReason', 'thirdPartiesAffected'],
] as const;
export const TIMES: readonly string[] = ['seenAt', 'receivedAt', 'verifiedAt'];

export interface ListRow {
  /** Of the file, on which the row begins; from 1. */
  readonly line: number;
  readonly fields: DraftFields;
}
