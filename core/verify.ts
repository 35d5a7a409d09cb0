// The offline verifier: from the bundle's bytes alone to a list of named checks. Everything in a bundle is controlled by whoever hands it over, so a malformed
// value fails its check and never stops the others. Trap: a check that could not be made is a failed check; nothing becomes valid because something is missing.
import type { BundleFiles } from './bundle.ts';
import { BundleReader, Failed, type Rule, type VerifyOptions } from './verify/bundle-reader.ts';
import * as evidence from './verify/evidence.ts';
import * as log from './verify/log.ts';
import { references } from './verify/references.ts';
import * as signatures from './verify/signatures.ts';

export type { VerifyOptions } from './verify/bundle-reader.ts';

export interface Check {
  id: string;
  ok: boolean;
  detail: string;
}

/** Stable ids, in the order in which the checks are shown. */
const CHECKS: Readonly<Record<string, Rule>> = {
  'bundle-files': signatures.bundleFiles,
  'bundle-sealed': signatures.bundleSealed,
  'bundle-ticket': signatures.bundleTicket,
  'trust-root': signatures.trustRootKeys,
  'certificate-signatures': signatures.certificateSignatures,
  'approval-signature': signatures.approvalSignature,
  'separation-of-duties': signatures.separationOfDuties,
  checkpoint: log.checkpoint,
  consistency: log.consistency,
  'log-inclusion': log.logInclusion,
  'event-order': log.eventOrder,
  'stage-attestations': log.stageAttestations,
  'policy-before-run': evidence.policyBeforeRun,
  evidence: evidence.evidenceDigests,
  references,
  'run-matches-plan': evidence.runMatchesPlan,
  statistics: evidence.statisticsRecomputed,
  verdict: evidence.verdictPasses,
  subject: evidence.subjectIsServed,
  model: evidence.modelAtHand,
  'certificate-logged': log.certificateLogged,
  validity: evidence.notExpired,
  'case-purged': log.casePurged,
  revocation: log.notRevoked,
  words: evidence.wordsNeverSaid,
};

/** Runs every check; `ok` when all hold. */
export const verifyBundle = (files: BundleFiles, options: VerifyOptions): { ok: boolean; checks: Check[] } => {
  const bundle = new BundleReader(files, options);
  const checks = Object.entries(CHECKS).map(([id, rule]) => check(id, () => rule(bundle)));
  return { ok: checks.every(({ ok }) => ok), checks };
};

const check = (id: string, rule: () => string): Check => {
  try {
    return { id, ok: true, detail: rule() };
  } catch (error) {
    // anything else than a failed check is a malformed value that a parser rejected
    const malformed = `malformed: ${error instanceof Error ? error.name : 'unknown'}`;
    return { id, ok: false, detail: error instanceof Failed ? error.message : malformed };
  }
};
