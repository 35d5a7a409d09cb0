// Letters over HTTP, for programs: a preview, which holds neither name nor secret, the keeping of one, whose answer is
// the letter itself, and sending. The pages are letter-pages.ts. Trap: a note is a person's words, so that it comes in
// a body; a GET takes none, and writes nothing.
import type { Hono } from 'hono';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import { ROLES_FOR } from '#core/roles.ts';
import { previewLetter, writeLetter } from '../letters.ts';
import { sendLetter } from '../send-letter.ts';
import { refuseFilled } from './acts.ts';
import { formFields, isForm, jsonValue, notAnObject } from './bodies.ts';
import { done, requireRole, type ApiContext, type Asked, type Env } from './context.ts';
import { checkForm } from './guard.ts';
import { letterPageRoutes, numberOf } from './letter-pages.ts';
import { idOf } from './tickets.ts';

export const letterRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/tickets/:id/letters/:kind', (c) => preview(c, context));
  app.post('/tickets/:id/letters/:kind', (c) => keep(c, context));
  app.post('/tickets/:id/letters/:number/send', (c) => send(c, context));
  letterPageRoutes(app, context);
};

const kindOf = (c: Asked): LetterKind => {
  const kind = LetterKind.safeParse(c.req.param('kind'));
  if (kind.success) return kind.data;
  throw new QuittanceError('NOT_FOUND', { message: 'no letter is of this kind' });
};

const preview = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  const kind = kindOf(c);
  const language = LetterLanguage.catch('en').parse(c.req.query('lang'));
  const { ticket } = await ports.tickets.get(idOf(c));
  return c.json(await previewLetter(ticket, { kind, language }, ports.clock.now()));
};

const Body = z.record(z.string(), z.unknown());

const keep = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.letter);
  const body = Body.safeParse(await jsonValue(c)).data;
  if (!body) throw notAnObject();
  refuseFilled(body, { filled: ['kind'] });
  const { principal: by } = c.var.identity;
  const input = { ...body, kind: kindOf(c), ticketId: idOf(c), by };
  c.header('Cache-Control', 'no-store, private, max-age=0');
  return c.json((await writeLetter.handle(input, ports)) as object, 201);
};

/** A program says `again` as true; a form's button says it as a word. */
const again = async (c: Asked, { formKey }: ApiContext, ticketId: string): Promise<z.infer<typeof Body>> => {
  if (!isForm(c)) {
    const body = Body.safeParse(await jsonValue(c)).data;
    if (!body) throw notAnObject();
    return body;
  }
  const fields = await formFields(c);
  checkForm(formKey, c.var.identity, fields['csrf'], 'send-letter', ticketId);
  return fields['again'] === 'true' ? { again: true } : {};
};

const send = async (c: Asked, context: ApiContext): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.letter);
  const [ticketId, number] = [idOf(c), numberOf(c)];
  const body = await again(c, context, ticketId);
  refuseFilled(body, { filled: ['number'] });
  const { principal: by } = c.var.identity;
  const input = { ...body, ticketId, number, by };
  return done(c, await sendLetter.handle(input, context.ports), `/tickets/${ticketId}/letters`);
};
