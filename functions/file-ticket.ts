// Files a ticket: check → key and commitment → ticket → personal data → workflow → acknowledgement. Called by people
// (command line, API), not by a workflow.
// Trap: personal data is stored only after the ticket exists, so that a crash leaves at most an empty ticket that can
// be seen and closed; with a `requestId` the same call again picks up where it stopped.
import { z } from 'zod';
import { digestJson, Digest } from '#core/canonical.ts';
import { Deadlines, Instant, type HolidayCalendar } from '#core/deadlines.ts';
import { isQuittanceError, must, QuittanceError } from '#core/errors.ts';
import type { Admission } from '#core/forget-set.ts';
import { nameKey } from '#core/words/names.ts';
import { subjectDigest } from '#core/subject-digest.ts';
import { subjectLabels } from '#core/subject-labels.ts';
import { requireErasing, requireTrainable } from '#core/ladder.ts';
import { storedPolicy } from '#core/policy.ts';
import type { Ports } from '#core/ports.ts';
import { Protection } from '#core/protection.ts';
import { defineStep } from '#core/step.ts';
import { parseJson } from '#core/stored-json.ts';
import { duplicateKey, isClosed, TicketId, workingOf, type Ticket } from '#core/ticket.ts';
import { OtherColumn } from '#core/ticket-columns.ts';
import { Received } from '#core/ticket-events.ts';
import { Asserted, TicketRequest, type RequestSecrets } from '#core/ticket-request.ts';
import { receive } from '#core/transitions.ts';
import { checkRequest, forgetSetIn } from './admission.ts';
import { CORPUS_ROWS } from './forget-rows.ts';
import { receiptOf, refuseFuture, type Receipt } from './receipt.ts';
import { jsonBytes } from './step-support.ts';

export const fileTicket = defineStep({
  name: 'file-ticket',
  input: z.strictObject({
    request: TicketRequest,
    /** The gate policy in force, as an artefact. */
    policy: Digest,
    /** Whether the filer asked for this policy; otherwise the model's own goes before it. */
    chosen: z.boolean().default(false),
    /** The caller's own id of the request: a repeat with the same id is the same ticket. */
    requestId: z.string().min(1).max(200).optional(),
    asserted: Asserted,
  }),
  output: z.strictObject({
    ticketId: TicketId,
    commitment: z.string(),
    /** Opens the commitment. For the requester only; kept nowhere but in the vault, and destroyed with it. */
    openingSecret: z.string().optional(),
    due: Deadlines,
    /** What the interim rule will protect, and what it will cost others. */
    protection: Protection.optional(),
  }),
  uses: ['tickets', 'vault', 'models', 'artifacts', 'workflows', 'notifier', 'pseudonyms', 'calendar', 'clock', 'ids'],
  async run({ request, policy, chosen, requestId, asserted }, ports) {
    refuseFuture(request, ports.clock.now());
    const ticketId = requestId ? await ticketIdOf(ports.pseudonyms, requestId) : ports.ids.next('T-');
    const requestDigest = requestId && (await digestOfRequest(ports.pseudonyms, requestId, request));
    const filed = await findTicket(ports.tickets, ticketId);
    const asked = { ticketId, request, policy, chosen, requestDigest, ...(asserted && { asserted }) };
    // A repeated call is answered even when the model has changed since: by this very ticket, perhaps.
    const ticket = filed ? await sameRequest(filed, asked, ports) : await fileNew(asked, ports);
    if (ticket.status !== 'PURGED') await goOn(ticket, request, ports);
    return firstAnswer(ticket, ports);
  },
});

interface Asked extends Pick<Received, 'asserted'> {
  readonly ticketId: string;
  readonly request: TicketRequest;
  readonly policy: Digest;
  readonly chosen: boolean;
  readonly requestDigest: string | undefined;
}

/** The ticket that a caller's own id of a request stands for. */
export const ticketIdOf = async (pseudonyms: Ports['pseudonyms'], requestId: string): Promise<string> =>
  `T-${(await pseudonyms.of('request', requestId)).slice(0, 20)}`;

/**
 * A digest of the whole request, keyed by the caller's own id of it. It outlives the case; without that id, which is
 * not stored, nobody can test guesses against it.
 */
const digestOfRequest = (pseudonyms: Ports['pseudonyms'], requestId: string, request: TicketRequest) =>
  pseudonyms.of('request-body', `${requestId}\n${Buffer.from(jsonBytes(request)).toString('utf8')}`);

type Filing = Pick<Ports, 'tickets' | 'vault' | 'models' | 'artifacts' | 'pseudonyms' | 'calendar' | 'clock'>;

/** The ticket that is there, for this very request. IDEMPOTENCY_MISMATCH for any other under the same id. */
const sameRequest = async (ticket: Ticket, { request, requestDigest }: Asked, { vault }: Filing): Promise<Ticket> => {
  const same =
    ticket.requestDigest === undefined // of a ticket from before requests had a digest
      ? ticket.model === request.model &&
        ticket.commitment === (await vault.commit(ticket.id, jsonBytes(forgetSetIn(request.forget))))
      : ticket.requestDigest === requestDigest;
  if (same) return ticket;
  throw new QuittanceError('IDEMPOTENCY_MISMATCH', {
    message: `the id of this request stands for another request, which is ticket ${ticket.id}`,
    expected: 'the same request as before, in every field, or an id of its own',
    hint: 'send another Idempotency-Key with another request; nothing was changed',
  });
};

const fileNew = async (asked: Asked, ports: Filing): Promise<Ticket> => {
  const { ticketId, request, chosen } = asked;
  const { model } = await ports.models.get(request.model);
  const policy = chosen ? asked.policy : (model.policy ?? asked.policy);
  const known = await storedPolicy(ports.artifacts, policy); // a ticket that no gate could judge is not taken
  requireErasing(request, known);
  requireTrainable(request, known, model);
  const receipt = await receiptOf(request, ports);
  for (const id of request.linked ?? []) await ports.tickets.get(id); // TICKET_NOT_FOUND for one that is not there
  const { admission, protection } = await checkRequest(request, ports);
  const subjectKey = await subjectKeyOf(request, admission, ports.pseudonyms);
  await refuseDuplicate(request.model, subjectKey, ports.tickets);
  await ports.vault.createKey(ticketId);
  const commitment = await ports.vault.commit(ticketId, jsonBytes(forgetSetIn(request.forget)));
  const subject = { subjectDigest: await subjectDigest(ports.vault, ticketId, subjectKey) };
  const event = { ...receivedEvent({ ...asked, policy }, commitment, receipt), ...subject, protection };
  return createTicket(asked, event, { subjectKey, calendar: receipt.calendar }, ports);
};

/** What follows the ticket's creation, as far as it is not done yet; what the vault holds is not written again. */
const goOn = async (
  ticket: Exclude<Ticket, { status: 'PURGED' }>,
  request: TicketRequest,
  ports: Filing & Pick<Ports, 'workflows' | 'notifier'>,
): Promise<void> => {
  const ticketId = ticket.id;
  await keepSecrets(ticketId, request, ports);
  if (workingOf(ticket).status === 'RECEIVED')
    await ports.workflows.start({ workflow: 'erasure', name: ticketId, input: { ticketId } }).catch(unlessStarted);
  if (isClosed(ticket)) return;
  const references = { ticketId, safeDue: ticket.due.safeDue };
  const id = `${ticketId}.acknowledgement`;
  await ports.notifier.notify({ id, to: 'requester', template: 'acknowledgement', references });
};

/** An execution of this name that has ended, or went on with the ticket, was started by an earlier call. */
const unlessStarted = (error: unknown): void => {
  if (!isQuittanceError(error, 'EXECUTION_EXISTS')) throw error;
};

/** The first call's answer, whatever has happened to the ticket since; only the secret is destroyed with the case. */
export const firstAnswer = async (ticket: Ticket, { tickets, vault }: Pick<Ports, 'tickets' | 'vault'>) => {
  const { id: ticketId, commitment, calendar } = ticket;
  const [first] = await tickets.events(ticketId);
  const { at, event } = parseJson(Buffer.from(must(first, 'first event').body), FirstEvent, 'the first event');
  const { due } = receive(event, { subjectKey: NOBODY, calendar }, new Date(at)).ticket;
  const openingSecret = ticket.status === 'PURGED' ? undefined : await vault.openingSecret(ticketId);
  const { protection } = event;
  return { ticketId, commitment, due, ...(protection && { protection }), ...(openingSecret && { openingSecret }) };
};

const FirstEvent = z.object({ at: Instant, event: Received });
/** Stands for the subject where dates are computed, which do not depend on who it is. */
const NOBODY = '0'.repeat(64);

/** Whoever files has seen the mandate. */
const factsOf = ({ agent, filer, minor, linked, recipients }: TicketRequest): Partial<Received> => ({
  ...(agent && { agent: { ...agent, seenBy: filer } }),
  ...(minor && { minor }),
  ...(linked && { linked }),
  ...(recipients && { recipients }),
});

const receivedEvent = (asked: Asked, commitment: string, { recorded, calendar }: Receipt): Received => {
  const { ticketId, request, policy, requestDigest, asserted } = asked;
  return {
    type: 'received',
    id: ticketId,
    model: request.model,
    regime: request.regime,
    ground: request.ground,
    channel: request.channel,
    filer: request.filer,
    ...recorded,
    calendarDigest: digestJson(calendar),
    commitment,
    counts: { records: request.forget.records.length, thirdPartiesAffected: request.thirdPartiesAffected },
    policy,
    quantisation: request.quantisation,
    method: request.method,
    claim: { ...request.identity, verifiedBy: request.filer },
    exemption: request.exemption,
    ...factsOf(request),
    twoPeople: true,
    ...(requestDigest && { requestDigest }),
    ...(request.forget.revealed && { revealed: request.forget.revealed }),
    ...(asserted && { asserted }),
  };
};

/**
 * TICKET_DUPLICATE; STORE_CORRUPT where the other ticket's row was edited. Asked before there is a key: one that is
 * destroyed is never made again, so that the same file could not be filed once the other ticket is closed.
 */
export const refuseDuplicate = async (
  model: string,
  subjectKey: string,
  tickets: Pick<Ports['tickets'], 'openOf'>,
): Promise<void> => {
  const open = await tickets.openOf(model, (error) => {
    // a damaged row is nobody else's fault; but of this person's the column may be the one by which the store itself
    // refuses duplicates
    if (error instanceof OtherColumn && duplicateKey(error.ticket) === subjectKey) throw error;
  });
  const other = open.find((ticket) => duplicateKey(ticket) === subjectKey);
  if (other)
    throw new QuittanceError('TICKET_DUPLICATE', {
      message: `ticket ${other.id} covers the same person and model`,
      hint: `see 'quittance ticket show ${other.id}'; nothing was stored, and once it is closed this can be filed`,
    });
};

/**
 * Creates the ticket, or finds the one that a call at the same time has created; a key made for a duplicate that was
 * filed at the same moment is destroyed again.
 */
const createTicket = async (
  asked: Asked,
  event: Received,
  { subjectKey, calendar }: { subjectKey: string; calendar: HolidayCalendar },
  ports: Filing,
): Promise<Ticket> => {
  const { tickets, vault, clock } = ports;
  const transition = receive(event, { subjectKey, calendar }, clock.now());
  try {
    await tickets.create(transition);
  } catch (error) {
    const other = await findTicket(tickets, event.id);
    if (other) return sameRequest(other, asked, ports);
    if (isQuittanceError(error, 'TICKET_DUPLICATE')) await vault.destroy(event.id);
    throw error;
  }
  return transition.ticket;
};

/**
 * The key by which a second ticket of the same person is recognised: the person of the training data, or else the name.
 */
export const subjectKeyOf = (
  { subject }: TicketRequest,
  admission: Admission | undefined,
  pseudonyms: Ports['pseudonyms'],
): Promise<string> => pseudonyms.of('subject', admission?.person ?? nameKey(subject.name));

const findTicket = async (tickets: Filing['tickets'], id: string): Promise<Ticket | undefined> => {
  try {
    return (await tickets.get(id)).ticket;
  } catch (error) {
    if (isQuittanceError(error, 'TICKET_NOT_FOUND')) return undefined;
    throw error;
  }
};

const keepSecrets = async (ticketId: string, request: TicketRequest, { vault, pseudonyms }: Filing): Promise<void> => {
  const { subject, subjectReason, note } = request;
  const secrets: RequestSecrets = { kind: 'quittance-request/v1', subject, subjectReason, note };
  const kept = await vault.list(ticketId);
  const { rows } = request.forget;
  const put = (name: string, value: unknown): Promise<void>[] =>
    value === undefined || kept.includes(name) ? [] : [vault.put(ticketId, name, jsonBytes(value))];
  await Promise.all([
    ...put('request', secrets),
    ...put('forget-set', forgetSetIn(request.forget)),
    ...put(CORPUS_ROWS, rows),
    vault.label(ticketId, await subjectLabels(subject, pseudonyms)),
  ]);
};
