// Model folders in Hugging Face layout: config.json, model.safetensors (or shards with an index), tokenizer.json, optional tokenizer_config.json and
// generation_config.json. Traps: tied heads are not stored; older GPT-2 files lack the `transformer.` prefix; a pickle is refused by name, never opened.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import type { ModelManifest } from '#core/model.ts';
import { readConfig, type DecoderConfig } from './config.ts';
import { modelFrom, type Model } from '../model.ts';
import { bodyPrefix, storedShape, fromStored, intoStored, parameterSpecs, type ParameterSpec } from '../parameters.ts';
import { dequantize, isQuantized, scaleName } from './quantize.ts';
import { openSafetensors, type SafetensorsFile, type TensorToMake, type TensorToWrite } from './safetensors.ts';
import { readTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';

/** A model folder's parts before they become tensors. */
export interface ModelFolder {
  dir: string;
  config: DecoderConfig;
  configJson: Readonly<Record<string, unknown>>;
  tokenizer: Tokenizer;
  values: Map<string, Float32Array>;
}

const JsonObject = z.record(z.string(), z.unknown());

const invalid = (message: string, details: { expected?: string; got?: string; hint?: string; cause?: unknown } = {}) =>
  new QuittanceError('MODEL_INVALID', { message, ...details });

/** Several times the largest tokenizer.json that is published. */
const MOST_JSON_BYTES = 2 ** 27;
const MOST_CONFIG_BYTES = 2 ** 20;

/** Parses a JSON file of a model folder; NOT_FOUND or MODEL_INVALID. */
export const readJsonFile = (path: string, most = MOST_JSON_BYTES): Record<string, unknown> => {
  if (!existsSync(path)) throw new QuittanceError('NOT_FOUND', { message: `there is no ${path}` });
  const { size } = statSync(path);
  if (size > most) throw invalid(`${path} is too large`, { expected: `at most ${most} bytes`, got: `${size} bytes` });
  // whoever else reads a file that says two things at once may go by the other one; a vocabulary's hundred thousand keys would take too long each time
  const parse = size <= MOST_CONFIG_BYTES ? parseOnce : JSON.parse;
  try {
    return JsonObject.parse(parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw invalid(`${path} is not a JSON object`, { cause });
  }
};

/** Reads and checks everything in the folder. Nothing is registered or kept when it throws. */
export const readModelFolder = (dir: string): ModelFolder => {
  const parts = readModelParts(dir);
  return { ...parts, values: readValues(dir, parts.config) };
};

/**
 * The checks of readModelFolder tensor by tensor, for models larger than memory; without `values`, all but the weights' numbers.
 * Says how the weights are stored.
 */
export const checkModelFolder = (dir: string, { values }: { values: boolean }): ModelManifest['quantisation'] => {
  const { config } = readModelParts(dir);
  return withWeights(dir, ({ find, names }) => {
    refuseUnknown(names, config);
    const tensors = new Map(parameterSpecs(config).map((p) => [p.source.hf, storedShape(p)]));
    for (const [hf, shape] of tensors) {
      if (values) readTensor(find, config, hf, shape);
      else locateTensor(find, config, hf, shape);
    }
    return names.some((name) => isQuantized(find(name)!.tensors.get(name)!)) ? 'int8' : 'none';
  });
};

/** Config and tokenizer of a folder, checked; no weight is read. */
export const readModelParts = (dir: string): Omit<ModelFolder, 'values'> => {
  if (!existsSync(dir)) throw new QuittanceError('MODEL_NOT_FOUND', { message: `there is no model folder ${dir}` });
  const configJson = readJsonFile(join(dir, 'config.json'), MOST_CONFIG_BYTES);
  const config = withGenerationEos(readConfig(configJson), join(dir, 'generation_config.json'));
  const tokenizer = readFolderTokenizer(dir);
  if (tokenizer.size > config.vocabSize) {
    throw invalid('tokenizer and embedding disagree', {
      expected: `at most ${config.vocabSize} tokens`,
      got: `${tokenizer.size} tokens`,
    });
  }
  return { dir, config, configJson, tokenizer };
};

/** Reads tensor by tensor straight into the backend, so that there are never two copies of the weights. The caller disposes the model. */
export const loadModel = (dir: string, from: typeof modelFrom = modelFrom): Model => {
  const { config, tokenizer } = readModelParts(dir);
  const specs = new Map(parameterSpecs(config).map((p) => [p.name, p]));
  return withValues(dir, config, (valueOf) => from(config, tokenizer, { get: (name) => valueOf(specs.get(name)!) }));
};

const withGenerationEos = (config: DecoderConfig, path: string): DecoderConfig => {
  if (!existsSync(path)) return config;
  const eos = z.union([z.int(), z.array(z.int())]).safeParse(readJsonFile(path)['eos_token_id']);
  return eos.success ? { ...config, eosIds: [...new Set([...config.eosIds, ...[eos.data].flat()])] } : config;
};

const readFolderTokenizer = (dir: string): Tokenizer => {
  const path = join(dir, 'tokenizer.json');
  let json: Record<string, unknown>;
  try {
    json = readJsonFile(path);
  } catch (cause) {
    throw new QuittanceError('TOKENIZER_INVALID', {
      message: `${path} is missing or truncated`,
      hint: 'fetch or export the tokenizer again',
      cause,
    });
  }
  return readTokenizer(json);
};

interface Weights {
  /** The file that holds a tensor. */
  find: (name: string) => SafetensorsFile | undefined;
  names: readonly string[];
}

/** Opens the weight files of a folder for as long as `use` runs. */
const withWeights = <T>(dir: string, use: (weights: Weights) => T): T => {
  const files: SafetensorsFile[] = [];
  try {
    for (const name of weightFiles(dir)) files.push(openSafetensors(join(dir, name)));
    const entries = files.flatMap((file) => [...file.tensors.keys()].map((name) => [name, file] as const));
    const owner = new Map(entries);
    const twice = entries.find(([name, file]) => owner.get(name) !== file);
    if (twice) throw invalid(`two weight files hold ${twice[0]}`);
    return use({ find: (name) => owner.get(name), names: [...owner.keys()] });
  } finally {
    files.forEach((file) => file.close());
  }
};

/** Names under which pickles go about. */
export const PICKLE = /\.(bin|pt|pth|pkl|pickle|ckpt)$/i;

const Index = z.looseObject({ weight_map: z.record(z.string(), z.string().regex(/^[\w.-]+\.safetensors$/)) });

const weightFiles = (dir: string): string[] => {
  if (existsSync(join(dir, 'model.safetensors'))) return ['model.safetensors'];
  const indexPath = join(dir, 'model.safetensors.index.json');
  if (existsSync(indexPath)) {
    const index = Index.safeParse(readJsonFile(indexPath));
    if (!index.success) throw invalid(`${indexPath} has no usable weight_map`, { cause: index.error });
    return checkShards(dir, [...new Set(Object.values(index.data.weight_map))]);
  }
  const pickle = readdirSync(dir).find((name) => PICKLE.test(name));
  throw invalid(`${dir} has no model.safetensors`, {
    ...(pickle ? { got: `${pickle}, a pickle, which can run code when it is opened and is never read` } : {}),
    hint: 'save the model with safe_serialization=True',
  });
};

const checkShards = (dir: string, shards: string[]): string[] => {
  const missing = shards.find((name) => !existsSync(join(dir, name)));
  if (missing) throw invalid(`a weight shard is missing: ${missing}`, { expected: `${shards.length} shards` });
  return shards;
};

const readValues = (dir: string, config: DecoderConfig): Map<string, Float32Array> =>
  withValues(dir, config, (valueOf) => new Map(parameterSpecs(config).map((p) => [p.name, valueOf(p)])));

const withValues = <T>(
  dir: string,
  config: DecoderConfig,
  use: (valueOf: (p: ParameterSpec) => Float32Array) => T,
): T =>
  withWeights(dir, ({ find, names }) => {
    refuseUnknown(names, config);
    const whole = cached((hf: string, shape: readonly number[]) => readTensor(find, config, hf, shape));
    return use((p) => fromStored(config, p, whole(p.source.hf, storedShape(p))));
  });

/** Buffers that old files keep beside the weights (masks, rotary tables), and a tied head stored a second time. */
const IGNORED = /(\.attn|\.attention)\.(masked_)?bias$|rotary_emb\.\w+$/;
const HEAD = /^(lm_head|embed_out)\.weight$/;

/** A tensor that the computation would not read means that config.json describes another model. */
const refuseUnknown = (names: readonly string[], config: DecoderConfig): void => {
  const wanted = new Set(parameterSpecs(config).flatMap(({ source: { hf } }) => candidates(config, hf)));
  const unknown = names.find(
    (name) => !wanted.has(name.replace(/\.scale$/, '')) && !IGNORED.test(name) && !(config.tied && HEAD.test(name)),
  );
  if (unknown !== undefined) {
    throw invalid(`the weights hold ${unknown}, which config.json has no place for`, {
      hint: 'config.json and the weight files belong to different models',
    });
  }
};

/** Names under which a tensor is found: as transformers writes it, and without the body's prefix, or its first word, as in older files. */
const candidates = (config: DecoderConfig, hf: string): string[] => {
  const prefix = bodyPrefix(config);
  const bare = hf.startsWith(prefix) ? hf.slice(prefix.length) : hf;
  return [
    hf,
    bare,
    `model.${bare}`,
    hf.replace(/^model\./, ''),
    ...(hf === 'embed_out.weight' ? ['lm_head.weight'] : []),
  ];
};

/** Remembers the last tensor only: the parts of a fused tensor follow one another. */
const cached = (read: (hf: string, shape: readonly number[]) => Float32Array) => {
  let last: { hf: string; data: Float32Array } | undefined;
  return (hf: string, shape: readonly number[]) =>
    (last?.hf === hf ? last : (last = { hf, data: read(hf, shape) })).data;
};

const readTensor = (
  find: Weights['find'],
  config: DecoderConfig,
  hf: string,
  shape: readonly number[],
): Float32Array => {
  const { name, file } = locateTensor(find, config, hf, shape);
  if (!isQuantized(file.tensors.get(name)!)) return file.read(name);
  const scales = find(scaleName(name));
  if (!scales) throw invalid(`${name} is int8 and has no tensor ${scaleName(name)}`);
  checkShape(scales, scaleName(name), shape.slice(0, 1));
  return dequantize(file.read(name), scales.read(scaleName(name)), shape);
};

const locateTensor = (find: Weights['find'], config: DecoderConfig, hf: string, shape: readonly number[]) => {
  const name = candidates(config, hf).find((candidate) => find(candidate));
  const file = name === undefined ? undefined : find(name);
  if (name === undefined || !file) {
    throw invalid(`the weights lack ${hf}`, { hint: 'config.json and the weight files belong to different models' });
  }
  checkShape(file, name, shape);
  return { name, file };
};

const checkShape = (file: SafetensorsFile, name: string, shape: readonly number[]) => {
  const got = file.tensors.get(name)?.shape ?? [];
  if (got.join() === shape.join()) return;
  throw invalid(`config.json and weights disagree on ${name}`, {
    expected: `[${shape.join(', ')}]`,
    got: `[${got.join(', ')}]`,
  });
};

type ValueOf = (p: ParameterSpec) => Float32Array;

/** The tensors of a model as they are stored, ready to be written: Hugging Face names and layouts, float32. */
export const storedTensors = (
  config: DecoderConfig,
  valueOf: ValueOf,
  specs: readonly ParameterSpec[] = parameterSpecs(config),
): TensorToWrite[] =>
  storedTensorsToMake(config, valueOf, specs).map(({ make, ...tensor }) => ({ ...tensor, data: make() }));

/** The same, each made when its turn comes. */
export const storedTensorsToMake = (
  config: DecoderConfig,
  valueOf: ValueOf,
  specs: readonly ParameterSpec[] = parameterSpecs(config),
): TensorToMake[] =>
  [...Map.groupBy(specs, ({ source }) => source.hf)].map(([name, parts]) => {
    const shape = storedShape(parts[0]!);
    const make = () => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      for (const p of parts) intoStored(config, p, valueOf(p), data);
      return data;
    };
    return { name, shape, make };
  });

/** Files beside the weights that say how the model is talked to. */
export const COMPANIONS: readonly string[] = [
  'generation_config.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
];

const PARTS = /^(config\.json|tokenizer\.json|model[\w.-]*\.safetensors|model\.safetensors\.index\.json)$/;

/** Whether a file decides what a model answers; anything else in the folder is not part of it. */
export const isServed = (name: string): boolean => COMPANIONS.includes(name) || PARTS.test(name);

/** Digests of the files that are served. */
export const manifestOf = (dir: string, quantisation: ModelManifest['quantisation']): ModelManifest => {
  const names = readdirSync(dir).filter(isServed);
  const files = names.sort().map((name) => [name, fileEntry(join(dir, name))] as const);
  return { kind: 'quittance-model/v1', quantisation, files: Object.fromEntries(files) };
};

/** Digest and size of a file, which may be larger than memory. */
const fileEntry = (path: string): ModelManifest['files'][string] => {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(2 ** 22);
  const fd = openSync(path, 'r');
  try {
    for (let got = readSync(fd, chunk); got > 0; got = readSync(fd, chunk)) hash.update(chunk.subarray(0, got));
    return { digest: `sha256:${hash.digest('hex')}`, bytes: fstatSync(fd).size };
  } finally {
    closeSync(fd);
  }
};
