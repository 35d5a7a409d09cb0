// Models, log, keys, verification and reports speak the reader's language, as every place of the portal does.
import { expect, it } from '@jest/globals';
import { shippedPolicy, ticketHarness } from '#bench/house/ticket-harness.ts';
import { deRegistry } from '#portal/words/de-registry.ts';
import { enRegistry } from '#portal/words/en-registry.ts';
import { walkedToEnd } from '../../support/hand-walked.ts';
import { appOf, inBrowser } from '../../support/api-callers.ts';

const [EN, DE] = [enRegistry.registry, deRegistry.registry];

it.each([
  ['/models', [EN.models, EN.registered], [DE.models, DE.registered]],
  ['/models/house', [EN.certificates, EN.notRecorded], [DE.model('house'), DE.certificates, DE.notRecorded]],
  ['/ledger', [EN.checkpoint, EN.toVerify], [DE.checkpoint, DE.toVerify]],
  ['/verify', [EN.show, EN.verifyHere], [DE.verify, DE.show]],
  ['/trust-root', [EN.toKeys, EN.keysNotice], [DE.toKeys, DE.keysNotice]],
  ['/reports', [EN.register, EN.workbook], [DE.reports, DE.register]],
])('%s in German', async (path, english, german) => {
  const app = appOf({ harness: await ticketHarness({ policy: shippedPolicy() }) });
  const page = await app.request(path, { headers: { ...inBrowser('auditor'), 'accept-language': 'de' } });
  const text = (await page.text()).replaceAll(/\s+/g, ' ');
  expect([page.status, german.filter((one) => !text.includes(one))]).toEqual([200, []]);
  expect(english.filter((one) => text.includes(one))).toEqual([]);
});

it('says in German how many checks of a bundle hold, and marks what each found as the English that it is', async () => {
  const walked = await walkedToEnd();
  const headers = { ...inBrowser('auditor'), 'accept-language': 'de' };
  const page = await appOf(walked).request(`/verify?ticket=${walked.ticketId}`, { headers });
  const text = (await page.text()).replaceAll(/\s+/g, ' ');
  expect(text).toMatch(/\d+ treffen zu, 0 schlagen fehl, \d+ nicht geprüft/);
  expect(text).toContain(DE.englishChecks.trim());
  expect(text).toMatch(/<span lang="en">\d+ files have their digests<\/span>/);
  expect(text).not.toMatch(/\d+ hold, /);
});

it('leaves no text of the one as it is in the other, but what is a name', () => {
  const same = Object.entries(EN).filter(([key, text]) => text === DE[key as keyof typeof DE]);
  expect(same.map(([key]) => key)).toEqual([]);
});
