// The tabs of a case but the tests: overview, request, clock, decisions, letters, evidence, history.
import { isOpenRow } from '#core/worklist.ts';
import { html, type Html } from '#report/markup.ts';
import { right, table } from '#report/tables.ts';
import { englishHtml, hiddenInputs } from '../forms.ts';
import { digest, terms, time } from '../layout.ts';
import { statusText, type Words } from '../words.ts';
import type { Done } from '../words/en-law.ts';
import { factsHtml } from './facts.ts';
import { liveHtml, liveState } from './live.ts';
import { reasonText } from '../reasons.ts';
import type { CaseView, WalkStep } from './view.ts';

export const overview = (view: CaseView, words: Words): Html => {
  const { protection } = view;
  return html`${view.isMoving && liveHtml(view.item.id, liveState(view.version, view.pace ?? undefined, words))}
    <div class="two">
      <section>
        <h2>${words.walkTitle}</h2>
        <ol class="steps">
          ${view.walk.map((step) => walkStep(step, view.facts.zone, words))}
        </ol>
      </section>
      <section>
        <h2>${words.doneTitle}</h2>
        <p>${doneText(view, words)}</p>
        ${factsHtml(view.facts, reasonText, words)}
        ${protection !== null && meanwhile(words.protection(protection), words)}
      </section>
    </div>`;
};

/** While an attempt is under way the report's sentence, which is of what was done, would read like the end. */
const doneText = (view: CaseView, words: Words): string => {
  const last = view.report.attempts.at(-1);
  if (!isOpenRow(view.item) || (last && last.verdict !== null)) return words.done(doneIn(view, words));
  return last ? words.doneNow(last.number) : words.doneYet;
};

const doneIn = ({ item, report, decisions: rows, walk }: CaseView, words: Words): Done => {
  const { request: asked, done: text } = report.executive;
  const [last, end] = [report.attempts.at(-1), rows.findLast(({ type }) => type === 'closed')];
  return {
    text,
    ran: last && last.updates !== null ? { ...last, updates: last.updates, records: asked.records } : undefined,
    serves: walk.some(({ name, at }) => name === 'inService' && at !== null),
    end: end && {
      status: statusText(words, item.status),
      by: end.who,
      day: end.at.slice(0, 10),
      why: reasonText(item.regime, end.reason ?? '', words),
    },
  };
};

const walkStep = ({ name, state, at }: WalkStep, zone: string, words: Words): Html =>
  html`<li class="${state}" ${state === 'now' && html` aria-current="step"`}>
    ${words.walk[name]}${at !== null && html`<small class="soft">${time(at, zone)}</small>`}
  </li>`;

/** Until the model has forgotten. */
const meanwhile = (texts: readonly string[], words: Words): Html =>
  html`<h2>${words.meanwhile}</h2>
    ${
      texts.length === 0
        ? html`<p>${words.allWithheld}</p>`
        : html`<ul>
            ${texts.map((text) => html`<li>${text}.</li>`)}
          </ul>`
    }`;

/** The law, the ground, how many records, and the channel by which the request came. */
const requestText = (asked: CaseView['report']['executive']['request'], { law, records, codes }: Words): string => {
  const { regime, ground, channel } = asked;
  return `${law.name(regime)}, ${law.ground(regime, ground)}; ${records(asked.records)}; ${codes.channels[channel]}`;
};

/** `token`: of the form by which this viewer may read the request. */
export const request = (view: CaseView, token: string, words: Words): Html => {
  const { item, report } = view;
  return html`${terms([
    [words.request.asked, requestText(report.executive.request, words)],
    [words.request.filer, item.filer],
    [words.request.model, html`<a href="/models/${item.model}">${item.model}</a>`],
    [words.request.records, report.executive.request.records],
    [words.request.commitment, digest(report.executive.request.commitment)],
  ])}
  ${
    view.mayRead
      ? html`<form method="post" action="/tickets/${item.id}/request">
          ${hiddenInputs({ csrf: token })} ${view.inDoubt && html`<p class="notice">${words.request.inDoubt}</p>`}
          <p><button class="second">${words.request.read}</button> ${words.request.logged}</p>
        </form>`
      : html`<p class="empty">${view.status === 'PURGED' ? words.request.destroyed : words.request.sealed}</p>`
  }`;
};

export const clock = ({ report, facts: { zone } }: CaseView, words: Words): Html => {
  const { deadline, request: asked } = report.executive;
  const c = words.clock;
  return html`${terms([
    [c.received, time(asked.receivedAt, zone)],
    [c.safe, deadline.safeDue],
    [c.law, deadline.statutoryDue],
    [c.counted, words.law.counted(deadline.derivation)],
    [c.answered, deadline.answeredAt === null ? c.notYet : time(deadline.answeredAt, zone)],
  ])}
  ${table(
    c.events,
    [c.time, c.event],
    deadline.clock.map((event) => [time(event.at, zone), words.codes.clock(event)]),
  )}`;
};

export const decisions = ({ item, decisions: rows, facts: { zone } }: CaseView, words: Words): Html => {
  const d = words.decisions;
  return rows.length === 0
    ? html`<p class="empty">${d.none}</p>`
    : table(
        d.title,
        [d.when, d.who, d.what, d.why],
        rows.map(({ at, who, type, reason, asserted }) => [
          time(at, zone),
          asserted ? html`${who}<small>${d.asserted}</small>` : who,
          words.codes.events[type],
          reason === null ? '–' : reasonText(item.regime, reason, words),
        ]),
      );
};

export const evidence = (
  { item, evidenced, evidence: waiting, report, facts: { zone } }: CaseView,
  words: Words,
): Html => {
  const e = words.evidence;
  const { validity, people, residualCopies } = report.executive;
  return html`${terms([
      [e.waiting, waiting === null ? e.nothing : digest(waiting)],
      [e.approved, people.approver ?? e.nobody],
      [e.valid, validity.validUntil === null ? e.none : time(validity.validUntil, zone)],
      [
        e.again,
        `${words.codes.again[report.recertification.state]}: ${words.evidenceText(report.recertification.line)}`,
      ],
    ])}
    <h2>${e.documents}</h2>
    <ul>
      <li>
        <a href="/tickets/${item.id}/report.html">${e.report}</a> (<a href="/tickets/${item.id}/report.pdf">PDF</a>,
        <a href="/tickets/${item.id}/report.json">JSON</a>)
      </li>
      ${evidenced && html`<li><a href="/tickets/${item.id}/bundle.zip">${e.bundle}</a> – <a href="/verify?ticket=${item.id}">${e.verify}</a></li>`}
    </ul>
    ${
      residualCopies.length > 0 &&
      table(
        e.copies,
        [e.copy, e.digest, e.until],
        residualCopies.map(({ what, digest: of, until }) => [
          ...[words.evidenceText(what), digest(of)],
          Number.isNaN(Date.parse(until)) ? until : time(until, zone), // a certificate may hold any text
        ]),
      )
    }
    <h2>${e.rests}</h2>
    ${terms(Object.entries(report.reproduce).map(([name, value]) => [words.evidenceText(name), digest(value)] as const))}`;
};

export const history = ({ report: { history: events, attempts }, facts: { zone } }: CaseView, words: Words): Html => {
  const h = words.history;
  const [number = '', at = '', what = '', leaf = ''] = h.eventColumns;
  return html`${table(
    h.events,
    [right(number), at, what, right(leaf)],
    events.map((one) => [one.sequence, time(one.at, zone), words.codes.events[one.type], one.leaf ?? h.notYet]),
  )}
  ${attempts.length > 0 && attemptsHtml(attempts, words)}`;
};

const attemptsHtml = (attempts: CaseView['report']['attempts'], words: Words): Html => {
  const { history: h, codes, evidenceText } = words;
  return table(
    h.attempts,
    h.attemptColumns,
    attempts.map(({ number, rung, method, reason, config, updates, stop, verdict, failed }) => [
      number,
      rung + 1,
      html`${method}: ${englishHtml(reason, words)}`,
      html`<code>${JSON.stringify(config)}</code>`,
      updates ?? '–',
      stop === null ? '–' : codes.stops[stop],
      verdict === null ? '–' : html`<span class="verdict ${verdict}">${codes.verdicts[verdict]}</span>`,
      failed.map(evidenceText).join(', ') || '–',
    ]),
  );
};
