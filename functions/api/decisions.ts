// What people decide over HTTP: the approval with its page, holds, closing, resuming. Each is a POST by the one who is
// signed in and calls the step of that act; the rules (approver is not the filer, evidence unchanged, two people for a
// release or an end) are the domain's. Trap: a GET here must never write; and a body says what is done, never by whom.
import type { Hono } from 'hono';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Step } from '#core/step.ts';
import type { Role } from '#core/roles.ts';
import { approvalBody, type ApprovalView } from '#portal/ticket.ts';
import { closeTicket } from '../close-ticket.ts';
import { confirmSubject } from '../confirm-subject.ts';
import { extendDeadline } from '../extend-deadline.ts';
import { placeHold, releaseHold } from '../holds.ts';
import { recordApproval } from '../record-approval.ts';
import { recordIdentity } from '../record-identity.ts';
import { resumeTicket } from '../resume-ticket.ts';
import { formFields, isForm, jsonValue, notAnObject } from './bodies.ts';
import { requireRole, show, type ApiContext, type Asked, type Env, type Identity } from './context.ts';
import { checkForm, formToken } from './guard.ts';
import { idOf, reportOf } from './tickets.ts';

interface Act {
  readonly path: string;
  readonly step: Step;
  /** Any of them may do it, or propose it where it takes two; an approver alone may be the second. */
  readonly roles: readonly Role[];
  /** The step's fields from the body and the one who is signed in. */
  readonly fields: (body: Readonly<Record<string, unknown>>, caller: Identity) => object;
}

const inTheirName: Act['fields'] = (body, { principal: by }) => ({ ...body, by });
const withAnother: Act['fields'] = (body, { principal: by, roles }) => ({
  ...body,
  by,
  mayConfirm: roles.includes('approver'),
});
/** Whoever says that a requester was identified is the one who is signed in, and answers for it. */
const asVerifier: Act['fields'] = (body, { principal: by }) => {
  if ('verifiedBy' in body)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'verifiedBy is not asked for',
      expected: 'method, level and verifiedAt',
      got: 'verifiedBy',
      hint: 'leave it out: the one who is signed in is recorded as the one who checked',
    });
  return { identity: body, by };
};

const ACTS: readonly Act[] = [
  { path: 'identity', step: recordIdentity, roles: ['filer'], fields: asVerifier },
  { path: 'extend', step: extendDeadline, roles: ['filer'], fields: inTheirName },
  { path: 'confirm-subject', step: confirmSubject, roles: ['approver'], fields: inTheirName },
  { path: 'hold', step: placeHold, roles: ['filer'], fields: inTheirName },
  { path: 'release', step: releaseHold, roles: ['filer', 'approver'], fields: withAnother },
  { path: 'close', step: closeTicket, roles: ['filer', 'approver'], fields: withAnother },
  { path: 'resume', step: resumeTicket, roles: ['approver'], fields: inTheirName },
];

export const decisionRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/tickets/:id/approval', (c) => approvalPage(c, context));
  app.post('/tickets/:id/approval', (c) => decide(c, context));
  for (const { path, step, roles, fields } of ACTS)
    app.post(`/tickets/:id/${path}`, async (c) => {
      requireRole(c, ...roles);
      const ticketId = idOf(c);
      const body = isForm(c)
        ? await checkedForm(c, context, path, ticketId)
        : Fields.safeParse(await jsonValue(c)).data;
      if (!body) throw notAnObject();
      // whoever is signed in is not asserted, whatever the body says
      const input = { ...fields(body, c.var.identity), asserted: undefined, ticketId };
      const result = await step.handle(input, context.ports);
      return isForm(c) ? c.redirect(`/tickets/${ticketId}`, 303) : c.json(result as object);
    });
};

const Fields = z.record(z.string(), z.unknown());

/** The fields of a page's form without its token, which is bound to person, act and ticket. */
const checkedForm = async (c: Asked, { formKey }: ApiContext, act: string, ticketId: string) => {
  const { csrf, ...fields } = await formFields(c);
  checkForm(formKey, c.var.identity, csrf, act, ticketId);
  return fields;
};

const approvalPage = async (c: Asked, context: ApiContext): Promise<Response> => {
  requireRole(c, 'approver');
  const { ticket } = await context.ports.tickets.get(idOf(c));
  if (ticket.status !== 'AWAITING_APPROVAL')
    throw new QuittanceError('APPROVAL_NOT_OPEN', { message: 'nothing waits for a decision', got: ticket.status });
  const { gate, executive, reproduce } = await reportOf(ticket.id, context);
  const { tested, notClaimed } = executive;
  const data: ApprovalView = { ticketId: ticket.id, evidence: ticket.evidence, gate, tested, notClaimed, reproduce };
  const token = formToken(context.formKey, c.var.identity, 'approval', ticket.id, ticket.evidence);
  return show(c, {
    title: `Decide on ${ticket.id}`,
    data,
    body: () => approvalBody(data, token, context.ports.people.unlockedBy),
  });
};

const Decision = z.object({
  decision: z.enum(['approved', 'refused']),
  evidence: z.string(),
  reason: z.string().optional(),
  /** Of the approver's own key; used here and kept nowhere. */
  passphrase: z.string().optional(),
  csrf: z.string().optional(),
});

/** From the form of the page, or as JSON; what the caller says about who decides is not asked. */
const decide = async (c: Asked, { ports, formKey }: ApiContext): Promise<Response> => {
  requireRole(c, 'approver');
  const ticketId = idOf(c);
  const fromPage = isForm(c);
  const parsed = Decision.safeParse(fromPage ? await formFields(c) : await jsonValue(c));
  if (!parsed.success)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'no decision',
      expected: 'decision, evidence, and a reason to refuse',
    });
  const { decision, evidence, reason, passphrase, csrf } = parsed.data;
  checkForm(formKey, c.var.identity, csrf, 'approval', ticketId, evidence);
  const approver = c.var.identity.principal;
  const why = reason === undefined || reason === '' ? {} : { reason };
  const unlocked = passphrase === undefined || passphrase === '' ? {} : { passphrase };
  const result = await recordApproval.handle({ ticketId, approver, decision, evidence, ...why, ...unlocked }, ports);
  return fromPage ? c.redirect(`/tickets/${ticketId}`, 303) : c.json(result as object);
};
