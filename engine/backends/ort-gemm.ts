// Matrix products by onnxruntime's native GEMM, called synchronously on views of the wasm heap: no copy, no packing,
// and transposed operands at no cost. There is one session for each combination of rank and transposition, each with a
// model of a single FusedMatMul node (ort-model.ts).
// Traps: the synchronous call is private to onnxruntime-node (pinned to 1.30.0, and tried once at start); without
// allow_spinning=0 the threads of each session spin and slow down all others; and the binding copies every result into
// a new ArrayBuffer, even one that was written in place (UNREADABLE avoids it).
import { createRequire } from 'node:module';
import type { Gemm, Operand } from './gemm.ts';
import { sizeOf, type Heap, type TensorRef } from './heap.ts';
import { fusedMatMulModel, UNREADABLE, type GemmModel } from './ort-model.ts';

const require = createRequire(import.meta.url);

interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: object, fetches: object, options: object): unknown;
}
interface Binding {
  binding: { InferenceSession: new () => NativeSession };
  initOrt(): void;
}
type OrtTensor = new (type: 'float32', data: Float32Array, dims: number[]) => object;

/** y = op(a) · op(b) on float arrays with their shapes. */
type Product = (model: Omit<GemmModel, 'unread'>, a: Matrix, b: Matrix, y: Matrix) => void;
interface Matrix {
  data: Float32Array;
  shape: number[];
}

/** Its install script downloads CUDA libraries, which are not used, and removes the package where it cannot. */
const INSTALL = 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0';

/** A GEMM for a heap, or the reason why onnxruntime is not there. */
export const ortGemm = (threads: number): ((heap: Heap) => Gemm) | string => {
  try {
    const product = load(threads);
    if (!answers(product)) return 'onnxruntime-node is not 1.30.0: it does not answer synchronously';
    return (heap) => gemmOn(heap, product);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND') return `onnxruntime-node is not installed (${INSTALL})`;
    return `onnxruntime-node does not load (${String(error).split('\n')[0]})`;
  }
};

const gemmOn =
  (heap: Heap, product: Product): Gemm =>
  (a, b, y, batch) => {
    const rank = a.batch === 1 && b.batch === 1 ? 2 : 3;
    const matrix = (ref: TensorRef, count: number, rows: number, columns: number): Matrix => ({
      data: heap.floats(ref),
      shape: rank === 2 ? [rows, columns] : [count, rows, columns],
    });
    const side = (operand: Operand) => matrix(operand.ref, operand.batch, operand.rows, operand.columns);
    const [M, N] = [a.transpose ? a.columns : a.rows, b.transpose ? b.rows : b.columns];
    product({ transposeA: a.transpose, transposeB: b.transpose, rank }, side(a), side(b), matrix(y, batch, M, N));
  };

/** Up to this many numbers, copying the result is faster than throwing the exception that avoids the copy. */
const SMALL = 8192;

const load = (threads: number): Product => {
  const native = require('onnxruntime-node/dist/binding.js') as Binding;
  const { Tensor } = require('onnxruntime-common') as { Tensor: OrtTensor };
  native.initOrt();
  const session = sessions(native, threads);
  const tensor = ({ data, shape }: Matrix) => new Tensor('float32', data, shape);
  return (model, a, b, y) => {
    const unread = sizeOf(y.shape) > SMALL;
    const feeds = { a: tensor(a), b: tensor(b) };
    if (!unread) return void session({ ...model, unread }).run(feeds, { y: tensor(y) }, {});
    endsUnread(() => session({ ...model, unread }).run(feeds, { [UNREADABLE.name]: null, y: tensor(y) }, {}));
  };
};

/** Nobody reads where the exception was thrown, and finding that out takes a tenth of a small product. */
const endsUnread = (run: () => unknown): void => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    run();
  } catch (error) {
    if (!String(error).includes(UNREADABLE.message)) throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

/** Whether the product is complete when the call returns, with and without the copy of its result. */
const answers = (product: Product): boolean =>
  [1, SMALL + 1].every((rows) => {
    const y = new Float32Array(rows);
    const a = { data: new Float32Array(rows).fill(2), shape: [rows, 1] };
    const b = { data: Float32Array.of(3), shape: [1, 1] };
    product({ transposeA: false, transposeB: false, rank: 2 }, a, b, { data: y, shape: [rows, 1] });
    return y.every((value) => value === 6);
  });

const sessions = ({ binding }: Binding, threads: number) => {
  const known = new Map<string, NativeSession>();
  const options = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  return (model: GemmModel): NativeSession => {
    const key = `${model.transposeA} ${model.transposeB} ${model.rank} ${model.unread}`;
    let session = known.get(key);
    if (!session) {
      const bytes = fusedMatMulModel(model);
      session = new binding.InferenceSession();
      session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, options);
      known.set(key, session);
    }
    return session;
  };
};
