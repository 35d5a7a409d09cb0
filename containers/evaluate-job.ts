// The job that evaluates the artefact that would be served: load → measure → tables. The suite is the base model's; the
// ticket's records are asked apart from the people who stay. Trap: an attack moves the weights and puts them back, so
// the model loaded here is used for nothing else meanwhile.
import { canonicalize, digestOf, type Digest } from '#core/canonical.ts';
import type { EvaluationTables, Measured } from '#core/evaluation.ts';
import type { ForgetRecord } from '#core/forget-set.ts';
import { ModelManifest } from '#core/model.ts';
import { getJson } from '#core/stored-json.ts';
import { namesIn } from '#datasets/reveal/whom.ts';
import { forgetRows, idsOf, readSuite } from '#datasets/suite.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { trainingRows, type Suite } from '#datasets/suite-shape.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { inference } from '#engine/inference.ts';
import type { PlannedRun } from '#engine/memory-plan.ts';
import { examOf, type ExamInput, type LeftOut } from '#evaluation/exam.ts';
import { attackable } from '#evaluation/relearn.ts';
import { measure } from '#evaluation/tables.ts';
import { evaluationRun, holdToMemory, memoryPlanNow } from './memory.ts';
import { openModel, withModelFolder } from '#engine/formats/stored-model.ts';
import type { JobEnvironment } from './unlearn-job.ts';

export interface EvaluateInput {
  model: Digest;
  /** The model before unlearning; undefined where there is none to compare with. */
  before: Digest | undefined;
  suite: Digest;
  records: readonly ForgetRecord[];
  /** Name of the person in the request, for records that the suite does not hold. */
  name?: string | undefined;
  quantisation: Quantisation;
  seed: number;
  /** Attacks that the policy of the run does not ask for, each with the reason. */
  leftOut: LeftOut;
}

/** Returns the digest of the tables. */
export const evaluateJob = async (input: EvaluateInput, environment: JobEnvironment): Promise<Digest> => {
  const stored = await suiteOf(input, environment);
  const run = await plannedRun(stored.suite, input, environment);
  holdToMemory(run, (line) => environment.onProgress?.('memory', 0, 1, line));
  const open = (digest: Digest) => openModel(environment.artifacts, digest, environment.scratch);
  const opened = await open(input.model);
  const before = input.before === undefined ? undefined : (await open(input.before)).model;
  try {
    const relearn = attackable(opened.weights, stored.suite.limits?.relearningRate);
    const { leftOut } = input;
    const asked = { model: inference(opened.model), ...(before && { before: inference(before) }), relearn, leftOut };
    return await putTables(input, stored, await measured(asked, input, stored, environment, 'evaluate'), environment);
  } finally {
    opened.model.dispose();
    before?.dispose();
  }
};

/**
 * The same suite on the model before unlearning, for the report's comparison. Left out are re-learning, and perplexity,
 * which is measured against this very model. Returns the digest of its tables.
 */
export const evaluateBefore = async (
  input: EvaluateInput & { before: Digest },
  environment: JobEnvironment,
): Promise<Digest> => {
  const stored = await suiteOf(input, environment);
  const { quantisation } = await getJson(environment.artifacts, input.before, ModelManifest);
  const { model } = await openModel(environment.artifacts, input.before, environment.scratch);
  try {
    const missing = { before: 'this is the model from before', relearn: 'measured after unlearning only' };
    const asked = { model: inference(model), missing };
    const found = await measured(asked, input, stored, environment, 'evaluate the base');
    return await putTables({ model: input.before, quantisation }, stored, found, environment);
  } finally {
    model.dispose();
  }
};

interface StoredSuite {
  readonly suite: Suite;
  readonly digest: Digest;
}

const suiteOf = async ({ suite }: EvaluateInput, { artifacts }: JobEnvironment): Promise<StoredSuite> => {
  const bytes = await artifacts.get(suite);
  return { suite: readSuite(bytes), digest: digestOf(bytes) };
};

const measured = (
  asked: Omit<ExamInput, 'suite' | 'forget' | 'names'>,
  { records, name, seed }: EvaluateInput,
  { suite }: StoredSuite,
  { onProgress }: JobEnvironment,
  stage: string,
): Promise<Measured> => {
  const [left, forget] = [withoutRecords(suite, records), forgetRows(suite, records)];
  const names = records.length === 0 ? [] : namesIn(suite, records, name);
  const exam = examOf({ ...asked, suite: left, forget, whose: idsOf(suite, records), names }, { seed });
  return measure(exam, undefined, (done, total, what) => onProgress?.(stage, done, total, what));
};

const putTables = (
  { model, quantisation }: Pick<EvaluationTables, 'model' | 'quantisation'>,
  { suite: { name }, digest }: StoredSuite,
  found: Measured,
  { artifacts }: JobEnvironment,
): Promise<Digest> => {
  const suite = { name, version: '1', digest };
  const about = { kind: 'quittance-evaluation/v1', model, quantisation, suite, reference: 'controls' } as const;
  const tables: EvaluationTables = { ...about, ...found };
  return artifacts.put(Buffer.from(canonicalize(tables)));
};

/** Whether a second evaluation may be made in another process at the same time. */
export const hasRoomForTwo = async (input: EvaluateInput, environment: JobEnvironment): Promise<boolean> => {
  const { suite } = await suiteOf(input, environment);
  const { total, available } = memoryPlanNow(await plannedRun(suite, input, environment));
  return 2 * total <= available;
};

/** What the evaluation takes, before any weight is read. */
const plannedRun = (
  suite: Suite,
  { model, before, leftOut, records }: EvaluateInput,
  { artifacts, backend, scratch }: JobEnvironment,
): Promise<PlannedRun> => {
  const rows = trainingRows(suite);
  // without records nothing is attacked
  const everyLayer = records.length > 0 && leftOut.relearntBody5x30 === undefined;
  return withModelFolder(artifacts, model, scratch, (dir) =>
    evaluationRun({ ...readModelParts(dir), rows, backend }, before !== undefined, everyLayer ? 'body' : 'mlp'),
  );
};
