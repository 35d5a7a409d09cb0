// Model folders of every kind (folder-kind.ts) as manifests, and as models that can be asked. A folder whose
// manifest.json says what it is made upon is held to it: an adapter over another base than its own is another model.
// Trap: PEFT's adapter_config.json names its base by a path or a name, which says nothing about the bytes; only a
// digest does, and an adapter that comes from elsewhere brings none.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { linkBelow, type Chain, type Link } from '#core/model-chain.ts';
import {
  assistantFolder,
  beneath,
  manifestDigest,
  ModelManifest,
  ownFiles,
  type AdapterManifest,
  type ComposedManifest,
} from '#core/model.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { HEAP_LIMIT } from '../backends/heap.ts';
import { composedFrom, firstLayers, firstLayersConfig } from '../composed.ts';
import { heldModelFrom } from '../held-base.ts';
import type { LanguageModel } from '../language-model.ts';
import { mergeLora, type LoraModel } from '../lora.ts';
import { parameterCount, type Model, type modelFrom } from '../model.ts';
import { backendName } from '../tf.ts';
import { checkModelFolder, fileEntry, loadModel, manifestOf, readModelParts } from './folder.ts';
import {
  ADAPTER_CONFIG,
  ADAPTER_WEIGHTS,
  folderBeneath,
  folderKind,
  MANIFEST_FILE,
  weightsFolder,
} from './folder-kind.ts';
import { modelInvalid } from './invalid.ts';
import { readJsonFile } from './json-file.ts';
import { checkAdapter, readAdapter } from './peft.ts';
import { isStoredInHalf } from './weights.ts';

/**
 * The manifests of a folder and of what it is made upon, whose weights are stored as said. BASE_MISSING, or
 * BASE_MISMATCH or MODEL_CHANGED where its own manifest.json names another base or other files.
 */
export const chainOfFolder = (dir: string, quantisation: Quantisation): Chain => {
  const under = folderBeneath(dir);
  if (under === undefined) return [linkOf(manifestOf(dir, quantisation))];
  const [below, ...rest] = chainOfFolder(under, quantisation);
  const link = linkOf(madeManifest(dir, below.digest, quantisation));
  checkRecord(dir, link.manifest, below.digest);
  const first = linkBelow(link, below.manifest);
  return [link, first, ...rest.map((one) => ({ ...one, at: `${first.at}${one.at}` }))];
};

const linkOf = (manifest: ModelManifest): Link => ({ digest: manifestDigest(manifest), manifest, at: '' });

const madeManifest = (dir: string, below: Digest, quantisation: Quantisation): ModelManifest => {
  if (folderKind(dir) === 'adapter')
    return { kind: 'quittance-adapter/v1', base: below, files: adapterFiles(dir), quantisation };
  const told = composedManifest(dir);
  const assistants = told.assistants.map(({ layers }, i) => ({
    layers,
    files: adapterFiles(join(dir, assistantFolder(i))),
  }));
  return { ...told, target: below, assistants, quantisation };
};

export const adapterFiles = (dir: string): AdapterManifest['files'] => ({
  'adapter_config.json': fileEntry(existing(join(dir, ADAPTER_CONFIG))),
  'adapter_model.safetensors': fileEntry(existing(join(dir, ADAPTER_WEIGHTS))),
});

const existing = (path: string): string => {
  if (existsSync(path)) return path;
  throw modelInvalid(`${path} is missing`, { hint: 'save the adapter with safe_serialization=True' });
};

/** How a composed folder is composed, which no other file of it says. MODEL_INVALID. */
export const composedManifest = (dir: string): ComposedManifest => {
  const told = recordOf(dir);
  if (told?.kind === 'quittance-composed/v1') return told;
  throw modelInvalid(`${join(dir, MANIFEST_FILE)} does not say how target and assistants are composed`, {
    expected: 'quittance-composed/v1',
    got: told?.kind ?? 'nothing',
  });
};

const recordOf = (dir: string): ModelManifest | undefined => {
  const path = join(dir, MANIFEST_FILE);
  if (!existsSync(path)) return undefined;
  const parsed = ModelManifest.safeParse(readJsonFile(path));
  if (parsed.success) return parsed.data;
  throw modelInvalid(`${path} is not a model manifest`, { cause: parsed.error });
};

const checkRecord = (dir: string, found: ModelManifest, below: Digest): void => {
  const record = recordOf(dir);
  if (!record || manifestDigest(record) === manifestDigest(found)) return;
  const told = beneath(record)?.digest;
  if (told !== undefined && told !== below)
    throw new QuittanceError('BASE_MISMATCH', {
      message: `${dir} was made for another model than the one beneath it`,
      expected: told,
      got: below,
      hint: 'put the model that it was made for beneath it',
    });
  const [before, now] = [ownFiles(record), ownFiles(found)];
  const changed = Object.keys(now).find((name) => before[name]?.digest !== now[name]?.digest) ?? MANIFEST_FILE;
  throw new QuittanceError('MODEL_CHANGED', {
    message: `${join(dir, changed)} is not the file that ${MANIFEST_FILE} names`,
    expected: before[changed]?.digest ?? manifestDigest(record),
    got: now[changed]?.digest ?? manifestDigest(found),
  });
};

/** A model that can be asked, and the weights beneath it that can be trained: of a composed decoder, its target's. */
export interface OpenedModel {
  readonly model: LanguageModel;
  readonly weights: Model;
}

/** The caller disposes `model`, and with it the weights. */
export const openModelFolder = (dir: string, from?: typeof modelFrom): OpenedModel => {
  const under = folderBeneath(dir);
  if (under !== undefined && folderKind(dir) === 'composed') return openComposed(dir, under);
  const weights = under === undefined ? loadModel(dir, from) : openAdapter(dir, under, from);
  return { model: weights, weights };
};

/** Of a wasm heap, what float32 weights may fill: the rest is for what is computed. */
const MOST_WEIGHTS = 0.75 * HEAP_LIMIT;

/**
 * A model that is asked and not trained; the caller disposes it. Weights that are stored in 16 bits stay so where
 * float32 would fill a wasm heap: slower, and the same numbers.
 */
export const openToAsk = (dir: string, most: number = MOST_WEIGHTS): LanguageModel => {
  const at = weightsFolder(dir);
  const { config } = readModelParts(at);
  const isTooLarge = backendName().startsWith('wasm') && 4 * parameterCount(config) > most;
  return openModelFolder(dir, isTooLarge && isStoredInHalf(at, config) ? heldModelFrom : undefined).model;
};

/** An assistant's LoRA lies over the target's own matrices, so a target that is an adapter is merged first. */
const openComposed = (dir: string, target: string): OpenedModel => {
  const { assistants, combination } = composedManifest(dir);
  const weights = openMerged(target);
  const opened: LoraModel[] = [];
  try {
    assistants.forEach(({ layers }, i) =>
      opened.push(readAdapter(join(dir, assistantFolder(i)), firstLayers(weights, layers))),
    );
  } catch (error) {
    [...opened, weights].forEach((one) => one.dispose());
    throw error;
  }
  return { model: composedFrom(weights, opened, combination), weights };
};

/** Weights, or a base with its adapter merged, as one decoder. */
export const openMerged = (dir: string, from?: typeof modelFrom): Model => {
  const base = folderBeneath(dir);
  return base === undefined ? loadModel(dir, from) : mergeLora(openAdapter(dir, base, from));
};

/** A base under its adapter, not merged. */
export const openAdapter = (dir: string, base: string, from?: typeof modelFrom): LoraModel => {
  const model = loadModel(base, from);
  try {
    return readAdapter(dir, model);
  } catch (error) {
    model.dispose();
    throw error;
  }
};

/**
 * Checks all of a folder of any kind that can be told without reading the weights' values, and says how they are
 * stored. MODEL_INVALID, MODEL_UNSUPPORTED, BASE_MISSING, BASE_MISMATCH or MODEL_CHANGED.
 */
export const checkFolder = (dir: string): Quantisation => {
  const quantisation = checkModelFolder(weightsFolder(dir), { values: false });
  for (const { at } of chainOfFolder(dir, quantisation).slice(0, -1).toReversed()) checkMade(join(dir, at));
  return quantisation;
};

const checkMade = (dir: string): void => {
  const { config } = readModelParts(dir);
  if (folderKind(dir) === 'adapter') checkAdapter(dir, config);
  else
    composedManifest(dir).assistants.forEach(({ layers }, i) =>
      checkAdapter(join(dir, assistantFolder(i)), firstLayersConfig(config, layers)),
    );
};
