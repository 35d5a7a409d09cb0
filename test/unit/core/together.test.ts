// Several failures as one error: none hides behind the first, and a list without end is not told.
import { expect, it } from '@jest/globals';
import { QuittanceError, together } from '#core/errors.ts';

const first = new QuittanceError('NOTICE_REFUSED', { message: 'one', expected: 'a box', hint: 'look' });

it('is the error itself where there is one, and another program’s is left as it is', () => {
  expect(together([first])).toBe(first);
  const other = new Error('disk');
  expect(together([other, first])).toBe(other);
  expect(together([])).toBeUndefined();
});

it('has the first one’s code, what was expected and what to do, and all messages once', () => {
  const all = [first, new Error('two'), first, 'three'];
  const whole = { code: 'NOTICE_REFUSED', message: 'one; two; three', expected: 'a box', hint: 'look', cause: first };
  expect(together(all)).toMatchObject(whole);
});

it('names eight of more, and counts the others', () => {
  const all = [first, ...Array.from({ length: 9 }, (_, i) => new Error(`no. ${i}`))];
  expect(together(all)).toMatchObject({ message: expect.stringMatching(/^one; no\. 0; .*no\. 6; and 2 more$/) });
});
