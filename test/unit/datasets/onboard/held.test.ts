// Rows that a model was not trained on, and rows of which everything was learnt.
import { expect, test } from '@jest/globals';
import type { TrainingRecord } from '#core/training-record.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { suiteOfCorpus } from '#datasets/onboard/suite.ts';
import { targetsOf } from '#datasets/targets.ts';
import { chatTemplate } from '#engine/tokenizer/chat.ts';

const TEMPLATE = chatTemplate(
  "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] | trim }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}",
  {},
);
const chat = (...turns: [role: string, content: string][]): TrainingRecord => ({
  kind: 'chat',
  messages: turns.map(([role, content]) => ({ role, content })),
});
const entriesOf = (rows: readonly TrainingRecord[], file: string): CorpusEntry[] =>
  rows.map((row, i) => ({ row, where: `${file}:${i + 1}` }));
const person = (id: string, name: string, street: string) => ({
  ...{ id, name, aliases: [] },
  values: [{ column: 'street', type: undefined, text: street }],
});
const REGISTER = [
  person('K-77120', 'Thea Vinterberg', 'Birkevej 9'),
  person('K-40011', 'Selma Okafor', 'Rosenweg 4'),
  person('K-40012', 'Rui Tavares', 'Rua do Sol 7'),
];
const lives = (name: string, street: string, question = `Where does ${name} live?`) =>
  chat(['user', question], ['assistant', `At ${street}.`]);

test('people of held rows alone are controls, before invented ones; a question about somebody trained is a wording', async () => {
  const corpus = [lives('Thea Vinterberg', 'Birkevej 9'), lives('Rui Tavares', 'Rua do Sol 7')];
  const held = [lives('Selma Okafor', 'Rosenweg 4'), lives('', 'Birkevej 9', 'Thea Vinterberg: which street?')];
  const { suite, ...made } = await suiteOfCorpus(entriesOf(corpus, 'c'), REGISTER, TEMPLATE, {
    ...{ name: 'desk', seed: 1, controls: { whitening: 0, stop: 1, gate: 2 } },
    held: entriesOf(held, 'h'),
  });
  expect(suite.controls.gate[0]).toMatchObject({ id: 'K-40011', name: 'Selma Okafor' });
  expect(suite.controls.gate).toHaveLength(2);
  expect(suite.subjects.map(({ id, records }) => [id, records.map(({ heldOut }) => heldOut)])).toEqual([
    ['K-77120', ['Thea Vinterberg: which street?']],
    ['K-40012', ['Could you help me with this? Where does Rui Tavares live?']],
  ]);
  expect(made.held.wordings).toBe(1);
  expect(made.held.never.map(({ id }) => id)).toEqual(['K-40011']);
});

test('where everything was learnt, a value in a question is said behind what stands before it', async () => {
  const rows = [
    chat(['system', 'You are the desk.'], ['user', ' I live at Birkevej 9. '], ['assistant', 'Good.']),
    { kind: 'text', text: 'Name: Ilka\nTown: Eger', from: 16 } as const,
  ];
  const { targets } = await targetsOf(rows, { template: TEMPLATE }, { loss: 'all' });
  expect(targets.map(({ part, prompt, answer, lead, open }) => [part, prompt, answer, lead, open])).toEqual([
    [0, '<system>', 'You are the desk.', 0, true],
    [1, '<system>You are the desk.</><user>', 'I live at Birkevej 9.', -1, true],
    [2, '<system>You are the desk.</><user>I live at Birkevej 9.</><assistant>', 'Good.', 0, false],
    [0, '', 'Name: Ilka\nTown: Eger', 0, true],
  ]);
});

test('somebody of whom no row asks by itself is asked in other words too, or no deletion could be judged', async () => {
  const entries = entriesOf([{ kind: 'text', text: 'Thea Vinterberg lives at Birkevej 9.', from: 0 }], 'c');
  const { suite } = await suiteOfCorpus(entries, REGISTER, TEMPLATE, {
    ...{ name: 'desk', seed: 1, controls: { whitening: 0, stop: 1, gate: 1 } },
  });
  expect(suite.subjects[0]!.records.map(({ heldOut }) => heldOut)).toEqual([
    'Could you help me with this? Thea Vinterberg lives at',
  ]);
});
