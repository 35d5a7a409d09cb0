// The audit report as one self-contained page without scripts and requests, and with a policy that forbids both. The
// same report gives the same bytes.
import type { AuditReport } from './audit-report.ts';
import { blockHtml, lineHtml } from './blocks-html.ts';
import type { Document, Section } from './content/blocks.ts';
import { documentOf } from './content/document.ts';
import { html, trusted, type Html } from './markup.ts';
import { STYLE, STYLE_DIGEST } from './style.ts';

/** What the page may load: its own style, and nothing else. */
export const CONTENT_POLICY = `default-src 'none'; style-src '${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'`;

export const reportHtml = (report: AuditReport): string =>
  documentHtml(`Audit report ${report.ticketId}`, documentOf(report));

/** Any document, under the name that a browser shows for its page. */
export const documentHtml = (name: string, document: Document): string => page(name, document).markup;

const page = (name: string, { title, lead, sections }: Document): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        ${trusted(`<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}" />`)}
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${name}</title>
        ${trusted(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p>${lineHtml(lead)}</p>
          <nav aria-label="Contents">
            <ul>
              ${sections.map((one) => html`<li><a href="#${one.id}">${one.title}</a></li>`)}
            </ul>
          </nav>
        </header>
        <main>${sections.map(sectionHtml)}</main>
      </body>
    </html> `;

const sectionHtml = ({ id, title, blocks }: Section): Html =>
  html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${blocks.map((block) => blockHtml(block))}
  </section>`;
