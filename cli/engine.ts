// The engine for commands that use it directly: chooses the backend once and prints on stderr which.
// Trap: these commands read model folders and registered models; a registered name is looked up without the folder's
// lock, so that they work beside a running server.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { folderKind } from '#engine/formats/folder-kind.ts';
import { openModelFolder, openToAsk, type OpenedModel } from '#engine/formats/made-folder.ts';
import type { LanguageModel } from '#engine/language-model.ts';
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

/** A model by `--model` that is asked and not trained. The caller disposes it. */
export const openNamedToAsk = async (args: Arguments): Promise<{ dir: string; model: LanguageModel }> => {
  const dir = await namedFolder(args);
  await backend();
  return { dir, model: openToAsk(dir) };
};

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

/** The folder of a model; a registered one is written to a scratch folder from the content-addressed store. */
export const modelFolder = async (args: Arguments, name: string): Promise<string> => {
  if (isModelFolder(name)) return name;
  if (!existsSync(join(args.dir, 'state.sqlite'))) throw modelNotFound(name, args.dir);
  const stores = localStores(args.dir, { lock: false });
  try {
    const { model } = await stores.models.get(name);
    const dir = mkdtempSync(join(tmpdir(), 'quittance-'));
    process.on('exit', () => rmQuietly(dir));
    await writeModelFolder(stores, model, dir);
    return dir;
  } finally {
    stores.close();
  }
};

const rmQuietly = (dir: string) => rmSync(dir, { recursive: true, force: true });

const modelNotFound = (name: string, dir: string) =>
  new QuittanceError('MODEL_NOT_FOUND', {
    message: `'${name}' is neither a model folder nor a registered model`,
    hint: `'quittance model list --dir ${dir}' shows what is registered`,
  });
