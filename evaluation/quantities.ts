// The computations of the registry: one a family of values a record, one a quantity that is found at once. Trap:
// neither half compiles without the other: a family that core/quantities.ts describes needs its line here, and a line
// here its description there.
import type { RecordFamily, ShareFamily, WholeKey } from '#core/quantities.ts';
import { brokenWords } from './quantities/broken-words.ts';
import { forcedPrefixExact, greedyExact, heldOutExact } from './quantities/exact.ts';
import { leakHeldOut, leakQuestion, leakSecond } from './quantities/leak.ts';
import { answerLogProb, minKLogProb, valueLogProb } from './quantities/log-prob.ts';
import { exactTokens, extractionStrength } from './quantities/memorisation.ts';
import { othersValue } from './quantities/others-value.ts';
import { answerProbability, optionProbability } from './quantities/probability.ts';
import { ownKept } from './quantities/own-kept.ts';
import { quality } from './quantities/quality.ts';
import { controlAttack, forgottenAttack, relearnt } from './quantities/relearnt.ts';
import { revealedBeside, revealedOf } from './quantities/revealed.ts';
import { kept, rougeL } from './quantities/rouge-l.ts';
import { degenerate, perplexityBefore, refusal } from './quantities/said.ts';
import { truthfulness, truthRatio } from './quantities/truth-ratio.ts';
import { unlistedValue } from './quantities/unlisted.ts';
import type { PerRecord, Whole } from './quantity.ts';

export const perRecord: { readonly [F in RecordFamily]: PerRecord<F extends ShareFamily ? boolean : number> } = {
  greedyExact,
  heldOutExact,
  forcedPrefixExact,
  leakQuestion,
  leakHeldOut,
  leakSecond,
  valueLogProb,
  answerLogProb,
  minKLogProb,
  answerProbability,
  optionProbability,
  rougeL,
  exactTokens,
  extractionStrength,
  truthRatio,
  truthfulness,
  refusal,
  degenerate,
  brokenWords,
  othersValue,
  unlistedValue,
  perplexityBefore,
  kept,
};

export const whole: { readonly [K in WholeKey]: Whole } = {
  'forget.relearnt2x10': forgottenAttack('relearnt2x10'),
  'controls.relearnt2x10': controlAttack('relearnt2x10'),
  'forget.relearnt5x30': forgottenAttack('relearnt5x30'),
  'controls.relearnt5x30': controlAttack('relearnt5x30'),
  'forget.relearnt10x50': forgottenAttack('relearnt10x50'),
  'controls.relearnt10x50': controlAttack('relearnt10x50'),
  'forget.relearntBody5x30': forgottenAttack('relearntBody5x30'),
  'controls.relearntBody5x30': controlAttack('relearntBody5x30'),
  'forget.revealed': revealedOf('revealed'),
  'controls.revealed': revealedBeside('revealed'),
  'forget.revealedWorded': revealedOf('revealedWorded'),
  'controls.revealedWorded': revealedBeside('revealedWorded'),
  'forget.relearnt': relearnt,
  'model.ownKept': ownKept,
  'forget.quality': quality,
};
