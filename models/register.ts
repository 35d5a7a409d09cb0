// Registers a model folder, on whatever stores it is given: a data folder's or an installation's on AWS. With its
// evaluation suite a model can be judged and is served from then on, and its training manifest, made from the suite's
// rows, lets tickets in.
// Traps: the suite must be the one of the training, because a record that it lacks matches nothing. And the registry's
// row is written last, after everything that it names is stored and served: an import that was killed has registered
// nothing, and the same import again completes it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSuite } from '#datasets/suite.ts';
import { trainingRows } from '#datasets/suite-shape.ts';
import { chainOfFolder, checkFolder } from '#engine/formats/made-folder.ts';
import { materialize, storeModel } from '#engine/formats/stored-model.ts';
import { MOMENTS_FILE } from '#engine/corpus-moments.ts';
import type { Baseline } from '#core/baseline.ts';
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { trainingManifest, type TrainingRow } from '#core/forget-set.ts';
import type { ModelRecord, SideArtefacts } from '#core/model.ts';
import type { Ports, ServingTarget } from '#core/ports.ts';
import type { GatePolicy } from '#core/policy.ts';
import { putJson } from '#core/stored-json.ts';
import type { StoredIndex } from './store-corpus.ts';

export type RegistryStores = Pick<Ports, 'artifacts' | 'models' | 'pseudonyms' | 'clock'> & {
  readonly serving: Pick<ServingTarget, 'served' | 'promote'>;
};

export interface OfferedModel {
  readonly name: string;
  /** A folder that is complete: config, weights, tokenizer, moments where there are some. */
  readonly dir: string;
  /** Without it the model is registered and not served, and no ticket can be filed for it. */
  readonly suite?: Uint8Array | undefined;
  /** The encrypted index of its rows (models/store-corpus.ts). */
  readonly corpus?: StoredIndex | undefined;
  /** What its tickets are judged by; the installation's default where absent. */
  readonly policy?: GatePolicy | undefined;
  /** What it does before any deletion. */
  readonly baseline?: Baseline | undefined;
  /** How it was trained, stored already (models/training.ts). */
  readonly training?: { readonly lineage: Digest; readonly base: Digest } | undefined;
}

/**
 * The new record; or, of a model that is registered with these very weights and lacks suite, moments or training
 * manifest (a registry that was rolled forward after a restore), the record with what was missing. INVALID_INPUT where
 * the name is taken otherwise or the bytes are no suite, SERVED_MISMATCH where something else is served under a name
 * that the registry does not know; both before anything is stored.
 */
export const register = async (stores: RegistryStores, offered: OfferedModel): Promise<ModelRecord> => {
  const { name, dir, suite, corpus, training } = offered;
  const rows = suite && rowsOf(suite);
  const quantisation = checkFolder(dir);
  const [{ digest }] = chainOfFolder(dir, quantisation);
  const found = await registered(stores.models, name);
  const lacking = sidesOf(offered).filter((side) => found?.model[side] === undefined);
  const lacksCorpus = corpus !== undefined && found?.model.corpus === undefined;
  if (found && (found.model.digest !== digest || (lacking.length === 0 && !lacksCorpus))) throw taken(name);
  const served = suite && (await stores.serving.served(name))?.digest;
  if (!found && served !== undefined && served !== digest) throw servedAlready(name, served);
  await storeModel(stores.artifacts, dir, quantisation);
  const side = await storeSide(stores, offered, rows);
  if (suite && served === undefined) await stores.serving.promote(name, digest, undefined);
  const updatedAt = stores.clock.now().toISOString();
  const index = {
    ...(lacksCorpus && { corpus: corpus.id, corpusDigest: corpus.digest }),
    ...(lacksCorpus && training && { training: training.lineage, trainedFrom: training.base }),
  };
  const policy = offered.policy && { policy: await putJson(stores.artifacts, offered.policy) };
  const baseline = offered.baseline && { baseline: await putJson(stores.artifacts, offered.baseline) };
  const record = {
    ...(found?.model ?? unproven(name, digest)),
    ...policy,
    ...baseline,
    ...pick(side, lacking),
    ...index,
    updatedAt,
  };
  await stores.models.put(record, found?.version ?? 0);
  return record;
};

/**
 * INVALID_INPUT where nothing could be registered under this name: it has a model with suite and corpus already, or,
 * where the folder is known, another one. Asked before anything is read or measured; `register` looks again.
 */
export const requireFree = async (models: RegistryStores['models'], name: string, dir?: string): Promise<void> => {
  const found = await registered(models, name);
  if (!found) return;
  const whole = found.model.suite !== undefined && found.model.corpus !== undefined;
  const other = dir !== undefined && chainOfFolder(dir, checkFolder(dir))[0].digest !== found.model.digest;
  if (whole || other) throw taken(name);
};

type Side = keyof SideArtefacts;

/** What the offer brings beside the weights. */
const sidesOf = ({ dir, suite }: OfferedModel): Side[] => [
  ...(suite ? (['suite', 'trainingManifest'] as const) : []),
  ...(existsSync(join(dir, MOMENTS_FILE)) ? (['moments'] as const) : []),
];

const pick = (side: SideArtefacts, names: readonly Side[]): SideArtefacts =>
  Object.fromEntries(names.map((name) => [name, side[name]]));

const unproven = (name: string, digest: Digest): Omit<ModelRecord, 'updatedAt'> => ({
  name,
  digest,
  status: 'active',
  deletions: 0,
  quarantined: [],
  certificates: [],
  recertification: { state: 'never' },
});

const registered = async (models: RegistryStores['models'], name: string) => {
  try {
    return await models.get(name);
  } catch (error) {
    if (isQuittanceError(error, 'MODEL_NOT_FOUND')) return undefined;
    throw error;
  }
};

/** Rows that the model was trained on, as its training manifest counts them. */
const rowsOf = (suite: Uint8Array): TrainingRow[] =>
  trainingRows(readSuite(suite)).map(({ question, answer, subject, kind }) => ({
    question,
    answer,
    ...(kind === 'person' ? { person: subject } : {}),
  }));

const storeSide = async (
  { artifacts, pseudonyms }: RegistryStores,
  { dir, suite }: OfferedModel,
  rows: readonly TrainingRow[] | undefined,
): Promise<SideArtefacts> => {
  const moments = join(dir, MOMENTS_FILE);
  const manifest = rows && (await trainingManifest(rows, (purpose, text) => pseudonyms.of(purpose, text)));
  return {
    ...(suite ? { suite: await artifacts.put(suite) } : {}),
    ...(manifest ? { trainingManifest: await putJson(artifacts, manifest) } : {}),
    ...(existsSync(moments) ? { moments: await artifacts.put(readFileSync(moments)) } : {}),
  };
};

const taken = (name: string) =>
  new QuittanceError('INVALID_INPUT', {
    message: `a model called '${name}' is registered already`,
    hint: 'take another name; weights of a registered model change by deletions only',
  });

const servedAlready = (name: string, served: Digest) =>
  new QuittanceError('SERVED_MISMATCH', {
    message: `something else is served as '${name}', which the registry does not know`,
    expected: 'nothing, or this very model',
    got: served,
    hint: 'take another name, or import the folder that is served: over it nothing is put that may know whom it has forgotten',
  });

/**
 * Writes a registered model into a folder: what is served, and its moments, which hold no example. Not its suite, which
 * does.
 */
export const writeModelFolder = async (
  { artifacts }: Pick<RegistryStores, 'artifacts'>,
  { digest, moments }: ModelRecord,
  into: string,
): Promise<void> => {
  await materialize(artifacts, digest, into);
  if (moments !== undefined) writeFileSync(join(into, MOMENTS_FILE), await artifacts.get(moments));
};
