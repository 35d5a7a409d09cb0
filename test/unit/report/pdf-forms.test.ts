// Every PDF held against veraPDF: accessible (PDF/UA-1) and fit for an archive (PDF/A-2a), in each of its languages.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import { auditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { composeLetter } from '#report/letters/compose.ts';
import { letterPdf } from '#report/letters/pdf.ts';
import { newPaper } from '#report/paper.ts';
import { portfolioPdf, reportPdf } from '#report/pdf.ts';
import { portfolioOf } from '#report/portfolio/portfolio.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { walkedToApproval, walkedToEnd } from '#test/support/hand-walked.ts';
import { CASES, MARCH, streamed } from '#test/support/month-cases.ts';
import { describeWith } from '#test/support/shared.ts';
import { failures, vera } from '#test/support/verapdf.ts';

const installed = vera();
const jars = 'jars' in installed ? installed.jars : undefined;
const { dir, remove } = temporaryFolder();
afterAll(remove);

const AT = new Date('2026-03-05T09:00:00Z');

/** Each under a name that says which it is. */
const written = async (pdfs: Record<string, Promise<Uint8Array>>): Promise<string[]> => {
  const paths: string[] = [];
  for (const [name, bytes] of Object.entries(pdfs)) {
    paths.push(join(dir, `${name}.pdf`));
    writeFileSync(paths.at(-1)!, await bytes);
  }
  return paths;
};

const reports = async () => {
  const ended = await walkedToEnd();
  const waiting = await walkedToApproval();
  const parts = await gatherReport(waiting.harness.ports, waiting.ticketId);
  return written({
    completed: reportPdf(auditReport(await gatherReport(ended.harness.ports, ended.ticketId))),
    waiting: reportPdf(auditReport(parts)),
    untried: reportPdf(auditReport({ ...parts, attempts: [] })),
  });
};

const months = async () => {
  const found = await portfolioOf(streamed(CASES), MARCH);
  return written({
    month: portfolioPdf({ ...found, recertifications: { current: 2, lapsed: 1, drifted: 0 } }),
    quiet: portfolioPdf(await portfolioOf(streamed([]), MARCH)),
  });
};

const letters = () =>
  written(
    Object.fromEntries(
      LetterLanguage.options.flatMap((language) =>
        LetterKind.options.map((kind) => [`${kind}-${language}`, letterPdf(letterOf(kind, language), AT)]),
      ),
    ),
  );

const letterOf = (kind: LetterKind, language: LetterLanguage) =>
  composeLetter({
    kind,
    language,
    ticketId: 'T-0123456789abcdef0123',
    regime: 'gdpr',
    received: '2026-03-02',
    due: '2026-04-02',
    refusal: 'art-17-3-e',
    name: 'Grzegorz Ćwikła-Øster, Αλέξης Жуков',
    note: 'Zażółć gęślą jaźń – “≤ 5 < 7 & 8”.',
  });

const less = () => {
  const paper = newPaper({ title: 'An unwritten language', at: AT, language: '' });
  paper.paragraph('Text whose language no reader can know.');
  return written({ less: paper.finish() });
};

/** All of them at once: a start of the validator costs as much as thirty of them. */
describeWith(jars, 'PDFs, by veraPDF', 'missing' in installed ? installed.missing : '', (found) => {
  let files: string[];
  beforeAll(async () => {
    files = [...(await months()), ...(await reports()), ...(await letters())];
  });

  it('of months, reports and letters in every language are fit for an archive', () => {
    expect(failures(found, '2a', files)).toEqual([]);
  });

  it('of months, reports and letters in every language are accessible, and one that is less is told apart', async () => {
    const [passed, ...failing] = failures(found, 'ua1', [...files, ...(await less())]);
    expect(passed).toBe(`${files.length} of ${files.length + 1} pass`);
    expect(failing.filter((line) => line.startsWith('FAIL '))).toEqual([expect.stringContaining('less.pdf')]);
  });
});
