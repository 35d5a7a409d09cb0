// The sealed request over HTTP, and the confirmation of whose records they are. Reading is a POST, since it writes who
// looked; the answer is the only copy and says that nothing may store it.
import type { Hono } from 'hono';
import { sameName } from '#core/words/names.ts';
import { requestBody } from '#portal/request.ts';
import { SealedRequest, viewRequest } from '../view-request.ts';
import { formFields, isForm, jsonValue } from './bodies.ts';
import { requireRole, show, type ApiContext, type Asked, type Env } from './context.ts';
import { checkForm, formToken } from './guard.ts';
import { idOf } from './tickets.ts';

export const requestRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.post('/tickets/:id/request', (c) => viewed(c, context));
};

const viewed = async (c: Asked, { ports, formKey }: ApiContext): Promise<Response> => {
  requireRole(c, 'approver');
  const { identity } = c.var;
  const ticketId = idOf(c);
  if (isForm(c)) checkForm(formKey, identity, (await formFields(c))['csrf'], 'request', ticketId);
  else await jsonValue(c); // nothing is asked of it but its media type, which no other site's form has
  const result = await viewRequest.handle({ ticketId, by: identity.principal }, ports);
  const data = SealedRequest.parse(result);
  const { filer } = (await ports.tickets.get(ticketId)).ticket;
  const token = sameName(filer, identity.principal)
    ? undefined
    : formToken(formKey, identity, 'confirm-subject', ticketId);
  c.header('Cache-Control', 'no-store, private, max-age=0');
  c.header('Pragma', 'no-cache');
  const title = `Request of ${ticketId}`;
  return show(c, { title, path: `/tickets/${ticketId}`, data, body: () => requestBody(data, token) });
};
