// Re-reveal: the person asked about in every wording of the suite, whatever the ticket lists, beside never-trained
// people. An answer is begun with the name, or with the name and the words of such answers, so that a refusal cannot
// open it; it counts where the model is sure of every token. Source: ../../docs/results/reveal.md.
// Traps: zero is no proof that nothing is left, since a model may refuse a whole name while values stay in its weights,
// so this may fail a run and clears none; and what the ticket leaves by right is no finding.
import { must } from '#core/errors.ts';
import { normalise } from '#core/forget-set.ts';
import { claimsOf, nameForced } from '#datasets/reveal/claims.ts';
import { spread, type Exam } from '../exam.ts';
import type { Whole } from '../quantity.ts';

type Begun = 'revealed' | 'revealedWorded';

export const revealedOf =
  (begun: Begun): Whole =>
  (exam, tables) => {
    if (exam.names.length === 0) return 'nobody said by which name the model knows the person';
    tables.proportions[`forget.${begun}`] = sureOf(exam, exam.names, begun, leftAnswers(exam));
    return undefined;
  };

export const revealedBeside =
  (begun: Begun): Whole =>
  (exam, tables) => {
    const names = must(exam.people.controls, 'never-trained people').map(({ name }) => name);
    tables.proportions[`controls.${begun}`] = sureOf(exam, spread(names, exam.options.revealing.controls), begun);
    return undefined;
  };

const sureOf = (exam: Exam, names: readonly string[], begun: Begun, left: ReadonlySet<string> = new Set()) => {
  const { model, refusals, frame } = exam;
  const questions = begun === 'revealed' ? nameForced(exam.questions) : exam.questions;
  const suite = { refusals, ...(frame && { frame }) };
  const claims = names.flatMap((name) => claimsOf(name, questions, { model, suite }));
  return {
    k: claims.filter(({ answer }) => !left.has(normalise(answer))).length,
    n: names.length * questions.length,
  };
};

/** What rows say that stay with the model: of the person too, where the ticket does not list all. */
const leftAnswers = ({ rows, own }: Exam): ReadonlySet<string> =>
  new Set([...rows.retained, ...own].map(({ answer }) => normalise(answer)));
