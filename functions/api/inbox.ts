// Requests that came in by /ask and wait for somebody who files: read, taken up as a draft of a case, or found to be
// none. Trap: what is no request at all may be put aside by one person; whatever is one becomes a case, where refusing
// takes two.
import type { Hono } from 'hono';
import { z } from 'zod';
import { inboxBody, oneAskBody } from '#portal/inbox.ts';
import { AskId, NO_CASE, readAsk, settleAsk, waitingAsks } from '../asks.ts';
import { takeUpAsk } from '../take-up-ask.ts';
import { QuittanceError } from '#core/errors.ts';
import { formFields } from './bodies.ts';
import { requireRole, show, type ApiContext, type Asked, type Env } from './context.ts';
import { checkForm, formToken } from './guard.ts';
import { notFound } from './problems.ts';

export const inboxRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/asked', (c) => list(c, context));
  app.get('/asked/:ask', (c) => one(c, context));
  app.post('/asked/:ask/take', (c) => take(c, context));
  app.post('/asked/:ask/aside', (c) => aside(c, context));
};

const filerOf = (c: Asked): string => {
  requireRole(c, 'filer');
  return c.var.identity.principal;
};

const idOf = (c: Asked): string => {
  const id = AskId.safeParse(c.req.param('ask'));
  if (id.success) return id.data;
  throw notFound();
};

/** It is somebody's data, and stays in nobody's cache. */
const unstored = (c: Asked) => c.header('Cache-Control', 'no-store, private, max-age=0');

const list = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  filerOf(c);
  const data = { waiting: await waitingAsks(ports) };
  return show(c, { title: (words) => words.inbox.title, data, body: (words) => inboxBody(data.waiting, words) });
};

const one = async (c: Asked, { ports, formKey }: ApiContext): Promise<Response> => {
  filerOf(c);
  const id = idOf(c);
  const { asked, receivedAt, via } = await readAsk(ports, id);
  const hidden = { csrf: formToken(formKey, c.var.identity, 'asked', id) };
  unstored(c);
  return show(c, {
    title: (words) => words.inbox.one,
    path: `/asked/${id}`,
    data: { id, receivedAt, asked, ...(via && { via }) },
    body: (words) => oneAskBody({ id, receivedAt, asked, via }, hidden, words),
  });
};

const sentTo = async (c: Asked, { formKey }: ApiContext, id: string) => {
  const fields = await formFields(c);
  checkForm(formKey, c.var.identity, fields['csrf'], 'asked', id);
  return fields;
};

const take = async (c: Asked, context: ApiContext): Promise<Response> => {
  const { ports } = context;
  const filer = filerOf(c);
  const id = idOf(c);
  await sentTo(c, context, id);
  const { timeZone } = await ports.calendar.around(ports.clock.now());
  return c.redirect(`/new/${await takeUpAsk(ports, id, filer, timeZone)}/who`, 303);
};

const aside = async (c: Asked, context: ApiContext): Promise<Response> => {
  const by = filerOf(c);
  const id = idOf(c);
  const reason = z.enum(NO_CASE).safeParse((await sentTo(c, context, id))['reason']);
  if (!reason.success)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'why it is no request',
      expected: `reason: one of ${NO_CASE.join(', ')}`,
    });
  await readAsk(context.ports, id); // one that is a case, or was put aside before, is not found
  const at = context.ports.clock.now().toISOString();
  await settleAsk(context.ports, id, { is: 'none', reason: reason.data, by, at });
  return c.redirect('/asked', 303);
};
