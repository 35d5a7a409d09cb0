// Today: what is late, what is due, what waits for this person, what stands still; and the cases that are due next.
import { SOON_DAYS, type DaysLeft } from '#core/days-left.ts';
import { html, type Html } from '#report/markup.ts';
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
  /** That this person has begun and not filed. */
  readonly drafts: number;
  /** Open cases by the days that are left to their safe dates. */
  readonly byDaysLeft: readonly { readonly bin: DaysLeft; readonly n: number }[];
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
    ${view.drafts > 0 && html`<p class="notice"><a href="/tickets?view=draft">${t.drafts(view.drafts)}</a></p>`}
    <ul class="tiles">
      ${tile(view.late, t.tiles.late, '/tickets?due=late', view.late > 0 ? 'bad' : '')}
      ${tile(view.week, t.tiles.week(SOON_DAYS), '/tickets?view=due')}
      ${tile(view.mine, t.tiles.mine, '/tickets?view=approval')}
      ${tile(view.blocked, t.tiles.blocked, '/tickets?view=blocked')} ${tile(view.open, t.tiles.open, '/tickets')}
    </ul>
    ${view.open > 0 && daysLeft(view, words)}
    <h2>${t.next}</h2>
    ${view.next.length === 0 ? html`<p class="empty">${words.list.none}</p>` : rows(view.next, ['model', 'blocked'], t.next, words)}`;
};

/** Said in numbers beside each bar, so that nothing depends on seeing it. */
const daysLeft = ({ byDaysLeft }: TodayView, { today: t }: Words): Html => {
  const most = Math.max(1, ...byDaysLeft.map(({ n }) => n));
  return html`<h2>${t.byDaysLeft}</h2>
    <ul class="bars">
      ${byDaysLeft.map(
        ({ bin, n }) =>
          html`<li>
            <span>${t.daysLeft[bin]}</span>
            <svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false">
              <rect class="track" y="4" width="100" height="6" />
              <rect
                class="${bin === 'late' ? 'late' : 'open'}"
                y="2"
                width="${((n / most) * 100).toFixed(1)}"
                height="10"
              />
            </svg>
            <span class="n">${n}</span>
          </li>`,
      )}
    </ul>`;
};
