// The bench of filings files what it says it files, durably and each once.
import { expect, it } from '@jest/globals';
import { benchFilings, filingsText } from '#bench/filings.ts';

it('answers for every filing, with how many there were a second', async () => {
  const result = await benchFilings({ filings: 6, together: 3 });
  expect(result).toMatchObject({ filings: 6, together: 3 });
  expect(result.perSecond).toBeGreaterThan(0);
  expect(result.p95).toBeGreaterThanOrEqual(result.p50);
  expect(result.cpuMs).toBeGreaterThan(0);
  expect(result.behindSeconds).toBeGreaterThanOrEqual(0);
  expect(filingsText(result)).toContain('6 requests filed durably');
});
