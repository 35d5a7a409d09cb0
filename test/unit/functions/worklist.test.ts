// The work list over HTTP: due first, narrowed, searched by reference, model and name, page by page, as CSV; and that a
// name stands in no address.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { csvCell } from '#report/csv.ts';
import { placeHold } from '#functions/holds.ts';
import { purgeCase } from '#functions/purge-case.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { notifyParties } from '#functions/notify-parties.ts';
import { file, shippedPolicy, ticketHarness, trainingRows, type TicketHarness } from '#bench/house/ticket-harness.ts';
import type { TodayView } from '#portal/today.ts';
import { FILER, SUBJECT, NEIGHBOURS } from '#bench/house/requests.ts';
import { appOf, as, JSON_BODY, problemOf } from '../../support/api-callers.ts';
import { fieldsOf, open, send } from '../../support/pages.ts';

interface Listed {
  tickets: { id: string; safeDue: string }[];
  next: string | null;
  counts: { total: number; status: Record<string, number> };
  late: number;
}

let harness: TicketHarness;
let app: Hono<Env>;
let first: string;
let second: string;

const list = async (query = '', who = 'auditor'): Promise<Listed> =>
  (await (await app.request(`/tickets.json${query}`, { headers: as(who) })).json()) as Listed;
const idsOf = ({ tickets }: Listed) => tickets.map(({ id }) => id);
const find = (q: string, who = 'approver') =>
  app.request('/tickets/search', {
    method: 'POST',
    headers: { ...JSON_BODY, ...as(who) },
    body: JSON.stringify({ q }),
  });
const found = async (q: string) => idsOf((await (await find(q)).json()) as Listed);

beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  app = appOf({ harness });
  first = await file(harness, {}, 'r-1');
  const [name = ''] = NEIGHBOURS;
  const records = trainingRows().flatMap(({ person, question, answer }) =>
    person === name && question.includes(name) ? [{ question, answer }] : [],
  );
  const receivedAt = '2026-02-10T10:00:00.000Z';
  const identity = { method: 'in-person', level: 'high', verifiedAt: receivedAt } as const;
  second = await file(harness, { subject: { name }, forget: { records }, receivedAt, identity }, 'r-2');
});

describe('the list', () => {
  it('has what is due first at its head, page by page', async () => {
    expect(idsOf(await list())).toEqual([second, first]);
    const one = await list('?limit=1');
    expect([idsOf(one), idsOf(await list(`?limit=1&after=${one.next}`))]).toEqual([[second], [first]]);
  });

  it.each<[string, (place: readonly string[]) => unknown]>([
    ['that is no JSON', () => undefined],
    ['that is cut', ([part, due]) => [part, due]],
    ['of another part', ([, due, id]) => ['all', due, id]],
    ['of no day', ([part, , id]) => [part, 'soon', id]],
    ['without an id', ([part, due]) => [part, due, '']],
    ['with a wild card for an id', ([part, due]) => [part, due, "%' OR 1=1 --"]],
    ['with more than a place has', ([part, due, id]) => [part, due, id, '']],
  ])('refuses a cursor %s: no page is shorter for it', async (_what, change) => {
    const { next } = await list('?limit=1');
    const place = JSON.parse(Buffer.from(String(next), 'base64url').toString()) as string[];
    const said = change(place);
    const changed = Buffer.from(said === undefined ? 'no JSON' : JSON.stringify(said)).toString('base64url');
    const answer = await app.request(`/tickets.json?after=${changed}`, { headers: as('auditor') });
    expect(await problemOf(answer)).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
  });

  it('is narrowed by what its facets count, and leads there by links', async () => {
    await harness.call(placeHold, { ticketId: first, by: FILER, code: 'litigation' });
    const all = await list();
    expect(all.counts.status).toEqual({ ON_HOLD: 1, RECEIVED: 1 });
    expect(idsOf(await list('?status=ON_HOLD'))).toEqual([first]);
    expect(idsOf(await list('?model=garden'))).toEqual([]);
    expect([idsOf(await list('?view=mine', 'filer')), idsOf(await list('?view=mine', 'second'))]).toEqual([
      ...[[second, first], []],
    ]);
    harness.clock.advance(20 * 86_400);
    expect([idsOf(await list('?due=late')), (await list()).late]).toEqual([[second], 1]);
    const page = await open(app, '/tickets', 'auditor');
    expect(page.text).toContain('href="/tickets?status=ON_HOLD"');
    expect(page.text).toMatch(/\d days? late/);
    expect((await open(app, '/tickets?columns=model', 'auditor')).text).not.toContain('<th scope="col">Law</th>');
  });

  it('is a CSV whose cells compute nothing', async () => {
    const response = await app.request('/tickets.csv', { headers: as('auditor') });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await response.text()).trim().split('\r\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['case', second, first]);
    expect(['=1+1', '+1', '-1', '@x', 'a"b', 'a,b', '\tx', '-x'].map(csvCell)).toEqual([
      ...["'=1+1", "'+1", '-1', "'@x", '"a""b"', '"a,b"', "'\tx", "'-x"],
    ]);
  });

  it('keeps a view in the browser, and leads to no other place', async () => {
    const { csrf } = fieldsOf(await open(app, '/tickets?view=due', 'filer'), '/tickets/views');
    const headers = {
      cookie: 'session=filer',
      accept: 'text/html',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const body = new URLSearchParams({ csrf: csrf!, name: 'Mine <b>', query: 'view=due&model=house' }).toString();
    const kept = await app.request('/tickets/views', { method: 'POST', headers, body });
    expect([kept.status, kept.headers.get('location')]).toEqual([303, '/tickets?view=due&model=house']);
    const cookie = kept.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).toMatch(/^quittance-views=[\w-]+$/);
    const { savedLink } = { savedLink: 'href="/tickets?view=due&amp;model=house"' };
    const page = await app.request('/tickets', { headers: { ...as('filer'), accept: 'text/html', cookie } });
    const text = await page.text();
    expect([text.includes(savedLink), text.includes('Mine &lt;b&gt;')]).toEqual([true, true]);
  });
});

describe('today', () => {
  it('counts what is late, due and for me to decide, and shows what is due next', async () => {
    await harness.call(placeHold, { ticketId: first, by: FILER, code: 'litigation' });
    const seen = async () => (await app.request('/today.json', { headers: as('approver') })).json();
    expect(await seen()).toMatchObject({
      late: 0,
      mine: 0,
      blocked: 1,
      open: 2,
      next: [{ id: second }, { id: first }],
    });
    expect((await open(app, '/', 'approver')).text).toContain('Nothing is late, and nothing waits for you.');
    harness.clock.advance(20 * 86_400);
    expect(await seen()).toMatchObject({ late: 1 });
    expect((await open(app, '/', 'approver')).text).toContain('One case is late.');
  });

  it('counts open cases by the days that are left, each once, and says the numbers beside the bars', async () => {
    const bins = async () => {
      const data = (await (await app.request('/today.json', { headers: as('auditor') })).json()) as TodayView;
      expect(data.byDaysLeft.reduce((sum, { n }) => sum + n, 0)).toBe(data.open);
      return Object.fromEntries(data.byDaysLeft.flatMap(({ bin, n }) => (n > 0 ? [[bin, n]] : [])));
    };
    const seen = [await bins()];
    for (const days of [10, 10, 12]) {
      harness.clock.advance(days * 86_400);
      seen.push(await bins());
    }
    expect(seen).toEqual([{ fortnight: 1, later: 1 }, { late: 1, month: 1 }, { late: 1, fortnight: 1 }, { late: 2 }]);
    const { text } = await open(app, '/today', 'auditor');
    expect(text).toMatch(/<span>late<\/span>[\s\S]*?<span class="n">2<\/span>/);
  });
});

describe('the search', () => {
  it('finds by reference and by model, with an address', async () => {
    for (const [q, location] of [
      [first, `/tickets?ref=${first}`],
      [first.toUpperCase().slice(0, 8), `/tickets?ref=${first.slice(0, 8)}`],
      ['house', '/tickets?model=house'],
    ] as const)
      expect((await find(q)).headers.get('location')).toBe(location);
    expect(idsOf(await list(`?ref=${first.slice(0, 9)}`))).toEqual([first]);
  });

  it('finds by name, however it is written, whole and by a part, and names nobody in an address', async () => {
    for (const q of [SUBJECT, SUBJECT.toUpperCase(), 'Ottoline', 'märchbanks', 'Marchbanks'])
      expect([q, await found(q)]).toEqual([q, [first]]);
    expect(await found('Nobody Here')).toEqual([]);
    const { csrf } = fieldsOf(await open(app, '/tickets', 'filer'), '/tickets/search');
    const page = await send(app, '/tickets/search', 'filer', { csrf: csrf!, q: SUBJECT });
    expect([page.status, page.location, page.text.includes(first)]).toEqual([200, null, true]);
    expect(page.text).not.toContain(SUBJECT);
  });

  it('by name is for those who file and decide, from a form of ours', async () => {
    expect((await find(SUBJECT, 'auditor')).status).toBe(403);
    expect((await send(app, '/tickets/search', 'filer', { csrf: '', q: SUBJECT })).status).toBe(403);
    expect((await find('')).status).toBe(400);
  });

  it('finds nobody whose case was destroyed', async () => {
    await harness.call(closeTicket, { ticketId: first, outcome: 'withdrawn', reason: 'by-subject', by: FILER });
    for (const step of [notifyParties, purgeCase]) await harness.call(step, { ticketId: first });
    expect(await found(SUBJECT)).toEqual([]);
    expect((await list('?view=closed')).tickets.map(({ id }) => id)).toEqual([first]);
  });
});
