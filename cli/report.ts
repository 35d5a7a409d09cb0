// `quittance report`: the audit report of a ticket, the report of a month over all of them, or the register of
// requests. Reads the data folder without its lock, and changes nothing.
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { canonicalize } from '#core/canonical.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { auditReport, type AuditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { everyCase } from '#report/portfolio/facts.ts';
import { monthOf, type Portfolio } from '#report/portfolio/portfolio.ts';
import type { Arguments, Command } from './command.ts';
import { month, oneOf, output } from './kinds.ts';
import { writeOutput } from './output.ts';
import { choice } from './values.ts';

type Rendered = string | Uint8Array;
type Renderers<T, Format extends string> = Readonly<Record<Format, (made: T) => Promise<Rendered>>>;

const OF_A_TICKET: Renderers<AuditReport, 'json' | 'html' | 'pdf'> = {
  json: async (report) => `${canonicalize(report)}\n`,
  html: async (report) => (await import('#report/html.ts')).reportHtml(report),
  pdf: async (report) => (await import('#report/pdf.ts')).reportPdf(report),
};
export type ReportFormat = keyof typeof OF_A_TICKET;
const FORMATS: readonly ReportFormat[] = ['json', 'html', 'pdf'];

const OF_A_MONTH: Renderers<Portfolio, ReportFormat> = {
  json: async (portfolio) => `${canonicalize(portfolio)}\n`,
  html: async (portfolio) => (await import('#report/portfolio/html.ts')).portfolioHtml(portfolio),
  pdf: async (portfolio) => (await import('#report/pdf.ts')).portfolioPdf(portfolio),
};

const REGISTER: Renderers<string[][], 'json' | 'csv' | 'xlsx'> = {
  json: async (rows) => `${canonicalize((await register()).registerJson(rows))}\n`,
  csv: async (rows) => (await register()).registerCsv(rows),
  xlsx: async (rows) => (await register()).registerXlsx(rows),
};
const TABLES: readonly (keyof typeof REGISTER)[] = ['json', 'csv', 'xlsx'];
const register = () => import('#report/portfolio/register.ts');

export const report: Command = {
  name: 'report',
  summary: 'audit report of a ticket, report of a month, register of requests',
  usage:
    'ID [--format html|json|pdf|zip] [--out FILE] | --month YYYY-MM [--format html|json|pdf] [--out FILE] | --register [--format csv|xlsx|json] [--out FILE]',
  words: 1,
  options: {
    format: {
      kind: 'value',
      value: 'FORMAT',
      summary:
        'html, json or pdf; zip: all of a request for a regulator; of the register csv, xlsx or json (default: as --out ends, else json)',
      is: oneOf([...new Set<string>([...FORMATS, 'zip', ...TABLES])]),
    },
    month: {
      kind: 'value',
      value: 'YYYY-MM',
      summary: 'all cases in this month: volumes, times, overdue, refusals',
      is: month,
    },
    register: { kind: 'flag', summary: 'one row a request, with what statutes ask a controller to keep' },
    out: { kind: 'value', value: 'FILE', summary: 'write it there instead of to stdout', is: output },
  },
  example: 'quittance report T-0123456789 --format html --out report.html',
  async run(args) {
    const rendered = await chosen(args);
    const out = args.value('out');
    if (out === undefined) process.stdout.write(rendered);
    else await writeOutput(out, rendered);
    return 0;
  },
};

const chosen = (args: Arguments): Promise<Rendered> => {
  const { positionals, dir } = args;
  const asMonth = args.value('month');
  const asked = [
    ...positionals,
    ...(asMonth === undefined ? [] : [asMonth]),
    ...(args.flag('register') ? ['register'] : []),
  ];
  if (asked.length !== 1)
    throw usageError('report: one of ID, --month and --register', "'quittance ticket list' has the ids");
  if (asMonth !== undefined) return renderMonth(dir, asMonth, formatOf(args, FORMATS));
  if (args.flag('register')) return renderRegister(dir, formatOf(args, TABLES));
  if ((args.value('format') ?? endingOf(args)) === 'zip' && !args.json) return renderForRegulator(dir, asked[0]!);
  return renderReport(dir, asked[0]!, formatOf(args, FORMATS));
};

const formatOf = <Format extends string>(args: Arguments, known: readonly Format[]): Format => {
  const json = known.find((one) => one === 'json');
  const asEnding = known.find((one) => one === endingOf(args));
  return args.json && json !== undefined ? json : choice(args, 'format', known, asEnding ?? json);
};

/** What the file's name ends in: a report.html that holds JSON would mislead whoever opens it. */
const endingOf = (args: Arguments): string =>
  extname(args.value('out') ?? '')
    .slice(1)
    .toLowerCase();

/** Report, register row and evidence of a request that has ended, with instructions. NOT_FOUND before that. */
const renderForRegulator = (dir: string, ticketId: string): Promise<Rendered> =>
  inFolder(dir, async (stores) => {
    const [{ regulatorFile }, { reportPdf }] = await Promise.all([
      import('#functions/regulator.ts'),
      import('#report/pdf.ts'),
    ]);
    return regulatorFile(stores, ticketId, reportPdf);
  });

/** The report of a ticket in a data folder. NOT_FOUND, TICKET_NOT_FOUND. */
export const renderReport = (dir: string, ticketId: string, format: ReportFormat): Promise<Rendered> =>
  inFolder(dir, async (stores) => OF_A_TICKET[format](auditReport(await gatherReport(stores, ticketId))));

const renderMonth = (dir: string, month: string, format: ReportFormat): Promise<Rendered> =>
  inFolder(dir, async (stores) => OF_A_MONTH[format](await monthOf(stores, month)));

const renderRegister = (dir: string, format: keyof typeof REGISTER): Promise<Rendered> =>
  inFolder(dir, async (stores) => REGISTER[format](await (await register()).registerRows(everyCase(stores))));

const inFolder = async <T>(dir: string, use: (stores: ReturnType<typeof localStores>) => Promise<T>): Promise<T> => {
  if (!existsSync(join(dir, 'state.sqlite')))
    throw new QuittanceError('NOT_FOUND', { message: `${dir} is no data folder`, hint: 'name it with --dir' });
  const stores = localStores(dir, { lock: false });
  try {
    return await use(stores);
  } finally {
    stores.close();
  }
};
