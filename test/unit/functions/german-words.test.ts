// What a German lawyer reads of a case: events, clocks, dates as they were counted, grounds of the laws, what was
// tested and its limits. The English that is put into German comes from the product itself here, so that a sentence
// that changes there, or a code that is new, is noticed.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { NOT_MADE } from '#core/certificate.ts';
import { deriveDeadlines, type ClockEvent, type HolidayCalendar } from '#core/deadlines.ts';
import { PAUSE_REASONS, type PauseReason } from '#core/counting.ts';
import { groundLabel, refusalLabel, RegimeName, regimeOf } from '#core/regimes.ts';
import { RECALL_UNKNOWN } from '#core/revealed.ts';
import { readInstallation } from '#adapters/local/installation.ts';
import { readPolicy, SHIPPED_POLICIES } from '#entry/policies.ts';
import { overview } from '#portal/case/tabs.ts';
import type { CaseView } from '#portal/case/view.ts';
import { LANGUAGES, type Words } from '#portal/words.ts';
import { appOf, inBrowser } from '../../support/api-callers.ts';
import { walkedToApproval, walkToEnd, type WalkedTicket } from '../../support/hand-walked.ts';

const { en, de } = LANGUAGES;

const HOLIDAYS = ['2026-04-03', '2026-04-06', '2026-05-01', '2026-12-25', '2026-12-26'];
const CALENDAR: HolidayCalendar = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: HOLIDAYS };

const start: ClockEvent = { type: 'start', at: '2026-03-02T10:00:00Z' };
const asked = (reason: PauseReason, at: string, until?: string): ClockEvent[] => [
  { type: 'pause', at, reason },
  ...(until === undefined ? [] : [{ type: 'resume' as const, at: until, reason }]),
];
const HISTORIES: readonly ClockEvent[][] = [
  [start],
  [{ type: 'start', at: '2026-11-25T10:00:00Z' }],
  [start, { type: 'extend', at: '2026-03-20T10:00:00Z', reason: 'complexity' }],
  [start, { type: 'appeal', at: '2026-05-04T10:00:00Z' }],
  ...PAUSE_REASONS.flatMap((reason) => [
    [start, ...asked(reason, '2026-03-03T09:00:00Z')],
    [start, ...asked(reason, '2026-03-03T09:00:00Z', '2026-03-04T09:00:00Z')],
    [start, ...asked(reason, '2026-03-03T09:00:00Z', '2026-03-13T09:00:00Z')],
    [start, ...asked(reason, '2027-12-03T09:00:00Z')],
  ]),
];

const ENGLISH = /\b(?:received|appealed|the|days?|months?|working|until|clock|safe|at once|next|begins|stopped|fee)\b/i;

describe('German', () => {
  it('says how a date was counted, under every law and in every turn that a clock takes', () => {
    const steps = RegimeName.options.flatMap((regime) =>
      HISTORIES.flatMap((events) => deriveDeadlines(regimeOf(regime).counting, events, CALENDAR).derivation),
    );
    expect(new Set(steps).size).toBeGreaterThanOrEqual(30);
    expect([...new Set(steps)].map((step) => de.law.counted([step])).filter((said) => ENGLISH.test(said))).toEqual([]);
    expect(en.law.counted(['1 month: 2026-04-02', 'to be safe: 2026-04-01'])).toBe(
      '1 month: 2026-04-02; to be safe: 2026-04-01',
    );
  });

  it.each([
    ['1 month + 2 months: 2026-06-02', '1 Monat + 2 Monate: 2026-06-02'],
    [
      'clock stopped for 1 day (by guidance): 2026-04-03',
      'Frist angehalten für 1 Tag (nach einer Leitlinie): 2026-04-03',
    ],
    ['10 working days: 2026-03-16', '10 Arbeitstage: 2026-03-16'],
    ['at once: 2026-03-02', 'sofort: 2026-03-02'],
    ['a step of another version', 'a step of another version'],
  ])('%s', (step, said) => {
    expect(de.law.counted([step])).toBe(said);
  });

  it('has every ground and refusal of every law, with its place in the law', () => {
    const same: string[] = [];
    for (const regime of RegimeName.options) {
      const { grounds, refusals } = regimeOf(regime);
      for (const code of Object.keys(grounds))
        if (de.law.ground(regime, code) === groundLabel(regime, code)) same.push(groundLabel(regime, code));
      for (const code of Object.keys(refusals))
        if (de.law.refusal(regime, code) === refusalLabel(regime, code)) same.push(refusalLabel(regime, code));
    }
    expect(same).toEqual(['Civ. Code §1798.105(d)(5): Electronic Communications Privacy Act']);
    expect(de.law.ground('gdpr', 'art-17-1-b')).toBe('Art. 17(1)(b): die Einwilligung wurde widerrufen');
    expect(de.law.ground('brazil-lgpd', 'art-18-vi')).toMatch(/^Art\. 18 VI: Daten, die mit/);
    expect(de.law.refusal('gdpr', 'written by a person')).toBe('written by a person');
  });

  it('has the name of every check of the policies that come with the product, and all that is not claimed', () => {
    const names = Object.keys(SHIPPED_POLICIES).flatMap((name) => readPolicy(name).checks.map((check) => check.name));
    const claims = Object.values({ ...NOT_MADE, ...RECALL_UNKNOWN }).map((text) => `We do not claim ${text}.`);
    expect([...names, ...claims].filter((text) => de.evidenceText(text) === text)).toEqual([]);
    expect(de.evidenceText('a check of our own')).toBe('a check of our own');
  });

  it.each([
    [
      'The verdict rests on 1 record. A model that never saw it would fail the checks beside never-trained people, taken together, in at most 5 % of cases (0.417 % each).',
      /beruht auf 1 Datensatz\..* höchstens 5 % der Fälle durch \(je 0\.417 %\)\.$/,
    ],
    [
      'Not judged, for want of records: facts exact (needs 20), mean value log-probability (needs 12). The approver decides without them.',
      /^Mangels Datensätzen nicht beurteilt: Tatsachen wortgleich \(braucht 20\), mittlere Log-Wahrscheinlichkeit der Werte \(braucht 12\)\. Wer freigibt/,
    ],
    [
      'Of 20 records, the check “value AUC against never-trained people” notices nothing between 0.258 and 0.742.',
      /^Bei 20 Datensätzen bemerkt die Prüfung „AUC der Werte .*“ zwischen 0\.258 und 0\.742 nichts\.$/,
    ],
  ])('says the limits of a gate: %s', (text, said) => {
    expect(de.evidenceText(text)).toMatch(said);
  });

  it('has what a certificate says of other copies in a data folder', () => {
    const { swept, notLookedAt } = readInstallation('/nowhere').certificateScope;
    const texts = [...swept, ...notLookedAt, 'earlier weights, in quarantine and unreachable'];
    expect(texts.length).toBeGreaterThan(8);
    expect(texts.filter((text) => de.evidenceText(text) === text)).toEqual([]);
  });

  it('says what interim protection does', () => {
    const withheld = { answers: 1, ofAnswers: 40, facts: 2, ofFacts: 20, by: [{ record: 3, answers: 1, facts: 2 }] };
    const texts = de.protection({ unprotected: [{ record: 1, why: 'one-letter-word' }, 2], asWhole: [4], withheld });
    expect(texts).toHaveLength(4);
    expect(texts.at(-1)).toContain('(Datensatz 3: 1 Antwort, 2 Tatsachen)');
    expect(texts.filter((text) => ENGLISH.test(text))).toEqual([]);
  });

  it.each([
    ['a time from 2026-03-01 to 2026-03-02', 'Erwartet: eine Zeit von 2026-03-01 bis 2026-03-02.'],
    ['a sentence that says why, at least 10 characters', 'Erwartet: ein Satz, der sagt, warum: mindestens 10 Zeichen.'],
    ['a rule for machines', 'Erwartet: a rule for machines.'],
  ])('says a field’s rule: %s', (rule, said) => {
    expect(de.form.rule(rule)).toBe(said);
  });
});

describe('a case in German', () => {
  let walked: WalkedTicket;
  const page = async (tab: string, as: 'approver' | 'auditor') => {
    const headers = { ...inBrowser(as), 'accept-language': 'de' };
    return (await appOf(walked).request(`/tickets/${walked.ticketId}${tab}`, { headers })).text();
  };
  /** What stands between marks, without what is drawn. */
  const lines = (text: string) =>
    text
      .replaceAll(/<(style|svg|script|table)[\s\S]*?<\/\1>/g, '')
      .split(/<[^>]+>/)
      .map((line) => line.trim());

  beforeAll(async () => {
    walked = await walkedToApproval();
  });

  it.each(['', '/request', '/clock', '/evidence', '/approval'])('%s before the decision', async (tab) => {
    expect(lines(await page(tab, 'approver')).filter((line) => ENGLISH.test(line))).toEqual([]);
  });

  it.each([
    ['before any attempt', [], /Bisher wurde nichts verlernt/, 'Nothing has been unlearned yet.'],
    ['while an attempt is under way', [{ verdict: null, number: 2 }], /Versuch 2 läuft/, 'Attempt 2 is under way'],
    ['once it was judged', [{ verdict: 'pass', number: 2 }], /Das Verfahren/, 'The method'],
  ])('says what was done %s', async (_, attempts, german, english) => {
    const { body } = await appOf(walked).request(`/tickets/${walked.ticketId}.json`, {
      headers: inBrowser('approver'),
    });
    const view = (await new Response(body).json()) as CaseView;
    const [last] = view.report.attempts;
    const report = { ...view.report, attempts: attempts.map((one) => ({ ...last, ...one })) };
    const said = (words: Words) => String(overview({ ...view, report } as CaseView, words)).replaceAll(/\s+/g, ' ');
    expect(said(de)).toMatch(german);
    expect(said(en)).toContain(english);
  });

  it('/history and /decisions name events as the German table has them, and none as the English', async () => {
    await walkToEnd(walked);
    const text = (await page('/history', 'auditor')) + (await page('/decisions', 'auditor'));
    const cells = text.split(/<[^>]+>/).map((cell) => cell.trim());
    expect(cells).toEqual(expect.arrayContaining([de.codes.events.approved, de.codes.events.certified]));
    expect(Object.values(en.codes.events).filter((label) => cells.includes(label))).toEqual([]);
    expect(cells).toContain(de.codes.verdicts.pass);
  });

  it('says times as the clock of the case’s place does, and in UTC beside them', async () => {
    const text = await page('/clock', 'auditor');
    expect(text).toContain(
      '<time datetime="2026-03-02T10:00:00.000Z" title="2026-03-02 10:00 UTC">2026-03-02 11:00</time>',
    );
    expect(text).toContain('Zeiten in Europe/Berlin');
    expect(text.replaceAll(/<time[^>]*>/g, '')).not.toContain('UTC');
  });

  it('says until when a copy stays in the time of the case’s place', async () => {
    const text = await page('/evidence', 'auditor');
    expect(text).toContain('frühere Gewichte, in Quarantäne und unerreichbar');
    expect(text).not.toMatch(/>\s*\d{4}-\d{2}-\d{2}T/);
  });

  it('says what was done when it is over, in its own sentence', async () => {
    const text = (await page('', 'auditor')).replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/Das Verfahren \S+ hat die Gewichte in \d+ Schritten verändert.* in Betrieb\./);
    expect(text).not.toContain('The method');
  });
});
