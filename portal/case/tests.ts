// What was tested: the gate as bars with the window that passes, the two distributions, what comes back on re-learning,
// and the same table of the gate that the report has. Trap: a bar shows a value between its bounds; the table beside
// it says n and what the value rests on, and only that is evidence.
import { decimal, optional } from '#core/decimal.ts';
import type { AuditReport } from '#report/audit-report.ts';
import { blockHtml, tableHtml } from '#report/blocks-html.ts';
import { gateTable } from '#report/content/tables.ts';
import { html, type Html } from '#report/markup.ts';
import { distributionPair } from '#report/plots/distribution-pair.ts';
import { relearning } from '#report/plots/over-updates.ts';
import type { Plot } from '#report/plots/plot.ts';
import type { Words } from '../words.ts';

type Gate = NonNullable<AuditReport['gate']>;
type Gates = Gate['gates'];

export const tests = (report: AuditReport, words: Words): Html => {
  const { gate } = report;
  if (gate === null) return html`<p class="empty">${words.tests.none}</p>`;
  return html`${limits(report, words)}
    <h2>${words.tests.bars}</h2>
    <ul class="gate">
      ${gate.gates.map((one) => bar(one, words))}
    </ul>
    ${figure(relearning(report), words)}
    ${'notAvailable' in report.relearning && html`<p>${words.tests.relearning}: ${words.evidenceText(report.relearning.notAvailable)}.</p>`}
    ${figure(distributionPair(report), words)} ${gateHtml(gate, words)}`;
};

export const gateHtml = (gate: Gate, { tests: t, codes, signedText, evidenceText }: Words): Html =>
  html`<h2>${t.gate}</h2>
    <p>${t.judged(gate.policyVersion)} <span class="verdict ${gate.verdict}">${codes.verdicts[gate.verdict]}</span></p>
    ${signedText !== '' && html`<p class="soft">${signedText}</p>`} ${tableHtml(gateTable(gate.gates), evidenceText)}`;

const figure = (plot: Plot | undefined, { evidenceText }: Words): Html | undefined =>
  plot && blockHtml({ kind: 'figure', plot }, evidenceText);

/** What so many records cannot show, and what is not claimed: beside the verdict, never after it. */
export const limits = ({ gate, executive }: AuditReport, words: Words): Html =>
  html`<div class="two">
    <section>
      <h2>${words.tests.tested}</h2>
      <ul>
        ${executive.tested.map((text) => html`<li>${words.evidenceText(text)}</li>`)}
      </ul>
    </section>
    <section>
      <h2>${words.tests.limits}</h2>
      <ul>
        ${[...(gate?.limits ?? []), ...executive.notClaimed].map((text) => html`<li>${words.evidenceText(text)}</li>`)}
      </ul>
    </section>
  </div>`;

const bar = (one: Gates[number], { codes, evidenceText }: Words): Html =>
  html`<li>
    <span>${evidenceText(one.name)}</span> ${drawn(one)}
    <span class="n">${optional(one.value)}<small class="soft">${allowed(one)}</small></span>
    <span class="verdict ${one.verdict}">${codes.verdicts[one.verdict]}</span>
  </li>`;

/** What passes, which the bar shows as its window. */
const allowed = ({ least, most }: Gates[number]): string => {
  if (least !== null && most !== null) return `${decimal(least)} – ${decimal(most)}`;
  return least !== null ? `≥ ${decimal(least)}` : most !== null ? `≤ ${decimal(most)}` : '';
};

/** From 0 to 1 where all of it lies there, else over what is to be shown. */
const drawn = ({ value, least, most }: Gates[number]): Html => {
  const shown = [value, least, most].filter((one): one is number => one !== null);
  const [low, high] = [Math.min(0, ...shown), Math.max(...shown, shown.every((one) => one >= 0 && one <= 1) ? 1 : 0)];
  const at = (x: number) => (high === low ? 0 : ((x - low) / (high - low)) * 100);
  const [from, to] = [least === null ? 0 : at(least), most === null ? 100 : at(most)];
  return html`<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect class="track" y="4" width="100" height="6" />
    <rect class="window" x="${from.toFixed(1)}" y="4" width="${Math.max(0.8, to - from).toFixed(1)}" height="6" />
    ${value !== null && html`<rect class="mark" x="${Math.min(99.2, at(value)).toFixed(1)}" width="0.8" height="14" />`}
  </svg>`;
};
