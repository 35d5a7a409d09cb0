// Asking to be forgotten, and asking where it stands, without an account: what a person needs to know, in plain words.
// Trap: the page of a standing says state and dates and nothing of the data, since whoever has the reference and its
// secret may open it.
import { html, type Html } from '#report/markup.ts';
import type { IntakeStage } from '#core/intake.ts';
import { fieldHtml, formHtml, hiddenInputs, summary, type Field, type Returned } from './forms.ts';
import { terms } from './layout.ts';
import type { Words } from './words.ts';

export const askFields = ({ ask: t }: Words): Field[] => [
  { name: 'about', label: t.about, hint: t.aboutHint, kind: 'text', required: true, most: 200 },
  { name: 'name', label: t.name, hint: t.nameHint, kind: 'text', required: true, most: 200 },
  { name: 'aliases', label: t.aliases, hint: t.oneALine, kind: 'area', most: 4000, rows: 2 },
  { name: 'identifiers', label: t.identifiers, hint: t.identifiersHint, kind: 'area', most: 4000, rows: 2 },
  { name: 'what', label: t.what, hint: t.whatHint, kind: 'area', required: true, most: 2500, rows: 6 },
  { name: 'reply', label: t.reply, hint: t.replyHint, kind: 'text', required: true, most: 300 },
  { name: 'country', label: t.country, hint: t.countryHint, kind: 'text', most: 100 },
  { name: 'minor', label: t.minor, kind: 'tick' },
];

/** Only somebody who asks for another person fills these in. */
export const agentFields = ({ ask: t, facts }: Words): Field[] => [
  { name: 'agentName', label: t.agentName, kind: 'text', most: 200 },
  {
    ...{ name: 'mandate', label: t.mandate, kind: 'choice' },
    choices: Object.entries(facts.mandates),
  },
];

export const askBody = (key: string, back: Returned | undefined, words: Words): Html => {
  const t = words.ask;
  const [own, agent] = [askFields(words), agentFields(words)];
  return html`${back && summary(back, [...own, ...agent], words)}
    <p class="lead">${t.lead}</p>
    <p>${t.noCopies}</p>
    <form method="post" action="/ask" novalidate>
      ${hiddenInputs({ key })} ${own.map((field) => fieldHtml(field, back, words))}
      <fieldset>
        <legend>${t.agent}</legend>
        ${agent.map((field) => fieldHtml(field, back, words))}
      </fieldset>
      <p><button>${t.send}</button></p>
    </form>`;
};

export const askedBody = (
  { reference, secret }: { readonly reference: string; readonly secret: string },
  { ask: t }: Words,
): Html =>
  html`<p class="notice">${t.doneText}</p>
    <h2>${t.reference}</h2>
    <pre>${reference}</pre>
    <h2>${t.secret}</h2>
    <p>${t.secretText}</p>
    <pre>${secret}</pre>
    <p><a class="button" href="/status">${t.toStatus}</a></p>`;

export interface StandingView {
  readonly state: IntakeStage;
  /** Days, as the place of the organisation has them. */
  readonly received: string;
  readonly due: string | null;
  readonly ended: string | null;
}

export const statusBody = (view: StandingView | null, back: Returned | undefined, words: Words): Html => {
  const t = words.standing;
  return html`${view && standingHtml(view, words)}
    <p>${t.lead}</p>
    ${formHtml(
      {
        action: '/status',
        hidden: {},
        fields: [
          { name: 'reference', label: t.reference, kind: 'text', required: true, most: 100 },
          { name: 'secret', label: t.secret, kind: 'secret', required: true, most: 100 },
        ],
        send: t.send,
        returned: back,
      },
      words,
    )}`;
};

const standingHtml = ({ state, received, due, ended }: StandingView, { standing: t }: Words): Html =>
  html`<section aria-labelledby="standing">
    <h2 id="standing">${t.states[state].title}</h2>
    <p class="lead">${t.states[state].text}</p>
    ${terms([
      [t.received, received],
      ...(due === null ? [] : [[t.due, due] as const]),
      ...(ended === null ? [] : [[t.ended, ended] as const]),
    ])}
  </section>`;
