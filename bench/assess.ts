// Tables and judgement of a model in memory, for the benches. Trap: an attack moves the weights and puts them back, so
// the caller must not use the model meanwhile.
import type { ForgetRow } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { examOf } from '#evaluation/exam.ts';
import { attackable, leftOutBy, type Attackable } from '#evaluation/relearn.ts';
import { measure } from '#evaluation/tables.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge, type Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { QuantityKey } from '#core/quantities.ts';

export interface Assessed {
  /** The people whom the model was taught, with how much of them is measured. */
  suite: Suite;
  /** The people who stay. */
  left: Suite;
  rows: readonly ForgetRow[];
  reference: Model;
  policy: GatePolicy;
  seed: number;
  /** Measured beside what the policy reads; absent: everything. */
  keys?: readonly QuantityKey[] | undefined;
}

const readBy = ({ checks }: GatePolicy): QuantityKey[] =>
  checks.flatMap((check) => ('reference' in check ? [check.of, check.reference] : [check.of]));

const NOTHING = `sha256:${'0'.repeat(64)}` as const;

export const assessAgainst = async (
  model: Model,
  { suite, left, rows, reference, policy, seed, keys }: Assessed,
): Promise<{ tables: EvaluationTables; judgement: Judgement; attackCpu: number }> => {
  const { relearn, cpu } = timed(attackable(model, suite.limits?.relearningRate));
  const leftOut = leftOutBy(policy);
  const asked = { model: inference(model), suite: left, forget: rows, before: inference(reference), relearn, leftOut };
  const tables: EvaluationTables = {
    kind: 'quittance-evaluation/v1',
    model: NOTHING,
    quantisation: 'none',
    suite: { name: suite.name, version: '1', digest: NOTHING },
    reference: 'controls',
    ...(await measure(examOf(asked, { seed }), keys && [...new Set([...keys, ...readBy(policy)])])),
  };
  return { tables, judgement: judge(tables, policy), attackCpu: cpu() };
};

/** With the CPU seconds, of every thread, that the attacks took; the printed curve is none of them. */
const timed = (of: Attackable): { relearn: Attackable; cpu: () => number } => {
  let micros = 0;
  const relearn: Attackable = {
    ...of,
    async attack(...asked) {
      const from = process.cpuUsage();
      const flags = await of.attack(...asked);
      const { user, system } = process.cpuUsage(from);
      micros += user + system;
      return flags;
    },
  };
  return { relearn, cpu: () => micros / 1e6 };
};
