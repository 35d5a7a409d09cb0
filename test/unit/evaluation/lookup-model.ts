// A language model that a test writes down: words are tokens, each with the log-probability that the test gives;
// answers come from lists.
import type { AnswerScore, TextModel, Pair, Said } from '#evaluation/text-model.ts';

export interface Lookup {
  /** Log-probability (nats) and correctness of each word of an answer and of its end. */
  token?: (pair: Pair, index: number, word: string) => { logProb: number; correct: boolean };
  /** What the model says greedily. */
  says?: (prompt: string) => string;
  /** What the i-th sample of a call says. */
  sampled?: (prompt: string, index: number) => string;
  /** Log-probability (nats) of the least sure token of what it adds to an answer that is begun; unsure by default. */
  sureness?: number;
}

export interface LookupModel extends TextModel {
  /** Sizes of the calls, to see that asking is batched. */
  readonly calls: { score: number[]; generate: number[] };
}

const END = '<end>';

export const lookupModel = ({
  token = () => ({ logProb: -1, correct: false }),
  says = () => ' nothing',
  sampled = says,
  sureness = -1,
}: Lookup): LookupModel => {
  const calls: LookupModel['calls'] = { score: [], generate: [] };
  return {
    calls,
    score(pairs) {
      calls.score.push(pairs.length);
      return pairs.map((pair) => scoreOf(pair, token));
    },
    continued(begun) {
      return begun.map(({ prompt, begin }) => ({
        ...{ answer: begin + says(prompt + begin), logProbs: [sureness], ended: true },
      }));
    },
    generate(prompts, { temperature = 0 }) {
      calls.generate.push(prompts.length);
      return prompts.map((prompt, i) => saidOf(temperature === 0 ? says(prompt) : sampled(prompt, i)));
    },
  };
};

const scoreOf = (pair: Pair, token: NonNullable<Lookup['token']>): AnswerScore => {
  const words = Array.from(pair.answer.matchAll(/ ?\S+/g), ([text]) => text);
  let at = 0;
  const offsets = words.map((word): [number, number] => [at, (at += word.length)]);
  const tokens = [...words.map((word) => word.trim()), END].map((word, i) => token(pair, i, word));
  return {
    logProbs: Float64Array.from(tokens, ({ logProb }) => logProb),
    correct: tokens.map(({ correct }) => correct),
    ids: tokens.map((_, i) => i),
    offsets: [...offsets, [at, at]],
  };
};

const saidOf = (text: string): Said => {
  const words = text.trim() === '' ? [] : text.trim().split(/\s+/);
  const ids = words.map((word) => word.split('').reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) % 65_521, 7));
  return { text, ids };
};
