// Asking without an account, and asking where it stands. Traps: neither reference nor secret, nor anything that was
// typed, is in an address, a log or an error; and whether a reference exists is not to be told from an answer.
import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { faultsOf } from '#core/field-faults.ts';
import { publicStateOf } from '#core/statuses.ts';
import { localDate } from '#core/days.ts';
import type { Returned } from '#portal/forms.ts';
import { agentFields, askBody, askFields, askedBody, statusBody, type StandingView } from '#portal/asking.ts';
import { LANGUAGES } from '#portal/words.ts';
import { AskedRequest, receiveAsk, standingFor, type Standing } from '../asks.ts';
import { isShownInForm, returned } from './act-routes.ts';
import { headerOf, Key } from './headers.ts';
import { formFields, isForm, jsonValue } from './bodies.ts';
import { addressOf, show, wantsData, wordsOf, type ApiContext, type Asked, type Env } from './context.ts';
import { problemOf } from './problems.ts';
import { limitRate } from './rate.ts';

const ASKING = { windowSeconds: 60 * 60, anAddress: 10, inAll: 200 } as const;
const LOOKING = { windowSeconds: 15 * 60, anAddress: 30, inAll: 600 } as const;

export const askRoutes = (app: Hono<Env>, context: ApiContext): void => {
  const now = () => context.ports.clock.now();
  const [asking, looking] = [limitRate(now, ASKING), limitRate(now, LOOKING)];
  app.get('/ask', (c) => askPage(c));
  app.post('/ask', (c) => ask(c, context, () => asking(addressOf(c))));
  app.get('/status', (c) => statusPage(c));
  app.post('/status', (c) => status(c, context, () => looking(addressOf(c))));
};

const newKey = (): string => randomBytes(16).toString('hex');

const askPage = (c: Asked, back?: Returned, answered: ContentfulStatusCode = 200): Response =>
  show(c, {
    title: (words) => words.ask.title,
    path: '/ask',
    data: { fields: askFields(LANGUAGES.en).map(({ name, label, required = false }) => ({ name, label, required })) },
    isPublic: true,
    // what was refused stands for nothing yet, and what was sent before stays what it was
    body: (words) => askBody(newKey(), back, words),
    status: answered,
  });

const ask = async (c: Asked, { ports }: ApiContext, count: () => void): Promise<Response> => {
  const fields = isForm(c) ? await formFields(c) : undefined;
  try {
    // a form is taken once for its key; a program gives a key of its own, or none
    const given = fields ? Key.safeParse(fields['key']).data : headerOf(c, 'Idempotency-Key', Key);
    const key = given ?? newKey();
    const asked = parsed(fields ? fromForm(fields) : await jsonValue(c));
    count();
    const receipt = await receiveAsk(key, asked, ports);
    return show(c, {
      title: (words) => words.ask.done,
      path: '/ask',
      data: receipt,
      isPublic: true,
      body: (words) => askedBody(receipt, words),
      status: 201,
    });
  } catch (error) {
    if (wantsData(c) || !fields || !isShownInForm(error)) throw error;
    return askPage(c, returned(fields, error), problemOf(error).status);
  }
};

const parsed = (sent: unknown): AskedRequest => {
  const { success, data, error } = AskedRequest.safeParse(sent);
  if (success) return data;
  const fields = faultsOf(error);
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the request does not have its form',
    expected: fields.map(({ field, rule }) => `${labelOf(field)}: ${rule}`).join('; '),
    fields,
  });
};

/** As the form calls it, with the name by which a program sends it. */
const labelOf = (path: string): string => {
  const names = path.split('.');
  const fields = [...askFields(LANGUAGES.en), ...agentFields(LANGUAGES.en)];
  const label = fields.find(({ name }) => names.includes(name))?.label;
  return label === undefined ? path : `${label} (${path})`;
};

const lines = (text = ''): string[] => text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));

const fromForm = (fields: Readonly<Record<string, string>>): unknown => {
  const given = (name: string) => ((fields[name] ?? '').trim() === '' ? {} : { [name]: fields[name]!.trim() });
  const agent = { ...given('agentName'), ...given('mandate') };
  return {
    ...{ ...given('about'), ...given('name'), ...given('what'), ...given('reply'), ...given('country') },
    ...{ aliases: lines(fields['aliases']), identifiers: lines(fields['identifiers']) },
    ...(Object.keys(agent).length > 0 && { agent }),
    ...(fields['minor'] === 'true' && { minor: true }),
  };
};

const statusPage = (
  c: Asked,
  view: StandingView | null = null,
  back?: Returned,
  answered: ContentfulStatusCode = 200,
): Response =>
  show(c, {
    title: (words) => words.standing.title,
    path: '/status',
    data: view ?? { state: null },
    isPublic: true,
    body: (words) => statusBody(view, back, words),
    status: answered,
  });

const Wanted = z.strictObject({ reference: z.string().trim().max(100), secret: z.string().trim().max(100) });

const status = async (c: Asked, context: ApiContext, count: () => void): Promise<Response> => {
  const fields = isForm(c) ? await formFields(c) : undefined;
  const wanted = Wanted.safeParse(fields ?? (await jsonValue(c)));
  try {
    count();
    if (!wanted.success)
      throw new QuittanceError('INVALID_INPUT', {
        message: 'reference and secret are asked for',
        expected: 'reference and secret',
        fields: faultsOf(wanted.error),
      });
    const { reference, secret } = wanted.data;
    const found = await standingFor(context.ports, reference, secret);
    if (!found) throw new QuittanceError('NOT_FOUND', { message: 'no request has this reference and this secret' });
    return statusPage(c, await viewOf(found, context));
  } catch (error) {
    if (wantsData(c) || !fields || !isShownInForm(error)) throw error;
    const back = returned({ reference: fields['reference'] ?? '' }, error);
    const title = isQuittanceError(error, 'NOT_FOUND') ? wordsOf(c).standing.unknown : undefined;
    return statusPage(c, null, title === undefined ? back : { ...back, problem: { title } }, problemOf(error).status);
  }
};

const viewOf = async (found: Standing, { ports }: ApiContext): Promise<StandingView> => {
  const { now, receivedAt } = found;
  const { timeZone } = await ports.calendar.around(ports.clock.now());
  const received = localDate(receivedAt, timeZone);
  if (now.is === 'waiting') return { state: 'waiting', received, due: null, ended: null };
  if (now.is === 'none') return { state: now.reason, received, due: null, ended: localDate(now.at, timeZone) };
  const { ticket } = await ports.tickets.get(now.ticketId);
  const { state, endedAt } = publicStateOf(ticket);
  const ended = endedAt === undefined ? null : localDate(endedAt, ticket.calendar.timeZone);
  return { state, received, due: ended === null ? ticket.due.safeDue : null, ended };
};
