// A person's own sessions in `quittance serve`, each to be ended: one that was left open elsewhere, or all of them.
// Other people's are ended by command (`quittance people end`).
import type { Hono } from 'hono';
import { sessionId, type Session, type Sessions } from '#adapters/local/sqlite-sessions.ts';
import type { ApiContext } from '#functions/api.ts';
import { formFields } from '#functions/api/bodies.ts';
import { show, type Env } from '#functions/api/context.ts';
import { checkForm, formToken, identify } from '#functions/api/guard.ts';
import { time } from '#portal/layout.ts';
import type { Words } from '#portal/words.ts';
import { html, type Html } from '#report/markup.ts';

const PURPOSE = 'sessions';

export const sessionRoutes = (app: Hono<Env>, context: ApiContext, sessions: Sessions, now: () => Date): void => {
  const ofPerson = (principal: string) => sessions.list(now()).filter((session) => session.principal === principal);
  app.use('/sessions', identify(context));
  app.get('/sessions', (c) => {
    const own = ofPerson(c.var.identity.principal);
    const data = {
      sessions: own.map((session) => ({ id: sessionId(session), began: session.began, ends: session.ends })),
    };
    const token = formToken(context.formKey, c.var.identity, PURPOSE);
    return show(c, { title: (words) => words.frame.sessions, data, body: (words) => sessionsBody(own, token, words) });
  });
  app.post('/sessions', async (c) => {
    const { csrf, session = '' } = await formFields(c);
    checkForm(context.formKey, c.var.identity, csrf, PURPOSE);
    const meant = ofPerson(c.var.identity.principal).filter((one) => session === 'all' || sessionId(one) === session);
    sessions.end(meant.map(({ digest }) => digest));
    return c.redirect('/sessions', 303);
  });
};

const sessionsBody = (sessions: readonly Session[], token: string, { sessions: s }: Words): Html =>
  html`<table>
      <caption>
        ${s.title}
      </caption>
      <thead>
        <tr>
          <th scope="col">${s.since}</th>
          <th scope="col">${s.until}</th>
          <th scope="col">${s.end}</th>
        </tr>
      </thead>
      <tbody>
        ${sessions.map(
          (session) =>
            html`<tr>
              <td>${time(session.began)}</td>
              <td>${time(session.ends)}</td>
              <td>${ending(sessionId(session), s.endOne(sessionId(session)), token)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${ending('all', s.endAll, token)}`;

const ending = (session: string, words: string, token: string): Html =>
  html`<form method="post" action="/sessions">
    <input type="hidden" name="csrf" value="${token}" />
    <input type="hidden" name="session" value="${session}" />
    <button class="second">${words}</button>
  </form>`;
