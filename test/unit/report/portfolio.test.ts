// The month of all cases together and the register, against cases whose numbers were counted by hand.
import { describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { recordAppeal } from '#functions/appeal.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { extendDeadline } from '#functions/extend-deadline.ts';
import { pauseClock, resumeClock } from '#functions/pause-clock.ts';
import { findStep } from '#functions/steps.ts';
import { portfolioFor, writePortfolio } from '#functions/write-portfolio.ts';
import { portfolioHtml } from '#report/portfolio/html.ts';
import { everyCase } from '#report/portfolio/facts.ts';
import { monthOf, periodOf, Portfolio, portfolioOf } from '#report/portfolio/portfolio.ts';
import { registerCsv, registerJson, registerRows, registerXlsx } from '#report/portfolio/register.ts';
import { outcome } from '#test/contract/contract.ts';
import { CASES, MARCH, one, streamed } from '#test/support/month-cases.ts';
import { file, ticketHarness } from '#bench/house/ticket-harness.ts';
import { walkedToApproval, walkedToEnd } from '#test/support/hand-walked.ts';

describe('the report of a month', () => {
  it('counts what stayed open by the days that were left on its last day', async () => {
    const { openByDaysLeft } = await portfolioOf(streamed(CASES), MARCH);
    const found = openByDaysLeft?.flatMap(({ bin, n }) => (n > 0 ? [[bin, n]] : []));
    expect(found).toEqual([
      ['late', 1],
      ['week', 1],
    ]);
  });

  it('draws volumes, days left, medians, refusals and checks, each with its numbers, and nothing of nothing', async () => {
    const found = await portfolioOf(streamed(CASES), MARCH);
    const page = portfolioHtml({ ...found, recertifications: { current: 2, lapsed: 1, drifted: 0 } });
    const plots = ['volumes', 'days-left', 'medians', 'refusals', 'recertifications'];
    for (const id of plots) expect(page).toContain(`<figure id="plot-${id}">`);
    expect(page).toMatch(/aria-label="Requests in 2026-03\. [^"]*received 3; completed 1;/);
    expect(page).toContain('late 1; within a week 1;');
    const none = portfolioHtml(await portfolioOf(streamed([]), MARCH));
    expect(none).not.toContain('<figure');
    expect(none).toContain('None is open.');
  });

  it('kept before days were counted is read and drawn without them', async () => {
    const kept: Partial<Portfolio> = { ...(await portfolioOf(streamed(CASES), MARCH)) };
    delete kept.openByDaysLeft;
    const page = portfolioHtml(Portfolio.parse(kept));
    expect(page).toContain('was not counted then');
    expect(page).not.toContain('plot-days-left');
  });

  it('counts what was open, came, ended and stayed', async () => {
    const { volumes } = await portfolioOf(streamed(CASES), MARCH);
    expect(volumes).toMatchObject({ openBefore: 2, received: 3, ended: 3, openAfter: 2, extended: 1 });
    expect(volumes).toMatchObject({ completed: 1, refused: 1, withdrawn: 1, cancelled: 0 });
  });

  it('counts a case by the date of its last day, whatever is decided later', async () => {
    const harness = await ticketHarness(); // 2 March
    const ticketId = await file(harness, { receivedAt: '2026-02-25T09:00:00.000Z', regime: 'uk-gdpr' });
    const act = { ticketId, by: 'legal.lou' };
    const open = async () => (await monthOf(harness.ports, '2026-03')).openByDaysLeft?.filter(({ n }) => n > 0);
    harness.clock.advance(18 * 86_400);
    await harness.call(pauseClock, { ...act, reason: 'fee' }); // 20 March
    harness.clock.advance(11 * 86_400);
    const before = await open(); // 31 March: a month from then on, as if the fee had come
    expect(before).toEqual([{ bin: 'month', n: 1 }]);
    harness.clock.advance(20 * 86_400);
    expect(await open()).toEqual(before);
    await harness.call(resumeClock, { ...act, reason: 'fee' });
    expect(await open()).toEqual(before);
    await harness.call(extendDeadline, { ...act, reason: 'complexity' });
    expect(await open()).toEqual(before);
  });

  it('has the outcomes of what ended, which add up, in its bars and in words', async () => {
    const expired = one('expired', { outcome: 'expired', reason: 'no-answer', ended: '2026-03-20', status: 'EXPIRED' });
    const found = await portfolioOf(streamed([...CASES, expired]), MARCH);
    expect(found.volumes).toMatchObject({ ended: 4, expired: 1 });
    const page = portfolioHtml(found);
    expect(page).toMatch(/completed 1; refused 1; withdrawn 1; cancelled 0; expired 1; open after 2/);
    expect(page).toContain('4: 1 completed, 1 refused, 1 withdrawn, 0 cancelled, 1 expired');
    const kept = { ...found.volumes };
    delete kept.expired;
    expect(portfolioHtml(Portfolio.parse({ ...found, volumes: kept }))).not.toContain('expired');
  });

  it('has the median of the days to an answer, over all and by law', async () => {
    const { times, regimes } = await portfolioOf(streamed(CASES), MARCH);
    expect(times).toEqual({ n: 3, median: 10, slowest: 42 }); // 4, 10 and 42 days
    expect(regimes.map(({ regime, received, times: own }) => [regime, received, own?.median])).toEqual([
      ['ccpa', 1, 10],
      ['gdpr', 2, 23],
    ]);
  });

  it('lists what was answered late or is late on its last day, the latest first', async () => {
    const { overdue } = await portfolioOf(streamed(CASES), MARCH);
    expect(overdue).toEqual([
      { ticketId: 'open', due: '2026-03-10', answered: null, days: 21 },
      { ticketId: 'late', due: '2026-02-20', answered: '2026-03-03', days: 11 },
    ]);
  });

  it('counts refusals by ground, models and what stopped; what comes later is not in it', async () => {
    const { refusals, models, failures } = await portfolioOf(streamed(CASES), MARCH);
    expect(refusals).toEqual([{ regime: 'gdpr', code: 'art-17-3-e', label: 'Art. 17(3)(e): legal claims', n: 1 }]);
    expect(models).toMatchObject([
      { name: 'house', received: 2, attempts: 2, certified: 1, open: 2 },
      { name: 'other', received: 1, attempts: 0, open: 0 },
    ]);
    expect(failures.map(({ code, n }) => [code, n])).toEqual([['GPU_LOST', 1]]);
  });

  it('of a month without a request is a report too', async () => {
    const found = await portfolioOf(streamed([]), MARCH);
    expect(found).toMatchObject({ volumes: { received: 0 }, times: null, overdue: [] });
    expect(portfolioHtml(found)).toContain('0 requests came in and 0 ended; none is overdue.');
  });

  it('of the month that is under way ends with today; one that has not begun is refused', async () => {
    expect(periodOf('2026-03', '2026-03-09')).toMatchObject({ first: '2026-03-01', last: '2026-03-09' });
    expect(periodOf('2028-02', '2030-01-01').last).toBe('2028-02-29');
    for (const month of ['2026-07', '2026-13', '2026-3', 'March', '../2026-03'])
      expect(await outcome(Promise.resolve().then(() => periodOf(month, '2026-06-01')))).toBe('INVALID_INPUT');
  });

  it('is made and kept when the month is over, once, with a notice to those who decide', async () => {
    const { harness, ticketId } = await walkedToEnd();
    harness.clock.advance(40 * 86_400);
    const first = await harness.call(writePortfolio, {});
    expect(await harness.call(writePortfolio, {})).toEqual(first);
    const found = await portfolioFor(harness.ports, '2026-03');
    expect(found).toMatchObject({ month: '2026-03', upTo: '2026-03-31', volumes: { received: 1, completed: 1 } });
    expect(harness.notices.filter(({ template }) => template === 'portfolio')).toMatchObject([
      { to: 'approvers', id: 'portfolio.2026-03' },
    ]);
    expect(JSON.stringify(found)).not.toContain(ticketId); // it is not late
  });
});

describe('the register', () => {
  it('has a row for each request, the earliest first, with outcome, basis and days', async () => {
    const rows = registerJson(await registerRows(streamed(CASES)));
    expect(rows.map((row) => row['case'])).toEqual([
      ...['before', 'late', 'open', 'quick', 'american', 'answered-next-month', 'next'],
    ]);
    expect(rows[3]).toMatchObject({
      ...{ received: '2026-03-02', outcome: 'refused', answered: '2026-03-06', 'in time': 'yes' },
      'basis of a refusal': 'Art. 17(3)(e): legal claims',
    });
    expect(rows[1]).toMatchObject({ 'in time': 'no' });
    expect(rows[2]).toMatchObject({ 'in time': 'open', outcome: '' });
  });

  it('is made of real cases, and names no word of a request', async () => {
    const { harness, ticketId } = await walkedToApproval();
    const input = { ticketId, outcome: 'refused', reason: 'art-17-3-e' };
    for (const by of ['legal.lou', 'approver.aino']) await harness.call(findStep('close-ticket'), { ...input, by });
    const [row] = registerJson(await registerRows(everyCase(harness.ports)));
    expect(row).toMatchObject({ case: ticketId, outcome: 'refused', 'decided by': 'approver.aino', 'in time': 'open' });
  });

  it('has the date that held when the requester was answered, not that of a later appeal', async () => {
    const harness = await ticketHarness();
    const ticketId = await file(harness, { regime: 'colorado', ground: '6-1-1306-1-d' });
    harness.clock.advance(60 * 86_400); // of 45
    for (const by of ['legal.lou', 'approver.aino'])
      await harness.call(closeTicket, { ticketId, outcome: 'refused', reason: '6-1-1304', by });
    await harness.call(findStep('notify-parties'), { ticketId });
    const rows = async () => registerJson(await registerRows(everyCase(harness.ports)));
    const [before] = await rows();
    harness.clock.advance(86_400);
    await harness.call(recordAppeal, { ticketId, by: 'legal.lou' });
    const [after] = await rows();
    expect(before).toMatchObject({ 'in time': 'no' });
    expect([after!['due'], after!['in time']]).toEqual([before!['due'], 'no']);
  });

  it('lets no spreadsheet compute what somebody typed', async () => {
    const rows = await registerRows(streamed([one('x', { filer: '=HYPERLINK("http://x","y")', model: '@SUM(A1)' })]));
    expect(registerCsv(rows)).toContain(`'@SUM(A1)`);
    expect(registerCsv(rows)).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);
    const sheet = Object.entries(unzipSync(await registerXlsx(rows))).map(([name, bytes]) => [
      name,
      Buffer.from(bytes).toString(),
    ]);
    const all = sheet.map(([, text]) => text).join('');
    expect(all).not.toContain('<f>'); // a cell of a formula
    expect(all).toContain('=HYPERLINK("http://x","y")');
    expect(all).not.toMatch(/t="n"[^>]*>\s*<v>[^<]*=/);
  });
});
