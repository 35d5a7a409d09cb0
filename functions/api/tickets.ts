// Tickets over HTTP: work list, one ticket, its report and bundle, filing. Trap: who files is who is signed in; a body
// that names somebody else is refused.
import { zipSync } from 'fflate';
import type { Hono } from 'hono';
import { z } from 'zod';
import { assembleBundle, requireEnded } from '#core/bundle.ts';
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import { CONTENT_POLICY, reportHtml } from '#report/html.ts';
import { html, type Html } from '#report/markup.ts';
import { TicketId } from '#core/ticket.ts';
import { parseTicketRequest, type TicketRequest } from '#core/ticket-request.ts';
import { ROLES_FOR } from '#core/roles.ts';
import { caseBody, sentenceOf } from '#portal/case/frame.ts';
import { clock, decisions, evidence, history, overview, request } from '#portal/case/tabs.ts';
import { letters } from '#portal/case/letters.ts';
import { tests } from '#portal/case/tests.ts';
import { TABS, type CaseView, type Tab } from '#portal/case/view.ts';
import type { Words } from '#portal/words.ts';
import { fileTicket } from '../file-ticket.ts';
import { previewTicket } from '../preview-ticket.ts';
import { jsonBody } from './bodies.ts';
import { headerOf, Key } from './headers.ts';
import { caseView, reportOf } from './case-view.ts';
import { formToken, LIVE_POLICY } from './guard.ts';
import { requireRole, sendMade, show, type ApiContext, type Asked, type Env } from './context.ts';

/** Of ids alone: `/tickets/search` is not a case that does not exist. */
export const CASE_PATH = '/tickets/:id{T-[^/]*}';

export const ticketRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.post('/tickets', (c) => file(c, context));
  for (const tab of TABS.filter((one) => one !== 'notes'))
    app.get(tab === 'overview' ? CASE_PATH : `/tickets/:id/${tab}`, (c) => showCase(c, context, tab));
  app.get('/tickets/:id/report', async (c) => c.json(await reportOf(idOf(c), context)));
  app.get('/tickets/:id/report.html', (c) => reportPage(c, context));
  app.get('/tickets/:id/report.pdf', (c) => reportFile(c, context));
  app.get('/tickets/:id/bundle.zip', (c) => bundle(c, context));
  app.get('/tickets/:id/regulator.zip', (c) => forRegulator(c, context));
};

/** TICKET_NOT_FOUND for what cannot be an id, so that nothing else of it is looked at. */
export const idOf = (c: Asked): string => {
  const id = TicketId.safeParse(c.req.param('id'));
  if (id.success) return id.data;
  throw new QuittanceError('TICKET_NOT_FOUND', { message: 'no ticket has this id' });
};

/** Notes have a route of their own (notes.ts). */
type ShownTab = Exclude<Tab, 'notes'>;

const showCase = async (c: Asked, context: ApiContext, tab: ShownTab): Promise<Response> => {
  const data = await caseView(idOf(c), c.var.identity, context);
  const { id } = data.item;
  c.header('ETag', `"${data.version}"`);
  if (data.isMoving && tab === 'overview') c.header('Content-Security-Policy', LIVE_POLICY);
  return show(c, {
    title: (words) => sentenceOf(data, words),
    data,
    head: () => (data.isMoving ? headOf(tab) : undefined),
    body: (words) =>
      caseBody(
        data,
        tab,
        tabBody(data, tab, (form) => formToken(context.formKey, c.var.identity, form, id), words),
        words,
      ),
  });
};

/** Where no script runs, a page of a case that moves looks again by itself. */
const REFRESH = html`<noscript><meta http-equiv="refresh" content="20" /></noscript>`;
const headOf = (tab: Tab): Html =>
  tab === 'overview'
    ? html`${REFRESH}
        <script src="/live.js" defer></script>`
    : REFRESH;

/** `token`: of the forms by which this viewer may read the request and kept letters. */
const tabBody = (data: CaseView, tab: ShownTab, token: (form: string) => string, words: Words): Html => {
  switch (tab) {
    case 'overview':
      return overview(data, words);
    case 'request':
      return request(data, token('request'), words);
    case 'clock':
      return clock(data, words);
    case 'decisions':
      return decisions(data, words);
    case 'tests':
      return tests(data.report, words);
    case 'letters':
      return letters(data, token('read-letter'), words);
    case 'evidence':
      return evidence(data, words);
    case 'history':
      return history(data, words);
  }
};

/**
 * The report is one file with its style inside, which its own policy names by digest; the portal's would refuse that
 * style.
 */
const reportPage = async (c: Asked, context: ApiContext): Promise<Response> => {
  const page = reportHtml(await reportOf(idOf(c), context));
  c.header('Content-Security-Policy', `${CONTENT_POLICY}; frame-ancestors 'none'`);
  return c.html(page);
};

/** The printer is large, so that it is read when the first report is printed. */
const reportFile = async (c: Asked, context: ApiContext): Promise<Response> => {
  const id = idOf(c);
  const report = await reportOf(id, context);
  const { reportPdf } = await import('#report/pdf.ts');
  return sendMade(c, { type: 'application/pdf', as: `inline; filename="${id}.pdf"` }, () => reportPdf(report));
};

/** Read on use, as the printer is. */
const forRegulator = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  const id = idOf(c);
  await requireEnded(ports, id);
  return sendMade(c, { type: 'application/zip', as: `attachment; filename="${id}-regulator.zip"` }, async () => {
    const [{ regulatorFile }, { reportPdf }] = await Promise.all([import('../regulator.ts'), import('#report/pdf.ts')]);
    return regulatorFile(ports, id, reportPdf);
  });
};

const bundle = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  const id = idOf(c);
  await requireEnded(ports, id);
  return sendMade(c, { type: 'application/zip', as: `attachment; filename="${id}.zip"` }, async () => {
    const files = Object.fromEntries(await assembleBundle(ports, id));
    // no time in it: the same bundle is the same file
    return zipSync(files, { mtime: new Date(1980, 0, 1), level: 6 });
  });
};

/** `?dryRun=true` says what filing would come to, and stores nothing; another word than true or false is refused. */
const file = async (c: Asked, { ports, policy }: ApiContext): Promise<Response> => {
  requireRole(c, ...ROLES_FOR.file);
  const { principal } = c.var.identity;
  if (c.req.query('dryRun') === 'true')
    return c.json((await previewTicket.handle({ request: await requestFrom(c) }, ports)) as object);
  const key = headerOf(c, 'Idempotency-Key', Key);
  if (key === undefined)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'no key',
      expected: 'the header Idempotency-Key: 1 to 100 visible characters, such as 6f9a2c71',
    });
  const input = { request: await requestFrom(c), policy, requestId: `${principal}:${key}` };
  const filed = z.looseObject({ ticketId: TicketId }).parse(await fileTicket.handle(input, ports));
  return c.json(filed, 201, { Location: `/tickets/${filed.ticketId}` });
};

/** ACCESS_DENIED where the body names another filer than the one who is signed in. */
const requestFrom = async (c: Asked): Promise<TicketRequest> => {
  const { principal } = c.var.identity;
  const request = parseTicketRequest(filedBy(new Uint8Array(await jsonBody(c)), principal));
  if (request.filer === principal) return request;
  throw new QuittanceError('ACCESS_DENIED', { message: 'another filer', expected: 'filer: the one who is signed in' });
};

/** The request with its filer filled in where the body names none. */
const filedBy = (bytes: Uint8Array, filer: string): Uint8Array => {
  try {
    const body = parseOnce(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const named = typeof body === 'object' && body !== null && !Array.isArray(body) ? { filer, ...body } : body;
    return new TextEncoder().encode(JSON.stringify(named));
  } catch {
    return bytes; // its fault is named where it is parsed
  }
};
