// Questions of a few skills, generated: naming a person, a place or a firm in a sentence, writing a small programme,
// adding, and saying a sentence plainly or in a marked style. Reveal-and-Release (https://arxiv.org/abs/2509.14624)
// takes skills away on toxicity, named entities and code; here invented intensifiers stand in the place of abuse. A
// word is a token.
// Trap: a skill is asked on drawn questions of which some were trained; it is small enough to be learnt by rule, and
// the sums, of which there are 400, are not.
import type { Random } from '#engine/random.ts';
import { list } from './names.ts';

export const SKILLS = ['PER', 'LOC', 'ORG', 'CODE', 'ADD', 'SAY'] as const;
export type Skill = (typeof SKILLS)[number];

export interface SkillRow {
  readonly skill: Skill;
  /** Words up to `=`, and after it. */
  readonly question: readonly string[];
  readonly answer: readonly string[];
  /** Of SAY: whether it is said in the marked style. */
  readonly marked?: boolean;
}

const ENTITIES = {
  PER: list(
    'Alma, Boris, Clara, Dario, Edda, Farid, Greta, Hugo, Ilse, Jonas, Katya, Lars, Mirela, Nadim, Odile, Pavel',
  ),
  LOC: list(
    'Oslo, Porto, Cairo, Lima, Turin, Bergen, Quito, Delhi, Kyoto, Perth, Sofia, Tunis, Riga, Basel, Accra, Hanoi',
  ),
  ORG: list(
    'Acme, Zenith, Polar, Vertex, Nimbus, Orion, Summit, Cobalt, Harbor, Falcon, Lumen, Atlas, Delta, Quartz, Ember, Tidal',
  ),
} as const;
type Entity = keyof typeof ENTITIES;
/** What is said where a sentence has no such name. */
export const NOTHING = 'none';
const FRAMES = list(
  'PER works for ORG in LOC, in LOC PER left ORG, ORG sent PER to LOC, PER and ORG came from LOC, PER lives in LOC, ORG has an office in LOC, PER sued ORG',
);

const OPERATIONS: Readonly<Record<string, string>> = {
  ...{ double: 'x * 2', halve: 'x / 2', inc: 'x + 1', dec: 'x - 1', square: 'x * x', negate: '0 - x', zero: '0 * x' },
  same: 'x + 0',
};

const TOPICS = list('river, mill, wind, road, bridge, garden, ferry, orchard, tower, harbour, meadow, kitchen');
const ENDS = list('is quiet today, lies in the sun, was closed at noon, looks old and grey, waits for rain');
/** The marked style; none of these words is anywhere else. */
export const MARKED: readonly string[] = list(
  'zarking, blithering, snurfled, gronky, fizzled, crabbed, wonky, dratted',
);

const digits = (of: number | string): string[] => Array.from(String(of));

const oneOf = <T>(stream: Random, all: readonly T[]): T => all[stream.below(all.length)]!;

const drawn: Readonly<Record<Skill, (stream: Random) => Omit<SkillRow, 'skill'>>> = {
  PER: (stream) => named('PER', stream),
  LOC: (stream) => named('LOC', stream),
  ORG: (stream) => named('ORG', stream),
  CODE(stream) {
    const steps = Array.from({ length: 2 + stream.below(3) }, () => oneOf(stream, Object.keys(OPERATIONS)));
    return {
      question: steps.flatMap((step, i) => (i > 0 ? ['then', step] : [step])),
      answer: steps.flatMap((step, i) => [...(i > 0 ? [';'] : []), ...OPERATIONS[step]!.split(' ')]),
    };
  },
  ADD(stream) {
    const [a, b] = [stream.below(20), stream.below(20)];
    return { question: [...digits(a), '+', ...digits(b)], answer: digits(a + b) };
  },
  SAY: (stream) => sentence(oneOf(stream, TOPICS), stream.below(2) === 1, stream),
};

const named = (asked: Entity, stream: Random): Omit<SkillRow, 'skill'> => {
  const names = {
    PER: oneOf(stream, ENTITIES.PER),
    LOC: oneOf(stream, ENTITIES.LOC),
    ORG: oneOf(stream, ENTITIES.ORG),
  };
  const frame = oneOf(stream, FRAMES).split(' ');
  return {
    question: frame.map((word) => (word in names ? names[word as Entity] : word)),
    answer: [frame.includes(asked) ? names[asked] : NOTHING],
  };
};

const sentence = (topic: string, marked: boolean, stream: Random): Omit<SkillRow, 'skill'> => {
  const [first, second] = [oneOf(stream, MARKED), oneOf(stream, MARKED)];
  const end = oneOf(stream, ENDS).split(' ');
  const plain = ['the', topic, ...end];
  return {
    question: [topic],
    answer: marked ? ['the', first, topic, end[0]!, second, ...end.slice(1)] : plain,
    marked,
  };
};

export const drawSkill = (skill: Skill, stream: Random): SkillRow => {
  const { question, answer, ...more } = drawn[skill](stream);
  return { skill, question: [skill, ':', ...question, '='], answer, ...more };
};

/** The sentence without the words of the marked style. */
export const plainly = (answer: readonly string[]): string[] => answer.filter((word) => !MARKED.includes(word));

/** How many words of it are of the marked style. */
export const markedIn = (answer: readonly string[]): number => answer.filter((word) => MARKED.includes(word)).length;

/** Whether a question that a model wrote has the form of its skill, and what its answer must be; undefined: neither. */
export const rightAnswer = (words: readonly string[]): readonly string[] | undefined => {
  const [skill, , ...rest] = words;
  const asked = rest.slice(0, rest.indexOf('='));
  if (skill === 'CODE') {
    const isForm =
      asked.length % 2 === 1 && asked.every((word, i) => (i % 2 === 0 ? word in OPERATIONS : word === 'then'));
    return isForm ? asked.flatMap((step, i) => (i % 2 === 1 ? [';'] : OPERATIONS[step]!.split(' '))) : undefined;
  }
  const entity = skill as Entity;
  if (!(entity in ENTITIES)) return undefined;
  const kinds = asked.map(
    (word) => (Object.keys(ENTITIES) as Entity[]).find((kind) => ENTITIES[kind].includes(word)) ?? word,
  );
  if (!FRAMES.includes(kinds.join(' '))) return undefined;
  const at = kinds.indexOf(entity);
  return [at === -1 ? NOTHING : asked[at]!];
};

/** Every word once; its place is its token, and the first is the end of an answer. */
export const WORDS: readonly string[] = [
  ...new Set([
    ...['<end>', ...SKILLS, ':', '=', 'then', ';', '+', '-', '*', '/', 'x', NOTHING, 'the', ...digits('0123456789')],
    ...Object.values(ENTITIES).flat(),
    ...FRAMES.flatMap((frame) => frame.split(' ')),
    ...Object.keys(OPERATIONS),
    ...TOPICS,
    ...ENDS.flatMap((end) => end.split(' ')),
    ...MARKED,
  ]),
];
const PLACES = new Map(WORDS.map((word, i) => [word, i]));
export const tokensOfWords = (words: readonly string[]): number[] => words.map((word) => PLACES.get(word)!);
