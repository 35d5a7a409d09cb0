// Letters in the browser: one is written, looked at, kept, looked at as the requester gets it, and sent by a press of
// its own.
// Trap: a kept letter holds a name: it is the answer to a POST, since the log then says who looked, and nothing may
// store that answer.
import type { Hono } from 'hono';
import { z } from 'zod';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { faultsOf } from '#core/field-faults.ts';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import { ROLES_FOR } from '#core/roles.ts';
import { composeBody, composeFields, letterBody, type Draft } from '#portal/case/letter.ts';
import type { Returned } from '#portal/forms.ts';
import { letterFaults, previewLetter, writeLetter, Written, type Asked as AskedLetter } from '../letters.ts';
import { LetterView, readLetter } from '../read-letter.ts';
import { acted, formSent, hiddenOf, isShownInForm, jsonSent, returned, type Sent } from './act-routes.ts';
import type { Act } from './acts.ts';
import { formFields, isForm, nothingAsked } from './bodies.ts';
import { requireRole, show, wantsData, type ApiContext, type Asked, type Env } from './context.ts';
import { checkForm, formToken } from './guard.ts';
import { problemOf } from './problems.ts';
import { idOf } from './tickets.ts';

export const letterPageRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/tickets/:id/letter', (c) => composePage(c, context, {}));
  app.post('/tickets/:id/letter', (c) => looked(c, context));
  app.post('/tickets/:id/letters', (c) => kept(c, context));
  app.post('/tickets/:id/letters/:number/look', (c) => shown(c, context));
  app.post('/tickets/:id/letters/:number/pdf', (c) => printed(c, context));
};

/** NOT_FOUND for what cannot be a letter's place in a history. */
export const numberOf = (c: Asked): number => {
  const number = z.coerce.number().int().positive().max(1e9).safeParse(c.req.param('number')).data;
  if (number !== undefined) return number;
  throw new QuittanceError('NOT_FOUND', { message: 'there is no such letter' });
};

const KEEP: Act = {
  step: writeLetter,
  roles: ROLES_FOR.letter,
  fields: (body, { principal: by }) => ({ ...body, by }),
  events: () => [],
};

interface Shown {
  readonly draft?: Draft;
  readonly back?: Returned;
  readonly error?: unknown;
}

const composePage = async (c: Asked, context: ApiContext, { draft, back, error }: Shown): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.letter);
  const { ticket, version } = await context.ports.tickets.get(idOf(c));
  const { id } = ticket;
  if (ticket.status === 'PURGED')
    throw new QuittanceError('TICKET_PURGED', { message: `ticket ${id} is purged; nobody is left to write to` });
  const hidden = hiddenOf(c, context, version, 'letter', id);
  return show(c, {
    title: (words) => words.letters.compose.title,
    path: `/tickets/${id}/letter`,
    data: { ticketId: id, version, kinds: LetterKind.options, languages: LetterLanguage.options },
    body: (words) => composeBody({ ticketId: id, fields: composeFields(words), hidden, draft, back }, words),
    ...(error !== undefined && { status: problemOf(error).status }),
  });
};

const Fields = z.strictObject({
  kind: LetterKind,
  language: LetterLanguage,
  note: z.string().max(4_000).optional(),
});

/** The fields of the form, once its token is ours; an empty note is none. */
const formOf = async (c: Asked, { formKey }: ApiContext): Promise<Sent & { fields: Record<string, string> }> => {
  const fields = await formFields(c);
  checkForm(formKey, c.var.identity, fields['csrf'], 'letter', idOf(c));
  const { fields: typed, ...sent } = formSent(fields);
  const body = Object.fromEntries(Object.entries(typed).filter(([, value]) => value.trim() !== ''));
  return { ...sent, seen: undefined, body, fields: { ...typed } };
};

/** INVALID_INPUT with the fields by name. */
const letterAsked = (body: Sent['body']): AskedLetter => {
  const parsed = Fields.safeParse(body);
  if (parsed.success) return parsed.data;
  const faults = faultsOf(parsed.error);
  throw new QuittanceError('INVALID_INPUT', {
    message: 'this does not say which letter',
    expected: faults.map(({ field, rule }) => `${field}: ${rule}`).join('; '),
    fields: faults,
  });
};

/** What it would say, and what it would lack; nothing is kept. */
const looked = async (c: Asked, context: ApiContext): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.letter);
  const { ports } = context;
  const sent = isForm(c) ? await formOf(c, context) : { ...(await jsonSent(c)), fields: {} };
  try {
    const asked = letterAsked(sent.body);
    const { ticket } = await ports.tickets.get(idOf(c));
    const { letter, text } = await previewLetter(ticket, asked, ports.clock.now());
    const findings = await letterFaults(ticket, asked, ports);
    noStore(c);
    if (wantsData(c)) return c.json({ letter, text, findings });
    const back = { values: sent.fields, faults: [] };
    return await composePage(c, context, { draft: { text, language: asked.language, findings }, back });
  } catch (error) {
    if (wantsData(c) || !isShownInForm(error)) throw error;
    return composePage(c, context, { back: returned(sent.fields, error), error });
  }
};

/** Kept, and then shown as the requester gets it; a second press of the button shows the same. */
const kept = async (c: Asked, context: ApiContext): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.letter);
  const { ports } = context;
  const sent = isForm(c) ? await formOf(c, context) : { ...(await jsonSent(c)), seen: undefined, fields: {} };
  try {
    const written = Written.parse(await acted(c, context, 'letter', KEEP, sent));
    noStore(c);
    return wantsData(c) ? c.json(written, 201) : await letterPage(c, context, written.number);
  } catch (error) {
    if (wantsData(c) || !isShownInForm(error)) throw error;
    const back = returned(sent.fields, error);
    if (!isQuittanceError(error, 'LETTER_INCOMPLETE')) return composePage(c, context, { back, error });
    const asked = letterAsked(sent.body);
    const { ticket } = await ports.tickets.get(idOf(c));
    const { text } = await previewLetter(ticket, asked, ports.clock.now());
    const draft = { text, language: asked.language, findings: await letterFaults(ticket, asked, ports) };
    return composePage(c, context, { draft, back: { values: sent.fields, faults: [] }, error });
  }
};

const noStore = (c: Asked): void => {
  c.header('Cache-Control', 'no-store, private, max-age=0');
  c.header('Pragma', 'no-cache');
};

/** What is asked for as a form has a token of its own; from a program it is `{}`. */
const mayLook = async (c: Asked, { formKey }: ApiContext): Promise<void> => {
  requireRole(c, ...ROLES_FOR.letter);
  if (isForm(c)) checkForm(formKey, c.var.identity, (await formFields(c))['csrf'], 'read-letter', idOf(c));
  else await nothingAsked(c);
};

const readBy = async (c: Asked, { ports }: ApiContext, number: number, pdf: boolean): Promise<LetterView> => {
  const { principal: by } = c.var.identity;
  return LetterView.parse(await readLetter.handle({ ticketId: idOf(c), number, pdf, by }, ports));
};

const shown = async (c: Asked, context: ApiContext): Promise<Response> => {
  await mayLook(c, context);
  return letterPage(c, context, numberOf(c));
};

const letterPage = async (c: Asked, context: ApiContext, number: number): Promise<Response> => {
  const data = await readBy(c, context, number, false);
  const { ticketId } = data;
  const token = (form: string) => formToken(context.formKey, c.var.identity, form, ticketId);
  noStore(c);
  return show(c, {
    title: (words) => words.letters.one.title,
    path: `/tickets/${ticketId}/letters`,
    data,
    body: (words) => letterBody(data, { read: token('read-letter'), send: token('send-letter') }, words),
  });
};

const printed = async (c: Asked, context: ApiContext): Promise<Response> => {
  await mayLook(c, context);
  const { ticketId, number, pdf } = await readBy(c, context, numberOf(c), true);
  if (pdf === null)
    throw new QuittanceError('NOT_FOUND', {
      message: 'the letter has signs that the fonts of the PDF do not have',
      hint: 'take its text',
    });
  noStore(c);
  c.header('Content-Disposition', `attachment; filename="${ticketId}-${number}.pdf"`);
  return c.body(Buffer.from(pdf, 'base64'), 200, { 'Content-Type': 'application/pdf' });
};
