// `quittance ticket`: casework. Filing starts the workflow; it goes on while this command runs and, with --wait, until
// a person is needed or the ticket has ended. What works on a ticket loads on use, so that `list` and `show` never
// touch the engine. Trap: whoever calls is named by --as, and nothing but the operating system says who that is
// (docs/trust.md): every such event is written down as asserted.
import { plural } from '#core/plural.ts';
import { resolve } from 'node:path';
import { z } from 'zod';
import { impassableOf } from '#core/baseline.ts';
import type { Digest } from '#core/canonical.ts';
import { must, usageError } from '#core/errors.ts';
import { PAUSE_REASONS } from '#core/counting.ts';
import { ExtensionReason } from '#core/deadlines.ts';
import { storedPolicy } from '#core/policy.ts';
import { IDENTITY_LEVELS } from '#core/regimes.ts';
import { Outcome, TicketId } from '#core/ticket.ts';
import { IdentityClaim, parseTicketRequest, type TicketRequest } from '#core/ticket-request.ts';
import type { Arguments, Command, ExitCode } from './command.ts';
import { code, day, digest, file, instant, oneOf, person } from './kinds.ts';
import {
  closing,
  confirmation,
  decide,
  holding,
  identification,
  pausing,
  step,
  timeOf,
  withdrawal,
} from './ticket/acts.ts';
import { AROUND_OPTIONS, AROUND_USAGE, AROUND_VERBS } from './ticket/around.ts';
import { FIND_OPTIONS } from './ticket/find-options.ts';
import { LETTER_OPTIONS } from './ticket/letter-options.ts';
import { READS } from './ticket/reads.ts';
import { REQUEST_FORM } from './ticket/form.ts';
import { describe, describePreview, describeRequest, lookAlikeLines, printTicket, summary } from './ticket/print.ts';
import { lookAlikesIn } from '#core/subject.ts';
import { actor, requireMay } from './roster.ts';
import { choice, readBytes } from './values.ts';
import { idOf, reading, working, type Verb } from './ticket/verb.ts';
import { writeWhole } from './ticket/write-whole.ts';
import type { Work } from './work.ts';

export const ticket: Command = {
  name: 'ticket',
  summary: 'casework',
  usage: [
    'find --model N --as WHO [--name X] [--alias X …] [--email X] [--phone X] [--id X] [--born DAY] [--accept all|IDS] [--out FILE [--regime R --ground G --method METHOD --level LEVEL]] [--corpus FILE… --people CSV]',
    'file FILE [--policy NAME|FILE] [--dry-run]',
    'file --bulk CSV --as WHO [--policy NAME|FILE] [--dry-run]',
    'list',
    'show ID',
    'request ID --as WHO',
    'approve ID --as WHO [--key-file FILE]',
    'refuse ID --as WHO --reason CODE',
    'confirm ID --as WHO --reason CODE --note FILE',
    'identity ID --as WHO --method METHOD --level LEVEL [--at TIME]',
    'extend ID --as WHO --reason complexity|number-of-requests',
    'pause ID --as WHO --reason identity|clarification|fee [--at TIME] [--expected DAY]',
    'continue ID --as WHO --reason clarification|fee [--at TIME]',
    'withdraw ID --as WHO',
    'close ID --as WHO --outcome refused|withdrawn|cancelled|expired --reason CODE',
    'hold ID --as WHO --reason CODE [--matter CODE] [--review DAY]',
    'letter ID [--kind KIND [--lang LANGUAGE] [--note FILE] [--pdf FILE | --keep --as WHO]] [--number N --as WHO [--pdf FILE | --send [--again]]]',
    'release ID --as WHO',
    'resume ID --as WHO',
    ...AROUND_USAGE,
    'bundle ID DIR',
  ].join(' | '),
  words: (verb) => ({ find: 1, list: 1, bundle: 3 })[verb] ?? 2,
  options: {
    as: {
      kind: 'value',
      value: 'WHO',
      summary: 'who acts: lower-case letters, digits, dot, dash; the log says that nobody signed in',
      is: person,
    },
    reason: {
      kind: 'value',
      value: 'CODE',
      summary: 'why it is refused, withdrawn, extended, held or confirmed, as a code',
      is: code,
    },
    note: {
      kind: 'value',
      value: 'FILE',
      summary: "why the records are the person's, or what a letter asks or explains, in words; kept in the vault",
      is: file,
    },
    matter: { kind: 'value', value: 'CODE', summary: 'of a hold: the dispute or order by its own number', is: code },
    review: {
      kind: 'value',
      value: 'DAY',
      summary: 'of a hold: when it is looked at again, such as 2027-03-01',
      is: day,
    },
    expected: {
      kind: 'value',
      value: 'DAY',
      summary: 'of a question what is meant: the last day on which the answer is waited for',
      is: day,
    },
    ...AROUND_OPTIONS,
    ...LETTER_OPTIONS,
    outcome: {
      kind: 'value',
      value: 'OUTCOME',
      summary: 'how the ticket ends without unlearning',
      is: oneOf(Outcome.options),
    },
    method: {
      kind: 'value',
      value: 'METHOD',
      summary: 'how the requester was identified',
      is: oneOf(IdentityClaim.shape.method.options),
    },
    level: {
      kind: 'value',
      value: 'LEVEL',
      summary: 'to what level: low, substantial or high',
      is: oneOf(IDENTITY_LEVELS),
    },
    at: {
      kind: 'value',
      value: 'TIME',
      summary: 'when the requester was identified, or asked, or answered, in UTC (default: now)',
      is: instant,
    },
    'key-file': {
      kind: 'value',
      value: 'FILE',
      summary: "passphrase of the approver's key (else $QUITTANCE_PASSPHRASE, else asked for)",
      is: file,
    },
    evidence: {
      kind: 'value',
      value: 'DIGEST',
      summary: 'evidence that was looked at (default: what show prints now)',
      is: digest,
    },
    policy: {
      kind: 'value',
      value: 'NAME|FILE',
      summary: "gate policy to file it under (default: the model's own, else gate-v2; docs/policies.md)",
    },
    bulk: {
      kind: 'value',
      value: 'CSV',
      summary: 'of file: a list with one request a line, filed whole or not at all (docs/portal.md)',
      is: file,
    },
    'dry-run': { kind: 'flag', summary: 'of file: say what filing would come to, and store nothing' },
    ...FIND_OPTIONS,
    'no-wait': { kind: 'flag', summary: 'return at once; the work goes on with the next command or with serve' },
  },
  verbs: READS,
  example: 'quittance ticket file ticket.json && quittance ticket approve T-… --as privacy.officer',
  notes: REQUEST_FORM,
  async run(args) {
    const [verb = '', ...rest] = args.positionals;
    return must(VERBS[verb], 'a verb')(args, rest);
  },
};

const FILER = 'who files is the `filer` of the file';

const Filed = z.object({ ticketId: TicketId });

/** Limit of a ticket file; the request's own limit is lower and is reported by its parser. */
const FILE_LIMIT_BYTES = 64 * 2 ** 20;

const fileTicket: Verb = async (args, [path]) => {
  const list = args.value('bulk');
  if (list !== undefined && path !== undefined) throw usageError('file takes one FILE, or --bulk CSV, not both');
  if (list !== undefined) return (await import('./ticket/bulk.ts')).fileBulk(args, list);
  if (path === undefined) throw usageError('ticket file FILE: FILE is missing');
  if (args.value('as') !== undefined) throw usageError('ticket file FILE: --as is read beside --bulk alone', FILER);
  const request = parseTicketRequest(readBytes(path, FILE_LIMIT_BYTES));
  if (args.flag('dry-run')) return preview(args, request);
  requireMay(args, request.filer, 'file');
  for (const line of lookAlikeLines(lookAlikesIn(request.subject))) process.stderr.write(`${line}\n`);
  return working(args, async (embedded) => {
    const { standingOf } = await import('./ticket/filing.ts');
    const chosen = args.value('policy') === undefined ? undefined : await embedded.policy();
    await tellImpassable(embedded, request, chosen);
    const standing = await standingOf(embedded, request);
    const filed =
      'ticketId' in standing
        ? standing
        : await embedded.call('file-ticket', {
            request,
            policy: chosen ?? (await embedded.policy()),
            chosen: chosen !== undefined,
            ...standing,
            asserted: true,
          });
    return printTicket(args, embedded, Filed.parse(filed).ticketId);
  });
};

/** Before anything runs: a run takes minutes or hours, and would end in remediation. */
const tellImpassable = async (
  { ports: { models, artifacts } }: Pick<Work, 'ports'>,
  { model: name }: TicketRequest,
  chosen: Digest | undefined,
): Promise<void> => {
  const { model } = await models.get(name);
  const digest = chosen ?? model.policy;
  const policy = digest === undefined ? undefined : await storedPolicy(artifacts, digest);
  for (const check of await impassableOf(model, policy, artifacts))
    process.stderr.write(`no deletion from ${name} can pass ${check}\n`);
};

/** Needs no engine and no lock: the server may be running. */
const preview = async (args: Arguments, request: TicketRequest): Promise<ExitCode> => {
  const { previewOf } = await import('#functions/preview-ticket.ts');
  const policy = args.value('policy');
  const chosen = policy === undefined ? undefined : (await import('#entry/policies.ts')).readPolicy(policy);
  const would = await reading(args, (stores) => previewOf(request, stores, chosen));
  args.print(would, () => describePreview(would));
  return 0;
};

const list: Verb = async (args) => {
  const damaged: string[] = [];
  const tickets = await reading(args, ({ tickets: store }) => store.list(({ message }) => damaged.push(message)));
  const lines = tickets.map(
    (one) => `${one.id}  ${one.status.padEnd(18)} ${one.model.padEnd(16)} due ${one.due.safeDue}`,
  );
  args.print(tickets.map(summary), () => lines.join('\n') || 'no tickets');
  for (const message of damaged) process.stderr.write(`left out: ${message} [STORE_CORRUPT]\n`);
  return damaged.length > 0 ? 2 : 0;
};

const show: Verb = async (args, [id]) => {
  const known = idOf(id, 'show');
  const { ticket: one, events } = await reading(args, async ({ tickets: store }) => ({
    ticket: (await store.get(known)).ticket,
    events: await store.events(known),
  }));
  args.print({ ...summary(one), ticket: one, events }, () =>
    [
      describe(one),
      ...events.map(
        ({ at, type, leafIndex }) => `  ${at}  ${type}${leafIndex === undefined ? '' : `  (log ${leafIndex})`}`,
      ),
    ].join('\n'),
  );
  return 0;
};

/** The encrypted request; that it was read, and by whom, is in the log before it is printed. */
const request: Verb = async (args, [id]) => {
  const ticketId = idOf(id, 'request');
  const by = actor(args, 'request');
  const { readRequest } = await import('./ticket/request.ts');
  const asked = await readRequest(args, { ticketId, by, asserted: true });
  args.print(asked, () => describeRequest(asked));
  return 0;
};

const bundle: Verb = async (args, [id, dir]) => {
  const ticketId = idOf(id, 'bundle');
  if (dir === undefined) throw usageError('ticket bundle ID DIR: DIR is missing');
  const [{ assembleBundle }, { requireBundlePlace }] = await Promise.all([
    import('#core/bundle.ts'),
    import('./ticket/bundle-place.ts'),
  ]);
  requireBundlePlace(resolve(dir), ticketId);
  const files = await reading(args, (stores) => assembleBundle(stores, ticketId));
  writeWhole(resolve(dir), files);
  args.print({ bundle: dir, files: files.size }, () => `${plural(files.size, 'file')} → ${dir}`);
  return 0;
};

/** Proof of identity ends a wait by `identity`, which says who checked it. */
const ANSWERED = PAUSE_REASONS.filter((reason) => reason !== 'identity');

const VERBS: Readonly<Record<string, Verb>> = {
  find: async (args) => (await import('./ticket/find.ts')).find(args),
  file: fileTicket,
  list,
  show,
  request,
  approve: decide('approved'),
  refuse: decide('refused'),
  confirm: step('confirm', confirmation),
  identity: step('identity', identification),
  extend: step('extend', (args) => ({ reason: choice(args, 'reason', ExtensionReason.options) })),
  pause: step('pause', pausing),
  continue: step('continue', (args) => ({ reason: choice(args, 'reason', ANSWERED), ...timeOf(args, 'until') })),
  close: step('close', closing),
  withdraw: step('withdraw', withdrawal),
  hold: step('hold', holding),
  release: step('release', () => ({})),
  resume: step('resume', () => ({})),
  letter: async (args, [id]) => (await import('./ticket/letter.ts')).letter(args, idOf(id, 'letter')),
  ...AROUND_VERBS,
  bundle,
};
