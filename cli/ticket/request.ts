// Reads the encrypted request of a ticket for somebody who decides on it. Trap: what is read is personal data; it goes
// to the terminal of the one who asked, whose reading is in the log by then, and nowhere else.
import { localStores } from '#adapters/local/index.ts';
import { RequestView, viewOf } from '#functions/view-request.ts';
import type { Arguments } from '../command.ts';
import { existingFolder } from '../values.ts';
import { askRunning } from '../work.ts';

/** By the running server, where that has the folder; no engine is needed. */
export const readRequest = async (
  args: Arguments,
  viewing: { ticketId: string; by: string; asserted: true },
): Promise<RequestView> => {
  const dir = existingFolder(args);
  const ask = await askRunning(dir);
  if (ask) return RequestView.parse(await ask({ ask: 'call', step: 'view-request', input: viewing }));
  const stores = localStores(dir);
  try {
    return await viewOf(viewing, stores);
  } finally {
    stores.close();
  }
};
