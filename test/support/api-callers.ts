// Callers of the HTTP app: people with bearer tokens and in browsers, and what their answers must look like.
import { expect } from '@jest/globals';
import type { Hono } from 'hono';
import { api, type Identity } from '#functions/api.ts';
import type { Env } from '#functions/api/context.ts';
import { intakeRoutes } from '#functions/api/intake/routes.ts';
import type { Intake } from '#core/intake.ts';
import { INTAKE } from './intakes.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import type { WalkedTicket } from './hand-walked.ts';

const PEOPLE: Readonly<Record<string, Identity>> = {
  filer: { principal: FILER, roles: ['filer'], via: 'bearer' },
  second: { principal: 'filer.fay', roles: ['filer'], via: 'bearer' },
  approver: { principal: APPROVER, roles: ['approver'], via: 'bearer' },
  judge: { principal: 'judge.jo', roles: ['approver'], via: 'bearer' },
  both: { principal: FILER, roles: ['filer', 'approver'], via: 'bearer' },
  all: { principal: 'officer.olga', roles: ['filer', 'approver', 'auditor'], via: 'bearer' },
  auditor: { principal: 'auditor.ann', roles: ['auditor'], via: 'bearer' },
};

/** Bearer tokens are the keys of PEOPLE; a cookie is the same person in a browser. */
const authenticate = async (request: Request): Promise<Identity | undefined> => {
  const bearer = PEOPLE[request.headers.get('authorization')?.slice('Bearer '.length) ?? ''];
  const session = PEOPLE[request.headers.get('cookie')?.slice('session='.length) ?? ''];
  return bearer ?? (session && { ...session, via: 'session' });
};

export const appOf = (
  { harness }: Pick<WalkedTicket, 'harness'>,
  servesHost = (hostname: string): boolean => hostname === 'localhost',
  publicPages = true,
  intake: Intake | null = INTAKE,
): Hono<Env> =>
  api({
    ports: harness.ports,
    policy: harness.policy,
    authenticate,
    servesHost,
    publicPages,
    intake: intake ? intakeRoutes(intake) : undefined,
    formKey: new Uint8Array(32).fill(7),
    signInPath: '/sign-in',
  });

export const as = (who: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${who}`, ...more });
export const inBrowser = (who: string) => ({ cookie: `session=${who}`, accept: 'text/html' });
export const JSON_BODY = { 'content-type': 'application/json' };
export const FORM_BODY = { 'content-type': 'application/x-www-form-urlencoded' };

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  expected?: string;
  got?: string;
}

export const problemOf = async (response: Response): Promise<Problem> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as Problem;
  expect(problem).toMatchObject({ type: `https://quittance.dev/errors/${problem.code}`, status: response.status });
  expect(problem.title).toMatch(/\w/);
  return problem;
};

export const statusOf = async ({ harness, ticketId }: WalkedTicket) =>
  (await harness.ports.tickets.get(ticketId)).ticket.status;
export const evidenceOf = async ({ harness, ticketId }: WalkedTicket): Promise<string> => {
  const { ticket } = await harness.ports.tickets.get(ticketId);
  return ticket.status === 'AWAITING_APPROVAL' ? ticket.evidence : '';
};
