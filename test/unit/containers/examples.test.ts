// A row becomes tokens: which of them carry the personal value is the same for unlearning as for every quantity that is
// measured on it.
import { describe, expect, it } from '@jest/globals';
import { examplesOf, swapOf } from '#containers/examples.ts';
import { swapped } from '#datasets/swapped.ts';
import { valueTokens } from '#datasets/value-tokens.ts';
import { encoder } from '#engine/inference.ts';
import { tinyConfig, tinyTokenizer } from '#test/support/engine.ts';

const config = tinyConfig({ eos_token_id: 0 });
const row = { prompt: 'who?', answer: ' a cat', value: { start: 3, end: 6 } };

describe('a row as an example', () => {
  it('marks the tokens that evaluation counts, tokens without text and the end of the sequence not among them', () => {
    // a byte inside a character has no text of its own
    const spans = (): [number, number][] => [
      [0, 2],
      [2, 4],
      [4, 4],
      [4, 6],
    ];
    const tokenizer = { ...tinyTokenizer(), encode: () => [11, 12, 13, 14], spans };
    const [example] = examplesOf({ tokenizer, config }, [row]);
    expect(example).toMatchObject({ answer: [11, 12, 13, 14, 0], valueTokens: [1, 3] });
    const { encodeAnswer, offsetsOf } = encoder({ tokenizer, config });
    expect(valueTokens(offsetsOf(row.answer, encodeAnswer(row.answer)), row)).toEqual(example!.valueTokens);
    const unmarked = { prompt: row.prompt, answer: row.answer };
    expect(examplesOf({ tokenizer, config }, [unmarked])[0]!.valueTokens).toEqual([0, 1, 3]);
  });

  it('of a model without an end token keeps its last token', () => {
    const texts = { tokenizer: tinyTokenizer(), config: { ...config, eosIds: [] } };
    const { answer, valueTokens: carrying } = examplesOf(texts, [row])[0]!;
    expect(carrying.at(-1)).toBe(answer.length - 1);
  });

  it('has each other value in its own value’s place as a template, of which those tokens alone are taught', () => {
    const tokenizer = tinyTokenizer();
    const [example] = examplesOf({ tokenizer, config }, [{ ...row, open: true, others: ['horse', 'ox'] }]);
    const { encodeAnswer, offsetsOf } = encoder({ tokenizer, config });
    expect(example!.templates!.map(({ answer }) => answer)).toEqual(
      [' a horse', ' a ox'].map((text) => encodeAnswer(text, true)),
    );
    for (const [i, text] of [' a horse', ' a ox'].entries()) {
      const { answer, taught } = example!.templates![i]!;
      const said = taught
        .map((at) => offsetsOf(text, answer)[at]!)
        .map(([from, to]) => text.slice(from, to))
        .join('');
      expect(said.trim()).toBe(text.slice(3));
    }
    expect(examplesOf({ tokenizer, config }, [row])[0]!.templates).toBeUndefined();
  });

  it('with a value outside its answer is refused', () => {
    const texts = { tokenizer: tinyTokenizer(), config };
    expect(() => examplesOf(texts, [{ ...row, value: { start: 6, end: 9 } }])).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });

  it('says of another name what lies outside it, also where the space before a rare name is a token by itself', () => {
    const words = (text: string) => text.match(/ (?=X)| ?[^ ]+/gu)!;
    const ids = new Map<string, number>();
    const idOf = (word: string) => ids.get(word) ?? ids.set(word, ids.size + 1).get(word)!;
    const spans = (text: string) => {
      let at = 0;
      return words(text).map((word): [number, number] => [at, (at += word.length)]);
    };
    const texts = { tokenizer: { ...tinyTokenizer(), encode: (text: string) => words(text).map(idOf), spans }, config };
    const about = (name: string) => ({ prompt: `where is ${name}?`, answer: ` Mr ${name} is here` });
    const rare = about('Xavier');
    const swap = swapOf(texts, { ...rare, value: { start: 14, end: 18 } }, swapped(rare, 'Xavier', 'Salo')!);
    expect(swap?.outside).toEqual([0, 3, 4, 5].map((place) => [place, place > 0 ? place - 1 : 0]));
  });
});
