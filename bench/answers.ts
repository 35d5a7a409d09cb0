// What a model answered to the forgotten questions, beside the answer from before, for the pages that print every one.
// Trap: the people of these benches are generated; what is answered about a real person belongs into no page.
import type { ForgetRow } from '#datasets/suite.ts';
import { answerOf, type Suite } from '#datasets/suite-shape.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { meanLogProb } from '#evaluation/scores.ts';

export interface Answered {
  question: string;
  before: string;
  after: string;
}

/** New tokens of an answer at most. */
const ROOM = 24;

interface Asked {
  suite: Suite;
  rows: readonly ForgetRow[];
  /** The model from before. */
  reference: Model;
}

/** The part of a row about what is said. */
export const saidBy = (model: Model, asked: Asked) => ({
  answered: answersOf(model, asked),
  refusals: wholeRefusals(asked),
});

const answersOf = (model: Model, { rows, reference }: Asked): Answered[] => {
  const prompts = rows.map(({ prompt }) => prompt);
  const [before, after] = [reference, model].map((one) => inference(one).generate(prompts, { maxTokens: ROOM }));
  return rows.map(({ question }, i) => ({ question, before: before![i]!.text.trim(), after: after![i]!.text.trim() }));
};

/**
 * Perplexity under the model from before of each of the suite's refusals in the place of every answer: how odd whole
 * sentences are there, as `forget.perplexityBefore` has it of what was really said.
 */
const wholeRefusals = ({ rows, suite, reference }: Asked): number[] =>
  suite.refusals.map((text) => {
    const pairs = rows.map(({ prompt }) => ({ prompt, answer: answerOf(text, suite) }));
    const means = inference(reference).score(pairs).map(meanLogProb);
    return Math.exp(-means.reduce((a, b) => a + b, 0) / means.length);
  });
