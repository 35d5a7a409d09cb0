// One letter: the form in which it is written, with what it would say; and a kept one as the requester gets it, with
// the button that sends it. Trap: a kept letter holds the person's name and the address that it goes to; its page is
// the answer to a POST that was logged, stored by nobody, and no link that could be opened again.
import { AGAINST, LetterKind, LetterLanguage, type LetterElement } from '#core/letters.ts';
import { html, type Html } from '#report/markup.ts';
import { formHtml, hiddenInputs, fieldHtml, summary, type Field, type Returned } from '../forms.ts';
import { terms } from '../layout.ts';
import type { Words } from '../words.ts';

/** In each language's own words. */
const LANGUAGE_NAMES: Readonly<Record<LetterLanguage, string>> = {
  ...{ en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español', it: 'Italiano', pt: 'Português' },
  ...{ nl: 'Nederlands', pl: 'Polski' },
};

export interface Draft {
  readonly text: string;
  readonly language: LetterLanguage;
  readonly findings: readonly {
    readonly rule: keyof Words['letters']['todoElse'];
    readonly element?: LetterElement;
  }[];
}

export interface Composing {
  readonly ticketId: string;
  readonly fields: readonly Field[];
  readonly hidden: Readonly<Record<string, string>>;
  readonly draft?: Draft | undefined;
  readonly back?: Returned | undefined;
}

export const composeFields = ({ letters: { compose, kinds } }: Words): Field[] => [
  {
    ...{ name: 'kind', label: compose.kind, kind: 'choice', required: true },
    choices: LetterKind.options.map((kind) => [kind, kinds[kind]]),
  },
  {
    ...{ name: 'language', label: compose.language, kind: 'choice', required: true },
    choices: LetterLanguage.options.map((language) => [language, LANGUAGE_NAMES[language]]),
  },
  { name: 'note', label: compose.note, hint: compose.noteHint, kind: 'area', most: 4000, rows: 6 },
];

export const composeBody = ({ ticketId, fields, hidden, draft, back }: Composing, words: Words): Html => {
  const { compose } = words.letters;
  const isRefused = back !== undefined && (back.problem !== undefined || back.faults.length > 0);
  return html`${crumbs(ticketId, words)}
    <p>${compose.lead}</p>
    ${isRefused && summary(back, fields, words)} ${draft && preview(draft, words)}
    <form method="post" action="/tickets/${ticketId}/letter" novalidate>
      ${hiddenInputs(hidden)} ${fields.map((field) => fieldHtml(field, back, words))}
      <p class="row">
        <button>${compose.preview}</button>
        <button class="second" formaction="/tickets/${ticketId}/letters">${compose.keep}</button>
      </p>
    </form>
    <p><a href="/tickets/${ticketId}/letters">${words.letters.one.back}</a></p>`;
};

const crumbs = (ticketId: string, words: Words): Html =>
  html`<p class="crumbs">
    <a href="/tickets">${words.frame.cases}</a> / <a href="/tickets/${ticketId}">${ticketId}</a> /
    <a href="/tickets/${ticketId}/letters">${words.tabs.letters}</a>
  </p>`;

const preview = ({ text, language, findings }: Draft, words: Words): Html => {
  const { compose } = words.letters;
  return html`${
      findings.length === 0
        ? html`<p class="notice" role="status">${compose.whole}</p>`
        : html`<div class="problem" role="alert">
            <h2>${compose.lacks}</h2>
            <ul>
              ${[...new Set(findings.map((finding) => todo(finding, words)))].map((say) => html`<li>${say}</li>`)}
            </ul>
          </div>`
    }
    <h2>${compose.draft}</h2>
    ${paper(text, language)}`;
};

const todo = ({ rule, element }: Draft['findings'][number], { letters }: Words): string => {
  if (rule !== 'missing') return letters.todoElse[rule];
  const known: Readonly<Partial<Record<LetterElement, string>>> = letters.todo;
  return (element && known[element]) ?? letters.todoElse.missing(element ?? '');
};

/** In the letter's language, so that a screen reader takes its voice. */
const paper = (text: string, language: LetterLanguage): Html => {
  const [title = '', ...paragraphs] = text.trimEnd().split('\n\n');
  return html`<article class="paper" lang="${language}">
    <h3>${title}</h3>
    ${paragraphs.map((paragraph) => html`<p class="text">${paragraph}</p>`)}
  </article>`;
};

export interface LetterPage {
  readonly ticketId: string;
  readonly number: number;
  readonly kind: LetterKind;
  readonly language: LetterLanguage;
  readonly subject: string;
  readonly text: string;
  readonly to: string | null;
  readonly printable: boolean;
  readonly hindrance: keyof Words['letters']['one']['hindrances'] | null;
}

/** `tokens`: of the forms by which this viewer reads and sends it. */
export const letterBody = (
  { ticketId, number, kind, language, subject, text, to, printable, hindrance }: LetterPage,
  tokens: { readonly read: string; readonly send: string },
  words: Words,
): Html => {
  const { one, kinds } = words.letters;
  const at = `/tickets/${ticketId}/letters/${number}`;
  const maySend = hindrance === null || hindrance === 'may-have-been';
  const hidden = { csrf: tokens.send, ...(hindrance === 'may-have-been' && { again: 'true' }) };
  const send = hindrance === null ? one.send : one.sendAgain;
  return html`${crumbs(ticketId, words)}
    <p class="notice">${one.lead}</p>
    ${terms([
      [words.letters.what, `${kinds[kind]} (${number})`],
      [one.to, to ?? one.noAddress],
      [one.subject, html`<span lang="${language}">${subject}</span>`],
      [one.attached, printable ? one.pdf : one.noPdf],
    ])}
    <h2>${one.words}</h2>
    ${paper(text, language)}
    ${
      printable &&
      html`<form class="plain" method="post" action="${at}/pdf">
        ${hiddenInputs({ csrf: tokens.read })}
        <p><button>${one.openPdf}</button></p>
      </form>`
    }
    ${hindrance && html`<p class="notice">${one.hindrances[hindrance]}</p>`}
    ${maySend && formHtml({ action: `${at}/send`, hidden, fields: [], send, stops: AGAINST.includes(kind) }, words)}
    <p><a href="/tickets/${ticketId}/letters">${one.back}</a></p>`;
};
