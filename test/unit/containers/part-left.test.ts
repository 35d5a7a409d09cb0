// A request for a part, on a small model that recites its people: the other rows of the person are measured apart from
// the people who stay, and what of them is lost is no loss of the next ticket.
import { expect, test } from '@jest/globals';
import { partLeft } from '#containers/part-left.ts';
import { askedBy } from '#core/asked.ts';
import { digestOf } from '#core/canonical.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRows, idsOf, suiteBytes } from '#datasets/suite.ts';
import type { QaRecord, Suite } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { examOf } from '#evaluation/exam.ts';
import { measure } from '#evaluation/tables.ts';
import { useEngine } from '#test/support/engine.ts';
import { recordsOfPerson, SMALL_BASE, smallPeople } from '#test/support/small-people.ts';

useEngine();

const listed = recordsOfPerson(0).slice(0, 2);
const whose = idsOf(smallPeople, listed);
const staying = withoutRecords(smallPeople, listed);
const [person, ...others] = staying.subjects;
const rest = person!.records.length;

/** As a run would leave it that took one of the other rows, too. */
const lost: QaRecord = { ...person!.records[0]!, answer: ' Nobody has ever said this.' };
const taken: Suite = {
  ...staying,
  subjects: [{ ...person!, records: [lost, ...person!.records.slice(1)] }, ...others],
};

const measured = (model: Model, suite: Suite) => {
  const forget = forgetRows(smallPeople, listed);
  const asked = { model: inference(model), suite, forget, whose };
  return measure(examOf(asked), ['model.ownKept', 'retained.greedyExact', 'retained.worstPerson']);
};

test('other rows of the person are counted apart, and as the plan says', async () => {
  expect([...whose]).toEqual([person!.id]);
  const model = loadModel(SMALL_BASE);
  const { proportions, people } = await measured(model, taken);
  const whole = await measured(model, withoutRecords(smallPeople, recordsOfPerson(0)));
  model.dispose();
  expect(proportions['model.ownKept']).toEqual({ k: rest - 1, n: rest });
  expect(people['retained.greedyExact']).toHaveLength(others.length);
  expect(whole.notAvailable['model.ownKept']).toMatch(/lists every row/);
  expect(whole.proportions['retained.greedyExact']).toEqual(proportions['retained.greedyExact']);
  const [bytes, digest] = [suiteBytes(smallPeople), digestOf(suiteBytes(smallPeople))];
  const asked = await askedBy({ artifacts: { get: async () => bytes } }, digest, listed);
  expect(asked.people.retained).toBe(others.length);
  expect(asked.records.retained).toBe(proportions['retained.greedyExact']!.n);
});

test('a row that the run took beside the ticket’s is marked, one that is still given is not, nor are those of others', () => {
  const model = loadModel(SMALL_BASE);
  const stranger = { ...others[0]!, records: [{ ...others[0]!.records[0]!, answer: ' Never said.' }] };
  const left = partLeft({ ...taken, subjects: [taken.subjects[0]!, stranger] }, whose, model);
  model.dispose();
  const [own, other] = left.subjects.map(({ records }) => records.map(({ recited }) => recited));
  expect(own).toEqual([false, ...new Array<undefined>(rest - 1).fill(undefined)]);
  expect(other).toEqual([undefined]);
});
