// The ladder of attempts: which rung a ticket is at, and what it tries there. A method that the ticket asked for comes
// first, then the policy's rungs in order; after the last one a human decides.
import { digestOf } from './canonical.ts';
import { QuittanceError } from './errors.ts';
import { WITHHOLDING_WORDS, withholds } from './method-name.ts';
import type { GatePolicy, Rung } from './policy.ts';
import type { Run } from './ticket.ts';

interface Climber {
  readonly method?: string | undefined;
  readonly runs: readonly Run[];
  readonly ladderFrom: number;
}

export const ladderOf = ({ method }: Climber, policy: GatePolicy): readonly Rung[] =>
  method === undefined ? policy.ladder : [{ method, config: {}, reason: 'asked for by the ticket' }, ...policy.ladder];

/** METHOD_CONFIG where a ticket asks for a method that erases nothing, and its policy does not let that count. */
export const requireErasing = ({ method }: Pick<Climber, 'method'>, { withholding, version }: GatePolicy): void => {
  if (method === undefined || !withholds(method) || withholding !== undefined) return;
  throw new QuittanceError('METHOD_CONFIG', {
    message: `${method} moves no weight: the data would still be in the model`,
    expected: `a method that erases, or a policy whose \`withholding\` is '${WITHHOLDING_WORDS}'`,
    got: `policy ${version}, which has no such line`,
    hint: 'leave the method out, and the ladder of the policy is tried',
  });
};

/** Index of the rung that the next run tries. */
export const nextRung = ({ runs, ladderFrom }: Climber): number => runs.length - ladderFrom;

/** The same for the same run of the same ticket, so that a repeated job makes the same model. */
export const seedOf = (ticketId: string, run: number): number =>
  Number.parseInt(digestOf(`${ticketId} run ${run}`).slice('sha256:'.length, 'sha256:'.length + 7), 16);
