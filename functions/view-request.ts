// Shows the encrypted request and the records of a ticket to somebody who decides on it. Called by people. Order: read
// → commit who looked → hand over, so that nothing is seen of which the log says nothing. Trap: what is handed over is
// zone A: it goes to the one who asked and into no event, artefact or cache; the event has a commitment that dies with
// the case's key.
import { z } from 'zod';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { ForgetRecord } from '#core/forget-set.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { parseJson } from '#core/stored-json.ts';
import { Subject, SubjectReason } from '#core/subject.ts';
import { TicketId, type Ticket } from '#core/ticket.ts';
import { admittedBy, trainedFor } from './admission.ts';
import { SubjectNote } from './confirm-subject.ts';
import { againOnConflict, commitEvent, forgetSetOf, jsonBytes, requestOf, type TicketVersion } from './step-support.ts';
import { BY, said } from './two-people.ts';

const Numbers = z.array(z.int().positive()).readonly();

export const RequestView = z.strictObject({
  ticketId: TicketId,
  subject: Subject,
  note: z.string().optional(),
  /** The filer's reason why records that do not name the subject are theirs. */
  subjectReason: SubjectReason.optional(),
  /** What a second person wrote who confirmed them. */
  subjectNote: z.string().optional(),
  records: z.array(ForgetRecord),
  /** While the ticket waits for that second person: numbers of records that do not name the subject. */
  inDoubt: z.strictObject({ others: Numbers, unnamed: Numbers, revealed: Numbers.optional() }).optional(),
});
export type RequestView = z.infer<typeof RequestView>;

const Viewing = z.strictObject({ ticketId: TicketId, ...BY });

type Viewed = Pick<Ports, 'tickets' | 'vault' | 'models' | 'artifacts' | 'pseudonyms' | 'clock'>;

export const viewRequest = defineStep({
  name: 'view-request',
  input: Viewing,
  output: RequestView,
  uses: ['tickets', 'vault', 'models', 'artifacts', 'pseudonyms', 'clock'],
  run: (viewing, ports) => viewOf(viewing, ports),
});

/** The step's work, for a caller that has the stores and no engine. TICKET_PURGED once the case data is destroyed. */
export const viewOf = async (viewing: z.infer<typeof Viewing>, ports: Viewed): Promise<RequestView> => {
  const found = await ports.tickets.get(viewing.ticketId);
  if (found.ticket.status === 'PURGED') throw purged(found.ticket.id, found.ticket.purge.at);
  const request = await opened(found.ticket, ports);
  const shown = await ports.vault.commit(viewing.ticketId, jsonBytes(request));
  await record(found, { type: 'request-viewed', by: viewing.by, shown, ...said(viewing) }, ports);
  return request;
};

const opened = async (ticket: Ticket, ports: Viewed): Promise<RequestView> => {
  const { vault } = ports;
  try {
    const [request, set] = [await requestOf(vault, ticket.id), await forgetSetOf(vault, ticket.id)];
    const { subject, subjectReason, note } = request;
    const subjectNote = await subjectNoteOf(vault, ticket.id);
    const isInDoubt = ticket.status === 'REMEDIATION' && ticket.reason === 'SUBJECT_MISMATCH';
    const inDoubt = isInDoubt ? await inDoubtOf(ticket, { set, subject }, ports) : undefined;
    return {
      ticketId: ticket.id,
      subject,
      records: set.records,
      ...(subjectReason && { subjectReason }),
      ...(note !== undefined && { note }),
      ...(subjectNote !== undefined && { subjectNote }),
      ...(inDoubt && { inDoubt }),
    };
  } catch (error) {
    if (isQuittanceError(error, 'VAULT_KEY_DESTROYED')) throw purged(ticket.id, 'just now');
    throw error;
  }
};

const subjectNoteOf = async (vault: Ports['vault'], ticketId: string): Promise<string | undefined> =>
  (await vault.list(ticketId)).includes('subject-note')
    ? parseJson(await vault.get(ticketId, 'subject-note'), SubjectNote, 'the note in the vault').note
    : undefined;

const inDoubtOf = async (
  { model }: Ticket,
  { set, subject }: { set: Awaited<ReturnType<typeof forgetSetOf>>; subject: Subject },
  ports: Viewed,
) => {
  const { others, unnamed, revealed = [] } = (await admittedBy(set, subject, await trainedFor(model, ports))).match;
  return { others, unnamed, ...(revealed.length > 0 && { revealed }) };
};

/** The workflow may move the ticket meanwhile; who looked is recorded all the same. */
const record = async (
  found: TicketVersion,
  event: Parameters<typeof commitEvent>[2],
  ports: Pick<Ports, 'tickets' | 'clock'>,
): Promise<void> => {
  await againOnConflict(async (nth) =>
    commitEvent(ports, nth === 1 ? found : await ports.tickets.get(found.ticket.id), event),
  );
};

const purged = (ticketId: string, at: string) =>
  new QuittanceError('TICKET_PURGED', {
    message: `the request and the records of ticket ${ticketId} were destroyed and cannot be read any more`,
    expected: 'a ticket that is open',
    got: `purged ${at}`,
    hint: 'what remains is the log, the evidence and the report; the requester holds the secret that opens the commitment',
  });
