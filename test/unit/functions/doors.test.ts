// What a request must pass before anything looks at it: the host that it names, its method, where a browser says that
// it comes from, and the form of its body.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import {
  appOf,
  as,
  evidenceOf,
  FORM_BODY,
  inBrowser,
  JSON_BODY,
  problemOf,
  statusOf,
} from '#test/support/api-callers.ts';
import { walkedToApproval, type WalkedTicket } from '#test/support/hand-walked.ts';

let walked: WalkedTicket;
let app: Hono<Env>;
beforeAll(async () => {
  walked = await walkedToApproval();
  app = appOf(walked);
});

describe('the host', () => {
  const PUBLIC = ['/health', '/style.css', '/ledger/checkpoint', '/ledger/tile/0/000'];
  it.each([
    'rebound.example',
    'localhost.rebound.example',
    'localhost@rebound.example',
    '127.0.0.1.nip.io',
    '',
    '[',
    'a b',
  ])('that a request names may not be %p, on any path', async (host) => {
    for (const path of [...PUBLIC, '/tickets', '/nowhere'])
      expect(await problemOf(await app.request(path, { headers: { host, ...as('approver') } }))).toMatchObject({
        status: 421,
        code: 'HOST_UNKNOWN',
      });
  });

  it('is looked at in the address of a request too, whatever its header says', async () => {
    const response = await app.request('http://rebound.example/tickets', {
      headers: { host: 'localhost', ...as('filer') },
    });
    expect((await problemOf(response)).code).toBe('HOST_UNKNOWN');
  });

  it.each(['localhost', 'LOCALHOST', 'localhost.', 'localhost:8080'])('may be written %s', async (host) => {
    expect((await app.request('/health', { headers: { host } })).status).toBe(200);
  });
});

describe('the method', () => {
  it.each([
    ['/health', 'PUT', 'GET, HEAD, OPTIONS'],
    ['/ledger/checkpoint', 'POST', 'GET, HEAD, OPTIONS'],
    ['/ledger/tile/0/000', 'DELETE', 'GET, HEAD, OPTIONS'],
    ['/tickets', 'PUT', 'GET, HEAD, POST, OPTIONS'],
    ['/tickets.json', 'DELETE', 'GET, HEAD, POST, OPTIONS'],
    ['/tickets/T-0000000001', 'PATCH', 'GET, HEAD, OPTIONS'],
    ['/tickets/T-0000000001/close', 'GET', 'POST, OPTIONS'],
    ['/tickets/T-0000000001/close', 'HEAD', 'POST, OPTIONS'],
    ['/tickets/T-0000000001/approval', 'PROPFIND', 'GET, HEAD, POST, OPTIONS'],
    ['/models/house', 'POST', 'GET, HEAD, OPTIONS'],
    ['/bulk/template.csv', 'POST', 'GET, HEAD, OPTIONS'],
  ])('of %s is not %s', async (path, method, allow) => {
    for (const headers of [{}, as('approver')]) {
      const response = await app.request(path, { method, headers });
      expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
      if (method !== 'HEAD') expect((await problemOf(response)).code).toBe('METHOD_NOT_ALLOWED');
    }
  });

  it('may be HEAD where it may be GET: the same headers and no body', async () => {
    const paths = ['/health', '/style.css', '/tickets.json', `/tickets/${walked.ticketId}`, '/tickets/T-0000000000'];
    for (const path of paths) {
      const [get, head] = await Promise.all(
        ['GET', 'HEAD'].map(async (method) => app.request(path, { method, headers: as('auditor') })),
      );
      expect([path, head!.status, head!.headers.get('content-type')]).toEqual([
        path,
        get!.status,
        get!.headers.get('content-type'),
      ]);
      expect(await head!.text()).toBe('');
    }
  });

  it('OPTIONS is answered with what there is, and lets no other site in', async () => {
    const headers = { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' };
    const response = await app.request('/tickets', { method: 'OPTIONS', headers });
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('of a path that does not exist is not the fault', async () => {
    expect((await app.request('/nowhere', { method: 'PUT', headers: as('filer') })).status).toBe(404);
  });
});

describe('a write that a browser sends', () => {
  const post = (headers: Record<string, string>) =>
    app.request(`/tickets/${walked.ticketId}/hold`, {
      method: 'POST',
      headers: { ...JSON_BODY, ...headers },
      body: '{"code": 1}', // refused for its form once it is let in
    });

  it.each([
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of another port or name of this machine', { 'sec-fetch-site': 'same-site' }],
    ['of another origin, where the browser is old', { origin: 'http://localhost:3000' }],
    ['of no origin that it tells', { origin: 'null' }],
    ['of something that is no origin', { origin: 'localhost' }],
  ])('from a page %s is refused', async (_, headers) => {
    expect(await problemOf(await post({ cookie: 'session=filer', ...headers }))).toMatchObject({
      status: 403,
      code: 'CSRF_INVALID',
    });
  });

  it.each([
    ['from our own page', { 'sec-fetch-site': 'same-origin', origin: 'null', cookie: 'session=filer' }],
    ['from our own page behind TLS', { origin: 'https://localhost', cookie: 'session=filer' }],
    ['by its address bar', { 'sec-fetch-site': 'none', cookie: 'session=filer' }],
    ['by a program', { cookie: 'session=filer' }],
    ['by a program that names itself', { origin: 'https://tool.example', ...as('filer') }],
  ])('%s is let in', async (_, headers) => {
    expect(await problemOf(await post(headers))).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
  });
});

describe('a body that is not as it reads', () => {
  const post = (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer> = '{"code": 1}') =>
    app.request(`/tickets/${walked.ticketId}/hold`, { method: 'POST', headers: as('filer', headers), body });

  it.each(['gzip', 'BR', 'deflate, gzip', 'zstd', 'aes128gcm'])('may not come as %s', async (coding) => {
    const answer = await post({ ...JSON_BODY, 'content-encoding': coding }, new Uint8Array([0x1f, 0x8b, 8, 0]));
    expect(answer.headers.get('accept-encoding')).toBe('identity');
    const problem = await problemOf(answer);
    expect(problem).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED', hint: 'send it uncompressed' });
  });

  it.each(['utf-16', '"iso-8859-1"', 'UTF-7', 'utf-16; charset=utf-8'])('may not be in %s', async (charset) => {
    const problem = await problemOf(await post({ 'content-type': `application/json; charset=${charset}` }));
    expect(problem).toMatchObject({ status: 415, expected: 'Content-Type: application/json, in UTF-8' });
  });

  it.each(['utf-8', '"UTF-8"', 'utf8'])('is read where it says that it is in %s', async (charset) => {
    const headers = { 'content-type': `application/json;charset=${charset}`, 'content-encoding': 'identity' };
    expect(await problemOf(await post(headers))).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
  });
});

describe('the body of a decision', () => {
  const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
    app.request(`/tickets/${walked.ticketId}/approval`, { method: 'POST', headers, body });
  const BROKEN = '--x\r\nContent-Disposition: form-data; name="decision"\r\n\r\napproved';

  it.each([
    ['a multipart form', BROKEN, { 'content-type': 'multipart/form-data; boundary=x' }],
    ['a multipart form without a boundary', BROKEN, { 'content-type': 'multipart/form-data' }],
    ['plain text', 'decision=approved', { 'content-type': 'text/plain' }],
    ['of a type like ours', 'decision=approved', { 'content-type': 'application/x-www-form-urlencoded-not' }],
  ])('may not be %s', async (_, body, headers) => {
    const problem = await problemOf(await send(body, { ...as('approver'), ...headers }));
    expect(problem).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
    expect(await statusOf(walked)).toBe('AWAITING_APPROVAL');
  });

  it.each([
    ['a field twice', 'decision=refused&decision=approved'],
    ['bytes that are no text', new Uint8Array([0x64, 0x3d, 0xff, 0xfe])],
  ])('may not hold %s', async (_, body) => {
    const evidence = await evidenceOf(walked);
    const whole = typeof body === 'string' ? `${body}&evidence=${encodeURIComponent(evidence)}` : body;
    const problem = await problemOf(await send(whole, { ...FORM_BODY, ...as('approver') }));
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
    expect(await statusOf(walked)).toBe('AWAITING_APPROVAL');
  });

  it('is a page in a browser that sends what is no form', async () => {
    const response = await send('x', { ...inBrowser('approver'), 'content-type': 'text/plain' });
    expect([response.status, response.headers.get('content-type')]).toEqual([415, 'text/html; charset=UTF-8']);
  });
});
