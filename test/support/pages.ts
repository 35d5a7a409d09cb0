// Pages of the app as a browser without script uses them: a form is read from the page, filled in and sent as it is.
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import { FORM_BODY, inBrowser } from './api-callers.ts';

/** What of the app these need; a caller may add headers of its own. */
export type Asked = Pick<Hono<Env>, 'request'>;

export interface Page {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
}

const pageOf = async (response: Response): Promise<Page> => ({
  status: response.status,
  text: await response.text(),
  location: response.headers.get('location'),
});

export const open = async (app: Asked, path: string, who: string): Promise<Page> =>
  pageOf(await app.request(path, { headers: inBrowser(who) }));

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const plain = (text: string) => text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '');

/** The fields of the page's form with this action, with what stands in them. */
export const fieldsOf = ({ text }: Page, action: string): Record<string, string> => {
  const form = [...text.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].find(
    ([, to]) => to === action,
  );
  if (!form) throw new Error(`the page has no form for ${action}`);
  const fields: Record<string, string> = {};
  for (const [tag] of form[2]!.matchAll(/<input[^>]*>/g)) {
    const of = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
    if (of('type') === 'checkbox' && !/\schecked/.test(tag)) continue;
    fields[of('name') ?? ''] = plain(of('value') ?? '');
  }
  for (const [, name, text] of form[2]!.matchAll(/<textarea[^>]*name="([^"]*)"[^>]*>\n?([\s\S]*?)<\/textarea/g))
    fields[name!] = plain(text!);
  for (const [, name, inner] of form[2]!.matchAll(/<select[^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g))
    fields[name!] = plain(/<option value="([^"]*)"\s+selected/.exec(inner!)?.[1] ?? '');
  return fields;
};

export const send = async (
  app: Asked,
  path: string,
  who: string,
  fields: Readonly<Record<string, string>>,
): Promise<Page> =>
  pageOf(
    await app.request(path, {
      method: 'POST',
      headers: { ...inBrowser(who), ...FORM_BODY },
      body: new URLSearchParams(fields).toString(),
    }),
  );

/** Opens the page of a form, fills it in, sends it. */
export const fillIn = async (
  app: Asked,
  path: string,
  who: string,
  change: Readonly<Record<string, string>> = {},
): Promise<Page> => send(app, path, who, { ...fieldsOf(await open(app, path, who), path), ...change });
