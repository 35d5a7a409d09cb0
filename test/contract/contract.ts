// How a port's suite gets its adapter: a new port for each test and, where the adapter stores things, the same store
// opened again.
import { afterEach, beforeEach, describe } from '@jest/globals';
import { isQuittanceError } from '#core/errors.ts';

export interface Made<P> {
  port: P;
  /** The same store as another process would open it; absent where nothing outlives the object. */
  reopen?: () => Promise<P>;
  done?: () => Promise<void>;
  /** Edits a stored ticket past the port; absent where nothing is stored beside the ticket itself. */
  edit?: (id: string, column: EditedColumn) => Promise<void>;
}
/** What a row says beside its ticket: the model, what a duplicate would have, or a body that is no ticket. */
export type EditedColumn = 'model' | 'duplicate' | 'body';
export type Make<P> = () => Promise<Made<P>>;

export const contract = <P>(
  name: string,
  make: Make<P>,
  tests: (port: () => P, reopen: () => Promise<P>, edit: () => Made<P>['edit']) => void,
) =>
  describe(name, () => {
    let made: Made<P>;
    beforeEach(async () => void (made = await make()));
    afterEach(async () => made.done?.());
    tests(
      () => made.port,
      async () => (made.reopen ? made.reopen() : made.port),
      () => made.edit,
    );
  });

/** The code with which a call fails; `fulfilled` where it does not fail. */
export const outcome = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'fulfilled',
    (error: unknown) => (isQuittanceError(error) ? error.code : String(error)),
  );

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (data: Uint8Array) => new TextDecoder().decode(data);
