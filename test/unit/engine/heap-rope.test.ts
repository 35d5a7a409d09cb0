// The rotary embedding of the wasm heap is the composed one to the last bit, forwards and backwards. On other backends
// both are the composed one.
import { expect, it } from '@jest/globals';
import { composedRope, rope } from '#engine/ops.ts';
import { random } from '#engine/random.ts';
import { tf } from '#engine/tf.ts';
import { useEngine } from '#test/support/engine.ts';

useEngine();

it.each([
  ['of all rows', 1, 24],
  ['of each row', 3, 24],
  ['of two numbers', 1, 2],
])('tables %s', (_, tables, R) => {
  const stream = random('rope');
  const made = (shape: [number, number, number, number]) =>
    tf.tensor4d(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()),
      shape,
    );
  const x = made([3, 2, 5, R]);
  const [cos, sin, w] = [made([tables, 1, 5, R]), made([tables, 1, 5, R]), made([3, 2, 5, R])];
  const before = tf.memory().numTensors;
  const of = (turn: typeof rope) => {
    const { value, grad } = tf.valueAndGrad((v: tf.Tensor) => tf.sum(tf.mul(turn(v as tf.Tensor4D, cos, sin), w)))(x);
    const turned = tf.tidy(() => turn(x, cos, sin));
    const found = [value, grad, turned].map((tensor) => [...tensor.dataSync()]);
    tf.dispose([value, grad, turned]);
    return found;
  };
  expect(of(rope)).toEqual(of(composedRope));
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose([x, cos, sin, w]);
});
