// LoRA adapters in PEFT's folder format: adapter_config.json and adapter_model.safetensors
// (https://huggingface.co/docs/peft).
// Traps: options that change the computation and are not implemented are refused by name; PEFT writes target_modules in
// random order; and beside the factors of a table or a head it stores the base's own matrix, which tells whether this
// is the base that the adapter was made for.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { DecoderConfig } from './config.ts';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from './folder-kind.ts';
import { checkKeys, isUnset, rules, type KeyRules } from './known-keys.ts';
import { storedTensors } from './folder.ts';
import { readJsonFile } from './json-file.ts';
import { attachLora, AdapterConfig, shapeLora, type Lora, type LoraModel } from '../lora.ts';
import { isTable, moduleOf, openSpecs, targetsThere } from '../lora-modules.ts';
import type { Model } from '../model.ts';
import { fromStored, storedShape, type ParameterSpec } from '../parameters.ts';
import { tf } from '../tf.ts';
import { openSafetensors, writeSafetensors, type SafetensorsFile } from './safetensors.ts';
import { replaceFolder } from './whole-folder.ts';

/**
 * What adapter_config.json may say. Some values of `init_lora_weights` subtract a part from the base's weights (PiSSA,
 * OLoRA, CorDA, LoftQ, LoRA-GA); factors trained that way do not fit the unchanged base, so they are refused.
 */
const KNOWN: KeyRules = {
  ...rules('read', 'r', 'lora_alpha', 'lora_dropout', 'target_modules', 'use_rslora', 'rank_pattern', 'alpha_pattern'),
  ...rules('read', 'use_dora', 'modules_to_save', 'exclude_modules', 'layers_to_transform', 'layers_pattern'),
  ...rules('harmless', 'task_type', 'auto_mapping', 'peft_version', 'base_model_name_or_path', 'revision'),
  ...rules('harmless', 'inference_mode', 'fan_in_fan_out', 'runtime_config', 'eva_config', 'qalora_group_size'),
  ...rules('harmless', 'megatron_core', 'peft_type'),
  init_lora_weights: { only: [true, false, 'gaussian', 'orthogonal', 'eva'] },
  bias: { only: ['none'] },
  ...rules({ only: [false] }, 'lora_bias', 'use_qalora', 'ensure_weight_tying'),
  ...rules({ only: [null] }, 'loftq_config', 'corda_config', 'lora_ga_config', 'velora_config', 'monteclora_config'),
  ...rules({ only: [null] }, 'kasa_config', 'arrow_config', 'megatron_config', 'use_bdlora'),
  ...rules({ only: [null] }, 'layer_replication', 'target_parameters'),
  ...rules({ only: [null] }, 'trainable_token_indices', 'alora_invocation_tokens'),
};

const Stored = z.looseObject({
  r: z.int(),
  lora_alpha: z.number(),
  lora_dropout: z.number().default(0),
  target_modules: z.union([z.string(), z.array(z.string())]),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  rank_pattern: z.record(z.string(), z.number()).nullish(),
  alpha_pattern: z.record(z.string(), z.number()).nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  exclude_modules: z.union([z.string(), z.array(z.string())]).nullish(),
  layers_to_transform: z.union([z.int(), z.array(z.int())]).nullish(),
  layers_pattern: z.union([z.string(), z.array(z.string())]).nullish(),
});

/** The same by the names that the fields have here; null, false and empty are as if absent. */
const AdapterFile = Stored.transform((json): unknown => ({
  rank: json.r,
  alpha: json.lora_alpha,
  dropout: json.lora_dropout,
  targetModules: json.target_modules,
  rankStabilized: json.use_rslora ?? false,
  ...(json.use_dora && { dora: true }),
  ...given('rankPattern', json.rank_pattern),
  ...given('alphaPattern', json.alpha_pattern),
  ...given('modulesToSave', json.modules_to_save),
  ...given('excludeModules', json.exclude_modules),
  ...given('layersToTransform', json.layers_to_transform),
  ...given('layersPattern', json.layers_pattern),
})).pipe(AdapterConfig);

const given = (name: string, value: unknown) => (isUnset(value) || value === '' ? {} : { [name]: value });

const SUPPORTED = [
  'peft_type LORA: LoRA, rsLoRA and DoRA on any matrix, embedding and head, each module with a rank and alpha of its own',
  'and modules_to_save',
].join(', ');

/** MODEL_UNSUPPORTED names the option; MODEL_INVALID where the file is no LoRA configuration. */
export const readAdapterConfig = (json: Readonly<Record<string, unknown>>): AdapterConfig => {
  if (json['peft_type'] !== 'LORA')
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message: `${ADAPTER_CONFIG}: peft_type is not supported`,
      expected: SUPPORTED,
      got: JSON.stringify(json['peft_type'] ?? 'nothing'),
      hint: 'merge the adapter into its base with PEFT (merge_and_unload), save that with save_pretrained, and import it',
    });
  checkKeys(ADAPTER_CONFIG, json, KNOWN);
  const parsed = AdapterFile.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new QuittanceError('MODEL_INVALID', { message: `${ADAPTER_CONFIG} is malformed`, cause: parsed.error });
};

/** Adds the adapter in `dir` to the model. Refuses tensors that are missing, left over or of another shape. */
export const readAdapter = (dir: string, model: Model): LoraModel =>
  withAdapter(dir, model.config, (lora, file) => {
    for (const [name, p] of baseMatrices(model.config, lora))
      if (file.tensors.has(name)) checkBase(name, file.read(name), model, p);
    const valueOf = (p: ParameterSpec) => fromStored(p, file.read(p.source.hf));
    return attachLora(model, lora, new Map([...lora.specs, ...lora.fixed].map((p) => [p.name, valueOf(p)])));
  });

/** Whether the adapter in `dir` fits a model of this shape, and its values are numbers. */
export const checkAdapter = (dir: string, config: DecoderConfig): AdapterConfig =>
  withAdapter(dir, config, (lora, file) => {
    for (const name of file.tensors.keys()) file.read(name);
    return lora.config;
  });

const withAdapter = <T>(dir: string, config: DecoderConfig, use: (lora: Lora, file: SafetensorsFile) => T): T => {
  const read = readAdapterConfig(readJsonFile(join(dir, ADAPTER_CONFIG)));
  const { targetModules } = read;
  const there = Array.isArray(targetModules) ? { targetModules: targetsThere(config, targetModules) } : {};
  const lora = shapeLora(config, { ...read, ...there });
  const file = openSafetensors(join(dir, ADAPTER_WEIGHTS));
  try {
    checkTensors(file, config, lora);
    return use(lora, file);
  } finally {
    file.close();
  }
};

const checkTensors = ({ tensors }: SafetensorsFile, config: DecoderConfig, lora: Lora): void => {
  const wanted = new Map([...lora.specs, ...lora.fixed].map((p) => [p.source.hf, storedShape(p).join(', ')]));
  const beside = new Map([...baseMatrices(config, lora)].map(([name, p]) => [name, storedShape(p).join(', ')]));
  const left = [...tensors.keys()].find((name) => !wanted.has(name) && !beside.has(name));
  if (left !== undefined) throw mismatch(left, 'no such tensor', 'one');
  for (const [name, shape] of [...wanted, ...beside]) {
    const got = tensors.get(name)?.shape.join(', ');
    if (got !== shape && (got !== undefined || wanted.has(name)))
      throw mismatch(name, `[${shape}]`, got === undefined ? 'nothing' : `[${got}]`);
  }
};

/** Tables and head under factors, by the name under which the adapter may hold the base's own. */
const baseMatrices = (config: DecoderConfig, { factors }: Lora): Map<string, ParameterSpec> =>
  new Map(
    openSpecs(config)
      .filter((p) => isTable(p) || /^head\./.test(p.name))
      .filter(({ name }) => factors.has(name.replace(/\.b$/, '.w')))
      .map((p) => [`base_model.model.${moduleOf(p)}.base_layer.${p.source.hf.split('.').at(-1)}`, p]),
  );

/** What a base in 16 bits and the same in 32 may differ by. */
const ROUNDING = 2 ** -7;

/** BASE_MISMATCH where the adapter was made upon other values than the model has. */
const checkBase = (name: string, theirs: Float32Array, { config, weights }: Model, p: ParameterSpec): void => {
  const own = tf.tidy(() => weights(config.tied && p.name === 'head.w' ? 'embed.w' : p.name).dataSync<'float32'>());
  const differs = (value: number, i: number) => Math.abs(value - own[i]!) > ROUNDING * Math.abs(own[i]!) + 1e-6;
  if (!theirs.some(differs)) return;
  throw new QuittanceError('BASE_MISMATCH', {
    message: `the adapter was made upon another model: ${name} has other values than the base`,
    expected: 'the matrix of the base, which PEFT stores beside the factors of an embedding or a head',
    hint: 'take the base model that adapter_config.json names',
  });
};

const mismatch = (name: string, expected: string, got: string) =>
  new QuittanceError('MODEL_INVALID', {
    message: `the adapter and the model disagree on ${name}`,
    expected,
    got,
    hint: 'take the base model that adapter_config.json names (with as many tokens, where the vocabulary was resized), and the adapter_config.json that was saved with the weights',
  });

/**
 * Writes the LoRA as a PEFT folder, replacing what was there. `base` is the name or path under which PEFT finds the
 * base model.
 */
export const writeAdapter = (dir: string, model: Adapter, base: string): void =>
  replaceFolder(dir, (at) => writeAdapterFiles(at, model, base));

/** The factors of a LoRA, whether or not they lie over a model. */
export type Adapter = Pick<LoraModel, 'config' | 'lora' | 'weights'>;

/** The same into a folder that is there. */
export const writeAdapterFiles = (dir: string, { config, lora, weights }: Adapter, base: string): void => {
  const specs = [...lora.specs, ...lora.fixed];
  const tensors = storedTensors(config, ({ name }) => weights(name).dataSync<'float32'>(), specs);
  writeSafetensors(join(dir, ADAPTER_WEIGHTS), tensors, { format: 'pt' });
  const json = adapterConfig(lora, config.family === 'gpt2', base);
  writeFileSync(join(dir, ADAPTER_CONFIG), `${JSON.stringify(json, null, 2)}\n`);
};

const adapterConfig = ({ config }: Lora, conv1d: boolean, base: string) => ({
  peft_type: 'LORA',
  task_type: 'CAUSAL_LM',
  base_model_name_or_path: base,
  inference_mode: true,
  r: config.rank,
  lora_alpha: config.alpha,
  lora_dropout: config.dropout,
  target_modules: config.targetModules,
  use_rslora: config.rankStabilized,
  ...(config.dora && { use_dora: true }),
  ...(config.rankPattern && { rank_pattern: config.rankPattern }),
  ...(config.alphaPattern && { alpha_pattern: config.alphaPattern }),
  ...(config.excludeModules !== undefined && { exclude_modules: config.excludeModules }),
  ...(config.layersToTransform !== undefined && { layers_to_transform: config.layersToTransform }),
  ...(config.layersPattern !== undefined && { layers_pattern: config.layersPattern }),
  fan_in_fan_out: conv1d, // GPT-2's matrices are stored [in, out]
  bias: 'none',
  modules_to_save: config.modulesToSave ?? null,
});
