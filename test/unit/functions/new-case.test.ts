// A new case in the browser, step by step without script: the draft keeps what was typed, right or wrong, is nobody
// else's, goes when the case is filed, and one draft is filed once.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { draftsOf } from '#functions/drafts.ts';
import { shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { FILER, NEIGHBOURS, RECORDS, SUBJECT } from '#bench/house/requests.ts';
import { appOf } from '../../support/api-callers.ts';
import { fieldsOf, fillIn, open, send } from '../../support/pages.ts';

let harness: TicketHarness;
let app: Hono<Env>;
let at: string;

const WHO = { name: SUBJECT, channel: 'post', note: 'By letter, with the "copy" & <b>more</b>.' };
const LAW = {
  ...{ regime: 'gdpr', ground: 'art-17-1-b', receivedAt: '2026-02-20T11:00' },
  ...{ method: 'document-seen', level: 'substantial', verifiedAt: '2026-02-20T12:00' },
};
const records = RECORDS.map(({ question, answer, value }) => `${question} | ${answer} | ${value}`).join('\r\n');
const FIND = { model: 'house', records };

const step = (name: string, change: Record<string, string>, then = 'next') =>
  fillIn(app, `${at}/${name}`, 'filer', { ...change, then });

beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  app = appOf({ harness });
  at = (await fillIn(app, '/new', 'filer')).location!.replace(/\/who$/, '');
});

describe('a new case', () => {
  it('is filed in five pages, once however often the button is pressed, and its draft is destroyed', async () => {
    expect((await step('who', WHO)).location).toBe(`${at}/law`);
    expect((await step('law', LAW)).location).toBe(`${at}/find`);
    expect((await step('find', FIND)).location).toBe(`${at}/check`);
    const check = await open(app, `${at}/check`, 'filer');
    expect(check.text).toContain('2026-03-20');
    const sent = { ...fieldsOf(check, `${at}/check`), then: 'file' };
    const filed = await send(app, `${at}/check`, 'filer', sent);
    expect([filed.status, /<pre>[0-9a-f]{32,}<\/pre>/.test(filed.text)]).toEqual([201, true]);
    const again = await send(app, `${at}/check`, 'filer', sent);
    const [ticket, ...others] = await harness.ports.tickets.list();
    expect([again.status, again.location, others]).toEqual([303, `/tickets/${ticket!.id}`, []]);
    expect(ticket).toMatchObject({
      ...{ filer: FILER, channel: 'post', regime: 'gdpr', model: 'house', receivedAt: '2026-02-20T10:00:00.000Z' },
      counts: { records: 3 },
    });
    expect(await draftsOf(harness.ports, FILER)).toEqual([]);
    expect((await open(app, `${at}/who`, 'filer')).status).toBe(404);
  });

  it('says what is wrong beside the field, and keeps what was typed over leaving', async () => {
    const page = await step('who', { ...WHO, name: '<i>' });
    expect([page.status, page.text.includes('id="e-name"')]).toEqual([400, true]);
    const back = fieldsOf(await open(app, `${at}/who`, 'filer'), `${at}/who`);
    expect(back).toMatchObject({ name: '<i>', note: WHO.note, channel: 'post' });
    expect((await open(app, '/new', 'filer')).text).toContain(`${at}/law`);
    const check = await open(app, `${at}/check`, 'filer');
    expect(check.text).toContain('role="alert"');
    expect(check.text).not.toContain('value="file"');
    expect(await harness.ports.tickets.list()).toEqual([]);
  });

  it('offers rows once a model is chosen, and ticks all of them at a press', async () => {
    await step('who', { ...WHO, name: NEIGHBOURS[0]! });
    const at0 = await open(app, `${at}/find`, 'filer');
    expect([at0.text.includes('0 rows'), at0.text.includes('value="all"')]).toEqual([false, false]);
    expect((await step('find', { model: 'house' })).text).toContain('value="all"');
    expect((await step('find', { model: 'house', records: 'Where? | Here.' }, 'all')).location).toBe(`${at}/find`);
    const page = await open(app, `${at}/find`, 'filer');
    const { records: typed, ...fields } = fieldsOf(page, `${at}/find`);
    const ticked = Object.entries(fields).filter(([name, value]) => name.startsWith('row.') && value === 'true');
    expect([typed, ticked.length, page.text.includes('value="all"')]).toEqual(['Where? | Here.', 20, false]);
  });

  it('asks for the law alone, then for what it needs', async () => {
    const first = fieldsOf(await open(app, `${at}/law`, 'filer'), `${at}/law`);
    expect(['regime' in first, 'ground' in first, 'receivedAt' in first]).toEqual([true, false, false]);
    const none = await step('law', { regime: '' });
    expect([none.status, none.text.includes('id="e-regime"')]).toEqual([400, true]);
    const then = await step('law', { regime: 'ccpa' });
    expect(then.status).toBe(200);
    expect(Object.keys(fieldsOf(then, `${at}/law`))).toEqual(expect.arrayContaining(['ground', 'receivedAt', 'level']));
  });

  it.each(['receivedAt', 'verifiedAt'])('says at once that a time is yet to come: %s', async (field) => {
    await step('who', WHO);
    const page = await step('law', { ...LAW, [field]: '2031-01-05T10:00' });
    expect([page.status, page.text.includes('This time is yet to come.')]).toEqual([400, true]);
    expect(page.text).toContain(`id="e-${field}"`);
    expect(fieldsOf(page, `${at}/law`)).toMatchObject({ [field]: '2031-01-05T10:00' });
  });

  it('is refused where filing would be, with the way back, and nothing is stored', async () => {
    await step('who', { ...WHO, name: 'Philippa Vane' });
    await step('law', LAW);
    await step('find', FIND);
    const check = await open(app, `${at}/check`, 'filer');
    expect(check.text).toContain('do not name the person who asks');
    const sent = { ...fieldsOf(check, `${at}/check`), then: 'file' };
    expect((await send(app, `${at}/check`, 'filer', sent)).status).toBe(422);
    expect(await harness.ports.tickets.list()).toEqual([]);
  });

  it.each([
    ['nobody', 'Ottilie Vandermeer', 'No row of this model'],
    ['a word', 'Will', 'A name of one word'],
    ['one person', NEIGHBOURS[0]!, undefined],
  ])('says what to do where %s goes by the name, unless records are typed', async (_, name, text) => {
    await step('who', { ...WHO, name });
    await step('law', LAW);
    const page = await step('find', { model: 'house' });
    const notices = ['No row of this model', 'More than one', 'A name of one word'].filter((notice) =>
      page.text.includes(notice),
    );
    expect(notices).toEqual(text === undefined ? [] : [text]);
    expect((await step('find', FIND)).location).toBe(`${at}/check`);
  });

  it('can be thrown away', async () => {
    await step('who', WHO);
    expect((await step('law', {}, 'discard')).location).toBe('/tickets?view=draft');
    expect(await draftsOf(harness.ports, FILER)).toEqual([]);
  });

  it("is its owner's alone", async () => {
    await step('who', WHO);
    expect((await open(app, `${at}/who`, 'second')).status).toBe(404);
    expect((await open(app, `${at}/who`, 'auditor')).status).toBe(403);
    expect((await open(app, '/new', 'second')).text).not.toContain(at);
    const forged = await send(app, `${at}/who`, 'filer', { ...WHO, csrf: 'f'.repeat(64) });
    expect(forged.status).toBe(403);
  });
});
