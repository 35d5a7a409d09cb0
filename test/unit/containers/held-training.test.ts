// A LoRA trained over a base that stays in 16 bits: the same adapter, byte for byte, as over the same values in
// float32; taken where float32 does not fit and the weights are stored so.
import { afterAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fineTuningRun, memoryPlanNow } from '#containers/memory.ts';
import { baseDigest, learntCorpus, rowsThatFit, trainFolder } from '#containers/training.ts';
import type { Recipe } from '#core/recipe.ts';
import { assigned } from '#datasets/fine-tuning/assigned.ts';
import { loadModel, readModelFolder, readModelParts, storedTensors } from '#engine/formats/folder.ts';
import { openToAsk } from '#engine/formats/made-folder.ts';
import { narrowBfloat, widen } from '#engine/formats/number-formats.ts';
import { writeSafetensors } from '#engine/formats/safetensors.ts';
import { isStoredInHalf } from '#engine/formats/weights.ts';
import { heldModelFrom } from '#engine/held-base.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import { LoraConfig } from '#engine/lora.ts';
import { retaught } from '#engine/retaught.ts';
import { backendName, tf } from '#engine/tf.ts';
import { useEngine } from '#test/support/engine.ts';
import { corpusIn, GOLDEN_TRAINING, peopleOf, recipeFor } from '#test/support/fine-tuning.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { everyPosition } from '#test/support/golden.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const lora = LoraConfig.parse({ rank: 2, alpha: 4 });

/** The golden base rounded to bfloat16, stored as such or in float32. */
const baseIn = (dtype: 'BF16' | 'F32'): string => {
  const to = join(dir, dtype);
  cpSync(join(GOLDEN_TRAINING, 'model'), to, { recursive: true });
  const { config, values } = readModelFolder(to);
  const tensors = storedTensors(config, ({ name }) => values.get(name)!).map(({ name, shape, data }) => {
    const halves = narrowBfloat(Float32Array.from(data));
    return { name, shape, dtype, data: dtype === 'BF16' ? halves : widen(halves, 'BF16') };
  });
  writeSafetensors(join(to, 'model.safetensors'), tensors, { format: 'pt' });
  return to;
};

describe('a LoRA over a base that is stored in 16 bits', () => {
  const [half, whole] = [baseIn('BF16'), baseIn('F32')];
  const { config } = readModelParts(half);
  const corpusOf = async (base: string, recipe: Recipe) => {
    const entries = await corpusIn(GOLDEN_TRAINING);
    return learntCorpus(base, assigned(entries, peopleOf(entries), recipe), recipe.loss);
  };
  const recipeOn = async (base: string) => {
    const entries = await corpusIn(GOLDEN_TRAINING);
    return recipeFor(GOLDEN_TRAINING, entries, { base: baseDigest(base), lora, rowsAtOnce: 4, epochs: 1 });
  };

  it('is told from one in float32 by its file', () => {
    expect([half, whole].map((base) => isStoredInHalf(base, config))).toEqual([true, false]);
  });

  it('ends as over the same values in float32', async () => {
    const adapters: Buffer[] = [];
    for (const base of [half, whole]) {
      const recipe = await recipeOn(base);
      const [out, work] = [`${base}-out`, `${base}-work`];
      mkdirSync(work);
      const corpus = await corpusOf(base, recipe);
      await trainFolder({ base, out, work, recipe, corpus, key: 'k'.repeat(64), program: '1', screened: [] });
      adapters.push(readFileSync(join(out, 'adapter_model.safetensors')));
    }
    expect(adapters[0]!.equals(adapters[1]!)).toBe(true);
  });

  it('is asked in 16 bits where float32 would fill the heap, and then not taught for a moment', async () => {
    const wholly = openToAsk(half);
    const batch = everyPosition(wholly, [[1, 2, 3, 4]]);
    const logitsOf = (model: LanguageModel) => tf.tidy(() => model.logits(batch).dataSync<'float32'>());
    const kept = openToAsk(half, 0);
    expect(logitsOf(kept)).toEqual(logitsOf(wholly));
    [wholly, kept].forEach((model) => model.dispose());

    const held = loadModel(half, heldModelFrom);
    const rows = [{ prompt: [1], answers: [[2]] }];
    const taught = retaught(held, rows, { updates: 1, learningRate: 1e-3, weights: 'mlp' }, () => undefined);
    await expect(taught).rejects.toMatchObject({ code: 'METHOD_CONFIG', hint: 'leave out update.base' });
    held.dispose();
  });

  it('is kept so where float32 does not fit, and only there; one that cannot be is refused with what would help', async () => {
    const recipe = await recipeOn(half);
    const corpus = await corpusOf(half, recipe);
    const rows = corpus.flatMap((one) => one.rows);
    const run = (held: boolean) => ({
      ...fineTuningRun({ config, rows, backend: backendName(), lora, held }, 1),
      tape: 'blocks' as const,
    });
    const [held, plain] = [true, false].map((keep) => memoryPlanNow(run(keep)).total);
    expect(held!).toBeLessThan(plain!);
    const room = (held! + plain!) / 2;
    const lines: string[] = [];
    const fit = (base: string, available?: number) =>
      rowsThatFit(base, corpus, { lora, batchSize: 4, backend: backendName() }, (line) => lines.push(line), available);
    expect(fit(half, room)).toBeGreaterThanOrEqual(1);
    expect(lines.join()).toContain('weights in 16 bits');
    expect(fit(half, 1e12)).toBe(null);
    expect(() => fit(whole, room)).toThrow(expect.objectContaining({ code: 'MEMORY_PLAN' }));
  });
});
