// The page for counsel: the request, its deadline, what was done and tested, what is not claimed, who decided, how to
// verify it.
import { plural } from '#core/plural.ts';
import { groundLabel, regimeOf } from '#core/regimes.ts';
import type { AuditReport } from '../audit-report.ts';
import { CHANNEL_LABELS, RECERTIFICATION_LABELS } from '../labels.ts';
import type { Executive } from '../shape.ts';
import { heading, list, paragraph, type Block, type Line, type Section } from './blocks.ts';

export const summary = (report: AuditReport): Section => {
  const { executive } = report;
  return {
    id: 'summary',
    title: 'Summary for counsel',
    blocks: [
      { kind: 'notice', line: executive.done },
      { kind: 'terms', items: items(report) },
      heading('What was tested'),
      list(executive.tested),
      heading('The limits on it'),
      list(executive.limits),
      heading('What is not claimed'),
      list(executive.notClaimed),
      heading('Copies that still exist'),
      copies(executive.residualCopies),
      heading('How anyone can verify this'),
      list(executive.verify),
    ],
  };
};

const items = ({ executive, recertification }: AuditReport): [term: string, line: Line][] => {
  const { request, deadline, people, informed, validity } = executive;
  return [
    ['Request', [`${requestText(request)}; received `, { time: request.receivedAt }]],
    ['Outcome', executive.outcome],
    ['Deadline', deadlineLine(deadline)],
    ['How it was counted', deadline.derivation.join('; ')],
    ['Filed by', people.filer],
    ['Approved by', approvedBy(people)],
    ['Parties told', informed.length === 0 ? 'nobody yet' : informed.flatMap(toldLine)],
    [
      'Valid until',
      validity.validUntil === null
        ? `no certificate. ${validity.rule}`
        : [{ time: validity.validUntil }, `. ${validity.rule}`],
    ],
    ['Re-certification', `${RECERTIFICATION_LABELS[recertification.state]}: ${recertification.line}`],
  ];
};

/** The law, the ground, how many records, and the channel by which the request came. */
const requestText = ({ regime, ground, records, channel }: Executive['request']): string =>
  `${regimeOf(regime).label}, ${groundLabel(regime, ground)}; ${plural(records, 'record')}; by ${CHANNEL_LABELS[channel]}`;

const VERDICTS = {
  met: 'met',
  missed: 'missed',
  open: 'open: the requester has not been told yet how the ticket ended',
} as const;

const deadlineLine = ({ verdict, statutoryDue, safeDue, answeredAt }: Executive['deadline']): Line => {
  const due = `${VERDICTS[verdict]}; due ${statutoryDue} (to be safe ${safeDue})`;
  return answeredAt === null ? due : [`${due}; answered `, { time: answeredAt }];
};

const approvedBy = ({ approver, approvedAt }: Executive['people']): Line => {
  if (approver === null) return 'nobody yet';
  return approvedAt === null ? approver : [`${approver}, `, { time: approvedAt }];
};

const toldLine = ({ template, at }: Executive['informed'][number], i: number) => [
  `${i === 0 ? '' : '; '}${template}, `,
  { time: at },
];

const copies = (found: Executive['residualCopies']): Block =>
  found.length === 0
    ? paragraph('None are known to this system.')
    : list(found.map(({ what, digest, until }) => [`${what}, destroyed by `, { time: until }, ': ', { code: digest }]));
