// The frame of every page, and the parts that pages share. Works without script, by keyboard and at 400 % zoom. Every
// page links to the same content as data (.json).
import { lineHtml } from '#report/blocks-html.ts';
import type { Role } from '#core/roles.ts';
import { html, type Html, type Value } from '#report/markup.ts';

/** Who is asking, by pseudonym. */
export interface Viewer {
  readonly principal: string;
  readonly roles: readonly Role[];
}

export interface Frame {
  readonly title: string;
  readonly viewer: Viewer | undefined;
  readonly signOutPath?: string | undefined;
  /** Path of the page, without `.json`. */
  readonly path: string;
  readonly body: Html;
}

const PLACES: readonly (readonly [path: string, name: string])[] = [
  ['/tickets', 'Tickets'],
  ['/models', 'Models'],
  ['/ledger', 'Ledger'],
  ['/trust-root', 'Keys'],
  ['/verify', 'Verify'],
];

export const page = ({ title, viewer, signOutPath, path, body }: Frame): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} – Quittance</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="alternate" type="application/json" href="${path}.json" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <strong>Quittance</strong>
          ${viewer && navigation(path)}
          <p>${viewer ? `${viewer.principal} (${viewer.roles.join(', ')})` : 'not signed in'}</p>
          ${signOutPath !== undefined && html`<p><a href="/sessions">Sessions</a></p>`}
          ${signOutPath !== undefined && html`<form method="post" action="${signOutPath}"><button class="second">Sign out</button></form>`}
        </header>
        <main id="main">
          <h1>${title}</h1>
          ${body}
        </main>
        <footer>
          <p><a href="${path}.json">This page as data</a></p>
        </footer>
      </body>
    </html> `;

const navigation = (path: string): Html =>
  html`<nav aria-label="Main">
    <ul>
      ${PLACES.map(([to, name]) => html`<li>${path.startsWith(to) ? html`<a href="${to}" aria-current="page">${name}</a>` : html`<a href="${to}">${name}</a>`}</li>`)}
    </ul>
  </nav>`;

export const terms = (items: readonly (readonly [term: string, value: Value])[]): Html =>
  html`<dl>
    ${items.map(
      ([term, value]) =>
        html`<dt>${term}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;

export const time = (at: string): Value => lineHtml({ time: at });
export const digest = (value: string): Value => lineHtml({ code: value });
