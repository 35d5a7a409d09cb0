// How the command line shows a ticket. Trap: only ids, codes and digests are printed; the case stays in the
// vault.
import type { Protection } from '#core/protection.ts';
import { tooFewText } from '#core/gate-words.ts';
import { recordsText } from '#core/record-numbers.ts';
import { plural } from '#core/plural.ts';
import { protectionOf, protectionTexts, withheldText } from '#core/protection-words.ts';
import { isClosed, type Proposal, type Ticket } from '#core/ticket.ts';
import type { Work } from '../work.ts';
import type { Remarks } from '#functions/file-bulk.ts';
import type { Preview } from '#functions/preview-ticket.ts';
import type { RequestView } from '#functions/view-request.ts';
import type { Arguments, ExitCode } from '../command.ts';
import { printable } from '../printable.ts';

/** Prints the ticket once it rests; incomplete where a person must help. */
export const printTicket = async (args: Arguments, embedded: Work, ticketId: string): Promise<ExitCode> => {
  const { tickets } = embedded.ports;
  const one = args.flag('no-wait')
    ? (await tickets.get(ticketId)).ticket
    : await (await import('./rest.ts')).atRest(embedded, ticketId);
  const isLeft = args.flag('no-wait') && nextOf(one) === undefined && !isClosed(one);
  args.print(summary(one), () => [describe(one), ...(isLeft ? [goesOn(one)] : [])].join('\n'));
  return one.status === 'REMEDIATION' ? 2 : 0;
};

/** Of a ticket at work that nobody waits for: who takes it on, and where it is seen. */
const goesOn = ({ id }: Ticket): string =>
  `  next: quittance ticket show ${id}; the work goes on with quittance serve, or with the next command that waits`;

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
    ...clockLines(one.due),
  ];
  if ('evidence' in one) lines.push(`  evidence ${one.evidence}`);
  lines.push(...fewLines(one));
  const protection = protectionOf(one);
  if (protection) lines.push(...protectionLines(protection));
  if ('proposal' in one && one.proposal) lines.push(proposalLine(one.proposal));
  const next = nextOf(one);
  return [...lines, ...(next === undefined ? [] : [`  next: quittance ticket ${next}`])].join('\n');
};

/** What so few records cannot show, while it can still be changed: the report says it once the tests are made. */
const fewLines = ({ counts }: Ticket): string[] => {
  const text = tooFewText(counts.records);
  return text === undefined ? [] : [`  limit: ${text}`];
};

/** By when receipt is to be confirmed, and that the dates move along while something is waited for. */
const clockLines = ({ acknowledgement, stopped }: Ticket['due']): string[] => [
  ...(acknowledgement ? [`  receipt to be confirmed by ${acknowledgement.safeDue}`] : []),
  ...(stopped ? [`  the clock stands still since ${stopped.since} (${stopped.reason}, by ${stopped.by})`] : []),
];

const proposalLine = ({ act, reason, by, at }: Proposal): string =>
  `  proposed by ${by} at ${at}: ${act}${reason === undefined ? '' : ` (${reason})`}; another person does it with ${CONFIRM[act]}`;

const CONFIRM: Readonly<Record<Proposal['act'], string>> = {
  released: "'release'",
  refused: "'close --outcome refused' and the same reason",
  withdrawn: "'close --outcome withdrawn' and the same reason",
  cancelled: "'close --outcome cancelled' and the same reason",
  expired: "'close --outcome expired' and the same reason",
  'partly-refused': "'refuse-part' and the same records and reason",
};
/** What `file --dry-run` says. */
export const describePreview = ({ records, due, ...remarks }: Preview): string =>
  [
    `would be filed: ${plural(records, 'record')}, due ${due.safeDue} (statutory ${due.statutoryDue}); nothing was stored`,
    ...remarkLines(remarks),
  ].join('\n');

/** What whoever files must know, of one request or of a row of a list. */
export const remarkLines = ({ inDoubt, lookAlikes, protection, impassable }: Remarks): string[] => [
  ...(inDoubt.length > 0 ? [`  a second person must confirm ${recordsText(inDoubt)}`] : []),
  ...lookAlikeLines(lookAlikes).map((line) => `  ${line}`),
  ...protectionLines(protection),
  ...untouchedLines(protection),
  ...impassable.map((check) => `  no deletion can pass ${check}`),
];

/** Two names that look alike are one person's to every comparison; whoever files may not have meant that. */
export const lookAlikeLines = (names: readonly string[]): string[] =>
  names.map(
    (one) => `note: ${one} mixes Latin letters with others that look like them, and is read as if all were Latin`,
  );

/** That nobody else is touched is a finding too, where it was counted. */
const untouchedLines = ({ withheld }: Protection): string[] =>
  withheld && withheld.answers + withheld.facts === 0 ? [`  meanwhile: ${withheldText(withheld)}`] : [];

/** Personal data, for the one who asked for it: nothing else of this file prints any. */
export const describeRequest = ({ ticketId, subject, inDoubt, ...request }: RequestView): string =>
  [
    `request of ${ticketId}; that you read it is logged`,
    `  name: ${printable(subject.name)}`,
    ...subject.aliases.map((alias) => `  alias: ${printable(alias)}`),
    ...subject.identifiers.map((identifier) => `  identifier: ${printable(identifier)}`),
    ...(request.subjectReason ? [`  why records do not name them: ${request.subjectReason}`] : []),
    ...(request.subjectNote === undefined ? [] : [`  confirmed, because: ${printable(request.subjectNote)}`]),
    ...(request.note === undefined ? [] : [`  note: ${printable(request.note)}`]),
    ...(inDoubt && inDoubt.others.length > 0 ? [`  another person's: ${recordsText(inDoubt.others)}`] : []),
    ...(inDoubt?.revealed ? [`  revealed by the model, not yet confirmed: ${recordsText(inDoubt.revealed)}`] : []),
    ...(inDoubt && inDoubt.unnamed.length > 0 ? [`  name nobody: ${recordsText(inDoubt.unnamed)}`] : []),
    ...request.records.map(
      ({ question, answer, value }, i) =>
        `  ${i + 1}. ${printable(question)}\n     ${printable(answer)}${value === undefined ? '' : `  [${printable(value)}]`}`,
    ),
  ].join('\n');

/** What the interim rule cannot protect, and whom else it touches. */
const protectionLines = (protection: Protection): string[] =>
  protectionTexts(protection).map((text) => `  meanwhile: ${text}`);

/** The command by which somebody takes the ticket on. */
export const nextOf = (one: Ticket): string | undefined => {
  if (one.status === 'AWAITING_APPROVAL') return `approve ${one.id} --as WHO (not ${one.filer})`;
  if (one.status === 'DEPLOYING') return 'list: it is deployed after the ticket that it was built on';
  if (one.status === 'ON_HOLD') return `release ${one.id} --as WHO (it takes two people)`;
  if (one.status === 'CLARIFICATION_PENDING')
    return `continue ${one.id} --as WHO --reason clarification, once the answer is there`;
  if (one.status === 'EXEMPTION_PENDING')
    return `close ${one.id} --as WHO --outcome refused --reason ${one.exemption?.code ?? 'CODE'}, or resume ${one.id} --as WHO (not ${one.filer})`;
  if (one.status === 'REMEDIATION' && one.reason === 'SUBJECT_MISMATCH')
    return `confirm ${one.id} --as WHO (not ${one.filer}) --reason CODE --note FILE, or refuse it`;
  if (one.status === 'REMEDIATION') return `resume ${one.id} --as WHO, once '${one.reason}' in ${one.step} is settled`;
  if (one.status === 'PURGED') return `bundle ${one.id} DIR, then: quittance verify DIR, quittance report ${one.id}`;
  return undefined;
};
