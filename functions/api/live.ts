// Where a case stands now, as server-sent events (HTML Standard, 9.2). An answer holds one event and how soon to ask
// again, which browsers do by themselves: so the same answer serves from a Lambda, which cannot keep one open.
import type { Hono } from 'hono';
import { paceOf } from '#core/job-progress.ts';
import { LIVE_SCRIPT, liveState } from '#portal/case/live.ts';
import { wordsOf, type ApiContext, type Env } from './context.ts';
import { idOf } from './tickets.ts';

const AGAIN_MS = 3_000;

/** Before anybody is known: the file is the same for all. */
export const liveScriptRoute = (app: Hono<Env>): void => {
  app.get('/live.js', (c) => c.body(LIVE_SCRIPT, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
};

export const liveRoutes = (app: Hono<Env>, { ports }: ApiContext): void => {
  app.get('/tickets/:id/live', async (c) => {
    const { ticket, version } = await ports.tickets.get(idOf(c));
    const state = liveState(version, await paceOf(ticket, ports.results), wordsOf(c));
    return c.body(`retry: ${AGAIN_MS}\nid: ${version}\ndata: ${JSON.stringify(state)}\n\n`, 200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
    });
  });
};
