// The experiment with which NPO was introduced (Zhang et al. 2024, https://arxiv.org/abs/2404.05868): logistic
// regression on random features, where everything about forgetting can be computed. Records to forget lie around +α,
// those that stay around −α, with the two labels the other way round; `α` 1 sets them apart, 0 mixes them.
// Trap: only the second layer learns, and every step is on all records, so that two runs differ in the loss alone.
import { random, type Random } from '#engine/random.ts';

/** Inputs of this width, as many random features, records that stay, to be forgotten, and to be asked. */
const SIZE = { width: 16, features: 128, retain: 1000, forget: 200, asked: 1000 } as const;

export const LOSSES = ['GA', 'GD', 'KL', 'NPO', 'NPO-RT'] as const;
export type Loss = (typeof LOSSES)[number];

/** As published; NPO's gradient is small where a record is already unlikely, so that it takes larger steps. */
const RATES: Readonly<Record<Loss, number>> = { GA: 5e-4, GD: 5e-4, KL: 5e-4, NPO: 5e-3, 'NPO-RT': 5e-3 };

/** Features (n, N) row by row, and of each record whether it has the first label. */
export interface Records {
  readonly features: Float64Array;
  readonly first: readonly boolean[];
}

export interface World {
  readonly retain: Records;
  readonly forget: Records;
  readonly askedRetain: Records;
  readonly askedForget: Records;
}

const { width, features: N } = SIZE;
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

export const worldOf = (seed: number, alpha: number): World => {
  const stream = random(`logistic:${seed}`);
  const first = Float64Array.from({ length: N * width }, () => stream.normal() / Math.sqrt(width));
  const draw = (count: number, side: 1 | -1): Records => drawn(stream, first, count, side, side * alpha);
  return {
    ...{ retain: draw(SIZE.retain, -1), forget: draw(SIZE.forget, 1) },
    ...{ askedRetain: draw(SIZE.asked, -1), askedForget: draw(SIZE.asked, 1) },
  };
};

/** Those that stay have the first label where their logit says so, those to forget the second. */
const drawn = (stream: Random, layer: Float64Array, count: number, side: 1 | -1, mean: number): Records => {
  const features = new Float64Array(count * N);
  const first: boolean[] = [];
  for (let i = 0; i < count; i++) {
    const apart = Array.from({ length: width }, () => stream.normal());
    for (let k = 0; k < N; k++)
      features[i * N + k] = Math.max(
        0,
        apart.reduce((sum, x, j) => sum + (x + mean) * layer[k * width + j]!, 0),
      );
    const logit = apart.reduce((sum, x) => sum + x, 0) / Math.sqrt(width) + 1;
    first.push(stream.uniform() < sigmoid(logit) === side < 0);
  }
  return { features, first };
};

/** Logit of the first label, one a record. */
const logitsOf = ({ features, first }: Records, a: Float64Array): Float64Array =>
  Float64Array.from(first, (_, i) => {
    let sum = 0;
    for (let k = 0; k < N; k++) sum += features[i * N + k]! * a[k]!;
    return sum;
  });

/** Adds Σ pull_i · features_i / n to `into`. */
const addPulled = (into: Float64Array, { features, first }: Records, pull: (i: number) => number): void => {
  for (let i = 0; i < first.length; i++) {
    const by = pull(i) / first.length;
    if (by !== 0) for (let k = 0; k < N; k++) into[k]! += by * features[i * N + k]!;
  }
};

/** Holds the normal equations up where two features say the same. */
const RIDGE = 1e-6;

/** The most likely second layer, by Newton's method: there the mean gradient is 0. */
export const fitted = (records: readonly Records[]): Float64Array => {
  const a = new Float64Array(N);
  const features = Float64Array.from(records.flatMap((one) => [...one.features]));
  const all: Records = { features, first: records.flatMap(({ first }) => first) };
  for (let round = 0; round < 25; round++) {
    const logits = logitsOf(all, a);
    const gradient = gradientOfLoss(all, logits);
    if (Math.hypot(...gradient) < 1e-9) break;
    const step = solved(curvature(all, logits), gradient);
    step.forEach((x, k) => (a[k]! -= x));
  }
  return a;
};

/** Of the mean negative log-likelihood. */
export const gradientOfLoss = (records: Records, logits: Float64Array): Float64Array => {
  const gradient = new Float64Array(N);
  addPulled(gradient, records, (i) => sigmoid(logits[i]!) - (records.first[i] ? 1 : 0));
  return gradient;
};

const curvature = ({ features, first }: Records, logits: Float64Array): Float64Array => {
  const matrix = new Float64Array(N * N);
  for (let i = 0; i < first.length; i++) {
    const p = sigmoid(logits[i]!);
    for (let k = 0; k < N; k++) {
      const by = (p * (1 - p) * features[i * N + k]!) / first.length;
      if (by !== 0) for (let j = 0; j <= k; j++) matrix[k * N + j]! += by * features[i * N + j]!;
    }
  }
  for (let k = 0; k < N; k++) matrix[k * N + k]! += RIDGE;
  return matrix;
};

/** x of A x = b, A symmetric and positive, of which the lower half is read (Cholesky). */
const solved = (matrix: Float64Array, b: Float64Array): Float64Array => {
  const x = b.slice();
  for (let i = 0; i < N; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * N + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * N + k]! * matrix[j * N + k]!;
      matrix[i * N + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * N + j]!;
    }
  for (let i = 0; i < N; i++) {
    for (let k = 0; k < i; k++) x[i]! -= matrix[i * N + k]! * x[k]!;
    x[i]! /= matrix[i * N + i]!;
  }
  for (let i = N - 1; i >= 0; i--) {
    for (let k = i + 1; k < N; k++) x[i]! -= matrix[k * N + i]! * x[k]!;
    x[i]! /= matrix[i * N + i]!;
  }
  return x;
};

/** Log-probability of the labels that the records have. */
const own = ({ first }: Records, logits: Float64Array): Float64Array =>
  logits.map((z, i) => Math.log(sigmoid(first[i] ? z : -z)));

/** The gradient of a loss at `a`, `start` being the model from before; β in 1/nats. */
export const unlearningGradient = (
  loss: Loss,
  { forget, retain }: Pick<World, 'forget' | 'retain'>,
  a: Float64Array,
  start: Float64Array,
  beta = 1,
): Float64Array => {
  const gradient = new Float64Array(N);
  const logits = logitsOf(forget, a);
  const now = own(forget, logits);
  const before = loss.startsWith('NPO') ? own(forget, logitsOf(forget, start)) : now;
  // d log p(own label) / dz = 1 − p for the first label, −(1 − p) for the second
  const slope = (i: number) => (forget.first[i] ? 1 : -1) * (1 - Math.exp(now[i]!));
  const weight = (i: number) => (loss.startsWith('NPO') ? 2 * sigmoid(beta * (now[i]! - before[i]!)) : 1);
  addPulled(gradient, forget, (i) => weight(i) * slope(i));
  if (loss === 'GD' || loss === 'NPO-RT')
    gradientOfLoss(retain, logitsOf(retain, a)).forEach((x, k) => (gradient[k]! += x));
  if (loss === 'KL') {
    const [p, q] = [logitsOf(retain, start), logitsOf(retain, a)];
    addPulled(gradient, retain, (i) => sigmoid(q[i]!) - sigmoid(p[i]!));
  }
  return gradient;
};

/** Mean KL (nats) of what the first model says of each record to what the second says. */
export const divergence = (records: Records, from: Float64Array, to: Float64Array): number => {
  const [p, q] = [logitsOf(records, from), logitsOf(records, to)];
  const of = (z: number, w: number) => sigmoid(z) * (Math.log(sigmoid(z)) - Math.log(sigmoid(w)));
  return p.reduce((sum, z, i) => sum + of(z, q[i]!) + of(-z, -q[i]!), 0) / p.length;
};

export interface LogisticPoint {
  readonly steps: number;
  /** Mean KL of a model that never saw the forget records to this one, on records of either kind. */
  readonly forget: number;
  readonly retain: number;
}

export interface LogisticRow {
  readonly alpha: number;
  readonly loss: Loss;
  readonly points: readonly LogisticPoint[];
}

const AT: readonly number[] = [0, 100, 250, 500, 1000, 2000];

export const logisticRows = (seed: number, alphas: readonly number[] = [1, 0]): LogisticRow[] =>
  alphas.flatMap((alpha) => {
    const world = worldOf(seed, alpha);
    const [start, anew] = [fitted([world.retain, world.forget]), fitted([world.retain])];
    return LOSSES.map((loss) => ({ alpha, loss, points: pathOf(loss, world, start, anew) }));
  });

const pathOf = (loss: Loss, world: World, start: Float64Array, anew: Float64Array): LogisticPoint[] => {
  const a = start.slice();
  const points: LogisticPoint[] = [];
  for (let steps = 0; steps <= AT.at(-1)!; steps++) {
    if (AT.includes(steps))
      points.push({
        ...{ steps, forget: divergence(world.askedForget, anew, a) },
        retain: divergence(world.askedRetain, anew, a),
      });
    const gradient = unlearningGradient(loss, world, a, start);
    gradient.forEach((x, k) => (a[k]! -= RATES[loss] * x));
  }
  return points;
};
