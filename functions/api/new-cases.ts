// A new case in the browser: its steps, the draft that they are kept in, and the filing, which is the one of the API
// and the command line. Trap: the draft's id stands for the request, so that pressing File twice files once; what is
// typed is kept before anything about it is said, and a GET writes nothing.
import type { Hono } from 'hono';
import { z } from 'zod';
import { isQuittanceError, type FieldFault } from '#core/errors.ts';
import { Deadlines } from '#core/deadlines.ts';
import { RETENTION_DAYS } from '#core/retention.ts';
import { TicketId } from '#core/ticket.ts';
import { draftsTable } from '#portal/drafts.ts';
import type { Returned } from '#portal/forms.ts';
import {
  checkBody,
  draftsBody,
  filedBody,
  STEPS,
  stepBody,
  stepFields,
  type CheckView,
  TYPED,
  typedNames,
  type StepView,
  type TypedStep,
} from '#portal/new-case.ts';
import { LANGUAGES, type Words } from '#portal/words.ts';
import { draftedRequest, findRows, futureFaults, type FoundRows } from '../draft-request.ts';
import { destroyDraft, DraftId, newDraftId, readDraft, saveDraft, type DraftFields } from '../drafts.ts';
import { fileTicket, ticketIdOf } from '../file-ticket.ts';
import { Preview, previewTicket } from '../preview-ticket.ts';
import { formFields } from './bodies.ts';
import { requireRole, show, type ApiContext, type Asked, type Env } from './context.ts';
import { draftItems, DRAFTS_PATH, tokenOf } from './drafts.ts';
import { checkForm, formToken } from './guard.ts';
import { notFound, problemOf } from './problems.ts';

export const newCaseRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/new', (c) => start(c, context));
  app.post('/new', (c) => begin(c, context));
  for (const step of TYPED) {
    app.get(`/new/:draft/${step}`, (c) => stepPage(c, context, step));
    app.post(`/new/:draft/${step}`, (c) => keep(c, context, step));
  }
  app.get('/new/:draft/check', (c) => checkPage(c, context));
  app.post('/new/:draft/check', (c) => fileOrDiscard(c, context));
};

const filerOf = (c: Asked): string => {
  requireRole(c, 'filer');
  return c.var.identity.principal;
};

const draftOf = (c: Asked): string => {
  const id = DraftId.safeParse(c.req.param('draft'));
  if (id.success) return id.data;
  throw notFound();
};

const hiddenOf = (c: Asked, { formKey }: ApiContext, draft: string) => ({
  csrf: formToken(formKey, c.var.identity, 'new-case', draft),
});

const sentTo = async (c: Asked, { formKey }: ApiContext, draft: string): Promise<DraftFields> => {
  const fields = await formFields(c);
  checkForm(formKey, c.var.identity, fields['csrf'], 'new-case', draft);
  return fields;
};

/** A draft is of use to its owner alone, and to nobody's cache. */
const unstored = (c: Asked) => c.header('Cache-Control', 'no-store, private, max-age=0');

const start = async (c: Asked, context: ApiContext): Promise<Response> => {
  filerOf(c);
  const drafts = (await draftItems(c, context)).filter(({ kind }) => kind === 'case');
  const title = (words: Words) => words.newCase.title;
  const kept = (words: Words) =>
    drafts.length > 0 ? draftsTable(drafts, RETENTION_DAYS.draft, tokenOf(c, context), words) : undefined;
  unstored(c);
  return show(c, {
    title,
    data: { drafts },
    body: (words) => draftsBody(kept(words), hiddenOf(c, context, ''), words),
  });
};

const begin = async (c: Asked, context: ApiContext): Promise<Response> => {
  const filer = filerOf(c);
  await sentTo(c, context, '');
  const id = newDraftId();
  await saveDraft(context.ports, id, filer, {});
  return c.redirect(`/new/${id}/who`, 303);
};

/** What the pages of a draft are made of. */
const opened = async (c: Asked, { ports }: ApiContext) => {
  const filer = filerOf(c);
  const id = draftOf(c);
  const fields = await readDraft(ports, id, filer);
  const now = ports.clock.now();
  const { timeZone } = await ports.calendar.around(now);
  return { filer, id, fields, now, timeZone };
};

const NOTHING: FoundRows = { rows: [], why: undefined };

const rowsFor = async (fields: DraftFields, { ports }: ApiContext): Promise<FoundRows> => {
  try {
    return await findRows(fields, ports);
  } catch (error) {
    if (isQuittanceError(error, 'MODEL_NOT_FOUND')) return NOTHING;
    throw error;
  }
};

const stepPage = async (
  c: Asked,
  context: ApiContext,
  step: TypedStep,
  faults: readonly FieldFault[] = [],
): Promise<Response> => {
  const { id, fields, now, timeZone } = await opened(c, context);
  const models = (await context.ports.models.list()).map(({ name }) => name);
  const found = step === 'find' ? await rowsFor(fields, context) : NOTHING;
  const view = (words: Words): StepView => ({
    ...{ draft: id, step, found: found.rows, why: found.why },
    fields: stepFields(step, fields, { models, timeZone, now }, words),
    ticked: Object.keys(fields).filter((name) => name.startsWith('row.')),
  });
  const returned: Returned | undefined = faults.length > 0 ? { values: fields, faults } : undefined;
  unstored(c);
  return show(c, {
    title: (words) => words.newCase.step[step],
    path: `/new/${id}/${step}`,
    data: view(LANGUAGES.en),
    body: (words) => stepBody(view(words), hiddenOf(c, context, id), returned, words),
    ...(returned && { status: 400 }),
  });
};

const discard = async (c: Asked, { ports }: ApiContext, id: string, filer: string): Promise<Response> => {
  await destroyDraft(ports, id, filer);
  return c.redirect(DRAFTS_PATH, 303);
};

const isOf = (step: TypedStep, { field }: FieldFault): boolean => {
  const parts = field.split('.');
  return typedNames(step).some((name) => parts.includes(name));
};

/** Every row that is offered, ticked in the draft; the page shows them. */
const tickAll = async (c: Asked, context: ApiContext, id: string, filer: string, next: DraftFields) => {
  const { rows } = await rowsFor(next, context);
  await saveDraft(context.ports, id, filer, { ...next, ...Object.fromEntries(rows.map(({ tick }) => [tick, 'true'])) });
  return c.redirect(`/new/${id}/find`, 303);
};

/** Keeps what was typed, right or wrong; then on to the next step, or back here with what is wrong. */
const keep = async (c: Asked, context: ApiContext, step: TypedStep): Promise<Response> => {
  const { id, filer, fields, timeZone, now } = await opened(c, context);
  const sent = await sentTo(c, context, id);
  if (sent['then'] === 'discard') return discard(c, context, id, filer);
  // a box that is not ticked is not sent, so that what the step asks for is taken as a whole
  const isMine = (name: string) =>
    typedNames(step).includes(name) || (step === 'find' && /^row\.[0-9a-f]{16}$/.test(name));
  const others = Object.entries(fields).filter(([name]) => !isMine(name));
  const mine = Object.entries(sent).filter(([name]) => isMine(name));
  const next: DraftFields = { ...Object.fromEntries(others), ...Object.fromEntries(mine) };
  await saveDraft(context.ports, id, filer, next);
  if (sent['then'] === 'stay') return c.redirect(`/new/${id}/${step}`, 303);
  if (sent['then'] === 'all') return tickAll(c, context, id, filer, next);
  // the rows of another person, or of another model, are offered before they are asked for
  const asked = step === 'find' && (next['model'] !== fields['model'] || !('model' in fields));
  const { rows: found } = await rowsFor(next, context);
  if (asked && found.length > 0 && mine.every(([name]) => !name.startsWith('row.')))
    return stepPage(c, context, 'find');
  // a law was chosen: now its grounds can be
  if (step === 'law' && next['regime'] && next['regime'] !== fields['regime'] && (next['ground'] ?? '') === '')
    return stepPage(c, context, 'law');
  const drafted = draftedRequest(next, filer, found, timeZone);
  const known = [...('faults' in drafted ? drafted.faults : []), ...futureFaults(next, timeZone, now)];
  const faults = known.filter((fault) => isOf(step, fault));
  if (faults.length > 0) return stepPage(c, context, step, faults);
  return c.redirect(`/new/${id}/${STEPS[STEPS.indexOf(step) + 1]!}`, 303);
};

const filedAsks = () => import('../filed-asks.ts'); // read on use

const requestIdOf = (filer: string, draft: string): string => `${filer}:${draft}`;

/** What would be filed, and what filing it would come to; or what is to be mended, and where. */
const tried = async (c: Asked, context: ApiContext) => {
  const { id, filer, fields, timeZone } = await opened(c, context);
  const drafted = draftedRequest(fields, filer, (await rowsFor(fields, context)).rows, timeZone);
  if ('faults' in drafted) return { id, request: undefined, view: viewOf(id, drafted.faults) };
  try {
    if (fields['asked'] !== undefined) {
      const ticketId = await ticketIdOf(context.ports.pseudonyms, requestIdOf(filer, id));
      await (await filedAsks()).refuseSettled(context.ports, fields['asked'], ticketId);
    }
    const preview = Preview.parse(await previewTicket.handle({ request: drafted.request }, context.ports));
    const view: CheckView = { draft: id, preview, mend: [] };
    return { id, request: drafted.request, view };
  } catch (error) {
    const { title, expected, got, hint, status, fields = [] } = problemOf(error);
    if (status >= 500) throw error;
    if (fields.length > 0) return { id, request: undefined, view: viewOf(id, fields) };
    const text = [title, expected && `expected: ${expected}`, got && `found: ${got}`, hint].filter(Boolean).join('; ');
    const view: CheckView = { draft: id, preview: null, mend: [{ step: 'find', text }] };
    return { id, request: undefined, view };
  }
};

const viewOf = (draft: string, faults: readonly FieldFault[]): CheckView => ({
  draft,
  preview: null,
  mend: faults.map((fault) => ({
    step: TYPED.find((step) => isOf(step, fault)) ?? 'who',
    text: `${fault.field}: ${fault.rule}`,
  })),
});

const checkPage = async (c: Asked, context: ApiContext): Promise<Response> => {
  const { id, view } = await tried(c, context);
  unstored(c);
  return show(c, {
    title: (words) => words.newCase.step.check,
    path: `/new/${id}/check`,
    data: view,
    body: (words) => checkBody(view, hiddenOf(c, context, id), words),
    ...(view.preview === null && c.req.method === 'POST' && { status: 422 }),
  });
};

const Filed = z.looseObject({ ticketId: TicketId, openingSecret: z.string().optional(), due: Deadlines });

const fileOrDiscard = async (c: Asked, context: ApiContext): Promise<Response> => {
  const { ports, policy } = context;
  const filer = filerOf(c);
  const id = draftOf(c);
  const sent = await sentTo(c, context, id);
  const requestId = requestIdOf(filer, id);
  if (sent['then'] === 'discard') return discard(c, context, id, filer);
  const before = await isFiled(requestId, context);
  if (before !== undefined) {
    await settle(context, id, filer, before);
    return c.redirect(`/tickets/${before}`, 303);
  }
  const { request } = await tried(c, context);
  if (!request) return checkPage(c, context);
  const filed = Filed.parse(await fileTicket.handle({ request, policy, requestId }, ports));
  await settle(context, id, filer, filed.ticketId);
  unstored(c);
  const { ticketId, openingSecret, due } = filed;
  return show(c, {
    title: (words) => words.newCase.filed(ticketId),
    path: `/tickets/${ticketId}`,
    data: filed,
    status: 201,
    body: (words) => filedBody({ ticketId, openingSecret, safeDue: due.safeDue }, words),
  });
};

/** Of a draft that was filed nothing is left, nor of the request without an account that it was made from. */
const settle = async ({ ports }: ApiContext, id: string, filer: string, ticketId: string): Promise<void> => {
  const fields = await readDraft(ports, id, filer).catch((error: unknown) => {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined; // by an earlier press
    throw error;
  });
  if (fields === undefined) return;
  if (fields['asked'] !== undefined) await (await filedAsks()).settleAsCase(fields['asked'], ticketId, ports);
  await destroyDraft(ports, id, filer);
};

/** The ticket of a draft that was filed before: a second press of the button leads there. */
const isFiled = async (requestId: string, { ports }: ApiContext): Promise<string | undefined> => {
  const ticketId = await ticketIdOf(ports.pseudonyms, requestId);
  try {
    return (await ports.tickets.get(ticketId)).ticket.id;
  } catch (error) {
    if (isQuittanceError(error, 'TICKET_NOT_FOUND')) return undefined;
    throw error;
  }
};
