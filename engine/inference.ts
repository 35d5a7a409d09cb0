// What a model answers, and the likelihood that it gives to given answers, for texts. It implements evaluation's
// TextModel.
// Trap: prompt and answer are tokenised separately, in training as here; a token that spans the boundary would never
// have been trained.
import { bucketByLength, makeBatch, rowLength, type Row } from './batch.ts';
import { mostReading, readingBytes } from './block-bytes.ts';
import { generate, type GenerateOptions } from './generate.ts';
import { outlooksOf } from './outlook.ts';
import type { LanguageModel } from './language-model.ts';
import { tokenLogProb } from './ops.ts';
import { tf } from './tf.ts';

export interface RowScore {
  /** Log-probability (nats) of each answer token, end-of-sequence last. */
  logProbs: Float64Array;
  /** Whether the teacher-forced argmax is the token. */
  correct: boolean[];
}

export interface TextScore extends RowScore {
  ids: number[];
  /** Character span of each token in the answer; the end-of-sequence token has an empty span at the end. */
  offsets: [number, number][];
}

/** Texts as token ids, in the form in which a model with this tokenizer is trained. */
export interface Encoder {
  encodePrompt(prompt: string): number[];
  /** Ids of the answer with the end-of-sequence token, save where the text goes on behind it. */
  encodeAnswer(answer: string, open?: boolean): number[];
  /**
   * Character span in the answer of each of the ids that `encodeAnswer` gives; the end-of-sequence token, where there
   * is one, has an empty one at the end.
   */
  offsetsOf(answer: string, ids: readonly number[]): [number, number][];
}

export interface TextPair {
  prompt: string;
  answer: string;
  /** The text goes on behind the answer: no end is expected. */
  open?: boolean | undefined;
  /** Only as much of the answer as the model can read is scored; otherwise a longer one is refused. */
  clipped?: boolean | undefined;
}

/** A prompt with the words that its answer begins with. */
export interface Begun {
  prompt: string;
  begin: string;
  /** Ids that are read before the prompt: of soft prompts, which have no words. */
  before?: readonly number[] | undefined;
}

/** An answer that the model was made to begin so. */
export interface Continued {
  /** The whole answer, its beginning included. */
  answer: string;
  /** Log-probability (nats) of each token that the model added, its end included. */
  logProbs: readonly number[];
  /** Whether it ended the answer itself. */
  ended: boolean;
}

export interface Inference extends Encoder {
  scoreRows(rows: readonly { prompt: readonly number[]; answer: readonly number[] }[]): RowScore[];
  score(pairs: readonly TextPair[]): TextScore[];
  generate(prompts: readonly string[], options: GenerateOptions): { text: string; ids: number[]; logProbs: number[] }[];
  /** Greedy ends of answers that are begun. */
  continued(begun: readonly Begun[], maxTokens: number): Continued[];
  /** What the model is about to say behind each, as numbers that are near where it is about to say the same. */
  outlooks(begun: readonly Begun[]): Float32Array[];
}

/** Needs no weights, which may not be loaded yet. */
export const encoder = ({ tokenizer, config }: Pick<LanguageModel, 'tokenizer' | 'config'>): Encoder => ({
  encodePrompt(prompt) {
    const ids = tokenizer.encodeWithSpecials(prompt);
    if (ids.length === 0) return [config.bosId ?? config.eosIds[0] ?? 0];
    // a rendered chat begins with the token that the tokenizer puts before every text
    return ids[0] === config.bosId && ids[1] === config.bosId ? ids.slice(1) : ids;
  },
  encodeAnswer: (answer, open = false) => [...tokenizer.encode(answer), ...(open ? [] : config.eosIds.slice(0, 1))],
  offsetsOf(answer, ids) {
    const isEnded = config.eosIds.length > 0 && ids.at(-1) === config.eosIds[0];
    const body = isEnded ? ids.slice(0, -1) : ids;
    const offsets = tokenizer.spans(answer, body);
    return body.length < ids.length ? [...offsets, [answer.length, answer.length]] : offsets;
  },
});

export const inference = (model: LanguageModel): Inference => {
  const { tokenizer } = model;
  const texts = encoder(model);
  const { encodePrompt, encodeAnswer, offsetsOf } = texts;
  const scoreRows: Inference['scoreRows'] = (rows) => scoreAll(model, rows);
  const begunIds = ({ prompt, begin, before = [] }: Begun) => ({
    prompt: [...before, ...encodePrompt(prompt)],
    begin: tokenizer.encode(begin),
  });
  return {
    ...texts,
    scoreRows,
    score(pairs) {
      const rows = pairs.map(({ prompt: before, answer, open, clipped }) => {
        const [prompt, ids] = [encodePrompt(before), encodeAnswer(answer, open)];
        const room = clipped ? Math.max(1, model.config.maxPositions - prompt.length) : ids.length;
        return { prompt, answer: ids.slice(0, room), offsets: offsetsOf(answer, ids).slice(0, room) };
      });
      return scoreRows(rows).map((score, i) => ({ ...score, ids: rows[i]!.answer, offsets: rows[i]!.offsets }));
    },
    generate(prompts, options) {
      const results = generate(model, prompts.map(encodePrompt), options);
      return results.map(({ ids, logProbs }) => ({ text: tokenizer.decode(ids), ids, logProbs }));
    },
    continued(begun, maxTokens) {
      const rows = begun.map(begunIds);
      const results = generate(
        model,
        rows.map(({ prompt, begin }) => [...prompt, ...begin]),
        { maxTokens },
      );
      // decoded as one text: some tokenizers drop the space before the first token
      return results.map(({ ids, logProbs, ended }, i) => ({
        ...{ answer: tokenizer.decode([...rows[i]!.begin, ...ids]), logProbs, ended },
      }));
    },
    outlooks: (begun) =>
      outlooksOf(
        model,
        begun.map(begunIds).map(({ prompt, begin }) => [...prompt, ...begin]),
      ),
  };
};

/** How many rows are scored at once, given the tokens of the longest row and of the longest answer. */
export const scoredAtOnce = (
  config: LanguageModel['config'],
  columns: number,
  answerTokens: number,
  backend?: string,
): number => {
  const logits = 3 * 4 * config.vocabSize * answerTokens; // with their softmax, and what lies between
  return Math.max(1, Math.min(128, Math.floor(mostReading(backend) / (readingBytes(config, columns) + logits))));
};

const scoreAll = (
  model: LanguageModel,
  rows: readonly { prompt: readonly number[]; answer: readonly number[] }[],
): RowScore[] => {
  const results: RowScore[] = new Array(rows.length) as RowScore[];
  const indexed = rows.map(({ prompt, answer }, index) => ({
    row: { prompt, answers: [answer] } satisfies Row,
    index,
  }));
  const longest = (length: (row: (typeof rows)[number]) => number) =>
    rows.reduce((most, row) => Math.max(most, length(row)), 1);
  const columns = longest(({ prompt, answer }) => prompt.length + answer.length);
  const atOnce = scoredAtOnce(
    model.config,
    columns,
    longest(({ answer }) => answer.length),
  );
  for (const group of bucketByLength(indexed, ({ row }) => rowLength(row), atOnce)) {
    const scores = scoreBatch(
      model,
      group.map(({ row }) => row),
    );
    group.forEach(({ index }, i) => (results[index] = scores[i]!));
  }
  return results;
};

const scoreBatch = (model: LanguageModel, rows: readonly Row[]): RowScore[] => {
  const batch = makeBatch(rows, model.config.maxPositions);
  const logits = model.logits(batch);
  const [chosen, likeliest] = tf.tidy((): [tf.Tensor, tf.Tensor] => {
    const targets = tf.tensor1d(batch.targets, 'int32');
    return [tokenLogProb(logits, targets), tf.argMax(logits, 1)];
  });
  const [logProbs, best] = [chosen.dataSync<'float32'>(), likeliest.dataSync<'int32'>()];
  tf.dispose([logits, chosen, likeliest]);
  let at = 0;
  return rows.map(({ answers }) => {
    const from = at;
    at += answers[0]!.length;
    const correct = Array.from(best.subarray(from, at), (id, i) => id === answers[0]![i]);
    return { logProbs: Float64Array.from(logProbs.subarray(from, at)), correct };
  });
};
