// Who may act by command: where the folder has people, as in the browser; where it has none, whoever is named.
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { execute, parse, type Arguments } from '#cli/command.ts';
import { actor, mayConfirm, requireMay } from '#cli/roster.ts';
import { ticket } from '#cli/ticket.ts';
import { isQuittanceError } from '#core/errors.ts';
import { ROLES_FOR, type RoleAct } from '#core/roles.ts';
import { admitPeople } from '#server/people.ts';
import { temporaryFolder } from '#test/support/folders.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const as = (who: string): Arguments => parse(ticket, ['hold', 'T-1', '--as', who, '--dir', folder.dir], {});
const ACTS = Object.keys(ROLES_FOR) as RoleAct[];
/** Acts that are refused to this person, each by the same code. */
const refused = (who: string): RoleAct[] =>
  ACTS.filter((act) => {
    try {
      return actor(as(who), act) !== who;
    } catch (error) {
      if (isQuittanceError(error, 'ACCESS_DENIED')) return true;
      throw error;
    }
  });

it('takes anybody where the folder has no people', () => {
  expect([refused('some.body'), mayConfirm(as('some.body'), 'some.body')]).toEqual([[], true]);
});

it('takes only those with a role for the act where it has', () => {
  admitPeople(folder.dir, ['legal.filer=filer', 'privacy.officer=approver', 'ann.auditor=auditor']);
  expect(refused('legal.filer')).toEqual(['request', 'approval', 'confirm-subject', 'resume', 'decide-appeal']);
  expect(refused('privacy.officer')).toEqual([
    ...['file', 'identity', 'extend', 'pause', 'continue', 'hold', 'acknowledge', 'tell-recipient', 'appeal'],
  ]);
  expect([refused('ann.auditor'), refused('some.body')]).toEqual([ACTS, ACTS]);
  expect(['legal.filer', 'privacy.officer', 'some.body'].map((who) => mayConfirm(as(who), who))).toEqual([
    false,
    true,
    false,
  ]);
});

it('says who is missing which role, and what to do', () => {
  admitPeople(folder.dir, ['legal.filer=filer']);
  expect(() => requireMay(as('x'), 'legal.filer', 'approval')).toThrow(
    expect.objectContaining({
      message: 'legal.filer has no role for this: approval',
      expected: 'the role approver',
      got: 'filer',
      hint: 'an operator gives it: quittance people add legal.filer=approver',
    }),
  );
});

it('is asked before anything is opened', async () => {
  admitPeople(folder.dir, ['legal.filer=filer']);
  const asked = ['approve', 'T-0000000001', '--as', 'legal.filer', '--dir', folder.dir];
  await expect(execute(ticket, parse(ticket, asked, {}))).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});
