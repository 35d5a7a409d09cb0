// The registry of metrics: one line each, in the order in which docs/metrics.md lists them, and the way to compute them for a model.
import { QuittanceError } from '#core/errors.ts';
import type { EvaluationTables, MetricValue } from '#core/evaluation.ts';
import { nearest } from '#core/nearest.ts';
import type { PeopleWorld, QaRecord } from '#datasets/world.ts';
import { answerProbability } from './answer-probability.ts';
import { degenerateOutput, outputPerplexity, refusalForget, refusalRetained, refusalUnknown } from './answers.ts';
import { forgetQuality } from './forget-quality.ts';
import { cached, type LanguageModel } from './language-model.ts';
import { leakRate, leakRateHeldOut } from './leak-rate.ts';
import { minKAuc, valueAuc } from './membership.ts';
import { exactMemorisation, extraction, forcedPrefix } from './memorisation.ts';
import type { Evidence, Metric, MetricOptions } from './metric.ts';
import { modelUtility } from './model-utility.ts';
import { relearning } from './relearning.ts';
import { rougeL } from './rouge-l-recall.ts';
import { refusalRecogniser } from './text.ts';
import { truthRatio } from './truth-ratio.ts';
import { worstRetainedPerson } from './worst-retained-person.ts';

export const metrics: readonly Metric[] = [
  answerProbability,
  rougeL,
  truthRatio,
  forgetQuality,
  modelUtility,
  exactMemorisation,
  forcedPrefix,
  extraction,
  leakRate,
  leakRateHeldOut,
  valueAuc,
  minKAuc,
  refusalForget,
  refusalRetained,
  refusalUnknown,
  degenerateOutput,
  outputPerplexity,
  worstRetainedPerson,
  relearning,
];

/** METRIC_UNKNOWN with the nearest name and all others. */
export const findMetric = (name: string): Metric => {
  const found = metrics.find((metric) => metric.name === name);
  if (found) return found;
  throw new QuittanceError('METRIC_UNKNOWN', {
    message: `no metric is called '${name}'`,
    expected: metrics.map((metric) => metric.name).join(', '),
    hint: `did you mean '${nearest(
      name,
      metrics.map((metric) => metric.name),
    )}'?`,
  });
};

export const METRIC_DEFAULTS: MetricOptions = {
  samplesPerPrompt: 20,
  temperature: 1,
  seed: 1,
  maxTokens: 24,
  truthRatio: 'geometric',
  minK: 0.4,
  maxRows: 400,
};

export interface EvidenceInput {
  model: LanguageModel;
  /** Who stays, controls, facts, unknown people: without the forgotten records. */
  world: PeopleWorld;
  forget?: readonly QaRecord[];
  reference?: LanguageModel;
  retainModel?: LanguageModel;
  relearn?: () => Promise<EvaluationTables['curves'][string]>;
}

export const evidenceOf = (input: EvidenceInput, options: Partial<MetricOptions> = {}): Evidence => {
  const all = { ...METRIC_DEFAULTS, ...options };
  const { model, world, forget, reference, retainModel, relearn } = input;
  return {
    model: cached(model, all),
    options: all,
    isRefusal: refusalRecogniser(world.refusals),
    controls: world.controls.gate,
    retained: world.subjects,
    facts: world.facts,
    unknown: world.unknown,
    ...(world.frame && { frame: world.frame }),
    ...(forget && { forget }),
    ...(reference && { reference: cached(reference, all) }),
    ...(retainModel && { retainModel: cached(retainModel, all) }),
    ...(relearn && { relearn }),
  };
};

/** Computes metrics one after another; `relearning` changes weights, so it stands last in the registry. */
export const computeMetrics = async (
  evidence: Evidence,
  names: readonly string[] = metrics.map(({ name }) => name),
  onProgress?: (done: number, total: number, name: string) => void,
): Promise<Record<string, MetricValue>> => {
  const wanted = names.map(findMetric);
  const results: Record<string, MetricValue> = {};
  for (const [i, metric] of wanted.entries()) {
    onProgress?.(i, wanted.length, metric.name);
    results[metric.name] = await metric.compute(evidence);
  }
  return results;
};
