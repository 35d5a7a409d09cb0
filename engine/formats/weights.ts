// The weight files of a model folder: model.safetensors, or shards with an index. Traps: a tied head may be stored
// twice, or alone; older GPT-2 files lack the `transformer.` prefix; a pickle is a program, so it is refused by its
// name and never opened.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bodyPrefix, embedName, fromStored, parameterSpecs, storedShape, type ParameterSpec } from '../parameters.ts';
import type { DecoderConfig } from './config.ts';
import { modelInvalid } from './invalid.ts';
import { readJsonFile } from './json-file.ts';
import { dequantize, isQuantized, scaleName } from './quantize.ts';
import { openSafetensors, type SafetensorsFile } from './safetensors.ts';

export interface Weights {
  /** The file that holds a tensor. */
  find: (name: string) => SafetensorsFile | undefined;
  names: readonly string[];
}

/** Opens the weight files of a folder for as long as `use` runs. */
export const withWeights = <T>(dir: string, use: (weights: Weights) => T): T => {
  const files: SafetensorsFile[] = [];
  try {
    for (const name of weightFiles(dir)) files.push(openSafetensors(join(dir, name)));
    const entries = files.flatMap((file) => [...file.tensors.keys()].map((name) => [name, file] as const));
    const owner = new Map(entries);
    const twice = entries.find(([name, file]) => owner.get(name) !== file);
    if (twice) throw modelInvalid(`two weight files hold ${twice[0]}`);
    return use({ find: (name) => owner.get(name), names: [...owner.keys()] });
  } finally {
    files.forEach((file) => file.close());
  }
};

/** File endings of pickles. */
export const PICKLE = /\.(bin|pt|pth|pkl|pickle|ckpt)$/i;

const Index = z.looseObject({ weight_map: z.record(z.string(), z.string().regex(/^[\w.-]+\.safetensors$/)) });

const weightFiles = (dir: string): string[] => {
  if (existsSync(join(dir, 'model.safetensors'))) return ['model.safetensors'];
  const indexPath = join(dir, 'model.safetensors.index.json');
  if (existsSync(indexPath)) {
    const index = Index.safeParse(readJsonFile(indexPath));
    if (!index.success) throw modelInvalid(`${indexPath} has no usable weight_map`, { cause: index.error });
    return checkShards(dir, [...new Set(Object.values(index.data.weight_map))]);
  }
  const pickle = readdirSync(dir).find((name) => PICKLE.test(name));
  throw modelInvalid(`${dir} has no model.safetensors`, {
    ...(pickle ? { got: `${pickle}, a pickle, which can run code when it is opened and is never read` } : {}),
    hint: 'save the model with safe_serialization=True',
  });
};

const checkShards = (dir: string, shards: string[]): string[] => {
  const missing = shards.find((name) => !existsSync(join(dir, name)));
  if (missing) throw modelInvalid(`a weight shard is missing: ${missing}`, { expected: `${shards.length} shards` });
  return shards;
};

export const withValues = <T>(
  dir: string,
  config: DecoderConfig,
  use: (valueOf: (p: ParameterSpec) => Float32Array) => T,
): T =>
  withWeights(dir, ({ find, names }) => {
    refuseUnknown(names, config);
    checkTiedHead(find, config);
    const whole = cached((hf: string, shape: readonly number[]) => readTensor(find, config, hf, shape));
    return use((p) => fromStored(p, whole(p.source.hf, storedShape(p))));
  });

/** Whether every matrix is stored in bfloat16, which holds it exactly in half of float32's memory. */
export const isStoredInHalf = (dir: string, config: DecoderConfig): boolean =>
  withWeights(dir, ({ find }) =>
    parameterSpecs(config)
      .filter(({ shape }) => shape.length === 2)
      .every((p) => {
        const { name, file } = locateTensor(find, config, p.source.hf, storedShape(p));
        return file.tensors.get(name)?.dtype === 'BF16';
      }),
  );

/** Buffers that old files keep beside the weights (masks, rotary tables), and a tied head stored a second time. */
const IGNORED = /(\.attn|\.attention)\.(masked_)?bias$|rotary_emb\.\w+$/;
const HEADS = ['lm_head.weight', 'embed_out.weight'];

/** A tensor that the computation would not read means that config.json describes another model, so it is refused. */
export const refuseUnknown = (names: readonly string[], config: DecoderConfig): void => {
  const wanted = new Set(parameterSpecs(config).flatMap(({ source: { hf } }) => candidates(config, hf)));
  const unknown = names.find(
    (name) =>
      !wanted.has(name.replace(/\.scale$/, '')) &&
      !IGNORED.test(name) &&
      !(config.tied && HEADS.includes(name.replace(/\.scale$/, ''))),
  );
  if (unknown !== undefined) {
    throw modelInvalid(`the weights hold ${unknown}, which config.json has no place for`, {
      hint: 'take config.json and the weight files from the same revision of the model',
    });
  }
};

/**
 * A tied head may be stored in addition to the embedding, or instead of it; where both are stored and differ, the model
 * is another one and is refused.
 */
export const checkTiedHead = (find: Weights['find'], config: DecoderConfig): void => {
  const head = config.tied ? HEADS.find((name) => find(name)) : undefined;
  if (head === undefined) return;
  const embed = embedName(config);
  const name = candidates(config, embed).find((candidate) => find(candidate));
  if (name === undefined || name === head) return;
  const shape = [config.vocabSize, config.embedSize];
  const [theirs, own] = [readTensor(find, config, head, shape), readTensor(find, config, embed, shape)];
  if (theirs.every((value, i) => value === own[i])) return;
  throw modelInvalid(`config.json ties the head to the embedding, but the weights hold another ${head}`, {
    expected: `${head} equal to ${name}, or none`,
    hint: `set tie_word_embeddings to false to keep ${head}, or take it out of the weights`,
  });
};

/**
 * Names under which a tensor is found: as transformers writes it, and without the body's prefix, or its first word, as
 * in older files.
 */
const candidates = (config: DecoderConfig, hf: string): string[] => {
  const prefix = bodyPrefix(config);
  const bare = hf.startsWith(prefix) ? hf.slice(prefix.length) : hf;
  return [
    hf,
    bare,
    `model.${bare}`,
    hf.replace(/^model\./, ''),
    ...(hf === 'embed_out.weight' ? ['lm_head.weight'] : []),
    ...(config.tied && hf === embedName(config) ? HEADS : []),
  ];
};

/** Remembers only the last tensor: the parts of a fused tensor are read one after another. */
const cached = (read: (hf: string, shape: readonly number[]) => Float32Array) => {
  let last: { hf: string; data: Float32Array } | undefined;
  return (hf: string, shape: readonly number[]) =>
    (last?.hf === hf ? last : (last = { hf, data: read(hf, shape) })).data;
};

export const readTensor = (
  find: Weights['find'],
  config: DecoderConfig,
  hf: string,
  shape: readonly number[],
): Float32Array => {
  const { name, file } = locateTensor(find, config, hf, shape);
  if (!isQuantized(file.tensors.get(name)!)) return file.read(name);
  const scales = find(scaleName(name));
  if (!scales) throw modelInvalid(`${name} is int8 and has no tensor ${scaleName(name)}`);
  checkShape(scales, scaleName(name), shape.slice(0, 1));
  return dequantize(file.read(name), scales.read(scaleName(name)), shape);
};

export const locateTensor = (find: Weights['find'], config: DecoderConfig, hf: string, shape: readonly number[]) => {
  const name = candidates(config, hf).find((candidate) => find(candidate));
  const file = name === undefined ? undefined : find(name);
  if (name === undefined || !file) {
    throw modelInvalid(`the weights lack ${hf}`, {
      hint: 'take config.json and the weight files from the same revision of the model',
    });
  }
  checkShape(file, name, shape);
  return { name, file };
};

const checkShape = (file: SafetensorsFile, name: string, shape: readonly number[]) => {
  const got = file.tensors.get(name)?.shape ?? [];
  if (got.join() === shape.join()) return;
  throw modelInvalid(`config.json and weights disagree on ${name}`, {
    expected: `[${shape.join(', ')}]`,
    got: `[${got.join(', ')}]`,
  });
};
