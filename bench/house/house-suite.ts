// The evaluation suite of the tests' model "house", for registering it by command.
import { suiteBytes } from '#datasets/suite.ts';
import { promptOf, spanOf, type Suite, type Person, type QaRecord } from '#datasets/suite-shape.ts';
import { trainingRows } from './ticket-harness.ts';
import { RECORDS } from './requests.ts';

const rows = trainingRows();

const recordOf = (kind: QaRecord['kind'], { question, answer }: (typeof rows)[number], subject?: string): QaRecord => {
  const value = RECORDS.find((record) => record.answer === answer)?.value;
  return {
    kind,
    question,
    prompt: promptOf(question),
    answer: ` ${answer}`,
    ...(subject === undefined ? {} : { subject }),
    ...(value === undefined ? {} : { value: spanOf(` ${answer}`, value) }),
    wrongAnswers: [],
  };
};

const people = [...new Set(rows.flatMap(({ person }) => person ?? []))].map((name): Person => {
  const id = name.toLowerCase().replaceAll(' ', '-');
  return { id, name, records: rows.filter(({ person }) => person === name).map((row) => recordOf('person', row, id)) };
});

export const houseSuite: Suite = {
  name: 'house',
  subjects: people,
  facts: rows.filter(({ person }) => person === undefined).map((row) => recordOf('fact', row)),
  unknown: [],
  controls: { whitening: [], stop: [], gate: [] },
  refusals: ['I do not know that person.'],
};

export const houseSuiteBytes = (): Uint8Array => suiteBytes(houseSuite);
