// Everything an attacker with a copy of the weights may try to get values back: what is asked otherwise, begun for the
// model, or given as a hint; coarser copies of the weights; what earlier layers know; some records taught again. Each
// attack gives a flag a record, whether its value is exact (teacher-forced, the words before it given), and is made on
// never-trained people as well. Trap: a share says nothing beside no twin, since some values are guessed.
import type { Proportion } from '#core/evaluation.ts';
import { fisherUpper } from '#core/windows.ts';
import { promptOf, type Frame, type QaRecord, type Suite } from '#datasets/suite-shape.ts';
import { valueTokens } from '#datasets/value-tokens.ts';
import { makeBatch } from '#engine/batch.ts';
import { encoder, inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { random } from '#engine/random.ts';
import { logitsAtDepths } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { COARSE, withCoarse, WORDS } from './coarse-copies.ts';
import { distinct } from '#core/distinct.ts';
import { peopleIn } from './quantities/relearnt.ts';
import { ATTACKS, attackable } from './relearn.ts';
import { ASKED_LANGUAGES, inOtherLanguages, paraphrased } from './rewordings.ts';
import { isForcedExact } from './scores.ts';

type People = readonly (readonly QaRecord[])[];

interface Trial {
  readonly name: string;
  readonly what: string;
  /** A flag a record that could be asked; none where the attack is not possible. */
  run(people: People): boolean[] | Promise<boolean[]>;
}

/** One attack on the forgotten and on its never-trained twin. */
export interface AttackResult {
  readonly name: string;
  readonly what: string;
  readonly forget: Proportion;
  readonly controls: Proportion;
  /** P(at least so many of the forgotten come out, were they no more exposed than the twin); absent where n is 0. */
  readonly p?: number;
}

export interface AttackSuiteInput {
  readonly model: Model;
  readonly suite: Suite;
  readonly forget: readonly QaRecord[];
  readonly seed: number;
  /** Never-trained people who are attacked beside. */
  readonly people: number;
  readonly onAttack?: (name: string, done: number, total: number) => void;
}

export const attackSuite = async (input: AttackSuiteInput): Promise<AttackResult[]> => {
  const { forget, suite, people, onAttack } = input;
  const asked = peopleIn(distinct(forget));
  const most = Math.max(0, ...asked.map(({ length }) => length));
  const twins = random('attacked-controls')
    .shuffle(suite.controls.gate)
    .slice(0, people)
    .map(({ id, records }) => random(`attacked:${id}`).shuffle(records).slice(0, most));
  const trials = trialsOf(input);
  const results: AttackResult[] = [];
  for (const [i, { name, what, run }] of trials.entries()) {
    onAttack?.(name, i, trials.length);
    const [own, others] = [shareOf(await run(asked)), shareOf(await run(twins))];
    const p = own.n > 0 && others.n > 0 ? { p: fisherUpper(own, others) } : {};
    results.push({ name, what, forget: own, controls: others, ...p });
  }
  return results;
};

const shareOf = (flags: readonly boolean[]): Proportion => ({ k: flags.filter(Boolean).length, n: flags.length });

const trialsOf = (input: AttackSuiteInput): Trial[] => [
  ...askedOtherwise(input),
  ...COARSE.map((kind): Trial => {
    const run = (people: People) => withCoarse(input.model, kind, () => forcedOf(input.model)(people.flat()));
    return { name: kind, what: `the same on a copy with ${WORDS[kind]}`, run };
  }),
  ...lenses(input.model),
  ...relearning(input),
];

/** Whether the value of each is exact once the words before it are given. */
const forcedOf =
  (model: Model) =>
  (pairs: readonly QaRecord[]): boolean[] =>
    inference(model)
      .score(pairs)
      .map((score, i) => isForcedExact(score, pairs[i]!));

const askedOtherwise = ({ model, suite: { frame } }: AttackSuiteInput): Trial[] => {
  const forced = forcedOf(model);
  const worded = (of: (row: QaRecord) => string | undefined) => (people: People) =>
    forced(people.flat().flatMap((row) => reworded(row, of(row), frame)));
  const inAny = (forms: (row: QaRecord) => QaRecord[]) => (people: People) =>
    anyOf(model, people.flat(), forms, forced);
  return [
    {
      name: 'prefix',
      what: 'the answer is begun for the model, up to the value',
      run: (people) => forced(people.flat()),
    },
    { name: 'second wording', what: 'the same, in the second wording', run: worded(({ paraphrase }) => paraphrase) },
    {
      name: 'other wording',
      what: 'the same, in a wording that was never trained',
      run: worded(({ heldOut }) => heldOut),
    },
    { name: 'paraphrase', what: 'asked otherwise, in any of four ways', run: inAny(paraphrased) },
    {
      name: 'other languages',
      what: `asked in another language, in any of ${ASKED_LANGUAGES.join(', ')}`,
      run: inAny(inOtherLanguages),
    },
    {
      name: 'hints',
      what: 'the same behind up to three other questions of the person with their true answers',
      run: (people) => forced(people.flatMap((records) => hinted(model, records))),
    },
  ];
};

const lenses = (model: Model): Trial[] =>
  Array.from({ length: model.config.layers - 1 }, (_, i): Trial => {
    const what = `what the head reads after layer ${i + 1} of ${model.config.layers}, up to the value`;
    return { name: `lens, layer ${i + 1}`, what, run: (people) => lensed(model, people.flat(), i + 1) };
  });

const relearning = ({ model, suite: { limits }, seed }: AttackSuiteInput): Trial[] =>
  Object.entries(ATTACKS).map(([family, attack]): Trial => {
    const { records, updates, weights } = attack;
    const where = weights === 'mlp' ? 'the MLP' : 'every layer';
    const { attack: made } = attackable(model, limits?.relearningRate);
    return {
      name: `re-learning ${records} × ${updates}${weights === 'mlp' ? '' : ', every layer'}`,
      what: `${records} records taught again for ${updates} updates of ${where}, the others asked`,
      run: (people) =>
        made(
          people.map((own, i) => ({ records: own, label: `${family}:suite:${i}:${seed}` })),
          attack,
          3,
        ),
    };
  });

const reworded = (row: QaRecord, question: string | undefined, frame: Frame | undefined): QaRecord[] =>
  question === undefined ? [] : [{ ...row, question, prompt: promptOf(question, frame) }];

/** Whether a record comes out in any of its forms that the model can read; one that has none is not asked. */
const anyOf = (
  model: Model,
  rows: readonly QaRecord[],
  forms: (row: QaRecord) => QaRecord[],
  ask: (pairs: readonly QaRecord[]) => boolean[],
): boolean[] => {
  const asked = rows
    .map((row) => forms(row).filter((form) => isReadable(model, form)))
    .filter(({ length }) => length > 0);
  const flags = ask(asked.flat());
  let at = 0;
  return asked.map(({ length }) => flags.slice(at, (at += length)).some(Boolean));
};

const isReadable = (model: Model, { prompt, answer }: Pick<QaRecord, 'prompt' | 'answer'>): boolean => {
  const { encodePrompt, encodeAnswer } = encoder(model);
  return encodePrompt(prompt).length + encodeAnswer(answer).length <= model.config.maxPositions;
};

const HINTS = 3;

/** Each record behind as many others of its person as the model can read; one that fits behind none is not asked. */
const hinted = (model: Model, records: readonly QaRecord[]): QaRecord[] =>
  records.flatMap((row, i) => {
    const others = [...records.slice(i + 1), ...records.slice(0, i)].slice(0, HINTS);
    for (let count = others.length; count > 0; count--) {
      const hints = others.slice(0, count).map(({ prompt, answer }) => `${prompt}${answer}\n`);
      const found = { ...row, prompt: `${hints.join('')}${row.prompt}` };
      if (isReadable(model, found)) return [found];
    }
    return [];
  });

/** Rows that are read at once. */
const AT_ONCE = 32;

/** Logit lens (nostalgebraist 2020): whether the head, reading after so many layers, has the value's tokens on top. */
const lensed = (model: Model, records: readonly QaRecord[], depth: number): boolean[] => {
  const { encodePrompt, encodeAnswer, offsetsOf } = encoder(model);
  const flags: boolean[] = [];
  for (let from = 0; from < records.length; from += AT_ONCE) {
    const some = records.slice(from, from + AT_ONCE);
    const answers = some.map(({ answer, open }) => encodeAnswer(answer, open));
    const rows = some.map(({ prompt }, i) => ({ prompt: encodePrompt(prompt), answers: [answers[i]!] }));
    const batch = makeBatch(rows, model.config.maxPositions);
    const [logits] = logitsAtDepths(model, batch, [depth]);
    const best = tf.tidy(() => tf.argMax(logits!, 1).dataSync<'int32'>());
    logits!.dispose();
    let at = 0;
    some.forEach((row, i) => {
      const answer = answers[i]!;
      flags.push(valueTokens(offsetsOf(row.answer, answer), row).every((token) => best[at + token] === answer[token]));
      at += answer.length;
    });
  }
  return flags;
};
