// How the command line shows a ticket, and how it waits for one. Trap: only ids, codes and digests are printed; the case's content stays in the vault.
import type { Ticket } from '#core/ticket.ts';
import type { Embedded } from '#entry/embedded.ts';
import type { Arguments, ExitCode } from '../command.ts';

/** Where nothing goes on without a person. */
const RESTING = new Set<Ticket['status']>([
  'AWAITING_APPROVAL',
  'IDENTITY_PENDING',
  'ON_HOLD',
  'REMEDIATION',
  'REFUSED',
  'WITHDRAWN',
  'CANCELLED',
  'PURGED',
]);
const POLL_MS = 100;

/** Prints the ticket once it rests; incomplete where a person must help. */
export const printTicket = async (
  args: Arguments,
  { ports, engine }: Embedded,
  ticketId: string,
): Promise<ExitCode> => {
  let one = (await ports.tickets.get(ticketId)).ticket;
  while (!args.flag('no-wait') && !RESTING.has(one.status)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    one = (await ports.tickets.get(ticketId)).ticket;
  }
  if (one.status === 'PURGED') await endOf(engine, ticketId);
  args.print(summary(one), () => describe(one));
  return one.status === 'REMEDIATION' ? 2 : 0;
};

/** The purge enters the log after the ticket says so. */
const endOf = async (engine: Embedded['engine'], ticketId: string) => {
  const execution = (await engine.listExecutions()).find(
    ({ name, workflow }) => name === ticketId && workflow === 'erasure',
  );
  if (execution) await engine.settled(execution.executionId);
};

export const summary = (one: Ticket) => ({
  id: one.id,
  status: one.status,
  model: one.model,
  regime: one.regime,
  filer: one.filer,
  due: one.due,
  ...('evidence' in one ? { evidence: one.evidence } : {}),
});

export const describe = (one: Ticket): string => {
  const lines = [
    `${one.id} is ${one.status}`,
    `  model ${one.model}, ${one.regime} ${one.ground}, filed by ${one.filer}`,
    `  due ${one.due.safeDue} (statutory ${one.due.statutoryDue})`,
  ];
  if ('evidence' in one) lines.push(`  evidence ${one.evidence}`);
  const next = nextOf(one);
  return [...lines, ...(next === undefined ? [] : [`  next: quittance ticket ${next}`])].join('\n');
};

const nextOf = (one: Ticket): string | undefined => {
  if (one.status === 'AWAITING_APPROVAL') return `approve ${one.id} --as WHO (not ${one.filer})`;
  if (one.status === 'ON_HOLD') return `release ${one.id} --as WHO (not ${one.hold.placedBy})`;
  if (one.status === 'REMEDIATION') return `resume ${one.id} --as WHO, once '${one.reason}' in ${one.step} is settled`;
  return undefined;
};
