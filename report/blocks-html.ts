// Blocks of a report as HTML. Every table has a caption and scoped heads; a verdict is a word and a mark, never a
// colour alone.
import type { Axis } from './charts/axes.ts';
import { draw, type Chart } from './charts/chart.ts';
import { DASH, piecesOf, plain, type Block, type Line, type Piece, type Table } from './content/blocks.ts';
import { plotTable } from './content/tables.ts';
import { instant } from './format.ts';
import { html, trusted, type Html, type Value } from './markup.ts';
import type { Plot } from './plots/plot.ts';
import { svgOf } from './svg.ts';
import { right, table } from './tables.ts';

/** Puts a text into the language of the page. A signed report says what its texts say. */
export type Say = (text: string) => string;
const asWritten: Say = (text) => text;

export const blockHtml = (block: Block, say: Say = asWritten): Html => {
  switch (block.kind) {
    case 'heading':
      return html`<h3>${say(block.text)}</h3>`;
    case 'paragraph':
      return html`<p>${lineHtml(block.line, say)}</p>`;
    case 'notice':
      return html`<p class="notice">${lineHtml(block.line, say)}</p>`;
    case 'list':
      return html`<ul>
        ${block.items.map((item) => html`<li>${lineHtml(item, say)}</li>`)}
      </ul>`;
    case 'terms':
      return html`<dl>
        ${block.items.map(
          ([term, line]) =>
            html`<dt>${say(term)}</dt>
              <dd>${lineHtml(line, say)}</dd>`,
        )}
      </dl>`;
    case 'table':
      return tableHtml(block.table, say);
    case 'figure':
      return figure(block.plot, say);
  }
};

export const tableHtml = ({ caption, columns, rows }: Table, say: Say = asWritten): Html =>
  table(
    say(caption),
    columns.map(({ title, number }) => (number ? right(say(title)) : say(title))),
    rows.map((row) => row.map((line) => lineHtml(line, say))),
  );

export const lineHtml = (line: Line, say: Say = asWritten): Value =>
  piecesOf(line).map((piece) => pieceHtml(piece, say));

const pieceHtml = (piece: Piece, say: Say): Value => {
  if (piece === null) return DASH;
  if (typeof piece !== 'object') return typeof piece === 'string' ? say(piece) : piece;
  if ('verdict' in piece) return html`<span class="verdict ${piece.verdict}">${say(plain(piece))}</span>`;
  if ('code' in piece) return html`<code>${piece.code}</code>`;
  return html`<time datetime="${piece.time}">${instant(piece.time)}</time>`;
};

const figure = ({ id, title, alt, chart, columns, rows }: Plot, say: Say): Html =>
  html`<figure id="plot-${id}">
    <figcaption>${say(title)}</figcaption>
    ${trusted(svgOf(draw(chartIn(chart, say)), `${say(title)}. ${say(alt)}`))}
    <p>${say(alt)}</p>
    <details>
      <summary>${say('The numbers of this plot')}</summary>
      ${tableHtml(plotTable(title, columns, rows), say)}
    </details>
  </figure>`;

const chartIn = (chart: Chart, say: Say): Chart => ({
  ...chart,
  x: axisIn(chart.x, say),
  y: axisIn(chart.y, say),
  layers: chart.layers.map((layer) => ('name' in layer ? { ...layer, name: say(layer.name) } : layer)),
});

const axisIn = (axis: Axis, say: Say): Axis => ({
  ...axis,
  title: say(axis.title),
  ...(axis.ticks && { ticks: axis.ticks.map(([at, text]) => [at, say(text)] as const) }),
});
