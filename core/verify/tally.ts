// What the verifier says of each check, and of all together. Apart from the verifier, which pages that show its answer
// need not read before anything was checked.

/** What was found: a check that could not be made is neither held nor failed, and says what it needs. */
export type CheckState = 'holds' | 'fails' | 'not-checked';

export interface Check {
  id: string;
  /** Only of a check that holds. */
  ok: boolean;
  state: CheckState;
  detail: string;
}

/** `31 hold, 0 fail, 3 not checked`, and which did not hold. */
export const tally = (checks: readonly Check[]): string => {
  const named = (state: CheckState) => checks.filter((one) => one.state === state).map(({ id }) => id);
  const list = (ids: readonly string[]) => (ids.length === 0 ? '' : ` (${ids.join(', ')})`);
  const [held, failed, open] = [named('holds'), named('fails'), named('not-checked')];
  return `${held.length} hold, ${failed.length} fail${list(failed)}, ${open.length} not checked${list(open)}`;
};
