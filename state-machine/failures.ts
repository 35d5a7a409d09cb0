// Failures of a state machine: error names, which Retry or Catch entry they match, and how long a retry waits.
// Amazon States Language, "Errors". Trap: States.ALL and States.TaskFailed do not cover everything: States.Runtime
// always ends the execution, States.DataLimitExceeded is caught only by its own name, and States.TaskFailed does not
// cover timeouts.

/** What `Catch` passes on, and what a failed execution reports. */
export interface Failure {
  readonly error: string;
  readonly cause: string;
}

/** Thrown while a state is evaluated; leads to the state's Retry, its Catch, or the end of the execution. */
export class StatesError extends Error {
  readonly failure: Failure;

  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = error;
    this.failure = { error, cause };
  }
}

export const runtimeError = (cause: string) => new StatesError('States.Runtime', cause);

const TIMEOUTS = ['States.Timeout', 'States.HeartbeatTimeout'];
const ONLY_BY_NAME = ['States.DataLimitExceeded'];

/** The names that start with `States.` and may stand in ErrorEquals; others of that prefix are reserved. */
export const RESERVED_ERRORS: readonly string[] = [
  'States.ALL',
  'States.BranchFailed',
  'States.DataLimitExceeded',
  'States.ExceedToleratedFailureThreshold',
  'States.HeartbeatTimeout',
  'States.IntrinsicFailure',
  'States.NoChoiceMatched',
  'States.ParameterPathFailure',
  'States.Permissions',
  'States.ResultPathMatchFailure',
  'States.Runtime',
  'States.TaskFailed',
  'States.Timeout',
];

/** Whether an entry's `ErrorEquals` covers the error. */
export const covers = (errorEquals: readonly string[], error: string): boolean =>
  error !== 'States.Runtime' && errorEquals.some((name) => name === error || wildcard(name, error));

const wildcard = (name: string, error: string): boolean => {
  if (name === 'States.Timeout') return TIMEOUTS.includes(error);
  if (ONLY_BY_NAME.includes(error)) return false;
  return name === 'States.ALL' || (name === 'States.TaskFailed' && !TIMEOUTS.includes(error));
};

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly jitter: boolean;
}

/**
 * Milliseconds before retry number `retry` (0 is the first); full jitter draws from [0, delay), `random` from [0, 1).
 */
export const retryDelayMs = (retrier: Retrier, retry: number, random: () => number): number => {
  const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** retry, retrier.maxDelaySeconds);
  return Math.round(seconds * 1000 * (retrier.jitter ? random() : 1));
};

/** A field or value that is not implemented; the loader adds state and field. */
export class Unsupported extends Error {}
