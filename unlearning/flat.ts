// FLAT: LLM Unlearning via Loss Adjustment with Only Forget Data (Wang et al., ICLR 2025,
// https://openreview.net/forum?id=6ESRicalFE). For each forget question the model is trained towards a template answer
// (a refusal) and away from the answer to forget, weighted by an f-divergence's optimal variational function. It reads
// only the forget data. flat-loss.ts has the loss, flat-balanced.ts the separate terms, flat-config.ts the settings.
import { makeBatch } from '#engine/batch.ts';
import type { Random } from '#engine/random.ts';
import { drawRecords } from './batches.ts';
import { balancedTerms } from './flat-balanced.ts';
import { FlatConfig } from './flat-config.ts';
import { countedTokens, flatLoss } from './flat-loss.ts';
import { lossMethod, type Term } from './loss-method.ts';
import type { ForgetOnlyContext } from './method.ts';

export const flat = lossMethod({
  name: 'flat',
  summary: 'f-divergence loss adjustment with forget data alone; projected away from what everything else uses',
  paper: 'https://openreview.net/forum?id=6ESRicalFE',
  needs: [],
  loss: FlatConfig.prefault({}),
  batchSize: ({ batchSize }) => batchSize,
  terms: (context, config, stream, controls) => {
    if (!config.balanced) return [packedTerm(context, config, stream)];
    const rows = drawRecords(context, config.batchSize, stream);
    return balancedTerms({ rows, config, controls, maxPositions: context.model.config.maxPositions });
  },
  balanced: (config) => config.balanced,
  recorded: ({ divergence, reduction, balanced, paddedLength, tokens }) => ({
    divergence,
    reduction,
    balanced,
    tokens,
    ...(reduction === 'released' ? { paddedLength } : {}),
  }),
});

/** Prompt, template answer and forget answer in one row: answers 0, 2, 4, … are templates. */
const packedTerm = (context: ForgetOnlyContext, config: FlatConfig, stream: Random): Term => {
  const drawn = drawRecords(context, config.batchSize, stream);
  const rows = drawn.map(({ prompt, answer, template }) => ({ prompt, answers: [template.answer, answer] }));
  const batch = makeBatch(rows, context.model.config.maxPositions);
  const counted = drawn.flatMap(({ template, answer, valueTokens }) => [
    template.taught,
    countedTokens(answer, valueTokens, config),
  ]);
  return { batch, objective: (logits) => flatLoss(batch, logits, config, counted) };
};
