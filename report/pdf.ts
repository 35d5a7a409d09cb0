// The audit report as a tagged PDF: headings, paragraphs, lists, tables and figures with alternative text, plots as
// vectors. Dates are the report's, so that the same report gives the same bytes. A printed page cannot unfold a plot's
// table, so it is always printed below the plot.
import type { AuditReport } from './audit-report.ts';
import { plain, type Block, type Document, type Table } from './content/blocks.ts';
import { documentOf } from './content/document.ts';
import { plotTable } from './content/tables.ts';
import { newPaper, type Paper } from './paper.ts';
import { portfolioDocument } from './portfolio/document.ts';
import type { Portfolio } from './portfolio/portfolio.ts';

/** Here too, so that a program which reads its printer on use reads one. */
export { textPdf } from './letters/pdf.ts';

export const reportPdf = (report: AuditReport): Promise<Uint8Array> =>
  documentPdf(`Audit report ${report.ticketId}`, new Date(report.asOf), documentOf(report));

export const portfolioPdf = (portfolio: Portfolio): Promise<Uint8Array> => {
  const document = portfolioDocument(portfolio);
  return documentPdf(document.title, new Date(`${portfolio.upTo}T00:00:00Z`), document);
};

/** Any document, under its name and date. */
const documentPdf = (name: string, at: Date, { title, lead, sections }: Document): Promise<Uint8Array> => {
  const paper = newPaper({ title: name, at });
  paper.heading(title, 1);
  paper.paragraph(plain(lead));
  for (const section of sections) {
    paper.heading(section.title, 2);
    for (const block of section.blocks) write(paper, block);
  }
  return paper.finish();
};

const write = (paper: Paper, block: Block): void => {
  switch (block.kind) {
    case 'heading':
      return paper.heading(block.text, 3);
    case 'paragraph':
    case 'notice':
      return paper.paragraph(plain(block.line));
    case 'list':
      return paper.list(block.items.map(plain));
    case 'terms':
      return writeTable(paper, { caption: '', columns: TERMS, rows: block.items });
    case 'table':
      return writeTable(paper, block.table);
    case 'figure': {
      const { title, columns, rows } = block.plot;
      paper.figure(block.plot);
      return writeTable(paper, plotTable(title, columns, rows));
    }
  }
};

const TERMS: Table['columns'] = [
  { title: 'what', share: 1 },
  { title: 'finding', share: 3 },
];

const writeTable = (paper: Paper, { columns, rows }: Table): void =>
  paper.table(
    columns,
    rows.map((row) => row.map(plain)),
  );
