// The pages of signing in: the form for a token, with what was wrong beside the field, and the one that a directory's
// answer comes back to.
import type { Context } from 'hono';
import { wordsOf, type Env } from '#functions/api/context.ts';
import { page } from '#portal/layout.ts';
import { html } from '#report/markup.ts';

const PATH = '/sign-in';

/** A redirect from another site would not carry the session's cookie; a page of ours that leads on does. */
export const signedInPage = (c: Context<Env>): string => {
  const words = wordsOf(c);
  return page({
    ...{ title: words.signIn.done, viewer: undefined, words, path: PATH, isData: false },
    head: html`<meta http-equiv="refresh" content="0;url=/today" />`,
    body: html`<p><a href="/today">${words.signIn.on}</a></p>`,
  }).markup;
};

/** `isWrong`: the token that was given is nobody's. It does not come back. */
export const signInPage = (c: Context<Env>, hasDirectory: boolean, isWrong = false): string => {
  const words = wordsOf(c);
  const { title, directory, token, hint, wrong, send } = words.signIn;
  return page({
    ...{ title, viewer: undefined, words, path: PATH, isData: false },
    body: html`${hasDirectory && html`<p><a href="/sign-in/oidc">${directory}</a></p>`}
      <form method="post" action="/sign-in">
        <div class="field">
          <label for="token">${token}</label>
          <small id="h-token">${hint}</small>
          ${isWrong && html`<p class="fault" id="e-token" role="alert">${wrong}</p>`}
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            aria-describedby="${isWrong ? 'e-token h-token' : 'h-token'}"
            ${isWrong && html` aria-invalid="true" autofocus`}
          />
        </div>
        <p><button>${send}</button></p>
      </form>`,
  }).markup;
};
