// What came in by the public page and waits for somebody who files: a list by age, and one request with its two ways
// on. Trap: the list holds references and times alone; what somebody typed stands on the page of the one, for those who
// file.
import type { IntakeProtocol } from '#core/intake-protocols.ts';
import { html, type Html } from '#report/markup.ts';
import { table } from '#report/tables.ts';
import { hiddenInputs } from './forms.ts';
import { terms, time } from './layout.ts';
import type { Words } from './words.ts';

export interface WaitingRow {
  readonly id: string;
  readonly receivedAt: string;
}

export const inboxBody = (waiting: readonly WaitingRow[], { inbox: t }: Words): Html =>
  waiting.length === 0
    ? html`<p class="empty">${t.none}</p>`
    : html`<p>${t.lead}</p>
        ${table(
          t.table,
          [t.reference, t.received],
          waiting.map(({ id, receivedAt }) => [html`<a href="/asked/${id}">${id}</a>`, time(receivedAt)]),
        )}`;

export interface AskView extends WaitingRow {
  readonly asked: {
    readonly about: string;
    readonly name: string;
    readonly aliases: readonly string[];
    readonly identifiers: readonly string[];
    readonly what: string;
    readonly reply: string;
    readonly country?: string | undefined;
    readonly agent?: { readonly agentName: string; readonly mandate: keyof Words['facts']['mandates'] } | undefined;
    readonly minor?: true | undefined;
  };
  /** Which program sent it. */
  readonly via?: { readonly protocol: IntakeProtocol; readonly by: string } | undefined;
}

export const oneAskBody = (
  { id, receivedAt, asked, via }: AskView,
  hidden: Readonly<Record<string, string>>,
  words: Words,
): Html => {
  const { inbox: t, ask } = words;
  const { agent, country } = asked;
  return html`<p>${t.oneLead}</p>
    ${terms([
      [t.received, time(receivedAt)],
      ...(via ? [[t.sentBy, `${via.by} (${t.protocols[via.protocol]})`] as const] : []),
      [ask.about, asked.about],
      [ask.name, asked.name],
      ...(asked.aliases.length > 0 ? [[ask.aliases, asked.aliases.join(' · ')] as const] : []),
      ...(asked.identifiers.length > 0 ? [[ask.identifiers, asked.identifiers.join(' · ')] as const] : []),
      [ask.reply, asked.reply],
      ...(country === undefined ? [] : [[ask.country, country] as const]),
      ...(agent ? [[ask.agent, `${agent.agentName} (${words.facts.mandates[agent.mandate]})`] as const] : []),
      ...(asked.minor ? [[words.facts.minor, words.facts.yes] as const] : []),
    ])}
    <h2>${ask.what}</h2>
    <p class="say">${asked.what}</p>
    <form method="post" action="/asked/${id}/take">
      ${hiddenInputs(hidden)}
      <p><button>${t.take}</button></p>
    </form>
    <h2>${t.aside}</h2>
    <p>${t.asideText}</p>
    <form method="post" action="/asked/${id}/aside">
      ${hiddenInputs(hidden)}
      <p class="acts">
        ${Object.entries(t.reasons).map(([code, label]) => html`<button class="stop" name="reason" value="${code}">${label}</button>`)}
      </p>
    </form>`;
};
