// The settings page: what an installation counts by, and who one is to it, as a page in two languages and as data.
import { describe, expect, it } from '@jest/globals';
import type { SettingsView } from '#portal/settings.ts';
import { RegimeName } from '#core/regimes.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { appOf, as, inBrowser } from '../../support/api-callers.ts';
import { walkedToApproval, walkToEnd } from '../../support/hand-walked.ts';

describe('settings', () => {
  it('say each law with its periods and that no counsel has signed it, and the places whose days count', async () => {
    const app = appOf(await walkedToApproval());
    const data = (await (await app.request('/settings.json', { headers: as('auditor') })).json()) as SettingsView;
    expect(data.regimes.map(({ name }) => name)).toEqual(RegimeName.options);
    expect(data.regimes.find(({ name }) => name === 'ccpa')).toMatchObject({
      acknowledge: '10 working days',
      signed: null,
    });
    expect(data.places).toMatchObject([{ entity: null, region: 'DE-BE', timeZone: 'Europe/Berlin' }]);
    expect(data.scope.notLookedAt.length).toBeGreaterThan(0);
  });

  it('show the public part of one’s own key once there is one', async () => {
    const walked = await walkedToApproval();
    const app = appOf(walked);
    const mine = async () =>
      ((await (await app.request('/settings.json', { headers: as('approver') })).json()) as SettingsView).me;
    expect(await mine()).toMatchObject({ principal: APPROVER, roles: ['approver'] });
    await walkToEnd(walked);
    expect((await mine()).key).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('are for people who are signed in, and in their language', async () => {
    const app = appOf(await walkedToApproval());
    expect((await app.request('/settings')).status).toBe(401);
    const german = await app.request('/settings', { headers: { ...inBrowser('filer'), 'accept-language': 'de' } });
    expect(await german.text()).toContain('Orte und Kalender');
  });
});
