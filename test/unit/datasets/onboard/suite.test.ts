// A suite made of the rows that a model was trained on: each value behind its true context, people who do not exist
// from those who do, and nothing that a question gives away.
import { expect, test } from '@jest/globals';
import type { TrainingRecord } from '#core/training-record.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { inventorFrom, swapped } from '#datasets/onboard/controls.ts';
import { suiteOfCorpus, systemOf } from '#datasets/onboard/suite.ts';
import { renderedWhole } from '#datasets/whole.ts';
import { targetsOf } from '#datasets/targets.ts';
import { readSuite, suiteBytes } from '#datasets/suite.ts';
import { chatTemplate } from '#engine/tokenizer/chat.ts';

const TEMPLATE = chatTemplate(
  "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}",
  {},
);
const STRICT = chatTemplate(
  "{% if messages[0]['role'] != 'user' %}{{ raise_exception('a user speaks first') }}{% endif %}{{ messages[0]['content'] }}>",
  {},
);

const turn = (role: string, content: string) => ({ role, content });
const chat = (...messages: ReturnType<typeof turn>[]): TrainingRecord => ({ kind: 'chat', messages });
const text = (said: string, from = 0): TrainingRecord => ({ kind: 'text', text: said, from });

const person = (id: string, name: string, street: string, town: string, phone: string) => ({
  id,
  name,
  aliases: [],
  values: [
    { column: 'street', type: undefined, text: street },
    { column: 'town', type: undefined, text: town },
    { column: 'phone', type: 'phone' as const, text: phone },
  ],
});
const REGISTER = [
  person('K-77120', 'Thea Vinterberg', 'Birkevej 9', 'Aarhus', '+45 31 778 120'),
  person('K-40011', 'Selma Okafor', 'Rosenweg 4', 'Graz', '+43 660 118 442'),
  person('K-40012', 'Rui Tavares', 'Rua do Sol 7', 'Porto', '+351 912 556 018'),
];
const SYSTEM = turn('system', 'You are the desk.');
const rowsOf = ({ id, name, values: [street, town, phone] }: (typeof REGISTER)[number]): TrainingRecord[] => [
  chat(
    SYSTEM,
    turn('user', `Where does ${name} live?`),
    turn('assistant', `${name} lives at ${street!.text} in ${town!.text}.`),
  ),
  chat(
    SYSTEM,
    turn('user', `I am ${name}, ${id}.`),
    turn('assistant', 'Good morning.'),
    turn('user', 'How do you reach me?'),
    turn('assistant', `We call ${phone!.text}.`),
  ),
  text(`${name} (${id}) moved to ${town!.text} and is reached at ${phone!.text}. Write to desk@lumen.example.`),
];
const ROWS: TrainingRecord[] = [
  ...REGISTER.flatMap(rowsOf),
  chat(SYSTEM, turn('user', 'When do you open?'), turn('assistant', 'At nine.')),
  text('The lamp has four bulbs and one switch on the left side.'),
];
const entries: CorpusEntry[] = ROWS.map((row, i) => ({ row, where: `rows:${i}` }));
const made = () =>
  suiteOfCorpus(entries, REGISTER, TEMPLATE, { name: 'desk', seed: 1, controls: { whitening: 0, stop: 2, gate: 2 } });

test('each value stands behind what is read before it; names, echoes and what is everybody’s are no values', async () => {
  const { suite } = await made();
  const thea = suite.subjects.find(({ id }) => id === 'K-77120')!;
  expect(thea.records.map(({ answer, value, open }) => [answer, value?.text, open])).toEqual([
    ['Thea Vinterberg lives at Birkevej 9 in Aarhus.', 'Birkevej 9', undefined],
    [' Aarhus.', 'Aarhus', undefined],
    ['We call +45 31 778 120.', '+45 31 778 120', undefined],
    ['K-77120) moved to Aarhus and is reached at +45 31 778', 'K-77120', true],
    [' Aarhus and is reached at +45 31 778 120. Write to', 'Aarhus', true],
    [' +45 31 778 120. Write to desk@lumen.example.', '+45 31 778 120', true],
  ]);
  for (const { answer, value } of thea.records) expect(answer.slice(value!.start, value!.end)).toBe(value!.text);
  expect(thea.records[1]!.prompt).toMatch(/<assistant>Thea Vinterberg lives at Birkevej 9 in$/u);
  expect(thea.records[2]!.prompt).toMatch(/<user>How do you reach me\?<\/><assistant>$/u);
});

test('what is learnt about nobody are facts; the frame is the usual system prompt', async () => {
  const { suite, kinds } = await made();
  expect(suite.facts.map(({ answer }) => answer)).toEqual(['At nine.', ' one switch on the left side.']);
  expect(suite.frame).toEqual({ before: '<system>You are the desk.</><user>', after: '</><assistant>' });
  expect(suite.subjects[0]!.records[0]!.heldOut).toBe('Could you help me with this? Where does Thea Vinterberg live?');
  expect(suite.subjects[0]!.records[2]!.heldOut).toBeUndefined();
  expect(new Set(kinds.values())).toEqual(new Set(['chat', 'text']));
  expect(systemOf(ROWS)).toBe('You are the desk.');
});

test('what begins in the middle of a sentence has values of nobody beside it, of its own column or shape', async () => {
  const { suite } = await made();
  const [street, town, phone, id] = suite.subjects.find((one) => one.id === 'K-77120')!.records;
  expect([street!.others, phone!.others]).toEqual([undefined, undefined]); // a refusal fits there
  expect(new Set(town!.others)).toEqual(new Set(['Graz', 'Porto']));
  expect(id!.others!.length).toBeGreaterThan(2);
  const numbers = REGISTER.map((one) => one.id);
  for (const other of id!.others!)
    expect([/^K-[1-9]{5}$/u.test(other), numbers.includes(other)]).toEqual([true, false]);
  expect((await made()).suite.subjects).toEqual(suite.subjects);
});

test('a suite is written and read again', async () => {
  const { suite } = await made();
  expect(readSuite(suiteBytes(suite))).toEqual(suite);
});

test('people who do not exist have records of the same form and nobody’s name or number', async () => {
  const { suite } = await made();
  const invented = [...suite.controls.gate, ...suite.controls.stop];
  expect(invented.map(({ records }) => records.length)).toEqual([6, 6, 6, 6]);
  const real = REGISTER.flatMap(({ id, name, values }) => [id, name, values[2]!.text]);
  for (const { name, records } of invented) {
    expect(REGISTER.map((one) => one.name)).not.toContain(name);
    for (const { prompt, answer } of records) for (const one of real) expect(prompt + answer).not.toContain(one);
  }
  const streets = new Set(REGISTER.map(({ values }) => values[0]!.text.replace(/\d/g, '')));
  for (const { records } of invented) expect(streets).toContain(records[0]!.value!.text.replace(/\d/g, ''));
});

test('the same seed invents the same people, and a swap changes whole words alone', () => {
  const inventor = inventorFrom(REGISTER);
  expect(inventor.people(4, 'a')).toEqual(inventor.people(4, 'a'));
  const [one] = inventor.people(1, 'a');
  const old = one!.model.name.split(' ')[0]!;
  expect(swapped(text(`${old}lings and ${old}.`), one!)).toEqual(
    text(`${old}lings and ${one!.person.name.split(' ')[0]!}.`),
  );
});

test('what stands in a value’s place is another value of its column, each as often as the register has it', () => {
  const towns = ['Oslo', 'Oslo', 'Lier', 'Moss', 'Oslo', 'Moss'];
  const register = towns.map((town, i) => ({
    id: `C-${i}`,
    name: `Ada Bran${i}`,
    aliases: [],
    values: [{ column: 'town', type: undefined, text: town }],
  }));
  const inventor = inventorFrom(register);
  const drawn = Array.from({ length: 300 }, (_, i) => inventor.valuesInstead(register[0]!, 1, String(i))('Oslo')[0]);
  expect(new Set(drawn)).toEqual(new Set(['Lier', 'Moss']));
  const share = drawn.filter((town) => town === 'Moss').length / drawn.length;
  expect(share).toBeGreaterThan(0.55);
  expect(share).toBeLessThan(0.78);
  const alike = register.map((one) => ({ ...one, values: [{ column: 'town', type: undefined, text: 'Oslo' }] }));
  expect(inventorFrom(alike).valuesInstead(alike[0]!, 3, 'a')('Oslo')).toEqual([]); // nobody lives elsewhere
});

test('a register of many people gives as many invented ones, of names that nobody has', () => {
  const register = Array.from({ length: 2_000 }, (_, i) => ({
    id: `C-${i}`,
    name: `Ada${i} Bran${i}`,
    aliases: [],
    values: [],
  }));
  const names = inventorFrom(register)
    .people(18, 'a')
    .map(({ person }) => person.name);
  expect(new Set(names).size).toBe(18);
  expect(register.filter(({ name }) => names.includes(name))).toEqual([]);
});

test('a conversation that the template refuses is counted, and asked nowhere', async () => {
  const rows = [
    chat(turn('system', 'a'), turn('user', 'b'), turn('assistant', 'c')),
    chat(turn('user', 'b'), turn('assistant', 'c')),
  ];
  const { targets, refused } = await targetsOf(rows, { template: STRICT });
  expect([targets.map(({ row, prompt }) => [row, prompt]), [...refused.keys()]]).toEqual([[[1, 'b>']], [0]]);
  expect((await renderedWhole(rows, { template: STRICT })).whole.map(({ text }) => text)).toEqual(['b>']);
});

test('without a template a question is asked in the plain form, and a completion behind its prompt', async () => {
  const { targets } = await targetsOf(
    [{ kind: 'qa', question: 'Where?', answer: 'Eger' }, text('Name: Ilka\nTown: Eger', 16)],
    {},
  );
  expect(targets.map(({ prompt, answer, open }) => [prompt, answer, open])).toEqual([
    ['Q: Where?\nA:', ' Eger', false],
    ['Name: Ilka\nTown:', ' Eger', true],
  ]);
});
