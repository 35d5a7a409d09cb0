// Node's own typed arrays inside jest's sandbox, and a scratch folder for each test file, removed at its end: a test
// sees nobody else's files in os.tmpdir(), and leaves none. Native addons hand out and check for arrays of the outer
// realm; with the sandbox's own, onnxruntime and libtensorflow refuse every tensor ("must be type of Float32Array").
// Dawn asks for its turns by the outer realm's setImmediate, which is the sandbox's too.
// Trap: os.tmpdir() reads the environment of the process, of which a test has a copy, made after this.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';

const OUTER = tmpdir();

const scratch = () => (process.env.TMPDIR = mkdtempSync(join(OUTER, 'quittance-test-')));

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
  #scratch;

  constructor(config, context) {
    const own = scratch();
    super(config, context);
    this.#scratch = own;
    Object.assign(this.global, SHARED);
    Object.defineProperty(this.global, 'setImmediate', {
      configurable: true,
      get: () => globalThis.setImmediate,
      set(value) {
        globalThis.setImmediate = value;
      },
    });
  }

  async teardown() {
    await super.teardown();
    process.env.TMPDIR = OUTER;
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
