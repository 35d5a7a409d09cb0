// What the reveal bench releases with: the rungs of reveal-v1, and negated adapters as Reveal-and-Release has them, on
// what the suite's wordings revealed; the first rung beside it on what everyday questions revealed and on the true
// rows.
// Trap: settings are those of the policy, or from the sweep of the methods bench on another suite and person.
import { MethodName } from '#core/method-name.ts';
import { must, usageError } from '#core/errors.ts';
import { readPolicy } from '#entry/policies.ts';
import { chosenEntries } from './methods.ts';

export interface ReleaseEntry {
  readonly label: string;
  /** Whose rows: the true ones, or those that these questions revealed. */
  readonly on: 'truth' | 'suite' | 'pool';
  readonly method: MethodName;
  readonly config: Readonly<Record<string, unknown>>;
}

const LATE = { valueAuc: 0.35 };

/** Only those of some labels, or all. USAGE where a label is none. */
export const revealEntries = (labels?: readonly string[]): ReleaseEntry[] => {
  const { ladder } = readPolicy('reveal-v1');
  const rung = (label: string, i: number, on: ReleaseEntry['on'] = 'suite'): ReleaseEntry => {
    const { method, config } = must(ladder[i], `rung ${i + 1} of reveal-v1`);
    return { label, on, method: MethodName.parse(method), config };
  };
  const first = rung('flat projected (rung 1)', 0);
  const late = { ...first, config: { ...first.config, stop: LATE } };
  const all: ReleaseEntry[] = [
    rung('flat projected on the true rows', 0, 'truth'),
    first,
    { ...late, label: 'flat projected to .35' },
    rung('flat projected at half the step to .35 (rung 2)', 1),
    rung('flat-lasting (rung 3)', 2),
    rung('flat projected on everyday answers', 0, 'pool'),
    { ...late, label: 'flat projected to .35 on everyday answers', on: 'pool' },
    ...chosenEntries(['lora-negation']).map(({ label, method, config }): ReleaseEntry => ({
      label,
      on: 'suite',
      method,
      config,
    })),
  ];
  const isMeant = (one: string, { label, method }: ReleaseEntry) => one === label || one === method;
  const unknown = labels?.find((one) => !all.some((entry) => isMeant(one, entry)));
  if (unknown !== undefined)
    throw usageError(`no release is called '${unknown}'`, all.map(({ label }) => label).join(', '));
  return all.filter((entry) => labels?.some((one) => isMeant(one, entry)) ?? true);
};
