// The engine bench: one training update of the demo's shape and of the 0.94 M reference (batch 8 × 128), beside PyTorch on one thread where Python has it; rounds
// alternate, medians of CPU time. Trap: a wall clock on a shared machine measures the neighbours; CPU time of one thread is compared with CPU time of one thread.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { makeBatch } from '#containers/engine/batch.ts';
import { trainBpe } from '#containers/engine/bpe-trainer.ts';
import { readConfig } from '#containers/engine/config.ts';
import { answerCrossEntropy } from '#containers/engine/losses.ts';
import { freshValues, modelFrom, parameterCount, type Model } from '#containers/engine/model.ts';
import { adamW } from '#containers/engine/optimizers.ts';
import { random } from '#containers/engine/random.ts';
import { lossAndGradients } from '#containers/engine/sweep.ts';
import { tf, type Backend } from '#containers/engine/tf.ts';
import { readTokenizer } from '#containers/engine/tokenizer.ts';

interface Shape {
  name: string;
  family: 'llama' | 'gpt2';
  d: number;
  layers: number;
  heads: number;
  ff: number;
  vocab: number;
  rows: number;
  columns: number;
}

const SHAPES: readonly Shape[] = [
  {
    name: "demo's shape, 48 × 28",
    family: 'llama',
    d: 96,
    layers: 3,
    heads: 4,
    ff: 256,
    vocab: 1024,
    rows: 48,
    columns: 28,
  },
  {
    name: '0.94 M reference, 8 × 128',
    family: 'gpt2',
    d: 128,
    layers: 4,
    heads: 4,
    ff: 512,
    vocab: 1000,
    rows: 8,
    columns: 128,
  },
];

export interface EngineRow {
  shape: string;
  parameters: number;
  /** CPU milliseconds of one update, median over rounds. */
  ours: number;
  torch: number | undefined;
  /** Tensors alive after the first and the last update. */
  tensors: [first: number, last: number];
}

const ROUNDS = 3;
const UPDATES = 8;

export const benchEngine = async (
  backend: Backend,
): Promise<{ backend: string; rows: EngineRow[]; python: string | undefined }> => {
  const python = findPython();
  return {
    backend: `${backend.name} (${backend.detail})`,
    rows: SHAPES.map((shape) => measureShape(shape, python)),
    python,
  };
};

/** A Python that has torch: $QUITTANCE_PYTHON, else python3. */
const findPython = (): string | undefined =>
  [process.env['QUITTANCE_PYTHON'], 'python3'].find(
    (name) => name !== undefined && spawnSync(name, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );

const measureShape = (shape: Shape, python: string | undefined): EngineRow => {
  const { model, update } = prepare(shape);
  const [ours, torch]: [number[], number[]] = [[], []];
  update();
  const first = tf.memory().numTensors;
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < UPDATES; i++) ours.push(cpuMs(update));
    if (python !== undefined) torch.push(torchMs(python, shape));
  }
  const last = tf.memory().numTensors;
  const parameters = parameterCount(model.config);
  model.dispose();
  return {
    shape: shape.name,
    parameters,
    ours: median(ours),
    torch: torch.length > 0 ? median(torch) : undefined,
    tensors: [first, last],
  };
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** User and system time of this process, all threads. */
const cpuMs = (act: () => void): number => {
  const start = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

const torchMs = (python: string, shape: Shape): number => {
  const script = fileURLToPath(new URL('./torch_step.py', import.meta.url));
  const { stdout } = spawnSync(python, [script, JSON.stringify(shape), String(UPDATES)], { encoding: 'utf8' });
  return (JSON.parse(stdout) as { ms: number }).ms;
};

const configOf = ({ family, d, layers, heads, ff, vocab, columns }: Shape): unknown =>
  family === 'llama'
    ? {
        model_type: 'llama',
        vocab_size: vocab,
        hidden_size: d,
        intermediate_size: ff,
        num_hidden_layers: layers,
        num_attention_heads: heads,
        tie_word_embeddings: true,
        max_position_embeddings: 128,
        rms_norm_eps: 1e-5,
      }
    : {
        model_type: 'gpt2',
        vocab_size: vocab,
        n_embd: d,
        n_inner: ff,
        n_layer: layers,
        n_head: heads,
        n_positions: columns,
      };

const prepare = (shape: Shape): { model: Model; update: () => void } => {
  const config = readConfig(configOf(shape));
  const model = modelFrom(config, readTokenizer(trainBpe(['a'], 300, ['<|endoftext|>'])), freshValues(config, 1));
  const stream = random('bench');
  const ids = (n: number) => Array.from({ length: n }, () => stream.below(shape.vocab));
  const batch = makeBatch(
    Array.from({ length: shape.rows }, () => ({ prompt: ids(1), answers: [ids(shape.columns - 1)] })),
    shape.columns,
  );
  const trainable = new Set(model.parameters.keys());
  const optimizer = adamW();
  const update = () => {
    const { gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), trainable);
    optimizer.step(model.parameters, gradients, 1e-3);
    tf.dispose([...gradients.values()]);
  };
  return { model, update };
};

export const engineMarkdown = ({ backend, rows, python }: Awaited<ReturnType<typeof benchEngine>>): string =>
  [
    '# Training update of small shapes',
    '',
    `Made by \`quittance bench engine\` on ${backend}. CPU milliseconds of one update (forward, backward, AdamW), medians of ${ROUNDS} alternating rounds of ${UPDATES}; the peer is PyTorch`,
    `on one thread in the same run${python === undefined ? ' (no Python with torch was found)' : ''}.`,
    '',
    '| shape | parameters | ours | PyTorch | ratio | tensors first → last |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      ({ shape, parameters, ours, torch, tensors }) =>
        `| ${shape} | ${parameters.toLocaleString('en')} | ${ours.toFixed(0)} | ${torch?.toFixed(0) ?? '–'} | ${torch === undefined ? '–' : (ours / torch).toFixed(2)} | ${tensors.join(' → ')} |`,
    ),
  ].join('\n');
