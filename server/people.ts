// Who may sign in to `quittance serve`: a file of people in the data folder. Each has a token of 32 random bytes that
// is shown once; the file keeps its digest. For one machine; an installation for many signs people in by its own
// directory.
// Trap: a command may change the file while a server runs, so the server looks at it anew with each request, and
// whoever writes it holds the sessions' database meanwhile.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sqliteSessions } from '#adapters/local/sqlite-sessions.ts';
import { digestJson, digestOf } from '#core/canonical.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import { Role } from '#core/roles.ts';
import { isPersonal, NOT_PERSONAL, Principal } from '#core/ticket-request.ts';

const Person = z.strictObject({ principal: Principal, roles: z.array(Role).min(1), token: z.string() });
export type Person = z.infer<typeof Person>;

const People = z.strictObject({
  kind: z.literal('quittance-people/v1'),
  /** Key of form tokens, in hex. */
  key: z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits'),
  people: z.array(Person),
});
type People = z.infer<typeof People>;

/** A person and the token that was made for them just now. */
export interface NewPerson {
  readonly principal: string;
  readonly roles: readonly Role[];
  readonly token: string;
}

/** `NAME=ROLE[,ROLE]`; a filer and an approver where nobody is known yet. Who is admitted again gets another token. */
export const admitPeople = (dir: string, wanted: readonly string[]): NewPerson[] =>
  changing(dir, (known) => {
    const specs =
      wanted.length > 0 || known.people.length > 0 ? wanted : ['legal.filer=filer', 'privacy.officer=approver'];
    const added = specs.map(parsePerson);
    const names = new Set(added.map(({ principal }) => principal));
    if (names.size < added.length)
      throw usageError('--principal, people add: a person is named twice', 'NAME=ROLE[,ROLE] once for each person');
    const rest = known.people.filter(({ principal }) => !names.has(principal));
    const stored = added.map(({ token, roles, principal }) => ({
      principal,
      roles: [...roles],
      token: digestOf(token),
    }));
    writePeople(dir, { ...known, people: [...rest, ...stored] });
    return added;
  });

/** NOT_FOUND where nobody has this name. */
export const removePerson = (dir: string, name: string): void =>
  changing(dir, (known) => {
    const people = known.people.filter(({ principal }) => principal !== name);
    if (people.length === known.people.length)
      throw new QuittanceError('NOT_FOUND', {
        message: 'nobody of this name may sign in',
        hint: "see 'quittance people list'",
      });
    writePeople(dir, { ...known, people });
  });

/** USAGE unless it is `NAME=ROLE[,ROLE]`. */
export const parsePerson = (spec: string): NewPerson => {
  const [name, roles = '', ...more] = spec.split('=');
  const parsed = z
    .object({ principal: Principal, roles: z.array(Role).min(1) })
    .safeParse({ principal: name, roles: roles.split(',') });
  if (parsed.data && new Set(parsed.data.roles).size < parsed.data.roles.length)
    throw usageError(`--principal, people add: ${spec} names a role twice`, 'each role once');
  if (!parsed.success || more.length > 0)
    throw usageError('--principal, people add: a person is NAME=ROLE[,ROLE]', `roles: ${Role.options.join(', ')}`);
  if (!isPersonal(parsed.data.principal))
    throw usageError(`--principal, people add: ${NOT_PERSONAL}`, "a person's name, such as privacy.officer");
  return { ...parsed.data, token: randomBytes(32).toString('base64url') };
};

const changing = <R>(dir: string, change: (known: People) => R): R => {
  const sessions = sqliteSessions(dir);
  try {
    return sessions.exclusively(() => change(readPeople(dir)));
  } finally {
    sessions.close();
  }
};

const pathOf = (dir: string) => join(dir, 'people.json');

/** STORE_CORRUPT. */
export const readPeople = (dir: string): People => {
  if (!existsSync(pathOf(dir)))
    return { kind: 'quittance-people/v1', key: randomBytes(32).toString('hex'), people: [] };
  const parsed = People.safeParse(jsonIn(pathOf(dir)));
  if (parsed.success) return parsed.data;
  throw new QuittanceError('STORE_CORRUPT', {
    message: `${pathOf(dir)} does not have its form`,
    hint: 'move it away and let people in again: quittance people add NAME=ROLE',
  });
};

const jsonIn = (path: string): unknown => {
  try {
    return parseOnce(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

const writePeople = (dir: string, people: People): void => {
  const temporary = `${pathOf(dir)}.new`;
  writeFileSync(temporary, `${JSON.stringify(people, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, pathOf(dir));
};

/** A digest of a person's token and roles: a change of either is another credential. */
export const credentialOf = (person: Person): string => digestJson(person);

/** The people in the file, which is read again when it has changed. */
export const livePeople = (dir: string): (() => readonly Person[]) => {
  let seen: { version: string; people: readonly Person[] } | undefined;
  return () => {
    const version = versionOf(pathOf(dir));
    if (seen?.version !== version) seen = { version, people: readPeople(dir).people };
    return seen.people;
  };
};

const versionOf = (path: string): string => {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
};
