import { describe, expect, it } from '@jest/globals';
import { instantIn, localTime } from '#core/zoned-time.ts';

describe('a time of a form', () => {
  it.each([
    ['Europe/Berlin', '2026-01-15T09:30', '2026-01-15T08:30:00.000Z'],
    ['Europe/Berlin', '2026-07-15T09:30', '2026-07-15T07:30:00.000Z'],
    ['America/Los_Angeles', '2026-12-31T21:00', '2027-01-01T05:00:00.000Z'],
    ['Asia/Kathmandu', '2026-05-01T00:10', '2026-04-30T18:25:00.000Z'],
    ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'], // stands there twice: the earlier
    ['Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30:00.000Z'], // does not exist
  ])('in %s, %s is %s', (zone, local, instant) => {
    expect(instantIn(zone, local)).toBe(instant);
  });

  it('is shown as it was given', () => {
    for (const zone of ['Europe/Berlin', 'America/St_Johns', 'Pacific/Kiritimati'])
      expect(localTime(zone, instantIn(zone, '2026-06-30T23:59')!)).toBe('2026-06-30T23:59');
  });

  it.each(['', 'tomorrow', '2026-02-30', '2026-13-01T10:00', '2026-03-01T10:00Z', '<b>'])('is not %p', (text) => {
    expect(instantIn('Europe/Berlin', text)).toBeUndefined();
  });
});
