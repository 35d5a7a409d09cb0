// The end of a signing key, of a person, of the service or of the log, in a data folder or in an installation on AWS:
// the key is gone first, then the log has its end in the history of every certificate that it signed; where that was
// interrupted, the same command writes the rest.
// Trap: an end that lies before what its key signed voids certificates that are sound, and is refused, unless others
// may have had the key.
import { join } from 'node:path';
import { fileSigner } from '#adapters/local/file-signer.ts';
import { localStores } from '#adapters/local/index.ts';
import { filePeopleKeys } from '#adapters/local/people-keys.ts';
import { SERVICE_KEY } from '#core/statements.ts';
import { keyIdOf } from '#core/dsse.ts';
import { isQuittanceError, usageError } from '#core/errors.ts';
import type { KeyEnding } from '#core/key-end.ts';
import { plural } from '#core/plural.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import type { FormerKey, LogHead, TicketStore } from '#core/ports.ts';
import { endKey, noteKeyEnd, type KeyEnd, type KeyOwner } from '#functions/end-key.ts';
import type { Arguments, Option } from './command.ts';
import { headAfter, lastCertificateAfter, lastDecisionAfter } from './decisions-after.ts';
import { notOfKind } from './kind.ts';
import { instant } from './kinds.ts';
import { INSTALLATION } from './registry.ts';
import { existingFolder } from './values.ts';

export const ENDING: Readonly<Record<string, Option>> = {
  compromised: { kind: 'flag', summary: 'others may have had the key since its end' },
  former: {
    kind: 'flag',
    summary: 'with --compromised: the last key that ended, though another is in use',
    with: ['compromised'],
  },
  at: { kind: 'value', value: 'TIME', summary: 'the end of the key, in UTC (default: now)', is: instant },
  ...INSTALLATION,
};

export interface Ended extends KeyEnd {
  readonly certificates: number;
}

/** Where a key is, and what may be done with it. */
interface Holder {
  readonly tickets: Pick<TicketStore, 'page' | 'events'>;
  readonly logHead: Pick<LogHead, 'read'>;
  retire(end: KeyEnding): Promise<FormerKey>;
  condemn(until: Date): Promise<FormerKey>;
  last(): Promise<FormerKey | undefined>;
  /** Whether an earlier command was interrupted, and this one goes on with it. */
  isUnderWay?(): Promise<boolean>;
  enter(end: KeyEnd): Promise<number>;
}

/** Whose key: an installation's own by its name with the signer, or a person's. */
export type Whose = { readonly own: typeof SERVICE_KEY | typeof LOG_KEY } | { readonly person: string };

/** KEY_UNAVAILABLE where there is nothing to end. */
export const endedKey = async (args: Arguments, whose: Whose): Promise<Ended> => {
  const now = new Date();
  const until = new Date(args.value('at') ?? now);
  if (until > now) throw notOfKind('--at', `a time up to ${now.toISOString()}`, until.toISOString());
  const compromised = args.flag('compromised');
  return holding(args, whose, async (holder) => {
    if (!compromised && !(await holder.isUnderWay?.())) await requireNothingAfter(holder, whose, until);
    return end(holder, { until, compromised, former: args.flag('former') });
  });
};

const end = async (
  holder: Holder,
  { until, compromised, former }: { readonly until: Date; readonly compromised: boolean; readonly former: boolean },
): Promise<Ended> => {
  const enter = async (ended: FormerKey): Promise<Ended> => {
    const said = { key: keyIdOf(ended.publicKey), until: ended.until, compromised: ended.compromised };
    return { ...said, certificates: await holder.enter(said) };
  };
  if (former) return enter(await holder.condemn(until));
  try {
    return await enter(await holder.retire({ until: until.toISOString(), compromised }));
  } catch (error) {
    const last = isQuittanceError(error, 'KEY_UNAVAILABLE') ? await holder.last() : undefined;
    if (!last) throw error;
    if (compromised) return enter(await holder.condemn(until)); // it had ended in good order
    const rest = await enter(last);
    if (rest.certificates === 0) throw error;
    return rest;
  }
};

const requireNothingAfter = async (holder: Holder, whose: Whose, until: Date): Promise<void> => {
  const last = await lastAfter(holder, whose, until);
  if (last === undefined) return;
  throw notOfKind('--at', `a time from ${last} on, when ${lastAct(whose)}, or --compromised`, until.toISOString());
};

const lastAfter = async ({ tickets, logHead }: Holder, whose: Whose, until: Date): Promise<string | undefined> => {
  if ('person' in whose) return lastDecisionAfter(tickets, whose.person, until);
  return whose.own === SERVICE_KEY ? lastCertificateAfter(tickets, until) : headAfter(logHead, until);
};

const lastAct = (whose: Whose): string => {
  if ('person' in whose) return `${whose.person} last decided`;
  return whose.own === SERVICE_KEY ? 'the last certificate was issued' : 'the last checkpoint was signed';
};

const holding = async (args: Arguments, whose: Whose, use: (holder: Holder) => Promise<Ended>): Promise<Ended> => {
  const owner: KeyOwner = 'person' in whose ? 'approval' : whose.own;
  const prefix = args.value('installation');
  if (prefix !== undefined) {
    if (args.value('dir') !== undefined)
      throw usageError('--dir and --installation name two places', 'leave one of them out');
    return use(await holderOnAws(prefix, owner, whose));
  }
  const keys = localKeys(join(existingFolder(args), 'keys'), whose);
  const { askRunning } = await import('./work.ts');
  const stores = localStores(args.dir, { lock: (await askRunning(args.dir)) === undefined });
  try {
    return await use({ ...keys, ...stores, enter: (ended) => endKey(owner, ended, stores) });
  } finally {
    stores.close();
  }
};

/** The log's key signs for the workflows alone, so that the ends enter the log with the next run of one. */
const holderOnAws = async (prefix: string, owner: KeyOwner, whose: Whose): Promise<Holder> => {
  const { openKeys } = await import('#entry/installation.ts');
  const { ports, wrapped, inKms } = await openKeys(process.env, prefix);
  const enter = (ended: KeyEnd) => noteKeyEnd(owner, ended, ports);
  const holder = { tickets: ports.tickets, logHead: { read: () => ports.ledger.read() }, enter };
  if ('person' in whose) return { ...holder, ...wrapped('people', whose.person) };
  if (whose.own === SERVICE_KEY) return { ...holder, ...wrapped('signer', whose.own) };
  const key = inKms(whose.own);
  const noted = async (ended: KeyEnd) => {
    const written = await enter(ended);
    await key.noteEntered?.();
    return written;
  };
  return { ...holder, ...key, enter: noted };
};

const localKeys = (dir: string, whose: Whose): Pick<Holder, 'retire' | 'condemn' | 'last'> => {
  if ('own' in whose) {
    const signer = fileSigner(dir);
    return {
      retire: (ending) => signer.retire(whose.own, ending),
      condemn: (until) => signer.condemn(whose.own, until),
      last: async () => (await signer.former(whose.own)).at(-1),
    };
  }
  const { person } = whose;
  const people = filePeopleKeys(dir);
  return {
    retire: async ({ until, compromised }) => ({
      publicKey: await people.retire(person, { until: new Date(until), compromised }),
      ...{ until, compromised },
    }),
    condemn: (until) => people.condemn(person, until),
    last: async () => (await people.former(person)).at(-1),
  };
};

/** What a person reads of it. */
export const endedWords = (whose: Whose, { key, until, compromised, certificates }: Ended, aws: boolean) => {
  const who = 'person' in whose ? `${whose.person}'s` : `the ${whose.own}'s`;
  const log = 'own' in whose && whose.own === LOG_KEY;
  const histories = log ? plural(certificates, 'case') : plural(certificates, 'certificate');
  return [
    `${who} key ${key} ended on ${until}${compromised ? ', and others may have had it since' : ''}`,
    `${aws ? 'enters the log with the next run of a workflow' : 'entered in the log'} for ${histories} ${log ? 'that came to an end' : 'that it signed'}`,
    'hand out the trust root anew: quittance trust-root --out trust-root.json',
    ...(log ? ["give each witness the log's new key line: quittance trust-root --format vkey"] : []),
  ].join('\n');
};
