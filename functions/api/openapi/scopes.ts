// OAuth scopes of machine clients, which have no groups: each stands for a role. Trap: who files does not decide, so
// that a client with both scopes has neither.
import type { Role } from '#core/roles.ts';

export const SCOPES = {
  'tickets:read': 'auditor',
  'tickets:file': 'filer',
  'tickets:approve': 'approver',
} as const satisfies Readonly<Record<string, Role>>;
type Scope = keyof typeof SCOPES;

const NAMES = Object.keys(SCOPES) as readonly Scope[];
const EXCLUSIVE: readonly Scope[] = ['tickets:file', 'tickets:approve'];

/** Scopes any of which is enough for an operation of these roles. */
export const scopesFor = (roles: readonly Role[] = Object.values(SCOPES)): Scope[] =>
  NAMES.filter((name) => roles.includes(SCOPES[name]));

/** Before each scope of a resource server, as Cognito writes them; another server's of the same names are not ours. */
const SERVER = 'quittance/';

/** Roles of a client by its token's scopes, as `tickets:file` or `quittance/tickets:file`. */
export const rolesOfScopes = (text: string): Role[] => {
  const given = text.split(/\s+/).map((one) => (one.startsWith(SERVER) ? one.slice(SERVER.length) : one));
  const known = NAMES.filter((name) => given.includes(name));
  const isBoth = EXCLUSIVE.every((name) => known.includes(name));
  return known.filter((name) => !(isBoth && EXCLUSIVE.includes(name))).map((name) => SCOPES[name]);
};
