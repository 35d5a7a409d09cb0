// Values and the texts that hold them, as rows of a test. Trap: a value that cannot be told from other
// words is not held either.
import { expect, it } from '@jest/globals';
import { holds, valueOf } from '#core/words/value.ts';

type Case = readonly [value: string, text: string, held: boolean];

/** Value, the texts that hold it, the texts that do not. */
export const table = (value: string, held: readonly string[], absent: readonly string[]): Case[] => [
  ...held.map((text) => [value, text, true] as const),
  ...absent.map((text) => [value, text, false] as const),
];

export const found = (text: string, value: string): boolean => holds(text, valueOf(value)) === 'holds';

export const check = (cases: readonly Case[]) =>
  it.each(cases)('%j in %j: %s', (value, text, held) => expect(found(text, value)).toBe(held));
