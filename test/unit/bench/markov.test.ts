// What the markov bench calls the right answer, held against a second computation: the best predictor against the
// probability of every whole sequence, the fit and each loss's gradient against the losses themselves in float64.
import { describe, expect, it } from '@jest/globals';
import { bestPredictor, CHAINS, EVERYTHING, next, starts, STATES, STAYING, type Chain } from '#bench/chains.ts';
import {
  divergence,
  fitted,
  gradientOfLoss,
  LOSSES,
  unlearningGradient,
  worldOf,
  type Records,
} from '#bench/logistic.ts';

describe('the best predictor of chains', () => {
  /** Of a whole sequence, over the chains by their weights, not normalised. */
  const probability = (sequence: readonly number[], weights: Readonly<Record<Chain, number>>): number =>
    CHAINS.reduce(
      (sum, chain) =>
        sum +
        sequence
          .slice(1)
          .reduce((p, to, i) => p * next(chain, sequence[i]!)[to]!, weights[chain] * starts(chain)[sequence[0]!]!),
      0,
    );

  it.each([[[0, 1, 4, 5, 9]], [[7, 7, 8, 2, 0]], [[9, 9, 9, 9, 3]]])(
    'says of %p what all sequences say',
    (sequence) => {
      bestPredictor(sequence, EVERYTHING).forEach((told, t) => {
        const read = sequence.slice(0, t + 1);
        const each = Array.from({ length: STATES }, (_, to) => probability([...read, to], EVERYTHING));
        const total = each.reduce((a, b) => a + b, 0);
        told.forEach((p, to) => expect(p).toBeCloseTo(each[to]! / total, 12));
      });
    },
  );

  it('of what stays alone is its own chain', () => {
    expect(bestPredictor([4, 1, 2, 9], STAYING)).toEqual([4, 1, 2].map((state) => next('stays', state)));
  });
});

describe('logistic regression', () => {
  const world = worldOf(5, 1);
  const some = (records: Records, count: number): Records => ({
    features: records.features.slice(0, (count * records.features.length) / records.first.length),
    first: records.first.slice(0, count),
  });
  const small = { forget: some(world.forget, 12), retain: some(world.retain, 30) };
  const N = world.forget.features.length / world.forget.first.length;
  const logit = ({ features }: Records, i: number, a: Float64Array) =>
    a.reduce((z, x, k) => z + x * features[i * N + k]!, 0);
  const logP = (first: boolean, z: number) => -Math.log1p(Math.exp(first ? -z : z));
  const mean = (records: Records, of: (i: number) => number) =>
    records.first.reduce((sum, _, i) => sum + of(i), 0) / records.first.length;
  const own = (records: Records, a: Float64Array) => (i: number) => logP(records.first[i]!, logit(records, i, a));

  /** As papers print them. */
  const values: Readonly<
    Record<(typeof LOSSES)[number], (a: Float64Array, start: Float64Array, beta: number) => number>
  > = {
    GA: (a) => mean(small.forget, own(small.forget, a)),
    GD: (a) => mean(small.forget, own(small.forget, a)) - mean(small.retain, own(small.retain, a)),
    KL: (a, start) => mean(small.forget, own(small.forget, a)) + divergence(small.retain, start, a),
    NPO: (a, start, beta) =>
      (2 / beta) *
      mean(small.forget, (i) => Math.log1p(Math.exp(beta * (own(small.forget, a)(i) - own(small.forget, start)(i))))),
    'NPO-RT': (a, start, beta) => values.NPO(a, start, beta) - mean(small.retain, own(small.retain, a)),
  };
  const start = Float64Array.from({ length: N }, (_, k) => Math.sin(k) / 4);
  const at = Float64Array.from({ length: N }, (_, k) => Math.cos(3 * k) / 4);

  it.each(LOSSES)('%s goes along the gradient of its loss', (loss) => {
    const gradient = unlearningGradient(loss, small, at, start, 0.7);
    for (const k of [0, 17, 64, 127]) {
      const moved = (by: number) => values[loss](at.with(k, at[k]! + by), start, 0.7);
      expect(gradient[k]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 7);
    }
  });

  it('NPO becomes gradient ascent as β goes to 0, and fades where a record is already unlikely', () => {
    const [ascent, npo] = [
      unlearningGradient('GA', small, at, start),
      unlearningGradient('NPO', small, at, start, 1e-9),
    ];
    npo.forEach((x, k) => expect(x).toBeCloseTo(ascent[k]!, 8));
    const far = at.map((x, k) => x - 40 * ascent[k]!);
    const norm = (a: Float64Array) => Math.hypot(...a);
    const share =
      norm(unlearningGradient('NPO', small, far, start)) / norm(unlearningGradient('GA', small, far, start));
    expect(share).toBeLessThan(0.5);
  });

  it('is fitted where the gradient is 0', () => {
    const records = [world.retain, world.forget];
    const a = fitted(records);
    const total = Float64Array.from({ length: N }, () => 0);
    for (const one of records)
      gradientOfLoss(
        one,
        Float64Array.from(one.first, (_, i) => logit(one, i, a)),
      ).forEach((x, k) => (total[k]! += (x * one.first.length) / 1200));
    expect(Math.hypot(...total)).toBeLessThan(1e-7);
    expect(divergence(world.retain, a, a)).toBeCloseTo(0, 12);
  });
});
