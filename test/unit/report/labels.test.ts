// Words for every key: whatever the schemas let stand in a report has a label, and what a reader sees of a report or a
// page holds no key.
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { ClockEvent } from '#core/deadlines.ts';
import { ERROR_CODES } from '#core/errors.ts';
import { GateVerdict } from '#core/gate.ts';
import { ModelRecord } from '#core/model.ts';
import { CheckDirection, GateCheck } from '#core/policy.ts';
import { isQuantityKey, QUANTITIES } from '#core/quantities.ts';
import { groundLabel, refusalLabel, RegimeName, regimeOf } from '#core/regimes.ts';
import { RunManifest } from '#core/run.ts';
import { STATUSES } from '#core/statuses.ts';
import { EventType } from '#core/ticket-events.ts';
import { Channel } from '#core/ticket-request.ts';
import { Status } from '#core/ticket.ts';
import { findStep } from '#functions/steps.ts';
import { auditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { reportHtml } from '#report/html.ts';
import * as labels from '#report/labels.ts';
import { appOf, inBrowser } from '#test/support/api-callers.ts';
import { walkedToApproval, walkedToEnd, type WalkedTicket } from '#test/support/hand-walked.ts';

const STATISTICS = GateCheck.options.map(({ shape }) => shape.statistic.value);
const REGIMES = RegimeName.options.map((name) => [name, regimeOf(name)] as const);

/** Keys by the schema that allows them, each with what is shown in their place. */
const SHOWN: Readonly<Record<string, readonly (readonly [key: string, label: string | undefined])[]>> = {
  quantities: QUANTITIES.map(({ key, label }) => [key, label]),
  events: EventType.options.map((key) => [key, labels.EVENT_LABELS[key]]),
  statuses: Status.options.map((key) => [key, STATUSES[key].label]),
  regimes: REGIMES.map(([name, { label }]) => [name, label]),
  grounds: REGIMES.flatMap(([name, { grounds }]) =>
    Object.keys(grounds).map((code) => [code, groundLabel(name, code)] as const),
  ),
  refusals: REGIMES.flatMap(([name, { refusals }]) =>
    Object.keys(refusals).map((code) => [code, refusalLabel(name, code)] as const),
  ),
  failures: Object.keys(ERROR_CODES).map((code) => [code, labels.reasonLabel('gdpr', code)]),
  channels: Channel.options.map((key) => [key, labels.CHANNEL_LABELS[key]]),
  verdicts: GateVerdict.options.map((key) => [key, labels.VERDICT_LABELS[key]]),
  directions: CheckDirection.options.map((key) => [key, labels.DIRECTION_LABELS[key]]),
  statistics: STATISTICS.map((key) => [key, labels.STATISTIC_LABELS[key]]),
  'stop reasons': RunManifest.shape.stop.options.map((key) => [key, labels.STOP_LABELS[key]]),
  're-certifications': ModelRecord.shape.recertification.shape.state.options.map((key) => [
    key,
    labels.RECERTIFICATION_LABELS[key],
  ]),
};

/** No word that anybody would say: joined by dots, dashes or underscores, in capitals, or with a capital inside. */
const isCode = (key: string): boolean => /[._-]|^[A-Z]{3,}$|[a-z][A-Z]/.test(key);

/** A code, and the word for it. */
const SAID = ['e-mail'];

describe('a label', () => {
  it.each(Object.keys(SHOWN))('stands for each of the %s, in words', (kind) => {
    const pairs = SHOWN[kind]!;
    expect(pairs.length).toBeGreaterThan(2);
    for (const [key, label = ''] of pairs) {
      expect([key, label.trim()]).toEqual([key, label]);
      expect([key, label.length > 2]).toEqual([key, true]);
      if (isCode(key) && !SAID.includes(key)) expect(label).not.toBe(key);
    }
  });

  it('is no other key’s, among the codes of one regime, the events and the statuses', () => {
    for (const [name, { grounds, refusals }] of REGIMES) {
      const words = [...Object.values(grounds), ...Object.values(refusals)];
      expect([name, new Set(words).size]).toEqual([name, words.length]);
    }
    for (const kind of ['quantities', 'events', 'statuses'])
      expect(new Set(SHOWN[kind]!.map(([, label]) => label)).size).toBe(SHOWN[kind]!.length);
  });

  it('stands for each event of a clock, with the reason of an extension', () => {
    const at = '2026-03-02T10:00:00.000Z';
    const extension: z.input<typeof ClockEvent> = { type: 'extend', at, reason: 'number-of-requests' };
    expect(labels.clockLabel(ClockEvent.parse(extension))).toBe('extended for the number of requests');
    expect(labels.clockLabel({ type: 'pause', at, reason: 'identity' })).not.toContain('pause ');
  });

  it('leaves a person’s own code as they wrote it', () => {
    expect(labels.reasonLabel('gdpr', 'not-convinced')).toBe('not-convinced');
    expect(labels.reasonLabel('gdpr', 'toString')).toBe('toString');
    expect(labels.recordedLabel('rowsAtOnce')).toBe('as run: rows at once');
    expect(labels.recordedLabel('someNewSetting')).toBe('as run: some new setting');
  });
});

/** What a reader sees, without what is marked as code: digests, settings, codes of statements. */
const seen = (page: string): string =>
  page
    .replaceAll(/<style>[\s\S]*?<\/style>|<code>[\s\S]*?<\/code>/g, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'");

const CODES = Object.values(SHOWN).flatMap((pairs) =>
  pairs.map(([key]) => key).filter((key) => isCode(key) && !SAID.includes(key)),
);
const keysIn = (text: string): string[] => {
  const words = new Set(text.split(/[\s,;:()“”]+/).map((word) => word.replace(/\.$/, '')));
  return CODES.filter((code) => words.has(code));
};

const refused = async (): Promise<WalkedTicket> => {
  const walked = await walkedToApproval();
  const input = { ticketId: walked.ticketId, outcome: 'refused', reason: 'art-17-3-e' };
  for (const by of ['legal.lou', 'approver.aino'])
    await walked.harness.call(findStep('close-ticket'), { ...input, by });
  return walked;
};

const CASES: Readonly<Record<string, () => Promise<WalkedTicket>>> = {
  'a completed case': walkedToEnd,
  'a ticket that waits for approval': walkedToApproval,
  'a ticket whose ladder was used up': () => walkedToApproval({ good: () => false }),
  'a refused case': refused,
};

describe('what a reader sees', () => {
  it.each(Object.keys(CASES))('of %s holds no key: report, page of the ticket, work list', async (name) => {
    const walked = await CASES[name]!();
    const { ports } = walked.harness;
    const report = reportHtml(auditReport(await gatherReport(ports, walked.ticketId)));
    expect(keysIn(seen(report))).toEqual([]);
    for (const path of [`/tickets/${walked.ticketId}`, '/tickets', '/models', '/models/house']) {
      const response = await appOf(walked).request(path, { headers: inBrowser('approver') });
      expect([path, response.status, keysIn(seen(await response.text()))]).toEqual([path, 200, []]);
    }
  });

  it('is told apart from words: the search finds a key where there is one', () => {
    expect(keysIn('the tables lack controls.minKLogProb')).toEqual(['controls.minKLogProb']);
    expect(keysIn('Status PURGED')).toEqual(['PURGED']);
    expect(isQuantityKey('controls.minKLogProb')).toBe(true);
  });
});
