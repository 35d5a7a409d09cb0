// Months as reports name them.
import { expect, it } from '@jest/globals';
import { Month } from '#core/days.ts';

it.each(['2026-03', '2000-01', '9999-12'])('%s is a month', (text) => {
  expect(Month.safeParse(text).success).toBe(true);
});

it.each(['0026-03', '1999-12', '2026-13', '2026-00', '2026-3', '26-03', '2026-03-01', ''])('%s is none', (text) => {
  expect(Month.safeParse(text).success).toBe(false);
});
