// The verbs for what is done around a ticket: a part refused, an appeal, receipt, recipients, who looks after it,
// links. Each calls one step.
import { TicketId } from '#core/ticket.ts';
import type { Arguments, Option } from '../command.ts';
import { oneOf, person } from '../kinds.ts';
import { notOfKind, type Kind } from '../kind.ts';
import { choice, required } from '../values.ts';
import { step, timeOf } from './acts.ts';
import type { Verb } from './verb.ts';

const ticketId: Kind = (given, option) => {
  if (!TicketId.safeParse(given).success) throw notOfKind(option, 'the id of a ticket, such as T-1a2b3c4d5e', given);
};
const numbers: Kind = (given, option) => {
  if (!/^[1-9]\d{0,4}(,\s*[1-9]\d{0,4})*$/.test(given)) throw notOfKind(option, 'numbers such as 1,3', given);
};

const APPEAL_OUTCOMES = ['granted', 'upheld'] as const;
const END_OF_APPEAL = `decide-appeal ID --as WHO --decision ${APPEAL_OUTCOMES.join('|')}`;

export const AROUND_USAGE = [
  'refuse-part ID --as WHO --records N,N… --reason CODE',
  'appeal ID --as WHO [--at TIME]',
  END_OF_APPEAL,
  'acknowledge ID --as WHO [--at TIME]',
  'tell-recipient ID --as WHO --recipient WHO [--not-possible] [--at TIME]',
  'assign ID --as WHO [--to WHO]',
  'link ID --as WHO --other ID',
];

export const AROUND_OPTIONS = {
  records: {
    kind: 'value',
    value: 'NUMBERS',
    summary: 'of refuse-part: numbers of the records that are refused',
    is: numbers,
  },
  decision: {
    kind: 'value',
    value: 'OUTCOME',
    summary: 'of decide-appeal: granted, or upheld where the refusal stands',
    is: oneOf(APPEAL_OUTCOMES),
  },
  recipient: {
    kind: 'value',
    value: 'WHO',
    summary: 'of tell-recipient: to whom the data was passed',
    is: person,
  },
  'not-possible': { kind: 'flag', summary: 'of tell-recipient: cannot be told, or only out of proportion' },
  to: { kind: 'value', value: 'WHO', summary: 'of assign: who looks after the case (default: nobody)', is: person },
  other: { kind: 'value', value: 'ID', summary: 'of link: the other ticket', is: ticketId },
} as const satisfies Readonly<Record<string, Option>>;

/** Each number once, rising. */
const partOf = (args: Arguments) => ({
  records: [...new Set(required(args, 'records').split(',').map(Number))].sort((a, b) => a - b),
  reason: required(args, 'reason'),
});
const telling = (args: Arguments) => ({
  recipient: required(args, 'recipient'),
  ...(args.flag('not-possible') && { how: 'not-possible' }),
  ...timeOf(args, 'on'),
});
const assigning = (args: Arguments) => {
  const to = args.value('to');
  return to === undefined ? {} : { to };
};

export const AROUND_VERBS: Readonly<Record<string, Verb>> = {
  'refuse-part': step('refuse-part', partOf),
  appeal: step('appeal', (args) => timeOf(args, 'on')),
  'decide-appeal': step('decide-appeal', (args) => ({
    outcome: choice(args, 'decision', APPEAL_OUTCOMES),
  })),
  acknowledge: step('acknowledge', (args) => timeOf(args, 'on')),
  'tell-recipient': step('tell-recipient', telling),
  assign: step('assign', assigning),
  link: step('link', (args) => ({ ticket: required(args, 'other') })),
};
