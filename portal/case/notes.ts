// What lies beside a case: comments, and files that are handed over once the log says to whom.
import type { FileKind } from '#core/casework-events.ts';
import { html, type Html } from '#report/markup.ts';
import { formHtml, hiddenInputs, summary, type Returned } from '../forms.ts';
import { time } from '../layout.ts';
import type { Words } from '../words.ts';

export interface NoteRow {
  readonly number: number;
  readonly at: string;
  readonly by: string;
  readonly text: string;
  readonly file?: { readonly kind: FileKind; readonly bytes: number };
}

export interface NoteForms {
  readonly ticketId: string;
  /** Whose clock the times are of. */
  readonly zone: string;
  /** Hidden fields of each form; a viewer who may not write has none. */
  readonly comment: Readonly<Record<string, string>> | undefined;
  readonly attach: Readonly<Record<string, string>> | undefined;
  readonly open: string;
  readonly returned?: { readonly form: 'comment' | 'attach'; readonly back: Returned } | undefined;
}

export const notesBody = (notes: readonly NoteRow[] | null, forms: NoteForms, words: Words): Html => {
  const n = words.notes;
  if (notes === null) return html`<p class="empty">${n.sealed}</p>`;
  return html`${
    notes.length === 0
      ? html`<p class="empty">${n.none}</p>`
      : html`<ol class="notes">
          ${notes.map((note) => noteItem(note, forms, words))}
        </ol>`
  }
  ${forms.comment && commentForm(forms, words)} ${forms.attach && attachForm(forms, words)}`;
};

const noteItem = (note: NoteRow, { ticketId, zone, open }: NoteForms, words: Words): Html =>
  html`<li>
    <p class="soft small">${note.by} · ${time(note.at, zone)}</p>
    ${
      note.file
        ? html`<form method="post" action="/tickets/${ticketId}/files/${note.number}">
            ${hiddenInputs({ csrf: open })}
            <p>
              ${note.text}
              <span class="soft">(${words.notes.kinds[note.file.kind]}, ${size(note.file.bytes)})</span>
              <button class="link">${words.notes.download}</button>
            </p>
          </form>`
        : html`<p class="text">${note.text}</p>`
    }
  </li>`;

const size = (bytes: number): string =>
  bytes < 1000 ? `${bytes} B` : bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

const commentForm = ({ ticketId, comment = {}, returned }: NoteForms, words: Words): Html =>
  html`<h2>${words.notes.write}</h2>
    ${formHtml(
      {
        action: `/tickets/${ticketId}/notes`,
        hidden: comment,
        fields: [
          { name: 'note', label: words.notes.words, hint: words.notes.hint, kind: 'area', required: true, most: 4000 },
        ],
        send: words.notes.keep,
        returned: returned?.form === 'comment' ? returned.back : undefined,
      },
      words,
    )}`;

const attachForm = ({ ticketId, attach = {}, returned }: NoteForms, words: Words): Html =>
  html`<h2>${words.notes.put}</h2>
    ${returned?.form === 'attach' && summary(returned.back, [], words)}
    <form method="post" action="/tickets/${ticketId}/files" enctype="multipart/form-data">
      ${hiddenInputs(attach)}
      <div class="field">
        <label for="f-file">${words.notes.file}</label>
        <small id="h-file">${words.notes.fileHint}</small>
        <input
          id="f-file"
          name="file"
          type="file"
          required
          aria-describedby="h-file"
          accept=".pdf,.png,.jpg,.jpeg,.txt"
        />
      </div>
      <p><button class="second">${words.notes.attach}</button></p>
    </form>`;
