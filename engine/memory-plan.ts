// What a run needs in memory, estimated before it starts: weights, gradients, optimiser, activations, logits,
// projections.
// Trap: a wasm heap is limited to 4 GB on any machine, so tensors in it are counted apart from the process.
import { QuittanceError } from '#core/errors.ts';
import { HEAP_LIMIT } from './backends/heap.ts';
import { blockBytes } from './block-bytes.ts';
import type { DecoderConfig } from './formats/config.ts';
import { shapeLora, type AdapterConfig } from './lora.ts';
import { parameterSpecs } from './parameters.ts';
import { copiesAtOnce, SIDE_ACTIVATIONS } from './retaught.ts';

export interface PlannedRun {
  config: DecoderConfig;
  /** Rows × columns of one batch, and the answer tokens among them that are predicted; of the largest batch. */
  batch: { rows: number; columns: number; answerTokens: number };
  /**
   * Answer tokens of the whole batch, where `batch` is one part of it and the slope at the whole batch's logits is kept
   * in between; absent where the parts are independent.
   */
  keptTokens?: number;
  /** Which parameters are trained, by name (parameters.ts). With a LoRA its factors are trained and this is ignored. */
  trainable: (name: string) => boolean;
  lora?: AdapterConfig;
  /** Whether the frozen matrices are kept in 16 bits, and cast block by block. */
  held?: boolean;
  optimizer: 'adamw' | 'normalized-sgd' | 'sgd' | 'sophia';
  /** One tape over everything, or block by block. */
  tape: 'one' | 'blocks';
  /** Whether gradients are projected by moments of the MLP's inputs. */
  projection?: boolean;
  /** Whether a second, frozen model is held beside the first. */
  reference?: boolean;
  /**
   * What is trained further for a moment and put back (retaught.ts), by name: kept in the process meanwhile, and with
   * AdamW's moments of its own.
   */
  retaught?: (name: string) => boolean;
  /** Each of the choices that are trained further in copies side by side (retaught-each.ts), where it is small. */
  sideBySide?: readonly ((name: string) => boolean)[];
  /** Name of the backend (Backend.name). */
  backend: string;
}

export interface MemoryItem {
  name: string;
  bytes: number;
  /** Whether it is in the backend's tensor memory, rather than in the process beside it. */
  tensor: boolean;
}

export interface MemoryPlan {
  items: MemoryItem[];
  /** All items, bytes. */
  total: number;
  /** What the machine or container has left, bytes. */
  available: number;
  /** Tensor memory needed, what models loaded before hold of it, and the limit where the backend has one of its own. */
  tensors: { bytes: number; held: number; limit: number };
  fits: boolean;
}

const FLOAT = 4;
const RUNTIME = 220e6; // node, the library and its kernels

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

const activationBytes = ({ config, batch: { rows, columns }, tape }: PlannedRun): number =>
  tape === 'one'
    ? config.layers * blockBytes(config, rows, columns)
    : FLOAT * (config.layers + 1) * rows * columns * config.hiddenSize + blockBytes(config, rows, columns);

/**
 * Rows of vocabulary size at the peak: logits, slope and what lies between, of one batch, or of all parts and then of
 * one beside the kept slope.
 */
const logitRows = ({ batch, keptTokens = 0 }: PlannedRun): number =>
  Math.max(2.5 * keptTokens, keptTokens + 2.5 * batch.answerTokens);

/** C in float64 and P in float32 for the inputs of gate and up, and of down, in every layer. */
const projectionBytes = ({ hiddenSize, intermediateSize, layers }: DecoderConfig): number =>
  layers * (hiddenSize ** 2 + intermediateSize ** 2) * 12;

/** Of a held model, the largest that is in float32 at once: a block's matrices, or one outside the blocks. */
const castBytes = (specs: ReturnType<typeof parameterSpecs>): number => {
  const together = Map.groupBy(specs, ({ name }) => /^layers\.\d+/.exec(name)?.[0] ?? name);
  const sizes = [...together.values()].map((some) => some.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  return FLOAT * Math.max(...sizes);
};

/** Weights, gradients and moments of every copy; a model with factors beside its weights has none. */
const copiesBytes = (specs: ReturnType<typeof parameterSpecs>, { sideBySide = [], lora }: PlannedRun): number => {
  const bytes = sideBySide.map((moves) => {
    const numbers = specs.filter(({ name }) => moves(name)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const copies = numbers > 0 && !lora ? copiesAtOnce(numbers) : 1;
    return copies > 1 ? 4 * FLOAT * copies * numbers + SIDE_ACTIVATIONS : 0;
  });
  return Math.max(0, ...bytes);
};

/**
 * The plan of a run. `available`, by default, is what the process may still allocate; `held` is what loaded models hold
 * of the backend's memory; both in bytes.
 */
export const planMemory = (run: PlannedRun, available: number = process.availableMemory(), held = 0): MemoryPlan => {
  const { config, lora, optimizer, projection, backend } = run;
  const specs = parameterSpecs(config);
  const count = (some: typeof specs) => some.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const shape = lora && shapeLora(config, lora);
  const factors = shape ? count([...shape.specs]) : 0;
  const beside = shape ? factors + count([...shape.fixed]) : 0;
  const moving = lora ? factors : count(specs.filter(({ name }) => run.trainable(name)));
  const retaught = run.retaught ? count(specs.filter(({ name }) => run.retaught?.(name))) : 0;
  const halves = (FLOAT / 2) * count(specs);
  const items: MemoryItem[] = [
    { name: 'runtime', bytes: RUNTIME, tensor: false },
    { name: 'weights', bytes: (run.held ? 0 : FLOAT * count(specs)) + FLOAT * beside, tensor: true },
    { name: 'weights in 16 bits', bytes: run.held ? halves : 0, tensor: !backend.startsWith('wasm') },
    { name: 'casts', bytes: run.held ? castBytes(specs) : 0, tensor: true },
    { name: 'reference', bytes: run.reference ? FLOAT * count(specs) : 0, tensor: true },
    { name: 'gradients', bytes: FLOAT * Math.max(moving, retaught), tensor: true },
    { name: 'kept weights', bytes: FLOAT * retaught, tensor: false },
    { name: 'copies', bytes: copiesBytes(specs, run), tensor: true },
    { name: 'inner optimiser', bytes: 2 * FLOAT * retaught, tensor: !backend.startsWith('wasm') },
    {
      name: 'optimiser',
      bytes: optimizer.endsWith('sgd') ? 0 : 2 * FLOAT * moving,
      tensor: !backend.startsWith('wasm'),
    },
    { name: 'activations', bytes: activationBytes(run), tensor: true },
    { name: 'logits', bytes: FLOAT * logitRows(run) * config.vocabSize, tensor: true },
    { name: 'projections', bytes: projection ? projectionBytes(config) : 0, tensor: false },
  ];
  const sum = (some: readonly MemoryItem[]) => some.reduce((total, { bytes }) => total + bytes, 0);
  const total = sum(items);
  const tensors = {
    bytes: held + sum(items.filter(({ tensor }) => tensor)),
    held,
    limit: backend.startsWith('wasm') ? HEAP_LIMIT : Infinity,
  };
  return { items, total, available, tensors, fits: total <= available && tensors.bytes <= tensors.limit };
};

/** 1.25e9 → '1.25 GB', 3.1e7 → '31 MB'. */
const formatBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${Math.ceil(bytes / 1e6)} MB`;

/** One line for a terminal or a log. */
export const describeMemory = ({ items, total, available, fits }: MemoryPlan): string => {
  const parts = items.filter(({ bytes }) => bytes > 0).map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`);
  return `memory: ${parts.join(' + ')} = ${formatBytes(total)} of ${formatBytes(available)}: ${fits ? 'fits' : 'does not fit'}`;
};

/** MEMORY_PLAN, with the numbers and what would make the run smaller, where it does not fit. */
export const requireMemory = (plan: MemoryPlan): void => {
  if (plan.fits) return;
  const heap = plan.tensors.bytes > plan.tensors.limit;
  const largest = plan.items.filter(({ name }) => name !== 'runtime').reduce((a, b) => (b.bytes > a.bytes ? b : a));
  throw new QuittanceError('MEMORY_PLAN', {
    message: describeMemory(plan),
    expected: heap
      ? `at most ${formatBytes(plan.tensors.limit)} of tensors on wasm`
      : `at most ${formatBytes(plan.available)}`,
    got: heap ? `${formatBytes(plan.tensors.bytes)}${heldPart(plan.tensors)}` : formatBytes(plan.total),
    hint: `${remedyOf(plan, largest.name)}${heap ? '; or use the tensorflow backend, which has no heap of its own (npm run engine:native)' : ''}`,
  });
};

const heldPart = ({ held }: MemoryPlan['tensors']): string =>
  held > 0 ? `, ${formatBytes(held)} of it by models that are loaded` : '';

/** A base that does not move can be kept in half the memory, and in WebAssembly outside the heap. */
const remedyOf = ({ items }: MemoryPlan, largest: string): string => {
  const isFrozen = items.some(({ name, bytes }) => name === 'gradients' && bytes > 0) && largest === 'weights';
  return isFrozen
    ? 'keep the base in 16 bits beside a LoRA, from weights that are stored in BF16: unlearn with update.trainable=lora and update.base=bfloat16; train --lora does so by itself'
    : (REMEDIES[largest] ?? 'take a smaller model');
};

const REMEDIES: Readonly<Record<string, string>> = {
  weights: 'take a smaller model or a machine with more memory',
  'weights in 16 bits': 'take a smaller model or a machine with more memory',
  casts: 'take a model with a smaller vocabulary, or a machine with more memory',
  reference: 'take a method that needs no reference model, such as flat',
  gradients: 'train a LoRA (update.trainable=lora), or fewer matrices (update.trainable=mlp-down)',
  optimiser: 'train a LoRA (update.trainable=lora), or take update.optimizer=normalized-sgd, which keeps no moments',
  activations: 'take smaller batches',
  logits: 'take smaller batches',
  projections: 'set update.projection=none',
};
