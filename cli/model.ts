// `quittance model`: the registry. Import checks a folder whole before anything is registered; export writes a folder that transformers loads.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { materialize, storeModel } from '#containers/model-files.ts';
import { readConfig } from '#containers/engine/config.ts';
import { checkModelFolder, readJsonFile } from '#containers/engine/folder.ts';
import { importModel } from '#containers/engine/import.ts';
import { parameterCount } from '#containers/engine/model.ts';
import { readMoments } from '#containers/engine/moments.ts';
import { MOMENTS_FILE } from '#containers/train-job.ts';
import type { ModelRecord } from '#core/model.ts';
import { QuittanceError } from '#core/errors.ts';
import { usageError, type Arguments, type Command, type ExitCode } from './command.ts';
import { existingFolder, required } from './values.ts';

export const model: Command = {
  name: 'model',
  summary: 'model registry',
  usage: 'import DIR|FILE.gguf --name N | list | show N | export N DIR',
  options: { name: { kind: 'value', value: 'N', summary: 'name to register under' } },
  example: 'quittance model import ./my-model --name support-bot',
  async run(args) {
    const [verb, ...rest] = args.positionals;
    const found = VERBS[verb ?? ''];
    if (!found) throw usageError(`model ${verb ?? ''}: unknown`, Object.keys(VERBS).join(' | '));
    return found(args, rest);
  },
};

const describe = (record: ModelRecord): string =>
  `${record.name}  ${record.digest}  ${record.status}  ${record.deletions} deletions  re-certification: ${record.recertification.state}`;

const importFrom = async (args: Arguments, [source]: string[]): Promise<ExitCode> => {
  if (!source) throw usageError('model import DIR|FILE.gguf --name N: the model is missing');
  const name = required(args, 'name');
  const scratch = mkdtempSync(join(tmpdir(), 'quittance-import-'));
  try {
    const at = join(scratch, 'model');
    await importModel(source, at); // everything is checked before anything is stored
    copyMoments(source, at);
    const record = await registering(args, name, at);
    const config = readConfig(readJsonFile(join(at, 'config.json')));
    args.print({ ...record, parameters: parameterCount(config) }, () => describe(record));
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** Corpus moments stand beside the weights in folders of our own; they are checked before they are taken over. */
const copyMoments = (source: string, at: string): void => {
  const moments = join(source, MOMENTS_FILE);
  if (readMoments(moments)) copyFileSync(moments, join(at, MOMENTS_FILE));
};

const registering = async (args: Arguments, name: string, at: string): Promise<ModelRecord> => {
  const stores = localStores(args.dir);
  try {
    return await register(stores, name, at);
  } finally {
    stores.close();
  }
};

type Stores = ReturnType<typeof localStores>;

/** Stores a checked model folder and registers it under a new name. */
export const register = async (
  stores: Stores,
  name: string,
  dir: string,
  side: Partial<Pick<ModelRecord, 'suite' | 'trainingManifest'>> = {},
): Promise<ModelRecord> => {
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

const list = async (args: Arguments): Promise<ExitCode> => {
  const records = await reading(args, (stores) => stores.models.list());
  args.print(records, () => (records.length > 0 ? records.map(describe).join('\n') : 'no model is registered'));
  return 0;
};

const show = async (args: Arguments, [name]: string[]): Promise<ExitCode> => {
  if (!name) throw usageError('model show N: N is missing');
  const { model: record } = await reading(args, (stores) => stores.models.get(name));
  args.print(record, () => JSON.stringify(record, null, 2));
  return 0;
};

const exportModel = async (args: Arguments, [name, dir]: string[]): Promise<ExitCode> => {
  if (!name || !dir) throw usageError('model export N DIR: N or DIR is missing');
  if (existsSync(dir))
    throw new QuittanceError('INVALID_INPUT', { message: `${dir} exists`, hint: 'export into a new folder' });
  mkdirSync(dirname(dir), { recursive: true });
  const at = mkdtempSync(join(dirname(dir), `.${basename(dir)}-`));
  try {
    const digest = await reading(args, async (stores) => {
      const { model: record } = await stores.models.get(name);
      await materialize(stores.artifacts, record.digest, at);
      return record.digest;
    });
    renameSync(at, dir);
    args.print({ name, digest, dir }, () => `${name} ${digest} → ${dir}`);
    return 0;
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
};

const reading = async <T>(args: Arguments, use: (stores: Stores) => Promise<T>): Promise<T> => {
  const stores = localStores(existingFolder(args), { lock: false });
  try {
    return await use(stores);
  } finally {
    stores.close();
  }
};

const VERBS: Readonly<Record<string, (args: Arguments, rest: string[]) => Promise<ExitCode>>> = {
  import: importFrom,
  list,
  show,
  export: exportModel,
};
