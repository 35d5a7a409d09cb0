// The report as one page: plots with their text and numbers, D as an independent count finds it, and hostile text that
// stays text.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { reportHtml } from '#report/html.ts';
import { renderReport } from '#cli/report.ts';
import { NEVER_SAID } from '#core/scope.ts';
import { auditReport, AuditReport, type ReportParts } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { documentOf } from '#report/content/document.ts';
import { escapeText } from '#report/markup.ts';
import type { Plot } from '#report/plots/plot.ts';
import { logProbHistogram } from '#core/evaluation.ts';
import { walkedToEnd } from '../../support/hand-walked.ts';

const FORGET = [-6, -5.5, -4.2, -4.1, -3, -2.5, -2.2, -1];
const CONTROLS = [-7, -6.5, -6.1, -5.9, -5.2, -5.1, -4.6, -4.4, -3.3, -0.5];

/** Largest gap of two samples, by counting at every value. */
const largestGap = (a: readonly number[], b: readonly number[]): number =>
  Math.max(
    ...[...a, ...b].map((x) =>
      Math.abs(a.filter((v) => v <= x).length / a.length - b.filter((v) => v <= x).length / b.length),
    ),
  );

const plotsOf = (from: AuditReport): Plot[] =>
  documentOf(from).sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'figure' ? [block.plot] : [])),
  );

let parts: ReportParts;
let report: AuditReport;
let page: string;

beforeAll(async () => {
  const { harness, ticketId } = await walkedToEnd();
  const gathered = await gatherReport(harness.ports, ticketId);
  const [attempt] = gathered.attempts;
  const tables = {
    ...attempt!.tables!,
    histograms: {
      'forget.valueLogProb': logProbHistogram(FORGET),
      'controls.valueLogProb': logProbHistogram(CONTROLS),
    },
    curves: {
      'forget.relearn': {
        xLabel: 'updates',
        yLabel: 'share',
        points: [
          [0, 0],
          [10, 0.25],
        ] as [number, number][],
      },
    },
  };
  const trajectory = [0, 1, 2].map((update) => ({
    update,
    loss: -update / 3,
    valueAuc: 1 - update / 4,
    greedyExact: 1 - update / 2,
    meanValueLogProb: -update,
  }));
  parts = { ...gathered, attempts: [{ ...attempt!, tables, manifest: { ...attempt!.manifest!, trajectory } }] };
  report = auditReport(parts);
  page = reportHtml(report);
});

const figures = () => [...page.matchAll(/<figure id="plot-([\w-]+)">([\s\S]*?)<\/figure>/g)];

describe('the report page', () => {
  it('draws every plot as SVG with a caption, alternative text and its numbers in a table', () => {
    expect(figures().map(([, id]) => id)).toEqual([
      'gates',
      'distributions',
      'forget-utility',
      'forgetting',
      'loss',
      'relearning',
    ]);
    for (const [, , figure] of figures()) {
      expect(figure).toMatch(/<svg[^>]* role="img" aria-label="[^"]{40,}"/);
      expect(figure).toMatch(/<figcaption>[^<]+<\/figcaption>/);
      expect(figure).toMatch(/<caption>\s*[^<]+<\/caption>[\s\S]*<th scope="col"/);
    }
  });

  it('marks D where an independent count finds it, in the plot, its text and its table', () => {
    const d = largestGap(FORGET, CONTROLS);
    const figure = figures().find(([, id]) => id === 'distributions')?.[2] ?? '';
    expect(report.distributions).toMatchObject({ n: FORGET.length, m: CONTROLS.length });
    expect('d' in report.distributions && report.distributions.d).toBeCloseTo(d, 12);
    expect(figure).toContain(`>D = ${d.toFixed(3)}</text>`);
    expect(figure).toContain(`the gap is D = ${d.toFixed(3)}`);
    expect(figure).toContain(`${d.toFixed(3)} = D</td>`);
  });

  it('prints each gate with value, n, threshold and verdict', () => {
    for (const { name, threshold } of report.gate?.gates ?? []) {
      expect(page).toContain(name);
      expect(page).toContain(threshold);
    }
  });

  it('draws what passes whatever the policy calls its checks', () => {
    const numbers = (from: AuditReport, id: string) => {
      const [plot] = plotsOf(from).filter((one) => one.id === id);
      return JSON.stringify(plot)
        .replaceAll(/"check \d+"/g, '')
        .match(/-?\d+(\.\d+)?/g);
    };
    const gates = report.gate!.gates.map((gate, i) => ({ ...gate, name: `check ${i}`, threshold: 'as agreed' }));
    const renamed: AuditReport = { ...report, gate: { ...report.gate!, gates } };
    expect(numbers(renamed, 'forget-utility')).toEqual(numbers(report, 'forget-utility'));
    const rows = (from: AuditReport) =>
      plotsOf(from)
        .find(({ id }) => id === 'gates')
        ?.rows.map((row) => row.slice(1));
    expect(rows(renamed)).toEqual(rows(report));
  });

  it('loads nothing and runs nothing: no script, no style attribute, no address, a policy with the digest of its own style', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\sstyle=|\son\w+=/i);
    expect([...page.matchAll(/(?:src|href)="([^"]*)"/g)].filter(([, at]) => !at?.startsWith('#'))).toEqual([]);
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`default-src 'none'; style-src 'sha256-${digest}'`);
  });

  it('has no two elements with one id', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives the same bytes for the same report', () => {
    expect(reportHtml(auditReport(parts))).toBe(page);
  });

  it('says nothing that cannot be defended', () => {
    for (const claim of NEVER_SAID) expect(page.toLowerCase()).not.toContain(claim);
  });

  it('has a dash where a quantity was not measured before, and no reason in a column of numbers', () => {
    const before = { notAvailable: 'measured after unlearning only' };
    const metrics = report.metrics.map((row) => ({ ...row, before }));
    const table = /<caption>\s*Every quantity[\s\S]*?<\/table>/.exec(reportHtml({ ...report, metrics }))?.[0];
    expect(table).toContain('<td class="number">–</td>');
    expect(table).not.toContain(before.notAvailable);
  });

  it('says why where there is nothing to plot', () => {
    const [attempt] = parts.attempts;
    const tables = { ...attempt!.tables!, histograms: {}, curves: {} };
    const without = reportHtml(auditReport({ ...parts, attempts: [{ ...attempt!, tables }] }));
    expect(without).not.toContain('plot-distributions');
    expect(without).toContain('Not available: the tables hold no values');
    expect(without).toContain('Re-learning: not available: no re-learning run was made');
  });
});

const ATTACKS = [
  `"><script>alert(1)</script>`,
  `' onload='alert(1)`,
  `</title></style></svg><img src=x onerror=alert(1)>`,
  `<!--`,
  `]]><svg/onload=alert(1)>`,
  `&lt;b&gt;`,
  `\u202Ejavascript:alert(1)`,
];

/** The value with the attack after every text in it. */
const poisoned = (value: unknown, text: string): unknown => {
  if (typeof value === 'string') return `${value}${text}`;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, poisoned(item, text)]));
};

/** The report with the attack in every field whose form lets it stand: not in codes, digests and times. */
const hostileReport = (text: string): AuditReport => {
  const hostile = poisoned(report, text);
  for (;;) {
    const parsed = AuditReport.safeParse(hostile);
    if (parsed.success) return parsed.data;
    for (const { path } of parsed.error.issues) restore(hostile, report, path);
  }
};

const restore = (into: unknown, from: unknown, [key, ...rest]: readonly PropertyKey[]): void => {
  if (key === undefined || typeof into !== 'object' || into === null) throw new Error('no such field');
  const value: unknown = Reflect.get(from as object, key);
  if (rest.length === 0) Reflect.set(into, key, value);
  else restore(Reflect.get(into, key), value, rest);
};

const TAGS =
  'html head meta title style body div header h1 h2 h3 p nav ul li a main section dl dt dd table caption thead tbody tr th td code span figure figcaption details summary time svg path rect text'.split(
    ' ',
  );

describe('hostile text in every field of the report', () => {
  it.each(ATTACKS)('stays text: %s', (attack) => {
    const hostile = reportHtml(hostileReport(attack));
    expect(hostile.split(escapeText(attack)).length).toBeGreaterThan(100);
    const markup = hostile.replace(/<style>[\s\S]*?<\/style>/, '<style></style>');
    const opened = [...markup.matchAll(/<([a-z][\w-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)];
    expect(opened.filter(([, tag]) => !TAGS.includes(tag ?? '')).map(([, tag]) => tag)).toEqual([]);
    for (const [, , attributes] of opened) expect(attributes?.replaceAll(/="[^"]*"/g, '')).not.toMatch(/\son\w+/i);
    const rest = markup
      .replaceAll(/<\/?[a-z][\w-]*(?:\s+[\w:-]+(?:="[^"]*")?)*\s*\/?>/gi, '')
      .replace('<!doctype html>', '');
    expect(rest).not.toMatch(/[<>]/);
  });
});

describe('reading a data folder for a report', () => {
  it('refuses a folder that holds no data, and makes none', async () => {
    const root = mkdtempSync(join(tmpdir(), 'quittance-report-'));
    try {
      const dir = join(root, 'nothing');
      await expect(renderReport(dir, 'T-0123456789', 'json')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(existsSync(dir)).toBe(false);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
