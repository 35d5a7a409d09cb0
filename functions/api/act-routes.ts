// The acts over HTTP: a page with a form for each, and the POST that does it, from that form or as JSON. Both call the
// act's step, the same that the command line calls. Trap: a GET here must never write; what a refused form held comes
// back to the one who sent it and goes nowhere else.
import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { z } from 'zod';
import { isQuittanceError, QuittanceError, type ErrorCode } from '#core/errors.ts';
import {
  ACT_NAMES,
  actBody,
  actFields,
  PROPOSED_AS,
  proposalIn,
  type ActName,
  type ActView,
  type FormAct,
} from '#portal/acts.ts';
import type { Returned } from '#portal/forms.ts';
import { LANGUAGES } from '#portal/words.ts';
import { ACTS, CLOSE, fromForm, isOffered, refuseFilled, type Act } from './acts.ts';
import { formFields, isForm, jsonValue, notAnObject } from './bodies.ts';
import { done, requireRole, show, wantsData, type ApiContext, type Asked, type Env } from './context.ts';
import { checkForm, formToken } from './guard.ts';
import { headerOf, Key, Tag } from './headers.ts';
import { asSeen, once, type Seen } from './once.ts';
import { problemOf } from './problems.ts';
import { idOf } from './tickets.ts';

const FORM_ACTS = ACT_NAMES.filter((name): name is FormAct => name !== 'approval');

export const actRoutes = (app: Hono<Env>, context: ApiContext): void => {
  for (const name of FORM_ACTS) {
    app.get(`/tickets/:id/${name}`, (c) => formPage(c, context, name));
    app.post(`/tickets/:id/${name}`, (c) => actFrom(c, context, name));
  }
  app.post('/tickets/:id/close', async (c) =>
    c.json((await acted(c, context, 'close', CLOSE, await jsonSent(c))) as object),
  );
};

/** What a request to act says beside the act's own fields. */
export interface Sent {
  readonly body: Readonly<Record<string, unknown>>;
  readonly key: string | undefined;
  readonly seen: Omit<Seen, 'ticketId'> | undefined;
}

const Version = z
  .string()
  .regex(/^\d{1,9}$/, 'a version such as 7')
  .transform(Number);
const Fields = z.record(z.string(), z.unknown());

/** From a program: the version in If-Match, the key in Idempotency-Key, as far as it sends them. INVALID_INPUT. */
export const jsonSent = async (c: Asked): Promise<Sent> => {
  const body = Fields.safeParse(await jsonValue(c)).data;
  if (!body) throw notAnObject();
  return { body, key: headerOf(c, 'Idempotency-Key', Key), seen: seenIn(versionIn(c), true) };
};

const versionIn = (c: Asked): number | undefined => {
  const tag = headerOf(c, 'If-Match', Tag);
  return tag === undefined || tag === '*' ? undefined : Number(tag.slice(1, -1));
};

const seenIn = (version: number | undefined, exactly: boolean): Sent['seen'] =>
  version === undefined ? undefined : { version, exactly };

/** From a page: what its hidden fields say, once its token is ours. */
export const formSent = (fields: Readonly<Record<string, string>>): Sent & { readonly fields: typeof fields } => {
  const { version, key } = fields;
  const body = without(fields, ['csrf', 'version', 'key']);
  return { body, fields: body, key: Key.safeParse(key).data, seen: seenIn(Version.safeParse(version).data, false) };
};

/** Does the act, or gives the answer that the same press of the button got before. */
export const acted = async (c: Asked, { ports }: ApiContext, name: string, act: Act, sent: Sent): Promise<unknown> => {
  requireRole(c, ...act.roles);
  const ticketId = idOf(c);
  const { identity } = c.var;
  refuseFilled(sent.body, act);
  const press = { ticketId, by: identity.principal, act: name, key: sent.key, body: withoutSecrets(sent.body) };
  const input = { ...act.fields(sent.body, identity), ticketId };
  const seen = sent.seen && { ticketId, ...sent.seen };
  return once(ports.vault, press, () => act.step.handle(input, asSeen(ports, seen)));
};

/** A passphrase is kept nowhere, not even as part of a digest. */
const withoutSecrets = (body: Sent['body']) => without(body, ['passphrase']);

const without = <T>(fields: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

const actFrom = async (c: Asked, context: ApiContext, name: FormAct): Promise<Response> => {
  if (!isForm(c)) return c.json((await acted(c, context, name, ACTS[name], await jsonSent(c))) as object);
  requireRole(c, ...ACTS[name].roles);
  const ticketId = idOf(c);
  const fields = await formFields(c);
  checkForm(context.formKey, c.var.identity, fields['csrf'], name, ticketId);
  const sent = formSent(fields);
  try {
    const { ticket } = await context.ports.tickets.get(ticketId);
    const body = fromForm(name, sent.fields, ticket);
    const answer = await acted(c, context, name, ACTS[name], { ...sent, body });
    return done(c, answer, `/tickets/${ticketId}`);
  } catch (error) {
    if (wantsData(c) || !isShownInForm(error)) throw error;
    return formPage(c, context, name, sent.fields, error);
  }
};

/** Who asks, and for what, is refused on a page of its own. */
const NOT_IN_FORM: readonly ErrorCode[] = ['TICKET_NOT_FOUND', 'ACCESS_DENIED', 'UNAUTHENTICATED', 'INTERNAL'];
export const isShownInForm = (error: unknown): boolean => isQuittanceError(error) && !NOT_IN_FORM.includes(error.code);

/** What of a refused form goes back to the one who sent it. */
export const returned = (values: Readonly<Record<string, string>>, error: unknown): Returned => {
  const { expected, hint, fields = [], code } = problemOf(error);
  const problem = { code, ...(expected !== undefined && { expected }), ...(hint !== undefined && { hint }) };
  return { values, faults: fields, problem, isStale: code === 'VERSION_STALE' };
};

/** The hidden fields of a form: its token, the version that it was made on, a key for the one answer. */
export const hiddenOf = (c: Asked, { formKey }: ApiContext, version: number, ...purpose: string[]) => ({
  csrf: formToken(formKey, c.var.identity, ...purpose),
  version: String(version),
  key: randomBytes(16).toString('hex'),
});

const formPage = async (
  c: Asked,
  context: ApiContext,
  name: FormAct,
  values: Readonly<Record<string, string>> = {},
  error?: unknown,
): Promise<Response> => {
  requireRole(c, ...ACTS[name].roles);
  const { ports } = context;
  const { ticket, version } = await ports.tickets.get(idOf(c));
  const now = ports.clock.now();
  if (error === undefined && !isOffered(name, ticket, c.var.identity, now)) throw notNow(name, ticket.status);
  const proposal = proposalIn(ticket);
  const view = (words: Parameters<typeof actFields>[3]): ActView => ({
    ticketId: ticket.id,
    act: name,
    version,
    fields: actFields(name, ticket, now, words),
    proposal: proposal && PROPOSED_AS[proposal.act] === name ? proposal : null,
  });
  const back = error === undefined ? undefined : returned(values, error);
  return show(c, {
    title: (words) => words.acts[name].title,
    path: `/tickets/${ticket.id}/${name}`,
    data: view(LANGUAGES.en),
    body: (words) => actBody(view(words), hiddenOf(c, context, version, name, ticket.id), back, words),
    ...(error !== undefined && { status: problemOf(error).status }),
  });
};

/** The page of an act that the table of transitions, or the role, does not allow now. */
const notNow = (name: ActName, status: string) =>
  new QuittanceError('TICKET_ILLEGAL_TRANSITION', {
    message: `${name} is not to be done now by this person`,
    expected: 'an act that the page of the case offers',
    got: status,
  });
