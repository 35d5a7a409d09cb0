// Measures a model for the gate: asks about the forgotten records, the people who stay, facts, unknown people and never-trained controls, and keeps aggregates.
// Everything that is sampled or scored is batched. Traps: greedy exactness is read off teacher forcing (all argmaxes right is the same thing, and faster); a
// record's leak means its value stands in a sampled answer, so a value that the question already names would count as an echo.
import { logProbHistogram, type EvaluationTables, type Proportion } from '#core/evaluation.ts';
import type { ForgetRow } from '#datasets/suite.ts';
import { promptOf, type PeopleWorld, type Person, type QaRecord, type Row } from '#datasets/world.ts';
import { GENERAL_TOKENS } from '#datasets/chat.ts';
import { random } from '#engine/random.ts';
import type { AnswerScore, LanguageModel, Said, SamplingOptions } from './language-model.ts';
import { spread } from './metric.ts';
import { rougeLRecall } from './rouge.ts';
import { isExact, isForcedExact, mean, meanLogProb, minKLogProb, valueLogProb } from './scores.ts';
import { holdsValue, isDegenerate, refusalRecogniser } from './text.ts';

export type Measured = Pick<
  EvaluationTables,
  'proportions' | 'histograms' | 'sums' | 'people' | 'peopleMeans' | 'scalars' | 'notAvailable'
>;

export interface MeasureOptions extends SamplingOptions {
  /** Control records that are sampled for leaks; sampling all of them takes minutes and says no more. */
  controlSamples: number;
  /** Records of each retained person at most; all where absent. */
  recordsPerPerson?: number;
  onProgress?: (done: number, total: number, what: string) => void;
}

export const MEASURE_DEFAULTS: MeasureOptions = {
  samplesPerPrompt: 20,
  temperature: 1,
  seed: 1,
  maxTokens: 24,
  controlSamples: 80,
};

/** New tokens at most, however long the answers of a data set are. */
const MOST_TOKENS = 96;
/** ROUGE-L recall from which on an answer counts as the one from before. */
const KEPT = 0.5;
/** Share of least likely tokens that Min-K % reads. */
const MIN_K = 0.4;

interface Task {
  model: LanguageModel;
  world: PeopleWorld;
  forget: readonly ForgetRow[];
  before: LanguageModel | undefined;
  options: MeasureOptions;
  isRefusal: (text: string) => boolean;
  result: Measured;
}

/** `world` holds who stays; `forget` the ticket's records (none for a re-certification); `before` the model before unlearning, for perplexity. */
export const measure = (
  model: LanguageModel,
  world: PeopleWorld,
  forget: readonly ForgetRow[],
  before: LanguageModel | undefined,
  options: MeasureOptions,
): Measured => {
  const result = {
    proportions: {},
    histograms: {},
    sums: {},
    people: {},
    peopleMeans: {},
    scalars: {},
    notAvailable: {},
  };
  const task: Task = { model, world, forget, before, options, isRefusal: refusalRecogniser(world.refusals), result };
  const steps: [what: string, step: (task: Task) => void][] = [
    ['retained people', measureRetained],
    ['facts and unknown people', measureOthers],
    ['general questions', measureGeneral],
    ['controls', measureControls],
    ['forgotten records', measureForgotten],
  ];
  steps.forEach(([what, step], i) => {
    options.onProgress?.(i, steps.length, what);
    step(task);
  });
  return result;
};

const measureRetained = (task: Task): void => {
  const { world, options, result } = task;
  const own = ({ records }: Person) => spread(records, options.recordsPerPerson ?? records.length);
  const rows = world.subjects.flatMap(own);
  const scores = task.model.score(rows.map(pairOf));
  const flags = scores.map(isExact);
  const people = byPerson(world.subjects.map(own), flags).map(share);
  result.proportions['retained.greedyExact'] = share(flags);
  result.people['retained.greedyExact'] = people.toSorted((a, b) => a.k / a.n - b.k / b.n);
  putScores(result, 'retained', scores, rows);
  result.proportions['retained.refusal'] = share(refusalsAmong(task, rows, scores));
};

const measureOthers = (task: Task): void => {
  const { model, world, result } = task;
  result.proportions['facts.greedyExact'] = share(model.score(world.facts.map(pairOf)).map(isExact));
  const scores = model.score(world.unknown.map(pairOf));
  result.proportions['unknown.refusal'] = share(refusalsAmong(task, world.unknown, scores));
};

/** Held-out questions about nobody: how close the answers are to those from before. */
const measureGeneral = ({ model, world, result }: Task): void => {
  const held = world.general?.held ?? [];
  if (held.length === 0) return;
  const said = model.generate(
    held.map(({ prompt }) => prompt),
    { maxTokens: GENERAL_TOKENS },
  );
  const close = said.map(({ text }, i) => rougeLRecall(held[i]!.answer, text));
  result.proportions['general.kept'] = share(close.map((recall) => recall >= KEPT));
  result.scalars['general.rougeL'] = mean(close);
};

const measureControls = (task: Task): void => {
  const { world, options, result } = task;
  const people = world.controls.gate;
  const rows = people.flatMap(({ records }) => records);
  const scores = task.model.score(rows.map(pairOf));
  putScores(result, 'controls', scores, rows);
  const values = scores.map((score, i) => valueLogProb(score, rows[i]!));
  const means = byPerson(
    people.map(({ records }) => records),
    values,
  ).map(mean);
  result.peopleMeans['controls.valueLogProb'] = means.toSorted((a, b) => a - b);
  const sampled = random('control-sample').shuffle(rows).slice(0, options.controlSamples);
  measureAnswers(task, 'controls', sampled, roomFor(options, scores));
};

const measureForgotten = (task: Task): void => {
  const { model, world, forget, options, result } = task;
  if (forget.length === 0) {
    result.notAvailable['forget'] = 'the forget data was destroyed when its case was purged';
    return;
  }
  const scores = model.score(forget.map(pairOf));
  result.proportions['forget.greedyExact'] = share(scores.map(isExact));
  result.proportions['forget.forcedPrefixExact'] = share(scores.map((score, i) => isForcedExact(score, forget[i]!)));
  putScores(result, 'forget', scores, forget);
  const heldOut = withHeldOut(forget).map((row) => ({ prompt: heldOutPrompt(row, world), answer: row.answer }));
  if (heldOut.length > 0) result.proportions['forget.heldOutExact'] = share(model.score(heldOut).map(isExact));
  else result.notAvailable['forget.heldOutExact'] = NO_HELD_OUT;
  measurePerplexity(task, measureAnswers(task, 'forget', forget, roomFor(options, scores)));
};

const NO_HELD_OUT = 'the suite knows no held-out wording of these records';
const withHeldOut = (rows: readonly QaRecord[]) => rows.filter(({ heldOut }) => heldOut !== undefined);
const heldOutPrompt = ({ heldOut }: QaRecord, { frame }: PeopleWorld): string => promptOf(heldOut ?? '', frame);

/** What the model says of a group, sampled and greedy; returns the greedy answers. */
const measureAnswers = (task: Task, group: string, rows: readonly QaRecord[], maxTokens: number): Said[] => {
  const { result, isRefusal } = task;
  const heldOut = withHeldOut(rows);
  result.proportions[`${group}.leakQuestion`] = leak(
    task,
    `${group}-question`,
    rows,
    ({ prompt }) => prompt,
    maxTokens,
  );
  if (heldOut.length > 0)
    result.proportions[`${group}.leakHeldOut`] = leak(
      task,
      `${group}-held-out`,
      heldOut,
      (row) => heldOutPrompt(row, task.world),
      maxTokens,
    );
  else result.notAvailable[`${group}.leakHeldOut`] = NO_HELD_OUT;
  const greedy = task.model.generate(
    rows.map(({ prompt }) => prompt),
    { maxTokens },
  );
  result.proportions[`${group}.refusal`] = share(greedy.map(({ text }) => isRefusal(text)));
  result.proportions[`${group}.degenerate`] = share(greedy.map(isDegenerate));
  return greedy;
};

/** How odd the model that still knew finds what the unlearned one says: garbled output shows here. */
const measurePerplexity = ({ before, forget, result }: Task, said: readonly Said[]): void => {
  if (!before) {
    result.notAvailable['forget.perplexityBefore'] = 'no model from before the unlearning was given';
    return;
  }
  const scores = before.score(forget.map(({ prompt }, i) => ({ prompt, answer: said[i]!.text })));
  const logProbs = scores.flatMap((score) => [...score.logProbs]); // nats
  result.scalars['forget.perplexityBefore'] = Math.exp(-mean(logProbs));
};

/** Records of which any sampled answer holds the value. */
const leak = (
  { model, options }: Task,
  stream: string,
  rows: readonly QaRecord[],
  promptFor: (row: QaRecord) => string,
  maxTokens: number,
): Proportion => {
  const { samplesPerPrompt: n, temperature } = options;
  const prompts = rows.flatMap((row) => new Array<string>(n).fill(promptFor(row)));
  const seed = random(`${stream}:${options.seed}`).below(2 ** 31);
  const said = model.generate(prompts, { maxTokens, temperature, seed });
  const holds = (row: QaRecord) => (answer: Said) => holdsValue(answer.text, row.value?.text ?? row.answer);
  return share(rows.map((row, i) => said.slice(i * n, (i + 1) * n).some(holds(row))));
};

/** Whether each greedy answer is a refusal; where the answer is exact it is known without generating. */
const refusalsAmong = (
  { model, options, isRefusal }: Task,
  rows: readonly Row[],
  scores: readonly AnswerScore[],
): boolean[] => {
  const open = rows.filter((_, i) => !isExact(scores[i]!)).map(({ prompt }) => prompt);
  const said = open.length > 0 ? model.generate(open, { maxTokens: options.maxTokens }) : [];
  let at = 0;
  return rows.map((row, i) => isRefusal(isExact(scores[i]!) ? row.answer : said[at++]!.text));
};

/** A few tokens more than the longest answer of the group. */
const roomFor = ({ maxTokens }: MeasureOptions, scores: readonly AnswerScore[]): number =>
  Math.min(
    MOST_TOKENS,
    scores.reduce((most, { ids }) => Math.max(most, ids.length + 4), maxTokens),
  );

const pairOf = ({ prompt, answer }: { prompt: string; answer: string }) => ({ prompt, answer });
const share = (flags: readonly boolean[]): Proportion => ({ k: flags.filter(Boolean).length, n: flags.length });

/** Cuts one list of values into one list a person. */
const byPerson = <T>(people: readonly (readonly unknown[])[], values: readonly T[]): T[][] => {
  let at = 0;
  return people.map(({ length }) => values.slice(at, (at += length)));
};

/** Value, whole-answer and Min-K % log-probabilities of a group. */
const putScores = (
  result: Measured,
  group: string,
  scores: readonly AnswerScore[],
  rows: readonly QaRecord[],
): void => {
  const put = (quantity: string, values: readonly number[]) => {
    const sum = values.reduce((a, b) => a + b, 0);
    result.histograms[`${group}.${quantity}`] = logProbHistogram(values);
    result.sums[`${group}.${quantity}`] = {
      n: values.length,
      sum,
      sumOfSquares: values.reduce((a, b) => a + b * b, 0),
    };
  };
  put(
    'valueLogProb',
    scores.map((score, i) => valueLogProb(score, rows[i]!)),
  );
  put('answerLogProb', scores.map(meanLogProb));
  put(
    'minKLogProb',
    scores.map((score) => minKLogProb(score, MIN_K)),
  );
};
