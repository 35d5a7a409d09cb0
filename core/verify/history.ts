// The ticket's history as the log has it, walked again through the product's own transition table: a history in which
// a step could not have followed the one before is refused, whoever signed it.
// Traps: the log does not have the controller's calendar, so that nothing here judges whether an extension was told in
// time; and that the last events were left out shows only where somebody signed how many there are.
import { plural } from '../plural.ts';
import { z } from 'zod';
import type { Digest } from '../canonical.ts';
import { isQuittanceError } from '../errors.ts';
import { advance, receive } from '../transitions.ts';
import { Instant } from '../deadlines.ts';
import { Received, TicketEvent } from '../ticket-events.ts';
import { TicketId, type Ticket, type TicketIn } from '../ticket.ts';
import { CLOCKS_DIFFER_MS } from '../ledger/log-keys.ts';
import { fail, notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

const Logged = z.strictObject({
  ticketId: TicketId,
  sequence: z.int().positive(),
  at: Instant,
  event: z.union([Received, TicketEvent]),
});
type Logged = z.infer<typeof Logged>;

/** Each event in its one form: a field that no event has, or a type that is none, is refused. */
const loggedEvents = (bundle: BundleReader): Logged[] =>
  bundle.eventNames.map((name) => {
    const said = bundle.parsed(name);
    const parsed = Logged.safeParse(said);
    return parsed.success ? parsed.data : fail(`${name} is no event of a ticket${whatIsNew(said)}`);
  });

const LATER = "where a later version made the bundle, that version's verifier reads it";

/** What a later version may have added, where that is all that is wrong. */
const whatIsNew = (said: unknown): string => {
  const typed = z.object({ event: z.looseObject({ type: z.string() }) }).safeParse(said);
  if (!typed.success) return '';
  const { event } = typed.data;
  const own = (event.type === 'received' ? Received : TicketEvent).safeParse(event);
  const issues = own.error?.issues ?? [];
  if (issues.some(({ code }) => code === 'invalid_union'))
    return `: this verifier knows no such type of event; ${LATER}`;
  const fields = issues.flatMap((one) => (one.code === 'unrecognized_keys' ? one.keys : []));
  if (fields.length === 0 || fields.length < issues.length) return '';
  return `: this verifier knows no field ${fields.slice(0, 3).join(', ').slice(0, 100)}; ${LATER}`;
};

/** What the log does not hold of a ticket, and no rule on its events reads. */
const UNKNOWN = {
  subjectKey: '0'.repeat(64),
  calendar: { region: 'unknown', timeZone: 'UTC', source: 'none', holidays: [] },
};

/** By bundle, as every rule on its fields asks for it. */
const walked = new WeakMap<BundleReader, Ticket>();

/** The ticket that the events lead to. */
export const replayed = (bundle: BundleReader): Ticket => {
  const ticket = walked.get(bundle) ?? walk(bundle);
  walked.set(bundle, ticket);
  return ticket;
};

const walk = (bundle: BundleReader): Ticket => {
  const [first, ...rest] = loggedEvents(bundle);
  if (first?.event.type !== 'received') return fail('the history does not begin with a ticket that was received');
  const start = receive(first.event, UNKNOWN, new Date(first.at)).ticket;
  return rest.reduce(next, withoutDeadline(start));
};

const next = (ticket: Ticket, { event, at, sequence }: Logged): Ticket => {
  if (event.type === 'received') return fail(`event ${sequence}: the ticket was received twice`);
  try {
    return withoutDeadline(advance(ticket, event, new Date(at)).ticket);
  } catch (error) {
    if (!isQuittanceError(error)) throw error;
    return fail(`event ${sequence}, '${event.type}', cannot follow ${ticket.status}: ${error.code}`);
  }
};

const withoutDeadline = (ticket: Ticket): Ticket => ({
  ...ticket,
  due: { ...ticket.due, statutoryDue: NEVER_TOO_LATE },
});

/** The last day that a date can name: whether it was too late for something is not judged here. */
const NEVER_TOO_LATE = '9999-12-31';

type Completed = NonNullable<TicketIn<'PURGED'>['sealed']>;

type CertifiedTicket = TicketIn<'PURGED'> & { sealed: Completed };

/** The purged ticket at the end of the history, with the evidence that the history itself names. */
const certifiedTicket = (bundle: BundleReader): CertifiedTicket => {
  const ticket = replayed(bundle);
  if (ticket.status === 'PURGED' && ticket.sealed !== undefined) return { ...ticket, sealed: ticket.sealed };
  return fail(`the history ends in ${ticket.status}, without a certificate`);
};

/** The same for rules that rest on it: where the history does not hold, that is one failure and not one a rule. */
export const completed = (bundle: BundleReader): CertifiedTicket => {
  try {
    return certifiedTicket(bundle);
  } catch {
    return notChecked('rests on the history, which does not hold');
  }
};

export const historyReplayed: Rule = (bundle) => {
  const ticket = certifiedTicket(bundle);
  for (const [name, digest] of Object.entries(namedFiles(ticket)))
    requireThat(bundle.digest(name) === digest, `the history names another ${name} than the bundle holds`);
  const { run, deployed, served } = ticket.sealed;
  requireThat(run.verdict === 'pass', 'the history certifies a run that did not pass');
  requireThat(
    run.candidate === deployed.digest && served.digest === deployed.digest && deployed.previous === run.base,
    'the history deploys another model than the one that was judged, or over another base',
  );
  return `${plural(ticket.sequence, 'event')}, each allowed after the one before it`;
};

/** Digests by the names that the files have in a bundle. */
const namedFiles = ({ policy, sealed }: CertifiedTicket): Readonly<Record<string, Digest>> => {
  const { certificate, run, evidence, approval } = sealed;
  return {
    'certificate.dsse.json': certificate.digest,
    'plan.json': run.plan,
    'run.json': run.manifest,
    'tables.json': run.tables,
    'judgement.json': run.judgement,
    'evidence.json': evidence,
    'approval.dsse.json': approval.decision,
    'policy.json': policy,
  };
};

/** No event is dated after the checkpoint that it is in, nor the receipt after the filing. */
export const timesInOrder: Rule = (bundle) => {
  const { receivedAt, filedAt } = bundle.certified ? completed(bundle) : replayed(bundle);
  const events = loggedEvents(bundle);
  const last = events.at(-1) ?? fail('the bundle has no event');
  const { time } = bundle.checkpoint;
  requireThat(
    Date.parse(last.at) <= Date.parse(time) + CLOCKS_DIFFER_MS,
    `an event is dated ${last.at}, after the checkpoint of ${time}`,
  );
  requireThat(
    Date.parse(receivedAt) <= Date.parse(filedAt) + CLOCKS_DIFFER_MS,
    'the request was received after it was filed',
  );
  return `from ${filedAt} to ${last.at}, the checkpoint is of ${time}`;
};
