// RedriveExecution of Step Functions: an execution that failed, timed out or was stopped continues at the state where
// it ended, with the same input. https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html. Trap: a
// failure that was caught ended in a Fail state; a redrive enters that state and fails again, so a new execution is
// needed. Branches, iterations and variables cannot be redriven, because the history does not hold them.
import type { Json } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { newThread, REDRIVEN, type Execution, type HistoryEvent, type Redrive } from './execution.ts';
import type { Machine, State } from './machine.ts';
import { revive } from './revive.ts';
import type { ExecutionRecord } from './store.ts';

/** The execution is not stored yet; `now` in milliseconds since the epoch. EXECUTION_NOT_REDRIVABLE. */
export const takeUp = (
  record: ExecutionRecord,
  machine: Machine,
  history: readonly HistoryEvent[],
  now: number,
): Execution => {
  if (record.status === 'RUNNING' || record.status === 'SUCCEEDED') throw refused(record.id, `it is ${record.status}`);
  if ([...machine.states.values()].some(keepsMore)) throw refused(record.id, 'it may have branches or variables');
  const entered = history.findLast(({ type }) => type.endsWith('StateEntered'));
  const last = history.at(-1);
  if (entered === undefined || last === undefined) throw refused(record.id, 'it entered no state');
  const { name, input } = entered.details as { name: string; input: Json };
  const root = { ...newThread(0, name, input), lastEvent: last.id };
  const redrive: Redrive = { count: history.filter(({ type }) => type === REDRIVEN).length + 1, at: now };
  return { ...revive(record, machine, [root], last, redrive).execution, fresh: true };
};

/** Whether a state needs more than the state's name and input, which is all that a history holds. */
const keepsMore = (state: State): boolean =>
  state.type === 'Map' || state.type === 'Parallel' || ('assign' in state && state.assign !== undefined);

const refused = (id: string, why: string) =>
  new QuittanceError('EXECUTION_NOT_REDRIVABLE', {
    message: `the execution ${id} cannot be taken up again: ${why}`,
    hint: 'start another execution: it goes on where the ticket stands',
  });
