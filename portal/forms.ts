// Forms that work without script: fields with their labels, and beside each what is wrong with it. What was typed comes
// back with the answer, so that nothing has to be typed twice. Source: WCAG 2.2, 3.3.1, 3.3.3, 3.3.7.
// Trap: a passphrase and a file never come back.
import { html, type Html, type Value } from '#report/markup.ts';
import type { ErrorCode, FieldFault } from '#core/errors.ts';
import { isOfKind, YET_TO_COME } from '#core/field-faults.ts';
import type { Words } from './words.ts';

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly kind: 'text' | 'area' | 'choice' | 'time' | 'day' | 'secret' | 'tick';
  readonly choices?: readonly (readonly [code: string, label: string])[];
  readonly required?: boolean;
  readonly most?: number;
  readonly rows?: number;
  /** What stands in it at first. */
  readonly value?: string;
}

/** What came back: what was typed, and what is wrong with it. */
export interface Returned {
  readonly values: Readonly<Record<string, string>>;
  readonly faults: readonly FieldFault[];
  /** What is wrong with the whole, in words of the error's own code. */
  readonly problem?:
    | { readonly code: ErrorCode; readonly expected?: string; readonly hint?: string }
    /** In the words of the page. */
    | { readonly title: string }
    | undefined;
  readonly isStale?: boolean;
}

export interface Form {
  readonly action: string;
  /** Hidden fields: token, version, key of the one answer. */
  readonly hidden: Readonly<Record<string, string>>;
  readonly fields: readonly Field[];
  readonly send: string;
  readonly stops?: boolean;
  readonly returned?: Returned | undefined;
}

export const formHtml = ({ action, hidden, fields, send, stops, returned }: Form, words: Words): Html =>
  html`${returned && summary(returned, fields, words)}
    <form method="post" action="${action}" novalidate>
      ${hiddenInputs(hidden)} ${fields.map((field) => fieldHtml(field, returned, words))}
      <p><button${stops && html` class="stop"`}>${send}</button></p>
    </form>`;

export const hiddenInputs = (hidden: Readonly<Record<string, string>>): Html[] =>
  Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);

const faultOf = (name: string, { faults }: Returned): FieldFault | undefined =>
  faults.find(({ field }) => field.split('.').includes(name));

/** At the head of the form, with the way to each field. */
export const summary = (returned: Returned, fields: readonly Field[], words: Words): Html => {
  const wrong = fields.filter(({ name }) => faultOf(name, returned));
  const { form } = words;
  const title = returned.isStale ? form.refused : wrong.length > 0 ? form.faults(wrong.length) : form.refused;
  const { problem } = returned;
  return html`<div class="problem" role="alert">
    <h2>${title}</h2>
    ${returned.isStale && html`<p>${form.stale}</p>`}
    ${wrong.length === 0 && !returned.isStale && problem && problemHtml(problem, words)}
    ${
      wrong.length > 0 &&
      html`<ul>
        ${wrong.map(({ name, label }) => html`<li><a href="#f-${name}">${label}</a></li>`)}
      </ul>`
    }
    <p>${form.kept}</p>
  </div>`;
};

/** What is wrong with the whole. */
export const problemHtml = (problem: NonNullable<Returned['problem']>, words: Words): Html => {
  if ('title' in problem) return html`<p>${problem.title}.</p>`;
  const { code, expected, hint } = problem;
  return html`<p>${words.errors[code]}.</p>
    ${expected && html`<p>${words.form.expected}: ${saidHtml(expected, words)}</p>`}
    ${hint && html`<p>${words.form.todo}: ${saidHtml(hint, words)}</p>`}`;
};

/** What the catalogue does not have is English. */
export const saidHtml = (text: string, words: Words): Value => {
  const said = words.form.said(text);
  return said === text ? englishHtml(text, words) : said;
};

/** Words of another language than the page say so to those who hear it. Source: WCAG 2.2, 3.1.2. */
export const englishHtml = (text: string, { code }: Words): Value =>
  code !== 'en' && /[a-z]{2} [a-z]{2}/.test(text) ? html`<span lang="en">${text}</span>` : text;

export const fieldHtml = (field: Field, returned: Returned | undefined, words: Words): Html => {
  const { name, label, hint, kind, required } = field;
  const fault = returned && faultOf(name, returned);
  const value = returned?.values[name] ?? field.value ?? '';
  const about = [fault && `e-${name}`, hint !== undefined && `h-${name}`].filter(Boolean).join(' ');
  const said = html`${about !== '' && html` aria-describedby="${about}"`}${fault && html` aria-invalid="true"`}${required && html` required`}`;
  if (kind === 'tick')
    return html`<div class="tick">
      <input type="checkbox" id="f-${name}" name="${name}" value="true" ${value === 'true' && html` checked`}${said} />
      <label for="f-${name}">${label}</label>
    </div>`;
  return html`<div class="field">
    <label for="f-${name}">${label}${!required && html` <span class="soft">(${words.form.optional})</span>`}</label>
    ${hint !== undefined && html`<small id="h-${name}">${hint}</small>`}
    ${fault && html`<p class="fault" id="e-${name}">${faultText(fault, kind, value, words)}</p>`}
    ${control(field, value, said, words)}
  </div>`;
};

const INPUTS = { text: 'text', time: 'datetime-local', day: 'date', secret: 'password' } as const;

const control = (field: Field, value: string, said: Html, words: Words): Html => {
  const { name, kind, choices = [], most, rows = 4 } = field;
  if (kind === 'choice')
    return html`<select id="f-${name}" name="${name}" ${said}>
      ${!choices.some(([code]) => code === '') && html`<option value="">${words.form.choose}</option>`}
      ${choices.map(([code, label]) => html`<option value="${code}" ${code === value && html` selected`}>${label}</option>`)}
    </select>`;
  const limit = most !== undefined && html` maxlength="${most}"`;
  if (kind === 'area')
    return html`<textarea id="f-${name}" name="${name}" rows="${rows}" ${limit}${said}>${value}</textarea>`;
  const type = kind === 'tick' ? 'text' : INPUTS[kind];
  const shown = kind === 'secret' ? '' : value;
  const autocomplete = kind === 'secret' ? 'current-password' : 'off';
  return html`<input
    id="f-${name}"
    name="${name}"
    type="${type}"
    value="${shown}"
    autocomplete="${autocomplete}"
    ${limit}${said}
  />`;
};

/** Rules of our own schemas are shown as they are where they say more than that something is missing. */
const faultText = ({ rule }: FieldFault, kind: Field['kind'], value: string, { form }: Words): string => {
  if (value.trim() === '') return form.missing;
  if (kind === 'time' && rule.startsWith('a time in UTC')) return form.time;
  return ruleText(rule, form);
};

/** What is wrong with a field that has something in it. */
export const ruleText = (rule: string, form: Words['form']): string => {
  if (rule.startsWith('one of ')) return form.choice;
  if (rule.startsWith('at most ')) return form.tooLong;
  if (rule.startsWith('at least ')) return form.tooShort;
  if (rule === YET_TO_COME) return form.toCome;
  return isOfKind(rule) ? form.form : form.rule(rule);
};
