// The work list over HTTP: one page of it, its counts, a search, the same as CSV, and views that a person keeps in
// their browser. Every answer is made of the store's rows and counts; whole tickets are not read.
// Trap: a name goes in by POST, is looked up in the vault's labels, and comes back in no address; and a cell of a CSV
// that begins like a formula is made text.
import { setCookie } from 'hono/cookie';
import type { Hono } from 'hono';
import { z } from 'zod';
import { addDays } from '#core/days.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { RegimeName } from '#core/regimes.ts';
import { labelToFind } from '#core/subject-labels.ts';
import { Status } from '#core/ticket.ts';
import { ModelName } from '#core/model.ts';
import { Principal } from '#core/ticket-request.ts';
import {
  Decision,
  isOpenRow,
  mayDecide,
  workRowOf,
  type WorkCounts,
  type WorkFilter,
  type WorkPage,
  type WorkRow,
} from '#core/worklist.ts';
import { SOON_DAYS } from '#core/days-left.ts';
import { csvCell } from '#report/csv.ts';
import { html } from '#report/markup.ts';
import {
  COLUMNS,
  VIEWS,
  type Asked as AskedList,
  type Column,
  type ListFrame,
  type SavedView,
} from '#portal/list-address.ts';
import { itemOf, rows as rowsOf, worklistBody, workItem, type WorkItem, type Worklist } from '#portal/worklist.ts';
import { formFields, isForm, jsonValue } from './bodies.ts';
import { requireRole, show, type ApiContext, type Asked, type Env, type Identity } from './context.ts';
import { draftList } from './drafts.ts';
import { checkForm, formToken } from './guard.ts';

export const worklistRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/tickets', (c) => list(c, context));
  app.get('/tickets.csv', (c) => csv(c, context));
  app.post('/tickets/search', (c) => search(c, context));
  app.post('/tickets/views', (c) => keepView(c, context));
};

const Columns = z.enum(COLUMNS);
/** Each part of an address by its form. */
export const ListQuery = z.object({
  ...{ view: z.enum(VIEWS), status: Status, regime: RegimeName, model: ModelName, filer: Principal },
  due: z.enum(['late', 'week']),
  ref: z.string().regex(/^T-[0-9a-z]{0,40}$/, 'a case’s id or how it begins, such as T-3k9x'),
  limit: z.coerce.number().int().min(1).max(100),
  after: z.string().regex(/^[\w-]{1,200}$/, '`next` of the page before, as it was given'),
  /** Of the page alone. */
  columns: z
    .string()
    .regex(/^[a-z]{1,20}(?:\.[a-z]{1,20}){0,20}$/i, 'names of columns with dots between, such as model.filer'),
});

function lenient<T>(part: z.ZodType<T>) {
  return part.optional().catch(undefined);
}

const Query = z.object({
  ...{ view: ListQuery.shape.view.catch('all'), limit: ListQuery.shape.limit.catch(50) },
  ...{
    status: lenient(ListQuery.shape.status),
    regime: lenient(ListQuery.shape.regime),
    model: lenient(ListQuery.shape.model),
  },
  ...{ filer: lenient(ListQuery.shape.filer), due: lenient(ListQuery.shape.due), ref: lenient(ListQuery.shape.ref) },
  after: lenient(ListQuery.shape.after),
});

/** What an address asks for. In a browser what it cannot mean is left out; a program was told (queries.ts). */
const askedOf = (c: Asked): AskedList => {
  const named = (c.req.queries('columns') ?? []).flatMap((text) => text.split('.'));
  const columns = named
    .map((name) => Columns.safeParse(name).data)
    .filter((name): name is Column => name !== undefined);
  return { ...Query.parse(c.req.query()), columns: named.length === 0 ? COLUMNS : columns };
};

export const BLOCKED = [
  'ON_HOLD',
  'REMEDIATION',
  'EXEMPTION_PENDING',
  'IDENTITY_PENDING',
  'CLARIFICATION_PENDING',
  'APPEALED',
] as const;

/** A view is a filter to begin with, and what else is asked narrows it. */
const filterOf = (asked: AskedList, { principal, roles }: Identity, today: string): WorkFilter => {
  const { view, status, regime, model, filer, due, ref } = asked;
  const ofView = {
    all: undefined,
    mine: undefined,
    due: undefined,
    approval: undefined,
    blocked: BLOCKED,
    closed: undefined,
    draft: [],
  }[view];
  const statuses = status === undefined ? ofView : (ofView ?? [status]).filter((one) => one === status);
  const decisions = view !== 'approval' ? undefined : roles.includes('approver') ? Decision.options : [];
  const until =
    due === 'late' ? addDays(today, -1) : due === 'week' || view === 'due' ? addDays(today, SOON_DAYS) : undefined;
  const closed = view === 'closed';
  return {
    scope: closed
      ? 'closed'
      : view === 'all' && until === undefined
        ? 'all'
        : view === 'mine' && !until
          ? 'all'
          : 'open',
    ...{ statuses, decisions, regime, model, id: ref },
    filer: view === 'mine' ? principal : filer,
    dueUpTo: until,
  };
};

/** The page, without what this person may not decide on: who filed does not approve, who refused decides no appeal. */
const pageFor = async (
  { tickets }: ApiContext['ports'],
  asked: AskedList,
  caller: Identity,
  filter: WorkFilter,
): Promise<WorkPage> => {
  const { limit, after } = asked;
  const page = await tickets.page({ ...filter, limit, after });
  if (asked.view !== 'approval') return page;
  return { ...page, rows: page.rows.filter((row) => mayDecide(row, caller.principal)) };
};

const list = async (c: Asked, context: ApiContext): Promise<Response> => {
  const { identity } = c.var;
  const { ports } = context;
  const asked = askedOf(c);
  const now = ports.clock.now();
  const today = now.toISOString().slice(0, 10);
  if (asked.view === 'draft') {
    const [late, week] = await dueCounts(ports, today);
    return draftList(c, context, frameOf(c, context, asked), { late, week: week - late });
  }
  const filter = filterOf(asked, identity, today);
  const [page, counts, due] = await Promise.all([
    pageFor(ports, asked, identity, filter),
    ports.tickets.counts(filter),
    dueCounts(ports, today),
  ]);
  const data = listData(asked, await itemsOf(page.rows, ports, now), page.next, counts, due);
  return show(c, {
    title: (words) => words.frame.cases,
    data,
    body: (words) => worklistBody(data, frameOf(c, context, asked), words),
  });
};

/** The date of a ticket whose clock stands still moves with the days; it alone is read for that. */
export const itemsOf = (rows: readonly WorkRow[], { tickets }: ApiContext['ports'], now: Date): Promise<WorkItem[]> =>
  Promise.all(
    rows.map(async (row) =>
      row.stopped === null ? itemOf(row, now) : workItem((await tickets.get(row.id)).ticket, now),
    ),
  );

export const openUpTo = async ({ tickets }: ApiContext['ports'], dueUpTo: string): Promise<number> =>
  (await tickets.counts({ scope: 'open', dueUpTo })).total;

/** Open cases that are late, and those that are or are due soon. */
const dueCounts = (ports: ApiContext['ports'], today: string): Promise<[number, number]> =>
  Promise.all([openUpTo(ports, addDays(today, -1)), openUpTo(ports, addDays(today, SOON_DAYS))]);

const listData = (
  { view }: AskedList,
  tickets: readonly WorkItem[],
  next: string | null,
  counts: WorkCounts,
  [late, week]: readonly [number, number],
): Worklist => ({ view, tickets, next, counts, late, week: week - late });

const mayName = ({ roles }: Identity): boolean => roles.includes('filer') || roles.includes('approver');

const frameOf = (c: Asked, { formKey }: ApiContext, asked: AskedList): ListFrame => ({
  asked,
  saved: savedViews(c),
  mayFile: c.var.identity.roles.includes('filer'),
  mayName: mayName(c.var.identity),
  token: formToken(formKey, c.var.identity, 'list'),
});

const Search = z.strictObject({ q: z.string().trim().min(1).max(200), csrf: z.string().optional() });

/** A reference or a model's name leads to a list with an address; anything else is a name. INVALID_INPUT. */
const search = async (c: Asked, context: ApiContext): Promise<Response> => {
  const { ports, formKey } = context;
  const { identity } = c.var;
  const parsed = Search.safeParse(isForm(c) ? await formFields(c) : await jsonValue(c));
  if (!parsed.success)
    throw new QuittanceError('INVALID_INPUT', { message: 'nothing to look for', expected: 'q: 1 to 200 characters' });
  const { q, csrf } = parsed.data;
  if (isForm(c)) checkForm(formKey, identity, csrf, 'list');
  const ref = /^t-?[0-9a-z]*$/i.test(q) && /^t-/i.test(q) ? q.toLowerCase().replace(/^t-/, 'T-') : undefined;
  if (ref !== undefined) return c.redirect(`/tickets?ref=${encodeURIComponent(ref)}`, 303);
  const model = ModelName.safeParse(q).data;
  if (model !== undefined && (await hasModel(ports, model))) return c.redirect(`/tickets?model=${model}`, 303);
  requireRole(c, 'filer', 'approver');
  const found = await byName(q, ports);
  const now = ports.clock.now();
  const tickets = await itemsOf(found, ports, now);
  c.header('Cache-Control', 'no-store, private, max-age=0');
  return show(c, {
    title: (words) => words.list.byName,
    path: '/tickets',
    data: { tickets },
    body: (words) =>
      html`<p class="soft">${words.list.found(tickets.length)}</p>
        ${tickets.length === 0 ? html`<p class="empty">${words.list.noName}</p>` : rowsOf(tickets, COLUMNS, words.list.byName, words)}
        <p><a href="/tickets">${words.list.whole}</a></p>`,
  });
};

const hasModel = async ({ models }: ApiContext['ports'], name: string): Promise<boolean> => {
  try {
    await models.get(name);
    return true;
  } catch (error) {
    if (isQuittanceError(error, 'MODEL_NOT_FOUND')) return false;
    throw error;
  }
};

/** Open ones first, by due date. */
const byName = async (name: string, { vault, tickets, pseudonyms }: ApiContext['ports']): Promise<WorkRow[]> => {
  const label = await labelToFind(name, pseudonyms);
  const ids = label === undefined ? [] : await vault.labelled(label);
  const rows = await Promise.all(ids.map(async (id) => workRowOf((await tickets.get(id)).ticket)));
  return rows.sort((a, b) => Number(isOpenRow(b)) - Number(isOpenRow(a)) || a.safeDue.localeCompare(b.safeDue));
};

const CSV_HEAD = ['case', 'status', 'safe due', 'days left', 'received', 'regime', 'model', 'filed by', 'blocked by'];
/** Rows of one file; a longer list is narrowed first, or read page by page as JSON. */
const CSV_MOST = 10_000;

const csv = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  const { identity } = c.var;
  const asked = askedOf(c);
  const now = ports.clock.now();
  const filter = filterOf(asked, identity, now.toISOString().slice(0, 10));
  const lines = [CSV_HEAD.map(csvCell).join(',')];
  let after: string | undefined;
  do {
    const { rows, next } = await pageFor(ports, { ...asked, limit: 1000, after }, identity, filter);
    for (const item of await itemsOf(rows, ports, now)) {
      const { id, label, safeDue, daysLeft, received, regime, model, filer, blockedBy } = item;
      const cells = [id, label, safeDue, daysLeft === null ? '' : String(daysLeft), received, regime, model, filer];
      lines.push([...cells, blockedBy ?? ''].map(csvCell).join(','));
    }
    after = next ?? undefined;
  } while (after !== undefined && lines.length <= CSV_MOST);
  c.header('Content-Disposition', 'attachment; filename="cases.csv"');
  return c.body(`${lines.join('\r\n')}\r\n`, 200, { 'Content-Type': 'text/csv; charset=utf-8' });
};

const VIEWS_COOKIE = 'quittance-views';
const MOST_VIEWS = 10;
const Saved = z.array(z.tuple([z.string().min(1).max(40), z.string().max(300)])).max(MOST_VIEWS);
const YEAR_SECONDS = 365 * 86_400;

const savedViews = (c: Asked): SavedView[] => {
  const text = new RegExp(`(?:^|;\\s*)${VIEWS_COOKIE}=([\\w-]+)`).exec(c.req.header('cookie') ?? '')?.[1];
  try {
    const saved = Saved.parse(JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8')));
    return saved.map(([name, query]) => ({ name, query: new URLSearchParams(query).toString() }));
  } catch {
    return []; // none, or not one that we wrote
  }
};

/** Kept in the browser: which lists somebody looks at is nobody else's concern. */
const keepView = async (c: Asked, { formKey }: ApiContext): Promise<Response> => {
  const { csrf, name = '', query = '', forget } = await formFields(c);
  checkForm(formKey, c.var.identity, csrf, 'list');
  const kept = savedViews(c).filter((one) => one.name !== (forget ?? name));
  const added =
    forget === undefined && name.trim() !== '' ? [...kept, { name: name.trim().slice(0, 40), query }] : kept;
  const pairs = Saved.safeParse(added.slice(-MOST_VIEWS).map((one) => [one.name, one.query])).data ?? [];
  const value = Buffer.from(JSON.stringify(pairs)).toString('base64url');
  setCookie(c, VIEWS_COOKIE, value, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: YEAR_SECONDS });
  return c.redirect(query === '' ? '/tickets' : `/tickets?${new URLSearchParams(query).toString()}`, 303);
};
