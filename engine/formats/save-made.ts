// Writes models that are made upon others, whole or not at all: an adapter beside its base, a composed decoder with its
// target. Trap: what is beneath is copied as it is; a byte of it that changed would be another model.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { canonicalize, type Digest } from '#core/canonical.ts';
import { must } from '#core/errors.ts';
import {
  assistantFolder,
  beneath,
  manifestDigest,
  ownFiles,
  type Combination,
  type ModelManifest,
} from '#core/model.ts';
import type { LoraModel } from '../lora.ts';
import { checkModelFolder } from './folder.ts';
import { ADAPTER_CONFIG, folderBeneath, MANIFEST_FILE, weightsFolder } from './folder-kind.ts';
import { readJsonFile } from './json-file.ts';
import { adapterFiles, chainOfFolder } from './made-folder.ts';
import { writeAdapterFiles, type Adapter } from './peft.ts';
import { replaceFolder } from './whole-folder.ts';

export interface SavedMade {
  manifest: ModelManifest;
  digest: Digest;
}

/**
 * Saves the factors of a model that was opened from the adapter folder `from`, beside the same base and under the name
 * by which the adapter called it; `write` adds files that are not served.
 */
export const saveAdapter = (dir: string, model: Adapter, from: string, write?: (dir: string) => void): SavedMade => {
  const base = must(folderBeneath(from), 'the base of an adapter');
  return replaceFolder(dir, (at) => {
    const { digest, quantisation } = copyMade(base, join(at, 'base'));
    const files = writeAdapterOf(at, model, from);
    write?.(at);
    return stored(at, { kind: 'quittance-adapter/v1', base: digest, files, quantisation });
  });
};

/** Saves a LoRA that was trained upon the weights in the folder `base`, beside a copy of them. */
export const saveNewAdapter = (
  dir: string,
  model: Adapter,
  base: string,
  write: (dir: string, digest: Digest) => void,
): SavedMade =>
  replaceFolder(dir, (at) => {
    const { digest, quantisation } = copyMade(base, join(at, 'base'));
    writeAdapterFiles(at, model, 'base');
    const manifest: ModelManifest = {
      kind: 'quittance-adapter/v1',
      base: digest,
      files: adapterFiles(at),
      quantisation,
    };
    write(at, manifestDigest(manifest));
    return stored(at, manifest);
  });

const Named = z.looseObject({ base_model_name_or_path: z.string().nullish() });

/** The two files of an adapter that takes the place of the one in `from`. */
export const writeAdapterOf = (dir: string, model: Adapter, from: string) => {
  const { data } = Named.safeParse(readJsonFile(join(from, ADAPTER_CONFIG)));
  writeAdapterFiles(dir, model, data?.base_model_name_or_path ?? 'base');
  return adapterFiles(dir);
};

/** Saves assistants (composed.ts) of the model in the folder `target`, which is copied. */
export const saveComposed = (
  dir: string,
  target: string,
  models: readonly LoraModel[],
  combination: Combination,
): SavedMade =>
  replaceFolder(dir, (at) => {
    const { digest, quantisation } = copyMade(target, join(at, 'target'));
    const assistants = models.map((model, i) => ({
      layers: model.config.layers,
      files: writeAssistant(at, i, model),
    }));
    return stored(at, { kind: 'quittance-composed/v1', target: digest, assistants, combination, quantisation });
  });

/** The files of the assistant with this index, in the folder of a composed model. */
export const writeAssistant = (dir: string, index: number, model: Adapter) => {
  const folder = join(dir, assistantFolder(index));
  mkdirSync(folder);
  writeAdapterFiles(folder, model, '../target');
  return adapterFiles(folder);
};

const stored = (at: string, manifest: ModelManifest): SavedMade => {
  writeFileSync(join(at, MANIFEST_FILE), canonicalize(manifest));
  return { manifest, digest: manifestDigest(manifest) };
};

/** What is served of a folder of any kind, and nothing else. */
const copyMade = (from: string, to: string) => {
  const quantisation = checkModelFolder(weightsFolder(from), { values: false });
  const chain = chainOfFolder(from, quantisation);
  for (const { manifest, at } of chain) {
    for (const path of Object.keys(ownFiles(manifest))) {
      mkdirSync(dirname(join(to, at, path)), { recursive: true });
      copyFileSync(join(from, at, path), join(to, at, path));
    }
    if (beneath(manifest)) writeFileSync(join(to, at, MANIFEST_FILE), canonicalize(manifest));
  }
  return { digest: chain[0].digest, quantisation };
};
