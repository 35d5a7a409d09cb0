// Node's own typed arrays inside jest's sandbox. Native addons hand out and check for arrays of the outer realm; with
// the sandbox's own, onnxruntime and libtensorflow refuse every tensor ("must be type of Float32Array"). Dawn asks for
// its turns by the outer realm's setImmediate, which is the sandbox's too.
import { TestEnvironment } from 'jest-environment-node';

const SHARED = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint16Array,
  Uint32Array,
  Uint8ClampedArray,
  BigInt64Array,
  BigUint64Array,
};

export default class NativeArraysEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    Object.assign(this.global, SHARED);
    Object.defineProperty(this.global, 'setImmediate', {
      configurable: true,
      get: () => globalThis.setImmediate,
      set(value) {
        globalThis.setImmediate = value;
      },
    });
  }
}
