// What the HTTP app gets from its composition root, and what handlers share: who is asking, and whether a page or data
// is wanted.
import type { Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import type { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import type { Role } from '#core/roles.ts';
import { isPersonal } from '#core/ticket-request.ts';
import type { Html } from '#report/markup.ts';
import { page, type Viewer } from '#portal/layout.ts';
import { isLanguage, LANGUAGES, preferred, type Words } from '#portal/words.ts';

export interface Identity extends Viewer {
  /**
   * A browser sends its session with every request, whichever site's page makes it, so writes with a session need a
   * token from our own form. A bearer token is added only on purpose.
   */
  readonly via: 'session' | 'bearer';
}

export interface ApiContext {
  readonly ports: Ports;
  /** The gate policy that new tickets are filed under. */
  readonly policy: Digest;
  /** Who sends the request; undefined where it does not say so or cannot prove it. `address`: where it came from. */
  readonly authenticate: (request: Request, address: string) => Promise<Identity | undefined>;
  /**
   * Whether this is a name or address under which the app is reached, without its port. A page elsewhere whose own name
   * was made to lead here (DNS rebinding) would otherwise be of the same origin as ours.
   */
  readonly servesHost: (hostname: string) => boolean;
  /** Where a browser is sent to sign in; without it the answer is 401. */
  readonly signInPath?: string;
  /** Target of the form for signing out. */
  readonly signOutPath?: string;
  /** Whether pages for people whom nobody knows are there: to ask, to see where it stands, to check evidence. */
  readonly publicPages?: boolean;
  /** Adds the protocols by which other companies' systems send requests; none where it is absent. */
  readonly intake?: ((app: Hono<Env>, context: ApiContext) => void) | undefined;
  /** Key of the tokens in forms, 32 random bytes; the same in every process that answers. */
  readonly formKey: Uint8Array;
}

/** Whether requests can wait to be taken up. */
export const hasInbox = ({ publicPages, intake }: ApiContext): boolean => publicPages === true || intake !== undefined;

export interface Env {
  /** `identity` is set for every request after `identify`; a public page has none. */
  Variables: { identity: Identity; signOutPath: string | undefined };
}
export type Asked = Context<Env>;

/** Whether the path ends in `.json` or the media type asks for data. */
export const wantsData = (c: Context): boolean =>
  new URL(c.req.url).pathname.endsWith('.json') || !(c.req.header('accept') ?? '').includes('text/html');

const Sender = z.object({ address: z.string() });

/** Where a request came from, as the server that accepted it says (`app.fetch(request, { address })`). */
export const addressOf = (c: Asked): string => Sender.safeParse(c.env).data?.address ?? 'unknown';

export const LANGUAGE_COOKIE = 'quittance-language';

/** In the language that was chosen in this browser, else the one that it asks for. */
export const wordsOf = (c: Context): Words => {
  const chosen = new RegExp(`(?:^|;\\s*)${LANGUAGE_COOKIE}=([a-z]+)`).exec(c.req.header('cookie') ?? '')?.[1] ?? '';
  return LANGUAGES[isLanguage(chosen) ? chosen : preferred(c.req.header('accept-language') ?? '')];
};

export interface View {
  readonly title: string | ((words: Words) => string);
  /** The page's path, where it is not the requested one. */
  readonly path?: string;
  readonly data: object;
  readonly head?: (words: Words) => Html | undefined;
  readonly body: (words: Words) => Html;
  /** One of the pages for everybody, which lead to each other. */
  readonly isPublic?: boolean;
  readonly status?: ContentfulStatusCode;
}

/** Answers with one view, as page or as data. */
export const show = (c: Asked, view: View): Response => {
  const { title, path = c.req.path, data, head, body, isPublic, status = 200 } = view;
  if (wantsData(c)) return c.json(data, status);
  const words = wordsOf(c);
  const { identity: viewer, signOutPath } = c.var;
  const named = typeof title === 'string' ? title : title(words);
  const frame = { title: named, words, viewer, signOutPath, path, head: head?.(words), isPublic, body: body(words) };
  return c.html(page(frame).markup, status);
};

/** Answers with a file that takes seconds to make: whoever asks for the headers alone does not have it made. */
export const sendMade = async (
  c: Asked,
  { type, as }: { readonly type: string; readonly as: string },
  make: () => Uint8Array | Promise<Uint8Array>,
): Promise<Response> => {
  const headers = { 'Content-Type': type, 'Content-Disposition': as };
  return c.req.method === 'HEAD' ? c.body(null, 200, headers) : c.body(Buffer.from(await make()), 200, headers);
};

/** After an act: what it gave, for a program; a browser is led on. */
export const done = (c: Asked, answer: unknown, path: string): Response =>
  wantsData(c) ? c.json(answer as object) : c.redirect(path, 303);

/** ACCESS_DENIED unless the caller has one of the roles, under a name that a person may have. */
export const requireRole = (c: Asked, ...roles: Role[]): void => {
  const { principal, roles: held } = c.var.identity;
  if (isPersonal(principal) && roles.some((role) => held.includes(role))) return;
  throw new QuittanceError('ACCESS_DENIED', { message: `this needs the role ${roles.join(' or ')}` });
};
