// The report as PDF: tagged, the same bytes each time, every plot a figure with its text; and drawings on its pages.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Shape } from '#report/charts/drawing.ts';
import { drawOn, type Canvas } from '#report/draw-pdf.ts';
import { missingSigns, printable } from '#report/fonts.ts';
import { reportPdf } from '#report/pdf.ts';
import { documentOf } from '#report/content/document.ts';
import { auditReport, type AuditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { walkedToApproval, walkedToEnd } from '../../support/hand-walked.ts';

let report: AuditReport;
let pdf: string;
beforeAll(async () => {
  const { harness, ticketId } = await walkedToEnd();
  report = auditReport(await gatherReport(harness.ports, ticketId));
  pdf = Buffer.from(await reportPdf(report)).toString('latin1');
});

describe('the report as PDF', () => {
  it('is tagged, in English, with the dates of the report', () => {
    expect(pdf.startsWith('%PDF-1.7')).toBe(true);
    expect(pdf).toContain('/Marked true');
    expect(pdf).toContain('/Lang (en)');
    expect(pdf).toContain('/StructTreeRoot');
    expect(pdf).toContain('(D:20260302100000Z)');
  });

  it('has a figure with alternative text for every plot, headings, lists and tables with headers', () => {
    const figures = documentOf(report).sections.flatMap(({ blocks }) => blocks.filter(({ kind }) => kind === 'figure'));
    expect(figures.length).toBeGreaterThan(3);
    expect(pdf.match(/\/S \/Figure/g)).toHaveLength(figures.length);
    expect(pdf.match(/\/Alt \(/g)?.length).toBeGreaterThanOrEqual(figures.length);
    for (const kind of ['H1', 'H2', 'P', 'L', 'LI', 'Table', 'TH', 'TD'])
      expect(pdf).toMatch(new RegExp(`/S /${kind}\\b`));
  });

  it('says on every page which report it is, and which of how many pages', () => {
    const pages = pdf.match(/\/Type \/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(2);
    expect(pdf.match(/\/FontFile2/g)).toHaveLength(2); // both weights are embedded, and no font is only named
    expect(pdf).not.toContain('/Helvetica');
  });

  it('gives the same bytes for the same report', async () => {
    expect(Buffer.from(await reportPdf(report)).toString('latin1')).toBe(pdf);
  });

  it('is made of a ticket without any attempt too', async () => {
    const { harness, ticketId } = await walkedToApproval();
    const parts = await gatherReport(harness.ports, ticketId);
    const empty = await reportPdf(auditReport({ ...parts, attempts: [] }));
    expect(Buffer.from(empty).toString('latin1').startsWith('%PDF-1.7')).toBe(true);
  });
});

/** Notes what was drawn; every text is 10 wide. */
const recorder = (): { canvas: Canvas; calls: string[] } => {
  const calls: string[] = [];
  const canvas: Canvas = new Proxy({} as Canvas, {
    get: (_, name) =>
      name === 'widthOfString'
        ? () => 10
        : (...args: unknown[]) => {
            calls.push(`${String(name)} ${args.filter((one) => typeof one !== 'object').join(' ')}`.trim());
            return canvas;
          },
  });
  return { canvas, calls };
};

/** What drawing the shapes calls, without the keeping of state. */
const callsOf = (...shapes: Shape[]): string[] => {
  const { canvas, calls } = recorder();
  drawOn(canvas, { width: 10, height: 10, shapes });
  expect(calls.filter((call) => call === 'save')).toHaveLength(calls.filter((call) => call === 'restore').length);
  return calls.filter((call) => call !== 'save' && call !== 'restore');
};

describe('a drawing on a page', () => {
  it('draws paths in their places, filled, stroked, dashed and translucent', () => {
    const stroke = { color: 'blue', width: 2, dash: [5, 3] } as const;
    expect(callsOf({ kind: 'path', d: 'M0,0L1,1', at: [1, 2], fill: 'red', opacity: 0.5 })).toEqual([
      'translate 1 2',
      'fillOpacity 0.5',
      'path M0,0L1,1',
      'fill red',
    ]);
    expect(callsOf({ kind: 'path', d: 'M0,0L1,1', stroke })).toEqual([
      'path M0,0L1,1',
      'lineWidth 2',
      'dash 5',
      'stroke blue',
    ]);
    expect(callsOf({ kind: 'box', x: 1, y: 2, width: 3, height: 4, fill: 'red', stroke: { color: 'blue' } })).toEqual([
      'rect 1 2 3 4',
      'lineWidth 1',
      'fillAndStroke red blue',
    ]);
  });

  it.each([
    ['start', '0'],
    ['middle', '-5'],
    ['end', '-10'],
  ] as const)('sets text by its %s', (anchor, left) => {
    const [, , , , text] = callsOf({ kind: 'text', at: [1, 2], text: 'a < b', size: 9, anchor });
    expect(text?.replace('-0', '0')).toBe(`text a < b ${left} 0`);
  });

  it('has the letters of Europe and the signs of our sentences; what the fonts lack is found before', () => {
    const text = 'p ≥ 0.05 and ≤ 1, −3 – “n” → ✓ Zażółć Ελληνικά Жуков ğőțė';
    expect([printable(text), missingSigns(text)]).toEqual([text, []]);
    expect([printable('名😀 a'), missingSigns('名😀 名')]).toEqual(['?? a', ['名', '😀']]);
    expect(printable('Zaz\u0307o\u0301l')).toBe('Zażól');
  });
});
