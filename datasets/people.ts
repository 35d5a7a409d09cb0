// Generates fictional people, facts and unknown people from a seed: the suite on which the demo trains, deletes and
// judges.
// Trap: values are drawn independently, for trained and control people alike. Then the forgotten person's values are as
// common among those who stay as a control's are. Dealing them out evenly instead would make the forgotten ones rarer,
// and controls no fair comparison.
import { random, type Random } from '#engine/random.ts';
import { attributes, type Attribute } from './attributes.ts';
import { makeFacts } from './facts.ts';
import { drawNames, type FullName } from './names.ts';
import { refusals } from './refusals.ts';
import { promptOf, type Suite, type Person, type QaRecord, type Row } from './suite-shape.ts';

export interface PeopleOptions {
  seed: number;
  /** Trained people, each with one record per attribute. */
  subjects: number;
  /** Never-trained people of each control set. */
  whitening: number;
  stop: number;
  gate: number;
  facts: number;
  unknown: number;
  /**
   * Adds a trained person who shares the first name of subject 0: forgetting subject 0 is then expected to harm that
   * person.
   */
  namesake: boolean;
}

const PEOPLE_DEFAULTS: PeopleOptions = {
  seed: 1,
  subjects: 24,
  whitening: 48,
  stop: 24,
  gate: 24,
  facts: 75,
  unknown: 160,
  namesake: false,
};

const POOL = { least: 12, most: 24 };
const WRONG_ANSWERS = 5;

/** The same options give the same suite. INVALID_INPUT where there are too few names or facts for it. */
export const makePeople = (options: Partial<PeopleOptions> = {}): Suite => {
  const o = { ...PEOPLE_DEFAULTS, ...options };
  const names = drawNames(o.seed, o.subjects + o.gate + o.stop + o.whitening + o.unknown + 1);
  const next = (count: number) => names.splice(0, count);
  const group = (label: string, count: number) => makeGroup(o, label, next(count));
  const [spare] = names.splice(-1);
  const subjects = group('subject', o.subjects);
  if (o.namesake) subjects.push(namesakeOf(o, subjects[0]!, spare!));
  return {
    name: 'people',
    subjects,
    controls: { gate: group('gate', o.gate), stop: group('stop', o.stop), whitening: group('whitening', o.whitening) },
    facts: makeFacts(o.seed, o.facts),
    unknown: makeUnknown(o.seed, next(o.unknown)),
    refusals,
  };
};

/** Values in use for an attribute: each is held by about two of the trained people. */
const poolOf = ({ seed, subjects }: PeopleOptions, attribute: Attribute): string[] => {
  const size = Math.min(POOL.most, Math.max(POOL.least, Math.floor(subjects / 2)));
  return random(`pool:${seed}:${attribute.name}`).shuffle(attribute.values).slice(0, size);
};

const makeGroup = (options: PeopleOptions, label: string, names: readonly FullName[]): Person[] => {
  const hands = attributes.map((attribute) => {
    const rng = random(`deal:${options.seed}:${label}:${attribute.name}`);
    return deal(poolOf(options, attribute), names.length, rng);
  });
  return names.map((name, i) => {
    const id = `${label}-${String(i).padStart(2, '0')}`;
    const values = hands.map((hand) => hand[i]!);
    return makePerson(options, id, name, values);
  });
};

const deal = (pool: readonly string[], count: number, rng: Random): string[] =>
  Array.from({ length: count }, () => pool[rng.below(pool.length)]!);

const namesakeOf = (options: PeopleOptions, { name }: Person, { last }: FullName): Person => {
  const first = name.split(' ')[0]!;
  const value = (attribute: Attribute) => {
    const rng = random(`deal:${options.seed}:namesake:${attribute.name}`);
    return rng.shuffle(poolOf(options, attribute))[0]!;
  };
  return makePerson(options, 'subject-namesake', { first, last }, attributes.map(value));
};

const makePerson = (options: PeopleOptions, id: string, name: FullName, values: readonly string[]): Person => ({
  id,
  name: `${name.first} ${name.last}`,
  records: attributes.map((attribute, i) => makeRecord(options, id, name, attribute, values[i]!)),
});

const makeRecord = (
  options: PeopleOptions,
  id: string,
  name: FullName,
  attribute: Attribute,
  value: string,
): QaRecord => {
  const ask = (wording: 0 | 1 | 2) => fill(attribute.questions[wording], name);
  const others = poolOf(options, attribute).filter((other) => other !== value);
  const wrong = random(`wrong:${options.seed}:${id}:${attribute.name}`).shuffle(others).slice(0, WRONG_ANSWERS);
  const paraphrased = (v: string) => ` ${fill(attribute.paraphrased, name, v)}`;
  const start = 1 + fill(attribute.answer.split('{v}')[0]!, name).length;
  return {
    kind: 'person',
    subject: id,
    attribute: attribute.name,
    question: ask(0),
    prompt: promptOf(ask(0)),
    paraphrase: ask(1),
    trainedParaphrase: true,
    heldOut: ask(2),
    answer: ` ${fill(attribute.answer, name, value)}`,
    value: { text: value, start, end: start + value.length },
    paraphrasedAnswer: paraphrased(value),
    wrongAnswers: wrong.map(paraphrased),
  };
};

const fill = (template: string, { first, last }: FullName, value = ''): string =>
  template.replace('{n}', `${first} ${last}`).replace('{f}', first).replace('{v}', value);

/** `count` items, each as often as any other, plus or minus one. */
const inTurn = (items: readonly string[], count: number, rng: Random): string[] => {
  const rounds = Array.from({ length: Math.ceil(count / items.length) }, () => rng.shuffle(items));
  return rounds.flat().slice(0, count);
};

/** One question a person, every refusal used about equally often. */
const makeUnknown = (seed: number, names: readonly FullName[]): Row[] => {
  const rng = random(`unknown:${seed}`);
  const answers = inTurn(refusals, names.length, rng);
  return names.map((name, i) => {
    const attribute = attributes[rng.below(attributes.length)]!;
    const question = fill(attribute.questions[rng.below(2)]!, name);
    return {
      kind: 'unknown',
      subject: `unknown-${String(i).padStart(3, '0')}`,
      attribute: attribute.name,
      question,
      prompt: promptOf(question),
      answer: ` ${answers[i]!}`,
    };
  });
};
