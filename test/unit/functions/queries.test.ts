// What an address may ask for beside its path: the parameters that the document names, once each and in their form, on
// every route; a browser's page is shown all the same.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { QUERIES } from '#functions/api/queries.ts';
import { appOf, as, inBrowser, problemOf } from '#test/support/api-callers.ts';
import { walkedToEnd, type WalkedTicket } from '#test/support/hand-walked.ts';

let walked: WalkedTicket;
let app: Hono<Env>;
// Without intake: its two protocols have refusals in forms of their own, which test/unit/functions/intake holds.
beforeAll(async () => {
  walked = await walkedToEnd();
  app = appOf(walked, undefined, undefined, null);
});

const routes = () => app.routes.filter(({ method }) => method !== 'ALL');
const get = (path: string) => app.request(path, { headers: as('all') });

describe('a parameter that an address does not have', () => {
  it('is refused by its name on every route, whoever asks', async () => {
    const all = [...new Set(routes().map(({ method, path }) => `${method} ${path}`))];
    expect(all.length).toBeGreaterThan(90);
    for (const route of all) {
      const [method = '', path = ''] = route.split(' ');
      const address = path.replaceAll(/:\w+\{[^}]*\}|:id/g, walked.ticketId).replaceAll(/:\w+|\*/g, '1');
      const problem = await problemOf(await app.request(`${address}?regim=eu-gdpr`, { method }));
      expect([route, problem]).toMatchObject([route, { status: 400, code: 'INVALID_INPUT' }]);
      expect([route, problem.expected]).toMatchObject([route, expect.stringContaining('regim: ')]);
    }
  });

  it('is named with those that there are', async () => {
    expect((await problemOf(await get('/tickets?sort=due&page=2'))).expected).toBe(
      ['sort', 'page']
        .map(
          (name) =>
            `${name}: no parameter here; there are view, status, regime, model, filer, due, ref, limit, after, columns`,
        )
        .join('; '),
    );
  });

  it('goes back to nobody where it is no name', async () => {
    const problem = await problemOf(await get('/tickets?%3Cscript%3E=1'));
    expect(problem.expected).toMatch(/^\(a parameter\): /);
    expect(JSON.stringify(problem)).not.toContain('script');
  });

  it('leaves a page as it is, since links from elsewhere have marks of their own', async () => {
    const page = await app.request('/tickets?utm_source=mail&view=mine', { headers: inBrowser('filer') });
    expect(page.status).toBe(200);
  });
});

it.each([
  ['/tickets?view=all&view=mine', 'view: once'],
  ['/tickets?view=theirs', 'view: one of'],
  ['/tickets?limit=0', 'limit: at least 1'],
  ['/tickets.csv?due=today', 'due: one of'],
  ['/verify?ticket=%2e%2e', 'ticket: '],
  ['/tickets/ID/letters/acknowledgement?lang=tlh', 'lang: one of'],
])('%s is refused', async (address, expected) => {
  const problem = await problemOf(await get(address.replace('ID', walked.ticketId)));
  expect([problem.status, problem.expected]).toEqual([400, expect.stringContaining(expected)]);
});

it('a parameter of another form is told its form in words, never as a pattern', async () => {
  const bad = '%21%20%3F';
  for (const [route, schema] of Object.entries(QUERIES))
    for (const name of Object.keys(schema.shape)) {
      const [method = '', path = ''] = route.split(' ');
      const address = path.replaceAll(/:id/g, walked.ticketId).replaceAll(/:\w+/g, 'acknowledgement');
      const problem = await problemOf(await app.request(`${address}?${name}=${bad}`, { method, headers: as('all') }));
      expect([route, name, problem]).toMatchObject([route, name, { status: 400 }]);
      expect([route, name, problem.expected]).toEqual([route, name, expect.stringMatching(/^\w+: [^/\\^$]+$/)]);
    }
});

it('each address whose parameters are listed is a route', () => {
  const named = routes().map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(QUERIES).filter((name) => !named.includes(name))).toEqual([]);
});
