// Reports of all cases together: the months, and one of them.
import { blockHtml, lineHtml } from '#report/blocks-html.ts';
import type { Document } from '#report/content/blocks.ts';
import { html, type Html } from '#report/markup.ts';
import type { Words } from './words.ts';

export const monthsBody = (months: readonly string[], { registry: w }: Words): Html =>
  html`<ul>
      ${months.map((month) => html`<li><a href="/reports/${month}">${month}</a></li>`)}
    </ul>
    <h2>${w.register}</h2>
    <p>
      <a href="/register.csv">CSV</a>, <a href="/register.xlsx">${w.workbook}</a>, <a href="/register.json">JSON</a>
    </p>`;

export const monthBody = (month: string, { lead, sections }: Document, { monthText }: Words): Html =>
  html`<p>${lineHtml(lead, monthText)} <a href="/reports/${month}/report.pdf">PDF</a></p>
    ${sections.map(
      ({ id, title, blocks }) =>
        html`<section aria-labelledby="${id}">
          <h2 id="${id}">${monthText(title)}</h2>
          ${blocks.map((block) => blockHtml(block, monthText))}
        </section>`,
    )}`;
