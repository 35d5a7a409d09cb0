// `quittance report`: the audit report of a ticket as JSON, as one HTML page or as PDF. Reads the data folder without
// its lock, and changes nothing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { canonicalize } from '#core/canonical.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { auditReport, type AuditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import type { Command } from './command.ts';
import { oneOf, output } from './kinds.ts';
import { writeOutput } from './output.ts';
import { choice } from './values.ts';

const RENDERERS = {
  json: async (report: AuditReport) => `${canonicalize(report)}\n`,
  html: async (report: AuditReport) => (await import('#report/html.ts')).reportHtml(report),
  pdf: async (report: AuditReport) => (await import('#report/pdf.ts')).reportPdf(report),
} as const;
export type ReportFormat = keyof typeof RENDERERS;
const FORMATS: readonly ReportFormat[] = ['json', 'html', 'pdf'];

export const report: Command = {
  name: 'report',
  summary: 'audit report of a ticket',
  usage: 'ID --format html|json|pdf [--out FILE]',
  options: {
    format: {
      kind: 'value',
      value: FORMATS.join('|'),
      summary: 'form of the report (default json)',
      is: oneOf(FORMATS),
    },
    out: { kind: 'value', value: 'FILE', summary: 'write it there instead of to stdout', is: output },
  },
  example: 'quittance report T-0123456789 --format html --out report.html',
  async run(args) {
    const [ticketId, ...rest] = args.positionals;
    if (ticketId === undefined || rest.length > 0)
      throw usageError('report ID: one ticket id', "'quittance ticket list' has the ids");
    const format = args.json ? 'json' : choice(args, 'format', FORMATS, 'json');
    const rendered = await renderReport(args.dir, ticketId, format);
    const out = args.value('out');
    if (out === undefined) process.stdout.write(rendered);
    else await writeOutput(out, rendered);
    return 0;
  },
};

/** The report of a ticket in a data folder. NOT_FOUND, TICKET_NOT_FOUND. */
export const renderReport = async (
  dir: string,
  ticketId: string,
  format: ReportFormat,
): Promise<string | Uint8Array> => {
  if (!existsSync(join(dir, 'state.sqlite')))
    throw new QuittanceError('NOT_FOUND', { message: `${dir} is no data folder`, hint: 'name it with --dir' });
  const stores = localStores(dir, { lock: false });
  try {
    return await RENDERERS[format](auditReport(await gatherReport(stores, ticketId)));
  } finally {
    stores.close();
  }
};
