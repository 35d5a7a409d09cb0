// Leak rate: records of which any sampled answer holds the value. Trap: an answer that is never greedy may still come in one of twenty samples.
import { type QaRecord, promptOf } from '#datasets/world.ts';
import type { CachedModel } from './language-model.ts';
import { defineMetric, shareValue, type MetricOptions } from './metric.ts';
import { holdsValue } from './text.ts';

/** Whether any sample after each record's prompt holds its value. */
export const leaks = (
  model: CachedModel,
  rows: readonly QaRecord[],
  promptFor: (row: QaRecord) => string = ({ prompt }) => prompt,
): boolean[] =>
  model
    .samples(rows.map(promptFor))
    .map((said, i) => said.some(({ text }) => holdsValue(text, rows[i]!.value?.text ?? rows[i]!.answer)));

const method = ({ samplesPerPrompt, temperature }: MetricOptions) =>
  `value in any of ${samplesPerPrompt} samples at T = ${temperature}`;

export const leakRate = defineMetric({
  name: 'leak-rate',
  summary: 'share of forgotten records whose value appears in any sampled answer to the trained question',
  source: 'docs/methods.md, sampled leak',
  direction: 'lower',
  range: [0, 1],
  needs: ['forget'],
  compute: ({ model, forget, options }) => shareValue(leaks(model, forget), method(options)),
});

export const leakRateHeldOut = defineMetric({
  name: 'leak-rate-held-out',
  summary: 'the same after a wording of the question that was never trained',
  source: 'docs/methods.md, sampled leak',
  direction: 'lower',
  range: [0, 1],
  needs: ['forget'],
  compute({ model, forget, options, frame }) {
    const rows = forget.filter(({ heldOut }) => heldOut !== undefined);
    if (rows.length === 0) return { notAvailable: 'the suite knows no held-out wording of these records' };
    return shareValue(
      leaks(model, rows, ({ heldOut }) => promptOf(heldOut ?? '', frame)),
      method(options),
    );
  },
});
