// Pages of the app in headless Chromium, for tests: what opens them as a person of a role, what axe finds on them, and
// a keyboard without a mouse. Screenshots go to QUITTANCE_SCREENSHOTS, where it is set. Without a Chromium the tests
// are skipped, which is printed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { createAdaptorServer } from '@hono/node-server';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { z } from 'zod';
import { appOf } from './api-callers.ts';
import type { WalkedTicket } from './hand-walked.ts';

const PROGRAM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => spawnSync(path, ['--version']).status === 0,
);
export const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = process.env['QUITTANCE_SCREENSHOTS'];
if (PROGRAM === undefined) console.log('skipped: no Chromium is installed (apt install chromium)');
export const inBrowser: typeof describe.skip = PROGRAM === undefined ? describe.skip : describe;

let browser: Browser;
const servers: Server[] = [];

/** The app over a walked ticket, on a port of this machine. */
export const serve = async (walked: Pick<WalkedTicket, 'harness'>): Promise<string> => {
  const app = appOf(walked);
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server;
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://localhost:${(server.address() as AddressInfo).port}`;
};

export const as = async (url: string, who: string, options: BrowserContextOptions = {}): Promise<Page> => {
  const context = await browser.newContext({ javaScriptEnabled: true, bypassCSP: false, ...options });
  await context.addCookies([{ name: 'session', value: who, url }]);
  context.setDefaultTimeout(PATIENT_MS);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 4')) complaints.push(message.text());
  });
  return page;
};
export const complaints: string[] = [];

export const Found = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

export const checked = async (page: Page, name: string): Promise<void> => {
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

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 } };
export const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
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

/** Tabs until what is named has the focus, as somebody without a mouse does. */
const reach = async (page: Page, named: (page: Page) => ReturnType<Page['locator']>): Promise<void> => {
  const wanted = named(page);
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab');
    if ((await wanted.and(page.locator(':focus')).count()) > 0) return;
  }
  throw new Error(`not reached by keyboard on ${page.url()}`);
};

export const press = async (page: Page, name: string): Promise<void> => {
  await reach(page, (on) =>
    on.getByRole('button', { name, exact: true }).or(on.getByRole('link', { name, exact: true })),
  );
  await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')]);
  await page.waitForLoadState();
};
export const fill = async (page: Page, label: string, text: string): Promise<void> => {
  await reach(page, (on) => on.getByLabel(label, { exact: false }).first());
  await page.keyboard.insertText(text);
};
export const choose = async (page: Page, label: string, value: string): Promise<void> => {
  const select = page.getByLabel(label, { exact: true });
  await reach(page, () => select);
  await select.selectOption(value);
};
