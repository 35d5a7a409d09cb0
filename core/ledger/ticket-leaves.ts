// Which leaves of the log are a ticket's, signed by the log's key for one checkpoint: what a bundle needs so that a
// later event which is left out of it shows. A signed note (https://c2sp.org/signed-note) whose first line is not the
// log's name, so that no reader takes it for a checkpoint. It is written when the ticket's events enter the log, beside
// the tiles, with the checkpoint that it is about; whoever hands out bundles does not hold the log's key.
// Trap: it says what the log's own key says. That key could leave a leaf out too, though the leaf stays in a log that
// everybody can read, and a monitor who reads it finds the lie under the log's signature.
import { z } from 'zod';
import { canonicalize } from '../canonical.ts';
import { QuittanceError } from '../errors.ts';
import type { LogStorage } from '../ports.ts';
import { parseJson } from '../stored-json.ts';
import { openByOne, signedNote } from './log-keys.ts';
import { stored, type LogPorts, type LogState } from './log.ts';
import type { NoteKey } from './note.ts';

export interface TicketLeaves {
  readonly origin: string;
  readonly ticketId: string;
  /** Of the checkpoint: how many entries the log had, and its root (base64). */
  readonly size: number;
  readonly root: string;
  /** Indexes of the ticket's leaves, in order. */
  readonly leaves: readonly number[];
}

const textOf = ({ origin, ticketId, size, root, leaves }: TicketLeaves): string =>
  `${origin}/ticket\nticket ${ticketId}\nsize ${size}\nroot ${root}\nleaves ${leaves.join(' ')}\n`;

const FORM = /^(\S+)\/ticket\nticket (\S+)\nsize (\d{1,15})\nroot (\S{44})\nleaves (\d{1,15}(?: \d{1,15}){0,99999})\n$/;

/** What the note says, where one of the log's keys signed it. LEDGER_INVALID where it has another form. */
export const openTicketLeaves = (note: string, keys: readonly NoteKey[]): TicketLeaves | undefined => {
  const signed = openByOne(note, keys)?.text;
  if (signed === undefined) return undefined;
  const [, origin = '', ticketId = '', size, root = '', leaves = ''] = FORM.exec(signed) ?? [];
  const said = { origin, ticketId, size: Number(size), root, leaves: leaves.split(' ').map(Number) };
  if (textOf(said) !== signed)
    throw new QuittanceError('LEDGER_INVALID', { message: "not a note of a ticket's leaves" });
  return said;
};

/** The note and the signed checkpoint that it is about, as they are kept. */
const Stored = z.strictObject({
  kind: z.literal('quittance-ticket-leaves/v1'),
  note: z.string(),
  checkpoint: z.string(),
});
export type StoredLeaves = z.infer<typeof Stored>;

/**
 * Beside the tiles, and no tile. Some for each number of events: the first, and later ones of heads that more witnesses
 * co-signed. Nothing is written over.
 */
const pathOf = (ticketId: string, count: number, edition: number): string =>
  `tickets/${ticketId}/${count}${edition === 1 ? '' : `.${edition}`}`;

/** A witness that is away for longer is not asked any more for what lies so far back. */
const MOST_EDITIONS = 20;

/** The latest; undefined for a ticket whose events entered the log before such notes were written. */
export const readTicketLeaves = async (
  storage: Pick<LogStorage, 'get'>,
  ticketId: string,
  count: number,
): Promise<(StoredLeaves & { readonly edition: number }) | undefined> => {
  let found: (StoredLeaves & { readonly edition: number }) | undefined;
  for (let edition = 1; edition <= MOST_EDITIONS; edition++) {
    const path = pathOf(ticketId, count, edition);
    const bytes = await stored(storage, path);
    if (!bytes) break;
    found = { ...parseJson(bytes, Stored, path), edition };
  }
  return found;
};

/** Signs and keeps which leaves are the ticket's. `log`: as it was when the last of them entered. */
export const writeTicketLeaves = async (
  { logStorage, signer }: Pick<LogPorts, 'logStorage' | 'signer'>,
  { origin, note: checkpoint, checkpoint: head }: LogState,
  ticketId: string,
  leaves: readonly number[],
  edition = 1,
): Promise<void> => {
  if (checkpoint === undefined || head === undefined || edition > MOST_EDITIONS) return;
  const path = pathOf(ticketId, leaves.length, edition);
  if (await stored(logStorage, path)) return; // by an append that died after it
  const text = textOf({ origin, ticketId, size: head.size, root: head.root.toString('base64'), leaves });
  const note = await signedNote(signer, origin, text);
  const kept: StoredLeaves = { kind: 'quittance-ticket-leaves/v1', note, checkpoint };
  await logStorage.put(path, Buffer.from(canonicalize(kept)));
};
