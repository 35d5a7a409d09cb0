// Which records a model can read whole: a row of a corpus may be longer than its positions.
// Trap: a text of a megabyte is told to be too long by its length, before it is tokenised.
import { promptOf, type Person, type QaRecord, type Row, type Suite } from '#datasets/suite-shape.ts';
import { inference, type Inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';

/** A model as it is asked, and which records it reads whole. */
export interface Reader {
  readonly engine: Inference;
  /** `room`: tokens that are to be written behind it. */
  reads(row: Pick<Row, 'prompt' | 'answer'> & { readonly room?: number }): boolean;
}

/** Characters of a token, at most: a text of more need not be read to be known as too long. */
const LONGEST_TOKEN = 64;
/** What a model may put before a text and behind it. */
const ENDS = 2;

export const readerOf = (model: LanguageModel): Reader => {
  const engine = inference(model);
  const most = model.config.maxPositions;
  return {
    engine,
    reads: ({ prompt, answer, room = 0 }) =>
      prompt.length + answer.length <= most * LONGEST_TOKEN &&
      engine.encodePrompt(prompt).length + engine.encodePrompt(answer).length + ENDS + room <= most,
  };
};

/**
 * The suite without records that the model cannot read whole, and how many these are; a held-out wording that is too
 * long goes alone.
 */
export const withinReach = ({ reads }: Reader, suite: Suite): { suite: Suite; tooLong: number } => {
  let tooLong = 0;
  const fits = (row: Row): boolean => {
    const isRead = reads(row);
    if (!isRead) tooLong++;
    return isRead;
  };
  const worded = ({ heldOut, ...record }: QaRecord): QaRecord =>
    heldOut !== undefined && reads({ ...record, prompt: promptOf(heldOut, suite.frame) })
      ? { ...record, heldOut }
      : record;
  const group = (people: readonly Person[]): Person[] =>
    people
      .map((person) => ({ ...person, records: person.records.filter(fits).map(worded) }))
      .filter(({ records }) => records.length > 0);
  const { whitening, stop, gate } = suite.controls;
  const within = {
    ...suite,
    subjects: group(suite.subjects),
    facts: suite.facts.filter(fits),
    controls: { whitening: group(whitening), stop: group(stop), gate: group(gate) },
  };
  return { suite: within, tooLong };
};
