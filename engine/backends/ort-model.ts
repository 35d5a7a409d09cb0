// The ONNX model of one matrix product, written as Protocol Buffers: only the fields of onnx.proto's ModelProto that it
// needs. https://onnx.ai/onnx/api/classes.html
// Trap: shapes must be symbolic in every axis, or onnxruntime refuses other sizes.

export interface GemmModel {
  transposeA: boolean;
  transposeB: boolean;
  rank: 2 | 3;
  /** Adds the output UNREADABLE before the product. */
  unread: boolean;
}

/**
 * The first output, of a type for which JavaScript has no array. The binding converts the outputs in turn after all of
 * them are computed. At this one it throws, and so never copies the product, which is already in the memory where it
 * was asked for. Copying took as long as computing.
 */
export const UNREADABLE = { name: 'unreadable', message: 'Tensor type (16) is not supported' } as const;

const FLOAT = 1;
const BFLOAT16 = 16;
const INT_ATTRIBUTE = 2;

const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const integer = (field: number, value: number): number[] => [...varint(field << 3), ...varint(value)];
const message = (field: number, bytes: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (field: number, value: string): number[] => message(field, [...Buffer.from(value)]);

/** ModelProto with the one node y = FusedMatMul(a, b). */
export const fusedMatMulModel = ({ transposeA, transposeB, rank, unread }: GemmModel): Uint8Array => {
  const attribute = (name: string, value: boolean) =>
    message(5, [...text(1, name), ...integer(3, value ? 1 : 0), ...integer(20, INT_ATTRIBUTE)]);
  const symbolic = (name: string) => Array.from({ length: rank }, (_, i) => text(2, `${name}${i}`));
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
    ...(unread ? message(5, zero(UNREADABLE.name)) : []),
    ...message(11, valueInfo('a', FLOAT, symbolic('a'))),
    ...message(11, valueInfo('b', FLOAT, symbolic('b'))),
    ...(unread ? message(12, valueInfo(UNREADABLE.name, BFLOAT16, [integer(1, 1)])) : []),
    ...message(12, valueInfo('y', FLOAT, symbolic('y'))),
  ];
  const opset = (domain: string, version: number) => message(8, [...text(1, domain), ...integer(2, version)]);
  return Uint8Array.from([...integer(1, 8), ...message(7, graph), ...opset('', 17), ...opset('com.microsoft', 1)]);
};

const valueInfo = (name: string, type: number, dimensions: readonly number[][]): number[] => [
  ...text(1, name),
  ...message(
    2,
    message(1, [
      ...integer(1, type),
      ...message(
        2,
        dimensions.flatMap((one) => message(1, one)),
      ),
    ]),
  ),
];

/** TensorProto: one bfloat16 zero. */
const zero = (name: string): number[] => [
  ...integer(1, 1),
  ...integer(2, BFLOAT16),
  ...text(8, name),
  ...message(9, [0, 0]),
];
