// The report's sections as HTML, from its data. Every table has a caption and scoped headers; a verdict is a word and a mark, never a colour alone.
import type { AuditReport } from './audit-report.ts';
import { draw } from './charts/chart.ts';
import { html, trusted, type Html, type Value } from './markup.ts';
import { right, table } from './tables.ts';
import { decimal, groundText, instant, intervalText, metricText, optional } from './format.ts';
import type { Plot } from './plots/plot.ts';
import { svgOf } from './svg.ts';

const item = (term: string, ...value: Value[]): Html =>
  html`<dt>${term}</dt>
    <dd>${value}</dd>`;
const list = (items: readonly Value[]): Html =>
  html`<ul>
    ${items.map((one) => html`<li>${one}</li>`)}
  </ul>`;
const verdict = (word: string): Html => html`<span class="verdict ${word}">${word.replace('_', ' ')}</span>`;

const DEADLINE = {
  met: 'met',
  missed: 'missed',
  open: 'open: the requester has not been told yet how the case ended',
} as const;

export const executive = ({ executive: page, recertification }: AuditReport): Html => {
  const { request, deadline, people, validity } = page;
  return html`<section aria-labelledby="summary">
    <h2 id="summary">Summary for counsel</h2>
    <p class="notice">${page.done}</p>
    <dl>
      ${item('Request', `${request.regime}, ${groundText(request.ground)}; ${request.records} records; received by ${request.channel} ${instant(request.receivedAt)}`)}
      ${item('Outcome', page.outcome)}
      ${item('Deadline', DEADLINE[deadline.verdict], `; due ${deadline.statutoryDue} (to be safe ${deadline.safeDue})`, deadline.answeredAt && `; answered ${instant(deadline.answeredAt)}`)}
      ${item('How it was counted', deadline.derivation.join('; '))} ${item('Filed by', people.filer)}
      ${item('Approved by', people.approver ?? 'nobody yet', people.approvedAt && `, ${instant(people.approvedAt)}`)}
      ${item('Parties told', page.informed.length === 0 ? 'nobody yet' : page.informed.map(({ template, at }) => `${template}, ${instant(at)}`).join('; '))}
      ${item('Valid until', validity.validUntil ? instant(validity.validUntil) : 'no certificate', `. ${validity.rule}`)}
      ${item('Re-certification', `${recertification.state}: ${recertification.line}`)}
    </dl>
    <h3>What was tested</h3>
    ${list(page.tested)}
    <h3>What is not claimed</h3>
    ${list(page.notClaimed)} ${residual(page.residualCopies)}
    <h3>How anyone can verify this</h3>
    ${list(page.verify)}
  </section>`;
};

const residual = (copies: AuditReport['executive']['residualCopies']): Html =>
  html`<h3>Copies that still exist</h3>
    ${
      copies.length === 0
        ? html`<p>None are known to this system.</p>`
        : list(
            copies.map(
              ({ what, digest, until }) => html`${what}, destroyed by ${instant(until)}: <code>${digest}</code>`,
            ),
          )
    }`;

export const gates = ({ gate }: AuditReport): Html =>
  gate === null
    ? html`<p>No attempt was judged.</p>`
    : html`<p>
          Policy version ${gate.policyVersion}, fixed and logged before the run. Verdict: ${verdict(gate.verdict)}
        </p>
        ${table(
          'The gate: each check with its value, number of cases, threshold and verdict',
          ['check', right('value'), right('n'), 'threshold', 'verdict', 'direction', 'method'],
          gate.gates.map((one) => [
            one.name,
            optional(one.value),
            one.n,
            one.threshold,
            verdict(one.verdict),
            one.direction,
            one.detail,
          ]),
        )}`;

export const beforeAfter = ({ metrics, reference, sampling }: AuditReport): Html =>
  metrics.length === 0
    ? html`<p>No model was evaluated.</p>`
    : html`<p>Reference: ${reference}. Decoding: ${sampling}. A dash under “before”: not measured then.</p>
        ${table(
          'Every metric before and after unlearning',
          ['metric', right('before'), right('after'), right('n'), right('95 % interval after'), 'method'],
          metrics.map(({ label, before, after }) => [
            label,
            before ? metricText(before) : '–',
            metricText(after),
            'notAvailable' in after || after.n === 0 ? '–' : after.n,
            intervalText(after),
            'notAvailable' in after ? '–' : after.method,
          ]),
        )}`;

export const attempts = ({ attempts: tried }: AuditReport): Html =>
  tried.length === 0
    ? html`<p>No attempt was made.</p>`
    : table(
        'Attempts at unlearning, up the ladder of the policy',
        [
          right('attempt'),
          right('rung'),
          'method',
          'settings',
          right('updates'),
          'stopped by',
          'verdict',
          'checks not passed',
        ],
        tried.map((one) => [
          one.number,
          one.rung + 1,
          `${one.method}: ${one.reason}`,
          html`<code>${JSON.stringify(one.config)}</code>`,
          one.updates ?? '–',
          one.stop ?? '–',
          one.verdict === null ? '–' : verdict(one.verdict),
          one.failed.join(', ') || '–',
        ]),
      );

export const figure = ({ id, title, alt, chart, columns, rows }: Plot): Html =>
  html`<figure id="plot-${id}">
    <figcaption>${title}</figcaption>
    ${trusted(svgOf(draw(chart), `${title}. ${alt}`))}
    <p>${alt}</p>
    <details>
      <summary>The numbers of this plot</summary>
      ${table(title, columns.map(right), rows)}
    </details>
  </figure>`;

export const comparison = ({ distributions: found }: AuditReport): Html =>
  'notAvailable' in found
    ? html`<p>Not available: ${found.notAvailable}.</p>`
    : html`<p>
        Exact two-sample Kolmogorov–Smirnov: n = ${found.n}, m = ${found.m}, D = ${decimal(found.d)} at
        ${decimal(found.at, 2)} ${found.unit}, p = ${decimal(found.p)}. A gap from ${decimal(found.rejectsFrom)} would
        be rejected at 5 %; a smaller one can escape this test.
      </p>`;

export const relearningNote = ({ relearning }: AuditReport): Value =>
  'notAvailable' in relearning && html`<p>Re-learning: not available: ${relearning.notAvailable}.</p>`;

export const annex = ({ statements, scope, reproduce, history, recertification }: AuditReport): Html =>
  html`<h2 id="statements">Statements</h2>
    ${statementTable('What the certificate states', statements.made)}
    ${statementTable('What it does not state', statements.notMade)}
    ${
      scope &&
      html`<h2 id="scope">Scope</h2>
        <h3>Looked at</h3>
        ${list(scope.swept)}
        <h3>Not looked at</h3>
        ${list(scope.notLookedAt)}`
    }
    <h2 id="recertification">Re-certification</h2>
    <p>${recertification.state}: ${recertification.line}</p>
    ${
      recertification.history.length > 0 &&
      table(
        'Re-certifications',
        ['time', 'state'],
        recertification.history.map(({ at, state }) => [instant(at), state]),
      )
    }
    <h2 id="reproduce">Reproducing it</h2>
    <dl>${Object.entries(reproduce).map(([name, value]) => item(name, html`<code>${value}</code>`))}</dl>
    <h2 id="history">History</h2>
    ${table(
      'Events of the ticket; each is a leaf of the log',
      [right('event'), 'time', 'what', right('leaf')],
      history.map(({ sequence, at, type, leaf }) => [sequence, instant(at), type, leaf ?? 'not yet']),
    )}`;

const statementTable = (caption: string, rows: AuditReport['statements']['made']): Html =>
  rows.length === 0
    ? html`<p>${caption}: nothing; no certificate was issued.</p>`
    : table(
        caption,
        ['code', 'statement'],
        rows.map(({ code, text }) => [html`<code>${code}</code>`, text]),
      );
