// Seeded streams: the generator's own words from a second implementation (Python, hashlib and integers), and the
// distributions drawn from it.
import { describe, expect, it } from '@jest/globals';
import { random } from '#engine/random.ts';

describe('sfc32 seeded by SHA-256', () => {
  it('gives the words of a second implementation', () => {
    const words = (label: string | number, n: number) => {
      const stream = random(label);
      return Array.from({ length: n }, () => stream.uniform() * 2 ** 32);
    };
    expect(words('init:1', 6)).toEqual([135841594, 2539230751, 3104140766, 2232889777, 3851378444, 1268920661]);
    expect(words(7, 4)).toEqual([4159423805, 1033694733, 391658257, 39479071]);
  });

  it('is uniform: chi-square over 256 bins under its 99.9 % point', () => {
    const stream = random('uniform');
    const counts = new Array<number>(256).fill(0);
    const n = 256_000;
    for (let i = 0; i < n; i++) counts[Math.floor(stream.uniform() * 256)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - n / 256) ** 2 / (n / 256), 0);
    expect(chiSquare).toBeLessThan(330.5); // 255 degrees of freedom
  });

  it('draws normals of mean 0, variance 1, kurtosis 3, none infinite', () => {
    const stream = random('normal');
    const values = Array.from({ length: 100_000 }, () => stream.normal());
    const moment = (k: number) => values.reduce((sum, x) => sum + x ** k, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.012);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('shuffles every order equally often and leaves its argument alone', () => {
    const stream = random('shuffle');
    const items = ['a', 'b', 'c', 'd'] as const;
    const counts = new Map<string, number>();
    const n = 24_000;
    for (let i = 0; i < n; i++) {
      const order = stream.shuffle(items).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(items).toEqual(['a', 'b', 'c', 'd']);
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(49.7); // 23 degrees of freedom, 99.9 %
  });

  it('streams of different names do not correlate', () => {
    const [a, b] = [random('one'), random('two')];
    let sum = 0;
    for (let i = 0; i < 50_000; i++) sum += (a.uniform() - 0.5) * (b.uniform() - 0.5);
    expect(Math.abs(sum / 50_000) * 12 * Math.sqrt(50_000)).toBeLessThan(3.9);
  });
});
