// What is reported of all cases together: the report of a month as page, file and data, and the register of requests.
// Whoever is signed in may read them: they hold codes, counts and names of roles.
import type { Hono } from 'hono';
import { addMonths, Month } from '#core/days.ts';
import { everyCase } from '#report/portfolio/facts.ts';
import { monthBody, monthsBody } from '#portal/reports.ts';
import { portfolioFor } from '../write-portfolio.ts';
import { sendMade, show, type ApiContext, type Asked, type Env } from './context.ts';
import { notFound } from './problems.ts';

export const reportRoutes = (app: Hono<Env>, context: ApiContext): void => {
  app.get('/reports', (c) => months(c, context));
  app.get('/reports/:month', (c) => month(c, context));
  app.get('/reports/:month/report.pdf', (c) => monthFile(c, context));
  app.get('/register', async (c) => c.json({ requests: (await printer()).registerJson(await rowsOf(context)) }));
  app.get('/register.csv', async (c) => {
    c.header('Content-Disposition', 'attachment; filename="register.csv"');
    const text = (await printer()).registerCsv(await rowsOf(context));
    return c.body(text, 200, { 'Content-Type': 'text/csv; charset=utf-8' });
  });
  app.get('/register.xlsx', async (c) => {
    c.header('Content-Disposition', 'attachment; filename="register.xlsx"');
    const bytes = await (await printer()).registerXlsx(await rowsOf(context));
    return c.body(Buffer.from(bytes), 200, { 'Content-Type': WORKBOOK });
  });
};

const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Both are read when the first of theirs is asked for: a function that starts has no use for plots and workbooks. */
const writer = () => import('#report/portfolio/document.ts');
const printer = () => import('#report/portfolio/register.ts');
const rowsOf = async ({ ports }: ApiContext) => (await printer()).registerRows(everyCase(ports));

/** The months that a page offers; an older one is asked for by its address. */
const OFFERED = 13;

const months = (c: Asked, { ports }: ApiContext): Response => {
  const first = `${ports.clock.now().toISOString().slice(0, 7)}-01`;
  const data = { months: Array.from({ length: OFFERED }, (_, back) => addMonths(first, -back).slice(0, 7)) };
  return show(c, { title: (words) => words.registry.reports, data, body: (words) => monthsBody(data.months, words) });
};

const monthAsked = (c: Asked): string => {
  const asked = Month.safeParse(c.req.param('month'));
  if (asked.success) return asked.data;
  throw notFound();
};

const month = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  const data = await portfolioFor(ports, monthAsked(c));
  const { portfolioDocument, portfolioTitle } = await writer();
  return show(c, {
    title: ({ monthText }) => monthText(portfolioTitle(data)),
    data,
    body: (words) => monthBody(data.month, portfolioDocument(data), words),
  });
};

const monthFile = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  const portfolio = await portfolioFor(ports, monthAsked(c));
  return sendMade(
    c,
    { type: 'application/pdf', as: `inline; filename="requests-${portfolio.month}.pdf"` },
    async () => {
      const { portfolioPdf } = await import('#report/pdf.ts');
      return portfolioPdf(portfolio);
    },
  );
};
