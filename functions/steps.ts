// The registry of workflow steps, in the order a ticket meets them; infra, the embedded mode and the tests iterate over
// it.
import { QuittanceError } from '#core/errors.ts';
import type { Step } from '#core/step.ts';
import { actions } from './actions.ts';
import { admitForgetSet } from './admit-forget-set.ts';
import { awaitTurn } from './await-turn.ts';
import { checkContinuity } from './check-continuity.ts';
import { deployModel } from './deploy-model.ts';
import { destroyDrafts } from './destroy-drafts.ts';
import { destroyQuarantined } from './destroy-quarantined.ts';
import { awaitRelease } from './holds.ts';
import { issueCertificate } from './issue-certificate.ts';
import { judgeEvaluation } from './judge-evaluation.ts';
import { locateTicket } from './locate-ticket.ts';
import { notifyParties } from './notify-parties.ts';
import { planRun } from './plan-run.ts';
import { probeServedModel } from './probe-served-model.ts';
import { purgeCase } from './purge-case.ts';
import { recordFailure } from './record-failure.ts';
import { recordRecertification } from './record-recertification.ts';
import { retryLetters } from './retry-letters.ts';
import { recordRun } from './record-run.ts';
import { requestApproval } from './request-approval.ts';
import { requestIdentity } from './request-identity.ts';
import { sendReminders } from './send-reminders.ts';
import { sequenceLog } from './sequence-log.ts';
import { suppressOutput } from './suppress-output.ts';
import { triageTicket } from './triage-ticket.ts';
import { verifyIdentity } from './verify-identity.ts';
import { wakeAnswered } from './wake-answered.ts';
import { writePortfolio } from './write-portfolio.ts';

/** Called by the workflows, and those of STEP_SCHEDULES by the clock. */
export const workflowSteps: readonly Step[] = [
  locateTicket,
  verifyIdentity,
  requestIdentity,
  triageTicket,
  admitForgetSet,
  suppressOutput,
  awaitTurn,
  planRun,
  recordRun,
  judgeEvaluation,
  requestApproval,
  deployModel,
  probeServedModel,
  issueCertificate,
  notifyParties,
  purgeCase,
  sequenceLog,
  sendReminders,
  writePortfolio,
  destroyDrafts,
  retryLetters,
  wakeAnswered,
  awaitRelease,
  recordFailure,
  checkContinuity,
  recordRecertification,
  destroyQuarantined,
];

export const steps: readonly Step[] = [...actions, ...workflowSteps];

export const findStep = (name: string): Step => {
  const found = steps.find((step) => step.name === name);
  if (found) return found;
  throw new QuittanceError('INVALID_INPUT', {
    message: `no step is called '${name}'`,
    expected: steps.map((step) => step.name).join(', '),
  });
};
