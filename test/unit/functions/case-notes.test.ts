// Comments and files beside a case, as people put them there in the browser: what they may hold, how they come out
// again, and what the log says of both.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import { assembleBundle } from '#core/bundle.ts';
import { verifyBundle } from '#core/verify.ts';
import type { Env } from '#functions/api/context.ts';
import { FILE_LIMIT_BYTES } from '#functions/case-notes.ts';
import { appOf, as, inBrowser, JSON_BODY, problemOf } from '../../support/api-callers.ts';
import { fieldsOf, fillIn, open, send } from '../../support/pages.ts';
import { walkedToApproval, walkToEnd, type WalkedTicket } from '../../support/hand-walked.ts';

let walked: WalkedTicket;
let app: Hono<Env>;
const at = (tail = '') => `/tickets/${walked.ticketId}${tail}`;
const events = async () => walked.harness.ports.tickets.events(walked.ticketId);

beforeEach(async () => {
  walked = await walkedToApproval();
  app = appOf(walked);
});

const PDF = Buffer.from('%PDF-1.7\n%%EOF\n');

/** Puts a file beside the case with the form of its page. */
const attach = async (name: string, bytes: Uint8Array, who = 'filer', change: Record<string, string> = {}) => {
  const hidden = { ...fieldsOf(await open(app, at('/notes'), who), at('/files')), ...change };
  const form = new FormData();
  for (const [field, value] of Object.entries(hidden)) if (field !== 'file') form.set(field, value);
  form.set('file', new File([Buffer.from(bytes)], name));
  return app.request(at('/files'), { method: 'POST', headers: inBrowser(who), body: form });
};

const HOSTILE = '<script>alert(1)</script> =cmd|calc {{7*7}} ../../etc \u202Egnp';

describe('a comment', () => {
  it('is kept in the vault, shown as text to those who work on the case, and not in the log', async () => {
    expect((await fillIn(app, at('/notes'), 'filer', { note: HOSTILE })).status).toBe(303);
    const { text } = await open(app, at('/notes'), 'approver');
    expect(text).toContain('&lt;script&gt;alert(1)');
    expect(text).not.toContain('<script>alert');
    expect((await open(app, at('/notes'), 'auditor')).text).not.toContain('alert(1)');
    const last = (await events()).at(-1)!;
    expect([last.type, last.body.includes('alert')]).toEqual(['commented', false]);
  });

  it('comes back with what is wrong with it, and a second press of the button keeps it once', async () => {
    const empty = await fillIn(app, at('/notes'), 'filer', { note: '   ' });
    expect([empty.status, empty.text.includes('aria-invalid')]).toEqual([400, true]);
    const long = await fillIn(app, at('/notes'), 'filer', { note: 'x'.repeat(4001) });
    expect([long.status, long.text.includes('x'.repeat(4001))]).toEqual([400, true]);
    const fields = { ...fieldsOf(await open(app, at('/notes'), 'filer'), at('/notes')), note: 'once' };
    const presses = await Promise.all([
      send(app, at('/notes'), 'filer', fields),
      send(app, at('/notes'), 'filer', fields),
    ]);
    expect(presses.map(({ status }) => status)).toEqual([303, 303]);
    expect((await events()).filter(({ type }) => type === 'commented')).toHaveLength(1);
  });

  it('is refused from whoever does not work on the case', async () => {
    const body = JSON.stringify({ note: 'hello' });
    const answer = await app.request(at('/notes'), { method: 'POST', headers: as('auditor', JSON_BODY), body });
    expect((await problemOf(answer)).code).toBe('ACCESS_DENIED');
  });
});

describe('a file', () => {
  it('from a program is answered with data, whether it comes as a form or as JSON', async () => {
    const form = new FormData();
    form.set('file', new File([PDF], 'mandate.pdf'));
    const sent = await app.request(at('/files'), { method: 'POST', headers: as('filer'), body: form });
    expect([sent.status, sent.headers.get('content-type'), await sent.json()]).toEqual([200, 'application/json', {}]);
    const body = JSON.stringify({ name: 'again.pdf', content: PDF.toString('base64') });
    const again = await app.request(at('/files'), { method: 'POST', headers: as('filer', JSON_BODY), body });
    expect([again.status, await again.json()]).toEqual([200, {}]);
  });

  it.each([
    ['a page named as a text', 'mandate.html', Buffer.from('<script>alert(1)</script>')],
    ['a script', 'mandate.txt.bat', Buffer.from('del *')],
    ['a picture named as a document', 'mandate.pdf', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0])],
    ['a document named as a picture', 'mandate.PNG', PDF],
    ['a document with a hidden ending', 'mandate.pdf .exe ', PDF],
  ])('that is %s is refused, and nothing is kept', async (_, name, bytes) => {
    const before = (await events()).length;
    const body = JSON.stringify({ name, content: bytes.toString('base64') });
    const answer = await app.request(at('/files'), { method: 'POST', headers: as('filer', JSON_BODY), body });
    const problem = await problemOf(answer);
    expect([problem.code, problem.expected]).toEqual(['MEDIA_TYPE_UNSUPPORTED', expect.stringContaining('ends in')]);
    expect((await events()).length).toBe(before);
  });

  it.each(['mandate.Jpeg', 'of May 3. Signed.jpg', 'mandate'])('may be called %s', async (name) => {
    expect((await attach(name, Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0]))).status).toBe(303);
  });

  it('comes out as a download that no browser runs, once the log says to whom', async () => {
    expect((await attach('mandate "signed" é.pdf'.replaceAll('"', "'"), PDF)).status).toBe(303);
    const number = (await events()).at(-1)!.sequence;
    const page = await open(app, at('/notes'), 'approver');
    const fields = fieldsOf(page, at(`/files/${number}`));
    const answer = await app.request(at(`/files/${number}`), {
      method: 'POST',
      headers: { ...inBrowser('approver'), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(PDF);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="[A-Za-z0-9._ -]+"; filename\*=UTF-8''mandate/,
    );
    expect((await events()).at(-1)).toMatchObject({ type: 'request-viewed' });
    expect((await app.request(at(`/files/${number}`), { headers: inBrowser('approver') })).status).toBe(405);
  });

  it.each([
    ['a page', 'x.pdf', Buffer.from([0, 1, 2, 3]), 'MEDIA_TYPE_UNSUPPORTED'],
    ['a zip, whatever its name', 'x.txt', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0xff]), 'MEDIA_TYPE_UNSUPPORTED'],
    ['nothing', 'x.txt', Buffer.from([]), 'MEDIA_TYPE_UNSUPPORTED'],
    ['too much', 'x.txt', Buffer.alloc(FILE_LIMIT_BYTES + 1, 'a'), 'INPUT_TOO_LARGE'],
  ])('is refused: %s', async (_what, name, bytes, code) => {
    const answer = await attach(name, bytes);
    expect([code, answer.status]).toEqual([code, code === 'INPUT_TOO_LARGE' ? 413 : 415]);
    expect((await events()).some(({ type }) => type === 'attached')).toBe(false);
    expect(await walked.harness.ports.vault.list(walked.ticketId)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^note-/)]),
    );
  });

  it('with a name that leads elsewhere, or without the form of our page, is refused', async () => {
    const body = JSON.stringify({ name: '../../evil.txt', content: Buffer.from('x').toString('base64') });
    const json = await app.request(at('/files'), { method: 'POST', headers: as('filer', JSON_BODY), body });
    expect((await problemOf(json)).code).toBe('INVALID_INPUT');
    expect((await attach('a.pdf', PDF, 'filer', { csrf: 'f'.repeat(64) })).status).toBe(403);
  });
});

it('a bundle of the case verifies, holds none of it, and the page says that it is destroyed', async () => {
  await fillIn(app, at('/notes'), 'filer', { note: 'a word about Ottoline' });
  await attach('letter.txt', Buffer.from('Dear all,\nOttoline wrote.'));
  await walkToEnd(walked);
  const files = await assembleBundle(walked.harness.ports, walked.ticketId);
  const { checks } = verifyBundle(files, { now: walked.harness.ports.clock.now() });
  expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
  const all = [...files.values()].map((bytes) => Buffer.from(bytes).toString('latin1')).join('');
  expect(all).not.toContain('Ottoline');
  expect((await open(app, at('/notes'), 'filer')).text).toContain('destroyed with it');
});
