// LoRA adapters in PEFT's folder format: adapter_config.json and adapter_model.safetensors
// (https://huggingface.co/docs/peft).
// Traps: options that change the computation and are not implemented are refused by name; PEFT writes target_modules in
// random order.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { DecoderConfig } from './config.ts';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from './folder-kind.ts';
import { checkKeys, rules, type KeyRules } from './known-keys.ts';
import { storedTensors } from './folder.ts';
import { readJsonFile } from './json-file.ts';
import { attachLora, LoraConfig, shapeLora, type Lora, type LoraModel } from '../lora.ts';
import type { Model } from '../model.ts';
import { storedShape, fromStored } from '../parameters.ts';
import { openSafetensors, writeSafetensors, type SafetensorsFile } from './safetensors.ts';
import { replaceFolder } from './whole-folder.ts';

/**
 * What adapter_config.json may say. Some values of `init_lora_weights` subtract a part from the base's weights (PiSSA,
 * OLoRA, CorDA, LoftQ, LoRA-GA); factors trained that way do not fit the unchanged base, so they are refused.
 */
const KNOWN: KeyRules = {
  ...rules('read', 'r', 'lora_alpha', 'lora_dropout', 'target_modules', 'use_rslora', 'rank_pattern', 'alpha_pattern'),
  ...rules('harmless', 'task_type', 'auto_mapping', 'peft_version', 'base_model_name_or_path', 'revision'),
  ...rules('harmless', 'inference_mode', 'fan_in_fan_out', 'runtime_config', 'eva_config', 'qalora_group_size'),
  ...rules('harmless', 'megatron_core', 'layers_pattern'),
  peft_type: { only: ['LORA'] },
  init_lora_weights: { only: [true, false, 'gaussian', 'orthogonal', 'eva'] },
  bias: { only: ['none'] },
  ...rules({ only: [false] }, 'lora_bias', 'use_dora', 'use_qalora', 'ensure_weight_tying'),
  ...rules({ only: [null] }, 'loftq_config', 'corda_config', 'lora_ga_config', 'velora_config', 'monteclora_config'),
  ...rules({ only: [null] }, 'kasa_config', 'arrow_config', 'megatron_config', 'use_bdlora', 'modules_to_save'),
  ...rules({ only: [null] }, 'layers_to_transform', 'layer_replication', 'exclude_modules', 'target_parameters'),
  ...rules({ only: [null] }, 'trainable_token_indices', 'alora_invocation_tokens'),
};

const AdapterConfig = z.looseObject({
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  lora_dropout: z.number().default(0),
  target_modules: z.union([z.string(), z.array(z.string()).min(1)]),
  use_rslora: z.boolean().nullish(),
  rank_pattern: z.record(z.string(), z.unknown()).nullish(),
  alpha_pattern: z.record(z.string(), z.unknown()).nullish(),
});

const unsupported = (field: string, got: unknown) =>
  new QuittanceError('MODEL_UNSUPPORTED', {
    message: `${ADAPTER_CONFIG}: ${field} is not supported`,
    expected: 'plain LoRA: rank, alpha, dropout, a list of target modules',
    got: JSON.stringify(got),
  });

/** MODEL_UNSUPPORTED names the option; MODEL_INVALID where the file is no LoRA configuration. */
export const readAdapterConfig = (json: Readonly<Record<string, unknown>>): LoraConfig => {
  if (json['peft_type'] === undefined) throw unsupported('peft_type', 'nothing');
  checkKeys(ADAPTER_CONFIG, json, KNOWN);
  const parsed = AdapterConfig.safeParse(json);
  if (!parsed.success) {
    throw new QuittanceError('MODEL_INVALID', { message: `${ADAPTER_CONFIG} is malformed`, cause: parsed.error });
  }
  const { r, lora_alpha, lora_dropout, target_modules, use_rslora, rank_pattern, alpha_pattern } = parsed.data;
  for (const [field, pattern] of Object.entries({ rank_pattern, alpha_pattern })) {
    if (Object.keys(pattern ?? {}).length > 0) throw unsupported(field, pattern);
  }
  if (typeof target_modules === 'string' && target_modules !== 'all-linear') {
    throw unsupported('target_modules', target_modules); // a regular expression from a stranger is not run
  }
  return LoraConfig.parse({
    rank: r,
    alpha: lora_alpha,
    dropout: lora_dropout,
    targetModules: target_modules,
    rankStabilized: use_rslora ?? false,
  });
};

/** Adds the adapter in `dir` to the model. Refuses tensors that are missing, left over or of another shape. */
export const readAdapter = (dir: string, model: Model): LoraModel =>
  withAdapter(dir, model.config, (lora, file) => {
    const valueOf = (p: Lora['specs'][number]) => fromStored(p, file.read(p.source.hf));
    return attachLora(model, lora, new Map(lora.specs.map((p) => [p.name, valueOf(p)])));
  });

/** Whether the adapter in `dir` fits a model of this shape, and its values are numbers. */
export const checkAdapter = (dir: string, config: DecoderConfig): LoraConfig =>
  withAdapter(dir, config, (lora, file) => {
    for (const name of file.tensors.keys()) file.read(name);
    return lora.config;
  });

const withAdapter = <T>(dir: string, config: DecoderConfig, use: (lora: Lora, file: SafetensorsFile) => T): T => {
  const lora = shapeLora(config, readAdapterConfig(readJsonFile(join(dir, ADAPTER_CONFIG))));
  const file = openSafetensors(join(dir, ADAPTER_WEIGHTS));
  try {
    checkTensors(file, lora);
    return use(lora, file);
  } finally {
    file.close();
  }
};

const checkTensors = ({ tensors }: SafetensorsFile, { specs }: Lora): void => {
  const wanted = new Map(specs.map((p) => [p.source.hf, storedShape(p).join(', ')]));
  const left = [...tensors.keys()].find((name) => !wanted.has(name));
  if (left !== undefined) throw mismatch(left, 'no such tensor', 'one');
  for (const [name, shape] of wanted) {
    const got = tensors.get(name)?.shape.join(', ');
    if (got !== shape) throw mismatch(name, `[${shape}]`, got === undefined ? 'nothing' : `[${got}]`);
  }
};

const mismatch = (name: string, expected: string, got: string) =>
  new QuittanceError('MODEL_INVALID', {
    message: `the adapter and the model disagree on ${name}`,
    expected,
    got,
    hint: 'take the base model that adapter_config.json names, and the adapter_config.json that was saved with the weights',
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
  const tensors = storedTensors(config, ({ name }) => weights(name).dataSync<'float32'>(), lora.specs);
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
  fan_in_fan_out: conv1d, // GPT-2's matrices are stored [in, out]
  bias: 'none',
  modules_to_save: null,
});
