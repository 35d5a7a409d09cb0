// Paths, filters, choice patterns and retry delays against oracles that share nothing with them: plain property access,
// regular expressions, arithmetic.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileRule } from '#state-machine/choice.ts';
import { compileExpression } from '#state-machine/expression.ts';
import { covers, retryDelayMs } from '#state-machine/failures.ts';
import { insert, parsePath, PathMiss, select, type Env } from '#state-machine/path.ts';
import { parseAll } from '#state-machine/scanner.ts';
import type { Json } from '#core/canonical.ts';

const over = (input: Json): Env => ({ input, context: {}, variable: () => undefined });
const path = (text: string) => parseAll(text, parsePath);

/** A document and the keys that lead to one of its values. */
const located = fc
  .tuple(fc.jsonValue(), fc.array(fc.nat(), { maxLength: 6 }))
  .map(([document, choices]) => ({ document: document, keys: descend(document as Json, choices) }));

const descend = (value: Json, choices: readonly number[]): (string | number)[] => {
  const [choice, ...rest] = choices;
  if (choice === undefined || typeof value !== 'object' || value === null) return [];
  const keys: (string | number)[] = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  const key = keys[choice % keys.length];
  return key === undefined ? [] : [key, ...descend((value as Record<string | number, Json>)[key]!, rest)];
};

const quote = (key: string | number) =>
  typeof key === 'number' ? `[${key}]` : `['${key.replace(/[\\']/g, (character) => `\\${character}`)}']`;

const textOf = (keys: readonly (string | number)[]) => `$${keys.map(quote).join('')}`;

const reach = (value: Json, keys: readonly (string | number)[]): Json =>
  keys.reduce<Json>((at, key) => (at as Record<string | number, Json>)[key]!, value);

describe('a definite path', () => {
  it('selects what property access reaches', () => {
    fc.assert(
      fc.property(located, ({ document, keys }) => {
        expect(select(path(textOf(keys)), over(document))).toEqual(reach(document, keys));
      }),
    );
  });

  it('takes what is put there, and leaves everything else and the original alone', () => {
    fc.assert(
      fc.property(located, ({ document, keys }) => {
        const before = JSON.stringify(document);
        const changed = insert(document, path(textOf(keys)), 'new')!;
        expect(reach(changed, keys)).toBe('new');
        expect(JSON.stringify(insert(changed, path(textOf(keys)), reach(document, keys))!)).toBe(before);
        expect(JSON.stringify(document)).toBe(before);
      }),
    );
  });

  it.each([
    ['$.a', { b: 1 }],
    ['$.a.b', { a: null }],
    ['$.a.length', { a: [1] }],
    ['$[1]', [1]],
    ['$.toString', {}],
    ['$.__proto__', {}],
    ['$x', {}],
  ])('%s selects nothing in %j', (text, document) => {
    expect(() => select(path(text), over(document))).toThrow(PathMiss);
  });

  it.each(['', 'a', '$.', '$a b', '$[', "$['a", '$[1', '$..', '$[?(@.a]', '$[?(@.a ==)]', '$[0:2:0]', '$.a)'])(
    '%j is malformed',
    (text) => {
      expect(() => path(text)).toThrow(SyntaxError);
    },
  );
});

describe('StringMatches', () => {
  it('is the regular expression in which a star is anything', () => {
    const letters = fc.constantFrom('a', 'b');
    const pattern = fc.array(fc.oneof(letters, fc.constantFrom('*', '\\*', '\\\\')), { maxLength: 8 });
    const value = fc.array(fc.oneof(letters, fc.constantFrom('*', '\\')), { maxLength: 10 });
    fc.assert(
      fc.property(pattern, value, (parts, characters) => {
        const source = parts.map((part) => (part === '*' ? '[^]*' : part)).join('');
        const test = compileRule({ Variable: '$', StringMatches: parts.join('') });
        expect(test(over(characters.join('')))).toBe(new RegExp(`^${source}$`).test(characters.join('')));
      }),
    );
  });
});

describe('intrinsic calls', () => {
  it('take quoted text with any character', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const quoted = value.replace(/[\\']/g, (character) => `\\${character}`);
        expect(compileExpression(`States.Array('${quoted}')`)(over({}))).toEqual([value]);
      }),
    );
  });

  it('MathRandom stays below its end and above its start', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer(),
        (start, width, seed) => {
          const drawn = compileExpression(`States.MathRandom(${start}, ${start + width}, ${seed})`)(over({})) as number;
          expect(drawn).toBeGreaterThanOrEqual(start);
          expect(drawn).toBeLessThan(start + width);
        },
      ),
    );
  });
});

describe('retry and catch', () => {
  const retrier = {
    errorEquals: ['E'],
    intervalSeconds: 3,
    maxAttempts: 9,
    backoffRate: 2,
    maxDelaySeconds: 20,
    jitter: false,
  };

  it('back off by powers up to the cap', () => {
    expect([0, 1, 2, 3, 4].map((retry) => retryDelayMs(retrier, retry, () => 0.5))).toEqual([
      3000, 6000, 12_000, 20_000, 20_000,
    ]);
    expect(retryDelayMs({ ...retrier, jitter: true }, 1, () => 0.5)).toBe(3000);
  });

  it.each([
    ['States.ALL', 'E', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.Runtime', false],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    ['States.Runtime', 'States.Runtime', false],
    ['States.TaskFailed', 'E', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.HeartbeatTimeout', false],
    ['States.Timeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout', 'States.Timeout', false],
    ['E', 'E2', false],
  ])('%s covers %s: %p', (name, error, covered) => {
    expect(covers([name], error)).toBe(covered);
  });
});
