// Those outside who were away when a ticket came to its end are asked again: an authority stamps the certificate later,
// and a witness co-signs the head of today, at which the log's key then signs the ticket's leaves anew. Bundles from
// then on have both; what was handed out before stays as valid as it was.
// Traps: a stamp of today shows that the certificate existed today, no earlier. Whoever fails is not asked for the next
// certificate of the same run, so that one that is away costs one wait and not thousands; and only the newest are
// looked at, so that the work of a day does not grow with the installation's age.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Attestors } from '#core/attestors.ts';
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { LogPorts, LogState } from '#core/ledger/log.ts';
import { readTicketLeaves, writeTicketLeaves } from '#core/ledger/ticket-leaves.ts';
import { cosigners } from '#core/ledger/witnesses.ts';
import type { Ports, StoredEvent, TicketStore } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import { Stamp } from '#core/ticket-events.ts';
import { stamps } from '#core/timestamp/stamps.ts';
import { commitEvent } from './step-support.ts';

type Authorities = Attestors['timestamps'];
type StampPorts = Pick<Ports, 'artifacts' | 'outside'>;

/** What each authority gave for a certificate, or why it gave none; one that does not answer rightly stops nothing. */
export const stampedBy = async (
  authorities: Authorities,
  certificate: Digest,
  { artifacts, outside }: StampPorts,
): Promise<Stamp[]> => {
  const found = await stamps(await artifacts.get(certificate), authorities, outside, () => randomBytes(8));
  const kept = found.map(async (stamp) =>
    'token' in stamp ? { authority: stamp.authority, token: await artifacts.put(stamp.token) } : stamp,
  );
  return Promise.all(kept);
};

/** Most tickets of a model that one run looks at, from the newest. */
const MOST = 500;

type AgainPorts = StampPorts & Pick<Ports, 'tickets' | 'models' | 'clock'>;

/** Asks each authority for the model's certificates that it has not stamped; what comes is an event of the ticket. */
export const stampAgain = async (model: string, ports: AgainPorts): Promise<void> => {
  let { timestamps: asked } = await ports.outside.attestors();
  if (asked.length === 0) return;
  const issued = (await ports.models.get(model)).model.certificates.slice(-MOST).reverse();
  for (const { ticketId, certificateDigest } of issued) {
    const given = stampedIn(await ports.tickets.events(ticketId));
    const missing = asked.filter(({ name }) => given !== undefined && !given.has(name));
    if (missing.length === 0) continue;
    const found = await stampedBy(missing, certificateDigest, ports);
    const tokens = found.filter((stamp) => 'token' in stamp);
    asked = asked.filter(({ name }) => !found.some((stamp) => stamp.authority === name && 'failed' in stamp));
    if (tokens.length > 0) await noteStamps(ticketId, tokens, ports);
    if (asked.length === 0) return;
  }
};

/** TICKET_CONFLICT where another moved the ticket since: the next run asks again. */
const noteStamps = async (ticketId: string, timestamps: Late, ports: AgainPorts): Promise<void> => {
  try {
    await commitEvent(ports, await ports.tickets.get(ticketId), { type: 'timestamped', timestamps });
  } catch (error) {
    if (!isQuittanceError(error, 'TICKET_CONFLICT')) throw error;
  }
};

type Late = Extract<Stamp, { token: Digest }>[];

const Stamped = z.object({ event: z.object({ timestamps: z.array(Stamp).default([]) }) });

/** Authorities that gave a token; undefined before there is a certificate. */
const stampedIn = (events: readonly StoredEvent[]): ReadonlySet<string> | undefined => {
  if (!events.some(({ type }) => type === 'certified')) return undefined;
  const stamping = events.filter(({ type }) => type === 'certified' || type === 'timestamped');
  const all = stamping.flatMap(({ body }) => parseJson(Buffer.from(body), Stamped, 'timestamps').event.timestamps);
  return new Set(all.flatMap((stamp) => ('token' in stamp ? [stamp.authority] : [])));
};

type NotePorts = LogPorts & { tickets: TicketStore } & Pick<Ports, 'models'>;

/**
 * Where more witnesses co-signed the head of today than the one at which a ticket's leaves were signed: signs them at
 * today's. `most`: how many tickets of the model are looked at, from the newest.
 */
export const noteAgain = async (
  { model, most = MOST }: { readonly model: string; readonly most?: number },
  witnesses: Attestors['witnesses'],
  log: LogState,
  ports: NotePorts,
): Promise<void> => {
  if (log.note === undefined) return;
  const now = await cosigners(ports.logStorage, witnesses, log.note);
  if (now === 0) return;
  for (const ticketId of await endedOf(model, most, ports)) {
    const leaves = await leavesWithin(ticketId, log, ports);
    const known = leaves && (await readTicketLeaves(ports.logStorage, ticketId, leaves.length));
    if (!known || (await cosigners(ports.logStorage, witnesses, known.checkpoint)) >= now) continue;
    await writeTicketLeaves(ports, log, ticketId, leaves, known.edition + 1);
  }
};

/** Tickets with something to hand out: certified ones, and those that were closed without a certificate. */
const endedOf = async (model: string, most: number, { models, tickets }: NotePorts): Promise<ReadonlySet<string>> => {
  const issued = (await models.get(model)).model.certificates.slice(-most).map(({ ticketId }) => ticketId);
  const { rows } = await tickets.page({ scope: 'closed', model, limit: most });
  return new Set([...issued.reverse(), ...rows.map(({ id }) => id)]);
};

/** Undefined where one of the ticket's events waits for its place, or has it after this head. */
const leavesWithin = async (
  ticketId: string,
  { size }: LogState,
  { tickets }: NotePorts,
): Promise<number[] | undefined> => {
  const events = await tickets.events(ticketId);
  const leaves = events.flatMap(({ leafIndex }) => (leafIndex !== undefined && leafIndex < size ? [leafIndex] : []));
  return leaves.length === events.length ? leaves : undefined;
};
