// Signing in by a directory, against a real OpenID provider on this machine: roles from groups, a session that can be
// ended, and every way in which a return can be wrong.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { CALLBACK } from '#server/oidc.ts';
import { ticketHarness } from '#bench/house/ticket-harness.ts';
import { CLIENT, testDirectory, throughDirectory, type TestDirectory } from '#test/support/directory.ts';
import { servedFolder, type Served } from '#test/support/served-app.ts';

const BACK = `http://localhost${CALLBACK}`;
let directory: TestDirectory;
let served: Served;
let app: Hono<Env>;
beforeAll(async () => {
  directory = await testDirectory(BACK);
  served = servedFolder(await ticketHarness());
  settle({});
  app = await served.app();
});
afterAll(() => {
  directory.close();
  served.remove();
});
beforeEach(() => void (directory.who = { name: 'filer.finn', groups: ['filers', 'staff'] }));

const settle = (change: object) =>
  writeFileSync(
    join(served.dir, 'sign-in.json'),
    JSON.stringify({ issuer: directory.issuer, redirectUri: BACK, ...CLIENT, ...change }),
  );

const cookieIn = (response: Response, name: string): string =>
  response.headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith(`${name}=`))
    ?.split(';')[0] ?? '';

const begun = async () => {
  const response = await app.request('/sign-in/oidc');
  expect(response.status).toBe(303);
  return { address: response.headers.get('location') ?? '', cookie: cookieIn(response, 'quittance-begun') };
};

const back = (returned: URL, cookie: string) =>
  app.request(`${returned.pathname}${returned.search}`, { headers: { cookie, accept: 'application/json' } });

const signedIn = async (): Promise<Response> => {
  const { address, cookie } = await begun();
  return back(await throughDirectory(address, BACK), cookie);
};

const today = async (cookie: string) => {
  const response = await app.request('/new', { headers: { cookie } });
  return response.status;
};

describe('signing in by a directory', () => {
  it('gives a session with the roles of the groups, which sign-out ends', async () => {
    const response = await signedIn();
    expect(response.status).toBe(200);
    const session = cookieIn(response, 'quittance-session');
    expect(response.headers.getSetCookie().find((cookie) => cookie.startsWith('quittance-session'))).toContain(
      'SameSite=Strict',
    );
    expect(await today(session)).toBe(200); // a filer's page
    const listed = await app.request('/sessions.json', { headers: { cookie: session } });
    expect((await listed.json()) as object).toMatchObject({ sessions: [{ id: expect.any(String) }] });
    await app.request('/sign-out', { method: 'POST', headers: { cookie: session } });
    expect(await today(session)).toBe(401);
  });

  it('keeps to what the groups give', async () => {
    directory.who = { name: 'auditor.ann', groups: ['auditors'] };
    expect(await today(cookieIn(await signedIn(), 'quittance-session'))).toBe(403);
  });

  it.each([
    ['nobody of ours', { name: 'guest.gus', groups: ['staff'] }],
    ['a name that is no principal', { name: 'Finn Filer', groups: ['filers'] }],
    ['the workflow itself', { name: 'system', groups: ['filers'] }],
    ['a name that an agent acts under', { name: 'drp-good_agent', groups: ['filers'] }],
  ])('lets in no %s', async (_, who) => {
    directory.who = who;
    const response = await signedIn();
    expect([response.status, cookieIn(response, 'quittance-session')]).toEqual([403, '']);
  });

  it('is said on the page', async () => {
    const page = await (await app.request('/sign-in', { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('href="/sign-in/oidc"');
  });
});

describe('a return that was not begun here', () => {
  const refused = async (response: Response) => {
    expect(cookieIn(response, 'quittance-session')).toBe('');
    return response.status;
  };

  it('without its cookie, with another one, or with a forged one', async () => {
    const { address, cookie } = await begun();
    const other = await begun();
    const returned = await throughDirectory(address, BACK);
    const [text = ''] = cookie.split('.');
    expect(await refused(await back(returned, ''))).toBe(401);
    expect(await refused(await back(returned, `${text}.AAAA`))).toBe(401);
    expect(await refused(await back(returned, other.cookie))).toBe(401); // another state
    expect((await back(returned, cookie)).status).toBe(200);
  });

  it('with another state, or a code that was used or made up', async () => {
    const { address, cookie } = await begun();
    const returned = await throughDirectory(address, BACK);
    const changed = (name: string, value: string) => {
      const url = new URL(returned);
      url.searchParams.set(name, value);
      return url;
    };
    expect(await refused(await back(changed('state', 'x'), cookie))).toBe(401);
    expect(await refused(await back(changed('code', 'made-up'), cookie))).toBe(401);
    expect(await refused(await back(changed('iss', 'https://evil.example'), cookie))).toBe(401);
  });
});

describe('settings', () => {
  it.each([
    ['an issuer by http elsewhere', { issuer: 'http://directory.example' }],
    ['an address that leads elsewhere in this server', { redirectUri: 'http://localhost/tickets' }],
    ['a role that there is not', { roles: { staff: 'owner' } }],
    ['no client', { clientId: '' }],
  ])('with %s are refused when the server starts', async (_, change) => {
    settle(change);
    await expect(Promise.resolve().then(() => served.app())).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('that are others end the sessions that the old ones gave; a directory that is down is said to be', async () => {
    settle({});
    const session = cookieIn(await signedIn(), 'quittance-session');
    settle({ roles: { filers: 'auditor' } });
    app = await served.app();
    expect(await today(session)).toBe(401);
    settle({ issuer: 'http://127.0.0.1:9' });
    app = await served.app();
    expect((await app.request('/sign-in/oidc')).status).toBe(503);
  });
});
