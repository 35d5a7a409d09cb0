// The encrypted request over HTTP, and the confirmation of whose records they are. Reading is a POST, since it writes
// who looked; the answer is the only copy and says that nothing may store it.
import type { Hono } from 'hono';
import { actFields } from '#portal/acts.ts';
import { requestBody, type Confirming } from '#portal/request.ts';
import type { Words } from '#portal/words.ts';
import { RequestView, viewRequest } from '../view-request.ts';
import { formFields, isForm, nothingAsked } from './bodies.ts';
import { requireRole, show, type ApiContext, type Asked, type Env } from './context.ts';
import { hiddenOf } from './act-routes.ts';
import { isOffered } from './acts.ts';
import { checkForm } from './guard.ts';
import { idOf } from './tickets.ts';
import { ROLES_FOR } from '#core/roles.ts';

export const requestRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.post('/tickets/:id/request', (c) => viewed(c, context));
};

const viewed = async (c: Asked, context: ApiContext): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.request);
  const { ports, formKey } = context;
  const { identity } = c.var;
  const ticketId = idOf(c);
  if (isForm(c)) checkForm(formKey, identity, (await formFields(c))['csrf'], 'request', ticketId);
  else await nothingAsked(c);
  const result = await viewRequest.handle({ ticketId, by: identity.principal }, ports);
  const data = RequestView.parse(result);
  const { ticket, version } = await ports.tickets.get(ticketId);
  const now = ports.clock.now();
  const confirming = (words: Words): Confirming | undefined =>
    isOffered('confirm-subject', ticket, identity, now)
      ? {
          hidden: hiddenOf(c, context, version, 'confirm-subject', ticketId),
          fields: actFields('confirm-subject', ticket, now, words),
        }
      : undefined;
  c.header('Cache-Control', 'no-store, private, max-age=0');
  c.header('Pragma', 'no-cache');
  return show(c, {
    title: (words) => words.readRequest.title(ticketId),
    path: `/tickets/${ticketId}/request`,
    data,
    body: (words) => requestBody(data, confirming(words), words),
  });
};
