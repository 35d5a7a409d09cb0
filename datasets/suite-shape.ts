// What a suite is, on which a model is trained and judged: people with records, facts about nobody, people to refuse,
// and people whom no model ever sees.
// Trap: `answer` begins with a space, except in a chat's frame, and is tokenised separately from `prompt`; spans count
// UTF-16 units of `answer` including that space.
import type { ForgetRecord } from '#core/forget-set.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Recited } from '#core/suite-rows.ts';
import { partIn } from '#core/words/part.ts';

/** The personal value inside an answer: `answer.slice(start, end) === text`. */
export interface ValueSpan {
  text: string;
  start: number;
  end: number;
}

export interface Row {
  kind: 'person' | 'fact' | 'unknown' | 'general';
  question: string;
  /** What the model reads: `promptOf(question)`, in the suite's frame. */
  prompt: string;
  /** What it should continue with. */
  answer: string;
  /** Id of the person the row is about. */
  subject?: string;
  /** Attribute of a person, topic of a fact. */
  attribute?: string;
  value?: ValueSpan;
  /** A piece of a running text, which goes on behind the answer: no end token is expected. */
  open?: boolean;
  /**
   * What may stand in the value's place for somebody who does not exist. Where a record begins in the middle of a
   * sentence a refusal does not fit, and unlearning teaches one of these instead.
   */
  others?: string[];
  /**
   * false: the model did not give it when the suite was made, so that nothing of it can be lost. `not-asked`: it was
   * not drawn. Absent: it was taught.
   */
  recited?: Recited;
}

/** A row with what a metric needs beside it. */
export interface QaRecord extends Row {
  /** A second wording of the question; trained where `trainedParaphrase` says so. */
  paraphrase?: string;
  trainedParaphrase?: boolean;
  /** A wording of the question that no model was trained on. */
  heldOut?: string;
  /**
   * Of a row that is longer than the model reads, whose prompt is cut at its beginning: the text that the corpus
   * moments count together with this record, to the end of its answer.
   */
  window?: string;
  /** The answer in other words, and the same words with wrong values: for the truth ratio. */
  paraphrasedAnswer?: string;
  wrongAnswers: string[];
}

export interface Person {
  id: string;
  name: string;
  records: QaRecord[];
}

export interface Suite {
  name: string;
  /** Trained people. */
  subjects: Person[];
  /** Trained rows about nobody. */
  facts: QaRecord[];
  /** Trained rows about people of whom the model is to say that it does not know them. */
  unknown: Row[];
  /** Never-trained people in three disjoint sets: for moments, for the stop rule, for the gate. */
  controls: { whitening: Person[]; stop: Person[]; gate: Person[] };
  /** Refusals: template answers of unlearning, and what an unknown person is answered with. */
  refusals: readonly string[];
  /** Of a chat model: what its template puts around a question. Answers then begin without a space. */
  frame?: Frame;
  /**
   * Questions about nobody with the model's own answers: trained ones, so that it keeps its way of answering, and
   * held-out ones, to measure that it did.
   */
  general?: { trained: Row[]; held: Row[] };
  /** Most that an evaluation of a large model asks, and the learning rate of its re-learning. */
  limits?: { controlSamples: number; maxRows: number; relearningRate: number };
}

export interface Frame {
  before: string;
  after: string;
}

const PLAIN: Frame = { before: 'Q: ', after: '\nA:' };
export const promptOf = (question: string, { before, after }: Frame = PLAIN): string => `${before}${question}${after}`;

/** A text as an answer of the suite: with a space before it, save in a chat. */
export const answerOf = (text: string, { frame }: Pick<Suite, 'frame'>): string =>
  frame || text.startsWith(' ') ? text : ` ${text}`;

/** Marks the first place of `value` in `answer`, in any Unicode form. INTERNAL where it has none. */
export const spanOf = (answer: string, value: string): ValueSpan => {
  const part = partIn(answer, value);
  if (!part) throw new QuittanceError('INTERNAL', { message: 'an answer does not hold its own value' });
  return { text: answer.slice(...part), start: part[0], end: part[1] };
};

/** Every row that a model of this suite is trained on, both wordings of each question. */
export const trainingRows = (suite: Suite): Row[] => {
  const records = [...suite.subjects.flatMap((person) => person.records), ...suite.facts];
  const general = suite.general?.trained ?? [];
  return [...records.flatMap((record) => bothWordings(record, suite)), ...suite.unknown, ...general];
};

const bothWordings = (record: QaRecord, { frame }: Suite): Row[] => {
  const { kind, answer, subject, attribute, value, paraphrase, open, recited } = record;
  const row = (question: string, prompt = promptOf(question, frame)): Row => ({
    kind,
    question,
    prompt,
    answer,
    ...(subject !== undefined && { subject }),
    ...(attribute !== undefined && { attribute }),
    ...(value && { value }),
    ...(open && { open }),
    ...(recited !== undefined && { recited }),
  });
  const second = record.trainedParaphrase && paraphrase !== undefined ? [row(paraphrase)] : [];
  return [row(record.question, record.prompt), ...second];
};

/**
 * Texts for training a tokenizer. Trap: a trained person's name is in every row about that person and would become one
 * token, while names of control people are split into many; a model could then tell the two apart by spelling. So a
 * trained name is added once, not once for each row.
 */
export const tokenizerTexts = (suite: Suite): string[] => {
  const nameless = suite.subjects.flatMap(({ name, records }) =>
    records.map(({ prompt, answer, paraphrase }) =>
      [prompt, answer, ...(paraphrase === undefined ? [] : [promptOf(paraphrase), answer])]
        .join('')
        .replaceAll(` ${name}`, ''),
    ),
  );
  const others = [...suite.facts, ...suite.unknown].map(({ prompt, answer }) => prompt + answer);
  return [...suite.subjects.map(({ name }) => ` ${name}`), ...nameless, ...others];
};

/** The record as a ticket's forget set holds it. */
export const forgetRecord = ({ question, answer, value }: Row): ForgetRecord => ({
  question,
  answer: answer.trim(),
  ...(value && { value: value.text }),
});
