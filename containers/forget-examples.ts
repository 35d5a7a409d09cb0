// The records of a run as token ids, with what its method asks of other names beside them: the record as it reads about
// people who were never trained.
// Trap: a name of whom the gate asks may not be among them, or the gate would judge what was taught.
import type { ForgetRow } from '#datasets/suite.ts';
import { namesLike } from '#datasets/names-like.ts';
import { swapped } from '#datasets/swapped.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { random } from '#engine/random.ts';
import type { ConfiguredMethod, Example } from '#unlearning/method.ts';
import { examplesOf, type TextRow, type Texts } from './examples.ts';
import { strangersOf } from './strangers.ts';

/** A record to forget, with the second wording in which it was trained, where there was one. */
export type UnlearnRow = TextRow &
  Partial<
    Pick<
      ForgetRow,
      'subject' | 'value' | 'others' | 'attribute' | 'paraphrase' | 'trainedParaphrase' | 'window' | 'recited'
    >
  >;

interface Asked {
  base: Texts;
  method: Pick<ConfiguredMethod, 'names' | 'near' | 'needs'>;
  forget: readonly UnlearnRow[];
  suite: Suite;
  seed: number;
}

/** `refusals` are answers of the suite. METHOD_CONFIG where the method asks for names and nobody can be named. */
export const forgetExamples = (asked: Asked, refusals: readonly string[]): Example[] => {
  const { base, method, forget, suite } = asked;
  const examples = examplesOf(base, method.names || method.near ? withOthers(asked) : forget);
  if (!method.needs.includes('strangers')) return examples;
  const strangers = strangersOf(base, forget, { suite, refusals });
  return examples.map((example, i) => ({ ...example, strangers: strangers[i]! }));
};

/** Names that are tried for each that is wanted: an answer may fall into other tokens, or be said in broken words. */
const TRIED = 6;

/** Each record with never-trained names in the place of the person's, those first whom no check looks at. */
const withOthers = ({ forget, suite, method: { names = 0, near = 0 }, seed }: Asked): UnlearnRow[] => {
  const known = new Map(suite.subjects.map(({ id, name }) => [id, name]));
  const others = random(`swaps:${seed}`)
    .shuffle(suite.controls.whitening.length > 0 ? suite.controls.whitening : suite.controls.stop)
    .map((other) => other.name);
  return forget.map((row, i) => {
    const name = known.get(row.subject ?? '');
    if (name === undefined) return row;
    const as = (other: string, of: number) => {
      const swap = swapped(row, name, other);
      return swap ? [{ ...swap, of }] : [];
    };
    return {
      ...row,
      ...(names > 0 && { swaps: others.slice(0, TRIED * names).flatMap(as) }),
      ...(near > 0 && {
        near: namesLike(name, others, { from: i * near, count: near }).flatMap(
          (other) => swapped(row, name, other)?.prompt ?? [],
        ),
      }),
    };
  });
};
