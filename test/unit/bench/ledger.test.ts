// The bench of the ledger appends to a log that is whole, and a fresh process reads its end.
import { expect, it } from '@jest/globals';
import { benchLedger, ledgerText } from '#bench/ledger.ts';

it.each([1, 700])('says what an append to a log of %i leaves costs, and what a fresh process', async (leaves) => {
  const { append, start, yardstick, ...rest } = await benchLedger({ leaves, appends: 3 });
  expect(rest).toEqual({ leaves });
  for (const value of [...Object.values(append), ...Object.values(start), ...Object.values(yardstick)])
    expect(value).toBeGreaterThan(0);
  expect(append.p95).toBeGreaterThanOrEqual(append.p50);
  expect(ledgerText({ leaves, append, start, yardstick })).toContain(`a log of ${leaves} entries`);
});
