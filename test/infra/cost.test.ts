// The cost table: that nothing that is used is without a price, and that the document shows what the command prints.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bill, costTables, GROUPS, readPrices, SCENARIOS, usage } from '#infra/tools/cost.ts';
import { ROOT } from '#test/support/shared.ts';

const prices = readPrices();
const named = (name: string) => bill(SCENARIOS.find((scenario) => scenario.name === name) ?? SCENARIOS[0]!, prices);

describe('the cost of a month', () => {
  it('is known for five scenarios and for an installation where nothing happens, under 5 USD', () => {
    expect(SCENARIOS.filter(({ name }) => name !== 'idle')).toHaveLength(5);
    expect(named('idle').total).toBeLessThan(5);
    expect(named('idle').byGroup.GPU).toBe(0);
  });

  it('is the sum of its groups, none of which is negative', () => {
    for (const { byGroup, total } of SCENARIOS.map((scenario) => bill(scenario, prices))) {
      expect(Object.values(byGroup).reduce((a, b) => a + b)).toBeCloseTo(total, 9);
      expect(Math.min(...Object.values(byGroup))).toBeGreaterThanOrEqual(0);
      expect(Object.keys(byGroup)).toEqual([...GROUPS]);
    }
  });

  it('by hand: 500 hours of a wave, half of them on Spot', () => {
    const { 'g6e.xlarge.spot': spot, 'g6e.xlarge': full, 'disk.hour': disk } = prices.prices;
    const hours = 125 * 4 + 1;
    const expected = hours * ((spot?.usd ?? 0) / 2 + (full?.usd ?? 0) / 2 + (disk?.usd ?? 0));
    expect(named('wave').byGroup.GPU).toBeCloseTo(expected, 6);
  });

  it('is refused where a price is missing, by its name', () => {
    const others = Object.entries(prices.prices).filter(([name]) => name !== 'kms.key');
    expect(() => costTables({ ...prices, prices: Object.fromEntries(others) })).toThrow(/kms\.key/);
  });

  it('leaves no price in the file unused', () => {
    const used = new Set(SCENARIOS.flatMap((scenario) => usage(scenario).map(({ price }) => price)));
    const offered = Object.keys(prices.prices).filter((name) => !name.startsWith('g5.')); // another instance to choose
    expect(offered.filter((name) => !used.has(name))).toEqual([]);
  });

  it('is in docs/operations.md as the command prints it', () => {
    expect(readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')).toContain(costTables(prices));
  });
});
