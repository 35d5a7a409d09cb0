// Generation: the cache, the batch, the left padding and the early exit of finished rows change nothing about what is
// said.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeBatch } from '#engine/batch.ts';
import { mostReading, readingBytes } from '#engine/block-bytes.ts';
import { readConfig, type DecoderConfig } from '#engine/formats/config.ts';
import { generate } from '#engine/generate.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { largestDifference } from '#test/support/golden.ts';

useEngine();

const PLAIN = {
  vocab_size: 300,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 24,
  max_position_embeddings: 64,
};
const CONFIGS: Readonly<Record<string, DecoderConfig>> = {
  llama: tinyConfig({ eos_token_id: undefined }),
  'mistral with a window of 4': tinyConfig({ model_type: 'mistral', sliding_window: 4, eos_token_id: undefined }),
  gpt2: readConfig({ model_type: 'gpt2', vocab_size: 300, n_embd: 16, n_head: 4, n_layer: 2, n_positions: 64 }),
  opt: readConfig({ model_type: 'opt', ffn_dim: 24, ...PLAIN }),
  phi: readConfig({ model_type: 'phi', ...PLAIN }),
  gpt_neox: readConfig({ model_type: 'gpt_neox', ...PLAIN, rotary_pct: 0.5 }),
  qwen3: readConfig({ model_type: 'qwen3', ...PLAIN, head_dim: 8 }),
  'gemma2 with a window of 3 in every other layer': readConfig({
    ...{ model_type: 'gemma2', ...PLAIN, head_dim: 8, num_key_value_heads: 2, sliding_window: 3 },
    attn_logit_softcapping: 2,
    final_logit_softcapping: 4,
  }),
  'gemma3 with two rotary embeddings': readConfig({
    ...{ model_type: 'gemma3_text', ...PLAIN, head_dim: 8, num_key_value_heads: 2, sliding_window: 3 },
    sliding_window_pattern: 2,
  }),
  'smollm3 with a layer that knows no positions': readConfig({
    ...{ model_type: 'smollm3', ...PLAIN, num_key_value_heads: 2, no_rope_layers: [0, 1] },
  }),
  olmo2: readConfig({ model_type: 'olmo2', ...PLAIN }),
};

/** Logits after the last token, computed from scratch. */
const lastLogits = (model: Model, ids: readonly number[]): Float32Array => {
  const batch = makeBatch([{ prompt: ids, answers: [[0]] }], 65);
  const logits = forwardLogits(model, batch);
  const values = logits.dataSync<'float32'>();
  logits.dispose();
  return values;
};
const best = (logits: Float32Array) => logits.reduce((at, value, i) => (value > logits[at]! ? i : at), 0);
const prompts = [tokens(9, 1), tokens(2, 2), tokens(5, 3), tokens(1, 4), tokens(9, 5)];

describe('a text that grows past the length at which its positions are turned otherwise (phi3)', () => {
  const config = readConfig({
    ...{ model_type: 'phi3', ...PLAIN, original_max_position_embeddings: 12 },
    rope_scaling: { type: 'longrope', short_factor: [1, 1.5], long_factor: [3, 8] },
  });
  let model: Model;
  beforeAll(() => void (model = tinyModel(config)));
  afterAll(() => model.dispose());

  it('goes on as if it had been read anew, alone and beside others', () => {
    const wanted = prompts.map((prompt) => {
      const ids = [...prompt];
      for (let i = 0; i < 10; i++) ids.push(generate(model, [ids], { maxTokens: 1 })[0]!.ids[0]!);
      return ids.slice(prompt.length);
    });
    expect(generate(model, prompts, { maxTokens: 10 }).map(({ ids }) => ids)).toEqual(wanted);
    expect(generate(model, [prompts[0]!], { maxTokens: 10 })[0]!.ids).toEqual(wanted[0]);
  });

  it('is turned by the factors of its whole length, where it is scored', () => {
    const long = [...prompts[0]!, ...prompts[4]!];
    const after = (ids: readonly number[]) => generate(model, [ids], { maxTokens: 1 })[0]!.logProbs[0]!;
    expect(after(long.slice(0, 12))).not.toBeCloseTo(after(long.slice(1, 14)), 3);
    const said = generate(model, [long], { maxTokens: 1 })[0]!;
    expect(Math.max(...lastLogits(model, long))).toBeCloseTo(lastLogits(model, long)[said.ids[0]!]!, 4);
  });

  it('is refused where two answers to one prompt lie on both sides', () => {
    const rows = [{ prompt: tokens(9, 1), answers: [tokens(2, 2), tokens(9, 3)] }];
    expect(() => forwardLogits(model, makeBatch(rows, 64))).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    const same = [{ prompt: tokens(9, 1), answers: [tokens(5, 2), tokens(9, 3)] }];
    expect(() => forwardLogits(model, makeBatch(same, 64)).dispose()).not.toThrow();
  });
});

for (const [family, config] of Object.entries(CONFIGS)) {
  describe(family, () => {
    let model: Model;
    beforeAll(() => void (model = tinyModel(config)));
    afterAll(() => model.dispose());

    it('with a cache says what it says without', () => {
      const ids = [...prompts[0]!];
      for (let i = 0; i < 12; i++) ids.push(best(lastLogits(model, ids)));
      expect(generate(model, [prompts[0]!], { maxTokens: 12 })[0]!.ids).toEqual(ids.slice(prompts[0]!.length));
    });

    it('in a batch of prompts of different lengths says what it says to each alone', () => {
      const together = generate(model, prompts, { maxTokens: 10 });
      prompts.forEach((prompt, i) => {
        const [alone] = generate(model, [prompt], { maxTokens: 10 });
        expect(together[i]!.ids).toEqual(alone!.ids);
        expect(largestDifference(together[i]!.logProbs, alone!.logProbs)).toBeLessThan(1e-4);
      });
    });
  });
}

describe('log-probabilities', () => {
  it('are those of scoring the answer', () => {
    const model = tinyModel(CONFIGS['llama']);
    const results = generate(model, prompts, { maxTokens: 8 });
    const scores = inference(model).scoreRows(prompts.map((prompt, i) => ({ prompt, answer: results[i]!.ids })));
    results.forEach(({ logProbs }, i) => expect(largestDifference(logProbs, scores[i]!.logProbs)).toBeLessThan(1e-4));
    expect(scores.every(({ correct }) => correct.every(Boolean))).toBe(true);
    model.dispose();
  });

  it('of a text that is longer than the model can read are those of its beginning, where that is asked for', () => {
    const model = tinyModel(CONFIGS['llama']);
    const { score, encodePrompt } = inference(model);
    const [pair, start] = ['x'.repeat(400), 'x'.repeat(10)].map((answer) => ({ prompt: 'who?', answer, open: true }));
    const [clipped] = score([{ ...pair!, clipped: true }]);
    const room = model.config.maxPositions - encodePrompt('who?').length;
    expect([clipped!.ids.length, clipped!.offsets.length, clipped!.logProbs.length]).toEqual([room, room, room]);
    const [short] = score([start!]);
    expect(largestDifference(clipped!.logProbs.slice(0, short!.ids.length), short!.logProbs)).toBeLessThan(1e-4);
    expect(() => score([pair!])).toThrow('longer than the model can read');
    model.dispose();
  });
});

describe('the end of a sequence', () => {
  const config = CONFIGS['llama']!;

  it('stops a row, is not part of its ids, and leaves the other rows alone', () => {
    const free = tinyModel(config);
    const unbounded = generate(free, prompts, { maxTokens: 10 });
    free.dispose();
    const stopAt = unbounded[2]!.ids[3]!;
    const model = tinyModel({ ...config, eosIds: [stopAt] });
    const results = generate(model, prompts, { maxTokens: 10 });
    results.forEach((result, i) => {
      const end = unbounded[i]!.ids.indexOf(stopAt);
      expect(result.ids).toEqual(end < 0 ? unbounded[i]!.ids : unbounded[i]!.ids.slice(0, end));
      expect(result.ended).toBe(end >= 0);
      expect(result.logProbs).toHaveLength(result.ids.length + (result.ended ? 1 : 0));
    });
    expect(results.some(({ ended }) => ended)).toBe(true);
    model.dispose();
  });

  it('any of several end tokens stops', () => {
    const free = tinyModel(config);
    const [said] = generate(free, [prompts[0]!], { maxTokens: 1 });
    free.dispose();
    const model = tinyModel({ ...config, eosIds: [299, said!.ids[0]!] });
    expect(generate(model, [prompts[0]!], { maxTokens: 5 })[0]).toMatchObject({ ids: [], ended: true });
    model.dispose();
  });
});

describe('the last position', () => {
  it('ends a long row, and not the short rows beside it', () => {
    const model = tinyModel(CONFIGS['gpt2']);
    const [long, short] = [tokens(60, 6), tokens(3, 7)];
    const together = generate(model, [long, short], { maxTokens: 10 });
    expect(together.map(({ ids }) => ids.length)).toEqual([5, 10]);
    expect(together[1]!.ids).toEqual(generate(model, [short], { maxTokens: 10 })[0]!.ids);
    model.dispose();
  });

  it('before the prompt is over is an error', () => {
    const model = tinyModel(CONFIGS['gpt2']);
    expect(() => generate(model, [tokens(65, 8)], { maxTokens: 1 })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
    expect(() => generate(model, [[]], { maxTokens: 1 })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    model.dispose();
  });
});

describe('sampling', () => {
  let model: Model;
  beforeAll(() => void (model = tinyModel(CONFIGS['llama'])));
  afterAll(() => model.dispose());
  const sampled = (seed: number, some = prompts) =>
    generate(model, some, { maxTokens: 12, temperature: 1, seed }).map(({ ids }) => ids);

  it('repeats with its seed and differs with another', () => {
    expect(sampled(1)).toEqual(sampled(1));
    expect(sampled(1)).not.toEqual(sampled(2));
  });

  it('draws the same prompt differently at different places of the list', () => {
    const [a, b] = sampled(1, [prompts[0]!, prompts[0]!]);
    expect(a).not.toEqual(b);
  });

  it('computes answers that are the same so far once, and draws from each what it draws alone', () => {
    let computed = 0;
    const counting: Model = {
      ...model,
      decoding() {
        const decoding = model.decoding();
        const advance: typeof decoding.advance = (columns) => (
          (computed += columns.ids.length),
          decoding.advance(columns)
        );
        return { ...decoding, advance };
      },
    };
    const asked = [...new Array<number[]>(12).fill(prompts[0]!), ...new Array<number[]>(12).fill(prompts[1]!)];
    const options = { maxTokens: 8, temperature: 0.05, seed: 5 };
    const together = generate(counting, asked, options);
    const texts = new Set(together.flatMap(({ ids }, i) => ids.map((_, t) => [i < 12, ...ids.slice(0, t)].join())));
    expect([...texts].length).toBeLessThan(together.reduce((sum, { ids }) => sum + ids.length, 0) / 2);
    expect(new Set(together.map(({ ids }) => ids.join())).size).toBeGreaterThan(2); // they do branch
    expect(computed).toBe(texts.size);
    const alone = generate(model, asked, { ...options, batchSize: 1 });
    expect(together.map(({ ids }) => ids)).toEqual(alone.map(({ ids }) => ids));
    together.forEach(({ logProbs }, i) => expect(largestDifference(logProbs, alone[i]!.logProbs)).toBeLessThan(1e-4));
  });

  it('follows softmax(logits / temperature)', () => {
    const prompt = prompts[0]!;
    const temperature = 0.7;
    const logits = lastLogits(model, prompt);
    const weights = Array.from(logits, (x) => Math.exp(x / temperature));
    const total = weights.reduce((a, b) => a + b, 0);
    const draws = 4000;
    const counts = new Array<number>(logits.length).fill(0);
    for (const { ids } of generate(model, new Array<number[]>(draws).fill([...prompt]), {
      maxTokens: 1,
      temperature,
      seed: 3,
      batchSize: 500,
    }))
      counts[ids[0]!]!++;
    // Kolmogorov–Smirnov in the order of ids; P(D > 1.95/√n) is 0.001
    let [seen, expected, most] = [0, 0, 0];
    counts.forEach((count, id) => {
      seen += count / draws;
      expected += weights[id]! / total;
      most = Math.max(most, Math.abs(seen - expected));
    });
    expect(most).toBeLessThan(1.95 / Math.sqrt(draws));
  });
});

describe('prompts that are too many for a block to read at once', () => {
  const wide = { intermediate_size: 6000, eos_token_id: undefined, max_position_embeddings: 128 };
  it.each([
    ['llama', tinyConfig(wide)],
    ['with a window in every layer', tinyConfig({ ...wide, model_type: 'mistral', sliding_window: 9 })],
  ])('say what they say alone: %s', (_, config) => {
    const model = tinyModel(config);
    const before = tf.memory().numTensors;
    const prompts = Array.from({ length: 9 }, (_, i) => tokens(90 - 7 * i, `p${i}`));
    expect(readingBytes(config, 90) * prompts.length).toBeGreaterThan(2 * mostReading());
    const together = generate(model, [...prompts, prompts[3]!], { maxTokens: 4 });
    const alone = generate(model, prompts, { maxTokens: 4, batchSize: 1 });
    expect(together.map(({ ids }) => ids)).toEqual([...alone, alone[3]!].map(({ ids }) => ids));
    for (const [i, { logProbs }] of alone.entries())
      expect(largestDifference(logProbs, together[i]!.logProbs)).toBeLessThan(1e-4);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});

it('leaves no tensor behind', () => {
  const model = tinyModel(CONFIGS['llama']);
  const before = tf.memory().numTensors;
  generate(model, prompts, { maxTokens: 6, temperature: 1 });
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});
