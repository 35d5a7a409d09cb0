// The frame of every page, and the parts that pages share. Works without script, by keyboard and at 400 % zoom. Every
// page links to the same content as data (.json).
import { lineHtml } from '#report/blocks-html.ts';
import type { Role } from '#core/roles.ts';
import { localTime } from '#core/zoned-time.ts';
import { instant } from '#report/format.ts';
import { html, type Html, type Value } from '#report/markup.ts';
import { LANGUAGES, type Words } from './words.ts';

/** Who is asking, by pseudonym. */
export interface Viewer {
  readonly principal: string;
  readonly roles: readonly Role[];
}

export interface Frame {
  readonly title: string;
  readonly words: Words;
  readonly viewer: Viewer | undefined;
  readonly signOutPath?: string | undefined;
  /** Path of the page, without `.json`. */
  readonly path: string;
  /** For the `head` of the document, such as a refresh. */
  readonly head?: Html | undefined;
  /** One of the pages for everybody, which lead to each other. */
  readonly isPublic?: boolean | undefined;
  /** False for a page that is no data, such as that of signing in. */
  readonly isData?: boolean | undefined;
  readonly body: Html;
}

const PLACES = [
  ['today', '/today', ['/today']],
  ['cases', '/tickets', ['/tickets', '/new', '/bulk', '/asked']],
  ['models', '/models', ['/models']],
  ['evidence', '/ledger', ['/ledger', '/verify', '/trust-root', '/reports']],
  ['settings', '/settings', ['/settings']],
] as const;

const FOR_EVERYBODY = [
  ['ask', '/ask', ['/ask']],
  ['status', '/status', ['/status']],
  ['check', '/check', ['/check']],
] as const;

export const page = ({ title, words, viewer, signOutPath, path, head, isPublic, isData = true, body }: Frame): Html =>
  html`<!doctype html>
    <html lang="${words.code}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – Quittance</title>
        <link rel="stylesheet" href="/style.css" />
        ${isData && html`<link rel="alternate" type="application/json" href="${dataPath(path)}" />`} ${head}
      </head>
      <body class="${viewer ? 'within' : 'alone'}">
        <a class="skip" href="#main">${words.frame.skip}</a>
        <header class="rail">
          <strong>Quittance</strong>
          ${viewer ? navigation(PLACES, path, words) : isPublic && navigation(FOR_EVERYBODY, path, words)}
          <div class="who">
            <p>
              ${viewer ? html`${viewer.principal}<br />${viewer.roles.map((role) => words.roles[role]).join(', ')}` : !isPublic && words.frame.notSignedIn}
            </p>
            ${signOutPath !== undefined && html`<p><a href="/sessions">${words.frame.sessions}</a></p>`}
            ${signOutPath !== undefined && html`<form class="plain" method="post" action="${signOutPath}"><button>${words.frame.signOut}</button></form>`}
          </div>
        </header>
        <div>
          <main id="main">
            <h1>${title}</h1>
            ${body}
          </main>
          <footer class="foot">
            ${isData && html`<p><a href="${dataPath(path)}">${words.frame.asData}</a></p>`} ${languages(path, words)}
          </footer>
        </div>
      </body>
    </html> `;

const dataPath = (path: string): string => `${path}.json`;

const navigation = (places: typeof PLACES | typeof FOR_EVERYBODY, path: string, words: Words): Html =>
  html`<nav aria-label="${words.frame.main}">
    <ul>
      ${places.map(([name, to, begins]) => html`<li><a href="${to}" ${isIn(path, begins) && html` aria-current="page"`}>${words.frame[name]}</a></li>`)}
    </ul>
  </nav>`;

const isIn = (path: string, begins: readonly string[]): boolean =>
  begins.some((begin) => path === begin || path.startsWith(`${begin}/`));

/** A form of plain buttons: a language is kept in a cookie, and a GET may not write. */
const languages = (path: string, { code }: Words): Html =>
  html`<form class="plain" method="post" action="/language">
    <input type="hidden" name="back" value="${path}" />
    ${Object.values(LANGUAGES)
      .filter((one) => one.code !== code)
      .map((one) => html`<button name="language" value="${one.code}" lang="${one.code}">${one.language}</button>`)}
  </form>`;

export const terms = (items: readonly (readonly [term: string, value: Value])[]): Html =>
  html`<dl>
    ${items.map(
      ([term, value]) =>
        html`<dt>${term}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;

/** In UTC; with a zone as the clock there says it, and in UTC for whoever points at it. */
export const time = (at: string, zone?: string): Value =>
  zone === undefined
    ? lineHtml({ time: at })
    : html`<time datetime="${at}" title="${instant(at)}">${localTime(zone, at).replace('T', ' ')}</time>`;
export const digest = (value: string): Value => lineHtml({ code: value });
