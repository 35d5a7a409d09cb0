// FLAT beside rows that stay: the separate terms of flat-balanced.ts, with the one of kept-answers.ts.
// Trap: it reads retain data, which FLAT does not.
import { balancedTerms } from './flat-balanced.ts';
import { drawRecords } from './batches.ts';
import { FlatConfig } from './flat-config.ts';
import { drawRetained, keepingAnswers, KeepingConfig } from './kept-answers.ts';
import { lossMethod } from './loss-method.ts';

const FlatRetainConfig = FlatConfig.omit({ balanced: true }).extend(KeepingConfig.shape);

export const flatRetain = lossMethod({
  name: 'flat-retain',
  summary: 'FLAT with a term for retained answers that fell, those that share a forgotten value first',
  paper: 'https://openreview.net/forum?id=6ESRicalFE',
  needs: ['retain'],
  loss: FlatRetainConfig.prefault({}),
  batchSize: ({ batchSize }) => batchSize,
  terms(context, { keep, level, ...flat }, stream, controls) {
    const config = { ...flat, balanced: true };
    const rows = drawRecords(context, config.batchSize, stream);
    const { maxPositions } = context.model.config;
    return [
      ...balancedTerms({ rows, config, controls, maxPositions }),
      ...(keep > 0 ? [keepingAnswers(drawRetained(context, stream), maxPositions, { keep, level })] : []),
    ];
  },
  balanced: () => true,
  recorded: ({ divergence, tokens, teach, keep }) => ({ divergence, balanced: true, tokens, teach, keep }),
});
