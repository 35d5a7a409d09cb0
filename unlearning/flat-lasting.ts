// FLAT whose forgetting is to withstand re-learning: each value is lowered where it stands, and once more where it
// would stand after an attacker taught a few of the other records again. Hiding all values behind one direction, the
// name, does not help there, because the attack opens it. Reads forget data, refusals and never-trained people alone.
// lasting-terms.ts has the terms, lasting-config.ts the settings. Trap: an update takes two to three times FLAT's, for
// the inner updates.
import { random, type Random } from '#engine/random.ts';
import { retaughtEach } from '#engine/retaught-each.ts';
import { auc } from '#core/auc.ts';
import { drawRecords } from './batches.ts';
import { drawRetained, keepingAnswers, KeepingConfig } from './kept-answers.ts';
import { LastingConfig } from './lasting-config.ts';
import { startLasting } from './lasting-start.ts';
import { lastingTerms } from './lasting-terms.ts';
import { lossMethod } from './loss-method.ts';
import type { ForgetOnlyContext, TrajectoryPoint } from './method.ts';
import { mean, probe, type ControlValues } from './stop-rule.ts';

const shared = {
  paper: 'https://openreview.net/forum?id=6ESRicalFE',
  updateDefaults: { step: 0.1, lambda: 1e-3, updates: 60 },
  batchSize: ({ batchSize }: LastingConfig) => batchSize,
  names: ({ instead, names, template }: LastingConfig) => (instead === 'name-swap' && template > 0 ? names : 0),
  near: ({ near, nearNames }: LastingConfig) => (near > 0 ? nearNames : 0),
  begin: startLasting,
  balanced: () => true,
  retaught: 'each' as const,
};

const recordedOf = ({ divergence, relearn, floor, naming, template, instead }: LastingConfig) => ({
  ...{ divergence, relearn, floor, naming, template, instead },
});

export const flatLasting = lossMethod({
  ...shared,
  name: 'flat-lasting',
  summary:
    'FLAT with a term after simulated re-learning, so that a few records taught again do not bring back the rest',
  needs: [],
  loss: LastingConfig.prefault({}),
  terms: (context, config, stream, controls) => termsOf(context, config, stream, controls),
  settled: (context, config, point, controls) => isSettled(context, config, point, controls),
  recorded: recordedOf,
});

const LastingRetainConfig = LastingConfig.extend(KeepingConfig.shape);

export const flatLastingRetain = lossMethod({
  ...shared,
  name: 'flat-lasting-retain',
  summary:
    'flat-lasting with a term for retained answers that fell: for deletions in a row, where the rows are at hand',
  needs: ['retain'],
  loss: LastingRetainConfig.prefault({}),
  terms: (context, { keep, level, ...config }, stream, controls) => [
    ...termsOf(context, config, stream, controls),
    ...(keep > 0
      ? [keepingAnswers(drawRetained(context, stream), context.model.config.maxPositions, { keep, level })]
      : []),
  ],
  settled: (context, config, point, controls) => isSettled(context, config, point, controls),
  recorded: ({ keep, ...config }) => ({ ...recordedOf(config), keep }),
});

const termsOf = (context: ForgetOnlyContext, config: LastingConfig, stream: Random, controls: ControlValues) => {
  const rows = drawRecords(context, config.batchSize, stream);
  return lastingTerms({ model: context.model, rows, config, controls, stream });
};

const within = (value: number, [least, most]: readonly [number, number]): boolean => value >= least && value <= most;

const isSettled = async (
  context: ForgetOnlyContext,
  { settled, learningRate }: LastingConfig,
  point: TrajectoryPoint,
  controls: ControlValues,
): Promise<boolean> => {
  if (!within(point.valueAuc, settled.value) || !within(point.answerAuc, settled.answer)) return false;
  const { lowestLogProbs } = probe(context.model, context.forget);
  if (!within(auc(lowestLogProbs, controls.lowest), settled.lowest)) return false;
  for (const { records, updates, most } of settled.attacks)
    if ((await shareBack(context, { records, updates, draws: settled.draws, learningRate }, point.update)) > most)
      return false;
  return true;
};

/** Share of the other values that are exact after some records were taught again, over the draws. */
const shareBack = async (
  { model, forget, seed }: ForgetOnlyContext,
  attack: { records: number; updates: number; draws: number; learningRate: number },
  update: number,
): Promise<number> => {
  const stream = random(`withstands:${seed}:${update}`);
  const taught = Math.min(attack.records, Math.floor(forget.length / 2));
  if (taught === 0) return 0; // one record: nothing could bring it back but itself
  const orders = Array.from({ length: attack.draws }, () => stream.shuffle(forget));
  const rows = orders.map((order) =>
    order.slice(0, taught).map(({ prompt, answer }) => ({ prompt, answers: [answer] })),
  );
  const exact = await retaughtEach(
    model,
    rows,
    { ...attack, weights: 'mlp' },
    (draw) => probe(model, orders[draw]!.slice(taught)).valueExact,
  );
  return mean(exact.flat());
};
