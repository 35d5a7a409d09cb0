// Files a ticket: check → key and commitment → ticket → personal data → workflow → acknowledgement. Called by people
// (command line, API), not by a workflow.
// Trap: personal data is stored only after the ticket exists, so that a crash leaves at most an empty case that can be
// seen and closed; with a `requestId` the same call again picks up where it stopped.
import { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { Deadlines } from '#core/deadlines.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Admission, ForgetSet } from '#core/forget-set.ts';
import { nameKey } from '#core/words/names.ts';
import { storedPolicy } from '#core/policy.ts';
import type { Ports } from '#core/ports.ts';
import { Protection } from '#core/protection.ts';
import { defineStep } from '#core/step.ts';
import { TicketId, type Ticket } from '#core/ticket.ts';
import type { Received } from '#core/ticket-events.ts';
import { Asserted, TicketRequest, type RequestSecrets } from '#core/ticket-request.ts';
import { receive } from '#core/transitions.ts';
import { checkRequest } from './admission.ts';
import { jsonBytes } from './step-support.ts';

export const fileTicket = defineStep({
  name: 'file-ticket',
  input: z.strictObject({
    request: TicketRequest,
    /** The gate policy in force, as an artefact. */
    policy: Digest,
    /** The caller's own id of the request: the same again is the same ticket. */
    requestId: z.string().min(1).max(200).optional(),
    asserted: Asserted,
  }),
  output: z.strictObject({
    ticketId: TicketId,
    commitment: z.string(),
    /** Opens the commitment; for the requester only, kept nowhere but in the vault. */
    openingSecret: z.string(),
    due: Deadlines,
    /** What the interim rule will protect, and what it will cost others. */
    protection: Protection.optional(),
  }),
  uses: ['tickets', 'vault', 'models', 'artifacts', 'workflows', 'notifier', 'pseudonyms', 'calendar', 'clock', 'ids'],
  async run({ request, policy, requestId, asserted }, ports) {
    refuseFuture(request, ports.clock.now());
    await storedPolicy(ports.artifacts, policy); // a ticket that no gate could judge is not taken
    const ticketId = requestId ? await ticketIdOf(ports.pseudonyms, requestId) : ports.ids.next('T-');
    const forgetSet: ForgetSet = { kind: 'quittance-forget-set/v1', records: request.forget.records };
    // A repeated call is answered even when the model has changed since: by this very ticket, perhaps.
    const checked = (await isFiled(ports.tickets, ticketId)) ? undefined : await checkRequest(request, ports);
    await ports.vault.createKey(ticketId);
    const commitment = await ports.vault.commit(ticketId, jsonBytes(forgetSet));
    const event = {
      ...receivedEvent(ticketId, request, policy, commitment, ports),
      protection: checked?.protection,
      ...(asserted && { asserted }),
    };
    const { due, protection } = await createTicket(event, request, checked?.admission, ports);
    await keepSecrets(ticketId, request, forgetSet, ports);
    await ports.workflows.start({ workflow: 'erasure', name: ticketId, input: { ticketId } });
    const references = { ticketId, safeDue: due.safeDue };
    await ports.notifier.notify({
      id: `${ticketId}.acknowledgement`,
      to: 'requester',
      template: 'acknowledgement',
      references,
    });
    const openingSecret = await ports.vault.openingSecret(ticketId);
    return { ticketId, commitment, openingSecret, due, ...(protection && { protection }) };
  },
});

/** The ticket that a caller's own id of a request stands for. */
export const ticketIdOf = async (pseudonyms: Ports['pseudonyms'], requestId: string): Promise<string> =>
  `T-${(await pseudonyms.of('request', requestId)).slice(0, 20)}`;

type Filing = Pick<Ports, 'tickets' | 'vault' | 'models' | 'artifacts' | 'pseudonyms' | 'calendar' | 'clock'>;

/** INVALID_INPUT where a time of the request is yet to come. */
export const refuseFuture = (request: TicketRequest, now: Date) => {
  const times = [request.receivedAt ?? request.identity.verifiedAt, request.identity.verifiedAt];
  if (times.some((time) => Date.parse(time) > now.getTime()))
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the request names a time that is yet to come',
      expected: `at most ${now.toISOString()}`,
    });
};

const receivedEvent = (
  ticketId: string,
  request: TicketRequest,
  policy: Digest,
  commitment: string,
  { clock }: Filing,
): Received => ({
  type: 'received',
  id: ticketId,
  model: request.model,
  regime: request.regime,
  ground: request.ground,
  channel: request.channel,
  filer: request.filer,
  receivedAt: request.receivedAt ?? clock.now().toISOString(),
  commitment,
  counts: { records: request.forget.records.length, thirdPartiesAffected: request.thirdPartiesAffected },
  policy,
  quantisation: request.quantisation,
  method: request.method,
  claim: { ...request.identity, verifiedBy: request.filer },
  exemption: request.exemption,
  twoPeople: true,
});

/**
 * Creates the ticket, or finds the one that an interrupted call created; a key made for a duplicate is destroyed again.
 */
const createTicket = async (
  event: Received,
  request: TicketRequest,
  admission: Admission | undefined,
  ports: Filing,
): Promise<Pick<Ticket, 'due'> & { protection?: Protection | undefined }> => {
  const { tickets, vault, pseudonyms, calendar, clock } = ports;
  const existing = await existingTicket(tickets, event);
  if (existing) return existing;
  const subjectKey = await subjectKeyOf(request, admission, pseudonyms);
  const rest = { subjectKey, calendar: await calendar.around(clock.now()) };
  const transition = receive(event, rest, clock.now());
  try {
    await tickets.create(transition);
  } catch (error) {
    if (isQuittanceError(error, 'TICKET_DUPLICATE')) await vault.destroy(event.id);
    throw error;
  }
  return { due: transition.ticket.due, protection: event.protection };
};

/** By which a second ticket of the same person is known: the person of the training data, else the name. */
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

const isFiled = async (tickets: Filing['tickets'], id: string) => (await findTicket(tickets, id)) !== undefined;

const existingTicket = async (tickets: Filing['tickets'], event: Received) => {
  const ticket = await findTicket(tickets, event.id);
  if (!ticket || (ticket.commitment === event.commitment && ticket.model === event.model)) return ticket;
  throw new QuittanceError('INVALID_INPUT', { message: 'this request id was used before for another request' });
};

const keepSecrets = async (
  ticketId: string,
  { subject, subjectReason, note }: TicketRequest,
  forgetSet: ForgetSet,
  { vault }: Filing,
) => {
  const secrets: RequestSecrets = { kind: 'quittance-request/v1', subject, subjectReason, note };
  await vault.put(ticketId, 'request', jsonBytes(secrets));
  await vault.put(ticketId, 'forget-set', jsonBytes(forgetSet));
};
