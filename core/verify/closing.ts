// A request that ended without a deletion: the end that the service signed must be the end to which the events of the
// log lead.
// Trap: due dates depend on the controller's calendar of holidays, which is in no file of a bundle. They cannot be
// computed here, and the result says that they are the service's word.
import { plural } from '../plural.ts';
import { canonicalize, digestOf } from '../canonical.ts';
import { CLOSING_TYPE, ClosingPredicate } from '../closing.ts';
import type { Statement } from '../dsse.ts';
import { isClosed, OUTCOME_OF, type Ticket } from '../ticket.ts';
import { fail, isAbout, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';
import { replayed } from './history.ts';

const opened = (bundle: BundleReader): { said: ClosingPredicate; statement: Statement } => {
  const { statement, signers } = bundle.opened('closing.dsse.json');
  requireThat(statement.predicateType === CLOSING_TYPE, 'the statement is not about the end of a request');
  requireThat(
    signers.some((id) => bundle.keys('service').has(id)),
    'the service did not sign how the request ended',
  );
  const said = ClosingPredicate.safeParse(statement.predicate).data ?? fail('the closing does not have its form');
  return { said, statement };
};

export const closingSigned: Rule = (bundle) => {
  const { said, statement } = opened(bundle);
  const { at, body, leaf } = bundle.event('closed');
  requireThat(
    said.outcome === body['outcome'] && said.reason === body['reason'] && said.by === body['by'] && said.at === at,
    'the log names another outcome, reason, person or time',
  );
  requireThat(
    said.event === digestOf(leaf) && isAbout(statement, bundle.model, said.event),
    'the closing is about another event',
  );
  return `${said.outcome} by ${said.by} on ${said.at}: ${said.reason}`;
};

export const closingOfTicket: Rule = (bundle) => {
  const { said } = opened(bundle);
  const ticket = replayed(bundle);
  requireThat(said.ticketId === bundle.index.ticketId, 'the closing is of another ticket');
  for (const field of ['filer', 'regime', 'ground', 'receivedAt', 'filedAt'] as const)
    requireThat(said[field] === ticket[field], `the closing names another ${field} than was filed`);
  requireThat(
    canonicalize(said.clock) === canonicalize(ticket.clock),
    'the closing tells another course of the legal clock than the log',
  );
  return `filed by ${said.filer}; due by ${said.due.statutoryDue}, in the service's words`;
};

/** The events lead to this end, and to no certificate. */
export const historyCloses: Rule = (bundle) => {
  const ticket = replayed(bundle);
  const outcome = outcomeOf(ticket) ?? fail(`the history ends in ${ticket.status}`);
  requireThat(outcome === bundle.outcome, `the history ends with the request ${outcome}`);
  requireThat(ticket.policy === bundle.digest('policy.json'), 'the ticket was filed under another policy');
  return `${plural(ticket.sequence, 'event')}, each allowed after the one before it, up to: ${outcome}`;
};

const outcomeOf = (ticket: Ticket) => {
  if (isClosed(ticket)) return OUTCOME_OF[ticket.status];
  return ticket.status === 'PURGED' ? ticket.outcome : undefined;
};
