// Writes model folders. A folder appears whole or not at all: it is filled beside its place and renamed.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { manifestDigest, type ModelManifest } from '#core/model.ts';
import type { Digest } from '#core/canonical.ts';
import { checkpointTensors, manifestOf } from './folder.ts';
import type { Model } from './model.ts';
import { quantizeTensors } from './quantize.ts';
import { writeSafetensors } from './safetensors.ts';

export interface SavedModel {
  manifest: ModelManifest;
  digest: Digest;
}

/** Saves `model` under `dir`, replacing what was there; `configJson` and the extra files are written as they are. */
export const saveModel = (
  dir: string,
  model: Model,
  parts: {
    configJson: Readonly<Record<string, unknown>>;
    files?: ReadonlyMap<string, string | Uint8Array>;
    quantisation?: 'none' | 'int8';
    /** Writes further files into the folder before it takes its place. */
    write?: (dir: string) => void;
  },
): SavedModel => {
  const quantisation = parts.quantisation ?? 'none';
  return writeFolder(dir, quantisation, (at) => {
    const tensors = checkpointTensors(model.config, ({ name }) => model.weights(name).dataSync<'float32'>());
    writeSafetensors(join(at, 'model.safetensors'), quantisation === 'int8' ? quantizeTensors(tensors) : tensors, {
      format: 'pt',
    });
    writeFileSync(join(at, 'config.json'), `${JSON.stringify(parts.configJson, null, 2)}\n`);
    writeFileSync(join(at, 'tokenizer.json'), JSON.stringify(model.tokenizer.json));
    for (const [name, content] of parts.files ?? []) writeFileSync(join(at, name), content);
    parts.write?.(at);
  });
};

const writeFolder = (dir: string, quantisation: 'none' | 'int8', fill: (at: string) => void): SavedModel => {
  mkdirSync(dirname(dir), { recursive: true });
  const at = mkdtempSync(join(dirname(dir), `.${basename(dir)}-`));
  try {
    fill(at);
    const manifest = manifestOf(at, quantisation);
    if (existsSync(dir)) rmSync(dir, { recursive: true });
    renameSync(at, dir);
    return { manifest, digest: manifestDigest(manifest) };
  } catch (error) {
    rmSync(at, { recursive: true, force: true });
    throw error;
  }
};
