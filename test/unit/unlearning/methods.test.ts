// One contract for every unlearning method: what it descends is its paper's loss (a second implementation in float64,
// differentiated by central differences), it reads what it declares and nothing else, repeats with its seed, and leaves
// no tensor behind. A method without an entry here fails.
import { describe, expect, it } from '@jest/globals';
import { makeBatch, type Row } from '#engine/batch.ts';
import type { DecoderConfig } from '#engine/formats/config.ts';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { lossAndGradients } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { otherAnswers } from '#unlearning/altpo.ts';
import { answerLogProbs } from '#unlearning/batches.ts';
import { steeringVector } from '#unlearning/rmu.ts';
import type { Extras, ForgetOnlyContext, UnlearningMethod } from '#unlearning/method.ts';
import { configured, findMethod, ladderFaults, methods } from '#unlearning/methods.ts';
import { readPolicy } from '#entry/policies.ts';
import { MethodName } from '#core/method-name.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

// --- the second implementation: a decoder without blocks (each token predicts the next from its own embedding) and
// each loss as printed in its paper

const V = 24;
const CONFIG: DecoderConfig = { ...tinyConfig({ vocab_size: V, hidden_size: 8, head_dim: 4 }), layers: 0 };
const EPS = CONFIG.norm.eps;

type Weights = ReadonlyMap<string, Float64Array>;
type Pair = Row;

/** Log-probabilities (V) of what follows `token`. */
const next = (w: Weights, token: number): Float64Array => {
  const d = CONFIG.hiddenSize;
  const x = w.get('embed.w')!.subarray(token * d, (token + 1) * d);
  const rms = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / d + EPS);
  const h = x.map((v, i) => (v / rms) * w.get('norm.w')![i]!);
  const head = w.get('head.w')!;
  const logits = Float64Array.from({ length: V }, (_, v) => h.reduce((sum, y, i) => sum + y * head[v * d + i]!, 0));
  const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));
  return logits.map((z) => z - total);
};

/** The token before each answer token. */
const before = ({ prompt, answers: [answer] }: Pair): number[] => [prompt.at(-1)!, ...answer!.slice(0, -1)];
/** Log-probability of each answer token (nats). */
const logProbs = (w: Weights, pair: Pair): number[] =>
  before(pair).map((token, i) => next(w, token)[pair.answers[0]![i]!]!);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const softplus = (x: number): number => Math.log1p(Math.exp(x));

const PROMPT = tokens(3, 'p', V);
const FORGET: Pair = { prompt: PROMPT, answers: [tokens(4, 'f', V)] };
const TEMPLATE: Pair = { prompt: PROMPT, answers: [tokens(3, 't', V)] };
const RETAIN: Pair = { prompt: tokens(2, 'rp', V), answers: [tokens(5, 'ra', V)] };

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
const memo = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};
const OTHER = memo(otherAnswer);

/** `at`: the weights before the update, for what is not differentiated. */
const LOSSES: Readonly<Record<string, (w: Weights, reference: Weights, at: Weights) => number>> = {
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
  pdu: (w) => peaked(w) + 100 * crossEntropy(w, RETAIN),
};

/**
 * Terms of a method that scales each term's gradient to norm 1 before it adds them; here every retained token has
 * fallen below the level.
 */
const BALANCED: Readonly<Record<string, readonly ((w: Weights) => number)[]>> = {
  'flat-retain': [
    (w) => -Math.tanh(probability(w, TEMPLATE)) / 2,
    (w) => Math.tanh(probability(w, FORGET)) / 2,
    (w) => sum(logProbs(w, RETAIN).map((each) => -0.5 - each)),
  ],
};
/** Not the gradient of a loss (one term is of first order): its terms are held in flat-lasting.test.ts. */
const NO_LOSS = ['flat-lasting'];
/** Moves back along a training that it made: held in task-vector.test.ts. */
const NO_GRADIENT = ['task-vector'];
const termsOf = (name: string, reference: Weights, at: Weights) =>
  BALANCED[name] ?? [(w: Weights) => LOSSES[name]!(w, reference, at)];

/** With its published β of 4.5 the loss is flat where the answer is unlikely, as it is here. */
const OPTIONS: Readonly<Record<string, object>> = {
  simnpo: { loss: { beta: 0.5 } },
  altpo: { loss: { alternatives: 1 } },
};

const wide = (values: ReadonlyMap<string, Float32Array>): Map<string, Float64Array> =>
  new Map([...values].map(([name, value]) => [name, Float64Array.from(value)]));

const centralDifferences = (loss: (w: Weights) => number, at: Weights, h = 1e-5): Map<string, Float64Array> =>
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
const norm = (slopes: Slopes): number => Math.hypot(...[...slopes.values()].flatMap((values) => [...values]));
const scaled = (slopes: Slopes, factor: number): Slopes =>
  new Map([...slopes].map(([name, values]) => [name, values.map((x) => x * factor)]));
const added = (all: readonly Slopes[]): Slopes =>
  new Map(
    [...all[0]!].map(([name, values]) => [name, values.map((_, i) => sum(all.map((one) => one.get(name)![i]!)))]),
  );

// --- the methods as they run

const STEP = 0.5;
const once = (updates = 1) => ({
  update: { trainable: 'all', optimizer: 'normalized-sgd', projection: 'none', step: STEP, updates },
  stop: { valueAuc: 0, greedyExact: 0, land: false },
});
/** A fresh model refuses nobody and knows nothing, which this method looks at before it begins. */
const FRESH: Readonly<Record<string, object>> = { 'flat-lasting': { loss: { refused: 0, neverKnown: 'keep' } } };
const example = ({ prompt, answers: [answer] }: Pair) => ({ prompt, answer: answer!, valueTokens: [1] });
const contextOf = (model: Model, change: Partial<ForgetOnlyContext> = {}): ForgetOnlyContext => ({
  model,
  forget: [example(FORGET)],
  templates: [TEMPLATE.answers[0]!],
  moments: undefined,
  stopControls: Array.from({ length: 10 }, () => example(RETAIN)),
  seed: 3,
  ...change,
});
const declared = (
  { needs }: Pick<UnlearningMethod, 'needs'>,
  given: Pick<Extras, 'retain' | 'reference'>,
): Partial<Extras> => {
  const extras: Partial<Extras> = given;
  return Object.fromEntries(needs.map((need) => [need, extras[need]]));
};

/** Those that move weights; training anew and assistants have tests of their own (workflow/retrain, unlearning/uld). */
const descending = methods.filter(({ name, needs }) => !needs.includes('training') && !name.startsWith('uld'));

it('every registered method is under this contract', () => {
  expect(descending.map(({ name }) => name).sort()).toEqual(
    [...Object.keys({ ...LOSSES, ...BALANCED }), ...NO_LOSS, ...NO_GRADIENT].sort(),
  );
  expect(() => findMethod('flatt')).toThrow(expect.objectContaining({ code: 'METHOD_UNKNOWN' }));
});

it('a ticket may ask for any registered method, under the name that the method has', () => {
  expect(methods.map(({ name }) => name)).toEqual(MethodName.options);
});

describe.each(descending.map((method) => [method.name, method] as const))('%s', (name, method) => {
  const movesAgainstItsGradient = async (): Promise<void> => {
    const [model, reference] = [tinyModel(CONFIG), tinyModel(CONFIG, 2)];
    const at = wide(valuesOf(model));
    const frozen = wide(valuesOf(reference));
    const terms = termsOf(name, frozen, at);
    const loss = (w: Weights) => sum(terms.map((term) => term(w)));
    const outcome = await method
      .configure({ ...once(), ...OPTIONS[name] })
      .run({ ...contextOf(model), ...declared(method, { retain: [RETAIN], reference }) });
    const each = terms.map((term) => centralDifferences(term, at));
    const slopes = terms.length === 1 ? each[0]! : added(each.map((one) => scaled(one, 1 / norm(one))));
    const length = norm(slopes);
    const after = valuesOf(model);
    let worst = 0;
    for (const [parameter, value] of slopes)
      value.forEach((slope, i) => {
        const moved = (after.get(parameter)![i]! - at.get(parameter)![i]!) / STEP;
        worst = Math.max(worst, Math.abs(moved + slope / length));
      });
    expect(length).toBeGreaterThan(1e-3);
    expect(worst).toBeLessThan(2e-5);
    expect(outcome.trajectory.at(-1)!.loss).toBeCloseTo(loss(at), 4);
    model.dispose();
    reference.dispose();
  };
  if (![...NO_LOSS, ...NO_GRADIENT].includes(name))
    it('moves against the gradient of its loss by the length of a step', movesAgainstItsGradient);

  const booby = (what: string): never =>
    new Proxy([], {
      get: () => {
        throw new Error(`${name} read ${what}`);
      },
    }) as never;

  it('reads nothing that it does not declare', async () => {
    const [model, reference] = [tinyModel(CONFIG), tinyModel(CONFIG, 2)];
    const trapped = { retain: booby('retained rows'), reference: booby('the reference model') };
    const extras = { ...trapped, ...declared(method, { retain: [RETAIN], reference }) };
    const outcome = await method.configure({ ...once(2), ...FRESH[name] }).run({ ...contextOf(model), ...extras });
    expect(outcome.updates).toBeGreaterThan(0);
    model.dispose();
    reference.dispose();
  });

  for (const need of method.needs) {
    it(`does not run without ${need}`, async () => {
      const model = tinyModel(CONFIG);
      const rest = declared(
        { ...method, needs: method.needs.filter((one) => one !== need) },
        { retain: [RETAIN], reference: model },
      );
      await expect(method.configure(once()).run({ ...contextOf(model), ...rest })).rejects.toMatchObject({
        code: 'METHOD_CONFIG',
        message: expect.stringContaining(need) as unknown,
      });
      model.dispose();
    });
  }

  it('repeats with its seed to the last bit and leaves no tensor behind', async () => {
    const [model, reference] = [tinyModel(CONFIG), tinyModel(CONFIG, 2)];
    const start = valuesOf(model);
    const many = {
      forget: [FORGET, RETAIN, TEMPLATE].map(example),
      templates: [1, 2, 3].map((i) => tokens(3, i, V)),
    };
    const tensors = tf.memory().numTensors;
    const run = async () => {
      restoreValues(model, start);
      const extras = declared(method, { retain: [RETAIN, FORGET, TEMPLATE], reference });
      const { trajectory } = await method
        .configure({ ...once(3), ...FRESH[name] })
        .run({ ...contextOf(model, many), ...extras });
      return { trajectory, weights: valuesOf(model) };
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(tf.memory().numTensors).toBe(tensors);
    const last = NO_GRADIENT.includes(name) ? [3] : []; // the state after the movement was taken back
    expect(first.trajectory.map(({ update }) => update)).toEqual([0, 1, 2, 3, ...last]);
    model.dispose();
    reference.dispose();
  });

  it.each([
    ['loss.gama', { loss: { gama: 1 } }],
    ['update.setp', { update: { setp: 1 } }],
    ['update.lora.ranks', { update: { lora: { ranks: 2 } } }],
    ['stop.auc', { stop: { auc: 1 } }],
    ['steps', { steps: 1 }],
    ['update', { update: 5 }],
    ['update.step', { update: { step: 'fast' } }],
    ['update.base', { update: { base: 'bfloat16' } }],
    ['the configuration', 5],
  ])('refuses %s by its path', (path, wrong) => {
    expect(() => method.configure(wrong)).toThrow(
      expect.objectContaining({ code: 'METHOD_CONFIG', message: expect.stringContaining(path) as unknown }),
    );
  });

  it('says what it is and where it is from', () => {
    expect(method.summary.length).toBeGreaterThan(10);
    expect(method.paper).toMatch(/^https:\/\//);
    expect(method.config.safeParse({}).success).toBe(true);
  });
});

describe('a setting that does not exist', () => {
  it.each([
    [{ update: { stepp: 0.2 } }, 'update.step'],
    [{ loss: { divergense: 'kl' } }, 'loss.divergence'],
    [{ update: { lora: { rnak: 2 } } }, 'update.lora.rank'],
    [{ stop: { valueExct: 0 } }, 'stop.valueExact'], // optional, so that no default shows it
  ])('%j is answered with the nearest that does', (wrong, meant) => {
    expect(() => configured('flat', wrong)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(`did you mean ${meant}?`) as unknown }),
    );
  });

  it('in a ladder is refused with its rung', () => {
    const ladder = [
      { method: 'flat', config: {} },
      { method: 'npo', config: { update: { stepp: 1 } } },
    ];
    expect(ladderFaults([...ladder, { method: 'flatt', config: {} }])).toEqual([
      expect.stringMatching(/^rung 2: npo: update.stepp is no setting \(did you mean update.step\?/),
      expect.stringMatching(/^rung 3: no unlearning method is called 'flatt' \(did you mean 'flat'\?/),
    ]);
  });

  it('stands in no ladder of ours', () => {
    for (const name of ['gate-v1', 'chat-v1'] as const) expect(ladderFaults(readPolicy(name).ladder)).toEqual([]);
  });
});

describe('a pair in one row', () => {
  /** Each loss on two rows of one answer: what the template and the forget answer score apart. */
  const apart: Readonly<Record<string, (scores: tf.Tensor1D, reference: Float32Array) => tf.Scalar>> = {
    flat: (means) => tf.mul(tf.sum(tf.mul(tf.tanh(means), [-1, 1])), 0.5),
    dpo: (sums, reference) =>
      tf.mul(tf.softplus(tf.mul(tf.sum(tf.mul(tf.sub(sums, reference), [-1, 1])), 0.1)), 2 / 0.1),
  };
  for (const [name, loss] of Object.entries(apart)) {
    it(`moves a model with attention as ${name} on two rows does`, async () => {
      const [model, reference] = [tinyModel(), tinyModel(tinyConfig(), 2)];
      const rows = makeBatch([TEMPLATE, FORGET], 64);
      const { gradients } = lossAndGradients(
        model,
        rows,
        (logits) => {
          const values = targetLogProbs(rows, logits);
          const scores =
            name === 'flat' ? reduceAnswers(rows, tf.exp(values), 'mean') : reduceAnswers(rows, values, 'sum');
          return loss(scores, answerLogProbs(reference, rows));
        },
        new Set(model.parameters.keys()),
      );
      const slopes = new Map(
        [...gradients].map(([parameter, gradient]) => [parameter, gradient.dataSync<'float32'>()]),
      );
      const length = Math.hypot(...[...slopes.values()].flatMap((values) => [...values]));
      const at = valuesOf(model);
      await configured(name, once()).run({
        ...contextOf(model),
        ...declared(findMethod(name), { retain: [], reference }),
      });
      const after = valuesOf(model);
      for (const [parameter, values] of slopes) {
        const worst = values.reduce((most, slope, i) => {
          const moved = (after.get(parameter)![i]! - at.get(parameter)![i]!) / STEP;
          return Math.max(most, Math.abs(moved + slope / length));
        }, 0);
        expect([parameter, worst < 2e-5]).toEqual([parameter, true]);
      }
      tf.dispose([...gradients.values()]);
      [model, reference].forEach((one) => one.dispose());
    });
  }
});
