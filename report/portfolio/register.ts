// The register of requests: one row a request with what statutes ask a controller to keep, as CSV and as a workbook.
// Sources: 11 CCR 7101 (date, nature, channel, date and nature of the response, basis of a denial); GDPR Art. 5(2).
// Trap: a spreadsheet computes a text that begins like a formula: marked in CSV, typed as a text in a workbook.
import writeXlsxFile, { type Cell } from 'write-excel-file/node';
import { groundLabel, regimeOf } from '#core/regimes.ts';
import { STATUSES } from '#core/statuses.ts';
import { csvOf } from '../csv.ts';
import { CHANNEL_LABELS, reasonLabel } from '../labels.ts';
import type { CaseFacts } from './facts.ts';

interface Column {
  readonly title: string;
  /** In characters, of a workbook. */
  readonly width: number;
  readonly of: (facts: CaseFacts) => string;
}

const inTime = ({ answered, statutoryDue }: CaseFacts): string =>
  answered === null ? 'open' : answered <= statutoryDue ? 'yes' : 'no';

const COLUMNS: readonly Column[] = [
  { title: 'case', width: 24, of: ({ id }) => id },
  { title: 'received', width: 12, of: ({ received }) => received },
  { title: 'law', width: 28, of: ({ regime }) => regimeOf(regime).label },
  { title: 'ground', width: 36, of: ({ regime, ground }) => groundLabel(regime, ground) },
  { title: 'channel', width: 18, of: ({ channel }) => CHANNEL_LABELS[channel] },
  { title: 'model', width: 20, of: ({ model }) => model },
  { title: 'status', width: 28, of: ({ status }) => STATUSES[status].label },
  { title: 'due', width: 12, of: ({ statutoryDue }) => statutoryDue },
  { title: 'extended', width: 10, of: ({ extended }) => (extended ? 'yes' : 'no') },
  { title: 'outcome', width: 12, of: ({ outcome }) => outcome ?? '' },
  {
    title: 'basis of a refusal',
    width: 36,
    of: ({ regime, reason, outcome }) =>
      reason === null || outcome === 'completed' ? '' : reasonLabel(regime, reason),
  },
  { title: 'decided', width: 12, of: ({ ended }) => ended ?? '' },
  { title: 'answered', width: 12, of: ({ answered }) => answered ?? '' },
  { title: 'in time', width: 8, of: inTime },
  { title: 'filed by', width: 20, of: ({ filer }) => filer },
  { title: 'decided by', width: 20, of: decidedBy },
];

function decidedBy({ happened }: CaseFacts): string {
  return happened.findLast(({ type }) => type === 'approved' || type === 'closed')?.by ?? '';
}

const HEAD = COLUMNS.map(({ title }) => title);
const rowOf = (facts: CaseFacts): string[] => COLUMNS.map(({ of }) => of(facts));

/** Earliest receipt first. */
export const registerRows = async (cases: AsyncIterable<CaseFacts> | Iterable<CaseFacts>): Promise<string[][]> => {
  const rows: string[][] = [];
  for await (const facts of cases) rows.push(rowOf(facts));
  return rows.sort(([idA = '', fromA = ''], [idB = '', fromB = '']) =>
    fromA === fromB ? (idA < idB ? -1 : 1) : fromA < fromB ? -1 : 1,
  );
};

export const registerJson = (rows: readonly (readonly string[])[]) =>
  rows.map((row) => Object.fromEntries(HEAD.map((title, i) => [title, row[i] ?? ''])));

export const registerCsv = (rows: readonly (readonly string[])[]): string => csvOf([HEAD, ...rows]);

export const registerXlsx = async (rows: readonly (readonly string[])[]): Promise<Uint8Array> => {
  const text = (value: string): Cell => ({ value, type: String });
  const head = HEAD.map((value): Cell => ({ value, type: String, fontWeight: 'bold' }));
  const columns = COLUMNS.map(({ width }) => ({ width }));
  const sheet = { sheet: 'Requests', columns, stickyRowsCount: 1 };
  return writeXlsxFile([head, ...rows.map((row) => row.map(text))], sheet).toBuffer();
};
