// Today: what is late, what is due, what waits for this person, what stands still; and the cases that are due next.
import { html, type Html } from '#report/markup.ts';
import { SOON_DAYS } from './due.ts';
import type { Words } from './words.ts';
import { rows, type WorkItem } from './worklist.ts';

export interface TodayView {
  readonly late: number;
  /** Due within a week, and not late. */
  readonly week: number;
  /** For this person to decide. */
  readonly mine: number;
  readonly blocked: number;
  readonly open: number;
  /** From outside, not yet a case; for those who file. */
  readonly asked: number;
  readonly next: readonly WorkItem[];
}

/** The day in one sentence, which is the page's title. */
export const todayTitle = ({ late, mine }: TodayView, { today }: Words): string =>
  late > 0 ? today.late(late) : mine > 0 ? today.mine(mine) : today.calm;

export const todayBody = (view: TodayView, mayFile: boolean, words: Words): Html => {
  const t = words.today;
  const tile = (n: number, label: string, to: string, style = '') =>
    html`<li class="${style}">
      <a href="${to}"><strong>${n}</strong>${label}</a>
    </li>`;
  return html`${
      mayFile &&
      html`<ul class="acts">
        <li><a class="button" href="/new">${words.list.newCase}</a></li>
      </ul>`
    }
    ${view.asked > 0 && html`<p class="notice"><a href="/asked">${t.asked(view.asked)}</a></p>`}
    <ul class="tiles">
      ${tile(view.late, t.tiles.late, '/tickets?due=late', view.late > 0 ? 'bad' : '')}
      ${tile(view.week, t.tiles.week(SOON_DAYS), '/tickets?view=due')}
      ${tile(view.mine, t.tiles.mine, '/tickets?view=approval')}
      ${tile(view.blocked, t.tiles.blocked, '/tickets?view=blocked')} ${tile(view.open, t.tiles.open, '/tickets')}
    </ul>
    <h2>${t.next}</h2>
    ${view.next.length === 0 ? html`<p class="empty">${words.list.none}</p>` : rows(view.next, ['model', 'blocked'], t.next, words)}`;
};
