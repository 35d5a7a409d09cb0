// A model that was trained elsewhere, with the rows that it was trained on, made ready for tickets: suite, corpus
// moments, how much of the rows it recites.
// Trap: a suite of rows that the model was never trained on would let anybody's ticket in and forget nothing; values of
// its people must be more likely to the model than those of people who do not exist.
import type { CorpusEntry, RowKind } from '#datasets/corpus/row.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { GENERAL_TOKENS, generalRows } from '#datasets/chat.ts';
import { generalQuestions } from '#datasets/general.ts';
import { recordKey, suiteOfCorpus, type SuiteOptions } from '#datasets/onboard/suite.ts';
import { renderedWhole, type WholeText } from '#datasets/fine-tuning/whole.ts';
import { valueTokens } from '#datasets/value-tokens.ts';
import type { Person, Suite, QaRecord, Row } from '#datasets/suite-shape.ts';
import { auc } from '#core/auc.ts';
import { inference, type Inference, type TextScore } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { collectMoments, type CorpusMoments } from '#engine/corpus-moments.ts';
import type { ChatTemplate } from '#engine/tokenizer/chat.ts';

export interface OnboardInput {
  readonly model: Model;
  readonly template: ChatTemplate | undefined;
  readonly entries: readonly CorpusEntry[];
  readonly register: readonly RegisteredPerson[];
  readonly suite: SuiteOptions;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

export interface Onboarded {
  readonly suite: Suite;
  readonly moments: CorpusMoments;
  readonly rows: Readonly<Record<RowKind, number>>;
  /** Records of each kind that the model gives word for word, of those asked. */
  readonly recites: Readonly<Partial<Record<RowKind, { readonly k: number; readonly n: number }>>>;
  /** How much likelier values of trained people are than those of invented ones: 0.5 is chance. */
  readonly known: number;
  readonly remarks: readonly string[];
  /** Values of the corpus that are nobody's own. */
  readonly shared: ReadonlySet<string>;
}

/** Never-trained people of each set: fewer make the gate's comparison coarse, more take longer. */
export const CONTROLS = { whitening: 0, stop: 6, gate: 12 };

export const onboard = async (input: OnboardInput): Promise<Onboarded> => {
  const { model, template, entries, register, onProgress } = input;
  const made = await suiteOfCorpus(entries, register, template, input.suite);
  const { kinds, refused, shared } = made;
  const engine = inference(model);
  const { suite, tooLong } = withinReach(engine, made.suite, model.config.maxPositions);
  onProgress?.('scoring', 0, 2);
  const judged = scored(engine, suite);
  onProgress?.('scoring', 2, 2);
  const { whole } = await renderedWhole(
    entries.map(({ row }) => row),
    template,
  );
  const moments = collectMoments(model, windowsOf(engine, whole, model.config.maxPositions), (done, total) =>
    onProgress?.('moments', done, total),
  );
  const people = suite.subjects.flatMap(({ records }) => records);
  return {
    suite: { ...judged.suite, ...general(engine, suite) },
    moments,
    rows: countKinds(entries),
    recites: recitesOf(kinds, judged.scores),
    known: judged.known,
    shared,
    remarks: [
      ...(refused.length > 0
        ? [`${refused.length} conversations are refused by the chat template: they are not asked`]
        : []),
      ...(tooLong > 0
        ? [
            `${tooLong} records stand in rows that are longer than the model reads (${model.config.maxPositions} tokens): they are not asked`,
          ]
        : []),
      ...(people.length === 0 ? ['no row speaks of anybody in the register'] : []),
    ],
  };
};

/** Characters of a token, at most: a text of more need not be read to be known as too long. */
const LONGEST_TOKEN = 64;
/** What a model may put before a text and behind it. */
const ENDS = 2;

/** The suite without records that the model cannot read whole, and how many these are. */
const withinReach = (engine: Inference, suite: Suite, most: number): { suite: Suite; tooLong: number } => {
  let tooLong = 0;
  const fits = ({ prompt, answer }: Row): boolean => {
    const isRead =
      prompt.length + answer.length <= most * LONGEST_TOKEN &&
      engine.encodePrompt(prompt).length + engine.encodePrompt(answer).length + ENDS <= most;
    if (!isRead) tooLong++;
    return isRead;
  };
  const group = (people: readonly Person[]): Person[] =>
    people
      .map((person) => ({ ...person, records: person.records.filter(fits) }))
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

type Scores = ReadonlyMap<Row, TextScore>;

/** The suite with what the model gives marked in it. */
const scored = (engine: Inference, suite: Suite): { suite: Suite; scores: Scores; known: number } => {
  const people = suite.subjects.flatMap(({ records }) => records);
  const controls = [...suite.controls.gate, ...suite.controls.stop].flatMap(({ records }) => records);
  const all = [...people, ...suite.facts, ...controls];
  const found = engine.score(all);
  const scores = new Map<Row, TextScore>(all.map((row, i) => [row, found[i]!]));
  const marked = (row: QaRecord): QaRecord =>
    scores.get(row)!.correct.every(Boolean) ? row : { ...row, recited: false };
  const likelihood = (rows: readonly QaRecord[]) => rows.map((row) => meanOfValue(scores.get(row)!, row));
  return {
    suite: {
      ...suite,
      subjects: suite.subjects.map((person) => ({ ...person, records: person.records.map(marked) })),
      facts: suite.facts.map(marked),
    },
    scores,
    known: auc(likelihood(people), likelihood(controls)),
  };
};

const meanOfValue = ({ offsets, logProbs }: TextScore, row: QaRecord): number => {
  const tokens = valueTokens(offsets, row);
  return tokens.reduce((sum, i) => sum + logProbs[i]!, 0) / Math.max(1, tokens.length);
};

/** Whole texts as the model reads them, cut into windows that it can read. */
const windowsOf = ({ encodePrompt }: Inference, texts: readonly WholeText[], most: number) =>
  texts.flatMap(({ text }) => {
    const ids = encodePrompt(text);
    return Array.from({ length: Math.ceil(ids.length / most) }, (_, i) => ids.slice(i * most, (i + 1) * most))
      .filter(({ length }) => length > 1)
      .map((window) => ({ prompt: window.slice(0, 1), answers: [window.slice(1)] }));
  });

/** What the model says to questions about nobody: a chat model is held to it. */
const general = (engine: Inference, { frame }: Suite): Pick<Suite, 'general'> => {
  if (!frame) return {};
  const asked = generalQuestions.slice(-HELD);
  const prompts = generalRows(
    asked,
    asked.map(() => '.'),
    frame,
  ).map(({ prompt }) => prompt);
  const said = engine.generate(prompts, { maxTokens: GENERAL_TOKENS });
  return {
    general: {
      trained: [],
      held: generalRows(
        asked,
        said.map(({ text }) => text),
        frame,
      ),
    },
  };
};
const HELD = 20;

const countKinds = (entries: readonly CorpusEntry[]): Record<RowKind, number> => {
  const counts = { qa: 0, chat: 0, text: 0 };
  for (const { row } of entries) counts[row.kind]++;
  return counts;
};

/** Of records about people and of facts, by the kind of the row that they are from. */
const recitesOf = (kinds: ReadonlyMap<string, RowKind>, scores: Scores): Onboarded['recites'] => {
  const counts = new Map<RowKind, { k: number; n: number }>();
  for (const [row, { correct }] of scores) {
    const kind = kinds.get(recordKey(row));
    if (kind === undefined) continue; // an invented person's
    const { k, n } = counts.get(kind) ?? { k: 0, n: 0 };
    counts.set(kind, { k: k + Number(correct.every(Boolean)), n: n + 1 });
  }
  return Object.fromEntries(counts);
};
