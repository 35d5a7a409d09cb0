// What a person may do in an installation. Trap: who filed a ticket may not approve it, whatever their roles
// (core/guards.ts).
import { z } from 'zod';

export const Role = z.enum(['filer', 'approver', 'auditor']);
export type Role = z.infer<typeof Role>;

/** Who may look for a person in a model's corpus: those who make cases, and those who read them to decide. */
export const SEARCHERS: readonly Role[] = ['filer', 'approver'];

/** Name of the directory group whose members have the role. */
export const groupOf = (role: Role): string => `${role}s`;
