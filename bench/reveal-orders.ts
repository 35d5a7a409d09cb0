// In which order everyday questions about a person find most: at random, farthest first, and by NeuralUCB; and the same
// for soft prompts before the name alone. All are asked once; an order then only says after how many of them what had
// been found.
// Trap: a search by reward sees a claim when it asks for it, and never whether the claim is true.
import { normalise } from '#core/forget-set.ts';
import { begunAs, nameForced } from '#datasets/reveal/claims.ts';
import { farthestFirst } from '#datasets/reveal/farthest.ts';
import { neuralUcb } from '#datasets/reveal/neural-ucb.ts';
import { unseen } from '#datasets/reveal/orders.ts';
import { everydayQuestions, softQuestions, type Questions } from '#datasets/reveal/questions.ts';
import { answersTo } from '#datasets/reveal/reveal.ts';
import type { Person, Suite } from '#datasets/suite-shape.ts';
import { inference, type Inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { random } from '#engine/random.ts';
import { softened, softVectors } from '#engine/soft-prompts.ts';
import { stopwatch } from '#containers/stopwatch.ts';

/** After how many questions it is looked. */
export const ASKED = [20, 40, 80, 160] as const;
/** Soft prompts behind which the name alone is asked. */
export const SOFT = 320;
/** Runs of the random order. */
const DRAWS = [1, 2, 3, 4] as const;

export interface OrderCurve {
  readonly order: string;
  /** Share of the person's records that had come after so many questions. */
  readonly recall: readonly number[];
  /** CPU seconds of the order itself, answers aside. */
  readonly cpu: number;
}

export const ordersOf = (left: Suite, person: Person, decoder: Model): OrderCurve[] => {
  const everyday = curvesOf(left, person, inference(decoder), everydayQuestions());
  const soft = softened(decoder, softVectors(decoder, SOFT, 'bench'));
  try {
    const curves = curvesOf(left, person, inference(soft.model), softQuestions(soft.ids));
    return [...everyday, ...curves.map((one) => ({ ...one, order: `soft prompts, ${one.order}` }))];
  } finally {
    soft.model.dispose();
  }
};

const curvesOf = (left: Suite, { name, records }: Person, model: Inference, { asked }: Questions): OrderCurve[] => {
  const questions = nameForced(asked);
  const asking = { model, suite: left };
  const points = model.outlooks(questions.map((one) => begunAs(one, name, left)));
  const claims = answersTo(name, questions, asking);
  const trained = new Set(records.map(({ answer }) => normalise(answer)));
  const most = ASKED.at(-1)!;
  const newOf = () => {
    const areNew = unseen();
    return (indices: readonly number[]) => areNew(indices.map((i) => claims[i]));
  };
  const recallOf = (order: readonly number[]) =>
    ASKED.map((n) => {
      const found = new Set(order.slice(0, n).flatMap((i) => claims[i] ?? []));
      return [...found].filter((one) => trained.has(one)).length / trained.size;
    });
  const timed = (order: string, make: () => number[]): OrderCurve => {
    const taken = stopwatch();
    const made = make();
    const { cpuSeconds: cpu } = taken();
    return { order, recall: recallOf(made), cpu };
  };
  return [
    ...DRAWS.map((seed) =>
      timed('random', () =>
        random(`order:${seed}`)
          .shuffle([...points.keys()])
          .slice(0, most),
      ),
    ),
    ...[1, 0.1, 0.01].map((nu) => timed(`NeuralUCB, ν ${nu}`, () => neuralUcb(points, most, newOf(), { nu, seed: 1 }))),
    timed('farthest first', () => farthestFirst(points, most)),
  ];
};
