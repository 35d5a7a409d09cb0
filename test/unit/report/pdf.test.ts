// The report as PDF: tagged, the same bytes each time, every plot a figure with its text; and the reader of Vega's drawings, which must not lose a part silently.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { drawOn, latin, sizeOf, type Canvas } from '#report/draw-svg.ts';
import { reportPdf } from '#report/pdf.ts';
import { plotsOf } from '#report/plots.ts';
import { auditReport, type AuditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { walkedToApproval, walkedToEnd } from '../../support/walked-cases.ts';

let report: AuditReport;
let pdf: string;
beforeAll(async () => {
  const { world, ticketId } = await walkedToEnd();
  report = auditReport(await gatherReport(world.ports, ticketId));
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
    expect(pdf.match(/\/S \/Figure/g)).toHaveLength(plotsOf(report).length);
    expect(pdf.match(/\/Alt \(/g)?.length).toBeGreaterThanOrEqual(plotsOf(report).length);
    for (const kind of ['H1', 'H2', 'P', 'L', 'LI', 'Table', 'TH', 'TD'])
      expect(pdf).toMatch(new RegExp(`/S /${kind}\\b`));
  });

  it('gives the same bytes for the same report', async () => {
    expect(Buffer.from(await reportPdf(report)).toString('latin1')).toBe(pdf);
  });

  it('is made of a case without any attempt too', async () => {
    const { world, ticketId } = await walkedToApproval();
    const parts = await gatherReport(world.ports, ticketId);
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

describe("reading Vega's drawings", () => {
  it('nests places, draws paths and lines, and sets text by its anchor', () => {
    const { canvas, calls } = recorder();
    drawOn(
      canvas,
      '<svg viewBox="0 0 10 5"><g transform="translate(1,2)"><path d="M0,0L1,1" stroke="#000" stroke-dasharray="5,3"/><text text-anchor="end" fill="red">a &lt; b &amp;lt;</text></g></svg>',
    );
    expect(calls.filter((call) => /^(translate|path|dash|stroke |text)/.test(call))).toEqual([
      'translate 1 2',
      'path M0,0L1,1',
      'dash 5',
      'stroke #000',
      'text a < b &lt; -10 0',
    ]);
    expect(calls.filter((call) => call === 'save')).toHaveLength(calls.filter((call) => call === 'restore').length);
  });

  it('skips what is not shown, and refuses what it does not know', () => {
    const { canvas, calls } = recorder();
    drawOn(canvas, '<svg><path d="M0,0" display="none" fill="red"/><path d="M0,0"/></svg>');
    expect(calls).toEqual([]);
    expect(() => drawOn(canvas, '<svg><circle fill="red"/></svg>')).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
  });

  it('reads the size, and says in the letters of the standard fonts what they have no sign for', () => {
    expect(sizeOf('<svg width="1" viewBox="0 0 682 331.5">')).toEqual({ width: 682, height: 331.5 });
    expect(latin('p ≥ 0.05 and ≤ 1, −3 – “n”')).toBe('p at least 0.05 and at most 1, -3 – “n”');
    expect(latin('名😀')).toBe('??');
  });
});
