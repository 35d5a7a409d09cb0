// Measures a backend: rate of a matrix product, time of one training update of the demo's shape, memory. Each is a
// median of a few repetitions.
// Trap: the numbers depend on the machine and its load, so only rows of one run can be compared.
import { median } from '#core/stats.ts';
import { makeBatch } from './batch.ts';
import { readConfig } from './formats/config.ts';
import { answerCrossEntropy } from './losses.ts';
import { freshValues, modelFrom } from './model.ts';
import { adamW } from './optimizers.ts';
import { random } from './random.ts';
import { lossAndGradients } from './sweep.ts';
import { initBackend, tf, type BackendChoice } from './tf.ts';
import { trainBpe } from './tokenizer/bpe-trainer.ts';
import { readTokenizer } from './tokenizer/tokenizer.ts';

export interface Diagnosis {
  name: string;
  detail: string;
  gflops: number;
  updateMs: number;
  rssMb: number;
}

export const diagnose = async (choice: BackendChoice): Promise<Diagnosis> => {
  const { name, detail } = await initBackend(choice);
  return {
    name,
    detail,
    gflops: await productRate(512),
    updateMs: await updateTime(),
    rssMb: process.memoryUsage.rss() / 2 ** 20,
  };
};

const timed = async (act: () => Promise<void>): Promise<number> => {
  const start = performance.now();
  await act();
  return performance.now() - start;
};

const repeat = async (times: number, act: () => Promise<void>): Promise<number> => {
  const results: number[] = [];
  await act();
  for (let i = 0; i < times; i++) results.push(await timed(act));
  return median(results);
};

/** 10⁹ multiply-adds, counted twice, a second. */
const productRate = async (n: number): Promise<number> => {
  const [a, b] = [tf.randomUniform([n, n]), tf.randomUniform([n, n])];
  const ms = await repeat(7, async () => {
    const y = tf.matMul(a, b);
    await y.data();
    y.dispose();
  });
  tf.dispose([a, b]);
  return (2 * n ** 3) / (ms * 1e6);
};

/** One update of the demo's model on 48 rows of 28 tokens, ms. */
const updateTime = async (): Promise<number> => {
  const config = readConfig({
    model_type: 'llama',
    vocab_size: 1024,
    hidden_size: 96,
    intermediate_size: 256,
    num_hidden_layers: 3,
    num_attention_heads: 4,
    tie_word_embeddings: true,
    max_position_embeddings: 128,
  });
  const model = modelFrom(config, readTokenizer(trainBpe(['a'], 300, ['<|endoftext|>'])), freshValues(config, 1));
  const stream = random('diagnose');
  const ids = (n: number) => Array.from({ length: n }, () => stream.below(1024));
  const batch = makeBatch(
    Array.from({ length: 48 }, () => ({ prompt: ids(14), answers: [ids(14)] })),
    128,
  );
  const trainable = new Set(model.parameters.keys());
  const optimizer = adamW();
  const ms = await repeat(5, async () => {
    const { gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), trainable);
    optimizer.update(model.parameters, gradients, 1e-3);
    tf.dispose([...gradients.values()]);
  });
  model.dispose();
  return ms;
};
