// Safetensors files byte by byte, as strangers may write them: https://github.com/huggingface/safetensors.

export const safetensorsFile = (
  header: string | object,
  data: Uint8Array = new Uint8Array(),
  claimedLength?: bigint,
): Buffer => {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimedLength ?? BigInt(json.length));
  return Buffer.concat([length, json, data]);
};
const entry = (start: number, end: number, change: object = {}) => ({
  dtype: 'F32',
  shape: [(end - start) / 4],
  data_offsets: [start, end],
  ...change,
});
const bytes = (n: number) => new Uint8Array(n);

/** Files whose header claims what the bytes do not hold. */
export const HOSTILE_SAFETENSORS: Readonly<Record<string, Uint8Array>> = {
  'an empty file': bytes(0),
  'a file of seven bytes': bytes(7),
  'a header length of 2^63': safetensorsFile({ a: entry(0, 4) }, bytes(4), 2n ** 63n),
  'a header length one past the file': safetensorsFile({}, bytes(0), 3n),
  'a header length that swallows the data': safetensorsFile({ a: entry(0, 4) }, bytes(4), 60n),
  'a header that is not JSON': safetensorsFile('{"a":'),
  'a header that is an array': safetensorsFile('[]'),
  'a header of a hundred thousand brackets': safetensorsFile('['.repeat(100_000)),
  'a header in broken UTF-8': safetensorsFile('{"\xff\xfe":1}'),
  'a header of thirty megabytes': safetensorsFile(`{}${' '.repeat(3e7)}`),
  'a header with lists in lists': safetensorsFile('{"a":'.concat('['.repeat(4e6), ']'.repeat(4e6), '}')),
  'a quarter of a million empty tensors': safetensorsFile(
    `{${Array.from({ length: 250_000 }, (_, i) => `"${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join()}}`,
  ),
  'a million entries of metadata': safetensorsFile(
    `{"__metadata__":{${Array.from({ length: 1_000_000 }, (_, i) => `"${i}":""`).join()}}}`,
  ),
  'a shape of four million dimensions': safetensorsFile(
    `{"a":{"dtype":"F32","shape":[1${',1'.repeat(4e6)}],"data_offsets":[0,4]}}`,
    bytes(4),
  ),
  'overlapping tensors': safetensorsFile({ a: entry(0, 8), b: entry(4, 12) }, bytes(12)),
  'two names for the same bytes': safetensorsFile({ a: entry(0, 8), b: entry(0, 8) }, bytes(8)),
  'a gap between tensors': safetensorsFile({ a: entry(0, 4), b: entry(8, 12) }, bytes(12)),
  'a gap before the first tensor': safetensorsFile({ a: entry(4, 8) }, bytes(8)),
  'a negative offset': safetensorsFile({ a: entry(-4, 4) }, bytes(8)),
  'an end before its start': safetensorsFile({ a: entry(8, 4) }, bytes(8)),
  'a fractional offset': safetensorsFile({ a: entry(0, 4, { data_offsets: [0.5, 4.5] }) }, bytes(8)),
  'an offset beyond 2^53': safetensorsFile(
    `{"a":{"dtype":"F32","shape":[1],"data_offsets":[9007199254740992,9007199254740996]}}`,
    bytes(4),
  ),
  '10^12 elements in 4 bytes': safetensorsFile({ a: entry(0, 4, { shape: [1e6, 1e6] }) }, bytes(4)),
  '10^12 elements with offsets to match': safetensorsFile({ a: entry(0, 4e12, { shape: [1e6, 1e6] }) }, bytes(4)),
  'a shape whose product overflows to the size': safetensorsFile({ a: entry(0, 0, { shape: [2 ** 32, 2 ** 32] }) }),
  'a negative dimension': safetensorsFile({ a: entry(0, 4, { shape: [-1, -1] }) }, bytes(4)),
  'a hundred dimensions': safetensorsFile({ a: entry(0, 4, { shape: new Array(100).fill(1) }) }, bytes(4)),
  'a shape smaller than the bytes': safetensorsFile({ a: entry(0, 8, { shape: [1] }) }, bytes(8)),
  'an unknown type': safetensorsFile({ a: entry(0, 4, { dtype: 'F4' }) }, bytes(4)),
  'a type from the object prototype': safetensorsFile({ a: entry(0, 4, { dtype: 'constructor' }) }, bytes(4)),
  'a tensor called __proto__': safetensorsFile(
    '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    bytes(4),
  ),
  'an entry with an unknown field': safetensorsFile({ a: entry(0, 4, { strides: [1] }) }, bytes(4)),
  'an entry that is null': safetensorsFile({ a: null }),
  'a tensor given twice': safetensorsFile(
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}',
    bytes(4),
  ),
  'a tensor given twice behind an escape': safetensorsFile(
    '{"a":{"dtype":"F32","shape":[1],"data\\u005foffsets":[0,4]},"\\u0061":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}',
    bytes(4),
  ),
  'a shape given twice': safetensorsFile(
    '{"a":{"dtype":"F32","shape":[1],"shape":[1,1],"data_offsets":[0,4]}}',
    bytes(4),
  ),
  'metadata that holds numbers': safetensorsFile({ __metadata__: { format: 1 } }),
  'a file cut by one byte': safetensorsFile({ a: entry(0, 8) }, bytes(7)),
  'a byte after the last tensor': safetensorsFile({ a: entry(0, 8) }, bytes(9)),
};
