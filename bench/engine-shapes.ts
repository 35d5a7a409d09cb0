// Shapes of the engine bench and the updates that are measured on them: training on answers, and FLAT on all weights or
// on a LoRA, with packed or separate pairs.
// Trap: weights are random, but a block of normal numbers is repeated, because a thousand million draws would take
// longer than the bench.
import { makeBatch, type Row } from '#engine/batch.ts';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { readConfig } from '#engine/formats/config.ts';
import { attachLora, freshFactors, LoraConfig, loraParameters, shapeLora } from '#engine/lora.ts';
import { heldModelFrom } from '#engine/held-base.ts';
import { answerCrossEntropy, reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { modelFrom, type Model } from '#engine/model.ts';
import { adamW } from '#engine/optimizers.ts';
import { parameterSpecs } from '#engine/parameters.ts';
import { random } from '#engine/random.ts';
import { lossAndGradients, type Objective } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { readTokenizer } from '#engine/tokenizer/tokenizer.ts';
import { divergences } from '#unlearning/divergences.ts';
import { FlatConfig } from '#unlearning/flat-config.ts';
import { flatLoss, forgetTerm, templateTerm } from '#unlearning/flat-loss.ts';

export interface Shape {
  name: string;
  family: 'llama' | 'gpt2';
  d: number;
  layers: number;
  heads: number;
  kvHeads: number;
  ff: number;
  vocab: number;
  tied: boolean;
  rows: number;
  columns: number;
  work: readonly Work[];
  /** Keep the frozen base in 16 bits where the backend can. */
  held?: boolean;
  /** Measured updates a round. */
  updates: number;
}

/** train: cross-entropy of rows × columns; flat: as many rows of PAIR. */
export type Work = 'train' | 'flat' | 'flat-lora';

/** Tokens of a FLAT row: a packed row has 128, the two rows apart have 80 and 112. */
export const PAIR = { prompt: 64, template: 16, answer: 48 };
export const RANK = 8;

const ALL: readonly Work[] = ['train', 'flat', 'flat-lora'];
const small = { columns: 128, rows: 8, tied: true, work: ALL, updates: 4 } as const;
const large = { ...small, rows: 4, updates: 1 } as const;
const gpt2 = (d: number, layers: number, heads: number, vocab: number) =>
  ({ family: 'gpt2', d, layers, heads, kvHeads: heads, ff: 4 * d, vocab }) as const;
const llama = (d: number, layers: number, heads: number, kvHeads: number, ff: number, vocab: number) =>
  ({ family: 'llama', d, layers, heads, kvHeads, ff, vocab }) as const;

export const SHAPES: Readonly<Record<string, Shape>> = {
  demo: { name: 'demo, 0.43 M', ...small, ...llama(96, 3, 4, 4, 256, 1024), rows: 48, columns: 28, work: ['train'] },
  '1m': { name: 'reference, 0.94 M', ...small, ...gpt2(128, 4, 4, 1000) },
  '15m': { name: 'GPT-2 style, 15 M', ...small, ...gpt2(384, 7, 6, 8192) },
  smollm2: { name: 'SmolLM2-135M', ...large, ...llama(576, 30, 9, 3, 1536, 49152) },
  gpt2: { name: 'GPT-2-124M', ...large, ...gpt2(768, 12, 12, 50257) },
  '1b-held': {
    name: 'Llama, 1.1 B, base in bfloat16',
    ...large,
    ...llama(2048, 22, 32, 4, 5632, 32000),
    tied: false,
    rows: 2,
    work: ['flat-lora'],
    held: true,
  },
  '1.5b-held': {
    name: 'Qwen2.5, 1.5 B, base in bfloat16',
    ...large,
    ...llama(1536, 28, 12, 2, 8960, 151936),
    rows: 2,
    work: ['flat-lora'],
    held: true,
  },
  '1b': {
    name: 'Llama, 1.1 B',
    ...large,
    ...llama(2048, 22, 32, 4, 5632, 32000),
    tied: false,
    rows: 2,
    work: ['flat-lora'],
  },
};

const configOf = (shape: Shape): unknown =>
  shape.family === 'llama'
    ? {
        model_type: 'llama',
        vocab_size: shape.vocab,
        hidden_size: shape.d,
        intermediate_size: shape.ff,
        num_hidden_layers: shape.layers,
        num_attention_heads: shape.heads,
        num_key_value_heads: shape.kvHeads,
        tie_word_embeddings: shape.tied,
        max_position_embeddings: 128,
        rms_norm_eps: 1e-5,
      }
    : {
        model_type: 'gpt2',
        vocab_size: shape.vocab,
        n_embd: shape.d,
        n_inner: shape.ff,
        n_layer: shape.layers,
        n_head: shape.heads,
        n_positions: 128,
      };

/** The caller disposes the model; `held` keeps its matrices in 16 bits. */
export const modelOf = (shape: Shape, held = false): Model => {
  const config = readConfig(configOf(shape));
  const sizes = new Map(parameterSpecs(config).map(({ name, shape: [a = 1, b = 1] }) => [name, a * b]));
  const stream = random('weights');
  const block = Float32Array.from({ length: 2 ** 16 }, () => 0.02 * stream.normal());
  const values = (name: string) => {
    const array = new Float32Array(sizes.get(name) ?? 0);
    if (/(ln1|ln2|norm)\.w$/.test(name)) return array.fill(1);
    if (name.endsWith('.b')) return array;
    for (let at = 0; at < array.length; at += block.length) array.set(block.subarray(0, array.length - at), at);
    return array;
  };
  return (held ? heldModelFrom : modelFrom)(config, readTokenizer(trainBpe(['a'], 300, ['<|endoftext|>'])), {
    get: values,
  });
};

export interface Update {
  run(): void;
  dispose(): void;
}

/** One measured update; `packed` says how FLAT lays out its pairs. Where it makes a LoRA, the model keeps it. */
export const updateOf = (shape: Shape, base: Model, work: Work, packed: boolean): Update => {
  const lora = shapeLora(base.config, LoraConfig.parse({ rank: RANK, alpha: 2 * RANK }));
  const adapted = work === 'flat-lora' ? attachLora(base, lora, freshFactors(lora, 1)) : undefined;
  const model = adapted ?? base;
  const trainable = adapted ? loraParameters(adapted) : new Set(base.parameters.keys());
  const terms = work === 'train' ? trainTerms(shape) : flatTerms(shape, packed);
  const optimizer = adamW();
  return {
    run() {
      const gradients = terms
        .map(({ batch, objective }) => lossAndGradients(model, batch, objective, trainable).gradients)
        .reduce(added);
      optimizer.update(model.parameters, gradients, 1e-4);
      tf.dispose([...gradients.values()]);
    },
    dispose() {
      optimizer.dispose();
      if (adapted) lora.specs.forEach(({ name }) => adapted.parameters.get(name)?.dispose());
    },
  };
};

const added = (a: Map<string, tf.Tensor>, b: Map<string, tf.Tensor>) => {
  const sum = new Map([...a].map(([name, tensor]) => [name, tf.add(tensor, b.get(name)!)]));
  tf.dispose([...a.values(), ...b.values()]);
  return sum;
};

interface Term {
  batch: ReturnType<typeof makeBatch>;
  objective: Objective;
}

const idsFrom = ({ vocab }: Shape) => {
  const stream = random('bench');
  return (n: number) => Array.from({ length: n }, () => stream.below(vocab));
};

const trainTerms = (shape: Shape): Term[] => {
  const ids = idsFrom(shape);
  const rows = Array.from({ length: shape.rows }, () => ({ prompt: ids(1), answers: [ids(shape.columns - 1)] }));
  const batch = makeBatch(rows, shape.columns);
  return [{ batch, objective: answerCrossEntropy(batch) }];
};

const flatTerms = (shape: Shape, packed: boolean): Term[] => {
  const ids = idsFrom(shape);
  const rows: Row[] = Array.from({ length: shape.rows }, () => ({
    prompt: ids(PAIR.prompt),
    answers: [ids(PAIR.template), ids(PAIR.answer)],
  }));
  if (!packed) return [apart(rows, 0, templateTerm), apart(rows, 1, forgetTerm)];
  const batch = makeBatch(rows, shape.columns);
  return [{ batch, objective: (logits) => flatLoss(batch, logits, FlatConfig.parse({})) }];
};

const apart = (rows: readonly Row[], which: 0 | 1, term: typeof templateTerm): Term => {
  const batch = makeBatch(
    rows.map(({ prompt, answers }) => ({ prompt, answers: [answers[which]!] })),
    128,
  );
  const values = (logits: tf.Tensor2D) => reduceAnswers(batch, tf.exp(targetLogProbs(batch, logits)), 'mean');
  return { batch, objective: (logits) => tf.mean(term(divergences['total-variation'], values(logits))) };
};
