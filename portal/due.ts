// Time of a case as a bar from receipt to due date with today's mark, and its state as a pill. Said in words and by a
// sign as well, so that nothing depends on seeing colours.
import { SOON_DAYS } from '#core/days-left.ts';
import type { Status } from '#core/ticket.ts';
import { html, type Html } from '#report/markup.ts';
import { statusText, type Words } from './words.ts';

export interface Dates {
  /** Local day of receipt, and of the safe date. */
  readonly received: string;
  readonly safeDue: string;
  /** Whole days until the safe date, negative when it is past; null once the request has its outcome. */
  readonly daysLeft: number | null;
}

const DAY_MS = 86_400_000;

export const dueBar = (dates: Dates, words: Words): Html => {
  const { received, safeDue, daysLeft } = dates;
  const style = daysLeft === null ? '' : daysLeft < 0 ? ' late' : daysLeft <= SOON_DAYS ? ' soon' : '';
  const whole = Math.max(1, (Date.parse(safeDue) - Date.parse(received)) / DAY_MS);
  const at = daysLeft === null ? 100 : Math.min(100, Math.max(0, ((whole - daysLeft) / whole) * 100));
  return html`<div class="due${style}">
    <div class="row spread">
      <span>${words.due.received(received)}</span><span class="words">${dueWords(daysLeft, words)}</span>
      <span>${words.due.due(safeDue)}</span>
    </div>
    ${bar(at, daysLeft !== null)}
  </div>`;
};

/** For a row of a table: one line of words above the bar. */
export const dueCell = (dates: Dates, words: Words): Html => {
  const { received, safeDue, daysLeft } = dates;
  const style = daysLeft === null ? '' : daysLeft < 0 ? ' late' : daysLeft <= SOON_DAYS ? ' soon' : '';
  const whole = Math.max(1, (Date.parse(safeDue) - Date.parse(received)) / DAY_MS);
  const at = daysLeft === null ? 100 : Math.min(100, Math.max(0, ((whole - daysLeft) / whole) * 100));
  return html`<div class="due${style}">
    <span><span class="words">${dueWords(daysLeft, words)}</span> · <span class="whole">${safeDue}</span></span>
    ${daysLeft !== null && bar(at, true)}
  </div>`;
};

const bar = (at: number, isOpen: boolean): Html => {
  const x = at.toFixed(1);
  return html`<svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect class="track" y="4" width="100" height="6" />
    <rect class="gone" y="4" width="${x}" height="6" />
    ${isOpen && html`<rect class="now" x="${Math.min(99.4, at).toFixed(1)}" width="0.6" height="14" />`}
  </svg>`;
};

const dueWords = (days: number | null, { due }: Words): string =>
  days === null ? due.answered : days < 0 ? due.late(-days) : due.left(days);

type Kind = 'good' | 'warn' | 'bad' | '';
const ENDED = ['✓', 'good'] as const;
const WAITS = ['▲', 'warn'] as const;
const STOPPED = ['✗', 'bad'] as const;
const PILLS: Readonly<Partial<Record<Status, readonly [icon: string, kind: Kind]>>> = {
  IDENTITY_PENDING: WAITS,
  CLARIFICATION_PENDING: WAITS,
  EXEMPTION_PENDING: WAITS,
  AWAITING_APPROVAL: WAITS,
  ON_HOLD: ['‖', 'warn'],
  REMEDIATION: STOPPED,
  EVIDENCE_SEALED: ENDED,
  COMPLETED: ENDED,
  PURGED: ENDED,
  REFUSED: ['–', ''],
  WITHDRAWN: ['–', ''],
  CANCELLED: ['–', ''],
  EXPIRED: ['–', ''],
  APPEALED: WAITS,
};

export const pill = (status: Status, words: Words): Html => {
  const [icon, kind] = PILLS[status] ?? ['◐', ''];
  return html`<span class="pill ${kind}"><span aria-hidden="true">${icon}</span>${statusText(words, status)}</span>`;
};
