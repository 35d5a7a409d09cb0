// What a person may do in an installation. Trap: who filed a ticket may not approve it, whatever their roles
// (core/guards.ts).
import { z } from 'zod';

export const Role = z.enum(['filer', 'approver', 'auditor']);
export type Role = z.infer<typeof Role>;

/**
 * Who may do what to a case, signed in or named on the command line. Where an act takes two people, any of them may
 * propose it, and an approver alone be the second.
 */
export const ROLES_FOR = {
  file: ['filer'],
  /** In a model's corpus: those who make cases, and those who read them to decide. */
  find: ['filer', 'approver'],
  request: ['approver'],
  approval: ['approver'],
  'confirm-subject': ['approver'],
  identity: ['filer'],
  extend: ['filer'],
  pause: ['filer'],
  continue: ['filer'],
  hold: ['filer'],
  release: ['filer', 'approver'],
  close: ['filer', 'approver'],
  resume: ['approver'],
  'refuse-part': ['filer', 'approver'],
  acknowledge: ['filer'],
  'tell-recipient': ['filer'],
  link: ['filer', 'approver'],
  assign: ['filer', 'approver'],
  appeal: ['filer'],
  /** Comments and files: reading and writing them. */
  note: ['filer', 'approver'],
  /** Letters to the requester: writing and sending them. */
  letter: ['filer', 'approver'],
  'decide-appeal': ['approver'],
} as const satisfies Record<string, readonly Role[]>;
export type RoleAct = keyof typeof ROLES_FOR;

/** Name of the directory group whose members have the role. */
export const groupOf = (role: Role): string => `${role}s`;
