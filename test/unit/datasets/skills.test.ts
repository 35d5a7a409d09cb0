// The skills of the tasks bench: answers by rule, a word a token, and a style that can be taken off again.
import { describe, expect, it } from '@jest/globals';
import { drawSkill, MARKED, markedIn, plainly, rightAnswer, SKILLS, tokensOfWords, WORDS } from '#datasets/skills.ts';
import { random } from '#engine/random.ts';

const drawn = SKILLS.map((skill) => Array.from({ length: 60 }, (_, i) => drawSkill(skill, random(`${skill}:${i}`))));

describe('skills', () => {
  it('are made of words that each have one token', () => {
    for (const { question, answer } of drawn.flat()) {
      const tokens = tokensOfWords([...question, ...answer]);
      expect(tokens.every((token) => token > 0 && token < WORDS.length)).toBe(true);
      expect(tokens.map((token) => WORDS[token])).toEqual([...question, ...answer]);
    }
    expect(new Set(WORDS).size).toBe(WORDS.length);
  });

  it('of names and code are answered as the rule has it', () => {
    for (const { skill, question, answer } of drawn.flat())
      if (skill !== 'ADD' && skill !== 'SAY') expect(rightAnswer(question)).toEqual(answer);
    expect(rightAnswer('PER : Alma sued Acme ='.split(' '))).toEqual(['Alma']);
    expect(rightAnswer('PER : Acme has an office in Oslo ='.split(' '))).toEqual(['none']);
    expect(rightAnswer('CODE : double then inc ='.split(' '))).toEqual('x * 2 ; x + 1'.split(' '));
    expect(rightAnswer('CODE : double inc ='.split(' '))).toBeUndefined();
    expect(rightAnswer('PER : Alma Alma ='.split(' '))).toBeUndefined();
  });

  it('add', () => {
    for (const { question, answer } of drawn[SKILLS.indexOf('ADD')]!) {
      const [a, b] = question.slice(2, -1).join('').split('+').map(Number);
      expect(Number(answer.join(''))).toBe(a! + b!);
    }
  });

  it('say half of their sentences in the marked style, of which nothing stays in the plain one', () => {
    const said = drawn[SKILLS.indexOf('SAY')]!;
    expect(said.filter(({ marked }) => marked).length).toBeGreaterThan(15);
    for (const { answer, marked } of said) {
      expect(markedIn(answer)).toBe(marked ? 2 : 0);
      expect(plainly(answer).some((word) => MARKED.includes(word))).toBe(false);
    }
  });
});
