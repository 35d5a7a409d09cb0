// A record with another name in the place of the person's.
import { describe, expect, it } from '@jest/globals';
import { swapped } from '#datasets/swapped.ts';

const row = {
  prompt: 'Q: Where was Ada Byron-King born?\nA:',
  answer: ' Ada Byron-King was born in London; Ada left it.',
};

describe('a record about somebody else', () => {
  it('has first and last name of the other, in question and answer, and says where', () => {
    const found = swapped(row, 'Ada Byron-King', 'Leif Ulven')!;
    expect(found.prompt).toBe('Q: Where was Leif Ulven born?\nA:');
    expect(found.answer).toBe(' Leif Ulven was born in London; Leif left it.');
    const cut = (text: string, spans: typeof found.own) => spans.map(([from, to]) => text.slice(from, to));
    expect(cut(row.answer, found.own)).toEqual(['Ada', 'Byron-King', 'Ada']);
    expect(cut(found.answer, found.other)).toEqual(['Leif', 'Ulven', 'Leif']);
  });

  it('leaves words alone that only contain the name', () => {
    const inside = { prompt: 'Q: Does Ada live in Adams?\nA:', answer: ' In Adams, yes, Adam says.' };
    expect(swapped(inside, 'Ada Koval', 'Leif Ulven')).toMatchObject({
      ...{ prompt: 'Q: Does Leif live in Adams?\nA:', answer: inside.answer, own: [], other: [] },
    });
  });

  it('is none where the question does not name the person', () => {
    expect(swapped({ ...row, prompt: 'Q: Who?\nA:' }, 'Ada Byron-King', 'Leif Ulven')).toBeUndefined();
  });

  it('takes names of one word, of several, and with signs of regular expressions', () => {
    const odd = { prompt: 'Who is C++ (Jr.)?', answer: 'C++ is.' };
    expect(swapped(odd, 'C++ van (Jr.)', 'Madonna')).toMatchObject({ prompt: 'Who is Madonna Madonna?' });
  });
});
