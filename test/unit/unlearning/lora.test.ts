// Unlearning by a LoRA: only the factors learn, what is kept is the merged model, and the adapter that is handed out
// says the same on the old weights.
import { describe, expect, it } from '@jest/globals';
import type { LoraModel } from '#engine/lora.ts';
import { valuesOf, type Model } from '#engine/model.ts';
import { tf } from '#engine/tf.ts';
import type { ForgetOnlyContext } from '#unlearning/method.ts';
import { configured } from '#unlearning/methods.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

const example = (seed: number) => ({ prompt: tokens(4, seed), answer: tokens(5, `a${seed}`), valueTokens: [1, 2] });
const contextFor = (model: Model, more: Partial<ForgetOnlyContext> = {}): ForgetOnlyContext => ({
  model,
  forget: [example(1), example(2)],
  templates: [tokens(4, 'refusal')],
  moments: undefined,
  stopControls: [example(3), example(4)],
  seed: 1,
  ...more,
});
const CONFIG = {
  update: {
    trainable: 'lora',
    projection: 'none',
    optimizer: 'adamw',
    step: 0.01,
    updates: 4,
    lora: { rank: 2, dropout: 0.1 },
  },
};

describe('unlearning by a LoRA', () => {
  it('moves the weights by scale · A · B and nothing else, and leaves no tensor behind', async () => {
    const model = tinyModel();
    const before = valuesOf(model);
    const tensors = tf.memory().numTensors;
    let adapter: { factors: Map<string, Float32Array>; lora: LoraModel['lora'] } | undefined;
    const onAdapter = (adapted: LoraModel) =>
      (adapter = {
        factors: valuesOf(adapted, new Set(adapted.lora.specs.map(({ name }) => name))),
        lora: adapted.lora,
      });
    await configured('flat', CONFIG).run(contextFor(model, { onAdapter }));
    expect(tf.memory().numTensors).toBe(tensors);
    const after = valuesOf(model);
    for (const [name, value] of before) {
      const pair = adapter!.lora.factors.get(name);
      if (!pair) {
        expect([name, after.get(name)]).toEqual([name, value]);
        continue;
      }
      const rank = adapter!.lora.config.rank;
      const [a, b] = [adapter!.factors.get(pair.a)!, adapter!.factors.get(pair.b)!];
      const columns = b.length / rank;
      let moved = 0;
      value.forEach((was, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        let delta = 0;
        for (let r = 0; r < rank; r++) delta += a[row * rank + r]! * b[r * columns + column]!;
        moved = Math.max(moved, Math.abs(delta));
        expect(Math.abs(after.get(name)![i]! - was - pair.scale * delta)).toBeLessThan(1e-5);
      });
      expect(moved).toBeGreaterThan(0);
    }
    model.dispose();
  });

  it('with the projection of whole matrices is refused with its settings', () => {
    const config = { update: { ...CONFIG.update, projection: 'owm' } };
    expect(() => configured('flat', config)).toThrow(
      expect.objectContaining({
        code: 'METHOD_CONFIG',
        message: expect.stringContaining('update.projection') as unknown,
      }),
    );
  });
});
