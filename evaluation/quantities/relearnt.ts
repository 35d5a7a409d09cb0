// Re-learning as numbers: how many of the other records come back once a little of the forget set is taught again, and
// how many of a never-trained person's come by themselves under the same attack. Traps: the same number of records is
// taught to both, or the twin is none; and a ticket of several people is attacked person by person.
import type { AttackFamily } from '#core/quantities.ts';
import type { Measured } from '#core/evaluation.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import { random } from '#engine/random.ts';
import { must } from '#core/errors.ts';
import type { Exam, ExamOptions } from '../exam.ts';
import type { Whole } from '../quantity.ts';
import { ATTACKS, LEAST_RECORDS, taughtOf, type Attack, type Attackable } from '../relearn.ts';

export const relearnt: Whole = async (exam, tables) => {
  const { forget } = exam.rows;
  const counts = await attackableOf(exam).curve(forget, String(exam.options.seed));
  const [n, k] = [forget.length - 2, counts.at(-1)];
  if (k === undefined || n <= 0) return 'all of the few records were taught again: no other is left to watch';
  tables.curves['forget.relearn'] = {
    xLabel: `updates on 2 of ${forget.length} records`,
    yLabel: 'share of the other records exact again',
    points: counts.map((count, update) => [update, count / n]),
  };
  tables.proportions['forget.relearnt'] = { k, n };
  return undefined;
};

const attackableOf = ({ relearn }: Exam): Attackable => must(relearn, 'weights to be trained again');

/** Of the people in the ticket, each by records of their own. */
export const forgottenAttack =
  (family: AttackFamily): Whole =>
  (exam, tables) =>
    counted(exam, tables, 'forget', family, peopleIn(exam.rows.forget), exam.options.attackDraws);

/** Records that name no person are taken for one person's. */
export const peopleIn = (rows: readonly QaRecord[]): QaRecord[][] => [
  ...Map.groupBy(rows, ({ subject }) => subject ?? '').values(),
];

/** Of some never-trained people, once each. */
export const controlAttack =
  (family: AttackFamily): Whole =>
  async (exam, tables) => {
    const { rows, people, options } = exam;
    const most = Math.max(...peopleIn(rows.forget).map((own) => own.length));
    const strangers = random('attacked-controls')
      .shuffle(must(people.controls, 'never-trained people'))
      .map(({ id, records }) => random(`attacked:${id}`).shuffle(records).slice(0, most));
    return counted(exam, tables, 'controls', family, enough(strangers, ATTACKS[family], options), 1);
  };

/** The first of them; of people with few records more, until as many records are watched as a policy compares with. */
const enough = (
  strangers: readonly QaRecord[][],
  attack: Attack,
  { attackedControls, attackedRecords }: ExamOptions,
): QaRecord[][] => {
  const asked: QaRecord[][] = [];
  let watched = 0;
  for (const records of strangers.filter(({ length }) => length >= LEAST_RECORDS)) {
    if (asked.length >= attackedControls && watched >= attackedRecords) break;
    asked.push(records);
    watched += records.length - taughtOf(records.length, attack);
  }
  return asked;
};

const counted = async (
  exam: Exam,
  tables: Measured,
  group: 'forget' | 'controls',
  family: AttackFamily,
  people: readonly (readonly QaRecord[])[],
  draws: number,
): Promise<string | undefined> => {
  const reason = exam.leftOut[family];
  if (reason !== undefined) return reason;
  const asked = people.map((records, i) => ({ records, label: `${family}:${group}:${i}:${exam.options.seed}` }));
  const flags = await attackableOf(exam).attack(asked, ATTACKS[family], draws);
  tables.proportions[`${group}.${family}`] = { k: flags.filter(Boolean).length, n: flags.length };
  return flags.length > 0 ? undefined : `attack not possible: it needs ${LEAST_RECORDS} records of a person`;
};
