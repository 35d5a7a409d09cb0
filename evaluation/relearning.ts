// Re-learning as a number: how much of the rest comes back once a little of the forget set is taught again. Trap: knowledge that was suppressed in
// the weights comes back and knowledge that was never there does not; the curve is reported with it, not gated.
import { defineMetric } from './metric.ts';

export const relearning = defineMetric({
  name: 'relearning',
  summary: 'share of the other forgotten records that are exact again after a few updates on two of them',
  source: 'Hu et al. 2024, https://arxiv.org/abs/2406.13356',
  direction: 'lower',
  range: [0, 1],
  needs: ['forget', 'relearn'],
  async compute({ forget, relearn }) {
    const { points, xLabel, yLabel } = await relearn();
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return { notAvailable: 'the re-learning run has no point' };
    return {
      value: last[1],
      n: forget.length,
      method: `${yLabel}, after ${last[0]} ${xLabel}`,
      interval: null,
      detail: { before: first[1], highest: Math.max(...points.map(([, y]) => y)) },
    };
  },
});
