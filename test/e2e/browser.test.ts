// The pages in a real browser, without a mouse and without script of ours: axe finds nothing on any page and state, in
// light, dark and on a phone; nothing is refused by the pages' own policy or wider than the screen; and the way from
// filing to approval is walked by keyboard alone. Screenshots go to QUITTANCE_SCREENSHOTS, where it is set.
// Skipped where there is no Chromium, which is printed.
import { expect, it } from '@jest/globals';
import type { Mailer } from '#core/ports.ts';
import { csvOf } from '#report/csv.ts';
import { newDraftId, saveDraft } from '#functions/drafts.ts';
import { placeHold } from '#functions/holds.ts';
import { writeLetter } from '#functions/letters.ts';
import { file, shippedPolicy, ticketHarness, trainingRows } from '#bench/house/ticket-harness.ts';
import { FILER, RECORDS, SUBJECT, NEIGHBOURS } from '#bench/house/requests.ts';
import {
  as,
  AXE,
  checked,
  choose,
  complaints,
  DESKTOP,
  fill,
  Found,
  inBrowser,
  LOOKS,
  press,
  serve,
} from '../support/browser.ts';
import { walkedToApproval, walkedToEnd } from '../support/hand-walked.ts';

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
      ['How the identity was checked', 'document-seen'],
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
