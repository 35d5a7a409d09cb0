// Comments and files of a case over HTTP. A file goes out as a download of its own kind that no browser shows, runs or
// guesses about, and only after a POST, since the log then says who got it.
import type { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { ROLES_FOR } from '#core/roles.ts';
import { caseBody, sentenceOf } from '#portal/case/frame.ts';
import { notesBody, type NoteForms } from '#portal/case/notes.ts';
import { attachFile, commentTicket, notesOf, openFile, OpenedFile } from '../case-notes.ts';
import { acted, formSent, hiddenOf, isShownInForm, jsonSent, returned, type Sent } from './act-routes.ts';
import type { Act } from './acts.ts';
import { formFields, isForm, isMultipart, multipartFields, nothingAsked } from './bodies.ts';
import { caseView } from './case-view.ts';
import { done, requireRole, show, wantsData, type ApiContext, type Asked, type Env } from './context.ts';
import { checkForm, formToken } from './guard.ts';
import { problemOf } from './problems.ts';
import { idOf } from './tickets.ts';

type FormName = 'comment' | 'attach';

const ACT: Readonly<Record<FormName, Act>> = {
  comment: {
    step: commentTicket,
    roles: ROLES_FOR.note,
    fields: (body, { principal: by }) => ({ ...body, by }),
    events: () => [],
  },
  attach: {
    step: attachFile,
    roles: ROLES_FOR.note,
    fields: (body, { principal: by }) => ({ ...body, by }),
    events: () => [],
  },
};

export const noteRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/tickets/:id/notes', (c) => notesPage(c, context));
  app.post('/tickets/:id/notes', (c) => written(c, context, 'comment'));
  app.post('/tickets/:id/files', (c) => written(c, context, 'attach'));
  app.post('/tickets/:id/files/:number', (c) => download(c, context));
};

const notesPage = async (
  c: Asked,
  context: ApiContext,
  back?: NoteForms['returned'],
  status?: ContentfulStatusCode,
) => {
  const { ports, formKey } = context;
  const { identity } = c.var;
  const data = await caseView(idOf(c), identity, context);
  const { id } = data.item;
  const mayRead = ROLES_FOR.note.some((role) => identity.roles.includes(role)) && data.status !== 'PURGED';
  const notes = mayRead ? await notesOf(ports, id) : null;
  const hidden = (name: FormName) => (mayRead ? hiddenOf(c, context, data.version, name, id) : undefined);
  const forms: NoteForms = {
    ticketId: id,
    zone: data.facts.zone,
    comment: hidden('comment'),
    attach: hidden('attach'),
    open: formToken(formKey, identity, 'open-file', id),
    ...(back && { returned: back }),
  };
  return show(c, {
    title: (words) => sentenceOf(data, words),
    path: `/tickets/${id}/notes`,
    data: { ticketId: id, notes },
    body: (words) => caseBody(data, 'notes', notesBody(notes, forms, words), words),
    ...(status !== undefined && { status }),
  });
};

type Reading = (c: Asked) => Promise<Sent & { readonly csrf: string | undefined }>;

const formFieldsSent: Reading = async (c) => {
  const fields = await formFields(c);
  return { ...formSent(fields), csrf: fields['csrf'] };
};

/** One file, and the hidden fields of its form. */
const fileSent: Reading = async (c) => {
  const form = await multipartFields(c);
  const file = form.get('file');
  if (!(file instanceof File))
    throw new QuittanceError('INVALID_INPUT', { message: 'the form holds no file', expected: 'file: one file' });
  const text = (name: string) => z.string().safeParse(form.get(name)).data ?? '';
  const hidden = { csrf: text('csrf'), version: text('version'), key: text('key') };
  const content = Buffer.from(await file.arrayBuffer()).toString('base64');
  return { ...formSent({ ...hidden, name: file.name, content }), csrf: hidden.csrf };
};

const written = async (c: Asked, context: ApiContext, name: FormName): Promise<Response> => {
  const isFormOfIt = name === 'attach' ? isMultipart(c) : isForm(c);
  if (!isFormOfIt) return c.json((await acted(c, context, name, ACT[name], await jsonSent(c))) as object);
  requireRole(c, ...ACT[name].roles);
  const ticketId = idOf(c);
  const { csrf, ...sent } = await (name === 'attach' ? fileSent(c) : formFieldsSent(c));
  checkForm(context.formKey, c.var.identity, csrf, name, ticketId);
  try {
    // what others do meanwhile is no conflict
    const answer = await acted(c, context, name, ACT[name], { ...sent, seen: undefined });
    return done(c, answer, `/tickets/${ticketId}/notes`);
  } catch (error) {
    if (wantsData(c) || !isShownInForm(error)) throw error;
    const values = name === 'comment' ? { note: z.string().safeParse(sent.body['note']).data ?? '' } : {};
    return notesPage(c, context, { form: name, back: returned(values, error) }, problemOf(error).status);
  }
};

const MEDIA = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpeg: 'image/jpeg',
  text: 'text/plain; charset=utf-8',
} as const;

const download = async (c: Asked, { ports, formKey }: ApiContext): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.note);
  const { identity } = c.var;
  const ticketId = idOf(c);
  if (isForm(c)) checkForm(formKey, identity, (await formFields(c))['csrf'], 'open-file', ticketId);
  else await nothingAsked(c);
  const number = z.coerce.number().int().positive().max(1e9).safeParse(c.req.param('number')).data ?? 0;
  if (number === 0) throw new QuittanceError('NOT_FOUND', { message: 'there is no such file' });
  const opened = OpenedFile.parse(await openFile.handle({ ticketId, number, by: identity.principal }, ports));
  // RFC 6266 with RFC 8187: one name that every client can read, and the name itself
  const plain = opened.name.replace(/[^A-Za-z0-9._ -]/g, '_');
  c.header(
    'Content-Disposition',
    `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(opened.name).replace(/['()*]/g, escaped)}`,
  );
  c.header('Content-Security-Policy', "default-src 'none'; sandbox");
  c.header('X-Content-Type-Options', 'nosniff');
  return c.body(Buffer.from(opened.content, 'base64'), 200, { 'Content-Type': MEDIA[opened.file] });
};

const escaped = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
