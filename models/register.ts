// Registers a model folder. With its evaluation suite a model can be judged and is served from then on, and its training manifest, made from the suite's rows,
// lets tickets in. Trap: the suite must be that of the training: a record that is not in it matches nothing.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSuite } from '#datasets/suite.ts';
import { trainingRows } from '#datasets/world.ts';
import { checkModelFolder } from '#engine/formats/folder.ts';
import { materialize, storeModel } from '#engine/formats/stored-model.ts';
import { MOMENTS_FILE } from '#engine/moments.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { trainingManifest } from '#core/forget-set.ts';
import type { ModelRecord } from '#core/model.ts';
import type { Ports, ServingTarget } from '#core/ports.ts';
import { putJson } from '#core/stored-json.ts';

type Stores = Pick<Ports, 'artifacts' | 'models' | 'pseudonyms' | 'clock'>;

/** Stores a checked model folder and registers it under a new name. INVALID_INPUT where the name is taken, before anything is stored. */
export const register = async (
  stores: Stores,
  name: string,
  dir: string,
  side: Partial<Pick<ModelRecord, 'suite' | 'trainingManifest'>> = {},
): Promise<ModelRecord> => {
  await refuseTaken(stores.models, name);
  const { digest } = await storeModel(stores.artifacts, dir, checkModelFolder(dir, { values: false }));
  const moments = join(dir, MOMENTS_FILE);
  const record: ModelRecord = {
    name,
    digest,
    status: 'active',
    deletions: 0,
    quarantined: [],
    certificates: [],
    recertification: { state: 'never' },
    ...side,
    ...(existsSync(moments) ? { moments: await stores.artifacts.put(readFileSync(moments)) } : {}),
    updatedAt: stores.clock.now().toISOString(),
  };
  await stores.models.put(record, 0);
  return record;
};

const refuseTaken = async (models: Stores['models'], name: string): Promise<void> => {
  const taken = await models.get(name).catch((error: unknown) => {
    if (!isQuittanceError(error, 'MODEL_NOT_FOUND')) throw error;
  });
  if (taken)
    throw new QuittanceError('INVALID_INPUT', {
      message: `a model called '${name}' is registered already`,
      hint: 'take another name; weights of a registered model change by deletions only',
    });
};

/** … with the suite of its training, and serves it. INVALID_INPUT where the bytes are no suite, before anything is stored. */
export const registerTrained = async (
  stores: Stores & { serving: Pick<ServingTarget, 'promote'> },
  name: string,
  dir: string,
  suite: Uint8Array,
): Promise<ModelRecord> => {
  const rows = trainingRows(readSuite(suite)).map(({ question, answer, subject, kind }) => ({
    question,
    answer,
    ...(kind === 'person' ? { person: subject } : {}),
  }));
  const manifest = await trainingManifest(rows, (purpose, text) => stores.pseudonyms.of(purpose, text));
  const side = {
    suite: await stores.artifacts.put(suite),
    trainingManifest: await putJson(stores.artifacts, manifest),
  };
  const record = await register(stores, name, dir, side);
  await stores.serving.promote(name, record.digest, undefined);
  return record;
};

/** Writes a registered model into a folder: what is served, and its moments, which hold no example. Its suite does, and stays. */
export const writeModelFolder = async (
  { artifacts }: Pick<Stores, 'artifacts'>,
  { digest, moments }: ModelRecord,
  into: string,
): Promise<void> => {
  await materialize(artifacts, digest, into);
  if (moments !== undefined) writeFileSync(join(into, MOMENTS_FILE), await artifacts.get(moments));
};
