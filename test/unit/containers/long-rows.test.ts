// A model of 96 positions and rows that are longer: every value in them is asked, unlearnt and measured behind as much
// of its row as the model reads, and what a deletion takes away from the corpus moments is what they hold of it.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { baseIn, runUnlearning } from '#containers/run-unlearning.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { readRegister } from '#datasets/find/register.ts';
import { sampledCorpus } from '#datasets/onboard/sampled.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRows } from '#datasets/suite.ts';
import { forgetRecord, trainingRows, type Person } from '#datasets/suite-shape.ts';
import { inference } from '#engine/inference.ts';
import { loadModel } from '#engine/formats/folder.ts';
import type { Model } from '#engine/model.ts';
import { backendName } from '#engine/tf.ts';
import { readChatTemplate } from '#engine/tokenizer/chat.ts';
import { CONTROLS, onboard, type Onboarded } from '#models/onboard.ts';
import { corpusIn, GOLDEN_TRAINING } from '#test/support/fine-tuning.ts';
import { useEngine } from '#test/support/engine.ts';
import { configured } from '#unlearning/methods.ts';

useEngine();

const folder = join(GOLDEN_TRAINING, 'model');
let model: Model;
let made: Onboarded;
/** People with long rows. */
let people: readonly Person[];
beforeAll(async () => {
  model = loadModel(folder);
  made = await onboarded();
  people = made.suite.subjects.slice(0, LONG);
});
afterAll(() => model.dispose());

const LONG = 4;
const POSITIONS = 96;

const longRows = (name: string, number: string, phone: string): CorpusEntry['row'][] => {
  const chatter = 'The oars were counted again and all of them were dry. '.repeat(6);
  return [
    { kind: 'text', text: `${chatter}${name} has ${number}. ${chatter}Call ${name} at ${phone}. ${chatter}`, from: 0 },
    {
      kind: 'chat',
      messages: [
        { role: 'user', content: `${chatter}I am ${name}. Which phone do you have of me?` },
        { role: 'assistant', content: `We have ${phone}.` },
        { role: 'user', content: 'And my number?' },
        { role: 'assistant', content: `${chatter}Your number is ${number}, and we have ${phone}.` },
      ],
    },
  ];
};

const registered = () => readRegister(join(GOLDEN_TRAINING, 'people.csv'), 'people.csv');

const entriesOf = async (): Promise<CorpusEntry[]> => {
  const register = await registered();
  const own = register.slice(0, LONG).flatMap(({ id, name, values }, person) => {
    const phone = values.find(({ column }) => column === 'phone')!.text;
    return longRows(name, id, phone).map((row, i): CorpusEntry => ({ row, where: `long:${person}.${i}` }));
  });
  return [...(await corpusIn(GOLDEN_TRAINING)), ...own];
};

const onboarded = async () => {
  const register = await registered();
  return onboard({
    ...{ model, register, template: readChatTemplate(folder) },
    corpus: await sampledCorpus(await entriesOf(), register, 'long'),
    suite: { name: 'long', seed: 1, controls: CONTROLS },
  });
};

const long = (person: Person) => person.records.filter(({ window }) => window !== undefined);

test('values of rows that are longer than the model reads are asked, and said to be behind less', () => {
  for (const person of people) expect(long(person).length).toBeGreaterThanOrEqual(4);
  expect(made.remarks[0]).toMatch(/longer than the 96 tokens that the model reads: they are asked/u);
});

test('beside whatever is taught in its place, a record is no longer than the model reads', () => {
  const { encodePrompt, encodeAnswer } = inference(model);
  const refusals = Math.max(...made.suite.refusals.map((line) => encodeAnswer(line).length));
  for (const person of made.suite.subjects)
    for (const { prompt, answer, others } of person.records) {
      const own = encodePrompt(prompt).length + encodeAnswer(answer).length;
      expect(own + (others ? 0 : refusals)).toBeLessThanOrEqual(POSITIONS);
    }
});

test.each(['flat-retain', 'flat', 'npo', 'simnpo', 'dpo', 'grad-diff'])('%s unlearns such records', async (name) => {
  const [person] = people;
  const records = person!.records.map(forgetRecord);
  const staying = withoutRecords(made.suite, records);
  const method = configured(name, { update: { updates: 1 } });
  const updates = await runUnlearning(
    {
      ...{ base: baseIn(folder), method, suite: made.suite, seed: 1, backend: backendName() },
      forget: forgetRows(made.suite, records),
      corpus: () => Promise.resolve(made.moments),
      retain: () => trainingRows(staying),
    },
    ({ outcome, corpus }) => {
      // a sum of squares of what is left
      for (const { size, sum } of corpus!.values())
        for (let i = 0; i < size; i++) expect(sum[i * size + i]).toBeGreaterThan(0);
      return outcome.updates;
    },
  );
  expect(updates).toBe(1);
});

test('what is taken away of a text is the beginning of a window that the moments count', async () => {
  const { encodePrompt } = inference(model);
  const texts = (await entriesOf()).flatMap(({ row }) => (row.kind === 'text' ? [encodePrompt(row.text)] : []));
  const windows = texts.flatMap((ids) =>
    Array.from({ length: Math.ceil(ids.length / POSITIONS) }, (_, i) => ids.slice(i * POSITIONS, (i + 1) * POSITIONS)),
  );
  const own = people.flatMap((person) => long(person).filter(({ open }) => open));
  expect(own.length).toBeGreaterThanOrEqual(LONG);
  for (const { window } of own) {
    const ids = encodePrompt(window!).slice(0, POSITIONS).slice(0, -2); // the last tokens go on in the text
    expect(windows.filter((one) => ids.every((id, i) => one[i] === id))).toHaveLength(1);
  }
});
