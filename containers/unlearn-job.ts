// The job that unlearns: settings → forget set → run (run-unlearning.ts) → (int8 copy) → store → manifest. It reads the
// forget records from the vault, and data of retained people only where the method needs it; FLAT does not. Trap: wrong
// settings must cost nothing, so they are parsed before the model is read.
import { mkdtempSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalize, digestJson, type Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ForgetRecord } from '#core/forget-set.ts';
import { AdapterManifest, ModelManifest } from '#core/model.ts';
import type { ArtifactStore } from '#core/ports.ts';
import type { Quantisation } from '#core/quantisation.ts';
import type { RunManifest, UnlearnPlan } from '#core/run.ts';
import { getJson } from '#core/stored-json.ts';
import { savesOf, type SaveOptions } from './run-saves.ts';
import { forgetRows, idsOf, readSuite, suiteBytes } from '#datasets/suite.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { partLeft } from './part-left.ts';
import { retainedRows } from './retained-rows.ts';
import type { Model } from '#engine/model.ts';
import { readMoments, writeMoments, type CorpusMoments } from '#engine/corpus-moments.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import type { Parts } from '#engine/accumulate.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import { storeFiles, storeModel, withModelFolder, type StoredModel } from '#engine/formats/stored-model.ts';
import { weightsFolder } from '#engine/formats/folder-kind.ts';
import { writeAdapterOf, writeAssistant } from '#engine/formats/save-made.ts';
import { isLoraModel, type LoraConfig } from '#engine/lora.ts';
import { fitAdapter, recordedOf } from '#engine/formats/fit-adapter.ts';
import { configured } from '#unlearning/methods.ts';
import type { Outcome, TrajectoryPoint } from '#unlearning/method.ts';
import type { PreparedTraining } from './retrain.ts';
import { baseIn, checkKept, fitsAdapter, runUnlearning } from './run-unlearning.ts';

export interface UnlearnInput {
  plan: UnlearnPlan;
  records: readonly ForgetRecord[];
  /** The model itself revealed them, and nobody holds them. */
  revealed?: boolean;
  /** Artefacts beside the model: its suite and, where it came with them, its corpus moments. */
  suite: Digest;
  moments: Digest | undefined;
  /** The recorded training of the model, where the plan's method trains anew. */
  training?: PreparedTraining | undefined;
}

export interface JobEnvironment {
  artifacts: ArtifactStore;
  /** A folder for scratch files, which may be lost. */
  scratch: string;
  backend: string;
  onProgress?: (stage: string, done: number, total: number, detail?: string) => void;
  /** How a run saves itself and resumes. */
  saves?: SaveOptions;
  /** Starts another job on a core that is left; absent where there is none. */
  beside?: (job: BesideJob) => Beside;
}

export interface BesideJob {
  /** Under which it leaves its result. */
  name: string;
  definition: string;
  parameters: Readonly<Record<string, string>>;
}

export interface Beside {
  /** Whether it left a result or failed: its results tell. */
  ended: Promise<void>;
  end(): void;
}

export interface UnlearnResult {
  run: RunManifest;
  /** Of the method's run alone. */
  seconds: number;
  /** What replaces the base model's side artefacts when the candidate is deployed. */
  suite: Digest;
  moments: Digest | undefined;
}

/** METHOD_UNKNOWN or METHOD_CONFIG before anything of the model is read. */
export const unlearnJob = async (input: UnlearnInput, environment: JobEnvironment): Promise<UnlearnResult> => {
  const { plan, records, moments, training } = input;
  const method = configured(plan.method, plan.config);
  const { artifacts, backend, onProgress, saves } = environment;
  const suite = readSuite(await artifacts.get(input.suite));
  const [staying, forget] = [withoutRecords(suite, records), forgetRows(suite, records)];
  const left = (model: Model) => partLeft(staying, idsOf(suite, records), model);
  const stored = await getJson(artifacts, plan.base, ModelManifest);
  return withModelFolder(artifacts, plan.base, environment.scratch, (dir) => {
    const base = baseIn(dir);
    checkKept(base, method, stored.quantisation, plan.quantisation);
    const fit = fitsAdapter(base, method, stored.quantisation, plan.quantisation);
    const storeMade = (model: Model, { composed }: Outcome) => {
      if (composed) return storeComposed(composed, plan, stored.quantisation, environment);
      return fit ? storeFitted(dir, model, fit, plan, environment) : storeCandidate(dir, model, plan, environment);
    };
    return runUnlearning(
      {
        base,
        method,
        ...{ forget, revealed: input.revealed },
        suite,
        corpus: moments === undefined ? undefined : () => getMoments(moments, environment),
        training,
        retain: retainedRows(staying, forget),
        seed: plan.seed,
        backend,
        saves: (parts) => saves && savesOf(identityOf(input, parts), { ...saves, ticketId: plan.ticketId }),
        onMemory: (line) => onProgress?.('memory', 0, 1, line),
        onUpdate: (point) => onProgress?.('unlearn', point.update, point.update, describe(point)),
      },
      async ({ model, outcome, corpus, seconds }) => ({
        seconds,
        run: manifestOfRun(plan, records.length, outcome, await storeMade(model, outcome), backend),
        suite: await artifacts.put(suiteBytes(outcome.composed ? staying : left(model))),
        moments: corpus && (await putMoments(corpus, environment)),
      }),
    );
  });
};

/**
 * The same plan on the same side artefacts is the same run; with other `parts` it adds in another order and is another
 * run.
 */
const identityOf = ({ plan, suite, moments }: UnlearnInput, parts: Parts): Digest =>
  digestJson({ job: 'unlearn', plan: digestJson(plan), suite, moments: moments ?? null, ...parts });

const describe = (point: TrajectoryPoint): string =>
  `value AUC ${point.valueAuc.toFixed(2)}, exact ${(100 * point.greedyExact).toFixed(0)} %`;

const inScratch = async <T>({ scratch }: JobEnvironment, use: (path: string) => Promise<T>): Promise<T> => {
  const dir = mkdtempSync(join(scratch, 'moments-'));
  try {
    return await use(join(dir, 'moments.safetensors'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const getMoments = (digest: Digest, environment: JobEnvironment): Promise<CorpusMoments> =>
  inScratch(environment, async (path) => {
    writeFileSync(path, await environment.artifacts.get(digest));
    const moments = readMoments(path);
    if (!moments) throw new QuittanceError('STORE_CORRUPT', { message: 'the moments of the base model are gone' });
    return moments;
  });

const putMoments = (moments: CorpusMoments, environment: JobEnvironment): Promise<Digest> =>
  inScratch(environment, async (path) => {
    writeMoments(path, moments);
    return environment.artifacts.put(readFileSync(path));
  });

interface Stored extends StoredModel {
  /** What storing did to the model, beside what the method recorded. */
  recorded?: Outcome['recorded'];
}

/** Saves an adapter that is fitted to what moved, beside the base of before. */
const storeFitted = async (
  folder: string,
  model: Model,
  fit: LoraConfig,
  plan: UnlearnPlan,
  { artifacts, scratch }: JobEnvironment,
): Promise<Stored> => {
  const dir = mkdtempSync(join(scratch, 'candidate-'));
  const fitted = fitAdapter(weightsFolder(folder), model, fit);
  try {
    const before = await getJson(artifacts, plan.base, AdapterManifest);
    const files = writeAdapterOf(dir, fitted.adapter, folder);
    return { ...(await storeFiles(artifacts, dir, { ...before, files })), recorded: recordedOf(fitted) };
  } finally {
    fitted.dispose();
    rmSync(dir, { recursive: true, force: true });
  }
};

/** Saves an assistant of the model that the plan is about, which stays as it is beneath it. */
const storeComposed = async (
  { assistant, combination }: NonNullable<Outcome['composed']>,
  { base }: UnlearnPlan,
  quantisation: Quantisation,
  { artifacts, scratch }: JobEnvironment,
): Promise<StoredModel> => {
  const dir = mkdtempSync(join(scratch, 'candidate-'));
  try {
    const files = writeAssistant(dir, 0, assistant);
    const assistants = [{ layers: assistant.config.layers, files }];
    const manifest = { kind: 'quittance-composed/v1', target: base, assistants, combination, quantisation } as const;
    return await storeFiles(artifacts, dir, manifest);
  } finally {
    assistant.dispose();
    rmSync(dir, { recursive: true, force: true });
  }
};

/** Saves what was unlearned as it will be served: weights, or the adapter beside the base of before. */
const storeCandidate = async (
  folder: string,
  model: Model,
  plan: UnlearnPlan,
  { artifacts, scratch }: JobEnvironment,
): Promise<StoredModel> => {
  const dir = mkdtempSync(join(scratch, 'candidate-'));
  try {
    if (isLoraModel(model)) {
      const before = await getJson(artifacts, plan.base, AdapterManifest);
      return await storeFiles(artifacts, dir, { ...before, files: writeAdapterOf(dir, model, folder) });
    }
    const out = join(dir, 'model');
    const base = weightsFolder(folder);
    saveModel(out, model, {
      configJson: readJsonFile(join(base, 'config.json')),
      files: companionFiles(base),
      quantisation: plan.quantisation,
    });
    return await storeModel(artifacts, out, plan.quantisation);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const manifestOfRun = (
  plan: UnlearnPlan,
  records: number,
  outcome: Outcome,
  stored: Stored,
  backend: string,
): RunManifest => ({
  kind: 'quittance-run/v1',
  ticketId: plan.ticketId,
  plan: digestJson(plan),
  base: plan.base,
  candidate: stored.digest,
  manifest: stored.manifest,
  method: plan.method,
  config: plan.config,
  seed: plan.seed,
  backend,
  records,
  updates: outcome.updates,
  stop: outcome.stop,
  recorded: { ...outcome.recorded, ...stored.recorded },
  trajectory: outcome.trajectory,
});

export const runBytes = (run: RunManifest): Uint8Array => Buffer.from(canonicalize(run));
