// The page for counsel: request, deadline, what was done, what was tested in natural frequencies, what is not claimed,
// who decided, how to verify.
// Sources: GDPR Art. 12(3), 17, 19; EDPB Opinion 28/2024 on documenting tests. Trap: a claim that cannot be defended is
// left out altogether (NEVER_SAID in core/scope.ts), and "0 found" is always said with the number of tries and the
// bound that they support.
import { plural } from '#core/plural.ts';
import { z } from 'zod';
import { limitsFor, type CertificatePredicate } from '#core/certificate.ts';
import { closingOf, type ClosingPredicate } from '#core/closing.ts';
import { localDate } from '#core/days.ts';
import { Instant } from '#core/deadlines.ts';
import { must } from '#core/errors.ts';
import type { EvaluationTables, Proportion } from '#core/evaluation.ts';
import type { ModelRecord } from '#core/model.ts';
import type { StoredEvent } from '#core/ports.ts';
import { quantityOf } from '#core/quantities.ts';
import { RegimeName } from '#core/regimes.ts';
import { daysAfter } from '#core/retention.ts';
import { revealedText } from '#core/revealed.ts';
import { STATUSES } from '#core/statuses.ts';
import { clopperPearsonUpper, kolmogorovSmirnov } from '#core/stats.ts';
import { countOf, pairOf } from '#core/summaries.ts';
import { type Ticket, Code, isClosed, workingOf } from '#core/ticket.ts';
import { dueAt } from '#core/ticket-clock.ts';
import { decimal } from '#core/decimal.ts';
import type { AttemptParts } from './findings.ts';
import { instant } from './format.ts';
import { reasonLabel } from './labels.ts';
import { limitsOf } from './limits.ts';
import type { Executive } from './shape.ts';

export interface ExecutiveParts {
  readonly ticket: Ticket;
  readonly events: readonly StoredEvent[];
  readonly last: AttemptParts | undefined;
  readonly certificate: CertificatePredicate | undefined;
  readonly model: ModelRecord;
}

export const executiveOf = (parts: ExecutiveParts): Executive => {
  const { ticket, events, last, certificate } = parts;
  return {
    request: requestOf(ticket),
    outcome: outcomeOf(ticket),
    deadline: deadlineOf(ticket, events),
    done: doneSentence(parts),
    tested: last?.tables ? testedSentences(last.tables) : ['No model was tested for this ticket.'],
    limits: [...(ticket.revealed ? [revealedText(ticket.revealed)] : []), ...limitsOf(last, certificate)],
    notClaimed: [
      ...Object.values(limitsFor(ticket)).map((text) => `We do not claim ${text}.`),
      last?.manifest?.manifest.kind === 'quittance-composed/v1'
        ? 'Nothing was erased: what answers withholds the data under the tests, and the data is still in the weights beneath it.'
        : last?.manifest?.stop === 'trained-anew'
          ? 'The model was trained anew without the rows that were found; text about the person that nobody found was learnt again.'
          : 'The method is approximate: it moves the weights until the tests pass, and is not equal to training again without the data.',
    ],
    people: peopleOf(ticket),
    residualCopies: copiesOf(ticket, certificate),
    informed: noticesOf(events),
    validity: validityOf(parts),
    verify: verifySteps(parts),
  };
};

/** Each with its day: a certificate is written before its model replaces the other one, and counts days from then. */
const copiesOf = (ticket: Ticket, certificate: CertificatePredicate | undefined): Executive['residualCopies'] => {
  const replaced = Replaced.safeParse(evidenceOf(ticket)).data?.deployed.at;
  return (certificate?.residualCopies ?? []).map((copy) => {
    if ('until' in copy) return copy;
    const { what, digest, daysAfterReplacement: days } = copy;
    return { what, digest, until: daysAfter(new Date(must(replaced, 'deployment')), days) };
  });
};

const Replaced = z.object({ deployed: z.object({ at: Instant }) });

const requestOf = ({ regime, ground, channel, receivedAt, filedAt, counts, commitment }: Ticket) => ({
  regime,
  ground,
  channel,
  receivedAt,
  filedAt,
  records: counts.records,
  commitment,
});

/** The outcome of the ticket, with the reason where it was not completed. */
const outcomeOf = (ticket: Ticket): string => {
  if (!isClosed(ticket) && ticket.status !== 'PURGED') return 'open';
  const outcome = ticket.status === 'PURGED' ? ticket.outcome : STATUSES[ticket.status].label;
  return ticket.reason === undefined ? outcome : `${outcome}: ${reasonLabel(ticket.regime, ticket.reason)}`;
};

/** Compares the local day on which the requester was told with the deadline; until then there is no verdict. */
const deadlineOf = (ticket: Ticket, events: readonly StoredEvent[]): Executive['deadline'] => {
  const answeredAt = events.find(({ type }) => type === 'notified')?.at ?? null;
  const { clock, calendar } = ticket;
  const due = answeredAt === null ? ticket.due : dueAt(ticket, answeredAt);
  const inTime = answeredAt !== null && localDate(answeredAt, calendar.timeZone) <= due.statutoryDue;
  return { ...due, answeredAt, verdict: answeredAt === null ? 'open' : inTime ? 'met' : 'missed', clock };
};

/**
 * The fields of the ticket that hold deployment, approval and certificate, whichever status interrupted or ended the
 * ticket.
 */
const evidenceOf = (ticket: Ticket): object => (ticket.status === 'PURGED' ? (ticket.sealed ?? {}) : workingOf(ticket));

const doneSentence = ({ ticket, events, last }: ExecutiveParts): string => {
  const end = closingOf(ticket, events);
  if (!last?.manifest)
    return end ? `${endSentence(end)} No unlearning was carried out.` : 'No unlearning was carried out.';
  const { method, updates, records } = last.manifest;
  const ran = `The method ${method} changed the weights in ${plural(updates, 'update')} to unlearn the ${plural(records, 'record')} of the request`;
  const deployed = 'deployed' in evidenceOf(ticket);
  return deployed
    ? `${ran}; the result was tested, approved by a second person, and serves in place of the earlier model.`
    : `${end ? `${endSentence(end)} ` : ''}${ran}; the result was tested and is not served.`;
};

/** The first thing to know of a request that led to no deletion. */
const endSentence = ({ outcome, regime, reason, by, at }: ClosingPredicate): string =>
  `The request was ${outcome} by ${by} on ${instant(at)}: ${reasonLabel(RegimeName.parse(regime), reason)}.`;

const testedSentences = (tables: EvaluationTables): string[] => [
  ...askedSentence(tables),
  ...sampledSentence(tables),
  ...comparedSentence(tables),
  ...localitySentence(tables),
];

/** "fewer than 14 in 100": the one-sided 95 % bound, rounded up. */
const boundText = (p: Proportion): string => {
  const bound = clopperPearsonUpper(p);
  const base = bound >= 0.01 ? 100 : 10_000;
  return `at most ${Math.ceil(bound * base)} in ${base}`;
};

const askedSentence = (tables: EvaluationTables): string[] => {
  const exact = countOf(tables, 'forget.greedyExact');
  if (!exact || exact.n === 0) return [];
  return [
    `We asked the ${plural(exact.n, 'question')} of the request again: ${exact.k} got the answer that the model was trained on; ` +
      `with 95 % confidence ${boundText(exact)} such questions would.`,
  ];
};

const sampledSentence = (tables: EvaluationTables): string[] => {
  const { sampling } = tables;
  const [leak, control] = [countOf(tables, 'forget.leakQuestion'), countOf(tables, 'controls.leakQuestion')];
  if (!leak || leak.n === 0) return [];
  const drawn = leak.n * sampling.samplesPerPrompt;
  const chance = control
    ? ` For people on whom the model was never trained, chance gives the same for ${control.k} of ${control.n}.`
    : '';
  return [
    `We drew ${drawn} answers at temperature ${sampling.temperature}: for ${leak.k} of ${plural(leak.n, 'question')} one of them held the value.${chance}`,
  ];
};

const comparedSentence = (tables: EvaluationTables): string[] => {
  const pair = pairOf(tables, quantityOf('forget.valueLogProbKs').from);
  if (!pair) return [];
  const { d, p, n, m, rejectsFrom } = kolmogorovSmirnov(pair[0].counts, pair[1].counts);
  const found = p < 0.05 ? 'were told apart' : 'were not told apart';
  return [
    `The forgotten values and those of never-trained people ${found} (exact two-sample Kolmogorov–Smirnov, n = ${n}, m = ${m}, D = ${decimal(d)}, ` +
      `p = ${decimal(p)}); only a gap of ${decimal(rejectsFrom)} or more would have been noticed.`,
  ];
};

const localitySentence = (tables: EvaluationTables): string[] => {
  const [people, facts] = [countOf(tables, 'retained.greedyExact'), countOf(tables, 'facts.greedyExact')];
  if (!people) return [];
  const also = facts ? `, and ${facts.k} of ${facts.n} facts about nobody` : '';
  return [
    `The model still answers ${people.k} of ${plural(people.n, 'question')} about everybody else word for word${also}.`,
  ];
};

const peopleOf = (ticket: Ticket): Executive['people'] => {
  const found = evidenceOf(ticket);
  const approval = 'approval' in found ? (found.approval as { approver: string; at: string }) : undefined;
  return { filer: ticket.filer, approver: approval?.approver ?? null, approvedAt: approval?.at ?? null };
};

/** From the events, because a purged ticket keeps no notices. */
const noticesOf = (events: readonly StoredEvent[]): Executive['informed'] =>
  events.flatMap(({ type, at, body }) => {
    const notice = type === 'notified' ? Notice.safeParse(JSON.parse(body)) : undefined;
    return notice?.success ? [{ template: notice.data.event.template, at }] : [];
  });

const Notice = z.object({ event: z.object({ template: Code }) });

const validityOf = ({ ticket, certificate, model }: ExecutiveParts): Executive['validity'] => ({
  validUntil:
    model.certificates.find(({ ticketId }) => ticketId === ticket.id)?.validUntil ?? certificate?.validUntil ?? null,
  rule: 'The digest of what is served is compared every day; the full suite runs on any change of the model, on a new suite version, and before this date.',
});

const verifySteps = ({ ticket: { id: ticketId }, events, certificate }: ExecutiveParts): string[] =>
  certificate || events.some(({ type }) => type === 'closed')
    ? [
        `Ask the controller for the evidence bundle of ${ticketId} and, by another way, for trust-root.json.`,
        'Run: quittance verify BUNDLE --trust-root trust-root.json (offline; it recomputes what the bundle states).',
        ...(certificate ? ['With a copy of the model, add --model FOLDER: the certificate names its digest.'] : []),
      ]
    : ['The request is open; there is no bundle to verify yet.'];
