// Refuses some of a request's records, on a ground of its law, while the others go on; it takes two people. Called by
// people.
// Trap: the event is committed before the records are taken out of the forget set, and admission compares the two
// counts, so that a crash in between stops the ticket; the same call again makes up for it.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { ForgetRecord } from '#core/forget-set.ts';
import type { Vault } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { parseJson } from '#core/stored-json.ts';
import { Code, RecordNumbers, TicketId, type Ticket } from '#core/ticket.ts';
import { CORPUS_ROWS } from './forget-rows.ts';
import { forgetSetOf, jsonBytes } from './step-support.ts';
import { agree, Agreement, EITHER, said } from './two-people.ts';

const REFUSED = 'refused-records';
/** Vault object: what was refused, by its number in the request. */
export const RefusedRecords = z.strictObject({
  kind: z.literal('quittance-refused-records/v1'),
  records: z.array(z.strictObject({ number: z.int().positive(), record: ForgetRecord })),
});
type Refused = z.infer<typeof RefusedRecords>['records'];

export const partlyRefuse = defineStep({
  name: 'partly-refuse',
  input: z.strictObject({ ticketId: TicketId, records: RecordNumbers, reason: Code, ...EITHER }),
  output: Agreement,
  uses: ['tickets', 'vault', 'clock'],
  async run({ ticketId, records, reason, by, mayConfirm, ...person }, { tickets, vault, clock }) {
    const found = await tickets.get(ticketId);
    const event = { type: 'partly-refused', records, reason, by, ...said(person) } as const;
    const isDone = found.ticket.partlyRefused?.records.join() === records.join();
    if (!isDone) {
      await refuseCorpusRows(vault, ticketId);
      if ((await agree({ tickets, clock }, found, event, mayConfirm)) === 'proposed')
        return { outcome: 'proposed' as const };
    }
    await takeOut(vault, (await tickets.get(ticketId)).ticket);
    return { outcome: 'done' as const };
  },
});

/** Which row of a corpus a record stands in is not known, so that no part of such a request can be left alone. */
const refuseCorpusRows = async (vault: Vault, ticketId: string): Promise<void> => {
  if (!(await vault.list(ticketId)).includes(CORPUS_ROWS)) return;
  throw new QuittanceError('TICKET_ILLEGAL_TRANSITION', {
    message: `ticket ${ticketId} takes rows out of its model's corpus, of which none can be left`,
    hint: 'withdraw it, and file a ticket with the records that are to be forgotten',
  });
};

/** What is taken out is kept first; the numbers are those of the request as it was filed. */
const takeOut = async (vault: Vault, { id, counts, partlyRefused }: Ticket): Promise<void> => {
  const set = await forgetSetOf(vault, id);
  if (partlyRefused === undefined || set.records.length === counts.records) return; // taken out before
  const isRefused = (_: unknown, i: number) => partlyRefused.records.includes(i + 1);
  const records = set.records.filter(isRefused).map((record, i) => ({ number: partlyRefused.records[i], record }));
  await vault.put(id, REFUSED, jsonBytes({ kind: 'quittance-refused-records/v1', records }));
  const left = set.records.filter((record, i) => !isRefused(record, i));
  await vault.put(id, 'forget-set', jsonBytes({ ...set, records: left }));
};

/**
 * What an appeal brought back stands in its old place again; nothing where the records are still refused. The event
 * comes first, as above, and the same call again makes up for a crash.
 */
export const putBack = async (vault: Vault, { id, status, counts, partlyRefused }: Ticket): Promise<void> => {
  if (status === 'PURGED' || partlyRefused !== undefined) return;
  const [set, refused] = [await forgetSetOf(vault, id), await refusedOf(vault, id)];
  if (refused.length === 0) return;
  if (set.records.length < counts.records) {
    const records = [...set.records];
    for (const { number, record } of refused) records.splice(number - 1, 0, record); // rising, as they were kept
    await vault.put(id, 'forget-set', jsonBytes({ ...set, records }));
  }
  await vault.put(id, REFUSED, jsonBytes({ kind: 'quittance-refused-records/v1', records: [] }));
};

export const refusedOf = async (vault: Vault, ticketId: string): Promise<Refused> =>
  (await vault.list(ticketId)).includes(REFUSED)
    ? parseJson(await vault.get(ticketId, REFUSED), RefusedRecords, 'the refused records in the vault').records
    : [];
