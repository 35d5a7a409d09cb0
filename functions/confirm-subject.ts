// A second person says that records which do not name the subject are theirs, and why. What they write stays in the
// vault; the log has a code, the numbers of the records and a commitment to the words. Called by people. Trap: the
// records are matched again here, so that what is confirmed is what was in doubt; and the commit is the decision: where
// the start of the workflow was lost, the same call makes up for it.
import { z } from 'zod';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { foreignRecords, SubjectReason } from '#core/subject.ts';
import { TicketId, type Ticket } from '#core/ticket.ts';
import { advance } from '#core/transitions.ts';
import { admittedBy, trainedFor } from './admission.ts';
import { resume } from './resume-ticket.ts';
import { commitEvent, forgetSetOf, jsonBytes, requestOf } from './step-support.ts';
import { BY, said } from './two-people.ts';

/** Vault object `subject-note`. */
export const SubjectNote = z.strictObject({ kind: z.literal('quittance-subject-note/v1'), note: z.string() });

export const confirmSubject = defineStep({
  name: 'confirm-subject',
  input: z.strictObject({
    ticketId: TicketId,
    ...BY,
    reason: SubjectReason,
    /** Why, in words. */
    note: z
      .string()
      .max(4_000)
      .refine((note) => note.trim().length >= 10, 'a sentence that says why, at least 10 characters'),
  }),
  output: z.strictObject({ records: z.array(z.int().positive()), execution: z.string() }),
  uses: ['tickets', 'vault', 'models', 'artifacts', 'pseudonyms', 'workflows', 'clock'],
  async run({ ticketId, by, reason, note, ...person }, ports) {
    const { tickets, vault, clock } = ports;
    const found = await tickets.get(ticketId);
    const records = await inDoubt(found.ticket, ports);
    if (!isConfirmed(found.ticket, by, records)) {
      const bytes = jsonBytes({ kind: 'quittance-subject-note/v1', note });
      const event = {
        type: 'subject-confirmed',
        by,
        reason,
        records,
        note: await vault.commit(ticketId, bytes),
        ...said(person),
      } as const;
      advance(found.ticket, event, clock.now()); // the refusal, before anything is written
      await vault.put(ticketId, 'subject-note', bytes);
      await commitEvent({ tickets, clock }, found, event);
    }
    return { records, ...(await resume(ticketId, { by, ...person }, ports)) };
  },
});

/** Numbers of the records that nobody has confirmed; of a ticket that went on already, those that were. */
const inDoubt = async (
  ticket: Ticket,
  ports: Pick<Ports, 'vault' | 'models' | 'artifacts' | 'pseudonyms'>,
): Promise<number[]> => {
  const confirmed = ticket.subjectConfirmed?.records ?? [];
  if (ticket.status !== 'REMEDIATION') return confirmed;
  const [set, { subject }] = [await forgetSetOf(ports.vault, ticket.id), await requestOf(ports.vault, ticket.id)];
  const { match } = await admittedBy(set, subject, await trainedFor(ticket.model, ports));
  return foreignRecords(match);
};

const isConfirmed = ({ subjectConfirmed }: Ticket, by: string, records: readonly number[]): boolean =>
  subjectConfirmed?.by === by && records.every((number) => subjectConfirmed.records.includes(number));
