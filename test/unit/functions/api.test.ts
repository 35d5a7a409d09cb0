// The HTTP app as a stranger and an impatient filer meet it: who sees what, which requests write, and that nothing sent
// is sent back.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { verifyBundle } from '#core/verify.ts';
import { appOf, as, inBrowser, JSON_BODY, problemOf } from '../../support/api-callers.ts';
import { APPROVER, FILER, requestOf } from '#bench/house/requests.ts';
import { ticketHarness, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { walkedToApproval, walkedToEnd } from '../../support/hand-walked.ts';

describe('who asks', () => {
  it('answers a stranger 401 as a problem, and sends a browser to sign in', async () => {
    const app = appOf(await walkedToApproval());
    const response = await app.request('/tickets');
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect((await problemOf(response)).code).toBe('UNAUTHENTICATED');
    const page = await app.request('/tickets', { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/sign-in']);
  });

  it('shows the log checkpoint, its tiles and the keys to everybody, and nothing else', async () => {
    const app = appOf(await walkedToEnd());
    const checkpoint = await app.request('/ledger/checkpoint');
    expect(checkpoint.status).toBe(200);
    const size = Number((await checkpoint.text()).split('\n')[1]);
    expect((await app.request(`/ledger/tile/0/000.p/${size}`)).status).toBe(200);
    for (const path of ['/ledger/tile/0/..%2F..%2Fstate', '/ledger/tile/0/0000'])
      expect((await app.request(path)).status).not.toBe(200);
    for (const [path, begin] of [
      ['/trust-root.json', '{"kind":"quittance-trust-root/v1"'],
      ['/trust-root.txt', 'quittance.dev/log/'],
      ['/trust-root.pem', 'log quittance.dev/log/'],
    ] as const)
      expect((await (await app.request(path)).text()).slice(0, begin.length)).toBe(begin);
    const keys = await app.request('/trust-root', { headers: { accept: 'text/html' } });
    expect([keys.status, await keys.text()]).toEqual([200, expect.stringContaining(APPROVER)]);
    for (const path of ['/ledger', '/models', '/verify', '/tickets.json'])
      expect((await app.request(path)).status).toBe(401);
  });
});

describe('every answer', () => {
  it.each(['/tickets', '/nowhere', '/style.css', '/tickets/T-0000000000'])(
    'of %s carries the security headers',
    async (path) => {
      const app = appOf(await walkedToApproval());
      const { headers } = await app.request(path, { headers: as('auditor') });
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).not.toContain('script-src');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('same-origin');
    },
  );
});

describe('pages and data', () => {
  it('gives every page as data at the same path with .json', async () => {
    const walked = await walkedToEnd();
    const app = appOf(walked);
    const paths = [
      '/tickets',
      `/tickets/${walked.ticketId}`,
      '/models',
      '/models/house',
      '/ledger',
      '/verify',
      `/verify?ticket=${walked.ticketId}`,
    ];
    for (const path of paths) {
      const [name, query = ''] = path.split('?');
      const page = await app.request(path, { headers: inBrowser('auditor') });
      expect([path, page.status, page.headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=UTF-8']);
      const data = await app.request(`${name}.json?${query}`, { headers: as('auditor') });
      expect([path, data.status]).toEqual([path, 200]);
      expect(typeof (await data.json())).toBe('object');
      expect(await page.text()).toContain(`href="${name}.json"`);
    }
  });

  it('writes pages that a screen reader can find its way in: language, title, one main heading, captions, no script', async () => {
    const walked = await walkedToApproval();
    const page = await (
      await appOf(walked).request(`/tickets/${walked.ticketId}`, { headers: inBrowser('approver') })
    ).text();
    expect(page).toContain('<html lang="en">');
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page.match(/<main id="main">/g)).toHaveLength(1);
    expect(page).toContain('href="#main"');
    expect(page.match(/<table>/g)?.length).toBe(page.match(/<caption>/g)?.length);
    expect(page).not.toMatch(/<script|\sstyle=|\son\w+=/);
  });

  it('shows the gate in one and the same table: in the report, beside the ticket and beside the decision', async () => {
    const walked = await walkedToApproval();
    const tables = ['/tests', '/approval', '/report.html'].map(async (rest) => {
      const asked = await appOf(walked).request(`/tickets/${walked.ticketId}${rest}`, {
        headers: inBrowser('approver'),
      });
      return /<table>\s*<caption>\s*The gate:[\s\S]*?<\/table>/.exec(await asked.text())?.[0];
    });
    const [beside, deciding, report] = await Promise.all(tables);
    expect(report).toContain('forgotten answers exact');
    expect([beside, deciding]).toEqual([report, report]);
  });

  it('offers the decision to the approver and not to the filer', async () => {
    const walked = await walkedToApproval();
    const link = `href="/tickets/${walked.ticketId}/approval"`;
    const page = async (who: string) =>
      (await appOf(walked).request(`/tickets/${walked.ticketId}`, { headers: inBrowser(who) })).text();
    expect(await page('approver')).toContain(link);
    expect(await page('both')).not.toContain(link);
    expect(await page('auditor')).not.toContain(link);
  });

  it('lists what waits for me', async () => {
    const walked = await walkedToApproval();
    const list = async (who: string, query: string) => {
      const response = await appOf(walked).request(`/tickets.json?${query}`, { headers: as(who) });
      return ((await response.json()) as { tickets: { id: string }[] }).tickets.map(({ id }) => id);
    };
    expect(await list('approver', 'view=approval')).toEqual([walked.ticketId]);
    expect(await list('both', 'view=approval')).toEqual([]);
    expect(await list('filer', 'view=mine')).toEqual([walked.ticketId]);
    expect(await list('approver', 'view=mine')).toEqual([]);
    expect(await list('auditor', 'view=due')).toEqual([]);
    walked.harness.clock.advance(26 * 86_400);
    expect(await list('auditor', 'view=due')).toEqual([walked.ticketId]);
  });

  it('hands out a bundle that the offline verifier accepts, the same bytes each time', async () => {
    const walked = await walkedToEnd();
    const get = async () => {
      const response = await appOf(walked).request(`/tickets/${walked.ticketId}/bundle.zip`, {
        headers: as('auditor'),
      });
      return new Uint8Array(await response.arrayBuffer());
    };
    const zip = await get();
    const { ok, checks } = verifyBundle(new Map(Object.entries(unzipSync(zip))), {
      now: walked.harness.ports.clock.now(),
    });
    expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
    expect(ok).toBe(true);
    expect(await get()).toEqual(zip);
    expect(strFromU8(zip)).not.toContain('Ottoline');
  });
});

describe('a GET', () => {
  it('never writes, whatever is asked for', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const { ports, faults } = walked.harness;
    const before = [await ports.tickets.list(), await ports.models.list(), await ports.logHead.read()];
    faults.writes.length = 0;
    const id = walked.ticketId;
    const paths = [
      '',
      '/approval',
      '/report',
      '/report.html',
      '/bundle.zip',
      '/hold',
      '/release',
      '/close',
      '/resume',
      '/approval?decision=approved',
    ];
    for (const path of [
      ...paths.map((tail) => `/tickets/${id}${tail}`),
      '/tickets',
      '/models/house',
      '/ledger',
      `/verify?ticket=${id}`,
    ])
      for (const headers of [inBrowser('approver'), as('approver')]) await app.request(path, { headers });
    expect(faults.writes).toEqual([]);
    expect([await ports.tickets.list(), await ports.models.list(), await ports.logHead.read()]).toEqual(before);
  });
});

describe('filing', () => {
  const post = (app: Hono<Env>, body: unknown, headers: Record<string, string>) =>
    app.request('/tickets', {
      method: 'POST',
      headers: { ...JSON_BODY, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const key = (name: string) => ({ 'idempotency-key': name });
  let app: Hono<Env>;
  let harness: Awaited<ReturnType<typeof ticketHarness>>;
  beforeEach(async () => {
    harness = await ticketHarness({ policy: shippedPolicy() });
    app = appOf({ harness });
  });

  it('answers 201 with the ticket, its due dates and the secret that opens its commitment', async () => {
    const { filer, ...request } = requestOf();
    expect(filer).toBe(FILER);
    const response = await post(app, request, as('filer', key('a')));
    expect(response.status).toBe(201);
    const { ticketId, openingSecret } = (await response.json()) as Record<string, string>;
    expect(response.headers.get('location')).toBe(`/tickets/${ticketId!}`);
    expect(openingSecret).toMatch(/^[0-9a-f]{32,}$/);
    expect((await harness.ports.tickets.get(ticketId!)).ticket.filer).toBe(FILER);
  });

  it('sent again with the same key is the same ticket; another request under that key is refused', async () => {
    const first = (await (await post(app, requestOf(), as('filer', key('a')))).json()) as { ticketId: string };
    const again = (await (await post(app, requestOf(), as('filer', key('a')))).json()) as { ticketId: string };
    expect(again.ticketId).toBe(first.ticketId);
    const other = requestOf({ forget: { records: requestOf().forget.records.slice(0, 1) } });
    expect(await problemOf(await post(app, other, as('filer', key('a'))))).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_MISMATCH',
    });
    expect(await harness.ports.tickets.list()).toHaveLength(1);
  });

  it('under a new key for the same person is a duplicate', async () => {
    await post(app, requestOf(), as('filer', key('a')));
    expect(await problemOf(await post(app, requestOf(), as('filer', key('b'))))).toMatchObject({
      status: 409,
      code: 'TICKET_DUPLICATE',
    });
  });

  it.each([
    ['without a key', {}, 'filer', requestOf(), 400, 'INVALID_INPUT'],
    ['by an approver', key('a'), 'approver', requestOf(), 403, 'ACCESS_DENIED'],
    ['in another name', key('a'), 'filer', requestOf({ filer: 'somebody.else' }), 403, 'ACCESS_DENIED'],
    ['of nothing', key('a'), 'filer', requestOf({ forget: { records: [] } }), 422, 'FORGET_EMPTY'],
    ['for an unknown model', key('a'), 'filer', requestOf({ model: 'nobody' }), 404, 'MODEL_NOT_FOUND'],
    ['of broken JSON', key('a'), 'filer', '{"subject":', 400, 'INVALID_INPUT'],
    ['of a list', key('a'), 'filer', '[]', 400, 'INVALID_INPUT'],
  ])('%s is refused', async (_, headers, who, body, status, code) => {
    expect(await problemOf(await post(app, body, as(who, headers)))).toMatchObject({ status, code });
    expect(await harness.ports.tickets.list()).toEqual([]);
  });

  it('of more than the limit is refused before it is read', async () => {
    const body = JSON.stringify({ ...requestOf(), note: 'x'.repeat(3 * 2 ** 20) });
    expect(await problemOf(await post(app, body, as('filer', key('a'))))).toMatchObject({
      status: 413,
      code: 'INPUT_TOO_LARGE',
    });
  });

  it('never sends back what was sent: a secret in each place, in turn', async () => {
    const SECRET = 'Xanthippe-Quarl';
    const bad = [
      { ...requestOf(), [SECRET]: 1 },
      { ...requestOf(), subject: { name: SECRET, extra: SECRET } },
      { ...requestOf(), ground: SECRET },
      { ...requestOf(), regime: SECRET },
      { ...requestOf(), model: SECRET },
      { ...requestOf(), model: 'xanthippe-quarl' },
      { ...requestOf(), note: { text: SECRET } },
      { ...requestOf(), forget: { records: [{ question: SECRET, answer: SECRET }] } },
      { ...requestOf(), identity: { method: SECRET } },
      `{"subject": "${SECRET}`,
    ];
    for (const body of bad) {
      const response = await post(app, body, as('filer', key('a')));
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect((await response.text()).toLowerCase()).not.toContain(SECRET.toLowerCase());
    }
    for (const path of [
      `/tickets/${SECRET}`,
      `/models/${SECRET}`,
      `/${SECRET}`,
      `/verify?ticket=${SECRET}`,
      `/tickets?view=${SECRET}&after=${SECRET}`,
    ])
      for (const headers of [as('filer'), inBrowser('filer')]) {
        const text = await (await app.request(path, { headers })).text();
        expect(text).not.toContain(SECRET);
      }
  });
});
