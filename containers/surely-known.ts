// Records that a model itself revealed, held against never-trained people before the first update: one whose value the
// model finds no likelier than theirs was made up, or is nobody's. Source: ../docs/results/reveal.md.
// Trap: such records let the stop rule end a run at once, "forgotten", since they were never known; and the true value
// behind them would stay.
import { auc } from '#core/auc.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Model } from '#engine/model.ts';
import type { Example } from '#unlearning/method.ts';
import { probe } from '#unlearning/stop-rule.ts';

/** Share of never-trained values that a record's value must be likelier than. */
const LEAST = 0.95;

/** NOTHING_REVEALED where none is left. */
export const surelyKnown = (model: Model, forget: readonly Example[], strangers: readonly Example[]): Example[] => {
  if (strangers.length === 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'revealed records have no never-trained people beside them',
      expected: 'people in controls.stop of the suite',
    });
  const beside = probe(model, strangers).valueLogProbs;
  const own = probe(model, forget).valueLogProbs;
  const known = forget.filter((_, i) => auc([own[i]!], beside) >= LEAST);
  if (known.length > 0) return known;
  throw new QuittanceError('NOTHING_REVEALED', {
    message: 'the model finds no value of these records likelier than those of people whom it never saw',
    expected: `values likelier than ${LEAST * 100} % of theirs`,
    got: `0 of ${forget.length} records`,
    hint: 'the records are no longer what the model says of the person, or never were: reveal them again',
  });
};
