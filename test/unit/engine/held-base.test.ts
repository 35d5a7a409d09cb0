// A base kept in 16 bits against the same base whose float32 values were rounded by hand: logits and gradients of a
// LoRA, bit by bit.
import { afterEach, describe, expect, it } from '@jest/globals';
import { makeBatch } from '#engine/batch.ts';
import { exactlyHeldModelFrom, heldModelFrom } from '#engine/held-base.ts';
import { attachLora, freshFactors, LoraConfig, loraParameters, mergeLora, shapeLora } from '#engine/lora.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { freshValues, modelFrom, type Model } from '#engine/model.ts';
import { forwardLogits, lossAndGradients } from '#engine/sweep.ts';
import { fastOps, tf } from '#engine/tf.ts';
import { random } from '#engine/random.ts';
import { tinyConfig, tinyTokenizer, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

/** To nearest, ties to even, on the bits: eight of the mantissa stay. */
const rounded = (value: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const low = bits & 0xffff;
  const up = low > 0x8000 || (low === 0x8000 && (bits & 0x10000) !== 0) ? 1 : 0;
  view.setUint32(0, (((bits >>> 16) + up) << 16) >>> 0);
  return view.getFloat32(0);
};

const config = tinyConfig();
const values = () =>
  new Map([...freshValues(config, 1)].map(([name, v]) => [name, name.includes('norm') ? v : v.map((x) => 10 * x)]));
const isMatrix = (name: string) => !/(ln1|ln2|norm)\.w$/.test(name);
const inHalf = () => new Map([...values()].map(([name, v]) => [name, isMatrix(name) ? v.map(rounded) : v]));

const adapted = (base: Model) => {
  const lora = shapeLora(config, LoraConfig.parse({ rank: 2, alpha: 4 }));
  const stream = random('factors');
  const factors = new Map([...freshFactors(lora, 1)].map(([name, v]) => [name, v.map(() => 0.1 * stream.normal())]));
  return attachLora(base, lora, factors);
};
const batch = makeBatch([{ prompt: tokens(5, 'p'), answers: [tokens(4, 'a'), tokens(6, 'b')] }], 64);

const open: Model[] = [];
const opened = <M extends Model>(model: M): M => (open.push(model), model);
afterEach(() => open.splice(0).forEach((model) => model.dispose()));

describe('a base kept in 16 bits', () => {
  it('computes as the same values in float32, and gives its memory back', () => {
    if (!fastOps().hold) {
      process.stderr.write('skipped: this backend keeps float32 tensors alone; only its refusal is seen\n');
      expect(() => heldModelFrom(config, tinyTokenizer(), values())).toThrow(
        expect.objectContaining({ code: 'BACKEND_UNAVAILABLE' }),
      );
      return;
    }
    const before = tf.memory().numTensors;
    const held = adapted(heldModelFrom(config, tinyTokenizer(), values()));
    const plain = opened(adapted(modelFrom(config, tinyTokenizer(), inHalf())));
    const [a, b] = [held, plain].map((model) => forwardLogits(model, batch));
    expect(a!.dataSync()).toEqual(b!.dataSync());
    tf.dispose([a!, b!]);
    for (const tape of ['one', 'blocks'] as const) {
      const [x, y] = [held, plain].map((model) =>
        lossAndGradients(model, batch, answerCrossEntropy(batch), loraParameters(plain), { tape }),
      );
      expect(x!.loss).toBe(y!.loss);
      for (const [name, gradient] of y!.gradients)
        expect(x!.gradients.get(name)!.dataSync()).toEqual(gradient.dataSync());
      tf.dispose([...x!.gradients.values(), ...y!.gradients.values()]);
    }
    const [heldAfter, plainAfter] = [mergeLora(held), mergeLora(plain)];
    for (const { name } of heldAfter.specs) {
      const [x, y] = [heldAfter, plainAfter].map(({ weights }) => tf.tidy(() => weights(name).dataSync()));
      expect([name, x]).toEqual([name, y]);
    }
    heldAfter.dispose();
    plainAfter.dispose();
    open.length = 0;
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is refused where a weight would be rounded, by name', () => {
    if (!fastOps().hold) return expect(fastOps().hold).toBeUndefined();
    const before = tf.memory().numTensors;
    exactlyHeldModelFrom(config, tinyTokenizer(), inHalf()).dispose();
    const some = inHalf();
    some.get('layers.1.down.w')![7]! += 1e-4;
    expect(() => exactlyHeldModelFrom(config, tinyTokenizer(), some)).toThrow(
      expect.objectContaining({
        code: 'METHOD_CONFIG',
        message: 'update.base=bfloat16 would round model.layers.1.mlp.down_proj.weight',
      }),
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
