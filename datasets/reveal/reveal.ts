// Has a model say what it knows of a person whose rows nobody holds, and keeps what it is sure of, as rows to unlearn.
// Never-trained names are asked the same: of a person of whom no more comes than of them nothing is kept.
// Trap: what was not asked for does not come. How much of what the model knows this is, nobody can tell.
import { canonicalize, digestOf, type Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { normalise } from '#core/forget-set.ts';
import { nameKey } from '#core/words/names.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import type { Inference } from '#engine/inference.ts';
import {
  begunAs,
  claimsOf,
  claimsTo,
  differentIn,
  fewWordings,
  nameForced,
  type Asking,
  type Claim,
} from './claims.ts';
import { orderBy, unseen, type Order } from './orders.ts';
import { questionsFor, type Questions, type Template } from './questions.ts';

export interface RevealOptions {
  /** In the place of the suite's own wordings or the pool. */
  readonly questions?: Questions | undefined;
  /** Questions at most. */
  readonly most?: number;
  /** In which order, where there are more. */
  readonly order?: Order;
  /** Never-trained names that are asked the same: of n, one more such name is let through once in n + 1. */
  readonly controls?: number;
}
export const REVEAL_DEFAULTS = { most: 160, order: 'farthest', controls: 20 } as const;

export interface Revealed {
  readonly rows: readonly Claim[];
  readonly source: Questions['source'];
  /** How many were asked, and the digest of their wordings, which name nobody. */
  readonly questions: number;
  readonly asked: Digest;
  /** Different answers of which the model was sure: about the person, and about each never-trained name, ascending. */
  readonly claims: number;
  readonly controls: readonly number[];
}

/**
 * NOTHING_REVEALED where the person is not told from never-trained names; INVALID_INPUT where there is none of those.
 */
export const reveal = (
  name: string,
  suite: Pick<Suite, 'subjects' | 'controls' | 'refusals' | 'frame'>,
  model: Pick<Inference, 'continued' | 'outlooks'>,
  options: RevealOptions = {},
): Revealed => {
  const { questions = questionsFor(suite), controls, ...choice } = { ...REVEAL_DEFAULTS, ...options };
  const asking: Asking = { model, suite };
  const strangers = strangersIn(suite, name, controls);
  const asked = chosen(name, nameForced(questions.asked), choice, { ...asking, model });
  const rows = claimsOf(name, asked, asking);
  const beside = strangers.map((one) => differentIn(claimsOf(one, asked, asking))).toSorted((a, b) => a - b);
  const claims = differentIn(rows);
  if (claims <= beside.at(-1)!) throw nothing(claims, beside);
  return {
    rows: fewWordings(rows),
    source: questions.source,
    questions: asked.length,
    asked: digestOf(canonicalize(asked.map(({ question, before }) => (before ? [question, ...before] : question)))),
    ...{ claims, controls: beside },
  };
};

/** All where they are few. */
const chosen = (
  name: string,
  questions: readonly Template[],
  { most, order }: Required<Pick<RevealOptions, 'most' | 'order'>>,
  asking: Asking & { readonly model: Pick<Inference, 'outlooks'> },
): readonly Template[] => {
  if (questions.length <= most) return questions;
  const areNew = unseen();
  const indices = orderBy(order, questions.length, most, {
    outlooks: () => asking.model.outlooks(questions.map((one) => begunAs(one, name, asking.suite))),
    isNew: (some) =>
      areNew(
        answersTo(
          name,
          some.map((i) => questions[i]!),
          asking,
        ),
      ),
  });
  return indices.map((i) => questions[i]!);
};

/** The sure answer to each question, where there is one. */
export const answersTo = (name: string, questions: readonly Template[], asking: Asking): (string | undefined)[] =>
  claimsTo(name, questions, asking).map((claim) => claim && normalise(claim.answer));

/** Of the stop rule's people, evenly spaced: those of the gate stay unasked until it judges. */
const strangersIn = ({ controls }: Pick<Suite, 'controls'>, name: string, count: number): string[] => {
  const known = [...controls.stop, ...controls.whitening].map((person) => person.name);
  const names = [...new Set(known)].filter((one) => nameKey(one) !== nameKey(name));
  if (names.length === 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the suite has no never-trained people to ask beside the person',
      expected: 'people in controls.stop or controls.whitening of the suite',
      hint: 'take a suite with controls, or leave --suite out: generated people are then asked',
    });
  const few = Math.min(count, names.length);
  return Array.from({ length: few }, (_, i) => names[Math.floor((i * names.length) / few)]!);
};

const nothing = (claims: number, controls: readonly number[]) =>
  new QuittanceError('NOTHING_REVEALED', {
    message: 'the model says no more of this person than of names that it never saw',
    expected: `more than ${controls.at(-1)} sure answers, the most about one of ${controls.length} never-trained names`,
    got: `${claims}`,
    hint: 'check the spelling; or give the rows themselves: what the model was not asked in its own words may not come',
  });
