// Writes model folders, whole or not at all. Trap: a LoRA is not part of the weights and must be merged before.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestDigest, type WeightsManifest } from '#core/model.ts';
import type { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { readConfig } from './config.ts';
import { storedTensors, storedTensorsToMake, COMPANIONS, manifestOf } from './folder.ts';
import type { Model } from '../model.ts';
import { quantizeTensors } from './quantize.ts';
import { writeSafetensors } from './safetensors.ts';
import { tf } from '../tf.ts';
import { replaceFolder } from './whole-folder.ts';

export interface SavedModel {
  manifest: WeightsManifest;
  digest: Digest;
}

/**
 * Saves `model` under `dir`, replacing what was there. `configJson` is written with the weights' type corrected, the
 * extra files unchanged.
 */
export const saveModel = (
  dir: string,
  model: Model,
  parts: {
    configJson: Readonly<Record<string, unknown>>;
    files?: ReadonlyMap<string, string | Uint8Array>;
    quantisation?: Quantisation;
    /** Writes further files into the folder before it is renamed into place. */
    write?: (dir: string) => void;
  },
): SavedModel => {
  if (model.lora)
    throw new QuittanceError('INTERNAL', { message: 'a LoRA is merged, or written as an adapter, first' });
  const quantisation = parts.quantisation ?? 'none';
  return writeFolder(dir, quantisation, (at) => {
    const valueOf: Parameters<typeof storedTensors>[1] = ({ name }) =>
      tf.tidy(() => model.weights(name).dataSync<'float32'>());
    const tensors =
      quantisation === 'int8'
        ? quantizeTensors(storedTensors(model.config, valueOf))
        : storedTensorsToMake(model.config, valueOf);
    writeSafetensors(join(at, 'model.safetensors'), tensors, { format: 'pt' });
    writeFileSync(join(at, 'config.json'), configText(inFloat32(tiedAs(model, parts.configJson))));
    writeFileSync(join(at, 'tokenizer.json'), JSON.stringify(model.tokenizer.json));
    for (const [name, content] of parts.files ?? []) writeFileSync(join(at, name), content);
    parts.write?.(at);
  });
};

/** The contents of COMPANIONS in a folder, for the model's successor. */
export const companionFiles = (dir: string): ReadonlyMap<string, string> =>
  new Map(
    COMPANIONS.flatMap((name) => {
      const path = join(dir, name);
      return existsSync(path) ? [[name, readFileSync(path, 'utf8')] as const] : [];
    }),
  );

/** Says whether head and embedding are one, which an adapter that was merged may have changed. */
const tiedAs = ({ config }: Model, json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  readConfig(json).tied === config.tied ? json : { ...json, tie_word_embeddings: config.tied };

/** Corrects the type to float32: transformers would round the weights to the type that the config names. */
const inFloat32 = (config: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).map(([field, value]) => [field, /^(torch_)?dtype$/.test(field) ? 'float32' : value]),
  );

/**
 * Fields that transformers 5 accepts only as floats: it refuses 30 where 30.0 was written, and JSON.parse does not keep
 * the difference.
 */
const FLOATS =
  /^(\s*"(?:(?:attn|final)_logit_softcapping|rms_norm_eps|layer_norm_eps(?:ilon)?|init(?:ializer_range|_std))": -?\d+)(?=,?$)/gm;

const configText = (config: Readonly<Record<string, unknown>>): string =>
  `${JSON.stringify(config, null, 2).replaceAll(FLOATS, '$1.0')}\n`;

const writeFolder = (dir: string, quantisation: Quantisation, fill: (at: string) => void): SavedModel =>
  replaceFolder(dir, (at) => {
    fill(at);
    const manifest = manifestOf(at, quantisation);
    return { manifest, digest: manifestDigest(manifest) };
  });
