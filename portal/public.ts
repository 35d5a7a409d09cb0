// Pages for people whom nobody knows, without an account: where anybody has evidence checked.
// Trap: what was dropped is controlled by whoever made it; a check's detail is text and nothing else.
import type { Verification } from '#core/verify.ts';
import { tally, type Check } from '#core/verify/tally.ts';
import { html, type Html } from '#report/markup.ts';
import { table } from '#report/tables.ts';
import { englishHtml, fieldHtml, saidHtml, summary, type Field, type Returned } from './forms.ts';
import type { Words } from './words.ts';

export interface CheckedView extends Verification {
  readonly what: 'bundle' | 'certificate';
  readonly keys: 'given' | 'published';
}

const LOOKS = { holds: 'pass', fails: 'fail', 'not-checked': '' } as const;
/** What fails stands at the head, then what nobody looked at. */
const FIRST = ['fails', 'not-checked', 'holds'] as const;

const inOrder = (checks: readonly Check[]): Check[] =>
  FIRST.flatMap((state) => checks.filter((check) => check.state === state));

const keysField = ({ check }: Words): Field => ({
  ...{ name: 'keys', label: check.keys, hint: check.keysHint, kind: 'area', most: 1_000_000, rows: 4 },
});

export const checkBody = (found: CheckedView | null, back: Returned | undefined, words: Words): Html => {
  const t = words.check;
  const fault = back?.faults.find(({ field }) => field === 'file');
  const file = { name: 'file', label: t.file, kind: 'text' } as const;
  return html`${found && foundHtml(found, words)} ${back && summary(back, [file, keysField(words)], words)}
    <p>${t.lead}</p>
    <form method="post" action="/check" enctype="multipart/form-data">
      <div class="field">
        <label for="f-file">${t.file}</label>
        <small id="h-file">${t.fileHint}</small>
        ${fault && html`<p class="fault" id="e-file">${words.form.rule(fault.rule)}</p>`}
        <input
          id="f-file"
          name="file"
          type="file"
          required
          accept=".zip,.json,.intoto,.dsse"
          aria-describedby="${fault ? 'e-file h-file' : 'h-file'}"
          ${fault && html` aria-invalid="true"`}
        />
      </div>
      ${fieldHtml(keysField(words), back, words)}
      <p><button>${t.send}</button></p>
    </form>
    <p class="soft">${t.alone} <code>quittance-verify BUNDLE --trust-root FILE</code></p>`;
};

const foundHtml = ({ what, keys, ok, outcome, checks, remarks }: CheckedView, words: Words): Html => {
  const { check: t, registry } = words;
  return html`<section aria-labelledby="found">
    <h2 id="found">${ok ? t.valid[what] : t.invalid}</h2>
    ${ok && html`<p>${t.outcomes[outcome]}</p>`}
    <p class="notice">${t.whose[keys]}</p>
    <p>${saidHtml(tally(checks), words)}.${registry.englishChecks}</p>
    ${remarks.map((text) => html`<p class="soft">${englishHtml(text, words)}</p>`)}
    ${table(
      t.table,
      [t.check, t.state, t.detail],
      inOrder(checks).map(({ id, state, detail }) => [
        id,
        html`<span class="state ${LOOKS[state]}">${t.states[state]}</span>`,
        englishHtml(detail, words),
      ]),
    )}
  </section>`;
};
