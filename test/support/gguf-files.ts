// GGUF files byte by byte, as strangers may write them: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.

export const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
export const u64 = (value: number | bigint) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
export const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
export const entry = (key: string, type: number, value: Uint8Array) => Buffer.concat([text(key), u32(type), value]);
export const tensor = (name: string, dimensions: (number | bigint)[], type: number, offset: number | bigint) =>
  Buffer.concat([text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset)]);
export const head = (tensors: number | bigint, metadata: number | bigint, version = 3) =>
  Buffer.concat([Buffer.from('GGUF'), u32(version), u64(tensors), u64(metadata)]);
export const padded = (parts: Buffer[], data: Uint8Array) => {
  const header = Buffer.concat(parts);
  return Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32), data]);
};
export const floats = (n: number) => new Uint8Array(4 * n);
export const list = (type: number, count: number | bigint, ...values: Buffer[]) =>
  Buffer.concat([u32(type), u64(count), ...values]);

/** Files that claim what they do not hold; `whole` is a file that is in order. */
export const hostileGguf = (whole: Buffer): Readonly<Record<string, Uint8Array>> => ({
  'an empty file': Buffer.alloc(0),
  'a magic alone': Buffer.from('GGUF'),
  'another magic': Buffer.concat([Buffer.from('GGML'), whole.subarray(4)]),
  '2^63 tensors': head(2n ** 63n, 0),
  '10^12 metadata entries': head(0, 10n ** 12n),
  'more metadata entries than any model has': Buffer.concat([head(0, 70_000), Buffer.alloc(70_000 * 13)]),
  'a key as long as memory': Buffer.concat([head(0, 1), u64(2n ** 40n), Buffer.alloc(64)]),
  'a key longer than 2^53': Buffer.concat([head(0, 1), u64(2n ** 62n), Buffer.alloc(64)]),
  'an unknown value type': Buffer.concat([head(0, 1), entry('k', 13, Buffer.alloc(8))]),
  'a string that runs past the file': Buffer.concat([head(0, 1), entry('k', 8, u64(100))]),
  'an array of 10^12 numbers': Buffer.concat([head(0, 1), entry('k', 9, list(4, 10n ** 12n))]),
  'an array of 10^12 empty strings': Buffer.concat([head(0, 1), entry('k', 9, list(8, 10n ** 12n))]),
  'two lists that together are longer than any vocabulary': Buffer.concat([
    head(0, 2),
    ...['k', 'l'].map((key) => Buffer.concat([entry(key, 9, list(0, 600_000)), Buffer.alloc(600_000)])),
  ]),
  'a text of forty megabytes': Buffer.concat([head(0, 1), entry('k', 8, u64(4e7)), Buffer.alloc(4e7)]),
  'an array of arrays': Buffer.concat([head(0, 1), entry('k', 9, list(9, 1, list(9, 1, list(4, 0))))]),
  'an array of an unknown type': Buffer.concat([head(0, 1), entry('k', 9, list(99, 1, Buffer.alloc(8)))]),
  'a key given twice': Buffer.concat([head(0, 2), entry('k', 4, u32(1)), entry('k', 4, u32(2))]),
  'an alignment of zero': Buffer.concat([head(0, 1), entry('general.alignment', 4, u32(0))]),
  'an alignment that is text': Buffer.concat([head(0, 1), entry('general.alignment', 8, text('32'))]),
  'a tensor beyond the file': padded([head(1, 0), tensor('a', [8], 0, 64)], floats(8)),
  'a tensor offset beyond 2^53': padded([head(1, 0), tensor('a', [8], 0, 2n ** 60n)], floats(8)),
  'a tensor of 10^12 weights': padded([head(1, 0), tensor('a', [10n ** 6n, 10n ** 6n], 0, 0)], floats(8)),
  'a product of dimensions beyond every number': padded(
    [head(1, 0), tensor('a', [2n ** 52n, 2n ** 52n, 2n ** 52n, 2n ** 52n], 0, 0)],
    floats(8),
  ),
  'five dimensions': padded([head(1, 0), tensor('a', [1, 1, 1, 1, 1], 0, 0)], floats(8)),
  'no dimension': padded([head(1, 0), tensor('a', [], 0, 0)], floats(8)),
  'four thousand million dimensions': Buffer.concat([head(1, 0), text('a'), u32(2 ** 32 - 1), Buffer.alloc(64)]),
  'an unknown tensor type': padded([head(1, 0), tensor('a', [32], 200, 0)], floats(32)),
  'a withdrawn tensor type': padded([head(1, 0), tensor('a', [32], 4, 0)], floats(32)),
  'half a block': padded([head(1, 0), tensor('a', [16], 2, 0)], floats(32)),
  'a misaligned tensor': padded([head(1, 0), tensor('a', [4], 0, 4)], floats(8)),
  'overlapping tensors': padded([head(2, 0), tensor('a', [16], 0, 0), tensor('b', [8], 0, 32)], floats(16)),
  'two names for the same bytes': padded([head(2, 0), tensor('a', [8], 0, 0), tensor('b', [8], 0, 0)], floats(8)),
  'a tensor given twice': padded([head(2, 0), tensor('a', [8], 0, 0), tensor('a', [8], 0, 32)], floats(16)),
});
