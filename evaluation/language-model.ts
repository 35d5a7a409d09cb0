// What evaluation needs of a model: how likely it finds an answer, and what it says itself. The engine's `inference(model)` has this shape; tests
// use lookup tables. Trap: prompts and answers are scored apart from each other in thousands, so every metric asks through one cache.
/** Teacher-forced score of one answer after its prompt. */
export interface AnswerScore {
  /** Log-probability (nats) of each answer token; the end-of-sequence token is the last, where the model has one. */
  logProbs: Float64Array;
  /** Whether the most likely token is the answer's own. */
  correct: boolean[];
  ids: number[];
  /** Character span of each token in the answer; empty for the end-of-sequence token. */
  offsets: [start: number, end: number][];
}

export interface Said {
  text: string;
  /** New tokens without the end-of-sequence token. */
  ids: number[];
  logProbs: number[];
}

export interface Pair {
  prompt: string;
  answer: string;
}

export interface LanguageModel {
  score(pairs: readonly Pair[]): AnswerScore[];
  /** Greedy where `temperature` is absent or 0. The i-th prompt of a call has its own random stream. */
  generate(prompts: readonly string[], options: { maxTokens: number; temperature?: number; seed?: number }): Said[];
}

export interface SamplingOptions {
  samplesPerPrompt: number;
  temperature: number;
  seed: number;
  /** New tokens of an answer at most. */
  maxTokens: number;
}

/** Answers each question once however often it is asked; what is new goes to the model in one call. */
export interface CachedModel {
  score(pairs: readonly Pair[]): AnswerScore[];
  greedy(prompts: readonly string[]): Said[];
  samples(prompts: readonly string[]): Said[][];
}

export const cached = (model: LanguageModel, options: SamplingOptions): CachedModel => {
  const { samplesPerPrompt, maxTokens, temperature, seed } = options;
  const scores = new Map<string, AnswerScore>();
  const greedy = new Map<string, Said>();
  const samples = new Map<string, Said[]>();
  const sample = (prompts: readonly string[]): Said[][] => {
    const repeated = prompts.flatMap((prompt) => new Array<string>(samplesPerPrompt).fill(prompt));
    const said = model.generate(repeated, { maxTokens, temperature, seed });
    return prompts.map((_, i) => said.slice(i * samplesPerPrompt, (i + 1) * samplesPerPrompt));
  };
  return {
    score: (pairs) =>
      fill(
        scores,
        pairs,
        ({ prompt, answer }) => `${prompt}\u0000${answer}`,
        (missing) => model.score(missing),
      ),
    greedy: (prompts) =>
      fill(
        greedy,
        prompts,
        (prompt) => prompt,
        (missing) => model.generate(missing, { maxTokens }),
      ),
    samples: (prompts) => fill(samples, prompts, (prompt) => prompt, sample),
  };
};

const fill = <Q, A>(
  known: Map<string, A>,
  questions: readonly Q[],
  keyOf: (question: Q) => string,
  ask: (missing: Q[]) => A[],
): A[] => {
  const missing = new Map(questions.filter((q) => !known.has(keyOf(q))).map((q) => [keyOf(q), q]));
  if (missing.size > 0) {
    const answers = ask([...missing.values()]);
    [...missing.keys()].forEach((key, i) => known.set(key, answers[i]!));
  }
  return questions.map((q) => known.get(keyOf(q))!);
};
