// int8 copies of weights: symmetric, one scale for each output channel (row of a stored matrix), absmax / 127; vectors
// and embeddings stay float32. The copy is served, so the copy is judged. Trap: GPT-2's Conv1D stores [in, out], so
// there a row, and with it a scale, is an input channel.
import type { TensorInfo, TensorToWrite } from './safetensors.ts';

export const scaleName = (name: string): string => `${name}.scale`;
export const isQuantized = (info: TensorInfo): boolean => info.dtype === 'I8';

/** One int8 tensor and its scales for every matrix except embeddings; other tensors unchanged. */
export const quantizeTensors = (tensors: readonly TensorToWrite[]): TensorToWrite[] =>
  tensors.flatMap((tensor) => {
    const { name, shape, data } = tensor;
    if (shape.length !== 2 || /embed|wte|wpe|lm_head/.test(name) || !(data instanceof Float32Array)) return [tensor];
    return quantizeMatrix(name, shape, data);
  });

const quantizeMatrix = (name: string, shape: readonly number[], data: Float32Array): TensorToWrite[] => {
  const [rows = 0, columns = 0] = shape;
  const bytes = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let r = 0; r < rows; r++) {
    const row = data.subarray(r * columns, (r + 1) * columns);
    const scale = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127 || 1;
    scales[r] = scale;
    row.forEach((value, c) => (bytes[r * columns + c] = Math.round(value / scales[r]!)));
  }
  return [
    { name, shape, data: new Uint8Array(bytes.buffer), dtype: 'I8' },
    { name: scaleName(name), shape: [rows], data: scales },
  ];
};

/** values (rows·columns) as read from int8, scales (rows) → float32 weights. */
export const dequantize = (values: Float32Array, scales: Float32Array, shape: readonly number[]): Float32Array => {
  const columns = shape[1] ?? 1;
  return values.map((value, i) => value * scales[Math.floor(i / columns)]!);
};
