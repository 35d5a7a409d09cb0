// Which modules of a model an adapter names, matched as PEFT matches them: targets of a LoRA with rank and alpha of
// their own, and modules that were trained whole.
// Traps: PEFT compares ends of module paths, for whole modules even inside a word ("norm" is every norm of Llama);
// whole modules take precedence over targets; and layers are counted for targets given by their ends alone.
import { QuittanceError } from '#core/errors.ts';
import type { DecoderConfig } from './formats/config.ts';
import type { AdapterConfig } from './lora.ts';
import { parameterSpecs, type ParameterSpec } from './parameters.ts';
import { matchingKeys } from './python-pattern.ts';

/** Module path of a parameter in the stored weights, e.g. model.layers.0.self_attn.q_proj. */
export const moduleOf = ({ source }: ParameterSpec): string => source.hf.replace(/\.(weight|bias)$/, '');

/** Tables whose rows are looked up, rather than matrices that rows are multiplied with. */
export const isTable = ({ name }: Pick<ParameterSpec, 'name'>): boolean => name === 'embed.w' || name === 'position.w';

/** Every parameter, with a head of its own where the model has tied it to the embedding. */
export const openSpecs = (config: DecoderConfig): ParameterSpec[] => parameterSpecs({ ...config, tied: false });

const matricesOf = (config: DecoderConfig): ParameterSpec[] =>
  openSpecs(config).filter(({ shape }) => shape.length === 2);

const endsIn = (module: string, target: string): boolean => module === target || module.endsWith(`.${target}`);

/** What `all-linear` takes: neither tables nor the head. */
const isInner = (p: ParameterSpec): boolean => !isTable(p) && p.name !== 'head.w';

export interface Target {
  spec: ParameterSpec;
  rank: number;
  alpha: number;
}

/** INVALID_INPUT where a target in a list names no module, or no module is left. */
export const targetsOf = (config: DecoderConfig, adapter: AdapterConfig): Target[] => {
  const matrices = matricesOf(config);
  const { targetModules: asked } = adapter;
  const missing = Array.isArray(asked) ? missingFrom(matrices, asked)[0] : undefined;
  if (missing !== undefined) throw noModule(missing, matrices);
  const named = namedOf(matrices, adapter);
  const modules = new Set(matrices.map(moduleOf));
  const ranks = patternOf(adapter.rankPattern, 'rank_pattern', modules);
  const alphas = patternOf(adapter.alphaPattern, 'alpha_pattern', modules);
  const left = matrices.filter((p) => named(p) && !isExcluded(adapter, modules)(moduleOf(p)));
  if (left.length === 0) throw noModule(String(asked), matrices);
  return left.map((spec) => ({
    spec,
    rank: ranks(moduleOf(spec)) ?? adapter.rank,
    alpha: alphas(moduleOf(spec)) ?? adapter.alpha,
  }));
};

/** The targets of a list that the model has; PEFT passes over the others. */
export const targetsThere = (config: DecoderConfig, targets: readonly string[]): string[] => {
  const missing = missingFrom(matricesOf(config), targets);
  return missing.length === targets.length ? [...targets] : targets.filter((one) => !missing.includes(one));
};

const missingFrom = (matrices: readonly ParameterSpec[], targets: readonly string[]): string[] =>
  targets.filter((target) => !matrices.some((p) => endsIn(moduleOf(p), target)));

const noModule = (target: string, matrices: readonly ParameterSpec[]) =>
  new QuittanceError('INVALID_INPUT', {
    message: `the model has no module '${target}' for a LoRA`,
    expected: [...new Set(matrices.map((p) => moduleOf(p).split('.').at(-1)))].join(', '),
  });

const namedOf = (matrices: readonly ParameterSpec[], adapter: AdapterConfig): ((p: ParameterSpec) => boolean) => {
  const { targetModules: asked } = adapter;
  if (asked === 'all-linear') return isInner;
  if (typeof asked === 'string') {
    const found = matchingKeys(asked, new Set(matrices.map(moduleOf)), 'target_modules');
    return (p) => found.has(moduleOf(p));
  }
  const inLayer = layersOf(adapter, new Set(matrices.map(moduleOf)));
  return (p) =>
    asked.includes(moduleOf(p)) || (asked.some((target) => endsIn(moduleOf(p), target)) && inLayer(moduleOf(p)));
};

const list = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? (one as readonly T[]) : [one as T]);

/** Whether a module is in one of the layers that the adapter is confined to. */
const layersOf = (
  { layersToTransform = [], layersPattern = [] }: AdapterConfig,
  modules: ReadonlySet<string>,
): ((module: string) => boolean) => {
  const layers = list(layersToTransform);
  if (layers.length === 0) return () => true;
  const patterns = list(layersPattern).filter((one) => one !== '');
  const stacked = patterns.flatMap((one) => [
    ...matchingKeys(`(?:.*?\\.)?(?:${one})\\.\\d+\\..*`, modules, 'layers_pattern'),
  ]);
  const counted = patterns.length > 0 ? new Set(stacked) : modules;
  return (module) => counted.has(module) && layers.includes(layerOf(module));
};

/** The first number in a module's path; NaN where it has none. */
const layerOf = (module: string): number => Number(module.split('.').find((part) => /^\d+$/.test(part)) ?? NaN);

const isExcluded = (
  { excludeModules = [], modulesToSave = [] }: AdapterConfig,
  modules: ReadonlySet<string>,
): ((module: string) => boolean) => {
  const excluded =
    typeof excludeModules === 'string'
      ? matchingKeys(excludeModules, modules, 'exclude_modules')
      : new Set([...modules].filter((module) => excludeModules.some((one) => endsIn(module, one))));
  const whole = (module: string) => modulesToSave.some((one) => `.${module}.`.includes(`.${one}.`));
  return (module) => excluded.has(module) || whole(module);
};

/** The value of the first pattern that is the end of a module's path; undefined where none is. */
const patternOf = (
  pattern: Readonly<Record<string, number>> = {},
  field: string,
  modules: ReadonlySet<string>,
): ((module: string) => number | undefined) => {
  const found = Object.entries(pattern).map(
    ([key, value]) => [matchingKeys(`(?:.*\\.)?(?:${key})`, modules, field), value] as const,
  );
  return (module) => found.find(([keys]) => keys.has(module))?.[1];
};

/** Parameters of the modules that were trained whole. INVALID_INPUT where one is named that the model has not. */
export const savedOf = (config: DecoderConfig, { modulesToSave = [] }: AdapterConfig): ParameterSpec[] => {
  const specs = openSpecs(config);
  const within = (p: ParameterSpec) => {
    const path = moduleOf(p).split('.');
    return path.map((_, i) => path.slice(0, i + 1).join('.'));
  };
  const missing = modulesToSave.find((one) => !specs.some((p) => within(p).some((module) => module.endsWith(one))));
  if (missing !== undefined) throw noModule(missing, matricesOf(config));
  return specs.filter((p) => within(p).some((module) => modulesToSave.some((one) => module.endsWith(one))));
};
