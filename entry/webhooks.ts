// Empties the outbox of webhooks as long as the server runs: soon after an event, and later what was to be tried again.
import { httpReceivers } from '#adapters/http/receivers.ts';
import { storeError } from '#adapters/local/durable-file.ts';
import type { LocalPorts } from '#adapters/local/index.ts';
import { isFault, noteFault } from '#functions/faults.ts';
import { deliverDue } from '#functions/webhooks.ts';

const EVERY_MS = 2000;

/** What a full or locked store refuses is sent in a later round. */
const noteUnforeseen = (error: unknown): void => {
  if (isFault(storeError(error))) noteFault(error, { where: 'webhooks' });
};

/** Returns how it is ended. What is under way then is sent again when the folder is next served. */
export const deliverWhileOpen = (ports: LocalPorts): (() => void) => {
  const receivers = httpReceivers({ inside: ports.webhooksInside });
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy || ports.webhooks.list().length === 0) return;
    isBusy = true;
    void deliverDue({ ...ports, receivers })
      .catch(noteUnforeseen)
      .finally(() => (isBusy = false));
  }, EVERY_MS);
  return () => clearInterval(timer);
};
