// The offline verifier: from the bundle's bytes alone to a list of named checks. Everything in a bundle is controlled by whoever hands it over, so a malformed
// value fails its check and never stops the others. Trap: what is missing from the bundle fails; only what the verifier was not given (keys, a model folder,
// witnesses) leaves a check not made, and that is counted apart.
import type { BundleFiles } from './bundle.ts';
import { BundleReader, Failed, NotChecked, type Rule, type VerifyOptions } from './verify/bundle-reader.ts';
import * as agreement from './verify/agreement.ts';
import * as evidence from './verify/evidence.ts';
import { historyReplayed, timesInOrder } from './verify/history.ts';
import * as log from './verify/log.ts';
import { references } from './verify/references.ts';
import * as signatures from './verify/signatures.ts';
import { unwrapped } from './verify/unwrapped.ts';

export type { VerifyOptions } from './verify/bundle-reader.ts';

/** What was found: a check that could not be made is neither held nor failed, and says what it needs. */
export type CheckState = 'holds' | 'fails' | 'not-checked';

export interface Check {
  id: string;
  /** Only of a check that holds. */
  ok: boolean;
  state: CheckState;
  detail: string;
}

/** Stable ids, in the order in which the checks are shown. */
const CHECKS: Readonly<Record<string, Rule>> = {
  'bundle-files': signatures.bundleFiles,
  'bundle-sealed': signatures.bundleSealed,
  'bundle-ticket': signatures.bundleTicket,
  'trust-root': signatures.trustRootKeys,
  'keys-pinned': signatures.keysPinned,
  'certificate-signatures': signatures.certificateSignatures,
  'approval-signature': signatures.approvalSignature,
  'separation-of-duties': signatures.separationOfDuties,
  checkpoint: log.checkpoint,
  witnesses: log.witnessed,
  consistency: log.consistency,
  'log-inclusion': log.logInclusion,
  'event-order': log.eventOrder,
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
  statistics: evidence.statisticsRecomputed,
  verdict: evidence.verdictPasses,
  subject: evidence.subjectIsServed,
  'served-probed': agreement.servedWasProbed,
  model: evidence.modelAtHand,
  'certificate-logged': log.certificateLogged,
  'validity-follows': agreement.validityFollows,
  validity: evidence.notExpired,
  'case-purged': log.casePurged,
  revocation: log.notRevoked,
  words: evidence.wordsNeverSaid,
};

export interface Verification {
  /** No check fails. What was not checked is said, and counts for nothing. */
  ok: boolean;
  checks: Check[];
  /** What was seen and decides nothing. */
  remarks: readonly string[];
}

/** Runs every check. */
export const verifyBundle = (given: BundleFiles, options: VerifyOptions): Verification => {
  const { files, remarks } = unwrapped(given);
  const bundle = new BundleReader(files, options);
  const checks = Object.entries(CHECKS).map(([id, rule]) => check(id, () => rule(bundle)));
  return { ok: checks.every(({ state }) => state !== 'fails'), checks, remarks };
};

/** `31 hold, 0 fail, 3 not checked`, and which did not hold. */
export const tally = (checks: readonly Check[]): string => {
  const named = (state: CheckState) => checks.filter((one) => one.state === state).map(({ id }) => id);
  const list = (ids: readonly string[]) => (ids.length === 0 ? '' : ` (${ids.join(', ')})`);
  const [held, failed, open] = [named('holds'), named('fails'), named('not-checked')];
  return `${held.length} hold, ${failed.length} fail${list(failed)}, ${open.length} not checked${list(open)}`;
};

const check = (id: string, rule: () => string): Check => {
  try {
    return { id, ok: true, state: 'holds', detail: rule() };
  } catch (error) {
    if (error instanceof NotChecked) return { id, ok: false, state: 'not-checked', detail: error.message };
    // anything else than a failed check is a malformed value that a parser rejected
    const malformed = `malformed: ${error instanceof Error ? error.name : 'unknown'}`;
    return { id, ok: false, state: 'fails', detail: error instanceof Failed ? error.message : malformed };
  }
};
