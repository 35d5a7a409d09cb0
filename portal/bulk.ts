// Many requests at once: the list is given in, every row says what filing would come to, and it is filed as a whole.
// Trap: a row is shown by its line and its faults; what stands in its cells is other people's data and stays out.
import type { FieldFault } from '#core/errors.ts';
import { html, type Html } from '#report/markup.ts';
import { right, table } from '#report/tables.ts';
import { hiddenInputs, saidHtml, summary, type Returned } from './forms.ts';
import { remarkTexts, type Remarks } from './remarks.ts';
import type { Words } from './words.ts';

export interface BulkView {
  readonly list: string;
  readonly rows: readonly {
    readonly line: number;
    readonly state: 'ready' | 'filed' | 'wrong';
    readonly records?: number | undefined;
    readonly due?: string | undefined;
    readonly ticketId?: string | undefined;
    readonly openingSecret?: string | undefined;
    readonly remarks?: Remarks | undefined;
    readonly faults: readonly FieldFault[];
  }[];
  readonly ready: number;
  readonly filed: number;
  readonly wrong: number;
}

type Hidden = Readonly<Record<string, string>>;

export const bulkBody = (
  { lists, columns }: { readonly lists: readonly string[]; readonly columns: readonly string[] },
  hidden: Hidden,
  back: Returned | undefined,
  words: Words,
): Html => {
  const t = words.bulk;
  const [fault] = back?.faults ?? [];
  return html`${back && summary(back, [{ name: 'list', label: t.file, kind: 'text' }], words)}
    <p>${t.lead}</p>
    <form method="post" action="/bulk" enctype="multipart/form-data">
      ${hiddenInputs(hidden)}
      <div class="field">
        <label for="f-list">${t.file}</label>
        <small id="h-list">${t.fileHint}</small>
        ${fault && html`<p class="fault" id="e-list">${saidHtml(fault.rule, words)}</p>`}
        <input
          id="f-list"
          name="list"
          type="file"
          required
          accept=".csv,.txt,text/csv"
          aria-describedby="${fault ? 'e-list h-list' : 'h-list'}"
          ${fault && html` aria-invalid="true"`}
        />
      </div>
      <p><button>${t.check}</button></p>
    </form>
    <h2>${t.columns}</h2>
    <p>${t.columnsText} <a href="/bulk/template.csv">${t.template}</a></p>
    <ul>
      ${columns.map((name) => html`<li><code>${name}</code>${name in t.says && html`: ${t.says[name as keyof typeof t.says]}`}</li>`)}
    </ul>
    ${
      lists.length > 0 &&
      html`<h2>${t.kept}</h2>
        <ul>
          ${lists.map((id) => html`<li><a href="/bulk/${id}">${t.named(id)}</a></li>`)}
        </ul>`
    }`;
};

const LOOKS = { ready: '', filed: 'pass', wrong: 'fail' } as const;

export const listBody = (view: BulkView, hidden: Hidden, words: Words): Html => {
  const t = words.bulk;
  const { list, rows, ready, filed, wrong } = view;
  const secrets = rows.some(({ openingSecret }) => openingSecret !== undefined);
  return html`<p class="notice">${wrong > 0 ? t.mend(wrong) : ready > 0 ? t.ready(ready, filed) : t.allFiled(filed)}</p>
    ${secrets && html`<p>${t.secretText}</p>`}
    ${table(
      t.table,
      [right(t.line), t.found, right(t.records), t.due, t.case],
      rows.map((row) => [
        row.line,
        html`<span class="state ${LOOKS[row.state]}">${t.states[row.state]}</span
          >${row.faults.map(({ field, rule }) => html`<small>${t.column} <code>${field}</code>: ${saidHtml(rule, words)}</small>`)}${
            row.remarks && remarkTexts(row.remarks, words).map((text) => html`<small>${text}</small>`)
          }`,
        row.records ?? '',
        row.due ?? '',
        html`${row.ticketId && html`<a href="/tickets/${row.ticketId}">${row.ticketId}</a>`}${row.openingSecret && html`<small>${t.secret}: <code>${row.openingSecret}</code></small>`}`,
      ]),
    )}
    <form method="post" action="/bulk/${list}">
      ${hiddenInputs(hidden)}
      <p class="acts">
        ${wrong === 0 && ready > 0 && html`<button name="then" value="file">${t.send(ready)}</button>`}
        ${filed > 0 && ready === 0 && !secrets && html`<button class="second" name="then" value="file">${t.secretsAgain}</button>`}
        <button class="stop" name="then" value="discard">${t.discard}</button>
      </p>
    </form>
    <p><a href="/bulk">${t.another}</a></p>`;
};
