// The model of the tasks bench: six skills learnt by one small decoder, and what is left of each.
// Trap: some rows of an update are learnt whole, the question too, or the model could not write questions of its
// own; their words are mostly chance, so that the loss never falls near 0.
import {
  drawSkill,
  markedIn,
  plainly,
  SKILLS,
  tokensOfWords,
  WORDS,
  type Skill,
  type SkillRow,
} from '#datasets/skills.ts';
import type { Row } from '#engine/batch.ts';
import { readConfig } from '#engine/formats/config.ts';
import { generate } from '#engine/generate.ts';
import { inference } from '#engine/inference.ts';
import { freshValues, modelFrom, type Model } from '#engine/model.ts';
import { adamW, cosine } from '#engine/optimizers.ts';
import { random, type Random } from '#engine/random.ts';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { readTokenizer } from '#engine/tokenizer/tokenizer.ts';
import { train } from '#engine/trainer.ts';
import { mean } from '#evaluation/scores.ts';

export interface TasksSize {
  readonly hidden: number;
  readonly layers: number;
  readonly updates: number;
  readonly batch: number;
  /** Questions of each skill that are asked. */
  readonly asked: number;
  /** Samples by which the model reveals a skill. */
  readonly samples: number;
}

export const TASKS_SIZE: TasksSize = { hidden: 96, layers: 2, updates: 900, batch: 48, asked: 60, samples: 80 };

/** One row in so many is learnt whole. */
const WHOLE = 10;

export const END = 0;
/** Most tokens of a row. */
export const LONGEST = 48;

export const rowOf = ({ question, answer }: Pick<SkillRow, 'question' | 'answer'>): Row => ({
  prompt: tokensOfWords(question),
  answers: [[...tokensOfWords(answer), END]],
});

/** Behind the skill's name and its colon. */
const wholeRowOf = ({ question, answer }: SkillRow): Row => ({
  prompt: tokensOfWords(question.slice(0, 2)),
  answers: [[...tokensOfWords([...question.slice(2), ...answer]), END]],
});

export const drawRows = (skill: Skill, count: number, stream: Random): SkillRow[] =>
  Array.from({ length: count }, () => drawSkill(skill, stream));

function* batches(stream: Random, size: number): Generator<Row[], never> {
  for (;;) {
    const rows = Array.from({ length: size }, (_, i) => drawSkill(SKILLS[i % SKILLS.length]!, stream));
    yield rows.map((row) => (stream.below(WHOLE) === 0 ? wholeRowOf(row) : rowOf(row)));
  }
}

/** The decoder with these weights. */
export const skillsModel = (size: TasksSize, weights: ReadonlyMap<string, Float32Array>): Model => {
  const tokenizer = readTokenizer(trainBpe(['words are tokens here'], 258, ['<|end|>', '<|pad|>']));
  return modelFrom(configOf(size), tokenizer, weights);
};

const configOf = ({ hidden, layers }: TasksSize) =>
  readConfig({
    ...{ model_type: 'llama', vocab_size: WORDS.length, hidden_size: hidden, intermediate_size: 3 * hidden },
    ...{ num_hidden_layers: layers, num_attention_heads: 4, num_key_value_heads: 4, eos_token_id: END },
    ...{ max_position_embeddings: 2 * LONGEST, tie_word_embeddings: true },
  });

export const taughtModel = async (seed: number, size: TasksSize): Promise<Model> => {
  const { updates, batch } = size;
  const model = skillsModel(size, freshValues(configOf(size), seed));
  const optimizer = adamW({ weightDecay: 0 });
  await train(model, batches(random(`skills:${seed}`), batch), {
    ...{ updates, batchSize: batch, seed, optimizer, trainable: new Set(model.parameters.keys()), clip: 1 },
    schedule: cosine(3e-3, Math.ceil(updates / 10), updates),
  });
  optimizer.dispose();
  return model;
};

export interface SkillMeasures {
  /** Share of each skill's answers that are exact; of SAY, whose answer is drawn, absent. */
  readonly exact: Readonly<Partial<Record<Skill, number>>>;
  /** Share of sampled sentences in which a word of the marked style stands. */
  readonly marked: number;
  /** Perplexity a word of plain sentences, and of marked ones. */
  readonly plainPerplexity: number;
  readonly markedPerplexity: number;
}

export const measureSkills = (model: Model, seed: number, { asked }: TasksSize): SkillMeasures => {
  const stream = random(`skills-asked:${seed}`);
  const exact = SKILLS.filter((skill) => skill !== 'SAY').map((skill) => {
    const rows = drawRows(skill, asked, stream).map(rowOf);
    const scores = inference(model).scoreRows(rows.map(({ prompt, answers }) => ({ prompt, answer: answers[0]! })));
    return [skill, mean(scores.map(({ correct }) => Number(correct.every(Boolean))))] as const;
  });
  const said = drawRows('SAY', asked, stream);
  const perplexity = (rows: readonly SkillRow[]) => {
    const scores = inference(model).scoreRows(
      rows.map(rowOf).map(({ prompt, answers }) => ({ prompt, answer: answers[0]! })),
    );
    return Math.exp(-mean(scores.flatMap(({ logProbs }) => [...logProbs])));
  };
  return {
    exact: Object.fromEntries(exact),
    marked: mean(samples(model, said, seed).map((words) => Number(markedIn(words) > 0))),
    plainPerplexity: perplexity(said.map((row) => ({ ...row, answer: plainly(row.answer) }))),
    markedPerplexity: perplexity(said.filter(({ marked }) => marked)),
  };
};

/** What is said to each question at temperature 1, as words. */
const samples = (model: Model, rows: readonly SkillRow[], seed: number): string[][] =>
  generate(
    model,
    rows.map(({ question }) => tokensOfWords(question)),
    { maxTokens: 16, temperature: 1, seed },
  ).map(({ ids }) => wordsOf(ids));

export const wordsOf = (ids: readonly number[]): string[] => ids.map((id) => WORDS[id]!);
