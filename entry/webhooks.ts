// Empties the outbox of webhooks as long as the server runs: soon after an event, and later what was to be tried again.
import { httpReceivers } from '#adapters/http/receivers.ts';
import { storeError } from '#adapters/local/durable-file.ts';
import type { LocalPorts } from '#adapters/local/index.ts';
import type { Intake } from '#core/intake.ts';
import { isFault, noteFault } from '#functions/faults.ts';
import { tellIntakes } from '#functions/intake/callbacks.ts';
import { deliverDue } from '#functions/webhooks.ts';

const EVERY_MS = 2000;
const TELL_EVERY_MS = 5000;

/** What a full or locked store refuses is sent in a later round. */
const noteUnforeseen = (error: unknown, where: string): void => {
  if (isFault(storeError(error))) noteFault(error, { where });
};

/** Returns how it is ended. What is under way then is sent again when the folder is next served. */
export const deliverWhileOpen = (ports: LocalPorts): (() => void) => {
  const sending = { ...ports, receivers: httpReceivers({ inside: ports.webhooksInside }) };
  return everyWhile(EVERY_MS, 'webhooks', async () => {
    if (ports.webhooks.list().length > 0) await deliverDue(sending);
  });
};

/** As `deliverWhileOpen`, for those who sent requests by a protocol and want to be told where they stand. */
export const tellWhileOpen = (intake: Intake | undefined, ports: LocalPorts): (() => void) => {
  if (intake === undefined) return () => undefined;
  const telling = { ...ports, receivers: httpReceivers({ inside: ports.webhooksInside }) };
  return everyWhile(TELL_EVERY_MS, 'callbacks of an intake', () => tellIntakes(intake, telling));
};

/** One round at a time. */
const everyWhile = (everyMs: number, where: string, round: () => Promise<unknown>): (() => void) => {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void round()
      .catch((error: unknown) => noteUnforeseen(error, where))
      .finally(() => (isBusy = false));
  }, everyMs);
  return () => clearInterval(timer);
};
