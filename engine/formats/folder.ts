// Model folders in Hugging Face layout: config.json, model.safetensors (or shards with an index), tokenizer.json,
// optional tokenizer_config.json and generation_config.json. Traps: tied heads are not stored; older GPT-2 files lack
// the `transformer.` prefix; a pickle is a program, so it is refused by its name and never opened.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { QuittanceError } from '#core/errors.ts';
import type { FileEntry, WeightsManifest } from '#core/model.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { modelFrom, type Model } from '../model.ts';
import { intoStored, parameterSpecs, storedShape, type ParameterSpec } from '../parameters.ts';
import { SpecialToken } from '../tokenizer/special-token.ts';
import { readTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';
import { readConfig, type DecoderConfig } from './config.ts';
import { weightsFolder } from './folder-kind.ts';
import { checkGenerationConfig, GENERATION_CONFIG, generationEnds } from './generation-config.ts';
import { modelInvalid } from './invalid.ts';
import { MOST_CONFIG_BYTES, readJsonFile } from './json-file.ts';
import { isUnset } from './known-keys.ts';
import { isQuantized } from './quantize.ts';
import type { TensorToMake, TensorToWrite } from './safetensors.ts';
import { checkTokenizerConfig } from './tokenizer-config.ts';
import { checkTiedHead, locateTensor, readTensor, refuseUnknown, withValues, withWeights } from './weights.ts';

/** A model folder's parts before they become tensors. */
export interface ModelFolder {
  dir: string;
  config: DecoderConfig;
  configJson: Readonly<Record<string, unknown>>;
  tokenizer: Tokenizer;
  /** What its files say that is not taken over. */
  remarks: string[];
  values: Map<string, Float32Array>;
}

/** Reads and checks everything in the folder. Nothing is registered or kept when it throws. */
export const readModelFolder = (dir: string): ModelFolder => {
  const parts = readModelParts(dir);
  return { ...parts, values: readValues(dir, parts.config) };
};

/**
 * The checks of readModelFolder tensor by tensor, for models larger than memory; without `values`, everything but the
 * numbers. Returns how the weights are stored.
 */
export const checkModelFolder = (dir: string, { values }: { values: boolean }): Quantisation => {
  const { config } = readModelParts(dir);
  return withWeights(dir, ({ find, names }) => {
    refuseUnknown(names, config);
    if (values) checkTiedHead(find, config);
    const tensors = new Map(parameterSpecs(config).map((p) => [p.source.hf, storedShape(p)]));
    for (const [hf, shape] of tensors) {
      if (values) readTensor(find, config, hf, shape);
      else locateTensor(find, config, hf, shape);
    }
    return names.some((name) => isQuantized(find(name)!.tensors.get(name)!)) ? 'int8' : 'none';
  });
};

/** Config and tokenizer of a folder of any kind, checked; no weight is read. */
export const readModelParts = (folder: string): Omit<ModelFolder, 'values'> => {
  const dir = weightsFolder(folder);
  if (!existsSync(dir)) throw new QuittanceError('MODEL_NOT_FOUND', { message: `there is no model folder ${dir}` });
  const configJson = readJsonFile(join(dir, 'config.json'), MOST_CONFIG_BYTES);
  const plain = readConfig(configJson);
  const generation = optionalJson(join(dir, GENERATION_CONFIG));
  const ends = generationEnds(generation, plain.vocabSize);
  const several = { ...plain, eosIds: [...new Set([...plain.eosIds, ...ends])] };
  const tokenizer = readFolderTokenizer(dir);
  const config = withTurnEndFirst(several, tokenizer, dir);
  if (tokenizer.size > config.vocabSize) {
    throw modelInvalid('tokenizer and embedding disagree', {
      expected: `at most ${config.vocabSize} tokens`,
      got: `${tokenizer.size} tokens`,
    });
  }
  const beside = ['tokenizer_config.json', 'special_tokens_map.json'].flatMap((name) =>
    checkTokenizerConfig(name, optionalJson(join(dir, name)), tokenizer, config.vocabSize),
  );
  return {
    dir,
    config,
    configJson,
    tokenizer,
    remarks: [...ownCode(configJson), ...checkGenerationConfig(generation), ...beside],
  };
};

/**
 * Reads tensor by tensor straight into the backend, so that there are never two copies of the weights. The caller
 * disposes the model.
 */
export const loadModel = (dir: string, from: typeof modelFrom = modelFrom): Model => {
  const { config, tokenizer } = readModelParts(dir);
  const specs = new Map(parameterSpecs(config).map((p) => [p.name, p]));
  return withValues(dir, config, (valueOf) => from(config, tokenizer, { get: (name) => valueOf(specs.get(name)!) }));
};

/**
 * Remark on a model that comes with Python code of its own: the engine computes it as its model_type says, without that
 * code.
 */
const ownCode = ({ auto_map }: Readonly<Record<string, unknown>>): string[] =>
  isUnset(auto_map) ? [] : ["config.json: auto_map names code of the model's own, which is never run"];

/** Nothing where there is no such file. */
const optionalJson = (path: string): Record<string, unknown> => (existsSync(path) ? readJsonFile(path) : {});

/**
 * Where a model has several end tokens, the tokenizer's own ends an answer (<|eot_id|>, <|im_end|>) and comes first;
 * config.json may list the end of a document before it.
 */
const withTurnEndFirst = (config: DecoderConfig, tokenizer: Tokenizer, dir: string): DecoderConfig => {
  const token = SpecialToken.safeParse(optionalJson(join(dir, 'tokenizer_config.json'))['eos_token']);
  const id = token.success ? tokenizer.idOf(token.data) : undefined;
  if (id === undefined || !config.eosIds.includes(id)) return config;
  return { ...config, eosIds: [...new Set([id, ...config.eosIds])] };
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

const readValues = (dir: string, config: DecoderConfig): Map<string, Float32Array> =>
  withValues(dir, config, (valueOf) => new Map(parameterSpecs(config).map((p) => [p.name, valueOf(p)])));

type ValueOf = (p: ParameterSpec) => Float32Array;

/** The tensors of a model as they are stored, ready to be written: Hugging Face names and layouts, float32. */
export const storedTensors = (
  config: DecoderConfig,
  valueOf: ValueOf,
  specs: readonly ParameterSpec[] = parameterSpecs(config),
): TensorToWrite[] =>
  storedTensorsToMake(config, valueOf, specs).map(({ make, ...tensor }) => ({ ...tensor, data: make() }));

/** The same tensors, each computed when it is written. */
export const storedTensorsToMake = (
  config: DecoderConfig,
  valueOf: ValueOf,
  specs: readonly ParameterSpec[] = parameterSpecs(config),
): TensorToMake[] =>
  [...Map.groupBy(specs, ({ source }) => source.hf)].map(([name, parts]) => {
    const shape = storedShape(parts[0]!);
    const make = () => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      for (const p of parts) intoStored(p, valueOf(p), data);
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
export const manifestOf = (dir: string, quantisation: Quantisation): WeightsManifest => {
  const names = readdirSync(dir).filter(isServed);
  const files = names.sort().map((name) => [name, fileEntry(join(dir, name))] as const);
  return { kind: 'quittance-model/v1', quantisation, files: Object.fromEntries(files) };
};

/** Digest and size of a file, which may be larger than memory. */
export const fileEntry = (path: string): FileEntry => {
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
