// Writes the end of a signing key into the history of every certificate that it signed (a person's, or the service's)
// or of every case whose leaves it listed (the log's own), so that the log has it: whoever checks one of them against a
// trust root from before is told. Called by whoever ends
// keys, after the key is gone.
// Trap: a crash leaves some histories without it; the same call again writes what is missing, and nothing twice.
import { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { Instant } from '#core/deadlines.ts';
import { Envelope } from '#core/dsse.ts';
import { isQuittanceError } from '#core/errors.ts';
import { isAsStrict, type KeyEnding } from '#core/key-end.ts';
import type { Ports } from '#core/ports.ts';
import { getJson, parseJson } from '#core/stored-json.ts';
import { isClosed, type Ticket } from '#core/ticket.ts';
import { sequenceEvents } from './sequence-log.ts';
import { commitEvent } from './step-support.ts';

export interface KeyEnd extends KeyEnding {
  readonly key: Digest;
}

/** Whose key it was. */
export type KeyOwner = 'approval' | 'service' | 'log';
type EndEvent = KeyEnd & { readonly type: `${KeyOwner}-key-ended` };

type EndPorts = Pick<Ports, 'tickets' | 'artifacts' | 'logStorage' | 'logHead' | 'signer' | 'clock'>;

/** Returns in how many histories the end did not stand yet. */
export const endKey = async (owner: KeyOwner, end: KeyEnd, ports: EndPorts): Promise<number> => {
  const written = await noteKeyEnd(owner, end, ports);
  await sequenceEvents(ports);
  return written;
};

/** The same, for who may not append to the log: the events enter it with the next run of a workflow. */
export const noteKeyEnd = async (owner: KeyOwner, end: KeyEnd, ports: NotingPorts): Promise<number> => {
  let written = 0;
  const event: EndEvent = { type: `${owner}-key-ended`, ...end };
  for await (const id of everyTicket(ports.tickets)) if (await noted(id, event, ports)) written++;
  return written;
};

type NotingPorts = Pick<Ports, 'tickets' | 'artifacts' | 'clock'>;

async function* everyTicket(tickets: Ports['tickets']): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const page = await tickets.page({ scope: 'all', limit: 500, after });
    for (const { id } of page.rows) yield id;
    after = page.next ?? undefined;
  } while (after !== undefined);
}

/** Others may move the ticket meanwhile: looked at again until it stands there. */
const noted = async (id: string, end: EndEvent, ports: NotingPorts): Promise<boolean> => {
  for (;;) {
    const found = await ports.tickets.get(id);
    if (!(await concerns(found.ticket, end, ports))) return false;
    const ends = (await ports.tickets.events(id)).filter(({ type }) => type === end.type);
    if (ends.some(({ body }) => says(body, end))) return false;
    try {
      await commitEvent(ports, found, end);
      return true;
    } catch (error) {
      if (!isQuittanceError(error, 'TICKET_CONFLICT')) throw error;
    }
  }
};

/** What is handed out of a case that has come to its end rests on the log's key, whoever signed the rest. */
const concerns = async (ticket: Ticket, { type, key }: EndEvent, ports: NotingPorts): Promise<boolean> => {
  if (type === 'log-key-ended') return isClosed(ticket) || ['EVIDENCE_SEALED', 'PURGED'].includes(ticket.status);
  const certificate = certificateOf(ticket);
  return certificate !== undefined && (await signersOf(certificate, ports)).includes(key);
};

const certificateOf = (ticket: Ticket): Digest | undefined => {
  if (ticket.status === 'EVIDENCE_SEALED') return ticket.certificate.digest;
  return ticket.status === 'PURGED' ? ticket.sealed?.certificate.digest : undefined;
};

/** Ids of the keys by which it is signed, as its envelope names them. */
const signersOf = async (certificate: Digest, { artifacts }: Pick<Ports, 'artifacts'>): Promise<string[]> =>
  (await getJson(artifacts, certificate, Envelope)).signatures.map(({ keyid }) => keyid);

const Logged = z.object({ event: z.object({ key: Digest, until: Instant, compromised: z.boolean() }) });
/** This end, or a stricter one: what a repeat of an earlier command says does not come after it. */
const says = (body: string, end: KeyEnd): boolean => {
  const { event } = parseJson(Buffer.from(body), Logged, 'the end of a key');
  return event.key === end.key && isAsStrict(event, end);
};
