// NeuralUCB (Zhou, Li and Gu 2020, https://arxiv.org/abs/1911.04462), by which Reveal-and-Release searches for what to
// ask, with the settings of its public relative INSTINCT made smaller: an order of questions that goes where a small
// net expects a new answer, or knows little. Source of the settings: ../docs/results/reveal.md, which measures it
// beside farthest-point order, and finds it worse.
// Trap: an answer pays once. What paid is asked for again in other words, so that the less the net is driven to what
// it does not know (`nu`), the fewer records come.
import { random, type Random } from '#engine/random.ts';
import { standardised } from './farthest.ts';

/** Numbers that a question's outlook is reduced to, by one fixed random map. */
const WIDTH = 96;
const HIDDEN = 32;
const LAMBDA = 0.1;
/** Questions that are asked at random first, and between two trainings of the net. */
const FIRST = 12;
const BETWEEN = 4;
const STEPS = 100;
const RATE = 3e-3;

export interface NeuralUcb {
  /** Weight of what the net does not know. */
  readonly nu: number;
  readonly seed: number;
}

type Vector = Float64Array;

/**
 * Indices in the order in which they are asked, at most `count`; `ask` says of each whether it brought something new.
 */
export const neuralUcb = (
  points: readonly Float32Array[],
  count: number,
  ask: (indices: readonly number[]) => readonly boolean[],
  { nu, seed }: NeuralUcb,
): number[] => {
  const stream = random(`neural-ucb:${seed}`);
  const contexts = reduced(standardised(points), stream);
  const first = freshNet(stream);
  const seen = first.map(() => LAMBDA);
  const paid: number[] = [];
  const order: number[] = [];
  const left = new Set(points.keys());
  const take = (some: readonly number[]): void => {
    for (const i of some) left.delete(i);
    order.push(...some);
    paid.push(...ask(some).map(Number));
  };
  take(stream.shuffle([...left]).slice(0, Math.min(FIRST, count)));
  while (order.length < Math.min(count, points.length)) {
    const net = trained(
      first,
      order.map((i) => contexts[i]!),
      paid,
    );
    const some: number[] = [];
    while (some.length < BETWEEN && order.length + some.length < Math.min(count, points.length)) {
      const open = [...left].filter((i) => !some.includes(i));
      const best = highest(open, (i) => hopeOf(net, contexts[i]!, seen, nu));
      slopeOf(net, contexts[best]!).forEach((g, k) => (seen[k]! += g * g));
      some.push(best);
    }
    take(some);
  }
  return order;
};

/** What the net expects, and the width of what it does not know. */
const hopeOf = (net: Vector, x: Vector, seen: Vector, nu: number): number => {
  const width = slopeOf(net, x).reduce((sum, g, k) => sum + (LAMBDA * nu * g * g) / seen[k]!, 0);
  return outputOf(net, hiddenOf(net, x)) + Math.sqrt(width);
};

const highest = (of: readonly number[], value: (one: number) => number): number => {
  let [best, most] = [of[0]!, -Infinity];
  for (const one of of) {
    const here = value(one);
    if (here > most) [best, most] = [one, here];
  }
  return best;
};

/** WIDTH → HIDDEN ReLU → 1 without biases, normal with variance 1/fan-in; the last HIDDEN are the output's. */
const freshNet = (stream: Random): Vector =>
  Float64Array.from(
    { length: (WIDTH + 1) * HIDDEN },
    (_, k) => stream.normal() / Math.sqrt(k < WIDTH * HIDDEN ? WIDTH : HIDDEN),
  );

const hiddenOf = (net: Vector, x: Vector): Vector => {
  const hidden = new Float64Array(HIDDEN);
  for (let h = 0; h < HIDDEN; h++) {
    let sum = 0;
    for (let i = 0; i < WIDTH; i++) sum += net[h * WIDTH + i]! * x[i]!;
    hidden[h] = Math.max(0, sum);
  }
  return hidden;
};

const outputOf = (net: Vector, hidden: Vector): number =>
  hidden.reduce((sum, value, h) => sum + net[WIDTH * HIDDEN + h]! * value, 0);

/** Slope of the net's answer in every weight. */
const slopeOf = (net: Vector, x: Vector): Vector => {
  const slope = new Float64Array(net.length);
  hiddenOf(net, x).forEach((value, h) => {
    slope[WIDTH * HIDDEN + h] = value;
    const out = value > 0 ? net[WIDTH * HIDDEN + h]! : 0;
    for (let i = 0; i < WIDTH; i++) slope[h * WIDTH + i] = out * x[i]!;
  });
  return slope;
};

/** From the first weights anew, by Adam on squared errors with weight decay λ/n. */
const trained = (first: Vector, contexts: readonly Vector[], paid: readonly number[]): Vector => {
  const net = first.slice();
  const [m, v, gradient] = [first, first, first].map(({ length }) => new Float64Array(length)) as [
    Vector,
    Vector,
    Vector,
  ];
  for (let step = 1; step <= STEPS; step++) {
    for (let k = 0; k < net.length; k++) gradient[k] = (LAMBDA / paid.length) * net[k]!;
    contexts.forEach((x, i) => addSlope(gradient, net, x, paid[i]!, paid.length));
    const [first, second] = [1 - 0.9 ** step, 1 - 0.999 ** step];
    for (let k = 0; k < net.length; k++) {
      const g = gradient[k]!;
      m[k] = 0.9 * m[k]! + 0.1 * g;
      v[k] = 0.999 * v[k]! + 0.001 * g * g;
      net[k] = net[k]! - (RATE * m[k]!) / first / (Math.sqrt(v[k]! / second) + 1e-8);
    }
  }
  return net;
};

/** Adds the slope of one squared error, as a share of n. */
const addSlope = (gradient: Vector, net: Vector, x: Vector, paid: number, n: number): void => {
  const hidden = hiddenOf(net, x);
  const off = (2 * (outputOf(net, hidden) - paid)) / n;
  for (let h = 0; h < HIDDEN; h++) {
    if (hidden[h] === 0) continue;
    gradient[WIDTH * HIDDEN + h] = gradient[WIDTH * HIDDEN + h]! + off * hidden[h]!;
    const out = off * net[WIDTH * HIDDEN + h]!;
    for (let i = 0; i < WIDTH; i++) gradient[h * WIDTH + i] = gradient[h * WIDTH + i]! + out * x[i]!;
  }
};

/** By one random map, so that a net of this size fits questions of any vocabulary; standardised again. */
const reduced = (points: readonly Vector[], stream: Random): Vector[] => {
  const size = points[0]?.length ?? 0;
  const map = Float64Array.from({ length: size * WIDTH }, () => stream.normal() / Math.sqrt(size));
  const mapped = points.map((point) => {
    const out = new Float64Array(WIDTH);
    point.forEach((x, k) => {
      for (let i = 0; i < WIDTH; i++) out[i]! += x * map[k * WIDTH + i]!;
    });
    return out;
  });
  return standardised(mapped);
};
