// The verbs by which people act on a ticket: they decide, confirm, identify, hold, close. Each calls one step.
// Trap: what was typed twice, or typed again after a crash, is one act (again.ts); and a reason in words names people,
// so that it comes in a file.
import { PAUSE_REASONS } from '#core/counting.ts';
import { isQuittanceError, QuittanceError, usageError } from '#core/errors.ts';
import { SubjectReason } from '#core/subject.ts';
import type { Ticket } from '#core/ticket.ts';
import type { Arguments } from '../command.ts';
import { passphraseOf } from '../passphrase.ts';
import { actor, mayConfirm } from '../roster.ts';
import { choice, readInput, required } from '../values.ts';
import type { PersonalAct } from './again.ts';
import { printTicket } from './print.ts';
import { idOf, working, type Verb } from './verb.ts';

const NOTE_LIMIT_BYTES = 4_000;

/** Of the approver; it needs no reason to approve and a code to refuse. */
export const decide =
  (decision: 'approved' | 'refused'): Verb =>
  async (args, [id]) => {
    const verb = decision === 'approved' ? 'approve' : 'refuse';
    const ticketId = idOf(id, verb);
    const approver = actor(args, 'approval');
    const reason = decision === 'refused' ? required(args, 'reason') : undefined;
    const looked = args.value('evidence');
    return working(args, async (embedded) => {
      const { doOrGoOn } = await import('./again.ts');
      const why = reason === undefined ? {} : { reason };
      const event = decision === 'approved' ? 'approved' : 'approval-refused';
      const fields = { approver, ...why, ...(looked && { evidence: looked }) };
      const act: PersonalAct = { verb: `ticket ${verb}`, events: [event], fields, goesOn: true };
      await doOrGoOn(embedded, ticketId, act, async () => {
        const evidence = looked ?? evidenceOf((await embedded.ports.tickets.get(ticketId)).ticket);
        const secret = decision === 'approved' && (await passphraseOf(args, approver));
        const unlocked = secret ? { passphrase: secret } : {};
        await embedded.call('record-approval', {
          ticketId,
          approver,
          decision,
          evidence,
          ...why,
          ...unlocked,
          asserted: true,
        });
      });
      return printTicket(args, embedded, ticketId);
    });
  };

/** What there is to decide on; otherwise the error that says why there is nothing. */
const evidenceOf = (one: Ticket): string => {
  if ('evidence' in one) return one.evidence;
  if (one.status === 'ON_HOLD')
    throw new QuittanceError('TICKET_ON_HOLD', {
      message: `ticket ${one.id} is on hold`,
      hint: `two people must release it first: quittance ticket release ${one.id} --as WHO`,
    });
  if (one.status === 'PURGED' && one.sealed)
    throw new QuittanceError('APPROVAL_REPLAYED', {
      message: `ticket ${one.id} was already decided`,
      got: `approved by ${one.sealed.approval.approver} at ${one.sealed.approval.at}`,
    });
  throw new QuittanceError('APPROVAL_NOT_OPEN', {
    message: `ticket ${one.id} does not wait for an approval`,
    expected: 'AWAITING_APPROVAL',
    got: one.status,
    hint: `see 'quittance ticket show ${one.id}'`,
  });
};

/** Steps that ask whether the one who acts may be the second. */
const TAKES_TWO: ReadonlySet<string> = new Set(['close-ticket', 'release-hold', 'partly-refuse']);

/** The step behind each verb, and what it may add to the ticket's history, the act itself first. */
export const STEPS = {
  confirm: { step: 'confirm-subject', events: ['subject-confirmed', 'resumed'] },
  identity: { step: 'record-identity', events: ['identity-verified'] },
  extend: { step: 'extend-deadline', events: ['extended'] },
  pause: { step: 'pause-clock', events: ['clock-paused'], goesOn: true },
  continue: { step: 'resume-clock', events: ['clock-resumed'], goesOn: true },
  close: { step: 'close-ticket', events: ['closed', 'act-proposed'], goesOn: true },
  withdraw: { step: 'close-ticket', events: ['closed', 'act-proposed'], goesOn: true },
  hold: { step: 'place-hold', events: ['hold-placed'], goesOn: true },
  release: { step: 'release-hold', events: ['hold-released', 'act-proposed'], goesOn: true },
  resume: { step: 'resume-ticket', events: ['resumed'], goesOn: true },
  'refuse-part': { step: 'partly-refuse', events: ['partly-refused', 'act-proposed'] },
  appeal: { step: 'record-appeal', events: ['appealed'] },
  'decide-appeal': { step: 'decide-appeal', events: ['appeal-decided'] },
  acknowledge: { step: 'acknowledge-receipt', events: ['acknowledged'] },
  'tell-recipient': { step: 'tell-recipient', events: ['recipient-told'] },
  assign: { step: 'assign-ticket', events: ['assigned'] },
  link: { step: 'link-ticket', events: ['linked'] },
} as const satisfies Readonly<Record<string, { step: string } & Pick<PersonalAct, 'events' | 'goesOn'>>>;

/** A verb that calls one step on one ticket. */
export const step =
  (verb: keyof typeof STEPS, inputOf: (args: Arguments) => Readonly<Record<string, unknown>>): Verb =>
  async (args, [id]) => {
    const ticketId = idOf(id, verb);
    const { step: name, ...act } = STEPS[verb];
    const by = actor(args, verb === 'confirm' ? 'confirm-subject' : verb === 'withdraw' ? 'close' : verb);
    const second = TAKES_TWO.has(name) ? { mayConfirm: mayConfirm(args, by) } : {};
    const input = { ticketId, by, asserted: true, ...inputOf(args), ...second };
    return working(args, async (embedded) => {
      const { doOrGoOn } = await import('./again.ts');
      await doOrGoOn(embedded, ticketId, { verb: `ticket ${verb}`, fields: input, ...act }, () =>
        inOptions(embedded.call(name, input)),
      );
      return printTicket(args, embedded, ticketId);
    });
  };

/** Options by the fields of a step that they fill. */
const OPTION_OF: Readonly<Record<string, string>> = {
  ...{ by: 'as', code: 'reason', since: 'at', until: 'at', on: 'at', ticket: 'other' },
  ...{ 'identity.method': 'method', 'identity.level': 'level', 'identity.verifiedAt': 'at' },
};

/** What a step refuses about its input, in the words of whoever typed it. */
const inOptions = async <T>(result: Promise<T>): Promise<T> => {
  try {
    return await result;
  } catch (error) {
    if (!isQuittanceError(error, 'INVALID_INPUT') || error.fields === undefined) throw error;
    const told = error.fields.map(({ field, rule }) => `--${OPTION_OF[field] ?? field}: ${rule}`);
    throw new QuittanceError('INVALID_INPUT', { message: 'an option is not as it must be', expected: told.join('; ') });
  }
};

/** Written reasons name people, so that they come in a file and not on the command line, which shells remember. */
export const confirmation = (args: Arguments) => {
  const path = args.value('note');
  if (path === undefined) throw usageError('ticket confirm: --note FILE is missing', 'a file that says why, in words');
  return { reason: choice(args, 'reason', SubjectReason.options), note: readInput(path, NOTE_LIMIT_BYTES) };
};

export const identification = (args: Arguments) => ({
  identity: {
    method: required(args, 'method'),
    level: required(args, 'level'),
    verifiedAt: args.value('at') ?? new Date().toISOString(),
  },
});

export const holding = (args: Arguments) => {
  const [matter, review] = [args.value('matter'), args.value('review')];
  return {
    code: required(args, 'reason'),
    ...(matter !== undefined && { matter }),
    ...(review !== undefined && { review }),
  };
};

export const pausing = (args: Arguments) => {
  const expected = args.value('expected');
  return {
    reason: choice(args, 'reason', PAUSE_REASONS),
    ...timeOf(args, 'since'),
    ...(expected !== undefined && { expected }),
  };
};

/** When it happened, where that is not now. */
export const timeOf = (args: Arguments, name: 'since' | 'until' | 'on') => {
  const at = args.value('at');
  return at === undefined ? {} : { [name]: at };
};

export const closing = (args: Arguments) => ({
  outcome: required(args, 'outcome'),
  reason: required(args, 'reason'),
});
export const withdrawal = (args: Arguments) => ({
  outcome: 'withdrawn',
  reason: args.value('reason') ?? 'by-requester',
});
