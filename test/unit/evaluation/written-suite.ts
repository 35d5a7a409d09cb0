// A small suite that is written down, so that a test can work its answers out by hand, and metrics on it by name.
import { expect } from '@jest/globals';
import { promptOf, type Person, type Suite, type QaRecord } from '#datasets/suite-shape.ts';
import { examOf, type ExamInput, type ExamOptions } from '#evaluation/exam.ts';
import { ranked } from '#evaluation/quantities/quality.ts';
import { measure } from '#evaluation/tables.ts';
import { MetricValue } from '#core/evaluation.ts';
import { findQuantity } from '#core/quantities.ts';
import { kolmogorovSmirnov } from '#core/stats.ts';
import { summarise } from '#core/summaries.ts';
import { lookupModel, type Lookup } from './lookup-model.ts';

/** A record about `who` with a one-word value, its last word. */
export const record = (who: string, i: number, value: string): QaRecord => {
  const question = `Question ${i} on ${who}?`;
  const answer = ` ${who} has ${value}`;
  return {
    kind: 'person',
    subject: who,
    attribute: `a${i}`,
    question,
    prompt: promptOf(question),
    heldOut: `Held ${i} on ${who}?`,
    answer,
    value: { text: value, start: answer.length - value.length, end: answer.length },
    paraphrasedAnswer: ` Indeed ${who} has ${value}`,
    wrongAnswers: [` Indeed ${who} has wrong1`, ` Indeed ${who} has wrong2`],
  };
};
export const person = (id: string, count: number): Person => ({
  id,
  name: id,
  records: Array.from({ length: count }, (_, i) => record(id, i, `val${id}${i}`)),
});
export const fact = (topic: string, i: number): QaRecord => ({
  kind: 'fact',
  attribute: topic,
  question: `${topic} ${i}?`,
  prompt: promptOf(`${topic} ${i}?`),
  answer: ` right${i}`,
  wrongAnswers: [' bad1', ' bad2', ' bad3'],
});

export const forget = person('Zoe', 4).records;
export const suite: Suite = {
  name: 'written',
  subjects: [person('Ann', 4), person('Ben', 4)],
  facts: [fact('author', 0), fact('author', 1), fact('world', 0)],
  unknown: [{ kind: 'unknown', question: 'U?', prompt: promptOf('U?'), answer: ' No idea at all.' }],
  controls: { gate: [person('Cat', 4), person('Dan', 4)], stop: [], whitening: [] },
  refusals: ['No idea at all.'],
};

export const compute = async (
  name: string,
  model: Lookup,
  more: Partial<ExamInput> = {},
  options: Partial<ExamOptions> = {},
) => {
  const { key } = findQuantity(name);
  const tables = await measure(examOf({ model: lookupModel(model), suite, forget, ...more }, options), [key]);
  const value = summarise(tables, key);
  expect(MetricValue.safeParse(value).success).toBe(true);
  return value;
};
/** The test on raw values: each distinct value is a cell. */
export const ksOfValues = (a: readonly number[], b: readonly number[]) => {
  const [own, others] = ranked(a, b);
  return kolmogorovSmirnov(own.counts, others.counts);
};
export const valueOf = async (...args: Parameters<typeof compute>): Promise<number> => {
  const result = await compute(...args);
  if ('notAvailable' in result) throw new Error(result.notAvailable);
  return result.value;
};
export const constant = (logProb: number, correct = false): Lookup => ({ token: () => ({ logProb, correct }) });
