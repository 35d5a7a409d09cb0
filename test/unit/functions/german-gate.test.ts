// The table of the gate and the plots beside it in German, on the pages where somebody decides by them. The English
// that is put into German is the product's own, so that a quantity, statistic or sentence that is new is noticed.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { detailText, thresholdText } from '#core/gate-words.ts';
import type { Gate } from '#core/gate.ts';
import { QUANTITIES } from '#core/quantities.ts';
import { gateTable } from '#report/content/tables.ts';
import { DIRECTION_LABELS, measuredLabel, STATISTIC_LABELS, VERDICT_LABELS } from '#report/labels.ts';
import { relearning } from '#report/plots/over-updates.ts';
import { AuditReport } from '#report/audit-report.ts';
import { LANGUAGES } from '#portal/words.ts';
import { appOf, as, inBrowser } from '../../support/api-callers.ts';
import { walkedToApproval, type WalkedTicket } from '../../support/hand-walked.ts';

const { de } = LANGUAGES;
const ENGLISH =
  /\b(?:the|of|is|are|were|not|and|with|for|by|that|at least|at most|from|to|people|records?|answers?|answered|questions?|trained|forgotten|value|values|check|measured|pass|fail|updates?|share|bound|interval|against|would|gap)\b/i;
const said = (text: string): string => de.evidenceText(text);
const english = (texts: readonly string[]): string[] => texts.map(said).filter((text) => ENGLISH.test(text));

const GATE: Gate = {
  ...{ id: 'x', name: 'value AUC against never-trained people', statistic: 'auc', of: ['forget.valueLogProb'] },
  ...{ value: 0.5, n: 20, least: 0.35, most: 0.65, verdict: 'pass', direction: 'two-sided', interval: [0.4, 0.6] },
  basis: {
    k: 1,
    m: 80,
    alpha: 0.05,
    referenceK: 2,
    referenceN: 80,
    people: 3,
    margin: 0.3,
    d: 0.1,
    rejectsFrom: 0.4,
    records: 20,
  },
};
const GATES: readonly Gate[] = [
  GATE,
  { ...GATE, most: null },
  { ...GATE, basis: { m: 80 } },
  { ...GATE, statistic: 'value', basis: {}, interval: null },
  { ...GATE, statistic: 'value' },
  { ...GATE, statistic: 'value', least: -5, most: -3 },
  { ...GATE, statistic: 'share', least: null },
  { ...GATE, statistic: 'shareAtMostReference', of: ['forget.leakQuestion', 'controls.leakQuestion'] },
  { ...GATE, statistic: 'shareAtMostReference', of: ['forget.leakQuestion', 'controls.leakQuestion'], most: null },
  { ...GATE, statistic: 'shareAtMostReference', basis: { k: 1, alpha: 0.05, referenceK: 2, referenceN: 80 } },
  { ...GATE, statistic: 'meanWithinPeople', least: -4.9, most: -2.9 },
  { ...GATE, statistic: 'meanWithinPeople', least: null },
  { ...GATE, statistic: 'ks', most: null },
  { ...GATE, statistic: 'ks' },
  { ...GATE, statistic: 'worstPerson', most: null },
];

describe('German', () => {
  it('has what every quantity measures, alone and as each statistic uses it', () => {
    const statistics = Object.keys(STATISTIC_LABELS) as Gate['statistic'][]; // a table's own keys
    const labels = QUANTITIES.flatMap(({ key }) =>
      statistics.map((statistic) => measuredLabel({ statistic, of: [key] })),
    );
    expect(english(labels)).toEqual([]);
    expect([...new Set(labels)].filter((label) => said(label) === label)).toEqual([]);
  });

  it('has thresholds, what a value rests on, verdicts and directions', () => {
    const texts = GATES.flatMap((gate) => [thresholdText(gate), detailText(gate)]);
    expect(english([...texts, ...Object.values(VERDICT_LABELS), ...Object.values(DIRECTION_LABELS)])).toEqual([]);
    const { caption, columns } = gateTable([]);
    expect(english([caption, ...columns.map(({ title }) => title)])).toEqual([]);
  });

  it.each([
    '1 record: so few could show nothing here, 20 are needed',
    '3 never-trained records, 20 are needed',
    'too few values to tell anything apart: n = 1, m = 2',
    'not measured: forgotten questions: answered word for word as trained and never-trained people: value in any sampled answer',
    'the weights were not at hand to be trained again',
    'never-trained people are too few, or too unlike each other: nothing could fail it',
  ])('says why there is no verdict: %s', (text) => {
    expect(english([text])).toEqual([]);
  });

  it('keeps numbers and the names of an installation’s own checks', () => {
    expect(said('≥ 0.251 and ≤ 0.749')).toBe('≥ 0.251 und ≤ 0.749');
    expect(said('our own check: of people')).toBe('our own check: of people');
  });
});

describe('pages by which somebody decides', () => {
  let walked: WalkedTicket;
  beforeAll(async () => {
    walked = await walkedToApproval();
  });

  it('a plot of re-learning, on its axes and in its table too', async () => {
    const answer = await appOf(walked).request(`/tickets/${walked.ticketId}/report.json`, { headers: as('approver') });
    const report = AuditReport.parse(await answer.json());
    const found = { xLabel: 'updates on 2 of 20 records', yLabel: 'share of the other records exact again' };
    const plot = relearning({ ...report, relearning: { ...found, points: [[10, 0.1]] } });
    const { title = '', alt = '', columns = [], chart } = plot ?? {};
    expect(columns).toHaveLength(2);
    expect(english([title, alt, ...columns, chart?.x.title ?? '', chart?.y.title ?? ''])).toEqual([]);
  });

  it.each(['/tests', '/approval'])('%s', async (tab) => {
    const headers = { ...inBrowser('approver'), 'accept-language': 'de' };
    const text = await (await appOf(walked).request(`/tickets/${walked.ticketId}${tab}`, { headers })).text();
    const titles = [...text.matchAll(/aria-label="([^"]+)"/g)].map(([, label]) => label!);
    const lines = text
      .replaceAll(/<(style|script|code)[\s\S]*?<\/\1>/g, '')
      .split(/<[^>]+>/)
      .map((line) => line.replaceAll(/\s+/g, ' ').trim());
    expect([...lines, ...titles].filter((line) => ENGLISH.test(line))).toEqual([]);
  });
});
