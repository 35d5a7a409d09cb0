// The audit report as one self-contained page: no script, no request to anywhere, a policy that forbids both. The same report gives the same bytes.
import type { AuditReport } from './audit-report.ts';
import { html, trusted, type Html } from './markup.ts';
import { instant } from './format.ts';
import { plotsOf } from './plots.ts';
import { annex, attempts, beforeAfter, comparison, executive, figure, gates, relearningNote } from './sections.ts';
import { STYLE, STYLE_DIGEST } from './style.ts';

/** What the page may load: its own style, and nothing else. */
export const CONTENT_POLICY = `default-src 'none'; style-src '${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'`;

export const reportHtml = (report: AuditReport): string =>
  page(report, new Map(plotsOf(report).map((plot) => [plot.id, figure(plot)]))).markup;

const CONTENTS = {
  summary: 'Summary for counsel',
  gate: 'The gate',
  comparison: 'Forgotten and never-trained people compared',
  metrics: 'Before and after',
  attempts: 'Attempts',
  statements: 'Statements',
  recertification: 'Re-certification',
  reproduce: 'Reproducing it',
  history: 'History',
};

const page = (report: AuditReport, figures: ReadonlyMap<string, Html>): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        ${trusted(`<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}" />`)}
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>Audit report ${report.ticketId}</title>
        ${trusted(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <header>
          <h1>Audit report: unlearning ticket ${report.ticketId}</h1>
          <p>
            Model ${report.model}. Status ${report.status}, as of ${instant(report.asOf)}. This report names no person.
          </p>
          <nav aria-label="Contents">
            <ul>
              ${Object.entries(CONTENTS).map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
            </ul>
          </nav>
        </header>
        <main>
          ${executive(report)}
          <h2 id="gate">The gate</h2>
          ${gates(report)} ${figures.get('gates')}
          <h2 id="comparison">Forgotten and never-trained people compared</h2>
          ${comparison(report)} ${figures.get('distributions')}
          <h2 id="metrics">Before and after</h2>
          ${beforeAfter(report)} ${figures.get('forget-utility')}
          <h2 id="attempts">Attempts</h2>
          ${attempts(report)} ${figures.get('forgetting')} ${figures.get('loss')} ${figures.get('relearning')}
          ${relearningNote(report)} ${annex(report)}
        </main>
      </body>
    </html> `;
