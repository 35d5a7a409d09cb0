// Drafts in the work list: whoever keeps them sees them on Today and among the views, opens and throws them away there,
// as a page and as data; nobody else sees that there are any, and no other list says a name.
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { destroyDrafts } from '#functions/destroy-drafts.ts';
import { newDraftId, readDraft, saveDraft } from '#functions/drafts.ts';
import { shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { FILER } from '#bench/house/requests.ts';
import { appOf, as, problemOf } from '../../support/api-callers.ts';
import { fieldsOf, fillIn, open, send } from '../../support/pages.ts';

const VIEW = '/tickets?view=draft';
const NAME = 'Zacharias Quandt';
const DAYS = 86_400;

let harness: TicketHarness;
let app: Hono<Env>;
let at: string;

const data = async (who: string, path = VIEW) =>
  (await (await app.request(path, { headers: as(who) })).json()) as Record<string, unknown>;

beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  app = appOf({ harness });
  at = (await fillIn(app, '/new', 'filer')).location!.replace(/\/who$/, '');
  await fillIn(app, `${at}/who`, 'filer', { name: NAME, channel: 'post', then: 'stay' });
});

describe('a draft', () => {
  it('is on Today and in its view, from where it is opened where it was left', async () => {
    const today = await open(app, '/today', 'filer');
    expect([today.text.includes('One draft of yours is not filed'), today.text.includes(NAME)]).toEqual([true, false]);
    const page = await open(app, VIEW, 'filer');
    for (const text of [NAME, `href="${at}/law"`, 'destroyed 30 days later', 'aria-current="page">My drafts'])
      expect(page.text).toContain(text);
    expect(await data('filer')).toMatchObject({
      ...{ view: 'draft', tickets: [], next: null },
      drafts: [{ id: at.replace('/new/', ''), kind: 'case', path: `${at}/law`, step: 'law', name: NAME }],
    });
    expect(await data('filer', '/today')).toMatchObject({ drafts: 1 });
  });

  it('is thrown away there', async () => {
    const sent = fieldsOf(await open(app, VIEW, 'filer'), `${at}/check`);
    expect((await send(app, `${at}/check`, 'filer', { ...sent, then: 'discard' })).location).toBe(VIEW);
    expect((await open(app, VIEW, 'filer')).text).toContain('You have begun nothing that is not filed');
    expect(await harness.ports.vault.labelled(await harness.ports.pseudonyms.of('drafts-of', FILER))).toEqual([]);
  });

  it('is seen by its owner alone, and by nobody without the role', async () => {
    expect(await data('second')).toMatchObject({ drafts: [] });
    expect(await data('second', '/today')).toMatchObject({ drafts: 0 });
    for (const who of ['auditor', 'approver']) {
      const refused = await app.request(VIEW, { headers: as(who) });
      expect([refused.status, (await refused.text()).includes(NAME)]).toEqual([403, false]);
      expect((await open(app, '/tickets', who)).text).not.toContain('view=draft');
    }
    for (const view of ['all', 'mine', 'due', 'blocked'])
      expect(JSON.stringify(await data('filer', `/tickets?view=${view}`))).not.toContain(NAME);
  });

  it('is in no cache, and in no list of cases as CSV', async () => {
    const answer = await app.request(VIEW, { headers: as('filer') });
    expect(answer.headers.get('cache-control')).toBe('no-store, private, max-age=0');
    const csv = await problemOf(await app.request('/tickets.csv?view=draft', { headers: as('filer') }));
    expect([csv.status, csv.expected]).toEqual([400, expect.stringContaining('view')]);
  });

  it('is narrowed by model and law; by what drafts do not have there is none', async () => {
    const found = async (query: string) => ((await data('filer', `${VIEW}&${query}`))['drafts'] as unknown[]).length;
    await fillIn(app, `${at}/find`, 'filer', { model: 'house', then: 'stay' });
    expect(await Promise.all(['model=house', 'model=other', 'regime=gdpr', 'due=late'].map(found))).toEqual([
      1, 0, 0, 0,
    ]);
  });

  it('is over after its days, and is destroyed by the clock', async () => {
    harness.clock.advance(30 * DAYS);
    expect([await data('filer'), (await open(app, `${at}/who`, 'filer')).status]).toEqual([
      expect.objectContaining({ drafts: [] }),
      404,
    ]);
    harness.clock.advance(7200);
    expect(await harness.call(destroyDrafts, {})).toEqual({ destroyed: 1 });
    expect(await harness.call(destroyDrafts, {})).toEqual({ destroyed: 0 });
  });

  it('that cannot be read takes no page away, and is told of once the others that are over are destroyed', async () => {
    const [bad, old] = [`D-${'0'.repeat(20)}`, `D-${'f'.repeat(20)}`];
    for (const id of [bad, old]) await saveDraft(harness.ports, id, FILER, {});
    await harness.ports.vault.put(bad, 'draft', Buffer.from('torn'));
    expect([await data('filer', '/today'), (await open(app, VIEW, 'filer')).status]).toEqual([
      expect.objectContaining({ drafts: 2 }),
      200,
    ]);
    harness.clock.advance(31 * DAYS);
    await expect(harness.call(destroyDrafts, {})).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    await expect(harness.ports.vault.get(old, 'draft')).rejects.toMatchObject({ code: 'VAULT_KEY_DESTROYED' });
  });

  it('that is kept again begins its days anew', async () => {
    const id = newDraftId();
    await saveDraft(harness.ports, id, FILER, {});
    harness.clock.advance(29 * DAYS);
    await saveDraft(harness.ports, id, FILER, { name: NAME });
    harness.clock.advance(29 * DAYS);
    expect(await readDraft(harness.ports, id, FILER)).toEqual({ name: NAME });
  });
});
