// The job that evaluates the artefact that would be served: load → measure → re-learn → tables → metrics. The suite is the base model's; the ticket's records
// are set apart from those who stay. Trap: re-learning changes the weights, so it comes last, on the model's own copy, and is reported, not gated.
import { canonicalize, digestOf, type Digest, type Json } from '#core/canonical.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import type { ForgetRecord } from '#core/forget-set.ts';
import { forgetRows, readSuite, withoutRecords, type ForgetRow } from '#datasets/suite.ts';
import { trainingRows, type PeopleWorld } from '#datasets/world.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { inference } from '#engine/inference.ts';
import { computeMetrics, evidenceOf, metrics } from '#evaluation/metrics.ts';
import type { Model } from '#engine/model.ts';
import { measure, MEASURE_DEFAULTS, type Measured, type MeasureOptions } from '#evaluation/measure.ts';
import { relearnCurve } from '#evaluation/relearn.ts';
import { evaluationRun, holdToMemory } from './memory.ts';
import { openModel, readManifest, withModelFolder } from '#engine/formats/stored-model.ts';
import type { JobEnvironment } from './unlearn-job.ts';

export interface EvaluateInput {
  model: Digest;
  /** The model before unlearning; undefined where there is none to compare with. */
  before: Digest | undefined;
  suite: Digest;
  records: readonly ForgetRecord[];
  quantisation: 'none' | 'int8';
  seed: number;
}

export const evaluateJob = async (
  input: EvaluateInput,
  environment: JobEnvironment,
): Promise<{ result: Digest; metrics: Digest }> => {
  const bytes = await environment.artifacts.get(input.suite);
  const world = readSuite(bytes);
  const forget = forgetRows(world, input.records);
  await withModelFolder(environment.artifacts, input.model, environment.scratch, (dir) =>
    planFor(readModelParts(dir), world, input.before !== undefined, environment),
  );
  const model = await openModel(environment.artifacts, input.model, environment.scratch);
  const before =
    input.before === undefined ? undefined : await openModel(environment.artifacts, input.before, environment.scratch);
  try {
    const options = optionsOf(input, world, environment, 'evaluate');
    const measured = measure(
      inference(model),
      withoutRecords(world, input.records),
      forget,
      before && inference(before),
      options,
    );
    const curves: EvaluationTables['curves'] = {};
    const scored = await metricsOf(input, { model, before, world, forget });
    if (forget.length > 0)
      curves['forget.relearn'] = await relearnCurve(model, forget, input.seed, world.limits?.relearningRate);
    const tables = tablesOf(input, { name: world.name, version: '1', digest: digestOf(bytes) }, measured, curves);
    const result = await environment.artifacts.put(Buffer.from(canonicalize(tables as unknown as Json)));
    const report = { metrics: scored } as unknown as Json;
    return { result, metrics: await environment.artifacts.put(Buffer.from(canonicalize(report))) };
  } finally {
    model.dispose();
    before?.dispose();
  }
};

/**
 * The same suite on the model from before, for the report's comparison: tables without re-learning, and without perplexity, which compares with this very model.
 * Returns their digest.
 */
export const evaluateBefore = async (
  input: EvaluateInput & { before: Digest },
  environment: JobEnvironment,
): Promise<Digest> => {
  const bytes = await environment.artifacts.get(input.suite);
  const world = readSuite(bytes);
  const { quantisation } = await readManifest(environment.artifacts, input.before);
  const model = await openModel(environment.artifacts, input.before, environment.scratch);
  try {
    const options = optionsOf(input, world, environment, 'evaluate the base');
    const [left, forget] = [withoutRecords(world, input.records), forgetRows(world, input.records)];
    const measured = measure(inference(model), left, forget, undefined, options);
    if (forget.length > 0) measured.notAvailable['forget.perplexityBefore'] = 'this is the model from before';
    const suite = { name: world.name, version: '1', digest: digestOf(bytes) };
    const tables = tablesOf({ ...input, model: input.before, quantisation }, suite, measured, {});
    return await environment.artifacts.put(Buffer.from(canonicalize(tables as unknown as Json)));
  } finally {
    model.dispose();
  }
};

const optionsOf = (
  { seed }: EvaluateInput,
  world: PeopleWorld,
  { onProgress }: JobEnvironment,
  stage: string,
): MeasureOptions => ({
  ...MEASURE_DEFAULTS,
  ...(world.limits && { controlSamples: world.limits.controlSamples }),
  seed,
  onProgress: (done, total, what) => onProgress?.(stage, done, total, what),
});

/** Says what the evaluation takes; MEMORY_PLAN before any weight is read where it does not fit. */
const planFor = (
  parts: Pick<Model, 'config' | 'tokenizer'>,
  world: PeopleWorld,
  before: boolean,
  { backend, onProgress }: JobEnvironment,
): void => {
  const rows = trainingRows(world);
  holdToMemory(evaluationRun({ ...parts, rows, backend }, before), (line) => onProgress?.('memory', 0, 1, line));
};

/** Sampled leaks and re-learning are in the tables already; measuring them twice would double the job's time. */
const IN_TABLES = new Set(['leak-rate', 'leak-rate-held-out', 'relearning']);

/** Every metric of docs/metrics.md, for the report; the gate reads the tables alone. */
const metricsOf = (
  { records, seed }: EvaluateInput,
  {
    model,
    before,
    world,
    forget,
  }: { model: Model; before: Model | undefined; world: PeopleWorld; forget: ForgetRow[] },
) =>
  computeMetrics(
    evidenceOf(
      {
        model: inference(model),
        world: withoutRecords(world, records),
        ...(forget.length > 0 && { forget }),
        ...(before && { reference: inference(before) }),
      },
      { seed, ...(world.limits && { maxRows: world.limits.maxRows }) },
    ),
    metrics.map(({ name }) => name).filter((name) => !IN_TABLES.has(name)),
  );

const tablesOf = (
  { model, quantisation, seed }: EvaluateInput,
  suite: EvaluationTables['suite'],
  measured: Measured,
  curves: EvaluationTables['curves'],
): EvaluationTables => ({
  kind: 'quittance-evaluation/v1',
  model,
  quantisation,
  suite,
  reference: 'controls',
  ...measured,
  curves,
  sampling: { temperature: MEASURE_DEFAULTS.temperature, samplesPerPrompt: MEASURE_DEFAULTS.samplesPerPrompt, seed },
});
