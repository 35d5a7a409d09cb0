// The work list: what is due first stands first. Views and facets narrow it, a search finds by reference, model or
// name; all of it is rows and counts that the store keeps beside the tickets. Trap: a name is searched by POST and
// never stands in an address, which browsers and servers remember.
import { daysBetween, localDate } from '#core/days.ts';
import { SOON_DAYS } from '#core/days-left.ts';
import type { RegimeName } from '#core/regimes.ts';
import { meaningOf } from '#core/statuses.ts';
import {
  decisionOf,
  isOpenRow,
  workRowOf,
  type Decision,
  type Facet,
  type WorkCounts,
  type WorkRow,
} from '#core/worklist.ts';
import type { Status, Ticket } from '#core/ticket.ts';
import { reasonLabel } from '#report/labels.ts';
import { html, type Html, type Value } from '#report/markup.ts';
import { dueCell, pill } from './due.ts';
import { hiddenInputs } from './forms.ts';
import { COLUMNS, queryOf, to, viewsNav, type Asked, type Column, type ListFrame, type View } from './list-address.ts';
import { reasonText } from './reasons.ts';
import { statusText, type Words } from './words.ts';

export interface WorkItem {
  readonly id: string;
  readonly model: string;
  readonly regime: RegimeName;
  readonly status: Status;
  /** The status in words. */
  readonly label: string;
  readonly filer: string;
  /** Local day of receipt. */
  readonly received: string;
  readonly safeDue: string;
  /** Whole days until the safe date, negative when it is past; null once the request has its outcome. */
  readonly daysLeft: number | null;
  readonly blockedBy: string | null;
  /** Code of what the case stopped for. */
  readonly reason: string | null;
  /** What an approver has to decide. */
  readonly decision: Decision | null;
}

export const workItem = (ticket: Ticket, now: Date): WorkItem => itemOf(workRowOf(ticket, now.toISOString()), now);

export const itemOf = (row: WorkRow, now: Date): WorkItem => {
  const { id, model, status, filer, safeDue, timeZone } = row;
  const regime = row.regime as RegimeName; // written from a ticket, whose form says so
  const { label } = meaningOf(row);
  const today = localDate(now.toISOString(), timeZone);
  const daysLeft = isOpenRow(row) ? daysBetween(today, safeDue) : null;
  return {
    ...{ id, model, regime, status, label, filer, safeDue, daysLeft, received: localDate(row.receivedAt, timeZone) },
    ...{ blockedBy: blockedBy(row, regime), reason: row.reason, decision: decisionOf(row) },
  };
};

/** In English, for programs and CSV. */
const blockedBy = (row: WorkRow, regime: RegimeName): string | null => {
  const { status, reason } = row;
  const decision = decisionOf(row);
  if (decision === 'appeal' || decision === 'part-appeal') return DECIDED_BY_ANOTHER[decision];
  if (status === 'ON_HOLD') return `hold: ${reason ?? ''}`;
  if (status === 'REMEDIATION') return reasonLabel(regime, reason ?? '');
  if (status === 'EXEMPTION_PENDING') return 'a second person, for the refusal that was proposed';
  if (status === 'CLARIFICATION_PENDING') return 'an answer of the requester';
  return status === 'IDENTITY_PENDING' ? 'identity of the requester' : null;
};

const DECIDED_BY_ANOTHER = {
  appeal: 'a decision on the appeal, by somebody who had no part in the refusal',
  'part-appeal': 'a decision on the appeal against the refusal of a part, by somebody who had no part in it',
} as const;

/** The same in the words of the page. */
export const blockedText = ({ status, reason, decision, regime }: WorkItem, words: Words): string => {
  const { stopped } = words.list;
  if (decision !== null && decision !== 'approval') return stopped[decision];
  if (status === 'ON_HOLD') return stopped.hold(reasonText(regime, reason ?? '', words));
  if (status === 'REMEDIATION') return reasonText(regime, reason ?? '', words);
  if (status === 'CLARIFICATION_PENDING') return stopped.answer;
  return status === 'IDENTITY_PENDING' ? stopped.identity : '–';
};

export interface Worklist {
  readonly view: View;
  readonly tickets: readonly WorkItem[];
  /** To continue after; null at the end. */
  readonly next: string | null;
  readonly counts: WorkCounts;
  readonly late: number;
  readonly week: number;
}

export const worklistBody = (list: Worklist, frame: ListFrame, words: Words): Html => {
  const { asked } = frame;
  const w = words.list;
  const query = queryOf(asked);
  return html`${
      frame.mayFile &&
      html`<ul class="acts">
        <li><a class="button" href="/new">${w.newCase}</a></li>
      </ul>`
    }
    ${viewsNav(frame, words)} ${search(frame, words)}
    <p class="soft">
      ${w.found(list.counts.total)}${asked.ref !== undefined && html` · ${w.ref(asked.ref)}`}
      ${narrowedBy(asked, words)}
    </p>
    ${list.tickets.length === 0 ? html`<p class="empty">${w.none}</p>` : rows(list.tickets, asked.columns, w.title, words)}
    ${list.next !== null && html`<p><a class="button quiet" rel="next" href="${to(`${queryOf(asked)}&after=${list.next}`.replace(/^&/, ''))}">${w.next}</a></p>`}
    <h2>${w.narrow}</h2>
    ${facets(list, asked, words)}
    <div class="two">
      ${columnsForm(asked, words)} ${saveForm(query, frame, words)}
      <p><a href="/tickets.csv${query === '' ? '' : `?${query}`}">${w.csv}</a></p>
    </div>`;
};

const search = ({ token, mayName }: ListFrame, { list }: Words): Html =>
  html`<form class="filters" method="post" action="/tickets/search" role="search">
    ${hiddenInputs({ csrf: token })}
    <div class="grow">
      <label for="q">${mayName ? list.search : list.searchNoName}</label>
      <input id="q" name="q" type="search" maxlength="200" autocomplete="off" required />
    </div>
    <button class="second">${list.find}</button>
  </form>`;

const NARROWING = ['status', 'regime', 'model', 'filer', 'due', 'ref'] as const;

const narrowedBy = (asked: Asked, { list }: Words): Html | undefined =>
  NARROWING.some((name) => asked[name] !== undefined)
    ? html`· <a href="${to(queryOf({ view: asked.view, columns: asked.columns, limit: 0 }))}">${list.whole}</a>`
    : undefined;

const HEADS: Readonly<Record<Column, 'regime' | 'model' | 'filer' | 'blocked'>> = {
  regime: 'regime',
  model: 'model',
  filer: 'filer',
  blocked: 'blocked',
};

/** On a phone each row is a card: reference, state, time. */
export const rows = (items: readonly WorkItem[], columns: readonly Column[], title: string, words: Words): Html =>
  html`<table class="cards">
    <caption class="quiet">
      ${title}
    </caption>
    <thead>
      <tr>
        <th scope="col">${words.list.case}</th>
        <th scope="col">${words.list.due}</th>
        <th scope="col">${words.list.state}</th>
        ${columns.map((column) => html`<th scope="col">${words.list[HEADS[column]]}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${items.map((item) => row(item, columns, words))}
    </tbody>
  </table>`;

const row = (item: WorkItem, columns: readonly Column[], words: Words): Html =>
  html`<tr>
    <td><a href="/tickets/${item.id}">${item.id}</a></td>
    <td class="wide">${dueCell(item, words)}</td>
    <td>${pill(item.status, words)}</td>
    ${columns.map((column) => html`<td class="spare">${cell(item, column, words)}</td>`)}
  </tr>`;

const cell = (item: WorkItem, column: Column, words: Words): Value =>
  column === 'regime' ? words.law.name(item.regime) : column === 'blocked' ? blockedText(item, words) : item[column];

const facets = ({ counts, late, week }: Worklist, asked: Asked, words: Words): Html => {
  const w = words.list;
  const one = (title: string, name: keyof Asked, values: readonly (readonly [string, string, number])[]) =>
    html`<section>
      <h3>${title}</h3>
      <ul>
        ${values.map(([value, label, n]) => html`<li><a href="${to(queryOf(asked, { [name]: asked[name] === value ? undefined : value }))}" ${asked[name] === value && html` aria-current="true"`}>${label}</a><span class="number">${n}</span></li>`)}
      </ul>
    </section>`;
  const of = (facet: Facet, label: (value: string) => string) =>
    Object.entries(counts[facet])
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_VALUES)
      .map(([value, n]) => [value, label(value), n] as const);
  return html`<div class="facets">
    ${one(w.due, 'due', [
      ['late', w.late, late],
      ['week', w.week(SOON_DAYS), week],
    ])}
    ${one(
      w.state,
      'status',
      of('status', (value) => statusText(words, value as Status)),
    )}
    ${one(
      w.regime,
      'regime',
      of('regime', (value) => words.law.name(value as RegimeName)),
    )}
    ${one(
      w.model,
      'model',
      of('model', (value) => value),
    )}
    ${one(
      w.filer,
      'filer',
      of('filer', (value) => value),
    )}
  </div>`;
};

/** Of each facet, the most frequent. */
const MOST_VALUES = 12;

const columnsForm = (asked: Asked, { list }: Words): Html =>
  html`<form method="get" action="/tickets">
    ${hiddenInputs(Object.fromEntries([...new URLSearchParams(queryOf(asked))].filter(([name]) => name !== 'columns')))}
    <fieldset>
      <legend>${list.columns}</legend>
      ${COLUMNS.map((column) => html`<div class="tick"><input type="checkbox" id="c-${column}" name="columns" value="${column}" ${asked.columns.includes(column) && html` checked`} /><label for="c-${column}">${list[HEADS[column]]}</label></div>`)}
      <button class="second">${list.show}</button>
    </fieldset>
  </form>`;

const saveForm = (query: string, { saved, token }: ListFrame, { list }: Words): Html =>
  html`<form method="post" action="/tickets/views">
    ${hiddenInputs({ csrf: token, query })}
    <fieldset>
      <legend>${list.keep}</legend>
      <div class="field">
        <label for="view-name">${list.name}</label><small id="view-hint">${list.kept}</small>
        <input id="view-name" name="name" maxlength="40" aria-describedby="view-hint" required autocomplete="off" />
      </div>
      <button class="second">${list.keepIt}</button>
      ${saved.map(({ name }) => html`<button class="link" name="forget" value="${name}" formnovalidate>${list.forget(name)}</button> `)}
    </fieldset>
  </form>`;
