// What the pages of one case show: its data is the audit report plus the ticket's present state, the same for the page
// and for its JSON.
import type { Pace } from '#core/job-progress.ts';
import type { LetterKind, LetterLanguage } from '#core/letters.ts';
import type { MailResult, MailWay } from '#core/mail.ts';
import type { Protection } from '#core/protection.ts';
import type { Proposal, Status } from '#core/ticket.ts';
import type { AuditReport } from '#report/audit-report.ts';
import type { ActName } from '../acts.ts';
import type { CaseFacts } from './facts.ts';
import type { Dates } from '../due.ts';
import type { WorkItem } from '../worklist.ts';

export const TABS = [
  ...(['overview', 'request', 'clock', 'decisions', 'tests', 'letters', 'notes', 'evidence', 'history'] as const),
] as const;
export type Tab = (typeof TABS)[number];

/** What one person did to the case. */
export interface DecisionRow {
  readonly at: string;
  readonly who: string;
  readonly type: AuditReport['history'][number]['type'];
  /** Code of the reason, as it was given. */
  readonly reason: string | null;
  /** Whether the person was named by the command line and did not sign in. */
  readonly asserted: boolean;
}

export const WALK = [
  ...(['received', 'identified', 'matched', 'withheld', 'unlearned', 'tested'] as const),
  ...(['approved', 'inService', 'certified', 'destroyed'] as const),
] as const;

export interface WalkStep {
  readonly name: (typeof WALK)[number];
  readonly state: 'done' | 'now' | 'open';
  readonly at: string | null;
}

export interface LetterRow {
  /** By which it is asked for. */
  readonly number: number;
  readonly kind: LetterKind;
  readonly language: LetterLanguage;
  readonly at: string;
  readonly by: string;
  /** The last time that it was sent; null where it was not. */
  readonly sending: {
    readonly at: string;
    readonly by: string;
    readonly way: MailWay;
    /** Of the message, by which its service knows it. */
    readonly message: string;
    readonly stand: MailResult | 'under-way';
    readonly code: string | null;
    /** How often it was handed over since somebody sent it, and when that is done again by itself. */
    readonly tries: number;
    readonly next: string | null;
  } | null;
}

export interface CaseView {
  readonly item: WorkItem;
  readonly status: Status;
  readonly version: number;
  readonly dates: Dates;
  /** What one person has proposed and another has yet to do. */
  readonly proposal: Proposal | null;
  readonly report: AuditReport;
  /** Digest of the evidence that waits for a second person; null when nothing waits. */
  readonly evidence: string | null;
  /** What the interim rule does, as far as it was counted. */
  readonly protection: Protection | null;
  /** Whether there is a bundle: of a certificate, or of how the request was closed. */
  readonly evidenced: boolean;
  /** Whether this viewer may read the encrypted request, which is logged. */
  readonly mayRead: boolean;
  /** Whether it waits for somebody to confirm whose records they are. */
  readonly inDoubt: boolean;
  /** What this viewer can do now, the most pressing first. */
  readonly acts: readonly ActName[];
  readonly facts: CaseFacts;
  /** Those that lie in the vault, and what became of each on its way. */
  readonly letters: readonly LetterRow[];
  /** Whether this viewer may write letters, look at those that are kept, and send them. */
  readonly mayWrite: boolean;
  readonly walk: readonly WalkStep[];
  readonly decisions: readonly DecisionRow[];
  /** A workflow is at work: the page looks again by itself. */
  readonly isMoving: boolean;
  /** How far the job that computes for it has come; null where none does, or has said nothing yet. */
  readonly pace: Pace | null;
}
