// Jobs that take the engine's place in workflow tests. They read the plan and the forget set as the real ones do and
// store real artefacts: a model of text files, a run manifest, evaluation tables with numbers that a real run could
// have. They are deterministic, so that a repeat gives the same digests.
import { askedBy } from '#core/asked.ts';
import { Digest, digestJson } from '#core/canonical.ts';
import { must } from '#core/errors.ts';
import { logProbHistogram, type EvaluationTables } from '#core/evaluation.ts';
import { ForgetSet } from '#core/forget-set.ts';
import type { Ports } from '#core/ports.ts';
import { gatheredRun, type Attempt } from '#core/gathered-run.ts';
import { jobName, RecertificationPlan, UnlearnPlan, type JobResult, type RunManifest } from '#core/run.ts';
import { getJson, parseJson, putJson } from '#core/stored-json.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { NEIGHBOURS } from './requests.ts';
import { houseSuite } from './suite.ts';
import type { JobHandlers } from '#adapters/memory/jobs.ts';
import { putModel, textModel } from './models.ts';

type Good = (run: number, ticketId: string) => boolean;

export interface SmallJobs {
  /** Whether the candidate of this run (from 1) is good. */
  good?: Good;
  /** Called while the unlearning job runs. */
  onUnlearn?: (ticketId: string) => Promise<unknown>;
  /** Whether the suite of a re-certification finds the model as it was. */
  stillGood?: () => boolean;
}

type JobStores = Pick<Ports, 'artifacts' | 'vault' | 'results' | 'models'>;

export const smallJobs =
  ({ good = () => true, onUnlearn, stillGood = () => true }: SmallJobs = {}) =>
  (ports: JobStores): JobHandlers => ({
    unlearn: async (parameters) => {
      const planDigest = Digest.parse(parameters['planDigest']);
      const plan = await getJson(ports.artifacts, planDigest, UnlearnPlan);
      await onUnlearn?.(plan.ticketId);
      const made = plan.gathers
        ? await gatheredRun(plan, planDigest, ports, {
            askedOf: (one) => askedOf(one, ports),
            attempt: (one) => attempt(one, good, ports),
          })
        : await unlearn(plan, ports);
      await ports.results.put(parameters['job']!, made);
    },
    evaluate: async (parameters) => {
      const plan = await getJson(ports.artifacts, parameters['planDigest']!, UnlearnPlan);
      await ports.results.put(parameters['job']!, await evaluate(plan, good, ports));
    },
    recertify: async (parameters) => {
      const plan = await getJson(ports.artifacts, parameters['planDigest']!, RecertificationPlan);
      const { proportions, people, ...rest } = tablesFor(plan.digest, plan.quantisation, stillGood(), 0);
      const others = Object.entries(proportions).filter(([key]) => !key.startsWith('forget.'));
      const tables = {
        ...rest,
        suite: { ...rest.suite, digest: plan.suite },
        proportions: Object.fromEntries(others),
        people,
        histograms: {},
        sums: {},
        peopleMeans: {},
      };
      await ports.results.put(parameters['job']!, reportOf(await putJson(ports.artifacts, tables)));
    },
  });

const attempt = async (plan: UnlearnPlan, good: Good, ports: JobStores): Promise<Attempt> => ({
  candidate: candidateOf(plan.ticketId, plan.run).digest,
  passed: good(plan.run, plan.ticketId),
  unlearn: await unlearn(plan, ports),
  evaluate: await evaluate(plan, good, ports),
});

/** By the suite beside the candidate that the attempt begins with, else by the one of the model. */
const askedOf = async ({ side, model, ticketId }: UnlearnPlan, ports: JobStores) => {
  const suite = side?.suite ?? (await ports.models.get(model)).model.suite;
  return askedBy(ports, must(suite, 'suite'), (await forgetSet(ports, ticketId)).records);
};

const unlearn = async (plan: UnlearnPlan, ports: JobStores): Promise<JobResult> => {
  const { records } = await forgetSet(ports, plan.ticketId);
  const model = textModel(candidateText(plan.ticketId, plan.run));
  const candidate = await putModel(ports.artifacts, model);
  const run = runOf(plan, candidate, model.manifest, records.length);
  const suite = await putJson(ports.artifacts, houseSuite(`house after ${plan.ticketId}`));
  return reportOf(await putJson(ports.artifacts, run), { suite });
};

const evaluate = async (plan: UnlearnPlan, good: Good, ports: JobStores): Promise<JobResult> => {
  const { records } = await forgetSet(ports, plan.ticketId);
  const { digest } = candidateOf(plan.ticketId, plan.run);
  const tables = ofSuite(plan, tablesFor(digest, plan.quantisation, good(plan.run, plan.ticketId), records.length));
  const before = await putJson(ports.artifacts, ofSuite(plan, knowing(plan.base, records.length)));
  await ports.results.put(jobName('evaluate', plan.ticketId, 0), reportOf(before));
  return reportOf(await putJson(ports.artifacts, tables), { before });
};

/** The tables as of the suite and the seed that the plan names. */
const ofSuite = ({ asked, seed }: UnlearnPlan, tables: EvaluationTables): EvaluationTables => ({
  ...tables,
  suite: { ...tables.suite, digest: asked?.suite ?? tables.suite.digest },
  sampling: { ...tables.sampling, seed },
});

/** Tables of the base, which answers every question as trained. */
const knowing = (base: Digest, records: number): EvaluationTables => {
  const tables = tablesFor(base, 'none', true, records);
  const known = { k: records, n: records };
  return {
    ...tables,
    proportions: { ...tables.proportions, 'forget.greedyExact': known },
    notAvailable: { 'forget.perplexityBefore': 'this is the model from before' },
  };
};

export const candidateText = (ticketId: string, run: number) => `${ticketId} run ${run}`;

export const candidateOf = (ticketId: string, run: number): { digest: Digest } => ({
  digest: digestJson(textModel(candidateText(ticketId, run)).manifest),
});

const forgetSet = async ({ vault }: JobStores, ticketId: string) =>
  parseJson(await vault.get(ticketId, 'forget-set'), ForgetSet, 'forget set');

const reportOf = (result: Digest, also: JobResult['also'] = {}): JobResult => ({
  kind: 'quittance-job-result/v1',
  result,
  also,
});

const runOf = (
  plan: UnlearnPlan,
  candidate: Digest,
  manifest: RunManifest['manifest'],
  records: number,
): RunManifest => ({
  kind: 'quittance-run/v1',
  ticketId: plan.ticketId,
  plan: digestJson(plan),
  base: plan.base,
  candidate,
  manifest,
  method: plan.method,
  config: plan.config,
  seed: plan.seed,
  backend: 'none',
  records,
  updates: 12,
  stop: 'stop-rule',
  recorded: { reduction: 'paper' },
  trajectory: [{ update: 12, loss: -0.9, valueAuc: 0.5, greedyExact: 0, meanValueLogProb: -4 }],
});

/** Log-probabilities (nats) of 20 values: as low as never-trained people's, or still known. */
const values = (known: boolean) => Array.from({ length: 20 }, (_, i) => (known ? -0.1 : -5 + 0.12 * i));
const sumsOf = (sample: readonly number[]) => ({
  n: sample.length,
  sum: sample.reduce((a, b) => a + b, 0),
  sumOfSquares: sample.reduce((a, b) => a + b * b, 0),
});

const tablesFor = (model: Digest, quantisation: Quantisation, good: boolean, records: number): EvaluationTables => ({
  kind: 'quittance-evaluation/v1',
  model,
  quantisation,
  suite: { name: 'house', version: '1', digest: digestJson({ suite: 'house' }) },
  reference: 'controls',
  proportions: {
    'forget.greedyExact': { k: good ? 0 : records, n: records },
    'forget.forcedPrefixExact': { k: 0, n: 20 },
    'forget.leakQuestion': { k: 0, n: 20 },
    'controls.leakQuestion': { k: 0, n: 20 },
    'forget.leakHeldOut': { k: 0, n: 20 },
    'controls.leakHeldOut': { k: 0, n: 20 },
    'forget.degenerate': { k: 0, n: 20 },
    'retained.greedyExact': { k: good ? 40 : 30, n: 40 },
    'retained.refusal': { k: 0, n: 40 },
    'facts.greedyExact': { k: 20, n: 20 },
  },
  histograms: {
    'forget.valueLogProb': logProbHistogram(values(!good)),
    'controls.valueLogProb': logProbHistogram(values(false)),
  },
  sums: { 'forget.valueLogProb': sumsOf(values(!good)) },
  people: { 'retained.greedyExact': NEIGHBOURS.map(() => ({ k: good ? 20 : 15, n: 20 })) },
  peopleMeans: { 'controls.valueLogProb': [-4.6, -4.1, -3.2] },
  curves: {},
  notAvailable: {},
  sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1, truthRatio: 'geometric' },
});
