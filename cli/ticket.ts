// `quittance ticket`: casework. Filing starts the workflow; it goes on while this command runs and, with --wait, until a person is needed or the case has ended.
// Trap: whoever calls is named by --as; in embedded mode nothing but the operating system says who that is (docs/trust.md).
import { rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { assembleBundle } from '#core/bundle.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { QuittanceError } from '#core/errors.ts';
import { usageError, type Arguments, type Command, type ExitCode } from './command.ts';
import { backend } from './engine.ts';
import { REQUEST_FORM } from './ticket/form.ts';
import { describe, printTicket, summary } from './ticket/print.ts';
import { readInput, required } from './values.ts';

export const ticket: Command = {
  name: 'ticket',
  summary: 'casework',
  usage: [
    'file FILE',
    'list',
    'show ID',
    'approve ID --as WHO',
    'refuse ID --as WHO --reason CODE',
    'withdraw ID --as WHO',
    'hold ID --as WHO --reason CODE',
    'release ID --as WHO',
    'resume ID --as WHO',
    'bundle ID DIR',
  ].join(' | '),
  options: {
    as: { kind: 'value', value: 'WHO', summary: 'who decides: lower-case letters, digits, dot, dash' },
    reason: { kind: 'value', value: 'CODE', summary: 'why it is refused, withdrawn or held, as a code' },
    evidence: {
      kind: 'value',
      value: 'DIGEST',
      summary: 'evidence that was looked at (default: what show prints now)',
    },
    'no-wait': { kind: 'flag', summary: 'return at once; the work goes on with the next command or with serve' },
  },
  example: 'quittance ticket file ticket.json && quittance ticket approve T-… --as privacy.officer',
  notes: REQUEST_FORM,
  async run(args) {
    const [verb = '', ...rest] = args.positionals;
    const found = VERBS[verb];
    if (!found) throw usageError(`ticket ${verb}: unknown`, Object.keys(VERBS).join(' | '));
    return found(args, rest);
  },
};

type Verb = (args: Arguments, rest: readonly string[]) => Promise<ExitCode>;

/** Limit of a ticket file; the request's own limit is lower and is reported by its parser. */
const FILE_LIMIT_BYTES = 64 * 2 ** 20;

const file: Verb = async (args, [path]) => {
  if (path === undefined) throw usageError('ticket file FILE: FILE is missing');
  const request = parseTicketRequest(Buffer.from(readInput(path, FILE_LIMIT_BYTES)));
  return working(args, async (embedded) => {
    const filed = (await embedded.call('file-ticket', { request, policy: await embedded.policy() })) as {
      ticketId: string;
    };
    return printTicket(args, embedded, filed.ticketId);
  });
};

const list: Verb = async (args) => {
  const tickets = await reading(args, ({ tickets: store }) => store.list());
  args.print(
    tickets.map(summary),
    () =>
      tickets
        .map((one) => `${one.id}  ${one.status.padEnd(18)} ${one.model.padEnd(16)} due ${one.due.safeDue}`)
        .join('\n') || 'no tickets',
  );
  return 0;
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

const decide =
  (decision: 'approved' | 'refused'): Verb =>
  async (args, [id]) => {
    const ticketId = idOf(id, decision === 'approved' ? 'approve' : 'refuse');
    const approver = required(args, 'as');
    const reason = decision === 'refused' ? required(args, 'reason') : undefined;
    return working(args, async (embedded) => {
      const { ticket: one } = await embedded.ports.tickets.get(ticketId);
      const evidence = args.value('evidence') ?? ('evidence' in one ? one.evidence : undefined);
      if (evidence === undefined)
        throw new QuittanceError('APPROVAL_NOT_OPEN', {
          message: `ticket ${ticketId} does not wait for an approval`,
          got: one.status,
        });
      await embedded.call('record-approval', {
        ticketId,
        approver,
        decision,
        evidence,
        ...(reason === undefined ? {} : { reason }),
      });
      return printTicket(args, embedded, ticketId);
    });
  };

/** A verb that calls one step on one ticket. */
const step =
  (verb: string, name: string, inputOf: (args: Arguments) => Readonly<Record<string, unknown>>): Verb =>
  async (args, [id]) => {
    const ticketId = idOf(id, verb);
    const input = { ticketId, by: required(args, 'as'), ...inputOf(args) };
    return working(args, async (embedded) => {
      await embedded.call(name, input);
      return printTicket(args, embedded, ticketId);
    });
  };

const withdrawal = (args: Arguments) => ({ outcome: 'withdrawn', reason: args.value('reason') ?? 'by-requester' });

const bundle: Verb = async (args, [id, dir]) => {
  const ticketId = idOf(id, 'bundle');
  if (dir === undefined) throw usageError('ticket bundle ID DIR: DIR is missing');
  const files = await reading(args, (stores) => assembleBundle(stores, ticketId));
  rmSync(dir, { recursive: true, force: true });
  for (const [name, content] of files) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  args.print({ bundle: dir, files: files.size }, () => `${files.size} files → ${dir}`);
  return 0;
};

const idOf = (id: string | undefined, verb: string): string => {
  if (id === undefined) throw usageError(`ticket ${verb} ID: ID is missing`);
  return id;
};

const working = async (args: Arguments, use: (embedded: Embedded) => Promise<ExitCode>): Promise<ExitCode> => {
  await backend();
  const embedded = await openEmbedded(args.dir);
  try {
    return await use(embedded);
  } finally {
    await embedded.close();
  }
};

const reading = async <T>(args: Arguments, use: (stores: ReturnType<typeof localStores>) => Promise<T>): Promise<T> => {
  const stores = localStores(args.dir, { lock: false });
  try {
    return await use(stores);
  } finally {
    stores.close();
  }
};

const VERBS: Readonly<Record<string, Verb>> = {
  file,
  list,
  show,
  approve: decide('approved'),
  refuse: decide('refused'),
  withdraw: step('withdraw', 'close-ticket', withdrawal),
  hold: step('hold', 'place-hold', (args) => ({ code: required(args, 'reason') })),
  release: step('release', 'release-hold', () => ({})),
  resume: step('resume', 'resume-ticket', () => ({})),
  bundle,
};
