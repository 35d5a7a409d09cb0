// Matrix products by onnxruntime's native GEMM, called synchronously on views of the wasm heap: zero copy, no packing, transposed operands for free.
// One session a combination of rank and transposition, each a model of one FusedMatMul node, written here as protobuf bytes.
// Traps: the synchronous call is private to onnxruntime-node (pinned to 1.30.0); without allow_spinning=0 each session's threads spin and all slow down.
import { createRequire } from 'node:module';
import type { Gemm, Operand } from './gemm.ts';
import type { Heap, TensorRef } from './heap.ts';

const require = createRequire(import.meta.url);

interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: object, fetches: object, options: object): void;
}
interface Binding {
  binding: { InferenceSession: new () => NativeSession };
  initOrt(): void;
}
type OrtTensor = new (type: 'float32', data: Float32Array, dims: number[]) => object;

/** A GEMM for a heap, or the reason why onnxruntime is not there. */
export const ortGemm = (threads: number): ((heap: Heap) => Gemm) | string => {
  let native: Binding;
  let Tensor: OrtTensor;
  try {
    native = require('onnxruntime-node/dist/binding.js') as Binding;
    ({ Tensor } = require('onnxruntime-common') as { Tensor: OrtTensor });
    native.initOrt();
  } catch (error) {
    return `onnxruntime-node does not load (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`;
  }
  const session = sessions(native, threads);
  return (heap) => (a, b, y, batch) => {
    const rank = a.batch === 1 && b.batch === 1 ? 2 : 3;
    const view = (ref: TensorRef, dims: number[]) => new Tensor('float32', heap.floats(ref), dims);
    const dims = ({ batch: n, rows, columns }: Operand) => (rank === 2 ? [rows, columns] : [n, rows, columns]);
    const shape = [a.transpose ? a.columns : a.rows, b.transpose ? b.rows : b.columns];
    session(a.transpose, b.transpose, rank).run(
      { a: view(a.ref, dims(a)), b: view(b.ref, dims(b)) },
      { y: view(y, rank === 2 ? shape : [batch, ...shape]) },
      {},
    );
  };
};

const sessions = ({ binding }: Binding, threads: number) => {
  const known = new Map<string, NativeSession>();
  const options = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  return (transposeA: boolean, transposeB: boolean, rank: 2 | 3): NativeSession => {
    const key = `${transposeA}${transposeB}${rank}`;
    let session = known.get(key);
    if (!session) {
      const model = fusedMatMulModel(transposeA, transposeB, rank);
      session = new binding.InferenceSession();
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
      known.set(key, session);
    }
    return session;
  };
};

// Protocol Buffers wire format: just what onnx.proto's ModelProto needs. https://onnx.ai/onnx/api/classes.html
const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const integer = (field: number, value: number): number[] => [...varint(field << 3), ...varint(value)];
const message = (field: number, bytes: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (field: number, value: string): number[] => message(field, [...Buffer.from(value)]);

const INT_ATTRIBUTE = 2;
const FLOAT = 1;

/** ModelProto with the one node y = FusedMatMul(a, b); all dimensions are symbolic. */
const fusedMatMulModel = (transposeA: boolean, transposeB: boolean, rank: number): Uint8Array => {
  const attribute = (name: string, value: boolean) =>
    message(5, [...text(1, name), ...integer(3, value ? 1 : 0), ...integer(20, INT_ATTRIBUTE)]);
  const shape = (name: string) => Array.from({ length: rank }, (_, i) => message(1, text(2, `${name}${i}`))).flat();
  const value = (name: string) => [
    ...text(1, name),
    ...message(2, message(1, [...integer(1, FLOAT), ...message(2, shape(name))])),
  ];
  const node = [
    ...text(1, 'a'),
    ...text(1, 'b'),
    ...text(2, 'y'),
    ...text(4, 'FusedMatMul'),
    ...attribute('transA', transposeA),
    ...attribute('transB', transposeB),
    ...text(7, 'com.microsoft'),
  ];
  const graph = [
    ...message(1, node),
    ...text(2, 'gemm'),
    ...message(11, value('a')),
    ...message(11, value('b')),
    ...message(12, value('y')),
  ];
  const opset = (domain: string, version: number) => message(8, [...text(1, domain), ...integer(2, version)]);
  return Uint8Array.from([...integer(1, 8), ...message(7, graph), ...opset('', 17), ...opset('com.microsoft', 1)]);
};
