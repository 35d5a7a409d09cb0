// `quittance people`: who may sign in to `quittance serve`, which sessions are open, and the end of a person's signing
// key. It works while the server runs, which looks at people, sessions and keys with each request.
// Trap: what a retired key signed before its end stays valid, unless others may have had it: then only what a timestamp
// shows to be older. Whoever checks certificates needs the trust root anew.
import { join } from 'node:path';
import { sessionId, sqliteSessions, type Session, type Sessions } from '#adapters/local/sqlite-sessions.ts';
import { localStores } from '#adapters/local/index.ts';
import { filePeopleKeys } from '#adapters/local/people-keys.ts';
import { keyIdOf } from '#core/dsse.ts';
import { isQuittanceError, QuittanceError, usageError } from '#core/errors.ts';
import { plural } from '#core/plural.ts';
import type { FormerKey } from '#core/ports.ts';
import { Role } from '#core/roles.ts';
import { endApprovalKey, type KeyEnd } from '#functions/end-approval-key.ts';
import { admitPeople, readPeople, removePerson, type NewPerson } from '#server/people.ts';
import { isOfDirectory } from '#server/oidc.ts';
import { personOf } from '#server/sign-in.ts';
import type { Arguments, Command, ExitCode } from './command.ts';
import { lastDecisionAfter } from './decisions-after.ts';
import { notOfKind } from './kind.ts';
import { instant } from './kinds.ts';
import { forgetPassphrase } from './passphrase.ts';
import { existingFolder } from './values.ts';

export const people: Command = {
  name: 'people',
  summary: 'who may sign in to serve, and their sessions',
  usage:
    'list | add NAME=ROLE[,ROLE] … | remove NAME | sessions | end NAME|SESSION | retire NAME [--compromised [--former]] [--at TIME]',
  options: {
    compromised: { kind: 'flag', summary: 'retire: others may have had the key since then' },
    former: { kind: 'flag', summary: 'retire --compromised: the last key that ended, though another is in use' },
    at: { kind: 'value', value: 'TIME', summary: 'retire: the end of the key, in UTC (default: now)', is: instant },
  },
  example: 'quittance people add privacy.officer=approver',
  notes: [
    `Roles: ${Role.options.join(', ')}. A token is shown once, when its person is added; who is added again gets another`,
    'one, and the old one and its sessions end. So do the sessions of somebody who is removed. `retire` ends the key by which a person',
    'signs certificates: it is destroyed, its public part stays in the trust root with its end, and the next approval',
    'makes another, with a passphrase of its own. A key that was retired may be called compromised later; nothing makes',
    'an end milder again. Every certificate that the key signed has its end in the log from then on.',
  ].join('\n'),
  async run(args) {
    const [verb = '', ...rest] = args.positionals;
    const found = VERBS[verb];
    if (!found) throw usageError(`people ${verb}: unknown`, Object.keys(VERBS).join(' | '));
    return found(args, rest);
  },
};

type Verb = (args: Arguments, rest: readonly string[]) => ExitCode | Promise<ExitCode>;

const list: Verb = (args) => {
  const known = readPeople(existingFolder(args)).people.map(({ principal, roles }) => ({ principal, roles }));
  args.print(
    known,
    () => known.map(({ principal, roles }) => `${principal}  ${roles.join(', ')}`).join('\n') || 'nobody',
  );
  return 0;
};

const add: Verb = (args, specs) => {
  if (specs.length === 0) throw usageError('people add NAME=ROLE[,ROLE]: nobody is named');
  const added = admitPeople(existingFolder(args), specs);
  args.print({ added }, () => added.map(personLine).join('\n'));
  return 0;
};

export const personLine = ({ principal, roles, token }: NewPerson): string =>
  `${principal} (${roles.join(', ')}) signs in with the token ${token}`;

const remove: Verb = (args, [name]) => {
  if (name === undefined) throw usageError('people remove NAME: NAME is missing');
  const dir = existingFolder(args);
  removePerson(dir, name);
  withSessions(dir, (sessions) => sessions.end(namedBy(sessions.list(new Date()), name).map(({ digest }) => digest)));
  args.print({ removed: name }, () => `${name} may no longer sign in`);
  return 0;
};

const open: Verb = (args) => {
  const dir = existingFolder(args);
  const known = readPeople(dir).people;
  const holding = withSessions(dir, (all) => all.list(new Date())).filter(
    (one) => isOfDirectory(one.credential) || personOf(one, known),
  );
  const shown = holding.map((one) => {
    const { principal, began, ends } = one;
    return { session: sessionId(one), principal, began, ends };
  });
  args.print(
    shown,
    () =>
      shown.map(({ session, principal, began, ends }) => `${session}  ${principal}  ${began} to ${ends}`).join('\n') ||
      'no sessions',
  );
  return 0;
};

const end: Verb = (args, [which]) => {
  if (which === undefined) throw usageError('people end NAME|SESSION: it is missing');
  const ended = withSessions(existingFolder(args), (sessions) => {
    const meant = namedBy(sessions.list(new Date()), which);
    sessions.end(meant.map(({ digest }) => digest));
    return meant.length;
  });
  if (ended === 0)
    throw new QuittanceError('NOT_FOUND', {
      message: 'no open session has this name or id',
      hint: "see 'quittance people sessions'",
    });
  args.print({ ended }, () => `${ended} ended`);
  return 0;
};

const namedBy = (sessions: readonly Session[], which: string): Session[] =>
  sessions.filter((session) => session.principal === which || sessionId(session) === which);

const withSessions = <R>(dir: string, use: (sessions: Sessions) => R): R => {
  const sessions = sqliteSessions(dir);
  try {
    return use(sessions);
  } finally {
    sessions.close();
  }
};

/** NOT_FOUND where the person has no key; what they signed before stays in the trust root. */
const retire: Verb = async (args, [name, ...more]): Promise<ExitCode> => {
  if (name === undefined || more.length > 0)
    throw usageError('people retire NAME: one NAME', 'each key ends by itself');
  const now = new Date();
  const until = new Date(args.value('at') ?? now);
  if (until > now) throw notOfKind('--at', `a time up to ${now.toISOString()}`, until.toISOString());
  const compromised = args.flag('compromised');
  if (args.flag('former') && !compromised)
    throw usageError('people retire --former: only with --compromised', 'a key that has ended ends no second time');
  const decided = compromised ? undefined : await lastDecisionAfter(existingFolder(args), name, until);
  if (decided !== undefined)
    throw notOfKind(
      '--at',
      `a time from ${decided} on, when ${name} last decided, or --compromised`,
      until.toISOString(),
    );
  const end = await endedKey(args, name, { until, compromised });
  if (!args.flag('former')) forgetPassphrase(args.dir, name);
  args.print({ retired: name, ...end }, () =>
    [
      `${name}'s key ${end.key} ended on ${end.until}${end.compromised ? ', and others may have had it since' : ''}`,
      `entered in the log for ${plural(end.certificates, 'certificate')} that it signed`,
      'hand out the trust root anew: quittance trust-root --out trust-root.json',
    ].join('\n'),
  );
  return 0;
};

/**
 * The key is gone first, then the log says so; where that was interrupted, the same command writes the rest. One that
 * had ended in good order may turn out to have been in other hands.
 */
const endedKey = async (args: Arguments, name: string, end: { until: Date; compromised: boolean }) => {
  const keys = filePeopleKeys(join(existingFolder(args), 'keys'));
  const enter = ({ publicKey, until, compromised }: FormerKey) =>
    entered(args, { key: keyIdOf(publicKey), until, compromised });
  if (args.flag('former')) return enter(await keys.condemn(name, end.until));
  try {
    return await enter({ publicKey: await keys.retire(name, end), ...end, until: end.until.toISOString() });
  } catch (error) {
    const last = isQuittanceError(error, 'KEY_UNAVAILABLE') ? (await keys.former(name)).at(-1) : undefined;
    if (!last) throw error;
    if (end.compromised) return enter(await keys.condemn(name, end.until));
    const rest = await enter(last);
    if (rest.certificates === 0) throw error;
    return rest;
  }
};

const entered = async (args: Arguments, end: KeyEnd): Promise<KeyEnd & { certificates: number }> => {
  const { askRunning } = await import('./work.ts');
  const stores = localStores(args.dir, { lock: (await askRunning(args.dir)) === undefined });
  try {
    return { ...end, certificates: await endApprovalKey(end, stores) };
  } finally {
    stores.close();
  }
};

const VERBS: Readonly<Record<string, Verb>> = { list, add, remove, sessions: open, end, retire };
