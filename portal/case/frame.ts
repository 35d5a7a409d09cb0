// The head of every page of a case: where it stands in one plain sentence, the time that is left, what this person can
// do now; then the tabs.
import { meaningOf } from '#core/statuses.ts';
import { html, type Html } from '#report/markup.ts';
import { isAround, stops, type ActName } from '../acts.ts';
import { dueBar, pill } from '../due.ts';
import { reasonText } from '../reasons.ts';
import { statusText, type Words } from '../words.ts';
import { blockedText } from '../worklist.ts';
import { TABS, type CaseView, type Tab } from './view.ts';

/** The case in one sentence, which is the page's title. */
export const sentenceOf = ({ item, status }: CaseView, words: Words): string => {
  if (status === 'EVIDENCE_SEALED' && item.decision === 'part-appeal') return words.facts.partAppealHead;
  const said = words.heads[status] ?? `${statusText(words, status)}.`;
  const isBlocked = item.blockedBy !== null && meaningOf({ status }).waitsFor === 'filer';
  return isBlocked ? `${said.replace(/\.$/, '')} (${blockedText(item, words)}).` : said;
};

export const caseBody = (view: CaseView, tab: Tab, content: Html, words: Words): Html => {
  const { item, report, proposal } = view;
  const { request } = report.executive;
  return html`<p class="crumbs"><a href="/tickets">${words.frame.cases}</a> / ${item.id}</p>
    <p class="soft">
      ${pill(view.status, words)} ${words.caseHead(item.filer, view.dates.received)} · ${words.law.name(item.regime)} ·
      ${words.law.ground(item.regime, request.ground)} · <a href="/models/${item.model}">${item.model}</a> ·
      ${words.records(request.records)} · ${words.timesOf(view.facts.zone)}
    </p>
    ${dueBar(view.dates, words)} ${proposal && html`<p class="notice">${proposalText(view, words)}</p>`}
    ${actsList(item.id, view.acts, words)} ${tabs(item.id, tab, words)} ${content}`;
};

export const proposalText = ({ proposal, item }: Pick<CaseView, 'proposal' | 'item'>, words: Words): string => {
  if (!proposal) return '';
  const why = proposal.reason === undefined ? '' : ` (${reasonText(item.regime, proposal.reason, words)})`;
  return words.proposed(proposal.by, proposal.at.slice(0, 10), words.proposals[proposal.act], why);
};

const actsList = (id: string, offered: readonly ActName[], words: Words): Html => {
  const acts = offered.filter((act) => !isAround(act));
  const around = offered.filter(isAround);
  return html`${mainActs(id, acts, words)}
  ${
    around.length > 0 &&
    html`<details class="more">
      <summary>${words.moreActs}</summary>
      <ul>
        ${around.map((act) => html`<li><a href="/tickets/${id}/${act}">${words.acts[act].button}</a></li>`)}
      </ul>
    </details>`
  }`;
};

const mainActs = (id: string, acts: readonly ActName[], words: Words): Html | undefined =>
  acts.length === 0
    ? undefined
    : html`<ul class="acts" aria-label="${words.actsHere}">
        ${acts.map((act, i) => html`<li><a class="button${stops(act) ? ' stop' : i === 0 ? '' : ' quiet'}" href="/tickets/${id}/${act}">${words.acts[act].button}</a></li>`)}
      </ul>`;

const tabs = (id: string, current: Tab, words: Words): Html =>
  html`<nav aria-label="${words.tabsOf}">
    <ul class="tabs">
      ${TABS.map((tab) => html`<li><a href="/tickets/${id}${tab === 'overview' ? '' : `/${tab}`}" ${tab === current && html` aria-current="page"`}>${words.tabs[tab]}</a></li>`)}
    </ul>
  </nav>`;
