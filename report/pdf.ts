// The audit report as a tagged PDF: headings, paragraphs, lists, tables and figures with alternative text, plots as vectors. Dates are the report's, so that the same
// report gives the same bytes. Trap: it uses the standard fonts, which are not inside the file: tagged, but not PDF/UA or PDF/A.
import type { AuditReport } from './audit-report.ts';
import { decimal, groundText, instant, intervalText, metricText, optional } from './format.ts';
import { plotsOf } from './plots.ts';
import { newPaper, type Paper } from './paper.ts';

export const reportPdf = async (report: AuditReport): Promise<Uint8Array> => {
  const paper = newPaper(`Audit report ${report.ticketId}`, new Date(report.asOf));
  writeReport(paper, report);
  for (const plot of plotsOf(report)) paper.figure(plot);
  return paper.finish();
};

const writeReport = (paper: Paper, report: AuditReport): void => {
  writeSummary(paper, report);
  writeGate(paper, report);
  writeMetrics(paper, report);
  writeAttempts(paper, report);
  writeAnnex(paper, report);
  paper.heading('Plots', 2);
};

const writeSummary = (
  paper: Paper,
  { ticketId, model, status, asOf, executive, recertification }: AuditReport,
): void => {
  const { request, deadline, people, validity } = executive;
  paper.heading(`Audit report: unlearning ticket ${ticketId}`, 1);
  paper.paragraph(`Model ${model}. Status ${status}, as of ${instant(asOf)}. This report names no person.`);
  paper.heading('Summary for counsel', 2);
  paper.paragraph(executive.done);
  const answered = deadline.answeredAt === null ? 'not yet' : instant(deadline.answeredAt);
  const validUntil = validity.validUntil === null ? 'no certificate' : instant(validity.validUntil);
  paper.table(
    ['item', 'finding'],
    [1, 3],
    [
      [
        'Request',
        `${request.regime}, ${groundText(request.ground)}; ${request.records} records; received ${instant(request.receivedAt)}`,
      ],
      ['Outcome', executive.outcome],
      [
        'Deadline',
        `${deadline.verdict}; due ${deadline.statutoryDue} (to be safe ${deadline.safeDue}); answered ${answered}`,
      ],
      ['Filed by', people.filer],
      ['Approved by', people.approver ?? 'nobody yet'],
      ['Valid until', `${validUntil}. ${validity.rule}`],
      ['Re-certification', `${recertification.state}: ${recertification.line}`],
    ],
  );
  const copies = executive.residualCopies.map(
    ({ what, digest, until }) => `${what}, destroyed by ${instant(until)}: ${digest}`,
  );
  paper.heading('What was tested', 3);
  paper.list(executive.tested);
  paper.heading('What is not claimed', 3);
  paper.list(executive.notClaimed);
  paper.heading('Copies that still exist', 3);
  paper.list(copies.length === 0 ? ['None are known to this system.'] : copies);
  paper.heading('How anyone can verify this', 3);
  paper.list(executive.verify);
};

const writeGate = (paper: Paper, { gate, distributions: found }: AuditReport): void => {
  paper.heading('The gate', 2);
  if (gate === null) return paper.paragraph('No attempt was judged.');
  paper.paragraph(`Policy version ${gate.policyVersion}, fixed and logged before the run. Verdict: ${gate.verdict}.`);
  paper.table(
    ['check', 'value', 'n', 'threshold', 'verdict', 'method'],
    [4, 1.4, 1, 3, 1.8, 5],
    gate.gates.map((one) => [one.name, optional(one.value), one.n, one.threshold, one.verdict, one.detail]),
  );
  paper.paragraph(
    'notAvailable' in found
      ? `Comparison with never-trained people: not available: ${found.notAvailable}.`
      : `Exact two-sample Kolmogorov–Smirnov: n = ${found.n}, m = ${found.m}, D = ${decimal(found.d)}, p = ${decimal(found.p)}; a gap from ${decimal(found.rejectsFrom)} would be rejected at 5 %.`,
  );
};

const writeMetrics = (paper: Paper, { metrics, reference, sampling }: AuditReport): void => {
  paper.heading('Before and after', 2);
  if (metrics.length === 0) return paper.paragraph('No model was evaluated.');
  paper.paragraph(
    `Reference: ${reference ?? ''}. Decoding: ${sampling ?? ''}. A dash under "before": not measured then.`,
  );
  paper.table(
    ['metric', 'before', 'after', 'n', '95 % interval after', 'method'],
    [5, 1.4, 1.4, 1, 2.6, 3.6],
    metrics.map(({ label, before, after }) => {
      const [n, method] = 'notAvailable' in after ? ['–', '–'] : [after.n === 0 ? '–' : after.n, after.method];
      return [label, before ? metricText(before) : '–', metricText(after), n, intervalText(after), method];
    }),
  );
};

const writeAttempts = (paper: Paper, { attempts, trajectory, relearning }: AuditReport): void => {
  paper.heading('Attempts', 2);
  if (attempts.length === 0) return paper.paragraph('No attempt was made.');
  paper.table(
    ['attempt', 'method', 'settings', 'updates', 'verdict', 'checks not passed'],
    [1.2, 4, 4, 1.4, 1.8, 3],
    attempts.map((one) => [
      one.number,
      `${one.method}: ${one.reason}`,
      JSON.stringify(one.config),
      one.updates ?? '–',
      one.verdict ?? '–',
      one.failed.join(', ') || '–',
    ]),
  );
  if (trajectory.length > 0)
    paper.table(
      ['update', 'loss', 'exact answers', 'value AUC', 'mean value log-probability (nats)'],
      [1, 1, 1, 1, 2],
      trajectory.map((one) => [
        one.update,
        optional(one.loss),
        decimal(one.greedyExact),
        decimal(one.valueAuc),
        decimal(one.meanValueLogProb),
      ]),
    );
  if ('notAvailable' in relearning) paper.paragraph(`Re-learning: not available: ${relearning.notAvailable}.`);
  else
    paper.table(
      [relearning.xLabel, relearning.yLabel],
      [1, 1],
      relearning.points.map(([x, y]) => [x, decimal(y)]),
    );
};

const writeAnnex = (paper: Paper, { statements, scope, reproduce, history }: AuditReport): void => {
  paper.heading('Statements', 2);
  for (const [title, rows] of [
    ['What the certificate states', statements.made],
    ['What it does not state', statements.notMade],
  ] as const) {
    paper.heading(title, 3);
    paper.list(
      rows.length === 0 ? ['nothing; no certificate was issued'] : rows.map(({ code, text }) => `${code}: ${text}`),
    );
  }
  if (scope) {
    paper.heading('Scope', 2);
    paper.list([
      ...scope.swept.map((one) => `looked at: ${one}`),
      ...scope.notLookedAt.map((one) => `not looked at: ${one}`),
    ]);
  }
  paper.heading('Reproducing it', 2);
  paper.table(['what', 'digest or setting'], [1, 3], Object.entries(reproduce));
  paper.heading('History', 2);
  paper.table(
    ['event', 'time', 'what', 'leaf'],
    [1, 2, 2, 1],
    history.map((one) => [one.sequence, instant(one.at), one.type, one.leaf ?? 'not yet']),
  );
};
