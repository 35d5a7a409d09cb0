// The work list: tickets with their clocks, by view (all, mine, due soon, awaiting my approval, blocked). Trap:
// lateness is said in words and by a mark, so that nothing depends on seeing colours.
import { daysBetween, localDate } from '#core/days.ts';
import { regimeOf, type RegimeName } from '#core/regimes.ts';
import { meaningOf } from '#core/statuses.ts';
import type { Ticket } from '#core/ticket.ts';
import { dueAt } from '#core/ticket-clock.ts';
import { sameName } from '#core/words/names.ts';
import { reasonLabel } from '#report/labels.ts';
import { html, type Html } from '#report/markup.ts';
import { table } from '#report/tables.ts';
import type { Viewer } from './layout.ts';

export const VIEWS = {
  all: 'All',
  mine: 'Filed by me',
  due: 'Due soon',
  approval: 'Awaiting my approval',
  blocked: 'Blocked',
} as const;
export type View = keyof typeof VIEWS;

/** Days before the safe date from which a ticket counts as due soon. */
const SOON_DAYS = 7;

export interface WorkItem {
  readonly id: string;
  readonly model: string;
  readonly regime: RegimeName;
  readonly status: string;
  /** The status in words. */
  readonly label: string;
  readonly filer: string;
  readonly safeDue: string;
  /** Whole days until the safe date, negative when it is past; null once the request has its outcome. */
  readonly daysLeft: number | null;
  readonly blockedBy: string | null;
}

export interface Worklist {
  readonly view: View;
  readonly tickets: readonly WorkItem[];
  /** Id to continue after; null at the end. */
  readonly next: string | null;
}

export const workItem = (ticket: Ticket, now: Date): WorkItem => {
  const { id, model, regime, status, filer } = ticket;
  const due = dueAt(ticket, now.toISOString());
  const today = localDate(now.toISOString(), ticket.calendar.timeZone);
  const { label, open } = meaningOf(ticket);
  const daysLeft = open ? daysBetween(today, due.safeDue) : null;
  return { id, model, regime, status, label, filer, safeDue: due.safeDue, daysLeft, blockedBy: blockedBy(ticket) };
};

const blockedBy = (ticket: Ticket): string | null => {
  if (ticket.status === 'ON_HOLD') return `hold: ${ticket.hold.code}`;
  if (ticket.status === 'REMEDIATION') return reasonLabel(ticket.regime, ticket.reason);
  if (ticket.status === 'EXEMPTION_PENDING') return 'a second person, for the refusal that was proposed';
  return ticket.status === 'IDENTITY_PENDING' ? 'identity of the requester' : null;
};

const IN_VIEW: { readonly [V in View]: (item: WorkItem, viewer: Viewer) => boolean } = {
  all: () => true,
  mine: ({ filer }, { principal }) => filer === principal,
  due: ({ daysLeft }) => daysLeft !== null && daysLeft <= SOON_DAYS,
  approval: ({ status, filer }, { principal, roles }) =>
    (status === 'AWAITING_APPROVAL' || status === 'EXEMPTION_PENDING') &&
    !sameName(filer, principal) &&
    roles.includes('approver'),
  blocked: ({ blockedBy: reason }) => reason !== null,
};

export interface Paging {
  readonly view: View;
  readonly limit: number;
  readonly after?: string | undefined;
}

export const worklist = (
  tickets: readonly Ticket[],
  viewer: Viewer,
  now: Date,
  { view, limit, after }: Paging,
): Worklist => {
  const items = tickets.map((ticket) => workItem(ticket, now)).filter((item) => IN_VIEW[view](item, viewer));
  const from = after === undefined ? 0 : items.findIndex(({ id }) => id === after) + 1;
  const shown = items.slice(from, from + limit);
  return { view, tickets: shown, next: from + limit < items.length ? (shown.at(-1)?.id ?? null) : null };
};

export const worklistBody = ({ view, tickets, next }: Worklist): Html =>
  html`<nav aria-label="Views">
      <ul>
        ${Object.entries(VIEWS).map(([key, name]) => html`<li>${key === view ? html`<a href="/tickets?view=${key}" aria-current="page">${name}</a>` : html`<a href="/tickets?view=${key}">${name}</a>`}</li>`)}
      </ul>
    </nav>
    ${tickets.length === 0 ? html`<p>No ticket is in this view.</p>` : list(tickets)}
    ${next && html`<p><a href="/tickets?view=${view}&amp;after=${next}">Next</a></p>`}`;

const list = (tickets: readonly WorkItem[]): Html =>
  table(
    'Tickets, newest first',
    ['ticket', 'model', 'regime', 'state', 'due, to be safe', 'filed by', 'blocked by'],
    tickets.map(({ id, model, regime, label, safeDue, daysLeft, filer, blockedBy: reason }) => [
      html`<a href="/tickets/${id}">${id}</a>`,
      model,
      regimeOf(regime).label,
      label,
      html`${safeDue} ${dueText(daysLeft)}`,
      filer,
      reason ?? '–',
    ]),
  );

const dueText = (days: number | null): Html | undefined => {
  if (days === null) return undefined;
  if (days < 0) return html`<span class="state late">${-days} days late</span>`;
  return days <= SOON_DAYS ? html`<span class="state soon">${days} days left</span>` : html`(${days} days left)`;
};
