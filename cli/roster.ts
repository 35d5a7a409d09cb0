// Whoever `--as` names, held against the people of the data folder: where it has any, an act takes somebody with the
// role for it, as in the browser. Trap: it says what that person may do, not that they typed the command; the log has
// such an act as asserted either way. An installation on AWS asks its own directory.
import { QuittanceError } from '#core/errors.ts';
import { ROLES_FOR, type Role, type RoleAct } from '#core/roles.ts';
import { readPeople } from '#server/people.ts';
import type { Arguments } from './command.ts';
import { required } from './values.ts';

/** Who acts. ACCESS_DENIED where the folder says who may do what, and this person may not. */
export const actor = (args: Arguments, act: RoleAct): string => {
  const by = required(args, 'as');
  requireMay(args, by, act);
  return by;
};

/** Of somebody whom a file names. ACCESS_DENIED likewise. */
export const requireMay = (args: Arguments, by: string, act: RoleAct): void => {
  const roles = rolesOf(args, by);
  const wanted: readonly Role[] = ROLES_FOR[act];
  if (roles === undefined || wanted.some((role) => roles.includes(role))) return;
  throw new QuittanceError('ACCESS_DENIED', {
    message: `${by} has no role for this: ${act}`,
    expected: `the role ${wanted.join(' or ')}`,
    got: roles.length === 0 ? `nobody whom 'quittance people list' knows` : roles.join(', '),
    hint: `an operator gives it: quittance people add ${by}=${wanted[0] ?? 'filer'}`,
  });
};

/** Whether this person may be the second where an act takes two; anybody, where the folder says nothing of people. */
export const mayConfirm = (args: Arguments, by: string): boolean => rolesOf(args, by)?.includes('approver') ?? true;

/** undefined where the folder has no people. */
const rolesOf = (args: Arguments, by: string): readonly Role[] | undefined => {
  const people = args.value('installation') === undefined ? readPeople(args.dir).people : [];
  if (people.length === 0) return undefined;
  return people.find(({ principal }) => principal === by)?.roles ?? [];
};
