// Tables of the report and of the portal's pages: a caption, scoped heads, numbers set right; wide ones scroll by
// keyboard too.
import { html, type Html, type Value } from './markup.ts';

export type Column = string | { readonly number: string };
export const right = (title: string): Column => ({ number: title });

/** Cells of a `right` column are right-aligned. */
export const table = (caption: string, columns: readonly Column[], rows: readonly (readonly Value[])[]): Html => {
  const head = columns.map((column) =>
    typeof column === 'string'
      ? html`<th scope="col">${column}</th>`
      : html`<th scope="col" class="number">${column.number}</th>`,
  );
  const cell = (value: Value, i: number) =>
    typeof columns[i] === 'string' ? html`<td>${value}</td>` : html`<td class="number">${value}</td>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
};
