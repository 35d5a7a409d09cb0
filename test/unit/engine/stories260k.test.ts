// A small trained model (stories260K, Llama architecture) against a float64 forward pass by another program. Its file
// has llama2.c's first layout: seven int32 sizes, then float32 tensors kind by kind, queries and keys with rotary pairs
// side by side where Hugging Face keeps halves.
import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeBatch } from '#engine/batch.ts';
import { readConfig } from '#engine/formats/config.ts';
import { generate } from '#engine/generate.ts';
import { modelFrom, type Model } from '#engine/model.ts';
import { fromStored, parameterSpecs } from '#engine/parameters.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tinyTokenizer, useEngine } from '#test/support/engine.ts';
import { largestDifference } from '#test/support/golden.ts';
import { describeWith, sharedFolder } from '#test/support/shared.ts';

useEngine();

const Golden = z.object({
  greedy_ids: z.array(z.int()),
  logits_pos0_first16: z.array(z.number()),
  logits_pos0_sum: z.number(),
  argmax_pos0: z.int(),
});

const readLegacy = (path: string): Model => {
  const bytes = readFileSync(path);
  const [dim, hidden, layers, heads, kvHeads, vocabulary, columns] = Array.from({ length: 7 }, (_, i) =>
    bytes.readInt32LE(4 * i),
  ) as [number, number, number, number, number, number, number];
  const kv = (dim / heads) * kvHeads;
  let at = 28;
  const take = (count: number, ...shape: number[]) =>
    Array.from({ length: count }, () => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length: size }, (_, i) => bytes.readFloatLE(at + 4 * i));
      at += 4 * size;
      return data;
    });
  const named: Record<string, Float32Array[]> = {};
  const [embedding] = take(1, vocabulary, dim);
  named['input_layernorm'] = take(layers, dim);
  named['self_attn.q_proj'] = take(layers, dim, dim).map((data): Float32Array => halves(data, heads, dim));
  named['self_attn.k_proj'] = take(layers, kv, dim).map((data): Float32Array => halves(data, kvHeads, dim));
  named['self_attn.v_proj'] = take(layers, kv, dim);
  named['self_attn.o_proj'] = take(layers, dim, dim);
  named['post_attention_layernorm'] = take(layers, dim);
  named['mlp.gate_proj'] = take(layers, hidden, dim);
  named['mlp.down_proj'] = take(layers, dim, hidden);
  named['mlp.up_proj'] = take(layers, hidden, dim);
  const [norm] = take(1, dim);
  const tensors = new Map<string, Float32Array>([
    ['model.embed_tokens.weight', embedding!],
    ['model.norm.weight', norm!],
  ]);
  for (const [name, perLayer] of Object.entries(named))
    perLayer.forEach((data, l) => tensors.set(`model.layers.${l}.${name}.weight`, data));
  const config = readConfig({
    model_type: 'llama',
    vocab_size: vocabulary,
    hidden_size: dim,
    intermediate_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    max_position_embeddings: columns,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
  });
  return modelFrom(
    config,
    tinyTokenizer(),
    new Map(parameterSpecs(config).map((p) => [p.name, fromStored(p, tensors.get(p.source.hf)!)])),
  );
};

/** Rows of each head from (0, 0', 1, 1', …) to (0, 1, …, 0', 1', …). */
const halves = (data: Float32Array, heads: number, dim: number) => {
  const size = data.length / dim / heads;
  const result = new Float32Array(data.length);
  for (let h = 0; h < heads; h++) {
    for (let j = 0; j < size; j++) {
      const from = h * size + (j < size / 2 ? 2 * j : 2 * (j - size / 2) + 1);
      result.set(data.subarray(from * dim, (from + 1) * dim), (h * size + j) * dim);
    }
  }
  return result;
};

const dir = sharedFolder('data/stories260k');
describeWith(dir, '../shared/data is not there', 'stories260K', (at) => {
  it('has the same logits at the first position and tells the same story', () => {
    const golden = Golden.parse(JSON.parse(readFileSync(join(at, 'golden.json'), 'utf8')));
    const model = readLegacy(join(at, 'stories260K.bin'));
    const logits = forwardLogits(model, makeBatch([{ prompt: [1], answers: [[0]] }], 512));
    const first = logits.dataSync<'float32'>();
    expect(largestDifference(first.subarray(0, 16), golden.logits_pos0_first16)).toBeLessThan(1e-5);
    expect(Math.abs(first.reduce((a, b) => a + b, 0) - golden.logits_pos0_sum)).toBeLessThan(2e-3);
    logits.dispose();
    const [story] = generate(model, [[1]], { maxTokens: golden.greedy_ids.length - 1 });
    expect([1, ...story!.ids]).toEqual(golden.greedy_ids);
    model.dispose();
  });
});
