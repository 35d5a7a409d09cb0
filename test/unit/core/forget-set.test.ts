import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  admit,
  ForgetSet as ForgetSetForm,
  refuseRepeated,
  trainingManifest,
  type ForgetSet,
  type Keyed,
  type TrainingRow,
} from '#core/forget-set.ts';

const keyed: Keyed = async (purpose, text) =>
  createHmac('sha256', 'test key').update(`${purpose}\0${text}`).digest('hex');
const people = ['Ada Brenner', 'Bo Castell', 'Cy Dornach', 'Di Eskild', 'Ed Farnow', 'Fi Gammel'];
const rows: TrainingRow[] = people.flatMap((person) => [
  { person, question: `Where does ${person} live?`, answer: `${person} lives in ${person.slice(-4)}stadt.` },
  { person, question: `Is ${person} married?`, answer: 'Yes.' },
  { person, question: 'Is the sky blue?', answer: 'Yes.' },
]);
const facts: TrainingRow[] = ['Peru', 'Chad', 'Cuba'].map((country, i) => ({
  question: `What is the capital of ${country}?`,
  answer: ['Lima.', "N'Djamena.", 'Havana.'][i]!,
}));
const set = (...records: { question: string; answer: string }[]): ForgetSet => ({
  kind: 'quittance-forget-set/v1',
  records,
});
const of = (person: string) =>
  rows.filter((row) => row.person === person).map(({ question, answer }) => ({ question, answer }));
const manifest = trainingManifest([...rows, ...facts], keyed);

it('a record that stands there twice is named by its numbers, whatever its value and white space', () => {
  const [one, two] = [
    { question: 'Who?', answer: 'Ada Lind of Ghent.', value: 'Ghent' },
    { question: 'Where?', answer: 'In Ghent.' },
  ];
  const again = { question: 'Who?', answer: ' Ada  Lind of Ghent.', value: 'Ada' };
  expect(() => refuseRepeated([one, two, again, two])).toThrow(
    expect.objectContaining({ code: 'FORGET_REPEATED', got: 'record 3 is record 1, record 4 is record 2' }),
  );
  expect(() => refuseRepeated([one, two, { ...two, question: 'And where?' }])).not.toThrow();
});

describe('admitting a forget set', () => {
  it("takes a subject's own records and says what matched", async () => {
    const admission = await admit(set(...of('Ada Brenner')), await manifest, keyed);
    expect(admission).toMatchObject({ records: 3, people: 2 });
    expect(admission.rows).toHaveLength(3);
  });

  it('recognises a record whose white space and Unicode form differ', async () => {
    const [record] = of('Bo Castell');
    const same = { question: `  ${record!.question.normalize('NFD')}`, answer: record!.answer.replaceAll(' ', '  ') };
    expect(await admit(set(same), await manifest, keyed)).toMatchObject({ records: 1 });
  });

  it.each([
    ['an empty set', set(), 'FORGET_EMPTY'],
    [
      'a perturbed record',
      set({ ...of('Ada Brenner')[0]!, answer: 'Ada Brenner lives in Paris.' }),
      'FORGET_UNKNOWN_RECORD',
    ],
    ['more people than one ticket may', set(...people.flatMap(of)), 'FORGET_TOO_BROAD'],
    ['thousands of records', set(...Array.from({ length: 5000 }, () => of('Ada Brenner')[0]!)), 'FORGET_TOO_BROAD'],
    ['what everybody may know', set(of('Ada Brenner')[0]!, ...facts), 'FORGET_NOT_PERSONAL'],
    ['questions and answers that everybody has', set(of('Ada Brenner')[2]!), 'FORGET_COMMON_TOKENS'],
  ])('refuses %s', async (_name, forget, code) => {
    await expect(admit(forget, await manifest, keyed)).rejects.toMatchObject({ code });
  });

  it('takes what a model itself revealed, of which no training row is known, and what of it is known by its row', async () => {
    const digest = `sha256:${'0'.repeat(64)}` as const;
    const counted = { questions: 9, asked: digest, model: digest, claims: 2, controls: [0, 1] };
    const revealed = { source: 'pool' as const, ...counted };
    const records = [{ question: 'Where is Gus Hollen?', answer: 'Gus Hollen is in Paris.' }, of('Ada Brenner')[0]!];
    const forget: ForgetSet = { ...set(...records), revealed };
    const admission = await admit(forget, await manifest, keyed);
    expect(admission).toMatchObject({ records: 2, people: 2, peopleOf: [undefined, admission.person] });
    expect(admission.rows).toHaveLength(1);
    const common = { ...set(of('Ada Brenner')[2]!), revealed };
    await expect(admit(common, await manifest, keyed)).rejects.toMatchObject({ code: 'FORGET_COMMON_TOKENS' });
    const [two, none] = [ForgetSetForm.safeParse(forget), { ...revealed, controls: [0, 2] }];
    expect([two.success, ForgetSetForm.safeParse({ ...forget, revealed: none }).success]).toEqual([true, false]);
  });

  it('refuses a value of another record by the number of its record', async () => {
    const [first, second] = of('Ada Brenner');
    const forget = { ...set(), records: [second!, { ...first!, value: 'Paris' }] };
    await expect(admit(forget, await manifest, keyed)).rejects.toMatchObject({
      code: 'FORGET_FOREIGN_VALUE',
      expected: 'a part of the answer, in any spelling of it',
      got: 'record 2',
    });
  });

  it.each(['.', ' ', '\u200b', '—'])('refuses the value %j, which says nothing, by its record', async (value) => {
    const [first] = of('Ada Brenner');
    const forget = { ...set(), records: [{ ...first!, answer: `${first!.answer} — \u200b.`, value }] };
    await expect(admit(forget, await manifest, keyed)).rejects.toMatchObject({
      code: 'FORGET_FOREIGN_VALUE',
      got: 'record 1',
    });
  });

  it.each(['Brenner', 'nnerstadt', 'NNERSTADT', 'nnersta\u00addt'])(
    'takes the value %j, a part of the answer',
    async (value) => {
      const forget = { ...set(), records: [{ ...of('Ada Brenner')[0]!, value }] };
      expect(await admit(forget, await manifest, keyed)).toMatchObject({ records: 1 });
    },
  );

  it('takes a yes or no, marked or not, whose question names the person', async () => {
    const married = { ...set(), records: [{ ...of('Ada Brenner')[1]!, value: 'Yes' }] };
    expect(await admit(married, await manifest, keyed)).toMatchObject({ records: 1, people: 1 });
  });

  it('takes the records of one of two people, who share every other word', async () => {
    const two = rows.filter(({ person }) => person === people[0] || person === people[1]);
    const admission = await admit(set(...of('Ada Brenner').slice(0, 2)), await trainingManifest(two, keyed), keyed);
    expect(admission).toMatchObject({ records: 2, people: 1 });
  });

  it('takes records about nobody where the training rows name no person at all', async () => {
    expect(await admit(set(...facts), await trainingManifest(facts, keyed), keyed)).toMatchObject({ records: 3 });
  });

  it('keeps no word of the training data', async () => {
    expect(JSON.stringify(await manifest)).not.toMatch(/Ada|Brenner|stadt|married/i);
  });
});
