// Node's own typed arrays inside jest's sandbox, and a scratch folder for each test file, removed at its end: a test
// sees nobody else's files in os.tmpdir(), and leaves none. Native addons hand out and check for arrays of the outer
// realm; with the sandbox's own, onnxruntime and libtensorflow refuse every tensor ("must be type of Float32Array").
// Dawn asks for its turns by the outer realm's setImmediate, which is the sandbox's too.
// Its globals are those of an ordinary realm: in the one that jest makes, each look at Map, Array or Math goes through
// a proxy and costs a thousand times as much, which code that counts tokens or multiplies matrices pays at every turn.
// Errors of Node's own realm have Node's ten frames, not jest's hundred: onnxruntime throws one at each large product,
// where finding a hundred frames takes as long as the product. Those of the tests' realm keep their hundred.
// What a test starts as a process finds its compiled code where cli/bin.mjs keeps it: half of a short command's time.
// Trap: os.tmpdir() reads the environment of the process, of which a test has a copy, made after this.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const OUTER = tmpdir();
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/quittance', import.meta.url));

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

const { createContext } = vm;

/** What `make` makes, with an ordinary realm where it asks for one: jest's environment has no setting for it. */
const inOrdinaryRealm = (make) => {
  vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
  try {
    return make();
  } finally {
    vm.createContext = createContext;
  }
};

export default class NativeArraysEnvironment extends TestEnvironment {
  #scratch;

  constructor(config, context) {
    const own = scratch();
    inOrdinaryRealm(() => super(config, context));
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

  async setup() {
    await super.setup();
    Error.stackTraceLimit = 10; // jest has set it by now
  }

  async teardown() {
    await super.teardown();
    process.env.TMPDIR = OUTER;
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
