// The settings of an installation as a page and as data: read, never written.
import type { Hono } from 'hono';
import { periodText } from '#core/counting.ts';
import { isQuittanceError } from '#core/errors.ts';
import { keyIdOf } from '#core/dsse.ts';
import type { Place } from '#core/place.ts';
import type { Ports } from '#core/ports.ts';
import type { RegimeFile } from '#core/regime-file.ts';
import { everyRegime, type RegimeName } from '#core/regimes.ts';
import { RETENTION_DAYS } from '#core/retention.ts';
import { settingsBody, type PlaceRow, type RegimeRow, type SettingsView } from '#portal/settings.ts';
import { show, type ApiContext, type Asked, type Env } from './context.ts';

export const settingsRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/settings', (c) => settings(c, context));
};

const settings = async (c: Asked, { ports, signOutPath }: ApiContext): Promise<Response> => {
  const { principal, roles } = c.var.identity;
  const { home, entities } = ports.calendar.places;
  const data: SettingsView = {
    me: { principal, roles, key: await keyOf(principal, ports) },
    regimes: everyRegime().map(([name, { file }]) => regimeRow(name, file)),
    places: await Promise.all([
      placeRow(null, home, ports),
      ...Object.entries(entities).map(([entity, place]) => placeRow(entity, place, ports)),
    ]),
    keptDays: RETENTION_DAYS,
    scope: await ports.installation.certificateScope(),
  };
  const hasSessions = signOutPath !== undefined && c.var.identity.via === 'session';
  return show(c, {
    title: (words) => words.frame.settings,
    data,
    body: (words) => settingsBody(data, hasSessions, words),
  });
};

/** Id of the person's public key; null before they have signed anything. */
const keyOf = async (principal: string, { people }: Pick<Ports, 'people'>): Promise<string | null> => {
  try {
    return keyIdOf(await people.publicKey(principal));
  } catch (error) {
    if (isQuittanceError(error, 'KEY_UNAVAILABLE')) return null;
    throw error;
  }
};

const regimeRow = (name: RegimeName, file: RegimeFile): RegimeRow => {
  const { label, effectiveFrom, respond, extend, acknowledge, appeal, signOff } = file;
  return {
    name,
    label,
    since: effectiveFrom.value,
    respond: periodText(respond.value),
    extend: extend ? periodText(extend.value) : null,
    acknowledge: acknowledge ? periodText(acknowledge.value) : null,
    appeal: appeal ? periodText(appeal.value.within) : null,
    signed: signOff.state === 'signed' ? `${signOff.by}, ${signOff.on}` : null,
  };
};

const NEXT_HOLIDAYS = 4;

const placeRow = async (
  entity: string | null,
  place: Place,
  { calendar, clock }: Pick<Ports, 'calendar' | 'clock'>,
): Promise<PlaceRow> => {
  const now = clock.now();
  const day = now.toISOString().slice(0, 10);
  const { holidays } = await calendar.around(now, place);
  const next = holidays.filter((one) => one >= day).slice(0, NEXT_HOLIDAYS);
  return { entity, region: place.region, timeZone: place.timeZone, holidays: next };
};
