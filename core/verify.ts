// The offline verifier: from the bundle's bytes alone to a list of named checks. Everything in a bundle is controlled
// by whoever hands it over, so a malformed value fails its check and never stops the others. Trap: what is missing from
// the bundle fails; only what the verifier was not given (keys, a model folder, witnesses) leaves a check not made, and
// that is counted apart.
import type { BundleFiles } from './bundle.ts';
import { z } from 'zod';
import { isQuittanceError } from './errors.ts';
import { faultsOf } from './field-faults.ts';
import type { TicketEnd } from './ticket.ts';
import { BundleReader, Failed, NotChecked, type Rule, type VerifyOptions } from './verify/bundle-reader.ts';
import * as agreement from './verify/agreement.ts';
import * as approval from './verify/approval.ts';
import * as certifiedModel from './verify/certified-model.ts';
import { wordsNeverSaid } from './verify/claims.ts';
import * as closing from './verify/closing.ts';
import { askedAsPlanned, countsAgree } from './verify/counts.ts';
import * as evidence from './verify/evidence.ts';
import { bundleTicket } from './verify/filed.ts';
import { historyReplayed, timesInOrder } from './verify/history.ts';
import * as listing from './verify/listing.ts';
import * as log from './verify/log.ts';
import { MOST_STEPS, outOfBounds } from './verify/bounds.ts';
import { references } from './verify/references.ts';
import * as renewals from './verify/renewals.ts';
import * as results from './verify/results.ts';
import * as signatures from './verify/signatures.ts';
import { approvalKey } from './verify/approval-key.ts';
import type { Check } from './verify/tally.ts';
import { timestamped } from './verify/timestamps.ts';
import { unreadRemarks } from './verify/unread.ts';
import { unwrapped } from './verify/unwrapped.ts';
import { withinWork } from './work.ts';

export type { VerifyOptions } from './verify/bundle-reader.ts';
export { tally, type Check, type CheckState } from './verify/tally.ts';

/** Stable ids, in the order in which the checks are shown. */
const CERTIFIED: Readonly<Record<string, Rule>> = {
  'bundle-files': listing.bundleFiles,
  'bundle-sealed': listing.bundleSealed,
  'bundle-ticket': bundleTicket,
  'trust-root': signatures.trustRootKeys,
  'keys-pinned': signatures.keysPinned,
  'certificate-signatures': signatures.certificateSignatures,
  'approval-signature': approval.approvalSignature,
  'approval-key': approvalKey,
  'separation-of-duties': approval.separationOfDuties,
  checkpoint: log.checkpoint,
  witnesses: log.witnessed,
  consistency: log.consistency,
  'log-inclusion': log.logInclusion,
  'event-order': log.eventOrder,
  'history-complete': log.historyComplete,
  history: historyReplayed,
  times: timesInOrder,
  'stage-attestations': log.stageAttestations,
  'plan-before-run': agreement.planLogged,
  'policy-before-run': evidence.policyBeforeRun,
  evidence: evidence.evidenceDigests,
  references,
  'run-matches-plan': evidence.runMatchesPlan,
  'run-of-ticket': agreement.runIsOfTicket,
  'tables-of-ticket': agreement.tablesCount,
  counts: countsAgree,
  'asked-as-planned': askedAsPlanned,
  statistics: results.statisticsRecomputed,
  verdict: results.verdictPasses,
  subject: certifiedModel.subjectIsServed,
  'served-probed': agreement.servedWasProbed,
  'model-signing': certifiedModel.modelSigning,
  model: certifiedModel.modelAtHand,
  'certificate-agrees': agreement.certificateAgrees,
  'certificate-logged': log.certificateLogged,
  timestamps: timestamped,
  'validity-follows': agreement.validityFollows,
  renewals: renewals.renewals,
  validity: renewals.notExpired,
  'case-purged': log.casePurged,
  revocation: renewals.notRevoked,
  words: wordsNeverSaid,
};

/** Checks of a bundle with a certificate, by name. */
export const CERTIFIED_CHECKS: readonly string[] = Object.keys(CERTIFIED);

/** Of a request that was refused, withdrawn or cancelled: there is no certificate, model or result to check. */
const CLOSED: Readonly<Record<string, Rule>> = {
  'bundle-files': listing.bundleFiles,
  'bundle-sealed': listing.bundleSealed,
  'bundle-ticket': bundleTicket,
  'trust-root': signatures.trustRootKeys,
  'keys-pinned': signatures.keysPinned,
  checkpoint: log.checkpoint,
  witnesses: log.witnessed,
  'log-inclusion': log.logInclusion,
  'event-order': log.eventOrder,
  'history-complete': log.historyComplete,
  history: closing.historyCloses,
  times: timesInOrder,
  'stage-attestations': log.stageAttestations,
  references,
  closing: closing.closingSigned,
  'closing-of-ticket': closing.closingOfTicket,
};

export interface Verification {
  /** How the request ended that the bundle is about; only a completed one has a certificate. */
  outcome: TicketEnd;
  /** No check fails. What was not checked is said, and counts for nothing. */
  ok: boolean;
  checks: Check[];
  /** What was seen and decides nothing. */
  remarks: readonly string[];
}

/** Runs every check. */
export const verifyBundle = (given: BundleFiles, options: VerifyOptions): Verification => {
  const { files, remarks: seen } = unwrapped(given);
  const remarks = [...seen, ...unreadRemarks(files)];
  const beyond = outOfBounds(files);
  if (beyond !== undefined) return { outcome: 'completed', ok: false, checks: [refused(beyond)], remarks };
  const bundle = new BundleReader(files, options);
  const { outcome } = bundle;
  const rules = Object.entries(outcome === 'completed' ? CERTIFIED : CLOSED);
  const checks = withinWork(MOST_STEPS, () => rules.map(([id, rule]) => check(id, bundle, rule)));
  return { outcome, ok: checks.every(({ state }) => state !== 'fails'), checks, remarks };
};

/** No check is made of what would take too much to look at. */
const refused = (beyond: string): Check => ({
  ...{ id: 'bounds', ok: false, state: 'fails' },
  detail: `not looked at: ${beyond}`,
});

/** What a bundle is, for whoever reads that nothing fails. */
export const KIND_OF: Readonly<Record<TicketEnd, string>> = {
  completed: 'a certificate of unlearning',
  refused: 'the refusal of a request; nothing is certified about a model',
  withdrawn: 'a request that was withdrawn; nothing is certified about a model',
  cancelled: 'a request that was cancelled; nothing is certified about a model',
  expired: 'a request to which the person gave no answer that was needed; nothing is certified about a model',
};

const check = (id: string, bundle: BundleReader, rule: Rule): Check => {
  try {
    return { id, ok: true, state: 'holds', detail: rule(bundle) };
  } catch (error) {
    if (error instanceof NotChecked) return { id, ok: false, state: 'not-checked', detail: error.message };
    return { id, ok: false, state: 'fails', detail: reasonOf(error, bundle) };
  }
};

/** Why a check fails: anything else than its own words is a value that a parser rejected, in the file that was read. */
const reasonOf = (error: unknown, { reading }: BundleReader): string => {
  if (error instanceof Failed || isQuittanceError(error, 'INPUT_TOO_LARGE')) return error.message;
  if (isQuittanceError(error)) return `${reading}: ${error.message}`;
  return error instanceof z.ZodError
    ? `${reading}: a field is not as it must be: ${faultsOf(error)[0]?.field ?? ''}`
    : `${reading} holds what cannot be read`;
};
