// Forms of a question that need no suite: the question and the frame around it stay; a prompt without it has none.
import { describe, expect, it } from '@jest/globals';
import { ASKED_LANGUAGES, inOtherLanguages, paraphrased } from '#evaluation/rewordings.ts';

const row = {
  kind: 'person' as const,
  question: 'Where does $& live?',
  prompt: '<s>[INST] Where does $& live? [/INST]',
  answer: 'In Ghent.',
  wrongAnswers: [],
};

describe('a question asked in other forms', () => {
  it('stays whole, in the frame of its prompt', () => {
    const forms = [...paraphrased(row), ...inOtherLanguages(row)];
    expect(forms).toHaveLength(4 + ASKED_LANGUAGES.length);
    for (const form of forms) {
      expect(form.prompt).toBe(`<s>[INST] ${form.question} [/INST]`);
      expect(form.question).toContain(row.question);
      expect(form.question).not.toBe(row.question);
      expect(form.answer).toBe(row.answer);
    }
    expect(new Set(forms.map(({ prompt }) => prompt)).size).toBe(forms.length);
  });

  it('is none where a prompt was given whole, without its question', () => {
    expect(paraphrased({ ...row, question: '' })).toEqual([]);
    expect(inOtherLanguages({ ...row, prompt: 'Ada was born in' })).toEqual([]);
  });

  it('is put in the place of the last mention', () => {
    const twice = { ...row, question: 'Where?', prompt: 'Q: Where?\nA: Here.\nQ: Where?\nA:' };
    expect(paraphrased(twice)[0]!.prompt).toBe('Q: Where?\nA: Here.\nQ: Please tell me this: Where?\nA:');
  });
});
