// The pages in a real browser, without a mouse and without script of ours: axe finds nothing on any page and state, in
// light, dark and on a phone; nothing is refused by the pages' own policy or wider than the screen; and the way from
// filing to approval is walked by keyboard alone. Screenshots go to QUITTANCE_SCREENSHOTS, where it is set.
// Skipped where there is no Chromium, which is printed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAdaptorServer } from '@hono/node-server';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { z } from 'zod';
import type { Mailer } from '#core/ports.ts';
import { csvOf } from '#report/csv.ts';
import { newDraftId, saveDraft } from '#functions/drafts.ts';
import { placeHold } from '#functions/holds.ts';
import { writeLetter } from '#functions/letters.ts';
import { file, shippedPolicy, ticketHarness, trainingRows } from '#bench/house/ticket-harness.ts';
import { FILER, RECORDS, SUBJECT, NEIGHBOURS } from '#bench/house/requests.ts';
import { appOf } from '../support/api-callers.ts';
import { walkedToApproval, walkedToEnd, type WalkedTicket } from '../support/hand-walked.ts';

const PROGRAM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => spawnSync(path, ['--version']).status === 0,
);
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = process.env['QUITTANCE_SCREENSHOTS'];
if (PROGRAM === undefined) console.log('skipped: no Chromium is installed (apt install chromium)');
const inBrowser = PROGRAM === undefined ? describe.skip : describe;

let browser: Browser;
const servers: Server[] = [];

/** The app over a walked ticket, on a port of this machine. */
const serve = async (walked: Pick<WalkedTicket, 'harness'>): Promise<string> => {
  const app = appOf(walked);
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server;
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://localhost:${(server.address() as AddressInfo).port}`;
};

const as = async (url: string, who: string, options: BrowserContextOptions = {}): Promise<Page> => {
  const context = await browser.newContext({ javaScriptEnabled: true, bypassCSP: false, ...options });
  await context.addCookies([{ name: 'session', value: who, url }]);
  context.setDefaultTimeout(PATIENT_MS);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 4')) complaints.push(message.text());
  });
  return page;
};
const complaints: string[] = [];

const Found = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

const checked = async (page: Page, name: string): Promise<void> => {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setBypassCSP', { enabled: true });
  await page.reload();
  await page.evaluate(AXE);
  const violations = Found.parse(await page.evaluate('axe.run().then(({ violations }) => violations)'));
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' · ')}`);
  const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  expect([name, said, wide]).toEqual([name, [], false]);
};

/** In place of the half minute after which Playwright gives up: what a busy machine needs is not ours to say. */
const PATIENT_MS = 1_800_000;

const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  desktop: DESKTOP,
  dark: { ...DESKTOP, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

beforeAll(async () => {
  if (PROGRAM === undefined) return;
  if (SHOTS !== undefined) mkdirSync(SHOTS, { recursive: true });
  browser = await chromium.launch({
    executablePath: PROGRAM,
    args: ['--no-sandbox', '--disable-gpu'],
    timeout: PATIENT_MS,
  });
});
afterAll(async () => {
  await (browser as Browser | undefined)?.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

const TABS = ['', '/request', '/clock', '/decisions', '/tests', '/letters', '/notes', '/evidence', '/history'];

inBrowser('in a browser', () => {
  it.each(Object.keys(LOOKS))('every page holds: %s', async (look) => {
    const walked = await walkedToApproval();
    const { harness, ticketId } = walked;
    const [name = ''] = NEIGHBOURS;
    const records = trainingRows().flatMap(({ person, question, answer }) =>
      person === name && question.includes(name) ? [{ question, answer }] : [],
    );
    const held = await file(harness, { subject: { name }, forget: { records } }, 'r-2');
    await harness.call(placeHold, { ticketId: held, by: FILER, code: 'litigation' });
    const mailer: Mailer = { way: 'smtp', domain: 'example.org', send: async () => ({ result: 'deferred' }) };
    const ports = { ...harness.ports, mailer };
    await writeLetter.handle({ ticketId, kind: 'acknowledgement', language: 'en', by: FILER }, ports);
    await saveDraft(ports, newDraftId(), FILER, { name: 'Ada Vane', model: 'house' });
    const url = await serve({ harness: { ...harness, ports } });
    const approver = await as(url, 'approver', LOOKS[look]);
    const filer = await as(url, 'filer', LOOKS[look]);
    const at = `/tickets/${ticketId}`;
    for (const [page, path] of [
      ...[
        '/today',
        '/tickets',
        '/tickets?view=due',
        ...TABS.map((tab) => at + tab),
        `${at}/approval`,
        `${at}/refuse`,
        `${at}/assign`,
      ].map((path) => [approver, path] as const),
      ...[
        `${at}/hold`,
        `${at}/extend`,
        `/tickets/${held}`,
        `/tickets/${held}/release`,
        '/new',
        '/tickets?view=draft',
        '/asked',
        '/bulk',
        '/models',
        '/ledger',
        '/settings',
      ].map((path) => [filer, path] as const),
      ...['/models/house', '/verify', '/trust-root', '/ask', '/status', '/check', '/nowhere'].map(
        (path) => [approver, path] as const,
      ),
    ]) {
      await page.goto(url + path);
      await checked(
        page,
        `${look}${path
          .replace(ticketId, 'case')
          .replace(held, 'held')
          .replaceAll(/[^a-z-]+/g, '-')}`,
      );
    }
    expect(complaints).toEqual([]);
  });

  it('the look itself finds what is wrong', async () => {
    const page = await as(await serve(await walkedToApproval()), 'auditor', DESKTOP);
    await page.setContent('<html><img src="x"><p style="color:#bbb;background:#fff">faint</p></html>');
    await page.evaluate(AXE);
    const violations = Found.parse(await page.evaluate('axe.run().then(({ violations }) => violations)'));
    expect(violations.map(({ id }) => id)).toEqual(expect.arrayContaining(['image-alt', 'color-contrast']));
  });

  it('a closed case holds', async () => {
    const walked = await walkedToEnd();
    const page = await as(await serve(walked), 'auditor', DESKTOP);
    for (const tab of TABS) {
      await page.goto(`${await serve(walked)}/tickets/${walked.ticketId}${tab}`);
      await page.context().addCookies([{ name: 'session', value: 'auditor', url: page.url() }]);
      await page.reload();
      await checked(page, `closed${tab.replaceAll('/', '-')}`);
    }
  });

  it('a case is filed by keyboard alone, without script', async () => {
    const harness = await ticketHarness({ policy: shippedPolicy() });
    const page = await as(await serve({ harness }), 'filer', { ...DESKTOP, javaScriptEnabled: false });
    await page.goto(`${await serve({ harness })}/new`);
    await page.context().addCookies([{ name: 'session', value: 'filer', url: page.url() }]);
    await page.goto(page.url());
    await press(page, 'Begin a new case');
    await fill(page, 'Name', SUBJECT);
    await press(page, 'Next');
    await choose(page, 'Law', 'gdpr');
    await press(page, 'Next');
    await choose(page, 'Ground', 'art-17-1-b');
    for (const [label, value] of [
      ['How it was checked', 'document-seen'],
      ['Level of assurance', 'substantial'],
    ] as const)
      await choose(page, label, value);
    await press(page, 'Next');
    await choose(page, 'Model', 'house');
    await fill(page, 'Further records', RECORDS.map(({ question, answer }) => `${question} | ${answer}`).join('\n'));
    await press(page, 'Go on');
    await press(page, 'File the case');
    expect(await page.textContent('h1')).toMatch(/^\s*Case T-[0-9a-z]+ is filed/);
    const [ticket] = await harness.ports.tickets.list();
    expect(ticket).toMatchObject({ filer: FILER, model: 'house', counts: { records: 3 } });
  });

  it('a list is given in, looked at line by line and filed, without script', async () => {
    const harness = await ticketHarness({ policy: shippedPolicy() });
    const url = await serve({ harness });
    const page = await as(url, 'filer', { ...DESKTOP, javaScriptEnabled: false });
    const filled = (ground: string) => {
      const records = RECORDS.map(({ question, answer }) => `${question} | ${answer}`).join('\n');
      const cells = [SUBJECT, 'house', 'gdpr', ground, 'document-seen', 'substantial', '2026-02-20', records];
      const head = ['name', 'model', 'regime', 'ground', 'method', 'level', 'verifiedAt', 'records'];
      return { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(csvOf([head, cells])) };
    };
    for (const [ground, said] of [
      ['because', 'One line is to be mended'],
      ['art-17-1-b', 'One case can be filed'],
    ] as const) {
      await page.goto(`${url}/bulk`);
      await page.setInputFiles('#f-list', filled(ground));
      await press(page, 'Look at every line');
      expect(await page.textContent('.notice')).toContain(said);
      const seen = await as(url, 'filer', LOOKS['phone']);
      await seen.goto(page.url());
      await checked(seen, `list-${ground}`);
    }
    await press(page, 'File the case');
    expect(await page.textContent('.notice')).toContain('The case of this list is filed');
    expect(await harness.ports.tickets.list()).toMatchObject([{ filer: FILER, counts: { records: 3 } }]);
    expect(complaints).toEqual([]);
  });

  it('somebody without an account asks by keyboard alone, without script, and sees where it stands', async () => {
    const harness = await ticketHarness({ policy: shippedPolicy() });
    const url = await serve({ harness });
    const page = await as(url, '', { ...DESKTOP, javaScriptEnabled: false, locale: 'de-DE' });
    await page.goto(`${url}/ask`);
    await press(page, 'Antrag absenden');
    expect(await page.textContent('.problem h2')).toContain('4 Felder');
    for (const [label, text] of [
      ['Welche Organisation oder welches Modell', 'house'],
      ['Name der Person', SUBJECT],
      ['Was vergessen werden soll', 'Wo ich wohne.'],
      ['Wie Sie zu erreichen sind', 'mira@example.org'],
    ] as const)
      await fill(page, label, text);
    await press(page, 'Antrag absenden');
    const [reference = '', secret = ''] = await page.locator('pre').allTextContents();
    await page.goto(`${url}/status`);
    await fill(page, 'Aktenzeichen', reference);
    await fill(page, 'Geheimnis', secret);
    await press(page, 'Nachsehen');
    expect(await page.textContent('#standing')).toContain('Er ist eingegangen');
    expect(await page.content()).not.toContain(SUBJECT);
    const filer = await as(url, 'filer', DESKTOP);
    for (const path of ['/asked', `/asked/${reference}`]) {
      await filer.goto(url + path);
      await checked(filer, `asked${path.slice(6) && '-one'}`);
    }
    expect(complaints).toEqual([]);
  });

  it('a case is approved by keyboard alone', async () => {
    const walked = await walkedToApproval();
    const url = await serve(walked);
    const page = await as(url, 'approver', { ...DESKTOP, javaScriptEnabled: false });
    await page.goto(`${url}/tickets?view=approval`);
    await press(page, walked.ticketId);
    await press(page, 'Decide');
    await press(page, 'Put into service');
    expect(await page.textContent('h1')).toContain('The decision is made');
    expect((await walked.harness.ports.tickets.get(walked.ticketId)).ticket.status).toBe('DEPLOYING');
  });
});

/** Tabs until what is named has the focus, as somebody without a mouse does. */
const reach = async (page: Page, named: (page: Page) => ReturnType<Page['locator']>): Promise<void> => {
  const wanted = named(page);
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab');
    if ((await wanted.and(page.locator(':focus')).count()) > 0) return;
  }
  throw new Error(`not reached by keyboard on ${page.url()}`);
};

const press = async (page: Page, name: string): Promise<void> => {
  await reach(page, (on) =>
    on.getByRole('button', { name, exact: true }).or(on.getByRole('link', { name, exact: true })),
  );
  await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')]);
  await page.waitForLoadState();
};
const fill = async (page: Page, label: string, text: string): Promise<void> => {
  await reach(page, (on) => on.getByLabel(label, { exact: false }).first());
  await page.keyboard.insertText(text);
};
const choose = async (page: Page, label: string, value: string): Promise<void> => {
  const select = page.getByLabel(label, { exact: true });
  await reach(page, () => select);
  await select.selectOption(value);
};
