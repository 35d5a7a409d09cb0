// Model folders in Hugging Face layout: config.json, model.safetensors (or shards with an index), tokenizer.json, optional tokenizer_config.json and
// generation_config.json. Traps: tied heads are not stored; older GPT-2 files lack the `transformer.` prefix; a pickle is refused by name, never opened.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ModelManifest } from '#core/model.ts';
import { readConfig, type DecoderConfig } from './config.ts';
import { modelFrom, type Model } from './model.ts';
import {
  bodyPrefix,
  checkpointShape,
  fromCheckpoint,
  intoCheckpoint,
  parameterSpecs,
  type ParameterSpec,
} from './parameters.ts';
import { dequantize, isQuantized, scaleName } from './quantize.ts';
import { openSafetensors, type SafetensorsFile, type TensorToWrite } from './safetensors.ts';
import { readTokenizer, type Tokenizer } from './tokenizer.ts';

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

/** Parses a JSON file of a model folder; NOT_FOUND or MODEL_INVALID. */
export const readJsonFile = (path: string): Record<string, unknown> => {
  if (!existsSync(path)) throw new QuittanceError('NOT_FOUND', { message: `there is no ${path}` });
  try {
    return JsonObject.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw invalid(`${path} is not a JSON object`, { cause });
  }
};

/** Reads and checks everything in the folder. Nothing is registered or kept when it throws. */
export const readModelFolder = (dir: string): ModelFolder => {
  if (!existsSync(dir)) throw new QuittanceError('MODEL_NOT_FOUND', { message: `there is no model folder ${dir}` });
  const configJson = readJsonFile(join(dir, 'config.json'));
  const config = withGenerationEos(readConfig(configJson), join(dir, 'generation_config.json'));
  const tokenizer = readFolderTokenizer(dir);
  if (tokenizer.size > config.vocabSize) {
    throw invalid('tokenizer and embedding disagree', {
      expected: `at most ${config.vocabSize} tokens`,
      got: `${tokenizer.size} tokens`,
    });
  }
  return { dir, config, configJson, tokenizer, values: readValues(dir, config) };
};

export const loadModel = (dir: string): Model => {
  const folder = readModelFolder(dir);
  return modelFrom(folder.config, folder.tokenizer, folder.values);
};

const withGenerationEos = (config: DecoderConfig, path: string): DecoderConfig => {
  if (!existsSync(path)) return config;
  const eos = z.union([z.int(), z.array(z.int())]).safeParse(readJsonFile(path)['eos_token_id']);
  return eos.success ? { ...config, eosIds: [...new Set([...config.eosIds, ...[eos.data].flat()])] } : config;
};

const readFolderTokenizer = (dir: string): Tokenizer => {
  const path = join(dir, 'tokenizer.json');
  const tokenizerConfig = join(dir, 'tokenizer_config.json');
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
  return readTokenizer(json, existsSync(tokenizerConfig) ? readJsonFile(tokenizerConfig) : {});
};

/** Opens the weight files of a folder and returns a finder over all their tensors. */
const openWeights = (
  dir: string,
): { files: SafetensorsFile[]; find: (name: string) => SafetensorsFile | undefined } => {
  const files = weightFiles(dir).map((name) => openSafetensors(join(dir, name)));
  const owner = new Map(files.flatMap((file) => [...file.tensors.keys()].map((name) => [name, file] as const)));
  return { files, find: (name) => owner.get(name) };
};

const Index = z.looseObject({ weight_map: z.record(z.string(), z.string().regex(/^[\w.-]+\.safetensors$/)) });

const weightFiles = (dir: string): string[] => {
  if (existsSync(join(dir, 'model.safetensors'))) return ['model.safetensors'];
  const indexPath = join(dir, 'model.safetensors.index.json');
  if (existsSync(indexPath)) {
    const index = Index.safeParse(readJsonFile(indexPath));
    if (!index.success) throw invalid(`${indexPath} has no usable weight_map`, { cause: index.error });
    return checkShards(dir, [...new Set(Object.values(index.data.weight_map))]);
  }
  const pickle = readdirSync(dir).find((name) => /\.(bin|pt|pth|pkl|ckpt)$/.test(name));
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

const readValues = (dir: string, config: DecoderConfig): Map<string, Float32Array> => {
  const weights = openWeights(dir);
  try {
    const whole = cached((hf: string, shape: readonly number[]) => readTensor(weights.find, config, hf, shape));
    return new Map(
      parameterSpecs(config).map((p) => [p.name, fromCheckpoint(config, p, whole(p.source.hf, checkpointShape(p)))]),
    );
  } finally {
    weights.files.forEach((file) => file.close());
  }
};

/** Remembers the last tensor only: the parts of a fused tensor follow one another. */
const cached = (read: (hf: string, shape: readonly number[]) => Float32Array) => {
  let last: { hf: string; data: Float32Array } | undefined;
  return (hf: string, shape: readonly number[]) =>
    (last?.hf === hf ? last : (last = { hf, data: read(hf, shape) })).data;
};

const readTensor = (
  find: (name: string) => SafetensorsFile | undefined,
  config: DecoderConfig,
  hf: string,
  shape: readonly number[],
): Float32Array => {
  const bare = hf.startsWith(bodyPrefix(config)) ? hf.slice(bodyPrefix(config).length) : hf;
  const [name, file] = ([hf, bare, `model.${bare}`] as const).map((n) => [n, find(n)] as const).find(([, f]) => f) ?? [
    hf,
    undefined,
  ];
  const info = file?.tensors.get(name);
  if (!file || !info)
    throw invalid(`the weights lack ${hf}`, { hint: 'config.json and the weight files belong to different models' });
  if (info.shape.join() !== shape.join()) {
    throw invalid(`config.json and weights disagree on ${hf}`, {
      expected: `[${shape.join(', ')}]`,
      got: `[${info.shape.join(', ')}]`,
    });
  }
  const scales = find(scaleName(name));
  return scales && isQuantized(info)
    ? dequantize(file.read(name), scales.read(scaleName(name)), shape)
    : file.read(name);
};

/** The checkpoint tensors of a model, ready to be written: Hugging Face names and layouts, float32. */
export const checkpointTensors = (
  config: DecoderConfig,
  valueOf: (p: ParameterSpec) => Float32Array,
): TensorToWrite[] => {
  const tensors = new Map<string, TensorToWrite & { data: Float32Array }>();
  for (const p of parameterSpecs(config)) {
    const shape = checkpointShape(p);
    const size = shape.reduce((a, b) => a * b, 1);
    const tensor = tensors.get(p.source.hf) ?? { name: p.source.hf, shape, data: new Float32Array(size) };
    intoCheckpoint(config, p, valueOf(p), tensor.data);
    tensors.set(p.source.hf, tensor);
  }
  return [...tensors.values()];
};

/** Digests of the files that decide what a model answers; anything else in the folder is not part of it. */
const SERVED_FILES =
  /^(config\.json|generation_config\.json|tokenizer\.json|tokenizer_config\.json|chat_template\.jinja|model[\w.-]*\.safetensors|model\.safetensors\.index\.json)$/;

export const manifestOf = (dir: string, quantisation: ModelManifest['quantisation']): ModelManifest => ({
  kind: 'quittance-model/v1',
  quantisation,
  files: Object.fromEntries(
    readdirSync(dir)
      .filter((name) => SERVED_FILES.test(name))
      .sort()
      .map((name) => [
        name,
        { digest: digestOf(readFileSync(join(dir, name))), bytes: statSync(join(dir, name)).size },
      ]),
  ),
});
