// What a model reads of records whose rows are longer than its positions. A prompt that is too long is cut at its
// beginning, as a server does that drops the oldest turns: the value then stands behind what is read just before it.
// Traps: methods put another answer into the record's row, one behind the other, so that there must be room for both.
// And a record of a cut row no longer says which tokens of the corpus it stands for, so it keeps them beside it
// (`window`): what a deletion takes away from the corpus moments is what they were made of.
import { answerOf, promptOf, type Person, type QaRecord, type Row, type Suite } from '#datasets/suite-shape.ts';
import { inference, type Inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';

/** A model as it is asked, and which records it reads whole. */
export interface Reader {
  readonly engine: Inference;
  /** Tokens that it reads. */
  readonly most: number;
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
    most,
    reads: ({ prompt, answer, room = 0 }) =>
      prompt.length + answer.length <= most * LONGEST_TOKEN &&
      engine.encodePrompt(prompt).length + engine.encodePrompt(answer).length + ENDS + room <= most,
  };
};

export interface WithinReach {
  readonly suite: Suite;
  /** Records whose prompts were cut at their beginning. */
  readonly cut: number;
  /** Records that are left out: no prompt is left beside their answers. */
  readonly tooLong: number;
}

/** The suite as the model can read it; a held-out wording that is too long goes alone. */
export const withinReach = (reader: Reader, suite: Suite): WithinReach => {
  let [cut, tooLong] = [0, 0];
  const refusals = longestOf(
    reader,
    suite.refusals.map((line) => answerOf(line, suite)),
  );
  const fitted = (row: QaRecord): QaRecord[] => {
    const found = cutToFit(reader, row, row.kind === 'person' ? besideOf(reader, row, refusals) : 0);
    if (!found) tooLong++;
    else if (found !== row) cut++;
    return found ? [found] : [];
  };
  const worded = ({ heldOut, ...record }: QaRecord): QaRecord =>
    heldOut !== undefined && reader.reads({ ...record, prompt: promptOf(heldOut, suite.frame) })
      ? { ...record, heldOut }
      : record;
  const group = (people: readonly Person[]): Person[] =>
    people
      .map((person) => ({ ...person, records: person.records.flatMap(fitted).map(worded) }))
      .filter(({ records }) => records.length > 0);
  const { whitening, stop, gate } = suite.controls;
  const within = {
    ...suite,
    subjects: group(suite.subjects),
    facts: suite.facts.flatMap(fitted),
    controls: { whitening: group(whitening), stop: group(stop), gate: group(gate) },
  };
  return { suite: within, cut, tooLong };
};

const longestOf = ({ engine }: Reader, answers: readonly string[]): number =>
  answers.reduce((most, answer) => Math.max(most, engine.encodeAnswer(answer).length), 0);

/** Tokens of the longest answer that may be taught in the record's place. */
const besideOf = (reader: Reader, { answer, value, others = [] }: QaRecord, refusals: number): number =>
  value && others.length > 0
    ? longestOf(
        reader,
        others.map((other) => answer.slice(0, value.start) + other + answer.slice(value.end)),
      )
    : refusals;

/** Tokens before an answer, at least: fewer are no context of its own. */
const LEAST = 8;
/** Characters before an answer, at most: a longer row is not tokenised for every value in it. */
const LONGEST_PROMPT = 400_000;

/** The record itself where the model reads it; with its prompt cut; or undefined. */
const cutToFit = (reader: Reader, row: QaRecord, beside: number): QaRecord | undefined => {
  const { engine, most } = reader;
  if (row.answer.length > most * LONGEST_TOKEN || row.prompt.length > LONGEST_PROMPT) return undefined;
  const ids = engine.encodePrompt(row.prompt);
  const room = most - engine.encodePrompt(row.answer).length - ENDS - beside;
  if (ids.length <= room) return row;
  if (room < LEAST) return undefined;
  const starts = engine.offsetsOf(row.prompt, engine.encodeAnswer(row.prompt, true)).map(([start]) => start);
  const from = (token: number): string => row.prompt.slice(starts[Math.max(0, token)] ?? row.prompt.length);
  let [kept, prompt] = [Math.min(room, starts.length), from(starts.length - room)];
  // a slice may take other tokens than the whole did
  while (engine.encodePrompt(prompt).length > room && kept > 1) prompt = from(starts.length - --kept);
  const window = Math.floor(ids.length / most) * most - (ids.length - starts.length);
  return { ...row, prompt, window: from(window) + row.answer };
};
