// The first page that a person sees, from rows and counts of the work list alone.
import type { Hono } from 'hono';
import { addDays } from '#core/days.ts';
import { DAYS_LEFT, FORTNIGHT, MONTH, todayBody, todayTitle, type TodayView } from '#portal/today.ts';
import { SOON_DAYS } from '#portal/due.ts';
import { countWaiting } from '../asks.ts';
import { show, type ApiContext, type Asked, type Env } from './context.ts';
import { BLOCKED, FOR_APPROVERS, itemsOf, openUpTo } from './worklist.ts';

export const todayRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/', (c) => today(c, context));
  app.get('/today', (c) => today(c, context));
};

/** Rows under "next". */
const NEXT = 10;

/** How many are due by each day, as how many more with each step. */
const steps = (upTo: readonly number[]): TodayView['byDaysLeft'] =>
  DAYS_LEFT.map((bin, i) => ({ bin, n: (upTo[i] ?? 0) - (upTo[i - 1] ?? 0) }));

const today = async (c: Asked, { ports, publicPages = false }: ApiContext): Promise<Response> => {
  const { principal, roles } = c.var.identity;
  const now = ports.clock.now();
  const day = now.toISOString().slice(0, 10);
  const [late, soon, fortnight, month, waiting, blocked, open, next, asked] = await Promise.all([
    openUpTo(ports, addDays(day, -1)),
    openUpTo(ports, addDays(day, SOON_DAYS)),
    openUpTo(ports, addDays(day, FORTNIGHT)),
    openUpTo(ports, addDays(day, MONTH)),
    ports.tickets.counts({ scope: 'open', statuses: FOR_APPROVERS }),
    ports.tickets.counts({ scope: 'open', statuses: BLOCKED }),
    ports.tickets.counts({ scope: 'open' }),
    ports.tickets.page({ scope: 'open', limit: NEXT }),
    publicPages && roles.includes('filer') ? countWaiting(ports) : 0,
  ]);
  // who filed a case does not decide on it
  const mine = roles.includes('approver') ? waiting.total - (waiting.filer[principal] ?? 0) : 0;
  const items = await itemsOf(next.rows, ports, now);
  const counts = { late, week: soon - late, mine, blocked: blocked.total, open: open.total, asked };
  const byDaysLeft = steps([late, soon, fortnight, month, open.total]);
  const data: TodayView = { ...counts, byDaysLeft, next: items };
  return show(c, {
    title: (words) => todayTitle(data, words),
    path: '/today',
    data,
    body: (words) => todayBody(data, roles.includes('filer'), words),
  });
};
