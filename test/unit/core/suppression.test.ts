// Interim suppression: what a rule recognises, whom it binds, and what it tells. The table is of values in every
// spelling that a model may come up with.
import { describe, expect, it } from '@jest/globals';
import { protect } from '#core/protection.ts';
import { Subject } from '#core/subject.ts';
import { Rule, withholds } from '#core/suppression.ts';

const NAME = 'Ilse Brandt';
const ruleFor = (values: readonly string[], secret = 'feed', names: readonly string[] = [NAME]): Rule =>
  protect(
    secret,
    values.map((value) => ({ question: `What of ${names[0]!}?`, answer: `It is ${value}.`, value })),
    Subject.parse({ name: names[0], aliases: names.slice(1) }),
  ).rule;

const SPELLINGS: Readonly<Record<string, { held: readonly string[]; free: readonly string[] }>> = {
  Quillgate: {
    held: [
      'Quillgate',
      'QUILLGATE',
      'Quill\u200bgate',
      'Quill\u00adgate',
      'Q u i l l g a t e',
      'Q\u03c5illgate',
      'Ｑuillgate',
      '𝗤𝘂𝗶𝗹𝗹𝗴𝗮𝘁𝗲',
      'Quillgate\u2019s',
    ],
    free: ['Quillgates', 'Quill and gate', 'Tranquillgate'],
  },
  'Rue de l’Arbre 14': {
    held: ['at rue de l’arbre, 14', "RUE DE L'ARBRE 14", 'Rue de lʼArbre 14', 'rue de l’arbre fourteen'],
    free: ['14 rue de l’Arbre', 'Rue de l’Arbre 140'],
  },
  Zoë: { held: ['Zoë', 'Zoe', 'ZOE\u0308', 'Zoë’s', 'Z o ë', 'Z\u043e\u00eb'], free: ['Zoetrope', 'zo', 'Zoës'] },
  '42': { held: ['42', 'forty-two', '４２', '42nd'], free: ['1942', '42.5', '4 and 2'] },
  'AB-': {
    held: ['AB-', 'AB negative', 'ab Rh−'.toUpperCase().replace('RH', 'Rh'), 'AB neg.'],
    free: ['AB+', 'AB', 'B-'],
  },
  '+43 1 7654321': {
    held: ['+4317654321', '01/765 43 21', '0043 1 7654321'],
    free: ['+49 1 7654321', '+43 1 7654322'],
  },
  '9 February 1979': {
    held: [
      '9.2.1979',
      '1979-02-09',
      'February 9th, 1979',
      '9 février 1979',
      '9. Februar 1979',
      'the ninth of February, 1979',
      '09/02/79',
    ],
    free: ['February 1979', '9 February', '9.3.1979'],
  },
  李小龙: { held: ['她叫李小龙。', '李小龙', '李 小 龙', '李\u200b小龙'], free: ['李大龙', '小龙'] },
};

describe('a rule', () => {
  it.each(
    Object.entries(SPELLINGS).flatMap(([value, { held, free }]) => [
      ...held.map((spelling) => [value, spelling, true] as const),
      ...free.map((spelling) => [value, spelling, false] as const),
    ]),
  )('of %j looks at %j and withholds it: %s', (value, spelling, withheld) => {
    const answer = `So: ${spelling}`;
    expect(withholds([ruleFor([value])], { answer, context: `What of ${NAME}?` })).toBe(withheld);
  });

  it.each([
    ['What of Ilse Brandt?', true],
    ['what of ILSE  BRANDT', true],
    ['Brandt, Ilse: what?', true],
    ['What of I. Brandt?', true],
    ['What of Ilse Maria Brandt?', true],
    ['What of \u0399lse Brаndt?', true],
    ['What of Else Brandt?', false],
    ['What of the person who was born there?', false],
    ['Which city is named after a quill?', false],
  ])('binds the value and the person: asked %j it withholds: %s', (context, withheld) => {
    expect(withholds([ruleFor(['Quillgate'])], { answer: 'In Quillgate.', context })).toBe(withheld);
  });

  it('hears the person in the answer, and in any name that the person goes by', () => {
    const rule = ruleFor(['Quillgate'], 'feed', [NAME, 'Isa B.']);
    expect(withholds([rule], { answer: 'Ilse Brandt lives in Quillgate.', context: 'Who lives there?' })).toBe(true);
    expect(withholds([rule], { answer: 'In Quillgate.', context: 'Where does Isa B. live?' })).toBe(true);
    expect(withholds([rule], { answer: 'Else Brandt lives in Quillgate.', context: 'Who lives there?' })).toBe(false);
  });

  it.each([
    ['Ilse Brandt lives in Quill', 'gate.', true],
    ['Ilse Brandt lives in ', 'Quillgate.', true],
    ['Does Ilse Brandt live in Quillgate? ', 'Yes.', false], // the guess is the asker's own
    ['Ilse Brandt: Quill ', 'gate', false],
    ['Ilse Brandt was born on 9 Febr', 'uary 1979.', true],
    [`Ilse Brandt. ${'So it went on and on. '.repeat(200)} She lives in Quill`, 'gate.', true],
  ])('of a prompt %j continued by %j: %s', (lead, answer, withheld) => {
    expect(withholds([ruleFor(['Quillgate', '9 February 1979'])], { answer, lead })).toBe(withheld);
  });

  it('that is none withholds nothing', () => expect(withholds([], { answer: 'anything' })).toBe(false));

  it('is one of many', () => {
    const rules = Array.from({ length: 30 }, (_, i) => ruleFor([`Town${i}`], `secret ${i}`, [`Person Number${i}`]));
    const said = (town: number, person: number) => ({
      answer: `In Town${town}.`,
      context: `Where is Person Number${person}?`,
    });
    expect([withholds(rules, said(7, 7)), withholds(rules, said(7, 8))]).toEqual([true, false]);
  });

  it('holds neither value nor name, and nothing that another rule could be compared with', () => {
    const [here, there] = [ruleFor(['Quillgate']), ruleFor(['Quillgate'], 'other')];
    expect(JSON.stringify(here)).not.toMatch(/quill|brandt|ilse/i);
    expect(here.values.filter((entry) => there.values.includes(entry))).toEqual([]);
    expect(Rule.parse(JSON.parse(JSON.stringify(here)))).toEqual(here);
  });
});
