// Which of many questions about a person are asked, and in which order: farthest first, which found most for every
// number of questions and is the default; by NeuralUCB, as Reveal-and-Release has it; or at random. Source:
// ../docs/results/reveal.md.
// Trap: a search by reward asks while it chooses, so that it takes twice the answers.
import { random } from '#engine/random.ts';
import { farthestFirst } from './farthest.ts';
import { neuralUcb } from './neural-ucb.ts';

export const ORDERS = ['farthest', 'neural-ucb', 'random'] as const;
export type Order = (typeof ORDERS)[number];

export interface Ordering {
  /** What the model is about to say behind each question. */
  readonly outlooks: () => readonly Float32Array[];
  /** Of each of some questions, whether its answer is one that none before brought. */
  readonly isNew: (indices: readonly number[]) => readonly boolean[];
}

/** At most `most` of `count` questions, by their place. */
export const orderBy = (order: Order, count: number, most: number, { outlooks, isNew }: Ordering): number[] => {
  if (order === 'farthest') return farthestFirst(outlooks(), most);
  if (order === 'neural-ucb') return neuralUcb(outlooks(), most, isNew, NEURAL_UCB);
  return random('reveal')
    .shuffle(Array.from({ length: count }, (_, i) => i))
    .slice(0, most);
};
const NEURAL_UCB = { nu: 1, seed: 1 };

/** Remembers answers: whether each of some is there at all, and none before it was the same. */
export const unseen = (): ((answers: readonly (string | undefined)[]) => boolean[]) => {
  const seen = new Set<string>();
  return (answers) =>
    answers.map((answer) => {
      if (answer === undefined || seen.has(answer)) return false;
      seen.add(answer);
      return true;
    });
};
