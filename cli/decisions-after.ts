// When a person last decided, the service last certified or the log last signed a checkpoint, after a moment: what a
// key signed after its end does not count, so an end that lies too far back would void certificates that are sound.
import { z } from 'zod';
import { parseJson } from '#core/stored-json.ts';
import { parseCheckpoint, parseNote } from '#core/ledger/note.ts';
import type { LogHead, StoredEvent, TicketStore } from '#core/ports.ts';
import { sameName } from '#core/words/names.ts';

type Tickets = Pick<TicketStore, 'page' | 'events'>;

/** The latest approval by this person after `until`; undefined where there is none. */
export const lastDecisionAfter = (tickets: Tickets, name: string, until: Date): Promise<string | undefined> =>
  lastAfter(tickets, until, ({ type, body }) => type === 'approved' && sameName(approverOf(body), name));

/** The latest certificate that the service signed after `until`. */
export const lastCertificateAfter = (tickets: Tickets, until: Date): Promise<string | undefined> =>
  lastAfter(tickets, until, ({ type }) => type === 'certified');

/** When the log's last checkpoint is dated, where that is after `until`. */
export const headAfter = async (logHead: Pick<LogHead, 'read'>, until: Date): Promise<string | undefined> => {
  const head = await logHead.read();
  const time = head && parseCheckpoint(parseNote(head.checkpoint).text).time;
  return time !== undefined && new Date(time) > until ? time : undefined;
};

const lastAfter = async (
  tickets: Tickets,
  until: Date,
  counts: (event: StoredEvent) => boolean,
): Promise<string | undefined> => {
  let last: string | undefined;
  for await (const event of everyEvent(tickets))
    if (counts(event) && new Date(event.at) > until && (last === undefined || event.at > last)) last = event.at;
  return last;
};

async function* everyEvent(tickets: Tickets): AsyncGenerator<StoredEvent> {
  let after: string | undefined;
  do {
    const page = await tickets.page({ scope: 'all', limit: 500, after });
    for (const { id } of page.rows) yield* await tickets.events(id);
    after = page.next ?? undefined;
  } while (after !== undefined);
}

const Approved = z.object({ event: z.object({ approver: z.string() }) });
const approverOf = (body: string): string =>
  parseJson(Buffer.from(body), Approved, 'an event of the ticket').event.approver;
