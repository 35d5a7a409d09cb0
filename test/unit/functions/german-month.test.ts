// The report of a month in German, on its page: every text of the report that the product writes for cases of every
// outcome has its German, and the page says so. PDF, kept file and data stay English.
import { expect, it } from '@jest/globals';
import type { Block, Line } from '#report/content/blocks.ts';
import { portfolioDocument, portfolioTitle } from '#report/portfolio/document.ts';
import { portfolioOf } from '#report/portfolio/portfolio.ts';
import { shippedPolicy, ticketHarness } from '#bench/house/ticket-harness.ts';
import { LANGUAGES } from '#portal/words.ts';
import { appOf, inBrowser } from '../../support/api-callers.ts';
import { CASES, MARCH, streamed } from '../../support/month-cases.ts';

const { de } = LANGUAGES;
const ENGLISH =
  /\b(?:the|of|is|are|were|not|and|with|for|by|that|from|to|none|nothing|requests?|law|ground|received|ended|answered|open|case|cases|days?|late|model|models|bar|checks?|changed|current|within|claims|what)\b/i;

const linesOf = (line: Line): string[] => [line].flat().filter((piece): piece is string => typeof piece === 'string');
const textsOf = (block: Block): string[] => {
  switch (block.kind) {
    case 'heading':
      return [block.text];
    case 'paragraph':
    case 'notice':
      return linesOf(block.line);
    case 'list':
      return block.items.flatMap(linesOf);
    case 'terms':
      return block.items.flatMap(([term, line]) => [term, ...linesOf(line)]);
    case 'table':
      return [
        block.table.caption,
        ...block.table.columns.map(({ title }) => title),
        ...block.table.rows.flat().flatMap(linesOf),
      ];
    case 'figure': {
      const { title, alt, columns, rows, chart } = block.plot;
      return [title, alt, chart.x.title, ...columns, ...rows.map(([name = '']) => name)];
    }
  }
};

it.each([
  ['cases of every outcome', CASES],
  ['none', []],
])('a month: %s', async (_, cases) => {
  const found = await portfolioOf(streamed(cases), MARCH);
  const { lead, sections } = portfolioDocument(found);
  const texts = [
    portfolioTitle(found),
    ...linesOf(lead),
    ...sections.flatMap(({ title, blocks }) => [title, ...blocks.flatMap(textsOf)]),
  ];
  expect(texts.length).toBeGreaterThan(20);
  const names: readonly string[] = cases.flatMap(({ id, model }) => [id, model]);
  const same = texts.filter((text) => /[A-Za-z]{3}/.test(text) && de.monthText(text) === text);
  expect(same.filter((text) => !names.includes(text) && !/^\d+ × [A-Z_]+$/.test(text))).toEqual([]);
  expect(texts.map((text) => de.monthText(text)).filter((said) => ENGLISH.test(said))).toEqual([]);
});

it('its page', async () => {
  const app = appOf({ harness: await ticketHarness({ policy: shippedPolicy() }) });
  const headers = { ...inBrowser('auditor'), 'accept-language': 'de' };
  const page = await app.request('/reports/2026-03', { headers });
  const lines = (await page.text())
    .replaceAll(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .split(/<[^>]+>/)
    .map((line) => line.trim());
  expect(page.status).toBe(200);
  expect(lines).toContain('Überblick');
  expect(lines.filter((line) => ENGLISH.test(line))).toEqual([]);
});
