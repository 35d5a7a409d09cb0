// The page of one ticket: its status, its clock, what was tested and judged, its history. Its data is the audit report
// plus the ticket's present state; judgements look the same as in the report.
import type { Protection } from '#core/protection.ts';
import type { AuditReport } from '#report/audit-report.ts';
import { blockHtml, tableHtml } from '#report/blocks-html.ts';
import { gateBlocks } from '#report/content/document.ts';
import { attemptsTable, historyTable } from '#report/content/tables.ts';
import { requestText } from '#report/content/summary.ts';
import { protectionTexts } from '#core/protection-words.ts';
import { sameName } from '#core/words/names.ts';
import type { Proposal } from '#core/ticket.ts';
import { clockLabel, reasonLabel, RECERTIFICATION_LABELS } from '#report/labels.ts';
import { html, type Html } from '#report/markup.ts';
import { table } from '#report/tables.ts';
import { digest, terms, time, type Viewer } from './layout.ts';
import type { WorkItem } from './worklist.ts';

export interface TicketView {
  readonly item: WorkItem;
  /** What one person has proposed and another has yet to do. */
  readonly proposal: Proposal | null;
  readonly report: AuditReport;
  /** Digest of the evidence that waits for a second person; null when nothing waits. */
  readonly evidence: string | null;
  /** What the interim rule does, as far as it was counted. */
  readonly protection: Protection | null;
  /** Whether there is a bundle: of a certificate, or of how the request was closed. */
  readonly evidenced: boolean;
  /** Whether this viewer may read the sealed request, which is logged. */
  readonly mayRead: boolean;
  /** Whether it waits for somebody to confirm whose records they are. */
  readonly inDoubt: boolean;
  /** Whether this viewer may decide; a filer may not decide on an own ticket. */
  readonly mayDecide: boolean;
}

export const mayDecide = (viewer: Viewer, item: WorkItem): boolean =>
  item.status === 'AWAITING_APPROVAL' && viewer.roles.includes('approver') && !sameName(item.filer, viewer.principal);

/** `readToken`: of the form by which this viewer may read the request. */
export const ticketBody = (view: TicketView, readToken: string): Html => {
  const { item, proposal, report, evidence, protection, evidenced, mayDecide: decides } = view;
  return html`<p class="notice">${report.executive.done}</p>
    ${view.mayRead && readForm(view, readToken)} ${proposal && html`<p>${proposalText(proposal, report)}</p>`}
    ${evidence !== null && html`<p>${decides ? html`<a class="button" href="/tickets/${item.id}/approval">Decide on the evidence</a>` : 'The evidence waits for a person other than the filer.'}</p>`}
    ${summary(item, report)} ${clock(report)} ${protection !== null && meanwhile(protection)}
    <h2>Gate</h2>
    ${gateBlocks(report.gate).map(blockHtml)} ${attempts(report)}
    <h2>History</h2>
    ${tableHtml(historyTable(report.history))}
    <h2>Documents</h2>
    <ul>
      <li><a href="/tickets/${item.id}/report.html">Audit report</a></li>
      <li><a href="/tickets/${item.id}/report.json">Audit report as data</a></li>
      ${evidenced && html`<li><a href="/tickets/${item.id}/bundle.zip">Evidence bundle</a>, and <a href="/verify?ticket=${item.id}">what verifying it gives</a></li>`}
    </ul>`;
};

const readForm = ({ item: { id }, inDoubt }: TicketView, token: string): Html =>
  html`<form method="post" action="/tickets/${id}/request">
    <input type="hidden" name="csrf" value="${token}" />
    ${inDoubt && html`<p>Records do not name the person who asks: another person than the filer confirms whose they are, or refuses.</p>`}
    <p><button class="second">Read the request and its records</button> That you do is logged.</p>
  </form>`;

const ACT_LABELS: Readonly<Record<Proposal['act'], string>> = {
  refused: 'refuse the request',
  withdrawn: 'withdraw the request',
  cancelled: 'cancel the ticket',
  released: 'release the hold',
};

export const proposalText = (
  { act, reason, by, at }: Proposal,
  { executive }: Pick<AuditReport, 'executive'>,
): string =>
  `${by} proposed at ${at} to ${ACT_LABELS[act]}${reason === undefined ? '' : ` (${reasonLabel(executive.request.regime, reason)})`}. It waits for a second person.`;

const summary = (item: WorkItem, { executive, recertification }: AuditReport): Html =>
  terms([
    ['State', item.label],
    ['Blocked by', item.blockedBy ?? 'nothing'],
    ['Model', html`<a href="/models/${item.model}">${item.model}</a>`],
    ['Request', requestText(executive.request)],
    ['Filed by', item.filer],
    ['Approved by', executive.people.approver ?? 'nobody yet'],
    ['Valid until', executive.validity.validUntil === null ? 'no certificate' : time(executive.validity.validUntil)],
    ['Re-certification', `${RECERTIFICATION_LABELS[recertification.state]}: ${recertification.line}`],
  ]);

const clock = ({ executive: { deadline, request } }: AuditReport): Html =>
  html`<h2>Clock</h2>
    ${terms([
      ['Received', time(request.receivedAt)],
      ['Due, to be safe', deadline.safeDue],
      ['Due by law', deadline.statutoryDue],
      ['How it was counted', deadline.derivation.join('; ')],
      ['Answered', deadline.answeredAt === null ? 'not yet' : time(deadline.answeredAt)],
    ])}
    ${table(
      'Clock events',
      ['time', 'event'],
      deadline.clock.map((event) => [time(event.at), clockLabel(event)]),
    )}`;

/** Until the model has forgotten. */
const meanwhile = (protection: Protection): Html => {
  const texts = protectionTexts(protection);
  return html`<h2>Interim protection</h2>
    ${
      texts.length === 0
        ? html`<p>Every value is withheld meanwhile, and nobody else's answer is.</p>`
        : html`<ul>
            ${texts.map((text) => html`<li>${text}.</li>`)}
          </ul>`
    }`;
};

const attempts = ({ attempts: made }: AuditReport): Html | undefined =>
  made.length === 0
    ? undefined
    : html`<h2>Attempts</h2>
        ${tableHtml(attemptsTable(made))}`;

export interface ApprovalView {
  readonly ticketId: string;
  readonly evidence: string;
  readonly gate: AuditReport['gate'];
  readonly tested: readonly string[];
  readonly notClaimed: readonly string[];
  readonly reproduce: Readonly<Record<string, string>>;
}

/**
 * `csrf` is bound to this person, ticket and evidence: a form that was opened before the evidence changed is refused.
 */
export const approvalBody = (view: ApprovalView, csrf: string, unlockedBy: 'passphrase' | 'sign-in'): Html =>
  html`<p>
      You decide on exactly this evidence: ${digest(view.evidence)}. If it changes before you press a button, your
      decision is refused.
    </p>
    <h2>What was tested</h2>
    <ul>
      ${view.tested.map((one) => html`<li>${one}</li>`)}
    </ul>
    <h2>What is not claimed</h2>
    <ul>
      ${view.notClaimed.map((one) => html`<li>${one}</li>`)}
    </ul>
    <h2>Gate</h2>
    ${gateBlocks(view.gate).map(blockHtml)}
    <h2>What it rests on</h2>
    ${terms(Object.entries(view.reproduce).map(([name, value]) => [name, digest(value)] as const))}
    <h2>Your decision</h2>
    <form method="post" action="/tickets/${view.ticketId}/approval">
      <input type="hidden" name="csrf" value="${csrf}" />
      <input type="hidden" name="evidence" value="${view.evidence}" />
      <fieldset>
        <legend>Decide</legend>
        <label for="reason">Reason code, needed to refuse (for example not-convinced)</label>
        <input id="reason" name="reason" pattern="[A-Za-z0-9][A-Za-z0-9._-]{0,63}" autocomplete="off" />
        ${
          unlockedBy === 'passphrase' &&
          html`<label for="passphrase"
              >Passphrase of your key, needed to approve: your signature is made with it now, and it is kept nowhere. If
              you have no key yet, it is made with the passphrase that you choose here (12 characters or more)</label
            >
            <input id="passphrase" name="passphrase" type="password" autocomplete="current-password" />`
        }
        <p>
          <button name="decision" value="approved">Approve and deploy</button>
          <button class="second" name="decision" value="refused">Refuse</button>
        </p>
      </fieldset>
    </form>`;
