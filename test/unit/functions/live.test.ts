// How far a job has come, from what the job writes beside its results to the line of the page and its events.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { JobProgress, paceFrom, progressWriter } from '#core/job-progress.ts';
import { JsonValue } from '#core/canonical.ts';
import { placeHold } from '#functions/holds.ts';
import { findStep } from '#functions/steps.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { file, shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { FILER } from '#bench/house/requests.ts';
import { appOf, as, inBrowser } from '../../support/api-callers.ts';

let harness: TicketHarness;
let ticketId: string;
const at = (tail = '') => `/tickets/${ticketId}${tail}`;
const app = () => appOf({ harness });

/** A ticket whose unlearning job is at work. */
beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy(), jobs: smallJobs() });
  ticketId = await file(harness);
  for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output', 'plan-run'])
    await harness.call(findStep(name), { ticketId });
});

const said = async () => {
  const answer = await app().request(at('/live'), { headers: as('auditor') });
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const text = await answer.text();
  expect(text).toMatch(/^retry: \d+\nid: \d+\ndata: .+\n\n$/);
  return JSON.parse(/^data: (.+)$/m.exec(text)![1]!) as { version: number; text: string; share: number | null };
};

describe('a job at work', () => {
  it('writes each stage, and what it has done every few seconds', async () => {
    const written: JobProgress[] = [];
    let now = Date.parse('2026-03-02T10:00:00.000Z');
    const results = { put: async (_: string, value: unknown) => void written.push(JobProgress.parse(value)) };
    const write = progressWriter('T-1-unlearn-1', results, () => new Date(now));
    for (let done = 0; done <= 8; done++, now += 1000) write('evaluate', done, 20);
    write('evaluate the base', 0, 5);
    await new Promise(setImmediate);
    expect(written.map(({ stage, done }) => [stage, done])).toEqual([
      ...[
        ['evaluate', 0],
        ['evaluate', 3],
        ['evaluate', 6],
      ],
      ['evaluate the base', 0],
    ]);
    expect(paceFrom(written[2]!)).toEqual({ stage: 'evaluate', done: 6, total: 20, perSecond: 1, secondsLeft: 14 });
  });

  it('goes on where what it writes cannot be stored', async () => {
    const write = progressWriter('j', { put: () => Promise.reject(new Error('full')) }, () => new Date(0));
    expect(() => write('unlearn', 1, 1)).not.toThrow();
    await new Promise(setImmediate);
  });

  it('is said on the page and in its events, with rate and time left, and in no other state', async () => {
    expect((await said()).text).toMatch(/^At work/);
    const progress = { kind: 'quittance-job-progress/v1', stage: 'unlearn', done: 40, total: 160 };
    const times = { since: '2026-03-02T10:00:00.000Z', at: '2026-03-02T10:00:20.000Z' };
    await harness.ports.results.put(`${ticketId}-unlearn-1.progress`, JsonValue.parse({ ...progress, ...times }));
    expect(await said()).toMatchObject({ text: 'Unlearning: 40 of 160, 2.00 a second, about 60 s left', share: 25 });
    const page = await app().request(at(), { headers: inBrowser('auditor') });
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self'; connect-src 'self'");
    const text = await page.text();
    expect(text).toContain('Unlearning: 40 of 160');
    expect(text).toMatch(/<noscript>\s*<meta http-equiv="refresh"/);
    await harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' });
    const held = await app().request(at(), { headers: inBrowser('auditor') });
    expect(held.headers.get('content-security-policy')).not.toContain('script-src');
    expect(await held.text()).not.toContain('id="live"');
  });

  it('is for people who are signed in', async () => {
    expect((await app().request(at('/live'))).status).toBe(401);
    expect((await app().request('/live.js')).status).toBe(200);
  });
});
