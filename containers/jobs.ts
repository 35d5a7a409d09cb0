// The registry of jobs: definition name → what it reads and does. Parameters are ids and digests; personal data comes
// from the vault.
// Trap: after a crash a job may run again under the same name, so it must compute the same result from the same inputs
// and seed.
import { z } from 'zod';
import { askedBy } from '#core/asked.ts';
import { Digest, type Json } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { ForgetSet, type ForgetRecord } from '#core/forget-set.ts';
import { judge } from '#core/gate.ts';
import { GatePolicy, storedPolicy } from '#core/policy.ts';
import { gatheredRun, type Attempt } from '#core/gathered-run.ts';
import type { Ports } from '#core/ports.ts';
import { jobName, JobResult, RecertificationPlan, RunManifest, UnlearnPlan } from '#core/run.ts';
import { getJson, parseJson } from '#core/stored-json.ts';
import { RequestSecrets } from '#core/ticket-request.ts';
import { evaluateBefore, evaluateJob, hasRoomForTwo, type EvaluateInput } from './evaluate-job.ts';
import { leftOutBy } from '#evaluation/relearn.ts';
import { configured } from '#unlearning/methods.ts';
import { preparedTraining, storeTraining } from './recorded-training.ts';
import type { PreparedTraining } from './retrain.ts';
import { checkRungs } from './rungs.ts';
import { runBytes, unlearnJob, type Beside, type JobEnvironment } from './unlearn-job.ts';

export type JobPorts = Pick<Ports, 'artifacts' | 'vault' | 'models' | 'results'>;

export interface Job {
  readonly name: string;
  run(parameters: unknown, ports: JobPorts, environment: JobEnvironment): Promise<Json>;
}

const resultOf = (result: Digest, also: JobResult['also'] = {}): JobResult => ({
  kind: 'quittance-job-result/v1',
  result,
  also,
});

const setOf = async (ports: JobPorts, ticketId: string) =>
  parseJson(await ports.vault.get(ticketId, 'forget-set'), ForgetSet, 'the forget set in the vault');

/** Of the person in the request; a case of an earlier version may have none. */
const nameOf = async ({ vault }: JobPorts, ticketId: string): Promise<string | undefined> => {
  try {
    return parseJson(await vault.get(ticketId, 'request'), RequestSecrets, 'the request in the vault').subject.name;
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
};

/** The artefacts beside the plan's base: those of the candidate that it is, or those registered with the model. */
const sideOf = async (ports: JobPorts, plan: UnlearnPlan) => {
  const { suite, moments } = plan.side ?? (await ports.models.get(plan.model)).model;
  if (suite === undefined)
    throw new QuittanceError('MODEL_INVALID', { message: `model ${plan.model} has no evaluation suite` });
  return { suite, moments };
};

const unlearn: Job = {
  name: 'unlearn',
  async run(parameters, ports, environment) {
    const { planDigest } = z.object({ ticketId: z.string(), planDigest: Digest }).parse(parameters);
    const plan = await getJson(ports.artifacts, planDigest, UnlearnPlan);
    await checkSettings(plan, ports);
    if (!plan.gathers) return (await unlearnOnce(plan, ports, environment)).result;
    return gatheredRun(plan, planDigest, ports, {
      askedOf: async (one) =>
        askedBy(ports, (await sideOf(ports, one)).suite, (await setOf(ports, one.ticketId)).records),
      attempt: (one) => attempt(one, ports, environment),
    });
  },
};

/**
 * METHOD_UNKNOWN or METHOD_CONFIG where the settings of an attempt of this run are wrong, POLICY_INVALID where a rung
 * that may follow cannot be tried; checked before anything else is read.
 */
const checkSettings = async (plan: UnlearnPlan, { artifacts }: JobPorts): Promise<void> => {
  for (const { method, config } of [plan, ...(plan.gathers ?? [])]) configured(method, config);
  checkRungs(await getJson(artifacts, plan.policy, GatePolicy), 'the policy of the plan');
};

const unlearnOnce = async (plan: UnlearnPlan, ports: JobPorts, environment: JobEnvironment) => {
  const { records, revealed } = await setOf(ports, plan.ticketId);
  const training = await trainingFor(plan, records, ports, environment);
  const input = { plan, records, revealed: revealed !== undefined, ...(await sideOf(ports, plan)), training };
  const { run, suite, moments, seconds } = await unlearnJob(input, environment);
  const lineage = training && (await storeTraining(plan, training, seconds, ports));
  const result = await ports.artifacts.put(runBytes(run));
  const also = { suite, ...(moments && { moments }), ...(lineage && { training: lineage }) };
  return { run, result: resultOf(result, also) };
};

/** undefined where the method needs none. METHOD_CONFIG where it does, and recipe, base or corpus are not here. */
const trainingFor = async (
  plan: UnlearnPlan,
  records: readonly ForgetRecord[],
  ports: JobPorts,
  { scratch, backend, onProgress }: JobEnvironment,
): Promise<PreparedTraining | undefined> => {
  if (!configured(plan.method, plan.config).needs.includes('training')) return undefined;
  const say = (line: string) => onProgress?.('training', 0, 1, line);
  return preparedTraining(plan, records, ports, { scratch, backend, say });
};

/** Unlearns, evaluates and judges one attempt of a run that carries several tickets. */
const attempt = async (plan: UnlearnPlan, ports: JobPorts, environment: JobEnvironment): Promise<Attempt> => {
  const { run, result } = await unlearnOnce(plan, ports, environment);
  const input = await inputOf(plan, run, ports);
  const evaluate = await evaluated(plan.ticketId, input, ports, environment);
  const tables = await getJson(ports.artifacts, evaluate.result, EvaluationTables);
  const { verdict } = judge(tables, await getJson(ports.artifacts, plan.policy, GatePolicy));
  return { candidate: run.candidate, passed: verdict === 'pass', unlearn: result, evaluate };
};

/** Evaluates a ticket's candidate, before it is approved. */
const evaluate: Job = {
  name: 'evaluate',
  async run(given, ports, environment) {
    const parameters = OfTicket.parse(given);
    const input = await runInput(parameters, ports);
    const { ticketId } = parameters;
    const beside = await startBefore(parameters, input, ports, environment);
    if (!beside) return evaluated(ticketId, input, ports, environment);
    try {
      const result = await evaluateJob(input, environment);
      await beside.ended;
      return resultOf(result, { before: await keptBefore(ticketId, input, ports, environment) });
    } finally {
      beside.end();
    }
  },
};

/** Evaluates the base alone, while another process evaluates the candidate. */
const evaluateBase: Job = {
  name: 'evaluate-base',
  async run(parameters, ports, environment) {
    return resultOf(await evaluateBefore(await runInput(OfTicket.parse(parameters), ports), environment));
  },
};

/** undefined where the base was evaluated already, or no core or memory is left for it. */
const startBefore = async (
  parameters: z.infer<typeof OfTicket>,
  input: EvaluateInput & { before: Digest },
  ports: JobPorts,
  environment: JobEnvironment,
): Promise<Beside | undefined> => {
  const name = jobName('evaluate', parameters.ticketId, 0);
  if (!environment.beside || (await keptOf(name, input, ports)) || !(await hasRoomForTwo(input, environment))) return;
  return environment.beside({ name, definition: evaluateBase.name, parameters });
};

/** Evaluates the base, then the candidate. */
const evaluated = async (
  ticketId: string,
  input: EvaluateInput & { before: Digest },
  ports: JobPorts,
  environment: JobEnvironment,
): Promise<JobResult> => {
  const before = await keptBefore(ticketId, input, ports, environment);
  return resultOf(await evaluateJob(input, environment), { before });
};

/**
 * Evaluates the base once for each ticket, as its run 0. Later rungs start from the same base and reuse it, until
 * another ticket is deployed first and changes the base.
 */
const keptBefore = async (
  ticketId: string,
  input: EvaluateInput & { before: Digest },
  ports: JobPorts,
  environment: JobEnvironment,
): Promise<Digest> => {
  const name = jobName('evaluate', ticketId, 0);
  const kept = await keptOf(name, input, ports);
  if (kept) return kept;
  const result = await evaluateBefore(input, environment);
  await ports.results.put(name, resultOf(result));
  return result;
};

/** The tables of this very base. */
const keptOf = async (
  name: string,
  { before }: { before: Digest },
  { results, artifacts }: JobPorts,
): Promise<Digest | undefined> => {
  const kept = await thereOf(results, name);
  return kept && (await getJson(artifacts, kept.result, EvaluationTables)).model === before ? kept.result : undefined;
};

const thereOf = async (results: JobPorts['results'], name: string): Promise<JobResult | undefined> => {
  try {
    return JobResult.parse(await results.get(name));
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
};

/** Evaluates what is served, without forget records: the purge has destroyed them. */
const recertify: Job = {
  name: 'recertify',
  async run(parameters, ports, environment) {
    return resultOf(await evaluateJob(await modelInput(OfModel.parse(parameters), ports), environment));
  },
};

const OfTicket = z.strictObject({ ticketId: z.string(), planDigest: Digest, runDigest: Digest });
const OfModel = z.strictObject({ planDigest: Digest });

const runInput = async ({ planDigest, runDigest }: z.infer<typeof OfTicket>, ports: JobPorts) => {
  const plan = await getJson(ports.artifacts, planDigest, UnlearnPlan);
  return inputOf(plan, await getJson(ports.artifacts, runDigest, RunManifest), ports);
};

const inputOf = async (plan: UnlearnPlan, run: RunManifest, ports: JobPorts) => {
  const { quantisation, seed } = plan;
  const { suite } = await sideOf(ports, plan);
  const { records } = await setOf(ports, plan.ticketId);
  const leftOut = leftOutBy(await storedPolicy(ports.artifacts, plan.policy));
  const name = await nameOf(ports, plan.ticketId);
  return { model: run.candidate, before: run.base, suite, records, name, quantisation, seed, leftOut };
};

const modelInput = async ({ planDigest }: z.infer<typeof OfModel>, ports: JobPorts) => {
  const { digest, suite, quantisation, seed } = await getJson(ports.artifacts, planDigest, RecertificationPlan);
  return { model: digest, before: undefined, suite, records: [], quantisation, seed, leftOut: {} };
};

export const jobs: readonly Job[] = [unlearn, evaluate, evaluateBase, recertify];

export const findJob = (name: string): Job => {
  const found = jobs.find((job) => job.name === name);
  if (!found)
    throw new QuittanceError('INVALID_INPUT', {
      message: `no job is called '${name}'`,
      expected: jobs.map((job) => job.name).join(', '),
    });
  return found;
};
