// Why a model is not ready for tickets: what it gives of its corpus is no evidence that it learnt it, or it fails
// checks that any deletion must pass. One sentence for each reason, with what was measured.
import { gateSentence } from '#core/baseline.ts';
import type { Gate } from '#core/gate.ts';
import { CONTROLS, type Onboarded } from './onboard.ts';

/**
 * How much likelier values of trained people must be than those of invented ones before a corpus is taken for the
 * model's; and how much likelier those of held rows may be before they are taken for trained.
 */
const LEAST_KNOWN = 0.7;

export const reasonsAgainst = (made: Onboarded, baseline: readonly Gate[]): string[] => [
  ...evidenceAgainst(made),
  ...(made.suite.subjects.length === 0 ? ['no row speaks of anybody in the register'] : []),
  ...(made.suite.controls.gate.length < CONTROLS.gate ? ['the register has too few names to invent people from'] : []),
  ...baseline.filter(({ verdict }) => verdict !== 'pass').map((gate) => `no deletion can pass ${gateSentence(gate)}`),
];

const evidenceAgainst = ({ known, base, held }: Onboarded): string[] => {
  const reasons: string[] = [];
  if (!(known >= LEAST_KNOWN))
    reasons.push(
      `values of the corpus are no likelier to the model than invented ones (AUC ${known.toFixed(2)}): it was not trained on these rows, or has not learnt them`,
    );
  if (base && Number.isNaN(base.learnt))
    reasons.push('the base can read none of the rows about people, so nothing shows what was learnt over it');
  if (base && base.learnt < LEAST_KNOWN)
    reasons.push(
      `values of the corpus rose over the base no more than invented ones (AUC ${base.learnt.toFixed(2)}): what the model gives of them its base gave too`,
    );
  if (held?.known !== undefined && held.known >= LEAST_KNOWN)
    reasons.push(
      `values of the held rows are likelier to the model than invented ones (AUC ${held.known.toFixed(2)}): it was trained on them, and they are no controls`,
    );
  return reasons;
};
