// What a German lawyer is told when something cannot be done: beside a field, above a form, on the page before filing,
// in the rows of a list, and of a case that stopped. The English that is put into German comes from the product.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ERROR_CODES, type ErrorCode } from '#core/errors.ts';
import { recordFailure } from '#functions/record-failure.ts';
import type { BulkResult } from '#functions/file-bulk.ts';
import { LANGUAGES } from '#portal/words.ts';
import { reasonText } from '#portal/reasons.ts';
import { csvOf } from '#report/csv.ts';
import { shippedPolicy, ticketHarness, file } from '#bench/house/ticket-harness.ts';
import { NEIGHBOURS, RECORDS, SUBJECT } from '#bench/house/requests.ts';
import { appOf, as } from '../../support/api-callers.ts';
import { walkedToApproval, type WalkedTicket } from '../../support/hand-walked.ts';
import { fillIn, open, type Asked, type Page } from '../../support/pages.ts';

const { en, de } = LANGUAGES;
const CODES = Object.keys(ERROR_CODES) as ErrorCode[]; // a table's own keys
const ENGLISH =
  /\b(?:the|of|is|are|were|not|and|with|for|by|this|that|has|have|be|at least|at most|from|expected|found|must|one|no|given)\b/i;

/** The same app, asked by a browser that wants German. */
const german = (app: Asked): Asked => ({
  request: (path, init, ...more) =>
    app.request(
      path,
      { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), 'accept-language': 'de' } },
      ...more,
    ),
});

/** What is said to be wrong on a page, without marks. */
const told = ({ text }: Page): string[] =>
  [...text.matchAll(/<(div|p) class="(?:problem|fault|notice)"[\s\S]*?<\/\1>/g)].flatMap(([found]) =>
    found
      .replaceAll(/<code>[^<]*<\/code>/g, '')
      .split(/<(?!span|\/span)[^>]+>/)
      .map((line) => line.replaceAll(/\s+/g, ' ').trim())
      .filter((line) => line !== ''),
  );
const english = (page: Page): string[] => told(page).filter((line) => ENGLISH.test(line) || line.includes('lang="en"'));

it('has every code of an error', () => {
  expect(CODES.filter((code) => ENGLISH.test(de.errors[code]) || de.errors[code] === en.errors[code])).toEqual([]);
  expect(CODES.filter((code) => de.form.said(ERROR_CODES[code]) !== de.errors[code])).toEqual([]);
  expect(reasonText('gdpr', 'GATE_NOT_MET', de)).toBe(de.errors.GATE_NOT_MET);
  expect(reasonText('gdpr', 'written by a person', de)).toBe('written by a person');
});

describe('forms of a case', () => {
  let walked: WalkedTicket;
  beforeAll(async () => {
    walked = await walkedToApproval();
  });

  it.each([
    ['extend', 'filer', {}],
    ['hold', 'filer', { code: 'litigation', review: '2026-01-01' }],
    ['hold', 'filer', { code: 'litigation', matter: '<b>', review: 'x' }],
    ['pause', 'filer', { reason: 'fee', since: '2026-01-01T10:00' }],
    ['pause', 'filer', { reason: 'fee', since: '2031-01-01T10:00' }],
    ['withdraw', 'approver', {}],
    ['link', 'filer', { to: 'nothing' }],
    ['assign', 'filer', { to: '\u202e' }],
  ])('%s by %s: %j', async (act, who, change) => {
    const page = await fillIn(german(appOf(walked)), `/tickets/${walked.ticketId}/${act}`, who, change);
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(told(page)).not.toEqual([]);
    expect(english(page)).toEqual([]);
  });

  it('a page that is not for this person', async () => {
    const page = await open(german(appOf(walked)), `/tickets/${walked.ticketId}/hold`, 'auditor');
    expect([page.status, page.text.includes(`${de.errors.ACCESS_DENIED}.`)]).toEqual([403, true]);
    expect(english(page)).toEqual([]);
  });

  it('a case that stopped says why, in its head and in the list', async () => {
    const harness = await ticketHarness({ policy: shippedPolicy() });
    const ticketId = await file(harness);
    await harness.call(recordFailure, { ticketId, error: 'SERVICE_UNAVAILABLE' });
    const app = german(appOf({ harness }));
    for (const path of [`/tickets/${ticketId}`, '/tickets'])
      expect((await open(app, path, 'filer')).text).toContain(de.errors.SERVICE_UNAVAILABLE);
  });
});

describe('a new case', () => {
  const line = ({ question, answer, value }: (typeof RECORDS)[number]) => `${question} | ${answer} | ${value}`;
  const all = RECORDS.map(line).join('\r\n');
  const LAW = {
    ...{ regime: 'gdpr', ground: 'art-17-1-b', receivedAt: '2026-02-20T11:00' },
    ...{ method: 'document-seen', level: 'substantial', verifiedAt: '2026-02-20T12:00' },
  };
  it.each([
    ['nothing typed', {}, {}, {}],
    ['markup', { name: '<i>' }, LAW, { records: all }],
    ['another person', { name: 'Philippa Vane' }, LAW, { records: all }],
    ['no record', { name: SUBJECT }, LAW, {}],
    ['a record twice', { name: SUBJECT }, LAW, { records: `${all}\r\n${line(RECORDS[0]!)}` }],
    ['no record of the model', { name: SUBJECT }, LAW, { records: `What of ${SUBJECT}? | Nothing much.` }],
    [
      'a value of nobody',
      { name: SUBJECT },
      LAW,
      { records: `${RECORDS[0]!.question} | ${RECORDS[0]!.answer} | zebra` },
    ],
    ['before the law', { name: SUBJECT }, { ...LAW, receivedAt: '2017-02-20T11:00' }, { records: all }],
    ['a time that is none', { name: SUBJECT }, { ...LAW, verifiedAt: 'soon' }, { records: all }],
    ['checked later', { name: SUBJECT }, { ...LAW, verifiedAt: '2031-01-01T10:00' }, { records: all }],
  ])('%s', async (_, who, law, find) => {
    const app = german(appOf({ harness: await ticketHarness({ policy: shippedPolicy() }) }));
    const at = (await fillIn(app, '/new', 'filer')).location!.replace(/\/who$/, '');
    const steps = [];
    for (const [step, fields] of Object.entries({ who, law, find: { model: 'house', ...find } }))
      steps.push(await fillIn(app, `${at}/${step}`, 'filer', { ...fields, then: 'next' }));
    const check = await open(app, `${at}/check`, 'filer');
    expect(told(check)).not.toEqual([]);
    expect([...steps, check].flatMap(english)).toEqual([]);
    expect(check.text).not.toMatch(/forget\.records|identity\./);
  });
});

it('a list of requests, by line', async () => {
  const [neighbour = ''] = NEIGHBOURS;
  const HEAD = ['Name', 'Model', 'Regime', 'Ground', 'Method', 'Level', 'Verified at', 'Records'];
  const row = (change: Readonly<Record<string, string>>) => {
    const typed: Readonly<Record<string, string>> = {
      ...{ Name: neighbour, Model: 'house', Regime: 'gdpr', Ground: 'art-17-1-b', Method: 'document-seen' },
      ...{ Level: 'substantial', 'Verified at': '2026-02-20 12:00', ...change },
    };
    return HEAD.map((column) => typed[column] ?? '');
  };
  const wrong: readonly Readonly<Record<string, string>>[] = [
    ...[{ Name: '' }, { Name: 'Will' }, { Model: 'other' }, { Regime: 'x' }, { 'Verified at': 'soon' }],
    ...[{ Level: 'low' }, { Records: 'What? | Nothing.' }, { Ground: 'art-1' }, { 'Verified at': '2031-01-01' }],
  ];
  const rows = wrong.map(row);
  const app = appOf({ harness: await ticketHarness({ policy: shippedPolicy() }) });
  const headers = as('filer', { 'content-type': 'text/csv' });
  const body = Buffer.from(csvOf([HEAD, row({}), ...rows, row({})]));
  const answer = await app.request('/tickets/bulk?dryRun=true', { method: 'POST', headers, body });
  const { rows: found } = (await answer.json()) as BulkResult;
  const rules = found.flatMap(({ faults }) => faults.map(({ rule }) => rule));
  expect(rules.length).toBeGreaterThanOrEqual(8);
  expect(rules.map(de.form.said).filter((said, i) => ENGLISH.test(said) || said === rules[i])).toEqual([]);
});
