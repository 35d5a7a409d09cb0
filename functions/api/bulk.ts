// Many requests at once: a table is looked at row by row and filed as a whole, in the browser and by programs. Traps:
// what somebody put here is other people's data and stays in the vault until its owner throws it away; and a press of
// the button, repeated or cut short, goes on where it was, since each row is filed under the id of its content.
import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { z } from 'zod';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { ROLES_FOR } from '#core/roles.ts';
import { bulkBody, listBody, type BulkView } from '#portal/bulk.ts';
import type { Returned } from '#portal/forms.ts';
import { csvOf } from '#report/csv.ts';
import { COLUMNS, LIST_LIMIT_BYTES, type ListRow } from '../bulk-columns.ts';
import { destroyDraft, draftsOf, ListId, readDraft, saveDraft } from '../drafts.ts';
import { checkList, fileList, type BulkResult } from '../file-bulk.ts';
import { fileTicket } from '../file-ticket.ts';
import { listKey, otherList } from '../list-keys.ts';
import { isShownInForm, returned } from './act-routes.ts';
import { headerOf, Key } from './headers.ts';
import { formFields, multipartFields } from './bodies.ts';
import { requireRole, show, wantsData, type ApiContext, type Asked, type Env } from './context.ts';
import { DRAFTS_PATH } from './drafts.ts';
import { checkForm, formToken } from './guard.ts';
import { notFound, problemOf } from './problems.ts';

/** Of a body: a list, and what a form puts around it. */
export const BULK_LIMIT_BYTES = LIST_LIMIT_BYTES + 64 * 1024;

export const bulkRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.post('/tickets/bulk', (c) => byProgram(c, context));
  app.get('/bulk', (c) => start(c, context));
  app.post('/bulk', (c) => upload(c, context));
  app.get('/bulk/template.csv', (c) => {
    filerOf(c);
    return c.body(csvOf([COLUMNS]), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
  });
  app.get('/bulk/:list{[^.]+}', (c) => checked(c, context));
  app.post('/bulk/:list{[^.]+}', (c) => fileOrDiscard(c, context));
};

const filerOf = (c: Asked): string => {
  requireRole(c, ...ROLES_FOR.file);
  return c.var.identity.principal;
};

/** What reads a table is loaded when there is one. */
const rowsOf = async (bytes: Uint8Array) => (await import('../bulk-list.ts')).readList(bytes);

const byProgram = async (c: Asked, context: ApiContext): Promise<Response> => {
  const filer = filerOf(c);
  const [type = ''] = (c.req.header('Content-Type') ?? '').toLowerCase().split(';');
  if (type.trim() !== 'text/csv')
    throw new QuittanceError('MEDIA_TYPE_UNSUPPORTED', {
      message: 'wrong media type',
      expected: 'Content-Type: text/csv',
    });
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  const rows = await rowsOf(bytes);
  const isDry = c.req.query('dryRun') !== undefined && c.req.query('dryRun') !== 'false';
  if (isDry) return c.json(await checkList(rows, filer, context.ports));
  const given = headerOf(c, 'Idempotency-Key', Key);
  const key = given === undefined ? undefined : await listKey(context.ports, `${filer}\n${given}`, bytes);
  await key?.check();
  const result = await filed(rows, filer, context, key?.bind);
  unstored(c);
  return c.json(result, result.wrong > 0 ? 422 : 201);
};

const filed = (
  rows: readonly ListRow[],
  filer: string,
  { ports, policy }: ApiContext,
  begin?: () => Promise<void>,
): Promise<BulkResult> => {
  const file = (input: unknown) => fileTicket.handle(input, ports);
  return fileList(rows, { filer, policy, file, ...(begin && { begin }) }, ports);
};

const unstored = (c: Asked) => c.header('Cache-Control', 'no-store, private, max-age=0');

const start = async (c: Asked, { ports, formKey }: ApiContext, back?: Returned, code?: Problem): Promise<Response> => {
  const data = { lists: await draftsOf(ports, filerOf(c), 'B'), columns: COLUMNS };
  const hidden = { csrf: formToken(formKey, c.var.identity, 'bulk'), key: randomBytes(16).toString('hex') };
  return show(c, {
    title: (words) => words.bulk.title,
    path: '/bulk',
    data,
    body: (words) => bulkBody(data, hidden, back, words),
    ...(code && { status: code.status }),
  });
};
type Problem = ReturnType<typeof problemOf>;

/** Kept only where it is a list at all; the same press of the button keeps it once. */
const upload = async (c: Asked, context: ApiContext): Promise<Response> => {
  const { ports, formKey } = context;
  const owner = filerOf(c);
  const fields = await multipartFields(c);
  const text = (name: string) => z.string().safeParse(fields.get(name)).data ?? '';
  checkForm(formKey, c.var.identity, text('csrf'), 'bulk');
  const file = fields.get('list');
  const bytes = file instanceof File ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array();
  try {
    await rowsOf(bytes);
    const id = `B-${(await ports.pseudonyms.of('list', `${owner}\n${text('key')}`)).slice(0, 20)}`;
    await keepList(ports, id, owner, Buffer.from(bytes).toString('base64'));
    return c.redirect(`/bulk/${id}`, 303);
  } catch (error) {
    if (wantsData(c) || !isShownInForm(error)) throw error;
    return start(c, context, returned({}, error), problemOf(error));
  }
};

/** IDEMPOTENCY_MISMATCH where this press of the button has kept another list. */
const keepList = async (ports: ApiContext['ports'], id: string, owner: string, list: string): Promise<void> => {
  const before = await readDraft(ports, id, owner).catch((error: unknown) => {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  });
  if (before !== undefined && before['list'] !== list) throw otherList();
  await saveDraft(ports, id, owner, { list });
};

const opened = async (c: Asked, { ports }: ApiContext) => {
  const owner = filerOf(c);
  const id = ListId.safeParse(c.req.param('list'));
  if (!id.success) throw notFound();
  const { list = '' } = await readDraft(ports, id.data, owner);
  return { id: id.data, owner, rows: await rowsOf(Buffer.from(list, 'base64')) };
};

const checked = async (c: Asked, context: ApiContext): Promise<Response> => {
  const { id, owner, rows } = await opened(c, context);
  return listPage(c, context, { list: id, ...(await checkList(rows, owner, context.ports)) });
};

const listPage = (c: Asked, { formKey }: ApiContext, view: BulkView, status: 200 | 201 | 422 = 200): Response => {
  const hidden = { csrf: formToken(formKey, c.var.identity, 'bulk', view.list) };
  unstored(c);
  return show(c, {
    title: (words) => words.bulk.list,
    path: `/bulk/${view.list}`,
    data: view,
    body: (words) => listBody(view, hidden, words),
    status,
  });
};

const fileOrDiscard = async (c: Asked, context: ApiContext): Promise<Response> => {
  const { id, owner, rows } = await opened(c, context);
  const fields = await formFields(c);
  checkForm(context.formKey, c.var.identity, fields['csrf'], 'bulk', id);
  if (fields['then'] === 'discard') {
    await destroyDraft(context.ports, id, owner);
    return c.redirect(DRAFTS_PATH, 303);
  }
  const result = await filed(rows, owner, context);
  return listPage(c, context, { list: id, ...result }, result.wrong > 0 ? 422 : 201);
};
