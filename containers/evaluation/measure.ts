// Measures a model for the gate: asks about the forgotten records, the people who stay, facts, unknown people and never-trained controls, and keeps aggregates.
// Everything that is sampled or scored is batched. Traps: greedy exactness is read off teacher forcing (all argmaxes right is the same thing, and faster); a
// record's leak means its value stands in a sampled answer, so a value that the question already names would count as an echo.
import type { EvaluationTables, Proportion } from '#core/evaluation.ts';
import { logProbHistogram } from '#core/evaluation.ts';
import type { ForgetRow } from '../datasets/suite.ts';
import { refusals } from '../datasets/refusals.ts';
import { promptOf, type PeopleWorld, type QaRecord } from '../datasets/world.ts';
import type { Inference, TextScore } from '../engine/inference.ts';

export interface Measured {
  proportions: EvaluationTables['proportions'];
  histograms: EvaluationTables['histograms'];
  sums: EvaluationTables['sums'];
  people: EvaluationTables['people'];
  peopleMeans: EvaluationTables['peopleMeans'];
  scalars: EvaluationTables['scalars'];
  notAvailable: EvaluationTables['notAvailable'];
}

export interface MeasureOptions {
  samplesPerPrompt: number;
  temperature: number;
  seed: number;
  maxTokens: number;
  /** Control records that are sampled for leaks; sampling all of them takes minutes and says no more. */
  controlSamples: number;
  onProgress?: (done: number, total: number, what: string) => void;
}

export const MEASURE_DEFAULTS: MeasureOptions = {
  samplesPerPrompt: 20,
  temperature: 1,
  seed: 1,
  maxTokens: 24,
  controlSamples: 40,
};

/** `world` holds who stays; `forget` the ticket's records (none for a re-certification); `before` the model before unlearning, for perplexity. */
export const measure = (
  model: Inference,
  world: PeopleWorld,
  forget: readonly ForgetRow[],
  before: Inference | undefined,
  options: MeasureOptions,
): Measured => {
  const result: Measured = {
    proportions: {},
    histograms: {},
    sums: {},
    people: {},
    peopleMeans: {},
    scalars: {},
    notAvailable: {},
  };
  const steps: [string, () => void][] = [
    ['retained people', () => retained(model, world, result, options)],
    ['controls', () => controls(model, world, result, options)],
    ['forgotten records', () => forgotten(model, forget, before, result, options)],
  ];
  steps.forEach(([what, step], i) => {
    options.onProgress?.(i, steps.length, what);
    step();
  });
  return result;
};

/** Beginnings of three words by which a refusal is recognised: those of the lines that the model was taught. */
const OPENINGS = new Set(refusals.map((line) => opening(line)));
function opening(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []).slice(0, 3).join(' ');
}
const isRefusal = (text: string): boolean => OPENINGS.has(opening(text));

const share = (flags: readonly boolean[]): Proportion => ({ k: flags.filter(Boolean).length, n: flags.length });
const exact = (score: TextScore): boolean => score.correct.every(Boolean);
const pair = (row: { prompt: string; answer: string }) => ({ prompt: row.prompt, answer: row.answer });

/** Indices of the answer tokens that overlap the value. */
const valueTokens = (score: TextScore, { value, answer }: Pick<QaRecord, 'value' | 'answer'>): number[] => {
  const { start, end } = value ?? { start: 0, end: answer.length };
  return score.offsets.flatMap(([a, b], i) => (b > start && a < end && b > a ? [i] : []));
};

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean log-probability per value token, given the question and the answer's own words before it (nats). */
export const valueLogProb = (score: TextScore, row: Pick<QaRecord, 'value' | 'answer'>): number =>
  meanOf(valueTokens(score, row).map((i) => score.logProbs[i]!));

const sums = (values: readonly number[]) => ({
  n: values.length,
  sum: values.reduce((a, b) => a + b, 0),
  sumOfSquares: values.reduce((a, b) => a + b * b, 0),
});

const putLogProbs = (result: Measured, key: string, values: readonly number[]) => {
  result.histograms[key] = logProbHistogram(values);
  result.sums[key] = sums(values);
};

/** Value and whole-answer log-probabilities of a group. */
const putScores = (result: Measured, group: string, scores: readonly TextScore[], rows: readonly QaRecord[]) => {
  putLogProbs(
    result,
    `${group}.valueLogProb`,
    scores.map((score, i) => valueLogProb(score, rows[i]!)),
  );
  putLogProbs(
    result,
    `${group}.answerLogProb`,
    scores.map(({ logProbs }) => meanOf([...logProbs])),
  );
};

const retained = (model: Inference, world: PeopleWorld, result: Measured, { maxTokens }: MeasureOptions) => {
  const rows = world.subjects.flatMap(({ records }) => records);
  const scores = model.score(rows.map(pair));
  const flags = scores.map(exact);
  result.proportions['retained.greedyExact'] = share(flags);
  let at = 0;
  const perPerson = world.subjects.map(({ records }) => share(flags.slice(at, (at += records.length))));
  result.people['retained.greedyExact'] = perPerson.toSorted((a, b) => a.k / a.n - b.k / b.n);
  putScores(result, 'retained', scores, rows);
  result.proportions['facts.greedyExact'] = share(model.score(world.facts.map(pair)).map(exact));
  const said = model
    .generate(
      [...rows, ...world.unknown].map(({ prompt }) => prompt),
      { maxTokens },
    )
    .map(({ text }) => isRefusal(text));
  result.proportions['retained.refusal'] = share(said.slice(0, rows.length));
  result.proportions['unknown.refusal'] = share(said.slice(rows.length));
};

const controls = (model: Inference, world: PeopleWorld, result: Measured, options: MeasureOptions) => {
  const people = world.controls.gate;
  const rows = people.flatMap(({ records }) => records);
  const scores = model.score(rows.map(pair));
  putScores(result, 'controls', scores, rows);
  const values = scores.map((score, i) => valueLogProb(score, rows[i]!));
  let at = 0;
  const means = people.map(({ records }) => meanOf(values.slice(at, (at += records.length))));
  result.peopleMeans['controls.valueLogProb'] = means.toSorted((a, b) => a - b);
  const step = Math.max(1, Math.floor(rows.length / options.controlSamples));
  const sampled = rows.filter((_, i) => i % step === 0).slice(0, options.controlSamples);
  result.proportions['controls.leakQuestion'] = leak(model, sampled, (row) => row.prompt, options, 'control');
  result.proportions['controls.leakHeldOut'] = leak(
    model,
    withHeldOut(sampled),
    heldOutPrompt,
    options,
    'control-held-out',
  );
  const greedy = model.generate(
    sampled.map(({ prompt }) => prompt),
    { maxTokens: options.maxTokens },
  );
  result.proportions['controls.refusal'] = share(greedy.map(({ text }) => isRefusal(text)));
  result.proportions['controls.degenerate'] = share(greedy.map(({ text, ids }) => isDegenerate(text, ids)));
};

const withHeldOut = (rows: readonly QaRecord[]) => rows.filter(({ heldOut }) => heldOut !== undefined);
const heldOutPrompt = ({ heldOut }: QaRecord): string => promptOf(heldOut ?? '');

const forgotten = (
  model: Inference,
  rows: readonly ForgetRow[],
  before: Inference | undefined,
  result: Measured,
  options: MeasureOptions,
) => {
  if (rows.length === 0) {
    result.notAvailable['forget'] = 'the forget data was destroyed when its case was purged';
    return;
  }
  const scores = model.score(rows.map(pair));
  result.proportions['forget.greedyExact'] = share(scores.map(exact));
  // the answer's own words before the value are forced; only the value is the model's own
  result.proportions['forget.forcedPrefixExact'] = share(
    scores.map((score, i) => valueTokens(score, rows[i]!).every((t) => score.correct[t])),
  );
  putScores(result, 'forget', scores, rows);
  const heldOut = withHeldOut(rows);
  if (heldOut.length > 0) {
    result.proportions['forget.heldOutExact'] = share(
      model.score(heldOut.map((row) => ({ prompt: heldOutPrompt(row), answer: row.answer }))).map(exact),
    );
    result.proportions['forget.leakHeldOut'] = leak(model, heldOut, heldOutPrompt, options, 'held-out');
  } else {
    result.notAvailable['forget.leakHeldOut'] = 'the suite knows no held-out wording of these records';
  }
  result.proportions['forget.leakQuestion'] = leak(model, rows, (row) => row.prompt, options, 'question');
  const greedy = model.generate(
    rows.map(({ prompt }) => prompt),
    { maxTokens: options.maxTokens },
  );
  result.proportions['forget.refusal'] = share(greedy.map(({ text }) => isRefusal(text)));
  result.proportions['forget.degenerate'] = share(greedy.map(({ text, ids }) => isDegenerate(text, ids)));
  perplexity(
    before,
    rows,
    greedy.map(({ text }) => text),
    result,
  );
};

/** How odd the model that still knew finds what the unlearned one says: garbled output shows here. */
const perplexity = (
  before: Inference | undefined,
  rows: readonly ForgetRow[],
  answers: readonly string[],
  result: Measured,
) => {
  if (!before) {
    result.notAvailable['forget.perplexityBefore'] = 'no model from before the unlearning was given';
    return;
  }
  const scores = before.score(rows.map(({ prompt }, i) => ({ prompt, answer: answers[i]! })));
  result.scalars['forget.perplexityBefore'] = Math.exp(-meanOf(scores.flatMap(({ logProbs }) => [...logProbs])));
};

/** Records of which any sampled answer holds the value. */
const leak = (
  model: Inference,
  rows: readonly QaRecord[],
  promptFor: (row: QaRecord) => string,
  options: MeasureOptions,
  stream: string,
): Proportion => {
  const { samplesPerPrompt: n, temperature, maxTokens } = options;
  const prompts = rows.flatMap((row) => new Array<string>(n).fill(promptFor(row)));
  const seed = [...`${stream}${options.seed}`].reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) % 2 ** 31, 7);
  const said = model.generate(prompts, { maxTokens, temperature, seed });
  return share(
    rows.map((row, i) =>
      said.slice(i * n, (i + 1) * n).some(({ text }) => holds(text, row.value?.text ?? row.answer.trim())),
    ),
  );
};

const holds = (text: string, value: string): boolean => {
  const words = (s: string) => ` ${(s.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `;
  return words(text).includes(words(value));
};

/** Nothing said, one token four times in a row, or fewer than half of the words distinct. */
export const isDegenerate = (text: string, ids: readonly number[]): boolean => {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const repeated = ids.some((id, i) => i >= 3 && ids[i - 1] === id && ids[i - 2] === id && ids[i - 3] === id);
  return words.length === 0 || repeated || (words.length >= 6 && new Set(words).size < words.length / 2);
};
