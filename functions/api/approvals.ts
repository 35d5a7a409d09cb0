// The decision on the evidence over HTTP: its page, and the POST from that page or as JSON. The rules (approver is not
// the filer, evidence unchanged) are the domain's. Trap: who decides is not asked, and refused in a
// body.
import type { Hono } from 'hono';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { faultsOf } from '#core/field-faults.ts';
import { ROLES_FOR } from '#core/roles.ts';
import { approvalBody, type ApprovalView } from '#portal/approval.ts';
import { acted, formSent, hiddenOf, isShownInForm, jsonSent, returned, type Sent } from './act-routes.ts';
import { ACTS, isOffered, refuseFilled, type Act } from './acts.ts';
import { formFields, isForm } from './bodies.ts';
import { reportOf } from './case-view.ts';
import { done, requireRole, show, wantsData, type ApiContext, type Asked, type Env } from './context.ts';
import { checkForm } from './guard.ts';
import { problemOf } from './problems.ts';
import { idOf } from './tickets.ts';

export const approvalRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/tickets/:id/approval', (c) => approvalPage(c, context));
  app.post('/tickets/:id/approval', (c) => decide(c, context));
};

const approvalPage = async (
  c: Asked,
  context: ApiContext,
  back?: { readonly values: Readonly<Record<string, string>>; readonly error: unknown },
): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.approval);
  const { ports } = context;
  const { ticket, version } = await ports.tickets.get(idOf(c));
  if (ticket.status !== 'AWAITING_APPROVAL') {
    if (back) throw back.error;
    throw new QuittanceError('APPROVAL_NOT_OPEN', { message: 'nothing waits for a decision', got: ticket.status });
  }
  const report = await reportOf(ticket.id, context);
  const { gate, executive, reproduce } = report;
  const { tested, notClaimed } = executive;
  const { id: ticketId, evidence } = ticket;
  const data: ApprovalView = { ticketId, evidence, version, gate, tested, notClaimed, reproduce };
  const more = {
    hidden: hiddenOf(c, context, version, 'approval', ticketId, evidence),
    unlockedBy: ports.people.unlockedBy,
    mayRefuse: isOffered('refuse', ticket, c.var.identity, ports.clock.now()),
    returned: back && returned(back.values, back.error),
  };
  return show(c, {
    title: (words) => words.acts.approval.title,
    data,
    body: (words) => approvalBody(data, report, more, words),
    ...(back && { status: problemOf(back.error).status }),
  });
};

const Decision = z.strictObject({
  decision: z.enum(['approved', 'refused']),
  evidence: z.string(),
  reason: z.string().optional(),
  /** Of the approver's own key; used here and kept nowhere. */
  passphrase: z.string().optional(),
  csrf: z.string().optional(),
});

const decide = async (c: Asked, context: ApiContext): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.approval);
  const ticketId = idOf(c);
  const fields = isForm(c) ? await formFields(c) : undefined;
  const sent: Sent = fields ? formSent(fields) : await jsonSent(c);
  refuseFilled(sent.body, ACTS.approval);
  const parsed = Decision.safeParse(sent.body);
  if (!parsed.success)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'no decision',
      expected: 'decision, evidence, and a reason to refuse',
      fields: faultsOf(parsed.error),
    });
  const csrf = fields?.['csrf'] ?? parsed.data.csrf;
  checkForm(context.formKey, c.var.identity, csrf, 'approval', ticketId, parsed.data.evidence);
  try {
    // the evidence binds the decision: what else happened to the case since does not concern it
    const answer = await acted(c, context, 'approval', DECIDING, {
      ...sent,
      body: parsed.data,
      seen: fields ? undefined : sent.seen,
    });
    return fields ? done(c, answer, `/tickets/${ticketId}`) : c.json(answer as object);
  } catch (error) {
    if (!fields || wantsData(c) || !isShownInForm(error)) throw error;
    return approvalPage(c, context, { values: { reason: fields['reason'] ?? '' }, error });
  }
};

/** Empty fields of a form say nothing. */
const DECIDING: Act = {
  ...ACTS.approval,
  fields: ({ decision, evidence, reason, passphrase }, { principal: approver }) => ({
    decision,
    evidence,
    approver,
    ...(reason !== undefined && reason !== '' && { reason }),
    ...(passphrase !== undefined && passphrase !== '' && { passphrase }),
  }),
};
