// Tables and judgement of a model in memory, for the benches. Trap: an attack moves the weights and puts them back, so
// the caller must not use the model meanwhile.
import { namesIn } from '#datasets/reveal/whom.ts';
import type { ForgetRow } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import type { Model } from '#engine/model.ts';
import { examOf, type LeftOut } from '#evaluation/exam.ts';
import { attackable, leftOutBy, type Attackable } from '#evaluation/relearn.ts';
import { measure } from '#evaluation/tables.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge, type Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { QuantityKey } from '#core/quantities.ts';
import { stopwatch } from '#containers/stopwatch.ts';

export interface Measuring {
  /** The people whom the model was taught, with how much of them is measured. */
  suite: Suite;
  /** The people who stay. */
  left: Suite;
  rows: readonly ForgetRow[];
  reference: Model;
  seed: number;
  /** Absent: everything. */
  keys?: readonly QuantityKey[] | undefined;
  leftOut?: LeftOut;
}

export interface Assessed extends Omit<Measuring, 'leftOut'> {
  policy: GatePolicy;
}

/** The quantities that a policy's checks read. */
export const readBy = ({ checks }: Pick<GatePolicy, 'checks'>): QuantityKey[] =>
  checks.flatMap((check) => ('reference' in check ? [check.of, check.reference] : [check.of]));

const NOTHING = `sha256:${'0'.repeat(64)}` as const;

/** What is asked, and the weights beneath it that an attack trains: of a composed decoder, its target's. */
export const tablesOf = async (
  { model, weights }: { model: LanguageModel; weights: Model },
  { suite, left, rows, reference, seed, keys, leftOut }: Measuring,
): Promise<{ tables: EvaluationTables; attackCpu: number }> => {
  const { relearn, cpu } = timed(attackable(weights, suite.limits?.relearningRate));
  const named = { forget: rows, names: namesIn(suite, rows) };
  const asked = { model: inference(model), suite: left, ...named, before: inference(reference), relearn, leftOut };
  const tables: EvaluationTables = {
    kind: 'quittance-evaluation/v1',
    model: NOTHING,
    quantisation: 'none',
    suite: { name: suite.name, version: '1', digest: NOTHING },
    reference: 'controls',
    ...(await measure(examOf(asked, { seed }), keys)),
  };
  return { tables, attackCpu: cpu() };
};

/** Measures what the policy reads, and `keys` beside it, or everything; then judges. */
export const assessAgainst = async (
  model: Model,
  { policy, keys, ...asked }: Assessed,
): Promise<{ tables: EvaluationTables; judgement: Judgement; attackCpu: number }> => {
  const wanted = keys && [...new Set([...keys, ...readBy(policy)])];
  const measuring = { ...asked, keys: wanted, leftOut: leftOutBy(policy) };
  const { tables, attackCpu } = await tablesOf({ model, weights: model }, measuring);
  return { tables, judgement: judge(tables, policy), attackCpu };
};

/** With the CPU seconds, of every thread, that the attacks took; the printed curve is none of them. */
const timed = (of: Attackable): { relearn: Attackable; cpu: () => number } => {
  let seconds = 0;
  const relearn: Attackable = {
    ...of,
    async attack(...asked) {
      const taken = stopwatch();
      const flags = await of.attack(...asked);
      seconds += taken().cpuSeconds;
      return flags;
    },
  };
  return { relearn, cpu: () => seconds };
};
