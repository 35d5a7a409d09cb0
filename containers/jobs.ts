// The registry of jobs: definition name → what it reads and does. Parameters are ids and digests; personal data comes from the vault.
// Trap: a job may be run again under the same name after a crash; it recomputes the same result from the same inputs and seed.
import { z } from 'zod';
import { Digest, type Json } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { ForgetSet } from '#core/forget-set.ts';
import type { Ports } from '#core/ports.ts';
import { JobResult, RecertificationPlan, RunManifest, UnlearnPlan } from '#core/run.ts';
import { getJson, parseJson } from '#core/stored-json.ts';
import { evaluateJob } from './evaluate-job.ts';
import { runBytes, unlearnJob, type JobEnvironment } from './unlearn-job.ts';

export type JobPorts = Pick<Ports, 'artifacts' | 'vault' | 'models'>;

export interface Job {
  readonly name: string;
  run(parameters: unknown, ports: JobPorts, environment: JobEnvironment): Promise<Json>;
}

const resultOf = (result: JobResult): Json => JobResult.parse(result);

const recordsOf = async (ports: JobPorts, ticketId: string) =>
  parseJson(await ports.vault.get(ticketId, 'forget-set'), ForgetSet, 'the forget set in the vault').records;

const sideOf = async (ports: JobPorts, name: string) => {
  const { model } = await ports.models.get(name);
  if (model.suite === undefined)
    throw new QuittanceError('MODEL_INVALID', { message: `model ${name} has no evaluation suite` });
  return { suite: model.suite, moments: model.moments };
};

const unlearn: Job = {
  name: 'unlearn',
  async run(parameters, ports, environment) {
    const { ticketId, planDigest } = z.object({ ticketId: z.string(), planDigest: Digest }).parse(parameters);
    const plan = await getJson(ports.artifacts, planDigest, UnlearnPlan);
    const side = await sideOf(ports, plan.model);
    const { run, suite, moments } = await unlearnJob(
      { plan, records: await recordsOf(ports, ticketId), ...side },
      environment,
    );
    const result = await ports.artifacts.put(runBytes(run));
    return resultOf({ kind: 'quittance-job-result/v1', result, also: { suite, ...(moments ? { moments } : {}) } });
  },
};

/** Of a ticket's candidate, before it is approved. */
const evaluate: Job = {
  name: 'evaluate',
  async run(parameters, ports, environment) {
    const { result, metrics } = await evaluateJob(await ticketInput(OfTicket.parse(parameters), ports), environment);
    return resultOf({ kind: 'quittance-job-result/v1', result, also: { metrics } });
  },
};

/** Of what is served: no forgotten person's data is left to ask about. */
const recertify: Job = {
  name: 'recertify',
  async run(parameters, ports, environment) {
    const { result, metrics } = await evaluateJob(await modelInput(OfModel.parse(parameters), ports), environment);
    return resultOf({ kind: 'quittance-job-result/v1', result, also: { metrics } });
  },
};

const OfTicket = z.strictObject({ ticketId: z.string(), planDigest: Digest, runDigest: Digest });
const OfModel = z.strictObject({ planDigest: Digest });

const ticketInput = async ({ ticketId, planDigest, runDigest }: z.infer<typeof OfTicket>, ports: JobPorts) => {
  const plan = await getJson(ports.artifacts, planDigest, UnlearnPlan);
  const run = await getJson(ports.artifacts, runDigest, RunManifest);
  const { suite } = await sideOf(ports, plan.model);
  const records = await recordsOf(ports, ticketId);
  return { model: run.candidate, before: run.base, suite, records, quantisation: plan.quantisation, seed: plan.seed };
};

const modelInput = async ({ planDigest }: z.infer<typeof OfModel>, ports: JobPorts) => {
  const { digest, suite, quantisation, seed } = await getJson(ports.artifacts, planDigest, RecertificationPlan);
  return { model: digest, before: undefined, suite, records: [], quantisation, seed };
};

export const jobs: readonly Job[] = [unlearn, evaluate, recertify];

export const findJob = (name: string): Job => {
  const found = jobs.find((job) => job.name === name);
  if (!found)
    throw new QuittanceError('INVALID_INPUT', {
      message: `no job is called '${name}'`,
      expected: jobs.map((job) => job.name).join(', '),
    });
  return found;
};
