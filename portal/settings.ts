// What an installation is set to, for those who answer for it: the laws that it counts by with counsel's sign-off, the
// places whose calendars count, how long things are kept, what a certificate says of other copies; and of the one who
// looks, their roles and the public part of their key. Nothing is changed here.
import { html, type Html } from '#report/markup.ts';
import { table } from '#report/tables.ts';
import { digest, terms } from './layout.ts';
import type { Words } from './words.ts';
import type { RegimeName } from '#core/regimes.ts';
import type { Role } from '#core/roles.ts';

export interface RegimeRow {
  readonly name: RegimeName;
  readonly label: string;
  readonly since: string;
  readonly respond: string;
  readonly extend: string | null;
  readonly acknowledge: string | null;
  readonly appeal: string | null;
  /** Who signed the reading, and when; null while nobody has. */
  readonly signed: string | null;
}

export interface PlaceRow {
  /** null: the installation itself. */
  readonly entity: string | null;
  readonly region: string;
  readonly timeZone: string;
  /** The next public holidays that are known. */
  readonly holidays: readonly string[];
}

export interface SettingsView {
  readonly me: { readonly principal: string; readonly roles: readonly Role[]; readonly key: string | null };
  readonly regimes: readonly RegimeRow[];
  readonly places: readonly PlaceRow[];
  readonly keptDays: { readonly appeal: number; readonly quarantine: number; readonly draft: number };
  readonly scope: { readonly swept: readonly string[]; readonly notLookedAt: readonly string[] };
}

export const settingsBody = (view: SettingsView, hasSessions: boolean, words: Words): Html => {
  const s = words.settings;
  const { me, regimes, places, keptDays, scope } = view;
  return html`<p>${s.lead}</p>
    <h2>${s.me}</h2>
    ${terms([
      [s.name, me.principal],
      [s.roles, me.roles.map((role) => words.roles[role]).join(', ')],
      [s.key, me.key === null ? s.noKey : digest(me.key)],
      ...(hasSessions ? [[s.sessions, html`<a href="/sessions">${s.openSessions}</a>`] as const] : []),
      [s.others, html`<a href="/trust-root">${s.trustRoot}</a>`],
    ])}
    <h2>${s.places}</h2>
    ${table(
      s.placesText,
      [s.entity, s.region, s.zone, s.holidays],
      places.map(({ entity, region, timeZone, holidays }) => [
        entity ?? s.home,
        region,
        timeZone,
        holidays.length === 0 ? s.noHolidays : html`${holidays.map((day) => html`${whole(day)} `)}`,
      ]),
    )}
    <h2>${s.laws}</h2>
    ${table(
      s.lawsText,
      [s.law, s.since, s.respond, s.extend, s.acknowledge, s.appeal, s.signed],
      regimes.map((one) => [
        words.law.name(one.name),
        whole(one.since),
        ...[one.respond, one.extend, one.acknowledge, one.appeal].map((period) =>
          whole(period === null ? '–' : words.law.period(period)),
        ),
        one.signed ?? whole(s.unsigned),
      ]),
    )}
    <h2>${s.kept}</h2>
    ${terms([
      [s.keptAppeal, s.days(keptDays.appeal)],
      [s.keptWeights, s.days(keptDays.quarantine)],
      [s.keptDrafts, s.days(keptDays.draft)],
      [s.swept, list(scope.swept.map(words.evidenceText))],
      [s.notLookedAt, list(scope.notLookedAt.map(words.evidenceText))],
    ])}`;
};

/** Not broken between lines. */
const whole = (text: string): Html => html`<span class="whole">${text}</span>`;

const list = (items: readonly string[]): Html =>
  html`<ul class="bare">
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;
