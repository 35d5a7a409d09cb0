// The sealed request of a ticket, as those who decide read it. Trap: a page with personal data; it is the answer to a
// POST that was logged, is stored by nobody, and is no link that could be opened again.
import { recordsText } from '#core/record-numbers.ts';
import { SubjectReason } from '#core/subject.ts';
import { html, type Html } from '#report/markup.ts';
import { right, table } from '#report/tables.ts';
import { terms } from './layout.ts';

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
  readonly inDoubt?: { readonly others: readonly number[]; readonly unnamed: readonly number[] } | undefined;
}

export const SUBJECT_REASONS: Readonly<Record<SubjectReason, string>> = {
  'former-name': 'a former name',
  nickname: 'a nickname',
  pseudonym: 'a pseudonym',
  'other-script': 'a name in another script',
  misspelt: 'a name that is misspelt in the records',
  'unnamed-rows': 'records that name nobody',
  household: 'records of the household',
};

/** `confirmToken`: for the form with which this viewer may confirm whose records they are; undefined where not. */
export const requestBody = (view: RequestView, confirmToken: string | undefined): Html =>
  html`<p class="notice">That you read this, and when, is in the log; what you read is not.</p>
    <h2>Who asks</h2>
    ${terms([
      ['Name', view.subject.name],
      ['Also known as', list(view.subject.aliases)],
      ['Identifiers', list(view.subject.identifiers)],
      ['Note', view.note ?? '–'],
      ...(view.subjectReason
        ? ([['Why records name the person otherwise', SUBJECT_REASONS[view.subjectReason]]] as const)
        : []),
      ...(view.subjectNote === undefined ? [] : ([['Confirmed, because', view.subjectNote]] as const)),
    ])}
    ${view.inDoubt && doubt(view.inDoubt)}
    ${table(
      'Records to be forgotten',
      [right('record'), 'question', 'answer', 'personal value'],
      view.records.map(({ question, answer, value }, i) => [i + 1, question, answer, value ?? 'not marked']),
    )}
    ${view.inDoubt && confirmToken !== undefined && confirmForm(view.ticketId, confirmToken)}
    <p><a href="/tickets/${view.ticketId}">Back to the ticket</a></p>`;

const list = (items: readonly string[]): string => (items.length === 0 ? '–' : items.join(', '));

const doubt = ({ others, unnamed }: NonNullable<RequestView['inDoubt']>): Html =>
  html`<h2>Whose records these are</h2>
    <ul>
      ${others.length > 0 && html`<li>The training data has ${recordsText(others)} as another person's.</li>`}
      ${unnamed.length > 0 && html`<li>The name or identifiers of the request are not in ${recordsText(unnamed)}.</li>`}
    </ul>`;

const confirmForm = (ticketId: string, token: string): Html =>
  html`<form method="post" action="/tickets/${ticketId}/confirm-subject">
    <input type="hidden" name="csrf" value="${token}" />
    <fieldset>
      <legend>Confirm that the records are this person's</legend>
      <label for="reason">Reason</label>
      <select id="reason" name="reason" required>
        ${SubjectReason.options.map((code) => html`<option value="${code}">${SUBJECT_REASONS[code]}</option>`)}
      </select>
      <label for="note">Why, in words (kept in the vault, destroyed with the case)</label>
      <textarea id="note" name="note" rows="4" minlength="10" maxlength="4000" required></textarea>
      <p><button>Confirm, and let the ticket go on</button></p>
    </fieldset>
  </form>`;
