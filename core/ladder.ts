// The ladder of attempts: which rung a ticket is at, and what it tries there. A method that the ticket asked for comes
// first, then the policy's rungs in order; after the last one a human decides.
import { digestOf } from './canonical.ts';
import { QuittanceError } from './errors.ts';
import { trainsAnew, WITHHOLDING_WORDS, withholds } from './method-name.ts';
import type { ModelRecord } from './model.ts';
import type { GatePolicy, Rung } from './policy.ts';
import type { Run } from './ticket.ts';

interface Climber {
  readonly method?: string | undefined;
  readonly runs: readonly Run[];
  readonly ladderFrom: number;
}

export const ladderOf = ({ method }: Pick<Climber, 'method'>, policy: GatePolicy): readonly Rung[] =>
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

type Trained = Pick<ModelRecord, 'name'> & { readonly [K in 'corpus' | 'trainedFrom' | 'training']?: ModelRecord[K] };

/** What training a model anew takes, and the installation lacks. */
export const lackingToTrain = ({ training, trainedFrom, corpus }: Trained): string[] => [
  ...(training === undefined ? ['the recipe of its training'] : []),
  ...(trainedFrom === undefined ? ['the base that it was trained from'] : []),
  ...(corpus === undefined ? ['its corpus'] : []),
];

/** METHOD_CONFIG where a rung that may be tried trains anew, and the model cannot be: before anything runs. */
export const requireTrainable = (climber: Pick<Climber, 'method'>, policy: GatePolicy, model: Trained): void => {
  const rung = ladderOf(climber, policy).findIndex(({ method }) => trainsAnew(method));
  const missing = lackingToTrain(model);
  if (rung >= 0 && missing.length > 0) throw notTrainable(model.name, missing, `rung ${rung + 1} (${policy.version})`);
};

export const notTrainable = (name: string, missing: readonly string[], what: string): QuittanceError =>
  new QuittanceError('METHOD_CONFIG', {
    message: `${what} trains anew, and of model ${name} the installation lacks ${missing.join(', ')}`,
    expected: 'a model that `quittance train` made, onboarded with its corpus and its base',
    hint: 'quittance model onboard DIR --name N --corpus FILE… --people CSV --base DIR; or take another method or policy, such as flat or corpus-chat-v1',
  });

/** Index of the rung that the next run tries. */
export const nextRung = ({ runs, ladderFrom }: Climber): number => runs.length - ladderFrom;

/** The same for the same run of the same ticket, so that a repeated job makes the same model. */
export const seedOf = (ticketId: string, run: number): number =>
  Number.parseInt(digestOf(`${ticketId} run ${run}`).slice('sha256:'.length, 'sha256:'.length + 7), 16);
