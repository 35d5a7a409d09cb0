// Signing in, as people do it and as others try it: who gets a session, what ends it, what a form of another site can
// do, and how often a token may be guessed.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { admitPeople, removePerson, type NewPerson } from '#server/people.ts';
import { ticketHarness, shippedPolicy, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { servedFolder, type Served } from '#test/support/served-app.ts';

let served: Served;
let harness: TicketHarness;
let filer: NewPerson;
beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  served = servedFolder(harness);
  filer = admitPeople(served.dir, [])[0]!;
});
afterEach(() => served.remove());

const enter = async (app: Hono<Env>, token: string, address = '192.0.2.1') =>
  app.request(
    '/sign-in',
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token }).toString(),
    },
    { address },
  );
const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? '';
const tickets = async (app: Hono<Env>, cookie: string) =>
  (await app.request('/tickets.json', { headers: { cookie } })).status;

describe('signing in', () => {
  it('makes a filer and an approver where nobody is known, and keeps no token', () => {
    const stored = readFileSync(join(served.dir, 'people.json'), 'utf8');
    expect(filer).toMatchObject({ principal: 'legal.filer', roles: ['filer'] });
    expect(stored).not.toContain(filer.token);
    expect(stored).toContain('privacy.officer');
    expect(statSync(join(served.dir, 'people.json')).mode & 0o077).toBe(0);
    expect(admitPeople(served.dir, [])).toEqual([]);
  });

  it('trades the token for a session that scripts and other sites do not get', async () => {
    const app = await served.app();
    const response = await enter(app, filer.token);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/today']);
    expect(response.headers.get('set-cookie')).toMatch(/HttpOnly/);
    expect(response.headers.get('set-cookie')).toMatch(/SameSite=Strict/);
    expect(await tickets(app, cookieOf(response))).toBe(200);
  });

  it('refuses a wrong token, a changed cookie, and one whose time is over', async () => {
    const app = await served.app();
    expect((await enter(app, 'x')).status).toBe(401);
    expect((await enter(app, '')).status).toBe(401);
    const cookie = cookieOf(await enter(app, filer.token));
    expect(await tickets(app, cookie.slice(0, -2))).toBe(401);
    expect(await tickets(app, 'quittance-session=%E0%A4%A')).toBe(401);
    harness.clock.advance(8 * 3600 + 1);
    expect(await tickets(app, cookie)).toBe(401);
  });

  const BROKEN = '--x\r\nContent-Disposition: form-data; name="token"\r\n\r\nabc';
  it.each([
    ['a multipart form that ends nowhere', 415, BROKEN, 'multipart/form-data; boundary=x'],
    ['a multipart form without a boundary', 415, BROKEN, 'multipart/form-data'],
    ['JSON', 415, '{"token":"x"}', 'application/json'],
    ['no media type', 415, 'token=x', ''],
    ['a token twice', 400, 'token=x&token=y', 'application/x-www-form-urlencoded'],
    ['bytes that are no text', 400, new Uint8Array([0xff, 0xfe]), 'application/x-www-form-urlencoded'],
    ['nothing', 401, '', 'application/x-www-form-urlencoded'],
    ['three megabytes', 413, 'x'.repeat(3_000_000), 'application/x-www-form-urlencoded'],
  ])('refuses %s by its name', async (_, status, body, type) => {
    const app = await served.app();
    const response = await app.request('/sign-in', { method: 'POST', headers: { 'content-type': type }, body });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([status, null]);
  });

  it.each([
    ['en', 'Nobody has this token.'],
    ['de', 'Niemand hat diesen Token.'],
  ])('says beside the field that nobody has the token, and does not show it: %s', async (language, said) => {
    const app = await served.app();
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...{ accept: 'text/html', 'accept-language': language },
    };
    const body = new URLSearchParams({ token: 'a-wrong-one' }).toString();
    const response = await app.request('/sign-in', { method: 'POST', headers, body });
    const page = await response.text();
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
    expect(page).toMatch(new RegExp(`id="e-token" role="alert">${said}`));
    expect([page.includes('action="/sign-in"'), page.includes('a-wrong-one')]).toEqual([true, false]);
  });

  it('is not done by a page of another site with its own token', async () => {
    const app = await served.app();
    const body = new URLSearchParams({ token: filer.token }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' };
    const response = await app.request('/sign-in', { method: 'POST', headers, body });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null]);
  });

  it('and all else is refused under a host that only leads here', async () => {
    const app = await served.app();
    for (const path of ['/sign-in', '/v1/models', '/ledger/checkpoint', '/health'])
      expect([path, (await app.request(path, { headers: { host: 'rebound.example' } })).status]).toEqual([path, 421]);
  });

  it('gives a person who is admitted again a new token; the old one is worth nothing', async () => {
    const [again] = admitPeople(served.dir, ['legal.filer=filer,auditor']);
    const app = await served.app();
    expect((await enter(app, filer.token)).status).toBe(401);
    expect((await enter(app, again!.token)).status).toBe(303);
  });

  it('signs out', async () => {
    const app = await served.app();
    const cookie = cookieOf(await enter(app, filer.token));
    const page = await app.request('/tickets', { headers: { cookie, accept: 'text/html' } });
    expect(await page.text()).toContain('action="/sign-out"');
    const out = await app.request('/sign-out', { method: 'POST', headers: { cookie } });
    expect(out.headers.get('set-cookie')).toMatch(/quittance-session=;.*Max-Age=0/);
  });

  it.each(['nobody', 'Name=filer', 'a=king', 'a=', '=filer'])('refuses --principal %s', (spec) => {
    expect(() => admitPeople(served.dir, [spec])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('refuses a file of people that was damaged', () => {
    writeFileSync(join(served.dir, 'people.json'), '{"people":[]}');
    expect(() => admitPeople(served.dir, [])).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
  });
});

describe('a session', () => {
  const begin = async (app: Hono<Env>, token = filer.token) => cookieOf(await enter(app, token));

  it('ends at sign-out, for whoever has a copy of its cookie too', async () => {
    const app = await served.app();
    const [cookie, other] = [await begin(app), await begin(app)];
    await app.request('/sign-out', { method: 'POST', headers: { cookie } });
    expect([await tickets(app, cookie), await tickets(app, other)]).toEqual([401, 200]);
  });

  it('gives way to the one that its browser begins next', async () => {
    const app = await served.app();
    const cookie = await begin(app);
    const response = await app.request('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
      body: new URLSearchParams({ token: filer.token }).toString(),
    });
    expect([await tickets(app, cookie), await tickets(app, cookieOf(response))]).toEqual([401, 200]);
  });

  it.each<[string, () => unknown]>([
    ['their token is another', () => admitPeople(served.dir, ['legal.filer=filer'])],
    ['their roles are others', () => changeFile('"filer"', '"auditor"')],
    ['they are removed', () => removePerson(served.dir, 'legal.filer')],
  ])("ends while the server runs as soon as %s, and nobody else's does", async (_, change) => {
    const officer = admitPeople(served.dir, ['privacy.officer=approver'])[0]!;
    const app = await served.app();
    const [cookie, other] = [await begin(app), await begin(app, officer.token)];
    expect([await tickets(app, cookie), await tickets(app, other)]).toEqual([200, 200]);
    change();
    expect([await tickets(app, cookie), await tickets(app, other)]).toEqual([401, 200]);
  });

  it('ends with its person, who is no longer let in by the token either', async () => {
    const app = await served.app();
    removePerson(served.dir, 'legal.filer');
    const bearer = await app.request('/tickets', { headers: { authorization: `Bearer ${filer.token}` } });
    expect([bearer.status, (await enter(app, filer.token)).status]).toEqual([401, 401]);
    expect(() => removePerson(served.dir, 'legal.filer')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('is listed to its person, who ends it by the form of the page and nobody else does', async () => {
    const officer = admitPeople(served.dir, ['privacy.officer=approver'])[0]!;
    const app = await served.app();
    const [mine, elsewhere, other] = [await begin(app), await begin(app), await begin(app, officer.token)];
    const seen = async (cookie: string) => {
      const { sessions } = (await (await app.request('/sessions.json', { headers: { cookie } })).json()) as {
        sessions: { id: string }[];
      };
      return sessions.map(({ id }) => id);
    };
    const page = await (await app.request('/sessions', { headers: { cookie: mine, accept: 'text/html' } })).text();
    const csrf = /name="csrf" value="([0-9a-f]+)"/.exec(page)?.[1] ?? '';
    const end = async (fields: Record<string, string>, cookie = mine) =>
      (
        await app.request('/sessions', {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
          body: new URLSearchParams(fields).toString(),
        })
      ).status;
    const all = async () => [await tickets(app, mine), await tickets(app, elsewhere), await tickets(app, other)];
    const [ofOther = ''] = await seen(other);
    const own = await seen(mine);
    expect([own.length, own.every((session) => page.includes(session))]).toEqual([2, true]);
    expect(await end({ session: 'all' })).toBe(403);
    expect(await end({ session: 'all', csrf }, other)).toBe(403);
    expect(await end({ session: ofOther, csrf })).toBe(303);
    expect(await all()).toEqual([200, 200, 200]);
    expect(await end({ session: 'all', csrf })).toBe(303);
    expect(await all()).toEqual([401, 401, 200]);
    expect((await app.request('/sessions')).status).toBe(401);
  });

  it('goes on when the server starts again, and lies in the folder as a digest', async () => {
    const cookie = await begin(await served.app());
    expect(await tickets(await served.app(), cookie)).toBe(200);
    const secret = cookie.slice('quittance-session='.length);
    for (const name of ['sessions.sqlite', 'sessions.sqlite-wal'])
      expect(readFileSync(join(served.dir, name)).includes(secret)).toBe(false);
  });

  const changeFile = (from: string, to: string) => {
    const path = join(served.dir, 'people.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  };
});

describe('guessing', () => {
  const status = async (app: Hono<Env>, token: string, address: string) => (await enter(app, token, address)).status;
  const asBearer = async (app: Hono<Env>, token: string, address: string) =>
    app.request('/tickets', { headers: { authorization: `Bearer ${token}` } }, { address });
  const guess = async (app: Hono<Env>, times: number, addressOf: (i: number) => string) => {
    for (let i = 0; i < times; i++) await enter(app, `guess-${i}`, addressOf(i));
  };

  it('is limited at an address, for forms and bearer tokens together, and says how long', async () => {
    const app = await served.app();
    await guess(app, 9, () => '192.0.2.1');
    expect((await asBearer(app, 'guess-9', '192.0.2.1')).status).toBe(401);
    for (const response of [await enter(app, filer.token), await asBearer(app, filer.token, '192.0.2.1')]) {
      expect([response.status, response.headers.get('retry-after')]).toEqual([429, '900']);
      expect(await response.text()).toContain('TOO_MANY_ATTEMPTS');
    }
    expect(await status(app, filer.token, '192.0.2.2')).toBe(303);
    harness.clock.advance(899);
    expect(await status(app, filer.token, '192.0.2.1')).toBe(429);
    harness.clock.advance(1);
    expect(await status(app, filer.token, '192.0.2.1')).toBe(303);
  });

  it('is limited in all, from however many addresses', async () => {
    const app = await served.app();
    await guess(app, 199, (i) => `198.51.100.${i}`);
    expect(await status(app, 'guess', '192.0.2.1')).toBe(401);
    expect(await status(app, filer.token, '192.0.2.2')).toBe(429);
    harness.clock.advance(900);
    expect(await status(app, filer.token, '192.0.2.2')).toBe(303);
  });

  it('locks nobody out of a session, or of a token that was right here before', async () => {
    const app = await served.app();
    const cookie = cookieOf(await enter(app, filer.token));
    await guess(app, 20, () => '192.0.2.1');
    expect(await tickets(app, cookie)).toBe(200);
    expect((await asBearer(app, filer.token, '192.0.2.1')).status).toBe(200);
    admitPeople(served.dir, ['legal.filer=filer']);
    expect((await asBearer(app, filer.token, '192.0.2.1')).status).toBe(401);
    expect((await asBearer(app, filer.token, '192.0.2.1')).status).toBe(429);
  });

  it('is counted by the network of a host, and an empty form is no guess', async () => {
    const app = await served.app();
    await guess(app, 10, (i) => `2001:db8::${i}`);
    expect(await status(app, 'x', '2001:db8:0:0:ffff::1')).toBe(429);
    expect(await status(app, 'x', '2001:db8:0:1::1')).toBe(401);
    for (let i = 0; i < 20; i++) expect(await status(app, ' ', '192.0.2.9')).toBe(401);
    await guess(app, 10, () => '::ffff:192.0.2.9');
    expect(await status(app, 'x', '192.0.2.9')).toBe(429);
  });
});
