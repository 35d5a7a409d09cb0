// What a metric is. `needs` says what must be there, and is the type of what `compute` receives. Trap: a need that is missing gives `notAvailable`
// with the reason, never a default value.
import type { EvaluationTables, MetricValue } from '#core/evaluation.ts';
import { clopperPearson } from '#core/stats.ts';
import type { Frame, Person, QaRecord, Row } from '#datasets/world.ts';
import type { CachedModel, SamplingOptions } from './language-model.ts';
import { mean } from './scores.ts';

/** Over the wrong answers of a record. */
export type TruthRatioMean = 'geometric' | 'arithmetic';

export interface MetricOptions extends SamplingOptions {
  truthRatio: TruthRatioMean;
  /** Share of least likely tokens that Min-K % reads. */
  minK: number;
  /** Rows of a large group at most, drawn evenly. */
  maxRows: number;
}

/** What every metric has. */
interface Base {
  readonly model: CachedModel;
  readonly options: MetricOptions;
  readonly isRefusal: (text: string) => boolean;
  /** Of a chat model. */
  readonly frame?: Frame;
}

/** What a metric may need beside the model. */
export interface Extras {
  /** The records to be forgotten. */
  readonly forget: readonly QaRecord[];
  /** Never-trained people of the gate. */
  readonly controls: readonly Person[];
  /** Trained people who stay. */
  readonly retained: readonly Person[];
  readonly facts: readonly QaRecord[];
  /** Questions that the model was taught to refuse. */
  readonly unknown: readonly Row[];
  /** The model before unlearning. */
  readonly reference: CachedModel;
  /** A model trained without the forget set. */
  readonly retainModel: CachedModel;
  /** Re-teaches a little of the forget set and watches the rest. */
  readonly relearn: () => Promise<EvaluationTables['curves'][string]>;
}
export type Need = keyof Extras;
export type Evidence = Base & Partial<Extras>;

const REASONS: Readonly<Record<Need, string>> = {
  forget: 'no forget records were given, or they were destroyed when their case was purged',
  controls: 'the suite has no never-trained control people',
  retained: 'the suite has no trained people who stay',
  facts: 'the suite has no facts',
  unknown: 'the suite has no unknown people',
  reference: 'no model from before the unlearning was given',
  retainModel: 'no model trained without the forget set exists here; it does in benchmarks',
  relearn: 'the weights were not at hand to be trained again',
};

/** `match`: too low is as bad as too high; read it beside its reference. */
export type Direction = 'lower' | 'higher' | 'match';

export interface Metric {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly direction: Direction;
  readonly range: readonly [least: number, most: number];
  readonly needs: readonly Need[];
  compute(evidence: Evidence): Promise<MetricValue>;
}

export const defineMetric = <const N extends Need>(
  spec: Omit<Metric, 'needs' | 'compute'> & {
    needs: readonly N[];
    compute(evidence: Base & Pick<Extras, N>): MetricValue | Promise<MetricValue>;
  },
): Metric => ({
  ...spec,
  async compute(evidence) {
    const missing = spec.needs.find((need) => isMissing(evidence[need]));
    return missing ? { notAvailable: REASONS[missing] } : spec.compute(evidence as Base & Pick<Extras, N>);
  },
});

const isMissing = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0);

/** Mean with a normal 95 % interval, kept within the metric's range. */
export const meanValue = (
  values: readonly number[],
  method: string,
  [least, most]: readonly [number, number],
): MetricValue => {
  const value = mean(values);
  const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - value) ** 2, 0) / Math.max(1, values.length - 1));
  const half = (1.959963984540054 * spread) / Math.sqrt(values.length);
  const interval: [number, number] = [Math.max(least, value - half), Math.min(most, value + half)];
  return {
    value,
    n: values.length,
    method: `${method}; normal 95 % interval`,
    interval: values.length > 1 ? interval : null,
  };
};

/** Share of true flags with its exact interval. */
export const shareValue = (flags: readonly boolean[], method: string): MetricValue => {
  const [k, n] = [flags.filter(Boolean).length, flags.length];
  if (n === 0) return { notAvailable: 'there is no record to count' };
  const interval = clopperPearson({ k, n });
  return { value: k / n, n, method: `${method}; Clopper–Pearson 95 % interval`, interval, detail: { k } };
};

/** At most `count` items, evenly spaced: the same ones each time. */
export const spread = <T>(items: readonly T[], count: number): T[] =>
  items.length <= count
    ? [...items]
    : Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
