// When a person last decided after a moment: what a key signed after its end does not count, so an end that lies too
// far back would void certificates that are sound.
import { z } from 'zod';
import { localStores } from '#adapters/local/index.ts';
import { parseJson } from '#core/stored-json.ts';
import type { TicketStore } from '#core/ports.ts';
import { sameName } from '#core/words/names.ts';

/** The latest approval by this person after `until` in a data folder; undefined where there is none. */
export const lastDecisionAfter = async (dir: string, name: string, until: Date): Promise<string | undefined> => {
  const stores = localStores(dir, { lock: false });
  try {
    let last: string | undefined;
    for await (const at of approvalsBy(stores.tickets, name))
      if (new Date(at) > until && (last === undefined || at > last)) last = at;
    return last;
  } finally {
    stores.close();
  }
};

async function* approvalsBy(tickets: Pick<TicketStore, 'page' | 'events'>, name: string): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const page = await tickets.page({ scope: 'all', limit: 500, after });
    for (const { id } of page.rows)
      for (const { type, at, body } of await tickets.events(id))
        if (type === 'approved' && sameName(approverOf(body), name)) yield at;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

const Approved = z.object({ event: z.object({ approver: z.string() }) });
const approverOf = (body: string): string =>
  parseJson(Buffer.from(body), Approved, 'an event of the ticket').event.approver;
