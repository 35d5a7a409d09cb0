// Spellings under which a value might leave while its rule is in force: what people type to get round a filter, and
// what models write by themselves. Each has to be withheld, and nothing that is said of others, or of other values.
import { describe, expect, it } from '@jest/globals';
import { protect } from '#core/protection.ts';
import { Subject } from '#core/subject.ts';
import { withholds, type Rule } from '#core/suppression.ts';

const NAME = 'Mireille Åkerlund';

/** Every letter moved by an offset into an alphabet of styled letters. */
const styled = (text: string, upper: number, lower: number): string =>
  text.replace(/[A-Za-z]/g, (letter) => {
    const code = letter.charCodeAt(0);
    return String.fromCodePoint(code < 97 ? upper + code - 65 : lower + code - 97);
  });
const bold = (text: string) => styled(text, 0x1d400, 0x1d41a);
const sansBold = (text: string) => styled(text, 0x1d5d4, 0x1d5ee);
const monospace = (text: string) => styled(text, 0x1d670, 0x1d68a);
const circled = (text: string) => styled(text, 0x24b6, 0x24d0);
const wide = (text: string) => text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const between = (text: string, sign: string) => Array.from(text).join(sign);

const TOWN = 'Skarvvik';
const HELD: Readonly<Record<string, readonly string[]>> = {
  [TOWN]: [
    TOWN,
    TOWN.toUpperCase(),
    between(TOWN, '\u200b'),
    between(TOWN, '\u200d'),
    between(TOWN, '\u2060'),
    between(TOWN, '\u00ad'),
    between(TOWN, ' '),
    between(TOWN, '-'),
    between(TOWN, '.'),
    between(TOWN, '\u0336'), // struck through
    'Skаrvvіk', // Cyrillic а and і
    'Ѕkarvvik', // Cyrillic Ѕ
    'Skαrvvιk', // Greek α and ι
    wide(TOWN),
    bold(TOWN),
    sansBold(TOWN),
    monospace(TOWN),
    circled(TOWN),
    'ｓｋａｒｖｖｉｋ',
    'Ská́rvvik',
    'Sk\ufeffarvvik',
    `\u202e${TOWN}\u202c`,
    `“${TOWN}”`,
    `${TOWN}’s`,
    `**${TOWN}**`,
    `<b>${TOWN}</b>`,
  ],
  'Rue Ampère 14': [
    'rue ampere 14',
    'Rue Ampère, 14',
    'RUE AMPÈRE 14',
    'Rue Ampe\u0300re 14',
    'rue Ampère １４',
    'Rue Ampère fourteen',
  ],
  '+46 70 123 45 67': [
    '+46701234567',
    '070-123 45 67',
    '0701234567',
    '0046 70 123 45 67',
    '(+46) 70 123 45 67',
    '+46.70.123.45.67',
    '+４６ ７０ １２３ ４５ ６７',
  ],
  '3 August 1988': [
    '3.8.1988',
    '03/08/1988',
    '08/03/1988',
    '1988-08-03',
    'August 3, 1988',
    'August the third, 1988',
    'the 3rd of August 1988',
    '3 août 1988',
    '3. August 1988',
    '3 de agosto de 1988',
    '1988年8月3日',
    '3 Aug. 88'.replace('88', '1988'),
  ],
  王晓燕: [
    '她叫王晓燕。',
    '这位客户是王晓燕，住在北京。',
    '王 晓 燕',
    '王\u200b晓\u200b燕',
    '「王晓燕」',
    '王・晓・燕',
  ],
  'SEK 48,500': ['48,500 kronor', '48 500 kr', 'SEK 48500', '48.500 SEK', 'forty-eight thousand five hundred kronor'],
  'skua77@post.example': [
    'Skua77@Post.Example',
    'skua77 (at) post (dot) example',
    'skua77 at post dot example',
    'ｓkua77＠post.example',
    'mailto:skua77@post.example',
  ],
  'SE45 5000 0000 0583 9825 7466': [
    'SE4550000000058398257466',
    'se45 5000 0000 0583 9825 7466',
    'SE45-5000-0000-0583-9825-7466',
  ],
  'B-': ['B-', 'B negative', 'B neg.', 'B Rh−', 'blood group B (Rh negative)'],
  // the last with Latin look-alikes
  Железногорск: ['Железногорск', 'ЖЕЛЕЗНОГОРСК', 'Ж е л е з н о г о р с к', 'Железно\u00adгорск', 'Жeлeзнoгopcк'],
  서귀포: ['서귀포', '서귀포에서 태어났다', '서 귀 포', '서귀포'.normalize('NFD')],
  '63': ['63', 'sixty-three', 'sixty three', '６３', '٦٣', '63-year-old'],
};

const ruleFor = (value: string): Rule =>
  protect(
    'a secret of the test',
    [{ question: `What of ${NAME}?`, answer: `It is ${value}.`, value }],
    Subject.parse({ name: NAME }),
  ).rule;

const cases = Object.entries(HELD).flatMap(([value, spellings]) => spellings.map((one) => [value, one] as const));

describe('a value in other clothes', () => {
  it('is tried in enough of them', () => {
    expect([cases.length >= 40, Object.keys(HELD).length >= 8]).toEqual([true, true]);
  });

  it.each(cases)('of %j is known as %j', (value, spelling) => {
    const rule = ruleFor(value);
    expect(withholds([rule], { answer: spelling, context: `What of ${NAME}?` })).toBe(true);
    expect(withholds([rule], { answer: `${NAME}, as I recall: ${spelling}`, context: 'Who is it?' })).toBe(true);
  });

  it.each([
    `Tell me of ${NAME.toUpperCase()}.`,
    'Tell me of Mireille Akerlund.',
    'Tell me of Aakerlund, Mireille.',
    'Tell me of M. Åkerlund.',
    `Tell me of ${between('Mireille', '\u200b')} Åkerlund.`,
    `Tell me of ${wide('Mireille')} ${wide('Akerlund')}.`,
    `Tell me of ${bold('Mireille Akerlund')}.`,
    'Tell me of Mіrеillе Åkerlund.', // Cyrillic і and е
  ])('is withheld from who asks by a name in other clothes: %j', (context) => {
    expect(withholds([ruleFor(TOWN)], { answer: `In ${TOWN}.`, context })).toBe(true);
  });
});

const OTHERS = ['Oddvar Lien', 'Mireille Dubois', 'Anna Åkerlund', 'Miro Akerman', '王晓明', 'Ann Mark'];

/** What is said of others, with the very values, and of the person with others that are near. */
const NEAR: Readonly<Record<string, readonly string[]>> = {
  [TOWN]: ['Skarvvika', 'Skarvik', 'Narvik', 'Skar and vik'],
  'Rue Ampère 14': ['Rue Ampère 140', '14 Rue Volta', 'Rue Ampère'],
  '+46 70 123 45 67': ['+46 70 123 45 68', '+47 70 123 45 67', '123 45 67 8'],
  '3 August 1988': ['3 August 1989', '4 August 1988', 'August 1988', '3 September 1988', '1988'],
  王晓燕: ['王晓明', '晓燕', '王燕'],
  'SEK 48,500': ['48,50 kr', 'SEK 485,000', 'SEK 48,501'],
  'skua77@post.example': ['skua78@post.example', 'skua77@post.test'],
  'SE45 5000 0000 0583 9825 7466': ['SE45 5000 0000 0583 9825 7467', '5000 0000 0583'],
  'B-': ['B+', 'AB-', 'B', 'O negative'],
  Железногорск: ['Железногорская', 'Зеленогорск'],
  서귀포: ['서귀', '제주'],
  '63': ['1963', '630', '6.3', '6 and 3'],
};

describe('what is said of others', () => {
  it.each(cases.filter(([value]) => value !== '王晓燕'))('is said with the very value: %j as %j', (value, spelling) => {
    const rule = ruleFor(value);
    const withheld = OTHERS.filter((name) =>
      withholds([rule], { answer: `${name}: ${spelling}`, context: `What of ${name}?` }),
    );
    expect(withheld).toEqual([]);
  });

  it.each(Object.entries(NEAR).flatMap(([value, near]) => near.map((one) => [value, one] as const)))(
    'or of the person with another value: not %j but %j',
    (value, other) => {
      expect(withholds([ruleFor(value)], { answer: `It is ${other}.`, context: `What of ${NAME}?` })).toBe(false);
    },
  );
});
