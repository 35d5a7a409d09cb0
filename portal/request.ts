// The encrypted request of a ticket, as those who decide read it. Trap: a page with personal data; it is the answer to
// a POST that was logged, is stored by nobody, and is no link that could be opened again.
import { recordsText } from '#core/record-numbers.ts';
import { SubjectReason } from '#core/subject.ts';
import { html, type Html } from '#report/markup.ts';
import { right, table } from '#report/tables.ts';
import { formHtml, type Field } from './forms.ts';
import { terms } from './layout.ts';
import type { Words } from './words.ts';

export interface RequestView {
  readonly ticketId: string;
  readonly subject: {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly identifiers: readonly string[];
  };
  readonly note?: string | undefined;
  readonly subjectReason?: SubjectReason | undefined;
  readonly subjectNote?: string | undefined;
  readonly records: readonly {
    readonly question: string;
    readonly answer: string;
    readonly value?: string | undefined;
  }[];
  readonly inDoubt?:
    | {
        readonly others: readonly number[];
        readonly unnamed: readonly number[];
        readonly revealed?: readonly number[] | undefined;
      }
    | undefined;
}

/** With it, this viewer may confirm whose records they are. */
export interface Confirming {
  readonly hidden: Readonly<Record<string, string>>;
  readonly fields: readonly Field[];
}

export const requestBody = (view: RequestView, confirming: Confirming | undefined, words: Words): Html => {
  const r = words.readRequest;
  const act = words.acts['confirm-subject'];
  return html`<p class="crumbs">
      <a href="/tickets">${words.frame.cases}</a> / <a href="/tickets/${view.ticketId}">${view.ticketId}</a>
    </p>
    <p class="notice">${r.logged}</p>
    <h2>${r.who}</h2>
    ${terms([
      [r.name, view.subject.name],
      [r.aliases, list(view.subject.aliases)],
      [r.identifiers, list(view.subject.identifiers)],
      [r.note, view.note ?? '–'],
      ...(view.subjectReason ? ([[r.why, words.subjectReasons[view.subjectReason]]] as const) : []),
      ...(view.subjectNote === undefined ? [] : ([[r.because, view.subjectNote]] as const)),
    ])}
    ${view.inDoubt && doubt(view.inDoubt, r.whose)}
    ${table(
      r.records,
      [right(r.record), r.question, r.answer, r.value],
      view.records.map(({ question, answer, value }, i) => [i + 1, question, answer, value ?? r.notMarked]),
    )}
    ${
      view.inDoubt &&
      confirming &&
      html`<h2>${act.title}</h2>
        ${formHtml({ ...confirming, action: `/tickets/${view.ticketId}/confirm-subject`, send: act.send }, words)}`
    }
    <p><a href="/tickets/${view.ticketId}">${words.form.back}</a></p>`;
};

const list = (items: readonly string[]): string => (items.length === 0 ? '–' : items.join(', '));

const doubt = ({ others, unnamed, revealed = [] }: NonNullable<RequestView['inDoubt']>, title: string): Html =>
  html`<h2>${title}</h2>
    <ul>
      ${others.length > 0 && html`<li>The training data has ${recordsText(others)} as another person's.</li>`}
      ${revealed.length > 0 && html`<li>The model itself revealed ${recordsText(revealed)}: nobody has looked whose they are.</li>`}
      ${unnamed.length > 0 && html`<li>The name or identifiers of the request are not in ${recordsText(unnamed)}.</li>`}
    </ul>`;
