// A composed decoder against logits computed by hand from its parts, as separate models; generated, scored, written and
// read again; and a base under an adapter against the two merged.
import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Combination } from '#core/model.ts';
import { makeBatch } from '#engine/batch.ts';
import { composedFrom, firstLayers, firstLayersConfig } from '#engine/composed.ts';
import { chainOfFolder, checkFolder, openModelFolder } from '#engine/formats/made-folder.ts';
import { writeAdapter } from '#engine/formats/peft.ts';
import { saveAdapter, saveComposed } from '#engine/formats/save-made.ts';
import { saveModel } from '#engine/formats/save.ts';
import { generate } from '#engine/generate.ts';
import { inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import { attachLora, LoraConfig, mergeLora, shapeLora, type LoraModel } from '#engine/lora.ts';
import { modelFrom, valuesOf, type Model } from '#engine/model.ts';
import { random } from '#engine/random.ts';
import { tf } from '#engine/tf.ts';
import { tinyModel, tinyTokenizer, tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { largestDifference } from '#test/support/golden.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const CONFIG = {
  ...{ model_type: 'llama', vocab_size: 300, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 64, eos_token_id: 0 },
};
const rows = [5, 9, 7].map((length, i) => ({ prompt: tokens(length, i), answers: [tokens(4, `answer ${i}`)] }));
const batch = makeBatch(rows, 64);

/** A LoRA whose both factors are far from zero. */
const adapted = (base: Model, seed: string): LoraModel => {
  const lora = shapeLora(base.config, LoraConfig.parse({ rank: 2, alpha: 4 }));
  const stream = random(seed);
  const noise = ({ length }: { length: number }) => Float32Array.from({ length }, () => 0.3 * stream.normal());
  const size = (shape: readonly number[]) => ({ length: shape.reduce((a, b) => a * b, 1) });
  return attachLora(base, lora, new Map(lora.specs.map(({ name, shape }) => [name, noise(size(shape))])));
};

const numbers = (model: LanguageModel): Float32Array => {
  const logits = model.logits(batch);
  const values = Float32Array.from(logits.dataSync());
  logits.dispose();
  return values;
};

/** A model of its own with the target's first layers, and the LoRA of this seed merged into it where one is named. */
const apart = (layers: number, seed?: string): Float32Array => {
  const target = tinyModel();
  const own = modelFrom(firstLayersConfig(target.config, layers), tinyTokenizer(), valuesOf(target));
  const model = seed === undefined ? own : mergeLora(adapted(own, seed));
  const values = numbers(model);
  for (const one of [target, model]) one.dispose();
  return values;
};

const composed = (combination: Combination, parts: readonly [layers: number, seed: string][] = [[1, 'one']]) => {
  const target = tinyModel();
  return composedFrom(
    target,
    parts.map(([layers, seed]) => adapted(firstLayers(target, layers), seed)),
    combination,
  );
};

describe('a base under an adapter', () => {
  it('has the logits of the two merged, and says the same', () => {
    const [beside, other] = [adapted(tinyModel(), 'a'), adapted(tinyModel(), 'a')];
    const merged = mergeLora(other);
    expect(largestDifference(numbers(beside), numbers(merged))).toBeLessThan(1e-5);
    const said = (model: Model) =>
      generate(
        model,
        rows.map(({ prompt }) => prompt),
        { maxTokens: 8 },
      ).map(({ ids }) => ids);
    expect(said(beside)).toEqual(said(merged));
    for (const one of [beside, merged]) one.dispose();
  });

  it('written beside its base has one digest, and is itself when it is opened', () => {
    const base = tinyModel();
    saveModel(join(dir, 'weights'), base, { configJson: CONFIG });
    const model = adapted(base, 'a');
    writeAdapter(join(dir, 'from'), model, 'house/base');
    saveModel(join(dir, 'from/base'), tinyModel(), { configJson: CONFIG });
    const { digest } = saveAdapter(join(dir, 'beside'), model, join(dir, 'from'));
    expect(chainOfFolder(join(dir, 'beside'), checkFolder(join(dir, 'beside')))[0].digest).toBe(digest);
    const { model: again } = openModelFolder(join(dir, 'beside'));
    expect(largestDifference(numbers(again), numbers(model))).toBe(0);
    const config = JSON.parse(readFileSync(join(dir, 'beside/adapter_config.json'), 'utf8')) as object;
    expect(config).toMatchObject({ base_model_name_or_path: 'house/base', r: 2, lora_alpha: 4 });
    for (const one of [model, again]) one.dispose();
  });
});

describe('logits of a composed decoder', () => {
  const [target, assistant, start] = [0, 1, 2] as const;
  const parts = () => [apart(2), apart(1, 'one'), apart(1)] as const;

  it('are the target less alpha times the assistant', () => {
    const model = composed({ form: 'difference', alpha: 0.75, filter: 0 });
    const by = parts();
    const wanted = by[target].map((t, i) => t - 0.75 * by[assistant][i]!);
    expect(largestDifference(numbers(model), wanted)).toBeLessThan(1e-4);
    model.dispose();
  });

  it('are the target and what the assistant learnt since its start', () => {
    const model = composed({ form: 'offset', weight: 1.1 });
    const by = parts();
    const wanted = by[target].map((t, i) => t + 1.1 * (by[assistant][i]! - by[start][i]!));
    expect(largestDifference(numbers(model), wanted)).toBeLessThan(1e-4);
    expect(largestDifference(numbers(model), by[target])).toBeGreaterThan(1);
    model.dispose();
  });

  it('are the sum of all that several assistants learnt, each from its own depth', () => {
    const model = composed({ form: 'offset', weight: 0.5 }, [
      [1, 'one'],
      [2, 'two'],
    ]);
    const [whole, one, first, two] = [apart(2), apart(1, 'one'), apart(1), apart(2, 'two')];
    const wanted = whole.map((t, i) => t + 0.5 * (one[i]! - first[i]! + two[i]! - t));
    expect(largestDifference(numbers(model), wanted)).toBeLessThan(1e-4);
    model.dispose();
  });

  it('leave out what the target finds unlikely, but for a least share of the vocabulary', () => {
    const model = composed({ form: 'difference', alpha: 0.75, filter: 0.02 });
    const [told, heard] = parts();
    const said = numbers(model);
    for (let row = 0; row < batch.targets.length; row++) {
      const at = (values: Float32Array) => [...values.subarray(row * 300, (row + 1) * 300)];
      const [t, a, s] = [at(told), at(heard), at(said)];
      const ranked = [...t].sort((x, y) => y - x);
      const threshold = Math.min(ranked[0]! + Math.log(0.02), ranked[5]!); // ⌊.02 · 300⌋ = 6
      const wanted = t.map((x, i) => x - 0.75 * a[i]! - (x >= threshold ? 0 : 1000));
      expect(largestDifference(s, wanted)).toBeLessThan(1e-3);
      expect(s.filter((x) => x > -500).length).toBeGreaterThanOrEqual(6);
    }
    model.dispose();
  });

  it('are those by which it generates, token by token, and by which it is scored', () => {
    for (const combination of [
      { form: 'offset', weight: 1 },
      { form: 'difference', alpha: 0.75, filter: 0.02 },
    ] as const) {
      const model = composed(combination);
      const prompts = rows.map(({ prompt }) => prompt);
      const said = generate(model, prompts, { maxTokens: 6 });
      const scores = inference(model).scoreRows(
        prompts.map((prompt, i) => ({ prompt, answer: said[i]!.ids.length > 0 ? said[i]!.ids : [0] })),
      );
      expect(scores.every(({ correct }) => correct.every(Boolean))).toBe(true);
      said.forEach(({ ids, logProbs }, i) =>
        expect(
          largestDifference(logProbs.slice(0, ids.length), [...scores[i]!.logProbs].slice(0, ids.length)),
        ).toBeLessThan(1e-3),
      );
      model.dispose();
    }
  });
});

describe('a composed decoder in a folder', () => {
  const save = (target: string) => {
    const model = tinyModel();
    const assistant = adapted(firstLayers(model, 1), 'one');
    const saved = saveComposed(join(dir, 'composed'), target, [assistant], { form: 'offset', weight: 1.1 });
    for (const one of [assistant, model]) one.dispose();
    return saved;
  };

  it('is itself again, under one digest over target, assistant and settings', () => {
    const target = join(dir, 'target');
    saveModel(target, tinyModel(), { configJson: CONFIG });
    const { digest } = save(target);
    const at = join(dir, 'composed');
    expect(chainOfFolder(at, checkFolder(at))[0].digest).toBe(digest);
    const before = tf.memory().numTensors;
    const [{ model: again }, live] = [openModelFolder(at), composed({ form: 'offset', weight: 1.1 })];
    expect(largestDifference(numbers(again), numbers(live))).toBe(0);
    for (const one of [again, live]) one.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is refused over another target, named by its digest, with more layers than it, or without its settings', () => {
    const at = join(dir, 'composed');
    const manifest = join(at, 'manifest.json');
    const told = readFileSync(manifest, 'utf8');
    const refused = (change: (json: Record<string, unknown>) => unknown) => {
      writeFileSync(manifest, JSON.stringify(change(JSON.parse(told) as Record<string, unknown>)));
      return expect(() => checkFolder(at));
    };
    const digest = `sha256:${'1'.repeat(64)}`;
    refused((json) => ({ ...json, target: digest })).toThrow(
      expect.objectContaining({ code: 'BASE_MISMATCH', expected: digest }),
    );
    refused((json) => ({
      ...json,
      assistants: (json['assistants'] as object[]).map((one) => ({ ...one, layers: 3 })),
    })).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    refused(() => ({})).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    writeFileSync(manifest, told);
    checkFolder(at);
  });
});
