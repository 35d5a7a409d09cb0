// Rows that stay, as a method reads them, on a small model that recites its people: what was not asked when the suite
// was made is asked now where it shares a word with what is forgotten, and read where the model gives it.
import { expect, test } from '@jest/globals';
import { retainedRows } from '#containers/retained-rows.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { trainingRows, type Person, type QaRecord } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { useEngine } from '#test/support/engine.ts';
import { recordsOfPerson, SMALL_BASE, smallPeople } from '#test/support/small-people.ts';

useEngine();

test('recited rows, and of those not asked the near ones that the model gives', () => {
  const left = withoutRecords(smallPeople, recordsOfPerson(0));
  const forgotten = smallPeople.subjects[0]!.records;
  const never = { ...left.subjects[0]!.records[0]!, question: 'Who?', prompt: 'Q: Who?\nA:', answer: ' Nobody at all' };
  const marked = (one: Person, recited: boolean | 'not-asked'): Person => ({
    ...one,
    records: one.records.map((row): QaRecord => ({ ...row, recited })),
  });
  const [first, second, ...others] = left.subjects;
  const subjects = [
    marked({ ...first!, records: [...first!.records, never] }, 'not-asked'),
    marked(second!, false),
    ...others,
  ];
  const sought = { ...forgotten[0]!, answer: `${never.answer} ${first!.records[0]!.answer}`, value: undefined };
  const model = loadModel(SMALL_BASE);
  const rows = retainedRows({ ...left, subjects }, [{ answer: sought.answer }])(model);
  const far = retainedRows({ ...left, subjects }, [{ answer: ' Qq' }])(model);
  model.dispose();
  const certain = trainingRows({ ...left, subjects: others });
  expect(far).toEqual(certain);
  expect(rows.slice(0, certain.length)).toEqual(certain);
  const near = rows.slice(certain.length);
  expect(near.length).toBeGreaterThan(0);
  expect(near.map(({ answer }) => answer)).toContain(first!.records[0]!.answer);
  expect(near.map(({ answer }) => answer)).not.toContain(never.answer);
  expect(near.every(({ recited }) => recited === 'not-asked')).toBe(true);
});
