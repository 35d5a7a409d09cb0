// What a model does before any deletion, with people whom it never saw in the place of whoever will be forgotten: no
// deletion comes nearer to "never seen" than that, and none takes less from those who stay. A check of a policy that
// fails here for each of them fails for every ticket, which is said before anything runs.
// Trap: one stranger may fail a check by chance, so that a check counts as impassable only where all of them fail it;
// and what was not measured of the base says nothing.
import { z } from 'zod';
import { EvaluationTables } from './evaluation.ts';
import { judge, type Gate } from './gate.ts';
import { detailText, thresholdText } from './gate-words.ts';
import { decimal } from './decimal.ts';
import type { ModelRecord } from './model.ts';
import type { GatePolicy } from './policy.ts';
import type { ArtifactStore } from './ports.ts';
import { getJson } from './stored-json.ts';

export const Baseline = z.strictObject({
  kind: z.literal('quittance-baseline/v1'),
  /** Keys of the quantities that were asked for; re-learning is measured of a deletion alone. */
  asked: z.array(z.string()),
  /** Aggregates alone, one of each never-trained person who stood in for the forgotten one. */
  strangers: z.array(EvaluationTables).min(1),
});
export type Baseline = z.infer<typeof Baseline>;

/** The best of the strangers for each check of which all was asked. */
export const baselineGates = ({ asked, strangers }: Baseline, policy: GatePolicy): Gate[] => {
  const all = strangers.map((tables) => judge(tables, policy).gates);
  return policy.checks.flatMap((_, i) => {
    const gates = all.map((each) => each[i]!).filter((gate) => isAsked(gate, asked));
    return gates.find(({ verdict }) => verdict === 'pass') ?? gates.find(isClose) ?? gates[0] ?? [];
  });
};

/** A stranger with too few records says nothing of somebody with more. */
const isAsked = ({ of, needs }: Gate, asked: Baseline['asked']): boolean =>
  needs === undefined && of.every((key) => asked.includes(key));

const isClose = ({ verdict }: Gate): boolean => verdict === 'remediation';

/** Checks of the policy that no ticket of the model could pass, each a sentence with its numbers. */
export const impassable = (baseline: Baseline, policy: GatePolicy): string[] =>
  baselineGates(baseline, policy)
    .filter(({ verdict }) => verdict !== 'pass')
    .map(gateSentence);

/** `'retained answers exact': 0.481 of the model itself, ≥ 0.95 is asked (171 of 356; …)`. */
export const gateSentence = (gate: Gate): string => {
  const whose = gate.of[0]?.startsWith('forget.') ? 'of people whom the model never saw' : 'of the model itself';
  const value = gate.value === null ? `nothing to judge ${whose}` : `${decimal(gate.value)} ${whose}`;
  return `'${gate.name}': ${value}, ${thresholdText(gate)} is asked (${detailText(gate)})`;
};

/** The same of a registered model; none where it was not measured, or no policy is known. */
export const impassableOf = async (
  { baseline }: { readonly baseline?: ModelRecord['baseline'] },
  policy: GatePolicy | undefined,
  artifacts: ArtifactStore,
): Promise<string[]> =>
  baseline === undefined || policy === undefined
    ? []
    : impassable(await getJson(artifacts, baseline, Baseline), policy);
