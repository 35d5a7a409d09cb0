// How the command line shows a ticket. Trap: only ids, codes and digests are printed; the case's content stays in the
// vault.
import type { Protection } from '#core/protection.ts';
import { recordsText } from '#core/subject.ts';
import { protectionOf, protectionTexts } from '#report/protection.ts';
import type { Proposal, Ticket } from '#core/ticket.ts';
import type { Embedded } from '#entry/embedded.ts';
import type { Preview } from '#functions/preview-ticket.ts';
import type { Arguments, ExitCode } from '../command.ts';

/** Prints the ticket once it rests; incomplete where a person must help. */
export const printTicket = async (args: Arguments, embedded: Embedded, ticketId: string): Promise<ExitCode> => {
  const { tickets } = embedded.ports;
  const one = args.flag('no-wait')
    ? (await tickets.get(ticketId)).ticket
    : await (await import('./rest.ts')).atRest(embedded, ticketId);
  args.print(summary(one), () => describe(one));
  return one.status === 'REMEDIATION' ? 2 : 0;
};

export const summary = (one: Ticket) => ({
  id: one.id,
  status: one.status,
  model: one.model,
  regime: one.regime,
  filer: one.filer,
  due: one.due,
  ...('evidence' in one ? { evidence: one.evidence } : {}),
  ...('proposal' in one && one.proposal ? { proposal: one.proposal } : {}),
  ...(protectionOf(one) ? { protection: protectionOf(one) } : {}),
});

export const describe = (one: Ticket): string => {
  const lines = [
    `${one.id} is ${one.status}`,
    `  model ${one.model}, ${one.regime} ${one.ground}, filed by ${one.filer}`,
    `  due ${one.due.safeDue} (statutory ${one.due.statutoryDue})`,
  ];
  if ('evidence' in one) lines.push(`  evidence ${one.evidence}`);
  const protection = protectionOf(one);
  if (protection) lines.push(...protectionLines(protection));
  if ('proposal' in one && one.proposal) lines.push(proposalLine(one.proposal));
  const next = nextOf(one);
  return [...lines, ...(next === undefined ? [] : [`  next: quittance ticket ${next}`])].join('\n');
};

const proposalLine = ({ act, reason, by, at }: Proposal): string =>
  `  proposed by ${by} at ${at}: ${act}${reason === undefined ? '' : ` (${reason})`}; another person does it with ${CONFIRM[act]}`;

const CONFIRM: Readonly<Record<Proposal['act'], string>> = {
  released: "'release'",
  refused: "'close --outcome refused' and the same reason",
  withdrawn: "'close --outcome withdrawn' and the same reason",
  cancelled: "'close --outcome cancelled' and the same reason",
};
/** What `file --dry-run` says. */
export const describePreview = ({ records, inDoubt, due, protection }: Preview): string =>
  [
    `would be filed: ${records} records, due ${due.safeDue} (statutory ${due.statutoryDue}); nothing was stored`,
    ...(inDoubt.length > 0 ? [`  a second person would have to confirm ${recordsText(inDoubt)}`] : []),
    ...protectionLines(protection),
  ].join('\n');

/** What the interim rule cannot protect, and whom else it touches. */
const protectionLines = (protection: Protection): string[] =>
  protectionTexts(protection).map((text) => `  meanwhile: ${text}`);

const nextOf = (one: Ticket): string | undefined => {
  if (one.status === 'AWAITING_APPROVAL') return `approve ${one.id} --as WHO (not ${one.filer})`;
  if (one.status === 'DEPLOYING') return 'list: it is deployed after the ticket that it was built on';
  if (one.status === 'ON_HOLD') return `release ${one.id} --as WHO (it takes two people)`;
  if (one.status === 'EXEMPTION_PENDING')
    return `close ${one.id} --as WHO --outcome refused --reason ${one.exemption?.code ?? 'CODE'}, or resume ${one.id} --as WHO (not ${one.filer})`;
  if (one.status === 'REMEDIATION' && one.reason === 'SUBJECT_MISMATCH')
    return `confirm ${one.id} --as WHO (not ${one.filer}) --reason CODE --note FILE, or refuse it`;
  if (one.status === 'REMEDIATION') return `resume ${one.id} --as WHO, once '${one.reason}' in ${one.step} is settled`;
  return undefined;
};
