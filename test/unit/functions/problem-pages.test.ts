// What people meet in a browser is said in their words and language, with the way back to the case; its code stands
// below, by which the docs and the log know it.
import { expect, it } from '@jest/globals';
import { shippedPolicy, ticketHarness } from '#bench/house/ticket-harness.ts';
import { walkedToApproval } from '#test/support/hand-walked.ts';
import { deRegistry } from '#portal/words/de-registry.ts';
import { enRegistry } from '#portal/words/en-registry.ts';
import { appOf, inBrowser } from '../../support/api-callers.ts';

it.each([
  ['en', enRegistry.problem],
  ['de', deRegistry.problem],
])('a page that does not exist: %s', async (language, said) => {
  const app = appOf({ harness: await ticketHarness({ policy: shippedPolicy() }) });
  const headers = { ...inBrowser('auditor'), 'accept-language': language };
  const page = await app.request('/nowhere', { headers });
  const text = (await page.text()).replaceAll(/\s+/g, ' ');
  expect([page.status, text.includes(said.heading(404)), text.includes(said.text.NOT_FOUND)]).toEqual([
    404,
    true,
    true,
  ]);
  expect(text).toContain('404 · NOT_FOUND');
});

it('an act that the case does not take leads back to the case', async () => {
  const walked = await walkedToApproval();
  const at = `/tickets/${walked.ticketId}`;
  const page = await appOf(walked).request(`${at}/identity`, { headers: inBrowser('filer') });
  const text = (await page.text()).replaceAll(/\s+/g, ' ');
  expect([page.status, text.includes(enRegistry.problem.text.TICKET_ILLEGAL_TRANSITION)]).toEqual([409, true]);
  expect(text).toContain(`<a href="${at}">`);
  expect(text).not.toContain('AWAITING_APPROVAL');
});
