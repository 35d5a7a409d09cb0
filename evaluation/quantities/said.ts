// What the model says in greedy answers: refusals, repetitions, and how odd the model from before finds it. Traps: a
// refusal that spreads to people who stay is a failure; a refusal in words that neither the suite nor
// evaluation/refusal.ts knows counts as an answer.
import { must } from '#core/errors.ts';
import { askedOf, roomFor } from '../exam.ts';
import type { PerRecord } from '../quantity.ts';
import { meanLogProb } from '../scores.ts';
import { isDegenerate } from '../text.ts';

export const refusal: PerRecord<boolean> = {
  rows: askedOf,
  values: (exam, rows, group) => exam.model.greedy(rows, roomFor(exam, group)).map(({ text }) => exam.isRefusal(text)),
};

export const degenerate: PerRecord<boolean> = {
  rows: askedOf,
  values: (exam, rows, group) => exam.model.greedy(rows, roomFor(exam, group)).map(isDegenerate),
};

/**
 * Mean log-probability (nats a token) of each new answer under the model that still knew: garbled output is very
 * unlikely there. To that model any refusal is odd behind the question of somebody whom it knows, so a refusal is read
 * behind a never-trained person's.
 */
export const perplexityBefore: PerRecord<number> = {
  rows: askedOf,
  values(exam, rows, group) {
    const said = exam.model.greedy(rows, roomFor(exam, group));
    const { controls } = exam.rows;
    const pairs = rows.map(({ prompt }, i) => {
      const [answer, unknown] = [said[i]!.text, controls[i % Math.max(1, controls.length)]?.prompt];
      return { prompt: exam.isRefusal(answer) ? (unknown ?? prompt) : prompt, answer, clipped: true };
    });
    return must(exam.before, 'model from before').score(pairs).map(meanLogProb);
  },
};
