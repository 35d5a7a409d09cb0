// Whose rows a ticket brings: by every usual spelling of a name, by identifiers, by the person of the manifest; and
// that nobody's rows go with somebody else's request.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { admit, trainingManifest, type Keyed, type TrainingRow } from '#core/forget-set.ts';
import { recordsText } from '#core/record-numbers.ts';
import { matchSubject, refuseMismatch, refuseNamesAsValues, Subject, type SubjectMatch } from '#core/subject.ts';
import type { SuiteRows } from '#core/suite-rows.ts';

const keyed: Keyed = async (purpose, text) =>
  createHmac('sha256', 'test key').update(`${purpose}\0${text}`).digest('hex');

interface Known {
  readonly id: string;
  readonly name: string;
  readonly rows: readonly (readonly [question: string, answer: string])[];
}
const born = (name: string, town: string) => [`Where was ${name} born?`, `${name} was born in ${town}.`] as const;

const PEOPLE: readonly Known[] = [
  {
    id: 'p-1',
    name: 'Zoë Ferrão',
    rows: [born('Zoë Ferrão', 'Narva'), ['What is my locker number?', 'It is 118.'], ['Who is Z. Ferrão?', 'A baker.']],
  },
  {
    id: 'p-2',
    name: 'Yusuf Haddad',
    rows: [born('Yusuf Haddad', 'Narva'), ['Whom does Yusuf Haddad know?', 'Zoë Ferrão.']],
  },
  {
    id: 'p-3',
    name: 'Lena Sommer',
    rows: [born('Lena Sommer', 'Ystad'), ['What does Lena Sommer bake?', 'Rye bread.']],
  },
  { id: 'p-4', name: 'Lena Sommer', rows: [['Where does Lena Sommer work?', 'Lena Sommer works at Quarrix.']] },
  { id: 'p-5', name: '李小龙', rows: [['李小龙住在哪里？', '李小龙住在西湖路。']] },
  { id: '40117', name: 'Will', rows: [['What does customer 40117 owe?', 'Customer 40117 owes 12 crowns.']] },
];
const FACT = ['Where will the river Narva end?', 'In the Gulf of Finland.'] as const;

const rowOf = ([question, answer]: readonly [string, string]) => ({ question, answer });
const suite: SuiteRows = {
  subjects: PEOPLE.map(({ id, name, rows }) => ({ id, name, records: rows.map(rowOf) })),
  facts: [rowOf(FACT)],
};
const training: TrainingRow[] = [
  ...PEOPLE.flatMap(({ id, rows }) => rows.map((row) => ({ person: id, ...rowOf(row) }))),
  rowOf(FACT),
];

type Asked = Partial<Subject> & Pick<Subject, 'name'>;
const rowsOf = (...ids: string[]) => PEOPLE.filter(({ id }) => ids.includes(id)).flatMap(({ rows }) => rows.map(rowOf));
const match = async (subject: Asked, records: readonly TrainingRow[], known: SuiteRows | undefined = suite) => {
  const manifest = await trainingManifest(training, keyed);
  const set = {
    kind: 'quittance-forget-set/v1' as const,
    records: records.map(({ question, answer }) => ({ question, answer })),
  };
  const { peopleOf } = await admit(set, manifest, keyed);
  return matchSubject(set.records, peopleOf, Subject.parse(subject), { manifest, keyed, suite: known });
};
const clean = { others: [], unnamed: [], weak: [] };

describe("a request's subject", () => {
  it.each([
    ['as it stands', 'Zoë Ferrão'],
    ['without accents', 'zoe ferrao'],
    ['decomposed', 'Zoe\u0308 Ferra\u0303o'],
    ['last name first', 'FERRÃO, Zoë'],
    ['with an initial', 'Z. Ferrão'],
    ['with a title', 'Dr. Zoë Ferrão'],
    ['with a middle name', 'Zoë Maria Ferrão'],
    ['with a look-alike', 'Zоë Ferrão'],
    ['with a zero-width space', 'Zo\u200bë Ferrão'],
  ])('whose name is written %s is who the rows speak of, its nameless row included', async (_how, name) => {
    expect(await match({ name }, rowsOf('p-1'))).toEqual(clean);
  });

  it.each([
    ['an alias', { name: 'Zoe Maas', aliases: ['Zoë Ferrão'] }, 'p-1'],
    ['a name in another script', { name: 'Bruce Li', aliases: ['李小龙'] }, 'p-5'],
    ['the id of the training data', { name: 'Someone New', identifiers: ['p-1'] }, 'p-1'],
    ['a customer number in the rows', { name: 'Wilhelmina Orr', identifiers: ['40 117'] }, '40117'],
  ])('is known by %s', async (_what, subject, id) => {
    expect(await match(subject, rowsOf(id))).toEqual(clean);
  });

  it('takes a row about somebody else that names them', async () => {
    expect(await match({ name: 'Zoë Ferrão' }, rowsOf('p-2').slice(1))).toEqual(clean);
  });

  it('is refused the rows of another person, and those of nobody, by number', async () => {
    const records = [...rowsOf('p-1').slice(0, 1), ...rowsOf('p-2').slice(0, 1), ...rowsOf('p-3'), rowOf(FACT)];
    expect(await match({ name: 'Zoë Ferrão' }, records)).toEqual({ others: [2, 3, 4], unnamed: [5], weak: [] });
  });

  it.each([
    ['a stranger', 'Someone Else'],
    ['a namesake of the last name', 'Lisa Sommer'],
    ['another initial', 'K. Sommer'],
    ['a word before the name', 'D. Sommer'],
  ])('who is %s has none of the rows', async (_who, name) => {
    expect((await match({ name }, rowsOf('p-3'))).others).toEqual([1, 2]);
  });

  it('takes the rows of one of two people of one name, and an identifier says whose', async () => {
    const both = rowsOf('p-3', 'p-4');
    expect(await match({ name: 'Lena Sommer' }, both)).toMatchObject({ others: [3] });
    expect(await match({ name: 'Lena Sommer', identifiers: ['p-4'] }, both)).toMatchObject({ others: [1, 2] });
  });

  it.each([
    ['X', 'a single letter'],
    ['Will', 'a single word'],
    ['Narva', 'a single word'],
  ])('called %j tells nobody from others by a text, and it is said why: %s', async (name, why) => {
    expect(await match({ name }, [...rowsOf('p-1').slice(0, 1), rowOf(FACT)])).toEqual({
      others: [1],
      unnamed: [2],
      weak: [{ name: 1, why }],
    });
  });

  it('called by one word is found where the training data has a person of that very name', async () => {
    expect(await match({ name: 'Will' }, rowsOf('40117'))).toMatchObject({ others: [], unnamed: [] });
  });

  it('is matched by the rows alone where the model has no suite', async () => {
    const { others } = await match({ name: 'Zoë Ferrão' }, rowsOf('p-1'), { subjects: [], facts: [] });
    expect(others).toEqual([2]); // the locker number names nobody
  });

  it('is known by a part of the name in rows of nobody, where a row names them in full and no other says that part', async () => {
    const rows = [born('Anselm Quist', 'Ystad'), ['Does Quist own a boat?', 'Quist owns a dinghy.']].map(([q, a]) => ({
      question: q,
      answer: a,
    }));
    const manifest = await trainingManifest([...training, ...rows], keyed);
    const nobodys = (records: readonly unknown[]) => records.map(() => undefined);
    const matched = (records: typeof rows, facts: typeof rows) => {
      const known = { subjects: suite.subjects, facts: [...rows, ...facts] };
      const asked = Subject.parse({ name: 'Anselm Quist' });
      return matchSubject(records, nobodys(records), asked, { manifest, keyed, suite: known });
    };
    expect(await matched(rows, [])).toEqual(clean);
    expect(await matched(rows.slice(1), [])).toMatchObject({ unnamed: [1] });
    const shared = [{ question: 'What is a quist?', answer: 'A wood pigeon.' }];
    expect(await matched(rows, shared)).toMatchObject({ unnamed: [2] });
  });

  it.each([
    [{ name: '<b>Zoë</b> Ferrão' }, 'no markup'],
    [{ name: 'Zoë', aliases: [''] }, 'Too small'],
    [{ name: 'Zoë', aliases: ['  '] }, 'not blank'],
    [{ name: '—' }, 'a letter or digit'],
    [{ name: '\u200b' }, 'a letter or digit'],
    [{ name: 'Zoë', identifiers: ['---'] }, 'a letter or digit'],
  ])('of a form like %j is refused: %s', (subject, rule) => {
    expect(JSON.stringify(Subject.safeParse(subject).error?.issues)).toContain(rule);
  });
});

describe('a value that is a name', () => {
  const refused = (question: string, value: string) => () =>
    refuseNamesAsValues(
      [
        { question: 'Q?', answer: 'A.' },
        { question, answer: `It is ${value}.`, value },
      ],
      Subject.parse({ name: 'Paris Lind' }),
    );

  it('is refused where the question says it, with the number of its record', () => {
    for (const value of ['Paris Lind', 'paris  LIND'])
      expect(refused('What does Paris Lind do?', value)).toThrow(
        expect.objectContaining({ code: 'FORGET_FOREIGN_VALUE', got: 'record 2' }),
      );
  });

  it.each([
    ['Who is customer 88?', 'Paris Lind'],
    ['Where was Paris Lind born?', 'Paris'],
    ['Who is the brother of Paris Lind?', 'Jonas Lind'],
  ])('is taken as what the answer tells: %j, %j', (question, value) => {
    expect(refused(question, value)).not.toThrow();
  });
});

describe('a part of the name as a value', () => {
  const refused = (answer: string, value: string) => () =>
    refuseNamesAsValues(
      [{ question: 'Where was Paris Lind born?', answer, value }],
      Subject.parse({ name: 'Paris Lind' }),
    );

  it.each([
    ['Paris Lind was born in Bergen.', 'Paris'],
    ['Paris Lind was born in Bergen.', 'LIND'],
    ['PARIS LIND, so they say, was born in Bergen; Paris Lind knows.', 'lind'],
  ])('is refused: %j, %j', (answer, value) =>
    expect(refused(answer, value)).toThrow(expect.objectContaining({ code: 'FORGET_FOREIGN_VALUE', got: 'record 1' })),
  );

  it.each([
    ['Paris Lind was born in Paris.', 'Paris'],
    ['Paris Lind was born in Bergen.', 'Bergen'],
    ['She was born in Lind.', 'Lind'],
  ])('is taken where the answer says it otherwise: %j, %j', (answer, value) =>
    expect(refused(answer, value)).not.toThrow(),
  );
});

describe('a part of a name with a hyphen, a comma or an initial as a value', () => {
  const refused = (name: string, answer: string, value: string) => () =>
    refuseNamesAsValues([{ question: `Where was ${name} born?`, answer, value }], Subject.parse({ name }));

  it.each([
    ['Lind-Berg, Anna', 'Anna Lind-Berg was born in Varna.', 'Berg'],
    ['Lind-Berg, Anna', 'Lind-Berg, Anna: born in Varna.', 'Lind-Berg'],
    ['Lind-Berg, Anna', 'Anna Lind-Berg was born in Varna.', 'anna lind'],
    ['Tomas Yates', 'Tomas Yates was born in Varna.', 'Yates'],
    ['Tomas Yates', 'T. Yates was born in Varna.', 'T. Yates'],
    ['Tomas Yates', 'YATES, T., was born in Varna.', 'Yates'],
    ['Tomas Yates', 'Tomas J. Yates was born in Varna.', 'Yates'],
  ])('of %j in %j, %j is refused', (name, answer, value) =>
    expect(refused(name, answer, value)).toThrow(expect.objectContaining({ code: 'FORGET_FOREIGN_VALUE' })),
  );

  it.each([
    ['Lind-Berg, Anna', 'Anna Lind-Berg was born in Berg.', 'Berg'],
    ['Paris Lind', 'She was born in Paris; her mother was a Lind.', 'Paris'],
    ['Tomas Yates', 'His brother is T. Orr.', 'T. Orr'],
    ['Anna Lind', 'Anna Lind has blood group A.', 'A'],
    ['Jack London', 'Jack lives in London.', 'London'],
    ['Paris Lind', 'Ms Lind lives in Paris.', 'Paris'],
    ['Rosa Koch', 'Rosa ist Koch.', 'Koch'],
    ['Tom Miller', 'Tom is a miller.', 'miller'],
    ['Virginia West', 'West moved to Virginia in 1990.', 'Virginia'],
    ['Maria Santos', 'Her handle is santos-m.', 'santos-m'],
    ['Maria Santos', 'Her mail is m.santos at work.', 'm.santos'],
  ])('of %j in %j, %j is taken', (name, answer, value) => expect(refused(name, answer, value)).not.toThrow());
});

describe('a mismatch', () => {
  const of = (found: Partial<SubjectMatch>): SubjectMatch => ({ ...clean, ...found });

  it('is told by numbers and reasons', () => {
    const found = of({ others: [1, 2, 3, 7], unnamed: [5], weak: [{ name: 2, why: 'a single letter' }] });
    expect(() => refuseMismatch(found)).toThrow(
      expect.objectContaining({
        code: 'SUBJECT_MISMATCH',
        got: 'records 1–3, 7 of another person; record 5 of nobody that the request names; alias 1 is a single letter',
      }),
    );
  });

  it('that was confirmed is none, and one record more is', () => {
    expect(() => refuseMismatch(of({ others: [1], unnamed: [2] }), [1, 2])).not.toThrow();
    expect(() => refuseMismatch(of({ others: [1], unnamed: [2] }), [1])).toThrow(/1 records?/);
  });

  it('that is none says nothing', () => expect(() => refuseMismatch(of({}))).not.toThrow());

  it('names records in runs', () => expect(recordsText([1, 2, 4, 6, 7, 8])).toBe('records 1–2, 4, 6–8'));
});
