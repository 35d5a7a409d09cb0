// Blocks of a report as HTML. Every table has a caption and scoped heads; a verdict is a word and a mark, never a
// colour alone.
import { draw } from './charts/chart.ts';
import { DASH, piecesOf, plain, type Block, type Line, type Piece, type Table } from './content/blocks.ts';
import { plotTable } from './content/tables.ts';
import { instant } from './format.ts';
import { html, trusted, type Html, type Value } from './markup.ts';
import type { Plot } from './plots/plot.ts';
import { svgOf } from './svg.ts';
import { right, table } from './tables.ts';

export const blockHtml = (block: Block): Html => {
  switch (block.kind) {
    case 'heading':
      return html`<h3>${block.text}</h3>`;
    case 'paragraph':
      return html`<p>${lineHtml(block.line)}</p>`;
    case 'notice':
      return html`<p class="notice">${lineHtml(block.line)}</p>`;
    case 'list':
      return html`<ul>
        ${block.items.map((item) => html`<li>${lineHtml(item)}</li>`)}
      </ul>`;
    case 'terms':
      return html`<dl>
        ${block.items.map(
          ([term, line]) =>
            html`<dt>${term}</dt>
              <dd>${lineHtml(line)}</dd>`,
        )}
      </dl>`;
    case 'table':
      return tableHtml(block.table);
    case 'figure':
      return figure(block.plot);
  }
};

export const tableHtml = ({ caption, columns, rows }: Table): Html =>
  table(
    caption,
    columns.map(({ title, number }) => (number ? right(title) : title)),
    rows.map((row) => row.map(lineHtml)),
  );

export const lineHtml = (line: Line): Value => piecesOf(line).map(pieceHtml);

const pieceHtml = (piece: Piece): Value => {
  if (piece === null) return DASH;
  if (typeof piece !== 'object') return piece;
  if ('verdict' in piece) return html`<span class="verdict ${piece.verdict}">${plain(piece)}</span>`;
  if ('code' in piece) return html`<code>${piece.code}</code>`;
  return html`<time datetime="${piece.time}">${instant(piece.time)}</time>`;
};

const figure = ({ id, title, alt, chart, columns, rows }: Plot): Html =>
  html`<figure id="plot-${id}">
    <figcaption>${title}</figcaption>
    ${trusted(svgOf(draw(chart), `${title}. ${alt}`))}
    <p>${alt}</p>
    <details>
      <summary>The numbers of this plot</summary>
      ${tableHtml(plotTable(title, columns, rows))}
    </details>
  </figure>`;
