// One row of a bench on a model that takes minutes for every step, in parts that are each stored as soon as they are
// there: the weights that the method left, then what is sampled of them, every attack, and the rest. A run that was cut
// off goes on with the first part that is missing; unlearning itself goes on from its last save.
// Trap: a part's name has the quantities in it, so that other ones are another part.
import { measuredTogether } from '#core/evaluation.ts';
import { judge } from '#core/gate.ts';
import type { QuantityKey } from '#core/quantities.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRows } from '#datasets/suite.ts';
import { loadModel } from '#engine/formats/folder.ts';
import type { Model } from '#engine/model.ts';
import { ATTACKS, familyOf, leftOutBy } from '#evaluation/relearn.ts';
import { saidBy } from './answers.ts';
import { readBy, tablesOf } from './assess.ts';
import type { Entry } from './people-entries.ts';
import { bedOf, recordsOf, rowOf, type Row, type RunOptions } from './people-runs.ts';
import { saved } from './saved-rows.ts';
import { runOf, weightsLeft, type InParts, type Leaving } from './weights-left.ts';

type Of = RunOptions & { inParts: InParts };
type Ran = Entry & { method: string };

export const rowInParts = async (options: Of, seed: number, entry: Ran): Promise<Row> => {
  const of = await leavingOf(options, seed, entry);
  const run = runOf(of);
  const { folder, done } = await weightsLeft(of);
  const speakers = opened(folder, of.base);
  try {
    const found = [];
    for (const [part, keys] of partsOf(options))
      found.push(
        await saved(options.dir, { run, part, keys }, () => {
          options.inParts.onPart?.(entry.label, part);
          return measured(of, seed, keys, speakers());
        }),
      );
    const answered = await saved(options.dir, { run, part: 'said' }, () =>
      Promise.resolve(saidBy(speakers().model, { ...of, reference: speakers().reference })),
    );
    const tables = found.map((one) => one.tables).reduce((one, more) => measuredTogether(one, more));
    const attackCpu = found.reduce((sum, one) => sum + one.attackCpu, 0);
    const row = rowOf(entry, seed, done, { tables, judgement: judge(tables, options.policy), attackCpu });
    options.onRow?.(row);
    return { ...row, ...answered };
  } finally {
    speakers.close();
  }
};

const leavingOf = async ({ dir, backend, inParts, ...options }: Of, seed: number, entry: Ran): Promise<Leaving> => {
  const bed = await bedOf({ dir, backend, ...options }, seed, entry);
  const { label, method, config, subjects = [0], runSeed = seed } = entry;
  const records = recordsOf(bed.suite, subjects);
  return {
    ...{ dir, backend: backend.name, inParts, label, method, config, subjects, seed: runSeed },
    ...{ base: bed.dir, suite: bed.suite },
    ...{ rows: forgetRows(bed.suite, records), left: withoutRecords(bed.suite, records) },
  };
};

interface Speakers {
  model: Model;
  /** The model from before. */
  reference: Model;
}

/** Both are loaded when the first part asks for them. */
const opened = (folder: string, base: string): (() => Speakers) & { close: () => void } => {
  let both: Speakers | undefined;
  const close = () => {
    both?.model.dispose();
    both?.reference.dispose();
  };
  return Object.assign(() => (both ??= { model: loadModel(folder), reference: loadModel(base) }), { close });
};

const measured = (
  { suite, left, rows }: Leaving,
  seed: number,
  keys: readonly QuantityKey[],
  { model, reference }: Speakers,
) => tablesOf({ model, weights: model }, { suite, left, rows, reference, seed, keys, leftOut: {} });

/** What the policy reads and what is shown beside, without the attacks that no check reads; the attacks come last. */
const partsOf = ({ policy, keys = [] }: RunOptions): [string, QuantityKey[]][] => {
  const leftOut = leftOutBy(policy);
  const wanted = [...new Set([...readBy(policy), ...keys])].filter((key) => !Object.hasOwn(leftOut, familyOf(key)));
  return [...Map.groupBy(wanted.toSorted(), partOf)].toSorted(([a], [b]) => Number(isAttack(a)) - Number(isAttack(b)));
};

const isAttack = (family: string): boolean => Object.hasOwn(ATTACKS, family);
const partOf = (key: QuantityKey): string => {
  const family = familyOf(key);
  if (isAttack(family)) return family;
  return family.startsWith('leak') ? 'sampled' : 'the rest';
};
