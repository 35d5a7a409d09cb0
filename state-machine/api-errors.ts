// The errors of the engine's API, named after those of Step Functions.
import { QuittanceError } from '#core/errors.ts';
import type { Status } from './execution.ts';
import { DATA_LIMIT } from './json.ts';

/** AWS's rule for names of executions. */
export const checkName = (name: string): void => {
  if (/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u.test(name)) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'this may not be the name of an execution or schedule',
    expected: '1 to 80 characters without spaces, brackets, wildcards and " # % \\ ^ | ~ ` $ & , ; : /',
    got: name.slice(0, 100),
  });
};

export const tooLarge = (what: string) =>
  new QuittanceError('INPUT_TOO_LARGE', {
    message: `${what} is too large`,
    expected: `at most ${DATA_LIMIT} bytes of JSON`,
    hint: 'pass ids and digests, and keep the data in the artifact store',
  });

export const exists = (id: string, status: Status) =>
  new QuittanceError('EXECUTION_EXISTS', {
    message: `the execution ${id} exists, ${status === 'RUNNING' ? 'with another input' : 'and has ended'}`,
    hint: 'names are used once: choose another',
  });
