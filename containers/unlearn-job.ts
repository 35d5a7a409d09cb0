// The job that unlearns: load → tokenise the forget set → moments → method → (int8 copy) → store → manifest. It reads the forget records from the vault, and
// nothing of the retained people unless the method says that it needs them; FLAT does not.
// Trap: the moments of the base lose the forget rows' share for good, before the projection is made from them.
import { mkdtempSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalize, digestJson, type Digest, type Json } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ForgetRecord } from '#core/forget-set.ts';
import type { ArtifactStore } from '#core/ports.ts';
import type { RunManifest, UnlearnPlan } from '#core/run.ts';
import { savesOf, type SaveOptions } from './run-saves.ts';
import { forgetRows, readSuite, suiteBytes, withoutRecords, type ForgetRow } from '#datasets/suite.ts';
import { answerOf, promptOf, trainingRows, type PeopleWorld } from '#datasets/world.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { collectMoments, readMoments, subtractMoments, writeMoments, type Moments } from '#engine/moments.ts';
import { loadModel, readModelParts } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import type { Parts } from '#engine/accumulate.ts';
import { unlearningParts } from './memory.ts';
import { encodeRows } from './train-job.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import { storeModel, withModelFolder } from '#engine/formats/stored-model.ts';
import { findMethod } from '#unlearning/methods.ts';
import { loadForUpdate, updateOf } from '#unlearning/update.ts';
import type { Example, ForgetOnlyContext, Outcome, TrajectoryPoint } from '#unlearning/method.ts';

export interface UnlearnInput {
  plan: UnlearnPlan;
  records: readonly ForgetRecord[];
  /** Artefacts beside the model: its suite and, where it came with them, its corpus moments. */
  suite: Digest;
  moments: Digest | undefined;
}

export interface JobEnvironment {
  artifacts: ArtifactStore;
  /** A folder for scratch files that may be lost. */
  scratch: string;
  backend: string;
  onProgress?: (stage: string, done: number, total: number, detail?: string) => void;
  /** Where a run saves itself and goes on from. */
  saves?: SaveOptions;
}

export interface UnlearnResult {
  run: RunManifest;
  /** What replaces the base model's side artefacts when the candidate is deployed. */
  suite: Digest;
  moments: Digest | undefined;
}

export const unlearnJob = async (input: UnlearnInput, environment: JobEnvironment): Promise<UnlearnResult> => {
  const { plan, records } = input;
  const world = readSuite(await environment.artifacts.get(input.suite));
  const rows = forgetRows(world, records);
  return withModelFolder(environment.artifacts, plan.base, environment.scratch, async (dir) => {
    const parts = planFor(plan, readModelParts(dir), { rows, templates: world.refusals }, environment);
    const saves = environment.saves && savesOf(identityOf(input, parts), environment.saves);
    const model = loadForUpdate(dir, updateOf(findMethod(plan.method), plan.config));
    try {
      const moments = await momentsFor(model, world, rows, input.moments, environment);
      const context: ForgetOnlyContext = {
        model,
        ...contextOf(model, world),
        forget: rows.map((row) => exampleOf(model, row)),
        moments,
        seed: plan.seed,
        parts,
        ...(saves && { saves }),
        onUpdate: (point) => environment.onProgress?.('unlearn', point.update, point.update, describe(point)),
      };
      const outcome = await runMethod(plan, context, dir, withoutRecords(world, records));
      const stored = await storeCandidate(dir, model, plan, environment);
      const side = {
        suite: await environment.artifacts.put(suiteBytes(withoutRecords(world, records))),
        moments: moments.source === 'corpus' ? await putMoments(moments.values, environment) : undefined,
      };
      await saves?.done(); // what the run costs after its last update is cheap enough to be paid twice
      return { run: manifestOfRun(plan, records.length, outcome, stored, environment.backend), ...side };
    } finally {
      model.dispose();
    }
  });
};

/** Says what the run takes, and how much of a batch at once; MEMORY_PLAN before any weight is read where not one row fits. */
const planFor = (
  { method, config }: UnlearnPlan,
  parts: Pick<Model, 'config' | 'tokenizer'>,
  { rows, templates }: { rows: readonly ForgetRow[]; templates: readonly string[] },
  { backend, onProgress }: JobEnvironment,
): Parts =>
  unlearningParts({ ...parts, rows, backend }, templates, findMethod(method), config, (line) =>
    onProgress?.('memory', 0, 1, line),
  );

/** The same plan on the same side artefacts is the same run; sums in another order are another. */
const identityOf = ({ plan, suite, moments }: UnlearnInput, parts: Parts): Digest =>
  digestJson({ job: 'unlearn', plan: digestJson(plan), suite, moments: moments ?? null, ...parts });

/** Runs the plan's method with what it needs beside the forget data, and nothing that it does not. */
const runMethod = async (
  plan: UnlearnPlan,
  context: ForgetOnlyContext,
  base: string,
  staying: PeopleWorld,
): Promise<Outcome> => {
  const method = findMethod(plan.method);
  const retain = method.needs.includes('retain') ? { retain: encodeRows(context.model, trainingRows(staying)) } : {};
  const reference = method.needs.includes('reference') ? loadModel(base) : undefined;
  try {
    return await method.run({ ...context, ...retain, ...(reference && { reference }) }, plan.config);
  } finally {
    reference?.dispose();
  }
};

/** What every method gets from the suite: template answers and stop controls, tokenised. */
export const contextOf = (model: Model, world: PeopleWorld): Pick<ForgetOnlyContext, 'templates' | 'stopControls'> => ({
  templates: world.refusals.map((line) => inference(model).encodeAnswer(answerOf(line, world))),
  stopControls: world.controls.stop.flatMap(({ records }) => records).map((row) => exampleOf(model, row)),
});

const describe = (point: TrajectoryPoint): string =>
  `value AUC ${point.valueAuc.toFixed(2)}, exact ${(100 * point.greedyExact).toFixed(0)} %`;

/** A row as token ids, with the answer tokens that overlap its personal value. */
export const exampleOf = (
  model: Model,
  row: { prompt: string; answer: string; value?: ForgetRow['value'] },
): Example => {
  const { encodePrompt, encodeAnswer } = inference(model);
  const answer = encodeAnswer(row.answer);
  const spans = model.tokenizer.spans(row.answer, answer.slice(0, -1));
  const value = row.value ?? { start: 0, end: row.answer.length };
  const valueTokens = spans.flatMap(([start, end], i) => (end > value.start && start < value.end ? [i] : []));
  if (valueTokens.length === 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'a forget record marks a value that its answer does not contain',
    });
  return { prompt: encodePrompt(row.prompt), answer, valueTokens };
};

/** Corpus moments less the forget rows' own share; control moments where the model came without. */
const momentsFor = async (
  model: Model,
  world: PeopleWorld,
  rows: readonly ForgetRow[],
  digest: Digest | undefined,
  environment: JobEnvironment,
): Promise<NonNullable<ForgetOnlyContext['moments']>> => {
  const encode = (row: { prompt: string; answer: string }) => {
    const { encodePrompt, encodeAnswer } = inference(model);
    return { prompt: encodePrompt(row.prompt), answers: [encodeAnswer(row.answer)] };
  };
  if (digest === undefined) {
    const people = world.controls.whitening.flatMap(({ records }) => records);
    return { source: 'controls', values: collectMoments(model, [...people.map(encode), ...ownAnswers(model, people)]) };
  }
  const own = rows.flatMap((row) => trainedWordings(row, world)).map(encode);
  return {
    source: 'corpus',
    values: subtractMoments(await getMoments(digest, environment), collectMoments(model, own)),
  };
};

/** The record in every wording that the model was trained on. */
const trainedWordings = (row: ForgetRow, { frame }: PeopleWorld): { prompt: string; answer: string }[] =>
  row.trainedParaphrase && row.paraphrase !== undefined
    ? [row, { prompt: promptOf(row.paraphrase, frame), answer: row.answer }]
    : [row];

/** Questions about never-trained people with what the model itself says to them. */
const ownAnswers = (model: Model, rows: readonly { prompt: string }[]) => {
  const { encodePrompt, generate, encodeAnswer } = inference(model);
  const said = generate(
    rows.map(({ prompt }) => prompt),
    { maxTokens: 24 },
  );
  return rows.map(({ prompt }, i) => ({ prompt: encodePrompt(prompt), answers: [encodeAnswer(said[i]!.text)] }));
};

const inScratch = async <T>({ scratch }: JobEnvironment, use: (path: string) => Promise<T>): Promise<T> => {
  const dir = mkdtempSync(join(scratch, 'moments-'));
  try {
    return await use(join(dir, 'moments.safetensors'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const getMoments = (digest: Digest, environment: JobEnvironment): Promise<Moments> =>
  inScratch(environment, async (path) => {
    writeFileSync(path, await environment.artifacts.get(digest));
    const moments = readMoments(path);
    if (!moments) throw new QuittanceError('STORE_CORRUPT', { message: 'the moments of the base model are gone' });
    return moments;
  });

const putMoments = (moments: Moments, environment: JobEnvironment): Promise<Digest> =>
  inScratch(environment, async (path) => {
    writeMoments(path, moments);
    return environment.artifacts.put(readFileSync(path));
  });

/** Saves the unlearned weights as they will be served. */
const storeCandidate = async (
  base: string,
  model: Model,
  plan: UnlearnPlan,
  { artifacts, scratch }: JobEnvironment,
) => {
  const dir = mkdtempSync(join(scratch, 'candidate-'));
  try {
    const out = join(dir, 'model');
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
  stored: Awaited<ReturnType<typeof storeModel>>,
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
  recorded: outcome.recorded,
  trajectory: outcome.trajectory,
});

export const runBytes = (run: RunManifest): Uint8Array => Buffer.from(canonicalize(run as unknown as Json));
