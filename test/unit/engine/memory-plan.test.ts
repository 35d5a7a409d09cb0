// The memory plan: its arithmetic against numbers worked out by hand, its activations against what the wasm heap grew
// by, its refusal with the numbers.
import { describe, expect, it } from '@jest/globals';
import { makeBatch } from '#engine/batch.ts';
import { readConfig, type DecoderConfig } from '#engine/formats/config.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { LoraConfig } from '#engine/lora.ts';
import { describeMemory, planMemory, requireMemory, type PlannedRun } from '#engine/memory-plan.ts';
import { lossAndGradients } from '#engine/sweep.ts';
import { initBackend, tf } from '#engine/tf.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

const SMOLLM2 = readConfig({
  model_type: 'llama',
  vocab_size: 49152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  max_position_embeddings: 8192,
  tie_word_embeddings: true,
});
const BILLION = readConfig({
  model_type: 'llama',
  vocab_size: 32000,
  hidden_size: 2048,
  intermediate_size: 5632,
  num_hidden_layers: 22,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  max_position_embeddings: 2048,
  tie_word_embeddings: false,
});
const QWEN = readConfig({
  model_type: 'qwen2',
  vocab_size: 151936,
  hidden_size: 1536,
  intermediate_size: 8960,
  num_hidden_layers: 28,
  num_attention_heads: 12,
  num_key_value_heads: 2,
  max_position_embeddings: 32768,
  tie_word_embeddings: true,
});

const run = (config: DecoderConfig, change: Partial<PlannedRun> = {}): PlannedRun => ({
  config,
  batch: { rows: 4, columns: 128, answerTokens: 200 },
  trainable: () => true,
  optimizer: 'adamw',
  tape: 'blocks',
  backend: 'tensorflow',
  ...change,
});
const bytes = (plan: ReturnType<typeof planMemory>, name: string) =>
  plan.items.find((item) => item.name === name)!.bytes;

describe('the arithmetic', () => {
  it('counts a full run at 16 bytes a parameter, a LoRA at 4 and its factors at 16', () => {
    const full = planMemory(run(SMOLLM2));
    expect(bytes(full, 'weights')).toBe(4 * 134_515_008);
    expect(bytes(full, 'weights') + bytes(full, 'gradients') + bytes(full, 'optimiser')).toBe(16 * 134_515_008);
    const lora = planMemory(run(SMOLLM2, { lora: LoraConfig.parse({ rank: 16 }) }));
    // 16 · (in + out) for q, k, v, o, gate, up, down in 30 layers
    const factors = 30 * 16 * (576 + 576 + 2 * (576 + 192) + 576 + 576 + 3 * (576 + 1536));
    expect(bytes(lora, 'weights')).toBe(4 * (134_515_008 + factors));
    expect(bytes(lora, 'gradients') + bytes(lora, 'optimiser')).toBe(12 * factors);
  });

  it('counts a base in 16 bits at 2 bytes a parameter, and the largest part that is cast at once', () => {
    const lora = LoraConfig.parse({ rank: 8 });
    const [held, plain] = [true, false].map((keep) => planMemory(run(BILLION, { lora, held: keep })));
    const parameters = 2 * 32000 * 2048 + 22 * (2 * 2048 * 2048 + 2 * 2048 * 256 + 3 * 2048 * 5632 + 2 * 2048) + 2048;
    expect(bytes(held!, 'weights in 16 bits')).toBe(2 * parameters);
    expect(bytes(plain!, 'weights') - bytes(held!, 'weights')).toBe(4 * parameters);
    expect(bytes(held!, 'casts')).toBe(4 * 32000 * 2048);
    expect(bytes(plain!, 'casts')).toBe(0);
  });

  it('counts what moves alone, and no moments for normalised SGD', () => {
    const mlp = planMemory(
      run(SMOLLM2, { trainable: (name) => /\.(gate|up|down)\.w$/.test(name), optimizer: 'normalized-sgd' }),
    );
    expect(bytes(mlp, 'gradients')).toBe(4 * 30 * 3 * 576 * 1536);
    expect(bytes(mlp, 'optimiser')).toBe(0);
  });

  it('one tape holds every block, block by block one', () => {
    const [one, blocks] = (['one', 'blocks'] as const).map((tape) =>
      bytes(planMemory(run(SMOLLM2, { tape })), 'activations'),
    );
    expect(one! / blocks!).toBeGreaterThan(20);
  });

  it('a 1.1 B Llama fits 20 GB by LoRA and not in full', () => {
    const lora = planMemory(run(BILLION, { lora: LoraConfig.parse({ rank: 16 }) }), 20e9);
    expect(lora.fits).toBe(true);
    expect(planMemory(run(BILLION), 16e9).fits).toBe(false);
  });
});

describe('a run that does not fit', () => {
  it('is refused with the numbers and what would make it smaller', () => {
    const plan = planMemory(run(SMOLLM2), 1.5e9);
    let thrown: unknown;
    try {
      requireMemory(plan);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'MEMORY_PLAN',
      expected: 'at most 1.50 GB',
      got: `${(plan.total / 1e9).toFixed(2)} GB`,
    });
    expect((thrown as Error).message).toBe(describeMemory(plan));
    expect((thrown as Error).message).toMatch(/weights 539 MB.*optimiser 1\.08 GB.*does not fit/);
    expect((thrown as { hint: string }).hint).toContain('LoRA');
  });

  it('on wasm keeps a base in 16 bits beside its heap, where 1.1 B and 1.5 B fit into 8 GB, and says so where one does not', () => {
    const lora = LoraConfig.parse({ rank: 16 });
    const batch = { rows: 2, columns: 64, answerTokens: 40 };
    for (const config of [BILLION, QWEN]) {
      const held = planMemory(run(config, { backend: 'wasm+ort', lora, batch, held: true }), 8e9);
      expect([held.fits, held.tensors.bytes < 3e9]).toEqual([true, true]);
      const plain = planMemory(run(config, { backend: 'wasm+ort', lora, batch }), 8e9);
      expect(() => requireMemory(plain)).toThrow(
        expect.objectContaining({ hint: expect.stringContaining('update.base=bfloat16') as unknown as string }),
      );
    }
  });

  it('on wasm ends at the 4 GB of its heap, whatever the machine has', () => {
    const wasm = planMemory(run(BILLION, { backend: 'wasm+ort', lora: LoraConfig.parse({ rank: 16 }) }), 256e9);
    expect(wasm.fits).toBe(false);
    expect(() => requireMemory(wasm)).toThrow(
      expect.objectContaining({ code: 'MEMORY_PLAN', expected: 'at most 4.29 GB of tensors on wasm' }),
    );
    expect(planMemory(run(BILLION, { lora: LoraConfig.parse({ rank: 16 }) }), 256e9).fits).toBe(true);
  });

  it('counts the models that lie in the heap already', () => {
    const wasm = run(SMOLLM2, { backend: 'wasm', lora: LoraConfig.parse({ rank: 8 }) });
    expect(planMemory(wasm, 256e9).fits).toBe(true);
    const beside = planMemory(wasm, 256e9, 7 * 538e6);
    expect(beside.total).toBe(planMemory(wasm, 256e9).total);
    expect(() => requireMemory(beside)).toThrow(
      expect.objectContaining({
        code: 'MEMORY_PLAN',
        got: `${(beside.tensors.bytes / 1e9).toFixed(2)} GB, 3.77 GB of it by models that are loaded`,
      }),
    );
  });

  it('that fits is not refused', () => expect(() => requireMemory(planMemory(run(SMOLLM2), 64e9))).not.toThrow());
});

it('the activations are within a half of what the heap grows by', async () => {
  const { bytes: heapBytes, name } = await initBackend();
  if (!heapBytes) {
    process.stderr.write(`skipped: heap growth: the backend ${name} does not tell its memory\n`);
    return expect(heapBytes).toBeUndefined();
  }
  const config = readConfig({
    model_type: 'llama',
    vocab_size: 300,
    hidden_size: 192,
    intermediate_size: 512,
    num_hidden_layers: 2,
    num_attention_heads: 6,
    max_position_embeddings: 256,
    tie_word_embeddings: true,
  });
  const model = tinyModel(config);
  const rows = Array.from({ length: 10 }, (_, i) => ({ prompt: tokens(250, i), answers: [tokens(6, `a${i}`)] }));
  const batch = makeBatch(rows, 256);
  const plan = planMemory(
    run(config, {
      batch: { rows: 10, columns: 256, answerTokens: 60 },
      tape: 'one',
      optimizer: 'normalized-sgd',
      backend: name,
    }),
  );
  const before = heapBytes();
  const { gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), new Set(model.parameters.keys()), {
    tape: 'one',
  });
  tf.dispose([...gradients.values()]);
  model.dispose();
  const grown = heapBytes() - before;
  const planned = bytes(plan, 'activations') + bytes(plan, 'logits') + bytes(plan, 'gradients');
  expect(planned / grown).toBeGreaterThan(1 / 1.5);
  expect(planned / grown).toBeLessThan(1.5);
});
