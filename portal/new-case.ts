// A new case, in four steps and a check: who asks, under which law, which records, then what filing would come to. Each
// step is a form whose fields are kept as a draft, right or wrong, so that nothing is typed twice.
// Trap: these pages show a person's data to the one who types it in; no other page or address has any of it.
import { isMissing } from '#core/field-faults.ts';
import { IDENTITY_LEVELS, RegimeName, regimeOf } from '#core/regimes.ts';
import type { Deadlines } from '#core/deadlines.ts';
import { SubjectReason } from '#core/subject.ts';
import { Channel, IdentityClaim, REQUEST_FACTS } from '#core/ticket-request.ts';
import { localTime } from '#core/zoned-time.ts';
import { html, type Html } from '#report/markup.ts';
import { fieldHtml, hiddenInputs, ruleText, saidHtml, summary, type Field, type Returned } from './forms.ts';
import { terms } from './layout.ts';
import { lookAlikeTexts, type Remarks } from './remarks.ts';
import { LANGUAGES, type Words } from './words.ts';

export const STEPS = ['who', 'law', 'find', 'check'] as const;
export type NewStep = (typeof STEPS)[number];
export type TypedStep = Exclude<NewStep, 'check'>;
/** Those in which something is typed. */
export const TYPED = STEPS.filter((step): step is TypedStep => step !== 'check');

const MANDATES = REQUEST_FACTS.agent.unwrap().shape.mandate.options;

type Fields = Readonly<Record<string, string>>;
const pairs = <K extends string>(labels: Readonly<Record<K, string>>, keys: readonly K[]) =>
  keys.map((key) => [key, labels[key]] as const);

const area = (name: string, label: string, hint: string, most: number, rows = 3): Field => ({
  ...{ name, label, hint, kind: 'area', most, rows },
});
const choice = (name: string, label: string, choices: Field['choices'], required = true): Field => ({
  ...{ name, label, kind: 'choice', required, choices: choices ?? [] },
});

/** Fields of a step. `fields`: what the draft holds, on which some choices depend. */
export const stepFields = (
  step: TypedStep,
  fields: Fields,
  { models, timeZone, now }: { readonly models: readonly string[]; readonly timeZone: string; readonly now: Date },
  words: Words,
): Field[] => {
  const n = words.newCase;
  const time = (name: string, label: string, required: boolean): Field => ({
    ...{ name, label: `${label} (${timeZone})`, kind: 'time', required },
    value: fields[name] ?? localTime(timeZone, now.toISOString()),
  });
  const all: Readonly<Record<TypedStep, () => Field[]>> = {
    who: () => whoFields(`${n.seenAt} (${timeZone})`, words),
    law: () => lawFields(fields['regime'], time, words),
    find: () => [
      choice(
        'model',
        n.model,
        models.map((name) => [name, name] as const),
      ),
      area('records', n.records, n.recordsHint, 100_000, 6),
      choice('subjectReason', n.otherwise, pairs(words.subjectReasons, SubjectReason.options), false),
      { name: 'thirdPartiesAffected', label: n.others, kind: 'tick' },
    ],
  };
  return all[step]().map((field) => ({ ...field, value: fields[field.name] ?? field.value ?? '' }));
};

/** The law alone, until it is chosen: its grounds are those of no other. */
const lawFields = (
  regime: string | undefined,
  time: (name: string, label: string, required: boolean) => Field,
  words: Words,
): Field[] => {
  const n = words.newCase;
  const laws = RegimeName.options.map((name) => [name, words.law.name(name)] as const);
  const grounds = groundsOf(regime, words);
  const law: Field = { ...choice('regime', n.regime, laws), ...(grounds.length === 0 && { hint: n.regimeHint }) };
  if (grounds.length === 0) return [law];
  return [
    law,
    choice('ground', n.ground, grounds),
    time('receivedAt', n.received, true),
    choice('method', n.method, pairs(words.methods, IdentityClaim.shape.method.options)),
    choice('level', words.fields.level, pairs(words.levels, IDENTITY_LEVELS)),
    time('verifiedAt', n.verified, true),
  ];
};

/** Names of what a step asks for, whatever was chosen before. */
export const typedNames = (step: TypedStep): string[] =>
  stepFields(step, { regime: 'gdpr' }, { models: [], timeZone: 'UTC', now: new Date(0) }, LANGUAGES.en).map(
    ({ name }) => name,
  );

const whoFields = (seenAt: string, words: Words): Field[] => {
  const n = words.newCase;
  return [
    { name: 'name', label: n.name, hint: n.nameHint, kind: 'text', required: true, most: 200 },
    area('aliases', n.aliases, n.oneALine, 4000),
    area('identifiers', n.identifiers, n.identifiersHint, 4000),
    choice('channel', n.channel, pairs(words.codes.channels, Channel.options), false),
    choice('mandate', n.mandate, pairs(words.facts.mandates, MANDATES), false),
    { name: 'seenAt', label: seenAt, kind: 'time' },
    { name: 'minor', label: n.minor, kind: 'tick' },
    area('note', n.note, n.noteHint, 4000, 5),
  ];
};

const groundsOf = (regime: string | undefined, { law }: Words) => {
  const { data } = RegimeName.safeParse(regime);
  return data ? Object.keys(regimeOf(data).grounds).map((code) => [code, law.ground(data, code)] as const) : [];
};

export interface StepView {
  readonly draft: string;
  readonly step: NewStep;
  readonly fields: readonly Field[];
  /** Rows of the model that the person's name leads to. */
  readonly found: readonly {
    readonly tick: string;
    readonly record: { readonly question: string; readonly answer: string };
  }[];
  /** Why there are none, or why they are not one person's. */
  readonly why: keyof Words['newCase']['nobody'] | undefined;
  readonly ticked: readonly string[];
}

export const stepBody = (
  { draft, step, fields, found, why, ticked }: StepView,
  hidden: Fields,
  returned: Returned | undefined,
  words: Words,
): Html => {
  const n = words.newCase;
  return html`${stepper(draft, step, words)} ${returned && summary(returned, fields, words)}
    <p>${n.lead[step]}</p>
    <form method="post" action="/new/${draft}/${step}" novalidate>
      ${hiddenInputs(hidden)} ${fields.map((field) => fieldHtml(field, returned, words))}
      ${step === 'find' && ticks({ found, why, ticked }, words)}
      <p class="acts">
        <button name="then" value="next">${step === 'find' ? n.toCheck : n.next}</button>
        ${step !== 'check' && html`<button class="second" name="then" value="stay">${n.keep}</button>`}
        <button class="stop" name="then" value="discard" formnovalidate>${n.discard}</button>
      </p>
    </form>`;
};

const ticks = ({ found, why, ticked }: Pick<StepView, 'found' | 'why' | 'ticked'>, { newCase: n }: Words): Html => {
  if (found.length === 0 && why === undefined) return html`<p class="soft">${n.foundNone}</p>`;
  return html`<fieldset>
    <legend>${n.found(found.length)}</legend>
    ${why && html`<p class="notice">${n.nobody[why]}</p>`}
    ${found.length > ticked.length && html`<p><button class="second" name="then" value="all">${n.tickAll}</button></p>`}
    ${found.map(
      ({ tick, record }) =>
        html`<div class="tick">
          <input type="checkbox" id="${tick}" name="${tick}" value="true" ${ticked.includes(tick) && html` checked`} />
          <label for="${tick}">${record.question}<br /><span class="soft">${record.answer}</span></label>
        </div>`,
    )}
  </fieldset>`;
};

const stepper = (draft: string, current: NewStep, { newCase: n }: Words): Html =>
  html`<nav aria-label="${n.steps}">
    <ol class="tabs">
      ${STEPS.map((step, i) => html`<li><a href="/new/${draft}/${step}" ${step === current && html` aria-current="step"`}>${i + 1}. ${n.step[step]}</a></li>`)}
    </ol>
  </nav>`;

export interface CheckView {
  readonly draft: string;
  /** What filing would come to; null where something is still wrong. */
  readonly preview: (Remarks & { readonly records: number; readonly people: number; readonly due: Deadlines }) | null;
  /** Steps with something to mend, and what. */
  readonly mend: readonly { readonly step: NewStep; readonly text: string }[];
}

export const checkBody = ({ draft, preview, mend }: CheckView, hidden: Fields, words: Words): Html => {
  const n = words.newCase;
  const texts = preview ? words.protection(preview.protection) : [];
  return html`${stepper(draft, 'check', words)}
    ${
      mend.length > 0 &&
      html`<div class="problem" role="alert">
        <h2>${n.mend}</h2>
        <ul>
          ${mend.map(({ step, text }) => html`<li><a href="/new/${draft}/${step}">${n.step[step]}</a>: ${mendHtml(text, words)}</li>`)}
        </ul>
      </div>`
    }
    ${
      preview &&
      html`<p>${n.lead.check}</p>
        ${terms([
          [n.due, preview.due.safeDue],
          [n.dueByLaw, `${preview.due.statutoryDue} (${words.law.counted(preview.due.derivation)})`],
          [n.recordsCount, words.records(preview.records)],
          [n.inDoubt, preview.inDoubt.length === 0 ? n.nothing : preview.inDoubt.join(', ')],
        ])}
        ${lookAlikeTexts(preview, words).map((text) => html`<p class="notice">${text}</p>`)}
        ${preview.impassable.length > 0 && listed('problem', n.impassable, preview.impassable.map(words.evidenceText))}
        <h2>${words.meanwhile}</h2>
        ${
          texts.length === 0
            ? html`<p>${words.allWithheld}</p>`
            : html`<ul>
                ${texts.map((text) => html`<li>${text}.</li>`)}
              </ul>`
        }`
    }
    <form method="post" action="/new/${draft}/check">
      ${hiddenInputs(hidden)}
      <p class="acts">
        ${preview && html`<button name="then" value="file">${n.file}</button>`}
        <button class="stop" name="then" value="discard">${n.discard}</button>
      </p>
    </form>`;
};

/** `identity.level: one of …`: the field by its label, with what its own form would say; or an error as a whole. */
const mendHtml = (text: string, words: Words): Html => {
  const [, path = '', rule = ''] = /^([A-Za-z]+(?:\.\w+)*): (.+)$/.exec(text) ?? [];
  const label = labelOf(path, words);
  if (label === undefined) return html`${saidHtml(text, words)}`;
  return html`${label}: ${isMissing(rule) ? words.form.missing : ruleText(rule, words.form)}`;
};

const labelOf = (path: string, words: Words): string | undefined => {
  const around = { models: [], timeZone: 'UTC', now: new Date(0) };
  const fields = TYPED.flatMap((step) => stepFields(step, { regime: 'gdpr' }, around, words));
  const parts = path.split('.');
  return fields.find(({ name }) => parts.includes(name))?.label.replace(/ \(UTC\)$/, '');
};

const listed = (className: string, title: string, lines: readonly string[]): Html =>
  html`<div class="${className}">
    <h2>${title}</h2>
    <ul>
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </div>`;

export const filedBody = (
  {
    ticketId,
    openingSecret,
    safeDue,
  }: { readonly ticketId: string; readonly openingSecret: string | undefined; readonly safeDue: string },
  words: Words,
): Html => {
  const n = words.newCase;
  return html`<p class="notice">${n.filedText(safeDue)}</p>
    ${
      openingSecret !== undefined &&
      html`<h2>${n.secret}</h2>
        <p>${n.secretText}</p>
        <pre>${openingSecret}</pre>`
    }
    <p><a class="button" href="/tickets/${ticketId}">${n.toCase}</a></p>`;
};

/** `drafts`: the table of those that there are. */
export const draftsBody = (drafts: Html | undefined, hidden: Fields, { newCase: n }: Words): Html =>
  html`<p>${n.startText}</p>
    <form method="post" action="/new">
      ${hiddenInputs(hidden)}
      <p><button>${n.begin}</button></p>
    </form>
    <p><a href="/bulk">${n.many}</a></p>
    ${
      drafts &&
      html`<h2>${n.drafts}</h2>
        ${drafts}`
    }`;
