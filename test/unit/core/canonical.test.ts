// Canonical JSON against the vectors of RFC 8785, and that equal values have one digest.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { canonicalize, digestJson, type Json } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';

const golden = z
  .object({
    documents: z.array(z.object({ name: z.string(), input: z.string(), output: z.string() })),
    numbers: z.array(z.object({ bits: z.string(), text: z.string().nullable() })),
  })
  .parse(JSON.parse(readFileSync(new URL('../../golden/jcs/vectors.json', import.meta.url), 'utf8')));

const refused = (value: Json): boolean => {
  try {
    canonicalize(value);
    return false;
  } catch (error) {
    return isQuittanceError(error, 'INVALID_INPUT');
  }
};

describe('RFC 8785', () => {
  it.each(golden.documents)('document $name', ({ input, output }) => {
    expect(canonicalize(JSON.parse(input) as Json)).toBe(output);
  });

  it.each(golden.numbers)('number of bits $bits is $text', ({ bits, text }) => {
    const value = Buffer.from(bits, 'hex').readDoubleBE();
    if (text === null) expect(refused(value)).toBe(true);
    else expect(canonicalize(value)).toBe(text);
  });

  it('sorts by UTF-16 code units, not by code points', () => {
    expect(canonicalize({ '\ufb33': 1, '\u{1f602}': 2 })).toBe('{"\u{1f602}":2,"\ufb33":1}');
  });

  it('refuses at compile time what is no JSON, and at run time what slipped through', () => {
    // @ts-expect-error a function is no JSON
    expect(() => canonicalize({ a: () => 1 })).toThrow('no canonical JSON form');
    // @ts-expect-error nor is a bigint
    expect(() => canonicalize([1n])).toThrow('no canonical JSON form');
  });

  it('refuses what JSON cannot say: lone surrogates in values and in keys', () => {
    expect([refused('\ud800'), refused({ '\udead': 1 }), refused([Infinity])]).toEqual([true, true, true]);
  });
});

describe('a digest of JSON', () => {
  it('is the same for any order of keys, and for a value that was written and read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (value, object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(digestJson(turned)).toBe(digestJson(object));
        expect(canonicalize(JSON.parse(canonicalize(value)) as Json)).toBe(canonicalize(value));
      }),
    );
  });

  it('leaves out what is undefined, as writing JSON does', () => {
    expect(canonicalize({ a: undefined, b: [1] })).toBe('{"b":[1]}');
  });

  it('keeps a key called __proto__', () => {
    expect(canonicalize(JSON.parse('{"__proto__":{"a":1},"b":2}') as Json)).toBe('{"__proto__":{"a":1},"b":2}');
  });
});
