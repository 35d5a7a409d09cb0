// The zones of a bundle against the whole table that they are cut from, read by the package that will read them.
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { zonesOf, type TimeZones } from '#infra/time-zones.ts';

const require = createRequire(import.meta.url);
const moment = require('moment-timezone/moment-timezone.js') as Moment;
const all = require('moment-timezone/data/packed/latest.json') as TimeZones;

interface Moment {
  tz: { unpack(packed: string): { untils: number[]; offsets: number[] } };
}

const NAMES = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'America/Sao_Paulo', 'Asia/Kolkata'];
const months = Array.from({ length: 12 * 100 }, (_, i) => Date.UTC(2000, i, 15));

/** Minutes that clocks there are behind UTC. */
const behind = (packed: string, time: number): number | undefined => {
  const { untils, offsets } = moment.tz.unpack(packed);
  return offsets[untils.findIndex((until) => time < until)];
};

const named = (zones: readonly string[], name: string): string =>
  zones.find((zone) => zone.startsWith(`${name}|`)) ?? '';

describe('the zones of a bundle', () => {
  const { zones, countries, links } = zonesOf(all, ['DE', 'CH'], NAMES);

  it.each(NAMES)('%s says in every month of the century what the whole table says', (name) => {
    const [own, whole] = [named(zones, name), named(all.zones, name)];
    expect(months.map((time) => behind(own, time))).toEqual(months.map((time) => behind(whole, time)));
    expect(own.length).toBeLessThan(whole.length);
  });

  it('hold a day that is the last before a change of clocks', () => {
    const change = Date.UTC(2026, 2, 29, 1);
    expect([change - 1, change].map((time) => behind(named(zones, 'Europe/Berlin'), time))).toEqual([-60, -120]);
  });

  it('are those of the countries and the ones that are named, with what is called otherwise', () => {
    expect(countries.map((entry) => entry.slice(0, 2)).toSorted()).toEqual(['CH', 'DE']);
    const there = zones.map((zone) => zone.split('|')[0]);
    for (const link of links) expect(there).toContain(link.split('|')[0]);
    expect(there).not.toContain('Africa/Cairo');
  });
});
