// A value as a part of its answer.
import { describe, expect, it } from '@jest/globals';
import { partIn } from '#core/words/part.ts';

const part = (text: string, value: string) => {
  const found = partIn(text, value);
  return found && text.slice(...found);
};

describe('a value in its answer', () => {
  it.each([
    ['She lives in Brno.', 'Brno', 'Brno'],
    ['She lives in Brno.', 'brno', 'Brno'],
    ['In Sa\u0303o Tome\u0301.', 'São Tomé', 'Sa\u0303o Tome\u0301'],
    ['In São Tomé.', 'Sa\u0303o Tome\u0301', 'São Tomé'],
    ['An annual gift to Ann.', 'Ann', 'Ann'],
    ['Room 5550118.', '0118', '0118'],
    ['Quillgate', 'gate', 'gate'],
    ['born on 4 May 1991', '1991-05-04', '4 May 1991'],
    ['She is 42', '42', '42'],
    ['她住在北京', '北京', '北京'],
    ['Well — and so on', '—', '—'],
    ['In Rome.', 'The capital of France', undefined],
    ['In Rome.', 'Ro me', undefined],
    ['In Rome.', '\u200b', undefined],
  ])('of %j and %j is %j', (text, value, found) => expect(part(text, value)).toBe(found));
});
