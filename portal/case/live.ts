// How far the job of a case has come, in words and as a bar. The page says it as it is drawn; where script runs, the
// line keeps itself up to date by server-sent events, and the page is drawn anew once the case has moved.
// Trap: the script is served as a file, as the pages' policy allows no other, and sets text alone.
import type { Pace } from '#core/job-progress.ts';
import { html, type Html } from '#report/markup.ts';
import type { Words } from '../words.ts';

export interface LiveState {
  readonly version: number;
  readonly text: string;
  /** Hundredths, where the end is known. */
  readonly share: number | null;
}

export const liveState = (version: number, pace: Pace | undefined, words: Words): LiveState => ({
  version,
  text: pace ? paceText(pace, words) : words.live.waits,
  share: pace?.total ? Math.min(100, Math.floor((100 * pace.done) / pace.total)) : null,
});

const paceText = ({ stage, done, total, perSecond, secondsLeft }: Pace, { live }: Words): string => {
  const known: Readonly<Record<string, string>> = live.stages;
  const name = Object.hasOwn(known, stage) ? (known[stage] ?? stage) : stage;
  const rate =
    perSecond === null ? '' : `, ${live.rate(perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(2))}`;
  const left = secondsLeft === null ? '' : `, ${live.left(secondsLeft)}`;
  return `${name}: ${total === null ? live.soFar(done) : live.of(done, total)}${rate}${left}`;
};

export const liveHtml = (ticketId: string, { version, text, share }: LiveState): Html =>
  html`<div id="live" class="live" data-from="/tickets/${ticketId}/live" data-version="${version}">
    <p role="status">${text}</p>
    <progress max="100" ${share !== null && html` value="${share}"`} aria-label="${text}"></progress>
  </div>`;

export const LIVE_SCRIPT = `const box = document.getElementById('live');
const source = new EventSource(box.dataset.from);
source.onmessage = ({ data }) => {
  const { version, text, share } = JSON.parse(data);
  if (String(version) !== box.dataset.version) { source.close(); location.reload(); return; }
  const line = box.querySelector('p'), bar = box.querySelector('progress');
  if (line.textContent !== text) line.textContent = text;
  if (share === null) bar.removeAttribute('value'); else bar.value = share;
  bar.setAttribute('aria-label', text);
};
`;
