// The engine for commands that use it directly: chooses the backend once and prints on stderr which.
// Trap: these commands read model folders and registered models; a registered name is looked up without the folder's
// lock, so that they work beside a running server.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { folderKind } from '#engine/formats/folder-kind.ts';
import { openModelFolder, type OpenedModel } from '#engine/formats/made-folder.ts';
import { initBackend, type Backend, type BackendChoice, type BackendOptions } from '#engine/tf.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import type { Arguments } from './command.ts';
import { writeModelFolder } from '#models/register.ts';

const CHOICES = ['auto', 'tensorflow', 'webgpu', 'wasm', 'wasm-ort'] as const;

/** $QUITTANCE_BACKEND, else the fastest that is there; $QUITTANCE_THREADS threads, else as many as there are cores. */
export const wantedBackend = (): { choice: BackendChoice; options: BackendOptions } => {
  const wanted = process.env['QUITTANCE_BACKEND'] ?? 'auto';
  const choice = CHOICES.find((name) => name === wanted);
  if (!choice) throw usageError(`QUITTANCE_BACKEND is '${wanted}'`, `one of ${CHOICES.join(', ')}`);
  const threads = process.env['QUITTANCE_THREADS'];
  return { choice, options: threads === undefined ? {} : { threads: Number(threads) || 1 } };
};

export const backend = async (): Promise<Backend> => {
  const { choice, options } = wantedBackend();
  const found = await initBackend(choice, options);
  if (found.missed !== undefined) process.stderr.write(`slower than it could be: ${found.missed}\n`);
  return found;
};

/**
 * The folder of the model that an option names: one in Hugging Face layout, or a name in the data folder's registry.
 */
export const namedFolder = (args: Arguments, option = 'model'): Promise<string> =>
  modelFolder(args, args.value(option) ?? missing(option));

/** The caller disposes the model. */
export const openFolder = async (dir: string): Promise<OpenedModel & { backend: string }> => {
  const chosen = await backend();
  return { ...openModelFolder(dir), backend: chosen.name };
};

const missing = (option: string): never => {
  throw usageError(
    `--${option} is missing`,
    `--${option} NAME of 'quittance model list', or --${option} DIR of a model folder`,
  );
};

/** Whether a name is that of a folder, and not of the registry. */
export const isModelFolder = (name: string): boolean =>
  existsSync(join(name, 'config.json')) || folderKind(name) !== 'weights';

/**
 * That each is there and describes itself, before one of them is unpacked, read or asked: a second one that is missing
 * is not said after minutes of work. MODEL_NOT_FOUND, or what is wrong with a folder's config or tokenizer.
 */
export const requireModels = async (args: Arguments, names: readonly (string | undefined)[]): Promise<void> => {
  for (const name of names) {
    if (name === undefined) continue;
    if (isModelFolder(name)) readModelParts(name);
    else await inRegistry(args, name, ({ models }) => models.get(name));
  }
};

const inRegistry = async <T>(
  args: Arguments,
  name: string,
  use: (stores: ReturnType<typeof localStores>) => Promise<T>,
): Promise<T> => {
  if (!existsSync(join(args.dir, 'state.sqlite'))) throw modelNotFound(name, args.dir);
  const stores = localStores(args.dir, { lock: false });
  try {
    return await use(stores);
  } finally {
    stores.close();
  }
};

/** The folder of a model; a registered one is written to a scratch folder from the content-addressed store. */
export const modelFolder = async (args: Arguments, name: string): Promise<string> => {
  if (isModelFolder(name)) return name;
  return inRegistry(args, name, async (stores) => {
    const { model } = await stores.models.get(name);
    const dir = mkdtempSync(join(tmpdir(), 'quittance-'));
    process.on('exit', () => rmQuietly(dir));
    await writeModelFolder(stores, model, dir);
    return dir;
  });
};

const rmQuietly = (dir: string) => rmSync(dir, { recursive: true, force: true });

const modelNotFound = (name: string, dir: string) =>
  new QuittanceError('MODEL_NOT_FOUND', {
    message: `'${name}' is neither a model folder nor a registered model`,
    hint: `'quittance model list --dir ${dir}' shows what is registered`,
  });
