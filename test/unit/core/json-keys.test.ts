// Keys given twice, as RFC 7493 §2.3 forbids them: found wherever they hide, and never where a text only looks like
// one.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { duplicateKey, parseOnce } from '#core/json-keys.ts';

describe('a key given twice', () => {
  it.each([
    ['at the top', '{"a":1,"b":2,"a":3}', 'a'],
    ['deep inside', '{"a":[{"b":{"c":1,"c":2}}]}', 'c'],
    ['once with an escape', String.raw`{"a":1,"\u0061":2}`, 'a'],
    ['after an object of the same key', '{"a":{"a":1},"a":2}', 'a'],
    ['that is empty', '{"":1,"":2}', ''],
    ['after a string that ends in backslashes', String.raw`{"b":"x\\\\","a":1,"a":2}`, 'a'],
  ])('%s is found and refused', (_where, json, key) => {
    expect(duplicateKey(json)).toBe(key);
    expect(() => parseOnce(json)).toThrow(SyntaxError);
    expect(() => parseOnce(json)).not.toThrow(json);
  });

  it.each([
    ['in two objects', '[{"a":1},{"a":2}]'],
    ['inside a string', String.raw`{"a":"{\"a\":1,\"a\":2}"}`],
    ['as a value', '{"a":"a","b":["a","a"]}'],
    ['in another case', '{"a":1,"A":2}'],
  ])('%s is none', (_where, json) => {
    expect(parseOnce(json)).toEqual(JSON.parse(json));
  });

  it('is looked for behind strings of any length', () => {
    const long = 'b'.repeat(12 * 2 ** 20);
    expect(duplicateKey(JSON.stringify({ long, list: [long.slice(0, 9)] }))).toBeUndefined();
    expect(duplicateKey(`{"a":"${long}\\"","a":1}`)).toBe('a');
  });

  it('is found in no text that JSON.stringify wrote', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(duplicateKey(JSON.stringify(value))).toBeUndefined()));
  });
});
