// One run for several tickets of a model: first the leader's attempt, then the others', each made from the last
// candidate that passed the gate, with results under its own ticket's name. Trap: a candidate contains the deletions of
// those before it, so tickets must be deployed in this order; where an earlier one is never deployed, those built on it
// are made again.
import type { Asked } from './asked.ts';
import type { Digest } from './canonical.ts';
import { sideOfResult } from './gathering.ts';
import type { Ports } from './ports.ts';
import { gatheredName, jobName, type Gathered, type GatheredResult, type JobResult, type UnlearnPlan } from './run.ts';
import { putJson } from './stored-json.ts';

/** What an attempt came to. */
export interface Attempt {
  readonly candidate: Digest;
  readonly passed: boolean;
  readonly unlearn: JobResult;
  readonly evaluate: JobResult;
}

/** How the job that carries a run out does its part. */
export interface Carrying {
  /** What the evaluation of an attempt will ask, which is fixed in its plan. */
  readonly askedOf: (plan: UnlearnPlan) => Promise<Asked>;
  readonly attempt: (plan: UnlearnPlan) => Promise<Attempt>;
}

/**
 * Carries out the leader's plan and those that it gathers, leaves the results where `plan-run` and `record-run` look,
 * and returns the leader's result. Where `attempt` rejects for the leader, the whole run fails; where it rejects for
 * another ticket, that ticket gets a run of its own later.
 */
export const gatheredRun = async (
  leader: UnlearnPlan,
  leaderPlan: Digest,
  ports: Pick<Ports, 'artifacts' | 'results'>,
  { askedOf, attempt }: Carrying,
): Promise<JobResult> => {
  const first = await attempt(leader);
  await ports.results.put(jobName('evaluate', leader.ticketId, leader.run), first.evaluate);
  let lastPassed = first.passed ? first : undefined;
  for (const gathered of leader.gathers ?? []) {
    const planned = planOfGathered(leader, leaderPlan, gathered, lastPassed);
    const made = await attemptOf(planned, { askedOf, attempt }).catch(() => undefined);
    if (made) await putResult(made.plan, made, ports);
    // a candidate that fails the gate must not become the base of the next ticket's
    if (made?.passed) lastPassed = made;
  }
  return first.unlearn;
};

const attemptOf = async (planned: UnlearnPlan, { askedOf, attempt }: Carrying) => {
  const plan = { ...planned, asked: await askedOf(planned) };
  return { plan, ...(await attempt(plan)) };
};

/** A gathered attempt as a plan of its own ticket, on the leader's base or on the candidate before it. */
const planOfGathered = (
  leader: UnlearnPlan,
  leaderPlan: Digest,
  attempt: Gathered,
  lastPassed: Attempt | undefined,
): UnlearnPlan => {
  const { kind, model, policy, quantisation, ticketId } = leader;
  const side = lastPassed ? sideOfResult(lastPassed.unlearn) : leader.side;
  const base = lastPassed?.candidate ?? leader.base;
  const rules = { kind, model, policy, quantisation, gatheredBy: { ticketId, plan: leaderPlan } };
  return { ...rules, ...attempt, base, ...(side ? { side } : {}) };
};

const putResult = async (
  plan: UnlearnPlan,
  { candidate, passed, unlearn, evaluate }: Attempt,
  { artifacts, results }: Pick<Ports, 'artifacts' | 'results'>,
): Promise<void> => {
  const { base, ticketId, run } = plan;
  const kind = 'quittance-gathered-result/v1';
  const planDigest = await putJson(artifacts, plan);
  const result: GatheredResult = { kind, plan: planDigest, base, candidate, passed, unlearn, evaluate };
  await results.put(gatheredName(ticketId, run), result);
};
