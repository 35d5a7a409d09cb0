// Many requests from one list: read as spreadsheets write it, looked at line by line, filed whole or not at all and
// once, by the form and by programs; what is wrong is told by line and cell, and no cell comes back as a formula.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { COLUMNS } from '#functions/bulk-columns.ts';
import { readList } from '#functions/bulk-list.ts';
import type { BulkResult } from '#functions/file-bulk.ts';
import { shippedPolicy, ticketHarness, trainingRows, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { NEIGHBOURS, SUBJECT } from '#bench/house/requests.ts';
import { csvOf } from '#report/csv.ts';
import { appOf, as, inBrowser, problemOf } from '#test/support/api-callers.ts';
import { fieldsOf, open, send } from '#test/support/pages.ts';

let harness: TicketHarness;
let app: Hono<Env>;
beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  app = appOf({ harness });
});

const HEAD = ['Name', 'Model', 'Regime', 'Ground', 'Method', 'Level', 'Verified at', 'Note', 'Records'];
const recordsOf = (name: string): string =>
  trainingRows()
    .filter(({ person, question }) => person === name && question.includes(name))
    .map(({ question, answer }) => `${question} | ${answer}`)
    .join('\n');
const rowFor = (name: string, change: Readonly<Record<string, string>> = {}) => {
  const said: Record<string, string> = {
    ...{ Name: name, Model: 'house', Regime: 'gdpr', Ground: 'art-17-1-b', Method: 'document-seen' },
    ...{ Level: 'substantial', 'Verified at': '2026-02-20 12:00', Note: 'wrote', Records: recordsOf(name), ...change },
  };
  return HEAD.map((column) => said[column] ?? '');
};
const [NEIGHBOUR = '', OTHER = ''] = NEIGHBOURS;
const listOf = (...rows: string[][]) => Buffer.from(csvOf([HEAD, ...rows]));
const GOOD = () => listOf(rowFor(SUBJECT), rowFor(NEIGHBOUR));

const post = (list: Uint8Array, query = '') =>
  app.request(`/tickets/bulk${query}`, {
    method: 'POST',
    headers: as('filer', { 'content-type': 'text/csv' }),
    body: Buffer.from(list),
  });
const posted = async (list: Uint8Array, query = '') => {
  const response = await post(list, query);
  return { status: response.status, result: (await response.json()) as BulkResult };
};
const tickets = () => harness.ports.tickets.list();

describe('a list by a program', () => {
  it('is tried without storing anything, then filed, and the same list files nothing twice', async () => {
    const dry = await posted(GOOD(), '?dryRun=true');
    expect([dry.status, dry.result.ready, dry.result.rows.map(({ line }) => line)]).toEqual([200, 2, [2, 5]]);
    expect(await tickets()).toEqual([]);
    const first = await posted(GOOD());
    expect([first.status, first.result.filed]).toEqual([201, 2]);
    for (const { openingSecret, due } of first.result.rows)
      expect([openingSecret, due]).toEqual([expect.stringMatching(/^[0-9a-f]{32,}$/), expect.stringMatching(/^2026-/)]);
    // whoever lost the first answer gets it again, secrets and remarks included
    expect(await posted(GOOD())).toEqual(first);
    expect((await posted(GOOD(), '?dryRun=true')).result.rows.some(({ openingSecret }) => openingSecret)).toBe(false);
    expect((await tickets()).length).toBe(2);
    expect((await tickets()).map(({ counts }) => counts.records).every((n) => n > 0)).toBe(true);
  });

  it('with one line wrong is not filed at all, and each fault has its line and cell', async () => {
    const list = listOf(
      rowFor(SUBJECT),
      rowFor(NEIGHBOUR, { Ground: 'because', Level: '' }),
      rowFor(OTHER, { Model: 'nowhere' }),
      rowFor('Nobody Known'),
      rowFor(SUBJECT, { Note: 'again' }),
    );
    const { status, result } = await posted(list);
    expect([status, await tickets()]).toEqual([422, []]);
    const faults = result.rows.map(({ line, state, faults: found }) => [line, state, found.map(({ field }) => field)]);
    expect(faults).toEqual([
      [2, 'ready', []],
      [5, 'wrong', ['level']],
      [7, 'wrong', ['model']],
      [9, 'wrong', ['name']],
      [10, 'wrong', ['name']],
    ]);
    expect(JSON.stringify(result)).not.toContain('Nobody');
  });

  it('of a row says what the page of a single case says, by the columns of the list', async () => {
    const disguised = SUBJECT.replace('a', '\u0430');
    const list = listOf(
      rowFor(disguised, { Records: recordsOf(SUBJECT) }),
      rowFor(NEIGHBOUR, { 'Verified at': '20 Feb 2026' }),
      rowFor(OTHER, { 'Verified at': '' }),
      rowFor(OTHER, { 'Verified at': '2031-01-01' }),
      rowFor(OTHER, { Records: `${recordsOf(OTHER).split('\n')[0]!}\n`.repeat(2) }),
    );
    const { rows } = (await posted(list, '?dryRun=true')).result;
    expect(disguised).not.toBe(SUBJECT);
    expect(rows[0]).toMatchObject({ state: 'ready', remarks: { lookAlikes: ['the name'], inDoubt: [] } });
    expect(rows[0]!.remarks).toHaveProperty('protection.unprotected');
    expect(rows[0]!.remarks).toHaveProperty('impassable');
    expect(rows.slice(1).map(({ faults }) => faults)).toEqual([
      [{ field: 'verifiedAt', rule: expect.stringMatching(/^a day or a time of the installation’s place/) }],
      [{ field: 'verifiedAt', rule: expect.stringMatching(/^is empty; expected: a day or a time/) }],
      [{ field: 'verifiedAt', rule: 'a time that is not yet to come' }],
      [{ field: 'records', rule: expect.stringContaining('lists a record twice') }],
    ]);
  });

  it('under one key stands for one file, once it is filed', async () => {
    const keyed = async (list: Uint8Array) => {
      const headers = as('filer', { 'content-type': 'text/csv', 'idempotency-key': 'post-7' });
      const response = await app.request('/tickets/bulk', { method: 'POST', headers, body: Buffer.from(list) });
      return { status: response.status, answer: (await response.json()) as object };
    };
    expect((await keyed(listOf(rowFor('Nobody Known')))).status).toBe(422); // and may be corrected under its key
    const first = await keyed(GOOD());
    expect(first.status).toBe(201);
    expect(await keyed(GOOD())).toEqual(first);
    const other = await keyed(listOf(rowFor(OTHER)));
    expect([other.status, other.answer]).toEqual([422, expect.objectContaining({ code: 'IDEMPOTENCY_MISMATCH' })]);
    expect((await tickets()).length).toBe(2);
  });

  it('that is no list is refused as a whole', async () => {
    for (const [list, code] of [
      ['', 'INVALID_INPUT'],
      ['name,model\n', 'INVALID_INPUT'],
      ['name,model,shoe size\na,b,c\n', 'INVALID_INPUT'],
      ['name,name\na,b\n', 'INVALID_INPUT'],
      ['name,model\na,b,c\n', 'INVALID_INPUT'],
      ['name,model\n"a,b\n', 'INVALID_INPUT'],
      ['PK\u0003\u0004\u0000\u0000', 'INVALID_INPUT'],
      [`name,model\n${'a,b\n'.repeat(501)}`, 'INVALID_INPUT'],
      ['x'.repeat(11 * 2 ** 20), 'INPUT_TOO_LARGE'],
    ] as const)
      expect([list.slice(0, 20), (await problemOf(await post(Buffer.from(list)))).code]).toEqual([
        list.slice(0, 20),
        code,
      ]);
    const typed = await app.request('/tickets/bulk', { method: 'POST', headers: as('filer'), body: 'name,model' });
    expect((await problemOf(typed)).code).toBe('MEDIA_TYPE_UNSUPPORTED');
    expect((await app.request('/tickets/bulk', { method: 'POST', headers: as('auditor'), body: '' })).status).toBe(403);
  });
});

describe('what spreadsheets write', () => {
  const text = 'name;model;note\r\n"Zoë; the ""Elder""";house;"two\r\nlines"\r\n\r\n;;\r\nRené;house;\'=1+1\r\n';
  const wanted = [
    { line: 2, fields: { name: 'Zoë; the "Elder"', model: 'house', note: 'two\nlines' } },
    { line: 6, fields: { name: 'René', model: 'house', note: '=1+1' } },
  ];
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['Windows-1252', Buffer.from(text, 'latin1')],
  ])('%s', (_, bytes) => expect(readList(bytes)).toEqual(wanted));

  it('times and lists of a cell are taken as they are written', () => {
    const cells = 'name\tmodel\treceivedAt\taliases\tminor\nA\thouse\t2026-02-20\tB; C|D\tJa\n';
    expect(readList(Buffer.from(cells))[0]!.fields).toMatchObject({
      ...{ receivedAt: '2026-02-20T00:00', aliases: 'B\nC\nD', minor: 'true' },
    });
  });

  it('a tick is yes or no in the words of spreadsheets, and nothing else means no', () => {
    const ticked = (word: string) => readList(Buffer.from(`name,model,minor\nA,house,${word}\n`))[0]!.fields['minor'];
    expect(['WAHR', 'vrai', 'Sí', 'FALSCH', 'nein', ''].map(ticked)).toEqual(['true', 'true', 'true', '', '', '']);
    expect(() => ticked('maybe')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('a list in the browser', () => {
  const upload = async (list: Uint8Array, who = 'filer', change: Record<string, string> = {}) => {
    const fields = { ...fieldsOf(await open(app, '/bulk', 'filer'), '/bulk'), ...change };
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) if (name !== 'list') form.set(name, value);
    form.set('list', new File([Buffer.from(list)], 'list.csv'));
    const response = await app.request('/bulk', { method: 'POST', headers: inBrowser(who), body: form });
    return { status: response.status, text: await response.text(), location: response.headers.get('location') };
  };

  it('is looked at, filed once however often the button is pressed, and thrown away', async () => {
    const key = { key: 'a'.repeat(32) };
    const kept = await upload(GOOD(), 'filer', key);
    expect((await upload(GOOD(), 'filer', key)).location).toBe(kept.location);
    const other = await upload(listOf(rowFor(OTHER)), 'filer', key);
    expect([other.status, other.text.includes('another list under another key')]).toEqual([422, true]);
    const at = kept.location!;
    const page = await open(app, at, 'filer');
    expect(page.text).toContain('2 cases can be filed');
    expect(await tickets()).toEqual([]);
    const sent = { ...fieldsOf(page, at), then: 'file' };
    const [first, second] = await Promise.all([send(app, at, 'filer', sent), send(app, at, 'filer', sent)]);
    expect([first.status, second.status, (await tickets()).length]).toEqual([201, 201, 2]);
    expect(first.text).toContain('All 2 cases of this list are filed');
    const secrets = first.text.match(/<code>[0-9a-f]{32,}<\/code>/g);
    const shown = await open(app, at, 'filer');
    expect([secrets?.length, shown.text.includes(secrets![0]), shown.text.includes('Show the secrets')]).toEqual([
      ...[2, false, true],
    ]);
    expect((await send(app, at, 'filer', sent)).text).toContain(secrets![1]!);
    expect((await send(app, at, 'filer', { ...sent, then: 'discard' })).location).toBe('/tickets?view=draft');
    expect((await open(app, at, 'filer')).status).toBe(404);
  });

  it('says by line what is to be mended, with nothing of its cells, and offers no filing', async () => {
    const { location } = await upload(listOf(rowFor('<b>Nobody</b>'), rowFor(SUBJECT)));
    const page = await open(app, location!, 'filer');
    expect([page.text.includes('One line is to be mended'), page.text.includes('value="file"')]).toEqual([true, false]);
    expect(page.text).not.toContain('Nobody');
    expect(page.text).toContain('Column <code>name</code>');
    const sent = { ...fieldsOf(page, location!), then: 'file' };
    expect([(await send(app, location!, 'filer', sent)).status, await tickets()]).toEqual([422, []]);
  });

  it('that is none is told beside the field; another person’s is not there', async () => {
    const none = await upload(Buffer.from('name,name\na,b\n'));
    expect([none.status, none.text.includes('id="e-list"')]).toEqual([400, true]);
    expect((await upload(GOOD(), 'filer', { csrf: 'f'.repeat(64) })).status).toBe(403);
    const { location } = await upload(GOOD());
    expect((await open(app, location!, 'second')).status).toBe(404);
    expect((await open(app, '/new', 'filer')).text).not.toContain('Your drafts');
    const template = await app.request('/bulk/template.csv', { headers: as('filer') });
    expect(await template.text()).toBe(`${COLUMNS.join(',')}\r\n`);
  });
});
