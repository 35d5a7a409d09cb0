// What an unlearning method is. `needs` says what the job must load, and is the type of what `run` receives: a method that needs nothing beyond the forget
// data cannot even name a retain example or a reference model. Trap: shared code asks `needs`; it never branches on a method's name.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Parts } from '#engine/accumulate.ts';
import type { Row } from '#engine/batch.ts';
import type { LoraModel } from '#engine/lora.ts';
import type { Model } from '#engine/model.ts';
import type { Moments } from '#engine/moments.ts';
import type { RunSaves } from '#engine/run-saves.ts';

/** One record to forget, tokenised. */
export interface Example {
  prompt: readonly number[];
  /** End-of-sequence included. */
  answer: readonly number[];
  /** Which answer tokens carry the personal value; all of them where no value is marked. */
  valueTokens: readonly number[];
}

/** Mean log-probability per value token (nats) and exactness of examples under the current weights. */
export interface Probe {
  valueLogProbs: number[];
  answerLogProbs: number[];
  greedyExact: number[];
  /** Whether the value's tokens are the likeliest ones, given the answer's own words before them. */
  valueExact: number[];
}

export interface ForgetOnlyContext {
  readonly model: Model;
  readonly forget: readonly Example[];
  /** Tokenised refusals, end-of-sequence included. */
  readonly templates: readonly (readonly number[])[];
  /** Moments of what is to be left alone; undefined where neither corpus nor control moments exist. */
  readonly moments: { readonly source: 'corpus' | 'controls'; readonly values: Moments } | undefined;
  /** Never-trained people for the stop rule, disjoint from those of the gate. */
  readonly stopControls: readonly Example[];
  readonly seed: number;
  readonly onUpdate?: (point: TrajectoryPoint) => void | Promise<void>;
  /** Sees the low-rank factors before they are merged, where a LoRA was trained. */
  readonly onAdapter?: (adapted: LoraModel) => void;
  /** Where the run goes on from, and saves itself. */
  readonly saves?: RunSaves;
  /** How much of a batch is in memory at once; all by default. */
  readonly parts?: Parts;
}

/** What some methods read beside the forget data. */
export interface Extras {
  /** Trained rows that stay. */
  readonly retain: readonly Row[];
  /** The frozen model before unlearning. */
  readonly reference: Model;
}
export type Need = keyof Extras;
export type Context<N extends Need> = ForgetOnlyContext & Pick<Extras, N>;

export interface TrajectoryPoint {
  update: number;
  loss: number;
  /** Against the stop controls: 0.5 is indistinguishable, above is still known, below over-forgotten. */
  valueAuc: number;
  /** The same of whole answers. */
  answerAuc: number;
  greedyExact: number;
  valueExact: number;
  meanValueLogProb: number;
}

export interface Outcome {
  kind: 'weights' | 'lora' | 'decoder';
  updates: number;
  stop: 'stop-rule' | 'update-limit' | 'landed';
  trajectory: TrajectoryPoint[];
  /** Choices that a reader must know to repeat the run: reduction, moments' source, optimiser. */
  recorded: Record<string, string | number | boolean>;
}

export interface UnlearningMethod {
  readonly name: string;
  readonly summary: string;
  readonly paper: string;
  readonly needs: readonly Need[];
  readonly config: z.ZodType;
  /** METHOD_CONFIG where the configuration is not the method's own; leaves the unlearned weights in `context.model`. */
  run(context: ForgetOnlyContext & Partial<Extras>, config: unknown): Promise<Outcome>;
}

export const defineMethod = <C extends z.ZodType, const N extends Need>(spec: {
  name: string;
  summary: string;
  paper: string;
  needs: readonly N[];
  config: C;
  run(context: Context<N>, config: z.output<C>): Promise<Outcome>;
}): UnlearningMethod => ({
  name: spec.name,
  summary: spec.summary,
  paper: spec.paper,
  needs: spec.needs,
  config: spec.config,
  async run(context, config) {
    const parsed = spec.config.safeParse(config);
    if (!parsed.success) throw configError(spec.name, parsed.error);
    return spec.run(only(context, spec.name, spec.needs), parsed.data);
  },
});

const configError = (method: string, error: z.ZodError) =>
  new QuittanceError('METHOD_CONFIG', {
    message: `${method}: ${error.issues.map((issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`).join('; ')}`,
    hint: `see docs/methods.md, section ${method}`,
    cause: error,
  });

const FORGET_ONLY = [
  'model',
  'forget',
  'templates',
  'moments',
  'stopControls',
  'seed',
  'onUpdate',
  'onAdapter',
  'saves',
  'parts',
] as const;

/** The context cut down to what the method declared: undeclared data is absent at run time too. */
const only = <N extends Need>(
  context: ForgetOnlyContext & Partial<Extras>,
  method: string,
  needs: readonly N[],
): Context<N> => {
  const missing = needs.find((need) => context[need] === undefined);
  if (missing)
    throw new QuittanceError('METHOD_CONFIG', {
      message: `${method} needs ${missing} data`,
      hint: `pass it, or take a method that needs less, such as flat`,
    });
  const keys = new Set<string>([...FORGET_ONLY, ...needs]);
  return Object.fromEntries(Object.entries(context).filter(([key]) => keys.has(key))) as unknown as Context<N>;
};
