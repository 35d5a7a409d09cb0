// Letters in a real browser, by keyboard alone and without script: written, looked at, kept, looked at as it goes,
// sent; and axe finds nothing on the way, in either language, light, dark and on a phone.
import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Mail, MailAnswer } from '#core/mail.ts';
import { SUBJECT } from '#bench/house/requests.ts';
import { file, ticketHarness } from '#bench/house/ticket-harness.ts';
import { as, checked, choose, complaints, DESKTOP, fill, inBrowser, LOOKS, press, serve } from '../support/browser.ts';

const mailing = async (answer: () => MailAnswer) => {
  const mails: Mail[] = [];
  const send = async (mail: Mail) => {
    mails.push(mail);
    return answer();
  };
  const harness = await ticketHarness({ mailer: { way: 'smtp', domain: 'example.org', send } });
  const id = await file(harness, { subject: { name: SUBJECT, identifiers: ['mira@example.org'] } });
  return { mails, harness, at: `/tickets/${id}` };
};

const ENGLISH = {
  ...{ write: 'Write a letter', kind: 'Which letter', language: 'Language', note: 'What is asked, or the facts' },
  ...{ look: 'Look at it', keep: 'Keep it', send: 'Send it now', lacks: 'Write what is asked.' },
  ...{ after: 'accepted (250)', again: 'Look at letter 2', over: 'It is not sent twice' },
};
const GERMAN: typeof ENGLISH = {
  ...{ write: 'Ein Schreiben verfassen', kind: 'Welches Schreiben', language: 'Sprache', note: 'Was gefragt wird' },
  ...{ look: 'Ansehen', keep: 'Behalten', send: 'Jetzt senden', lacks: 'Schreiben Sie, was gefragt wird.' },
  ...{ after: 'angenommen (250)', again: 'Schreiben 2 ansehen', over: 'Es wird nicht zweimal gesendet' },
};

inBrowser('a letter in a browser', () => {
  it.each([
    ['en-GB', ENGLISH],
    ['de-DE', GERMAN],
  ] as const)('goes by keyboard alone, without script, after it was looked at: %s', async (locale, words) => {
    const { mails, harness, at } = await mailing(() => ({ result: 'accepted', code: '250' }));
    const url = await serve({ harness });
    const page = await as(url, 'filer', { ...DESKTOP, javaScriptEnabled: false, locale });
    await page.goto(`${url}${at}/letters`);
    await press(page, words.write);
    await choose(page, words.kind, 'clarification');
    await choose(page, words.language, 'de');
    await press(page, words.look);
    expect(await page.textContent('.problem')).toContain(words.lacks);
    await fill(page, words.note, 'Welche Akte?');
    await press(page, words.keep);
    expect(await page.textContent('.paper')).toContain('Welche Akte?');
    expect([await page.textContent('.paper'), mails]).toEqual([expect.stringContaining(SUBJECT), []]);
    await press(page, words.send);
    expect(await page.textContent('main')).toContain(words.after);
    expect(mails).toMatchObject([{ to: 'mira@example.org', pdf: { name: expect.stringMatching(/-2\.pdf$/) } }]);
    await press(page, words.again);
    expect(await page.textContent('main')).toContain(words.over);
  });

  it.each(Object.keys(LOOKS))('axe finds nothing from writing to waiting for another try: %s', async (look) => {
    const { harness, at } = await mailing(() => ({ result: 'deferred', code: '451' }));
    const url = await serve({ harness });
    const page = await as(url, 'filer', LOOKS[look]);
    const seen = (name: string) => checked(page, `letter-${name}-${look}`);
    await page.goto(`${url}${at}/letter`);
    await seen('new');
    await click(page, 'Look at it');
    await seen('refused');
    await page.goto(`${url}${at}/letter`);
    await page.getByLabel('Which letter').selectOption('acknowledgement');
    await page.getByLabel('Language', { exact: true }).selectOption('fr');
    await click(page, 'Look at it');
    await seen('draft');
    await click(page, 'Keep it');
    await seen('kept');
    await click(page, 'Send it now');
    await seen('put-off');
    expect(await page.textContent('main')).toContain('tried again by itself from');
    expect(complaints).toEqual([]);
  });
});

const click = async (page: Page, name: string): Promise<void> => {
  await Promise.all([page.waitForEvent('framenavigated'), page.getByRole('button', { name, exact: true }).click()]);
  await page.waitForLoadState();
};
