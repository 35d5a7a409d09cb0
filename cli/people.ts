// `quittance people`: who may sign in to `quittance serve`, which sessions are open, and the end of a person's signing
// key. It works while the server runs, which looks at people, sessions and keys with each request.
// Trap: what a retired key signed before its end stays valid, unless others may have had it: then only what a timestamp
// shows to be older. Whoever checks certificates needs the trust root anew.
import { sessionId, sqliteSessions, type Session, type Sessions } from '#adapters/local/sqlite-sessions.ts';
import { must, QuittanceError, usageError } from '#core/errors.ts';
import { Role } from '#core/roles.ts';
import { admitPeople, readPeople, removePerson, type NewPerson } from '#server/people.ts';
import { isOfDirectory } from '#server/oidc.ts';
import { personOf } from '#server/sign-in.ts';
import type { Arguments, Command, ExitCode } from './command.ts';
import { ENDING, endedKey, endedWords } from './ended-keys.ts';
import { forgetPassphrase } from './passphrase.ts';
import { existingFolder } from './values.ts';

export const people: Command = {
  name: 'people',
  summary: 'who may sign in to serve, and their sessions',
  usage:
    'list | add NAME=ROLE[,ROLE] … | remove NAME | sessions | end NAME|SESSION | retire NAME [--compromised [--former]] [--at TIME] [--installation PREFIX]',
  options: ENDING,
  verbs: { list: [], add: [], remove: [], sessions: [], end: [], retire: Object.keys(ENDING) },
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
    return must(VERBS[verb], 'a verb')(args, rest);
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

/** KEY_UNAVAILABLE where the person has no key; what they signed before stays in the trust root. */
const retire: Verb = async (args, [name, ...more]): Promise<ExitCode> => {
  if (name === undefined || more.length > 0)
    throw usageError('people retire NAME: one NAME', 'each key ends by itself');
  const ended = await endedKey(args, { person: name });
  const aws = args.value('installation') !== undefined;
  if (!aws && !args.flag('former')) forgetPassphrase(args.dir, name);
  args.print({ retired: name, ...ended }, () => endedWords({ person: name }, ended, aws));
  return 0;
};

const VERBS: Readonly<Record<string, Verb>> = { list, add, remove, sessions: open, end, retire };
