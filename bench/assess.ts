// Tables and judgement of a model that lies in memory, for the benches. Trap: re-learning changes the model, so it comes last and its caller has it no more.
import type { ForgetRow } from '#datasets/suite.ts';
import type { PeopleWorld } from '#datasets/world.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { measure, MEASURE_DEFAULTS } from '#evaluation/measure.ts';
import { relearnCurve } from '#evaluation/relearn.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge, type Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';

export interface Assessed {
  /** The people whom the model was taught, with how much of them is measured. */
  world: PeopleWorld;
  /** Who stays. */
  left: PeopleWorld;
  rows: readonly ForgetRow[];
  reference: Model;
  policy: GatePolicy;
  seed: number;
}

const NOTHING = `sha256:${'0'.repeat(64)}` as const;

export const assessAgainst = async (
  model: Model,
  { world, left, rows, reference, policy, seed }: Assessed,
): Promise<{ tables: EvaluationTables; judgement: Judgement }> => {
  const { limits } = world;
  const sampling = { ...MEASURE_DEFAULTS, seed, ...(limits && { controlSamples: limits.controlSamples }) };
  const measured = measure(inference(model), left, rows, inference(reference), sampling);
  const curve = await relearnCurve(model, rows, seed, limits?.relearningRate);
  const tables: EvaluationTables = {
    kind: 'quittance-evaluation/v1',
    model: NOTHING,
    quantisation: 'none',
    suite: { name: world.name, version: '1', digest: NOTHING },
    reference: 'controls',
    ...measured,
    curves: { 'forget.relearn': curve },
    sampling: { temperature: sampling.temperature, samplesPerPrompt: sampling.samplesPerPrompt, seed },
  };
  return { tables, judgement: judge(tables, policy) };
};
