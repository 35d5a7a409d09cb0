// Asking without an account: one request however often the button is pressed, kept from everybody but those who file,
// taken up as a case that it leads to, and a standing that says nothing to whoever has not both reference and secret.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { publicStateOf } from '#core/statuses.ts';
import { shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { RECORDS, SUBJECT } from '#bench/house/requests.ts';
import { appOf, as, FORM_BODY, JSON_BODY, problemOf } from '#test/support/api-callers.ts';
import { fieldsOf, fillIn, open, send, type Page } from '#test/support/pages.ts';
import { walkedToEnd } from '#test/support/hand-walked.ts';

let harness: TicketHarness;
let app: Hono<Env>;
beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  app = appOf({ harness });
});

const ASKED = {
  ...{ about: 'house', name: SUBJECT, aliases: 'E. Q.\nLady Q.', identifiers: 'q@example.org' },
  ...{
    what: 'It says where I live: "in the <b>mill</b>".\r\nPlease forget it.',
    reply: 'q@example.org',
    country: 'Germany',
  },
};
const nobody = '';
const ask = (change: Record<string, string> = {}) => fillIn(app, '/ask', nobody, { ...ASKED, ...change });
const receiptIn = ({ text }: Page) => {
  const [reference = '', secret = ''] = [...text.matchAll(/<pre>([^<]*)<\/pre>/g)].map(([, one]) => one);
  return { reference, secret };
};
const standing = (reference: string, secret: string) => fillIn(app, '/status', nobody, { reference, secret });
const heading = ({ text }: Page) => /<h2 id="standing">([^<]*)</.exec(text)?.[1];

describe('a request without an account', () => {
  it('is kept once however often the button is pressed, and its standing says dates alone', async () => {
    const fields = { ...fieldsOf(await open(app, '/ask', nobody), '/ask'), ...ASKED };
    const [first, second] = [await send(app, '/ask', nobody, fields), await send(app, '/ask', nobody, fields)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(receiptIn(second)).toEqual(receiptIn(first));
    const { reference, secret } = receiptIn(first);
    expect([reference, secret]).toEqual([
      expect.stringMatching(/^Q-[0-9a-f]{20}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    const page = await standing(reference, secret);
    expect([page.status, heading(page)]).toEqual([200, 'It has been received']);
    for (const word of [SUBJECT, 'mill', 'example.org']) expect(page.text).not.toContain(word);
    expect((await open(app, '/asked', 'filer')).text.match(/href="\/asked\/Q-/g)).toHaveLength(1);
  });

  it('sent again in other words is refused beside what was typed, and stays as it was', async () => {
    const form = fieldsOf(await open(app, '/ask', nobody), '/ask');
    const fields = { ...form, ...ASKED };
    await send(app, '/ask', nobody, fields);
    const other = await send(app, '/ask', nobody, { ...fields, what: 'Something else.' });
    expect([other.status, other.text.includes('Something else.')]).toEqual([422, true]);
    expect(fieldsOf(other, '/ask')['key']).not.toBe(form['key']);
  });

  it('that is wrong says so beside the field, keeps what was typed, and stores nothing', async () => {
    const page = await ask({ name: '<script>', reply: '', agentName: 'Advocate Ann' });
    expect(page.status).toBe(400);
    for (const id of ['e-name', 'e-reply', 'e-mandate']) expect(page.text).toContain(`id="${id}"`);
    expect(page.text).not.toContain('<script>');
    expect(fieldsOf(page, '/ask')).toMatchObject({
      name: '<script>',
      what: ASKED.what,
      agentName: 'Advocate Ann',
    });
    expect((await open(app, '/asked', 'filer')).text).not.toContain('/asked/Q-');
  });

  it('by a program says what is missing by the label of the field and by its name', async () => {
    const { about, what, reply } = ASKED;
    for (const name of [undefined, '', ' ']) {
      const body = JSON.stringify({ about, what, reply, ...(name !== undefined && { name }) });
      const problem = await problemOf(await app.request('/ask', { method: 'POST', headers: JSON_BODY, body }));
      expect([problem.status, problem.expected]).toEqual([400, expect.stringMatching(/^Name[^:;]* \(name\): [a-z]/)]);
      expect(problem.expected).not.toMatch(/: string|pattern/);
    }
  });

  it('by a program is JSON, with a key of its own', async () => {
    const { about, name, what, reply } = ASKED;
    const post = (body: unknown, headers: Record<string, string> = {}) =>
      app.request('/ask', { method: 'POST', headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(body) });
    const key = { 'Idempotency-Key': 'k-0123456789abcdef' };
    const first = await post({ about, name, what, reply }, key);
    const receipt = (await first.json()) as { reference: string; secret: string };
    expect([first.status, await (await post({ about, name, what, reply }, key)).json()]).toEqual([201, receipt]);
    expect((await problemOf(await post({ about, name }))).code).toBe('INVALID_INPUT');
    // a line more in the note of the case, a character that turns what is read, one that ends a C string
    for (const unseen of [{ reply: 'x\r\nLives in: y' }, { about: 'a\u202eb' }, { what: 'a\0b' }])
      expect((await problemOf(await post({ about, name, what, reply, ...unseen }))).code).toBe('INVALID_INPUT');
    expect((await post({ about, name, what: 'Two\r\nlines.', reply })).status).toBe(201);
    const long = { 'Idempotency-Key': 'k'.repeat(101) };
    expect((await problemOf(await post({ about, name, what, reply }, long))).code).toBe('INVALID_INPUT');
    const look = await app.request('/status', { method: 'POST', headers: JSON_BODY, body: JSON.stringify(receipt) });
    expect(await look.json()).toEqual({ state: 'waiting', received: '2026-03-02', due: null, ended: null });
  });

  it('is answered so often an address, and no more than can wait are kept', async () => {
    const post = async (address: string) =>
      (
        await app.fetch(
          new Request('http://localhost/ask', {
            method: 'POST',
            headers: FORM_BODY,
            body: new URLSearchParams(ASKED).toString(),
          }),
          { address },
        )
      ).status;
    const answers: number[] = [];
    for (let i = 0; i < 11; i++) answers.push(await post('203.0.113.4'));
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 201), 429]);
    const full = { ...harness.ports.vault, labelled: async () => Array.from({ length: 100 }, (_, i) => `Q-${i}`) };
    const crowded = appOf({ harness: { ...harness, ports: { ...harness.ports, vault: full } } });
    expect((await fillIn(crowded, '/ask', nobody, ASKED)).status).toBe(503);
  });
});

describe('a standing', () => {
  it('is the same answer for a wrong secret, an unknown reference and one of no form', async () => {
    const { reference } = receiptIn(await ask());
    const wrong = [
      [reference, 'f'.repeat(32)],
      [`Q-${'0'.repeat(20)}`, 'f'.repeat(32)],
      ['nothing', 'f'.repeat(32)],
    ] as const;
    const bodies = await Promise.all(
      wrong.map(async ([one, secret]) => {
        const response = await app.request('/status', {
          method: 'POST',
          headers: JSON_BODY,
          body: JSON.stringify({ reference: one, secret }),
        });
        return { status: response.status, text: await response.text() };
      }),
    );
    expect(bodies.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(bodies.map(({ text }) => text)).size).toBe(1);
    const pages = await Promise.all(wrong.map(([one, secret]) => standing(one, secret)));
    expect(pages[0]!.text).toContain('No request has this reference and this secret.');
    expect(new Set(pages.map(({ text }, i) => text.replace(wrong[i]![0], '…'))).size).toBe(1);
  });

  it('says how a ticket ended, from its own table', async () => {
    const { harness: other, ticketId } = await walkedToEnd();
    const { ticket } = await other.ports.tickets.get(ticketId);
    expect(publicStateOf(ticket)).toEqual({ state: 'completed', endedAt: expect.stringMatching(/^2026-/) });
  });
});

describe('those who file', () => {
  it('take it up as a draft, and what was typed goes when it is filed', async () => {
    const { reference, secret } = receiptIn(
      await ask({ agentName: 'Advocate Ann', mandate: 'power-of-attorney', minor: 'true' }),
    );
    expect((await open(app, '/today', 'filer')).text).toContain('One request from outside');
    const at = `/asked/${reference}`;
    const page = await open(app, at, 'filer');
    expect(page.text).toContain('in the &lt;b&gt;mill&lt;/b&gt;');
    const taken = await send(app, `${at}/take`, 'filer', fieldsOf(page, `${at}/take`));
    const again = await send(app, `${at}/take`, 'filer', fieldsOf(page, `${at}/take`));
    expect(again.location).toBe(taken.location);
    const draft = taken.location!.replace(/\/who$/, '');
    const who = fieldsOf(await open(app, `${draft}/who`, 'filer'), `${draft}/who`);
    expect(who).toMatchObject({ name: SUBJECT, channel: 'agent', mandate: 'power-of-attorney', minor: 'true' });
    expect(who['note']).toContain('Asked for the person: Advocate Ann');
    const step = (name: string, change: Record<string, string>, then = 'next') =>
      fillIn(app, `${draft}/${name}`, 'filer', { ...change, then });
    expect((await step('who', { seenAt: '2026-03-02T08:00' })).location).toBe(`${draft}/law`);
    const law = { regime: 'gdpr', ground: 'art-17-1-b', method: 'agent-mandate', level: 'substantial' };
    await step('law', { ...law, verifiedAt: '2026-03-02T08:00' });
    const records = RECORDS.map(({ question, answer, value }) => `${question} | ${answer} | ${value}`).join('\n');
    await step('find', { records });
    const filed = await step('check', {}, 'file');
    expect(filed.status).toBe(201);
    const [ticket] = await harness.ports.tickets.list();
    expect(ticket).toMatchObject({
      agent: { mandate: 'power-of-attorney' },
      minor: true,
      channel: 'agent',
      model: 'house',
    });
    const look = await standing(reference, secret);
    expect([heading(look), look.text.includes(ticket!.due.safeDue)]).toEqual(['It is being examined', true]);
    expect((await open(app, at, 'filer')).status).toBe(404);
    expect((await open(app, '/today', 'filer')).text).not.toContain('from outside');
  });

  it('put aside what is none, which its sender is told', async () => {
    const { reference, secret } = receiptIn(await ask({ what: 'Buy my stamps.' }));
    const at = `/asked/${reference}`;
    const fields = fieldsOf(await open(app, at, 'filer'), `${at}/aside`);
    expect((await send(app, `${at}/aside`, 'filer', { ...fields, reason: 'dull' })).status).toBe(400);
    expect((await send(app, `${at}/aside`, 'filer', { ...fields, reason: 'no-request' })).location).toBe('/asked');
    expect(heading(await standing(reference, secret))).toBe('It was read, and is no request to be forgotten');
    await expect(harness.ports.vault.get(reference, 'ask')).rejects.toMatchObject({ code: 'VAULT_KEY_DESTROYED' });
    const again = await send(app, `${at}/aside`, 'filer', { ...fields, reason: 'duplicate' });
    expect([again.status, heading(await standing(reference, secret))]).toEqual([
      404,
      'It was read, and is no request to be forgotten',
    ]);
  });

  it('alone read it, with a form of ours', async () => {
    const { reference } = receiptIn(await ask());
    for (const [path, who, status] of [
      ['/asked', 'approver', 403],
      [`/asked/${reference}`, 'auditor', 403],
      ['/asked', '', 303],
      ['/asked/nothing', 'filer', 404],
    ] as const)
      expect([path, who, (await open(app, path, who)).status]).toEqual([path, who, status]);
    expect((await send(app, `/asked/${reference}/take`, 'filer', { csrf: 'f'.repeat(64) })).status).toBe(403);
  });

  it('have no such pages where the settings do not ask for them', async () => {
    const closed = appOf({ harness }, undefined, false, null);
    for (const path of ['/ask', '/status', '/asked'])
      expect((await closed.request(path, { headers: as('filer') })).status).toBe(404);
  });
});
