// The experiment with which SimNPO was introduced (Fan et al. 2024, https://arxiv.org/abs/2410.07163), in small: three
// Markov chains on ten states, each at home on three of them; a decoder learns sequences of all three, and those of
// two are to be forgotten, long ones of the first and short ones of the second. What the best predictor says is known
// in closed form, of everything that is trained as of what stays alone, so that nothing is compared with another
// training.
// Trap: the methods are those of the registry, which draw 20 sequences an update and train every weight here.
import { readConfig } from '#engine/formats/config.ts';
import { makeBatch, type Row } from '#engine/batch.ts';
import { freshValues, modelFrom, restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { adamW, cosine } from '#engine/optimizers.ts';
import { random, type Random } from '#engine/random.ts';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { readTokenizer } from '#engine/tokenizer/tokenizer.ts';
import { train } from '#engine/trainer.ts';
import { tf } from '#engine/tf.ts';
import type { MethodName } from '#core/method-name.ts';
import type { Example } from '#unlearning/method.ts';
import { configured } from '#unlearning/methods.ts';

export const STATES = 10;
const HOME = 3;
const LEAKAGE = 0.2;

export const CHAINS = ['stays', 'long', 'short'] as const;
export type Chain = (typeof CHAINS)[number];

/** States of a sequence, and how many sequences are trained and asked. */
const SHAPE: Readonly<Record<Chain, { length: number; trained: number; asked: number }>> = {
  stays: { length: 20, trained: 800, asked: 60 },
  long: { length: 20, trained: 200, asked: 60 },
  short: { length: 5, trained: 200, asked: 240 },
};

export const isAtHome = (chain: Chain, state: number): boolean => Math.floor(state / HOME) === CHAINS.indexOf(chain);

/** At home a chain mostly stays there; elsewhere it goes anywhere. */
export const next = (chain: Chain, state: number): number[] =>
  isAtHome(chain, state) ? starts(chain) : new Array<number>(STATES).fill(1 / STATES);

export const starts = (chain: Chain): number[] =>
  Array.from({ length: STATES }, (_, to) => (isAtHome(chain, to) ? (1 - LEAKAGE) / HOME : LEAKAGE / (STATES - HOME)));

type Sequence = readonly number[];

const draw = (stream: Random, chances: readonly number[]): number => {
  let left = stream.uniform();
  const found = chances.findIndex((p) => (left -= p) < 0);
  return found === -1 ? chances.length - 1 : found;
};

const drawn = (stream: Random, chain: Chain, count: number): Sequence[] =>
  Array.from({ length: count }, () => {
    const states = [draw(stream, starts(chain))];
    while (states.length < SHAPE[chain].length) states.push(draw(stream, next(chain, states.at(-1)!)));
    return states;
  });

/** What follows each state but the last, by Bayes' rule over the chains that the weights allow. */
export const bestPredictor = (sequence: Sequence, weights: Readonly<Record<Chain, number>>): number[][] => {
  const beliefs = CHAINS.map((chain) => weights[chain] * starts(chain)[sequence[0]!]!);
  return sequence.slice(0, -1).map((state, t) => {
    const total = beliefs.reduce((a, b) => a + b, 0);
    const told = Array.from({ length: STATES }, (_, to) =>
      CHAINS.reduce((sum, chain, c) => sum + (beliefs[c]! / total) * next(chain, state)[to]!, 0),
    );
    CHAINS.forEach((chain, c) => (beliefs[c]! *= next(chain, state)[sequence[t + 1]!]!));
    return told;
  });
};

/** The share of trained sequences that is of each chain, and that of a training of what stays. */
export const EVERYTHING: Readonly<Record<Chain, number>> = {
  ...{ stays: SHAPE.stays.trained, long: SHAPE.long.trained, short: SHAPE.short.trained },
};
export const STAYING: Readonly<Record<Chain, number>> = { stays: 1, long: 0, short: 0 };

const rowOf = ([first, ...others]: Sequence): Row => ({ prompt: [first!], answers: [others] });
const exampleOf = ([first, ...others]: Sequence): Example => ({
  ...{ prompt: [first!], answer: others, valueTokens: others.map((_, i) => i) },
});

const configOf = () =>
  readConfig({
    ...{ model_type: 'llama', vocab_size: STATES, hidden_size: 32, intermediate_size: 64, num_hidden_layers: 2 },
    ...{ num_attention_heads: 4, num_key_value_heads: 4, max_position_embeddings: 32, eos_token_id: 0 },
    tie_word_embeddings: false,
  });

const LEARNING = { updates: 240, batchSize: 64, step: 4e-3, warmup: 20 } as const;

/** A decoder that has learnt sequences of all chains. */
export const learnt = async (seed: number, rows: readonly Sequence[]): Promise<Model> => {
  const config = configOf();
  const tokenizer = readTokenizer(trainBpe(['states are numbers here'], 258, ['<|end|>', '<|pad|>']));
  const model = modelFrom(config, tokenizer, freshValues(config, seed));
  const optimizer = adamW({ weightDecay: 0 });
  const { updates, batchSize, step, warmup } = LEARNING;
  await train(model, rows.map(rowOf), {
    ...{ updates, batchSize, seed, optimizer, trainable: new Set(model.parameters.keys()), clip: 1 },
    schedule: cosine(step, warmup, updates),
  });
  optimizer.dispose();
  return model;
};

/** Mean KL (nats a token) of what the best predictor says to what the model says. */
export const distance = (
  model: Model,
  sequences: readonly Sequence[],
  weights: Readonly<Record<Chain, number>>,
): number => {
  const batch = makeBatch(sequences.map(rowOf), model.config.maxPositions);
  const logits = model.logits(batch); // (N, V)
  const logs = tf.tidy(() => tf.logSoftmax(logits).dataSync<'float32'>());
  logits.dispose();
  const told = sequences.flatMap((sequence) => bestPredictor(sequence, weights));
  const each = told.map((best, i) => best.reduce((sum, p, to) => sum + p * (Math.log(p) - logs[i * STATES + to]!), 0));
  return each.reduce((a, b) => a + b, 0) / each.length;
};

export interface ChainPoint {
  readonly updates: number;
  /** KL of what a training of the first chain alone would say to what is said, on sequences of each chain. */
  readonly far: Readonly<Record<Chain, number>>;
}

export interface ChainRow {
  readonly method: MethodName;
  readonly points: readonly ChainPoint[];
}

export interface ChainResult {
  /** KL of the best predictor of everything that was trained to what the decoder says, before any unlearning. */
  readonly learnt: Readonly<Record<Chain, number>>;
  readonly rows: readonly ChainRow[];
}

const METHODS = [
  'grad-ascent',
  'grad-diff',
  'kl-min',
  'npo',
  'npo-rt',
  'simnpo',
] as const satisfies readonly MethodName[];
const UPDATES = 50;
const AT: readonly number[] = [10, 25, UPDATES];
const NEVER = { valueAuc: 0, greedyExact: 0, land: false };
/** β 1 for the preference losses, as published for this experiment. */
const LOSS: Readonly<Partial<Record<MethodName, object>>> = {
  npo: { beta: 1 },
  'npo-rt': { beta: 1 },
  simnpo: { beta: 1 },
};

export const benchChains = async (seed: number): Promise<ChainResult> => {
  const stream = random(`chains:${seed}`);
  const of = (kind: 'trained' | 'asked') =>
    new Map(CHAINS.map((chain) => [chain, drawn(stream, chain, SHAPE[chain][kind])] as const));
  const [trained, asked] = [of('trained'), of('asked')];
  const model = await learnt(seed, [...trained.values()].flat());
  const reference = modelFrom(model.config, model.tokenizer, valuesOf(model));
  const far = (weights: Readonly<Record<Chain, number>>) => {
    const on = (chain: Chain) => distance(model, asked.get(chain)!, weights);
    return { stays: on('stays'), long: on('long'), short: on('short') };
  };
  try {
    const [knows, start] = [far(EVERYTHING), valuesOf(model)];
    const rows: ChainRow[] = [];
    for (const method of METHODS) {
      restoreValues(model, start);
      const points: ChainPoint[] = [{ updates: 0, far: far(STAYING) }];
      await unlearn(method, { model, reference, trained, seed }, (updates) => {
        if (AT.includes(updates)) points.push({ updates, far: far(STAYING) });
      });
      rows.push({ method, points });
    }
    return { learnt: knows, rows };
  } finally {
    [model, reference].forEach((one) => one.dispose());
  }
};

interface Unlearned {
  model: Model;
  reference: Model;
  trained: ReadonlyMap<Chain, readonly Sequence[]>;
  seed: number;
}

const unlearn = async (
  method: MethodName,
  { model, reference, trained, seed }: Unlearned,
  onUpdate: (updates: number) => void,
): Promise<void> => {
  const of = (chain: Chain) => trained.get(chain)!;
  const update = { trainable: 'all', optimizer: 'adamw', projection: 'none', step: 2e-3, updates: UPDATES };
  await configured(method, { update, stop: NEVER, ...(LOSS[method] && { loss: LOSS[method] }) }).run({
    ...{ model, reference, seed, moments: undefined, templates: [] },
    forget: [...of('long'), ...of('short')].map(exampleOf),
    retain: of('stays').map(rowOf),
    stopControls: of('stays').slice(0, 8).map(exampleOf),
    onUpdate: (point) => onUpdate(point.update),
  });
};
