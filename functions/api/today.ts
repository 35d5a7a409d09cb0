// The first page that a person sees, from rows and counts of the work list alone.
import type { Hono } from 'hono';
import { addDays } from '#core/days.ts';
import { Decision, mayDecide, type WorkPage } from '#core/worklist.ts';
import { DAYS_LEFT, FORTNIGHT, MONTH, SOON_DAYS } from '#core/days-left.ts';
import { todayBody, todayTitle, type TodayView } from '#portal/today.ts';
import { countWaiting } from '../asks.ts';
import { keptDrafts } from '../drafts.ts';
import { hasInbox, show, type ApiContext, type Asked, type Env, type Identity } from './context.ts';
import { BLOCKED, itemsOf, openUpTo } from './worklist.ts';

export const todayRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/', (c) => today(c, context));
  app.get('/today', (c) => today(c, context));
};

/** Rows under "next". */
const NEXT = 10;

/** How many are due by each day, as how many more with each step. */
const steps = (upTo: readonly number[]): TodayView['byDaysLeft'] =>
  DAYS_LEFT.map((bin, i) => ({ bin, n: (upTo[i] ?? 0) - (upTo[i - 1] ?? 0) }));

const APPEALS: readonly Decision[] = ['appeal', 'part-appeal'];

/**
 * How many this person may decide. Who filed a case does not; of an appeal, who had a part in the refusal does not
 * either, which no count knows: appeals are few, and read.
 */
const forToDecide = async ({ tickets }: ApiContext['ports'], { principal, roles }: Identity): Promise<number> => {
  if (!roles.includes('approver')) return 0;
  const decisions = Decision.options.filter((one) => !APPEALS.includes(one));
  const { total, filer } = await tickets.counts({ scope: 'open', decisions });
  let appeals = 0;
  for (let after: string | undefined; ;) {
    const page: WorkPage = await tickets.page({ scope: 'open', decisions: APPEALS, limit: 1000, after });
    appeals += page.rows.filter((row) => mayDecide(row, principal)).length;
    if (page.next === null) return total - (filer[principal] ?? 0) + appeals;
    after = page.next;
  }
};

const today = async (c: Asked, context: ApiContext): Promise<Response> => {
  const { ports } = context;
  const { roles } = c.var.identity;
  const now = ports.clock.now();
  const day = now.toISOString().slice(0, 10);
  const isFiler = roles.includes('filer');
  const [late, soon, fortnight, month, mine, blocked, open, next, asked, drafts] = await Promise.all([
    openUpTo(ports, addDays(day, -1)),
    openUpTo(ports, addDays(day, SOON_DAYS)),
    openUpTo(ports, addDays(day, FORTNIGHT)),
    openUpTo(ports, addDays(day, MONTH)),
    forToDecide(ports, c.var.identity),
    ports.tickets.counts({ scope: 'open', statuses: BLOCKED }),
    ports.tickets.counts({ scope: 'open' }),
    ports.tickets.page({ scope: 'open', limit: NEXT }),
    hasInbox(context) && isFiler ? countWaiting(ports) : 0,
    isFiler ? keptDrafts(ports, c.var.identity.principal) : [],
  ]);
  const items = await itemsOf(next.rows, ports, now);
  const counts = {
    late,
    week: soon - late,
    mine,
    blocked: blocked.total,
    open: open.total,
    asked,
    drafts: drafts.length,
  };
  const byDaysLeft = steps([late, soon, fortnight, month, open.total]);
  const data: TodayView = { ...counts, byDaysLeft, next: items };
  return show(c, {
    title: (words) => todayTitle(data, words),
    path: '/today',
    data,
    body: (words) => todayBody(data, isFiler, words),
  });
};
