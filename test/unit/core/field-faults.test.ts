// What a schema objects to, in words: no pattern that is written for machines, and what is missing is said to be so.
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { faultsOf, isOfKind } from '#core/field-faults.ts';

const told = (schema: z.ZodType, value: unknown): string[] => {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : faultsOf(parsed.error).map(({ field, rule }) => `${field}: ${rule}`);
};

describe('a fault', () => {
  it('of a pattern has the words of its schema, and none of the pattern', () => {
    expect(told(z.object({ a: z.string().regex(/^x$/, 'an x') }), { a: 'y' })).toEqual(['a: an x']);
    expect(told(z.object({ a: z.string().regex(/^x$/) }), { a: 'y' })).toEqual(['a: text of another form']);
  });

  it('of what is missing says that it must be given, and of what kind', () => {
    const schema = z.object({ name: z.string(), n: z.int(), list: z.array(z.string()), is: z.boolean() });
    expect(told(schema, { n: 'one', list: 3 })).toEqual([
      ...['name: must be given: text', 'n: a number', 'list: a list', 'is: must be given: true or false'],
    ]);
    expect(['must be given: text', 'a list', 'at most 3'].map(isOfKind)).toEqual([true, true, false]);
  });
});

it('every pattern that data is held against has its words beside it', () => {
  const root = new URL('../../../', import.meta.url);
  const files = globSync('{core,functions,server}/**/*.ts', { cwd: root.pathname });
  expect(files.length).toBeGreaterThan(200);
  const bare = files.flatMap((file) => {
    const text = readFileSync(new URL(file, root), 'utf8');
    return [...text.matchAll(/\.regex\(\s*\/(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\[])+\/\w*\s*\)/g)].map(
      ([found]) => `${file}: ${found}`,
    );
  });
  expect(bare).toEqual([]);
});
