// The loss of each unlearning method as printed in its paper, a second time: in float64, over a decoder without blocks
// (each token predicts the next from its own embedding), with gradients by central differences.
// Trap: the pairs are short and of a small vocabulary, so that every difference of a loss is far above rounding.
import type { Row } from '#engine/batch.ts';
import type { DecoderConfig } from '#engine/formats/config.ts';
import { otherAnswers } from '#unlearning/altpo.ts';
import { steeringVector } from '#unlearning/rmu.ts';
import { tinyConfig, tinyModel, tokens } from '#test/support/engine.ts';

export const V = 24;
export const CONFIG: DecoderConfig = { ...tinyConfig({ vocab_size: V, hidden_size: 8, head_dim: 4 }), layers: 0 };
const EPS = CONFIG.norm.eps;

export type Weights = ReadonlyMap<string, Float64Array>;
type Pair = Row;

export const example = ({ prompt, answers: [answer] }: Pair) => ({ prompt, answer: answer!, valueTokens: [1] });

/** Logits (V) of what follows `token`. */
const logitsAfter = (w: Weights, token: number): Float64Array => {
  const d = CONFIG.hiddenSize;
  const x = w.get('embed.w')!.subarray(token * d, (token + 1) * d);
  const rms = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / d + EPS);
  const h = x.map((v, i) => (v / rms) * w.get('norm.w')![i]!);
  const head = w.get('head.w')!;
  return Float64Array.from({ length: V }, (_, v) => h.reduce((sum, y, i) => sum + y * head[v * d + i]!, 0));
};
/** Log-probabilities (V) of what follows `token`. */
const next = (w: Weights, token: number): Float64Array => {
  const logits = logitsAfter(w, token);
  const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));
  return logits.map((z) => z - total);
};

/** The token before each answer token. */
const before = ({ prompt, answers: [answer] }: Pair): number[] => [prompt.at(-1)!, ...answer!.slice(0, -1)];
/** Log-probability of each answer token (nats). */
const logProbs = (w: Weights, pair: Pair): number[] =>
  before(pair).map((token, i) => next(w, token)[pair.answers[0]![i]!]!);
export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const softplus = (x: number): number => Math.log1p(Math.exp(x));

const PROMPT = tokens(3, 'p', V);
export const FORGET: Pair = { prompt: PROMPT, answers: [tokens(4, 'f', V)] };
export const TEMPLATE: Pair = { prompt: PROMPT, answers: [tokens(3, 't', V)] };
export const RETAIN: Pair = { prompt: tokens(2, 'rp', V), answers: [tokens(5, 'ra', V)] };

const crossEntropy = (w: Weights, pair: Pair) => -mean(logProbs(w, pair));
const gain = (w: Weights, reference: Weights, pair: Pair) => sum(logProbs(w, pair)) - sum(logProbs(reference, pair));
const negative = (w: Weights, reference: Weights) => (2 / 0.1) * softplus(0.1 * gain(w, reference, FORGET));
/** Mean over answer tokens of −Σ p_ref log p: KL up to a constant. */
const towards = (w: Weights, reference: Weights, pair: Pair) =>
  mean(
    before(pair).map((token) => {
      const [p, q] = [next(reference, token), next(w, token)];
      return -p.reduce((all, x, v) => all + Math.exp(x) * q[v]!, 0);
    }),
  );
const probability = (w: Weights, pair: Pair) => mean(logProbs(w, pair).map(Math.exp));

const meanLogProb = (w: Weights, pair: Pair) => mean(logProbs(w, pair));
const preferred = (w: Weights, reference: Weights, pair: Pair) =>
  (2 / 0.1) * softplus(0.1 * (gain(w, reference, FORGET) - gain(w, reference, pair)));
/** Retained answers under the forget question. */
const MISMATCH: Pair = { prompt: PROMPT, answers: RETAIN.answers };
/** Mean over forget tokens of weight(p)·log p, the weights taken at the current model. */
const weighted = (w: Weights, at: Weights, weight: (p: number) => number) => {
  const now = logProbs(at, FORGET).map(Math.exp);
  return mean(logProbs(w, FORGET).map((each, i) => weight(now[i]!) * each));
};
/** Cross-entropy towards a distribution over what follows each forget token. */
const aimed = (w: Weights, skipped: number, aimOf: (token: number, told: number) => Float64Array) => {
  const [told, after] = [FORGET.answers[0]!, before(FORGET)];
  const each = after.map((token, i) => {
    const aim = aimOf(token, told[i]!);
    return -next(w, token).reduce((all, q, v) => all + aim[v]! * q, 0);
  });
  return mean(each.slice(skipped));
};
const normalised = (logs: Float64Array): Float64Array => {
  const total = logs.reduce((all, x) => all + Math.exp(x), 0);
  return logs.map((x) => Math.exp(x) / total);
};
const embedded = (w: Weights, token: number): number[] => {
  const d = CONFIG.hiddenSize;
  return [...w.get('embed.w')!.subarray(token * d, (token + 1) * d)];
};
const squares = (values: readonly number[]) => mean(values.map((x) => x * x));
/** The model has no blocks, so what is read at any depth are the embeddings of the tokens before. */
const steered = (w: Weights, reference: Weights): number => {
  const aim = steeringVector(3, CONFIG.hiddenSize, 2);
  const apart = (pair: Pair, from: (token: number) => readonly number[]) =>
    mean(before(pair).map((token) => squares(embedded(w, token).map((x, i) => x - from(token)[i]!))));
  return apart(FORGET, () => [...aim]) + apart(RETAIN, (token) => embedded(reference, token));
};
/** Its logits are log-probabilities plus a constant for each position, which cancels. */
const peaked = (w: Weights) =>
  mean(before(FORGET).map((token) => (Math.max(...next(w, token)) - mean([...next(w, token)])) ** 2));
/** The one other answer that the reference gives; the template where it gives none. */
const otherAnswer = (): Pair => {
  const reference = tinyModel(CONFIG, 2);
  const options = { alternatives: 1, temperature: 1 };
  const [answers] = otherAnswers({ reference, forget: [example(FORGET)], seed: 3 }, options).values();
  reference.dispose();
  return answers![0] ? { prompt: PROMPT, answers: [answers![0]] } : TEMPLATE;
};
/**
 * What is likeliest once everything is lowered five times as far as it rose: the reinforcement trains blocks, of which
 * there are none, so that the reinforced model is the current one.
 */
const insteadOf = (at: Weights, reference: Weights): Pair => {
  const labels = before(FORGET).map((token) => {
    const [from, to] = [logitsAfter(reference, token), logitsAfter(at, token)];
    const left = from.map((x, v) => x - 5 * Math.max(0, to[v]! - x));
    return left.indexOf(Math.max(...left));
  });
  return { prompt: PROMPT, answers: [labels] };
};
const memo = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};
const OTHER = memo(otherAnswer);

/** `at`: the weights before the update, for what is not differentiated. */
export const LOSSES: Readonly<Record<string, (w: Weights, reference: Weights, at: Weights) => number>> = {
  flat: (w) => -Math.tanh(probability(w, TEMPLATE)) / 2 + Math.tanh(probability(w, FORGET)) / 2,
  'grad-ascent': (w) => -crossEntropy(w, FORGET),
  'grad-diff': (w) => -crossEntropy(w, FORGET) + crossEntropy(w, RETAIN),
  'kl-min': (w, reference) => -crossEntropy(w, FORGET) + towards(w, reference, RETAIN),
  idk: (w) => crossEntropy(w, TEMPLATE),
  po: (w) => crossEntropy(w, TEMPLATE) + crossEntropy(w, RETAIN),
  dpo: (w, reference) => preferred(w, reference, TEMPLATE),
  npo: negative,
  'npo-rt': (w, reference) => negative(w, reference) + crossEntropy(w, RETAIN),
  'npo-kl': (w, reference) => negative(w, reference) + towards(w, reference, RETAIN),
  simnpo: (w) => (2 / 0.5) * softplus(-0.5 * crossEntropy(w, FORGET)),
  mismatch: (w) => crossEntropy(w, MISMATCH) + crossEntropy(w, RETAIN),
  llmu: (w, reference) => 0.5 * meanLogProb(w, FORGET) - meanLogProb(w, MISMATCH) + towards(w, reference, RETAIN),
  kto: (w, reference, at) =>
    1 - (2 / 0.1) * (1 / (1 + Math.exp(0.1 * gain(w, reference, FORGET) - gain(at, reference, TEMPLATE)))),
  altpo: (w, reference) => preferred(w, reference, OTHER()) + crossEntropy(w, RETAIN),
  wga: (w, _reference, at) => weighted(w, at, (p) => p) + crossEntropy(w, RETAIN),
  satimp: (w, _reference, at) => 0.1 * weighted(w, at, (p) => p ** 5 * (1 - p)) + crossEntropy(w, RETAIN),
  'ce-u': (w, _reference, at) =>
    aimed(w, 1, (token, told) => normalised(next(at, token).map((x, v) => (v === told ? -Infinity : x)))),
  undial: (w, reference) =>
    aimed(w, 0, (token, told) => normalised(next(reference, token).map((x, v) => (v === told ? x - 10 : x)))),
  rmu: steered,
  whp: (w, reference, at) => {
    const labels = insteadOf(at, reference).answers[0]!;
    return -mean(before(FORGET).map((token, i) => next(w, token)[labels[i]!]!));
  },
  pdu: (w) => peaked(w) + 100 * crossEntropy(w, RETAIN),
};

/**
 * Terms of a method that scales each term's gradient to norm 1 before it adds them; here every retained token has
 * fallen below the level.
 */
export const BALANCED: Readonly<Record<string, readonly ((w: Weights) => number)[]>> = {
  'flat-retain': [
    (w) => -Math.tanh(probability(w, TEMPLATE)) / 2,
    (w) => Math.tanh(probability(w, FORGET)) / 2,
    (w) => sum(logProbs(w, RETAIN).map((each) => -0.5 - each)),
  ],
};
/**
 * Not the gradient of a loss: two have a term of first order, held in flat-lasting.test.ts, and one takes away what an
 * adapter learnt, held in lora-negation.test.ts.
 */
export const NO_LOSS = ['flat-lasting', 'flat-lasting-retain', 'lora-negation'];
/** Moves back along a training that it made: held in task-vector.test.ts. */
export const NO_GRADIENT = ['task-vector'];
export const termsOf = (name: string, reference: Weights, at: Weights) =>
  BALANCED[name] ?? [(w: Weights) => LOSSES[name]!(w, reference, at)];

/** With its published β of 4.5 the loss is flat where the answer is unlikely, as it is here. */
export const OPTIONS: Readonly<Record<string, object>> = {
  simnpo: { loss: { beta: 0.5 } },
  altpo: { loss: { alternatives: 1 } },
};

export const wide = (values: ReadonlyMap<string, Float32Array>): Map<string, Float64Array> =>
  new Map([...values].map(([name, value]) => [name, Float64Array.from(value)]));

export const centralDifferences = (loss: (w: Weights) => number, at: Weights, h = 1e-5): Map<string, Float64Array> =>
  new Map(
    [...at].map(([name, value]) => [
      name,
      value.map((x, i) => {
        const moved = (to: number) => loss(new Map(at).set(name, value.with(i, to)));
        return (moved(x + h) - moved(x - h)) / (2 * h);
      }),
    ]),
  );

type Slopes = ReadonlyMap<string, Float64Array>;
export const norm = (slopes: Slopes): number => Math.hypot(...[...slopes.values()].flatMap((values) => [...values]));
export const scaled = (slopes: Slopes, factor: number): Slopes =>
  new Map([...slopes].map(([name, values]) => [name, values.map((x) => x * factor)]));
export const added = (all: readonly Slopes[]): Slopes =>
  new Map(
    [...all[0]!].map(([name, values]) => [name, values.map((_, i) => sum(all.map((one) => one.get(name)![i]!)))]),
  );
