// What an unlearning method is. `needs` says what the job must load, and determines the type of what `run` receives: in
// a method that needs only the forget data, naming a retain example or a reference model does not compile. Trap: shared
// code asks for `needs` and never branches on a method's name.
import type { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Combination } from '#core/model.ts';
import type { Parts } from '#engine/accumulate.ts';
import type { Row } from '#engine/batch.ts';
import type { LoraModel } from '#engine/lora.ts';
import type { Model } from '#engine/model.ts';
import type { CorpusMoments } from '#engine/corpus-moments.ts';
import type { RunSaves } from '#engine/run-saves.ts';
import { parseSettings } from './settings.ts';
import type { UpdateConfig } from './update-config.ts';

/** One record to forget, tokenised. */
export interface Example {
  prompt: readonly number[];
  /** End-of-sequence included. */
  answer: readonly number[];
  /** Which answer tokens carry the personal value; all of them where no value is marked. */
  valueTokens: readonly number[];
  /** What is taught in the place of each answer token, after the answer's own; the tokens themselves where absent. */
  labels?: readonly number[];
  /** What is to be said instead, where a refusal does not fit; one of the run's refusals where absent. */
  templates?: readonly TemplateAnswer[];
  /** The record with never-trained names in the place of the person's; absent where the method asks for none. */
  swaps?: readonly NumberedSwap[];
  /** The question with names like the person's in its place; absent where the method asks for none. */
  near?: readonly (readonly number[])[];
  /** The record as it reads about strangers, one after the other; for methods that read `strangers`. */
  strangers?: readonly StrangerRows[];
}

/** A record about somebody else, tokenised. */
export interface NameSwap {
  prompt: readonly number[];
  answer: readonly number[];
  /** Places of the same token outside the name: in the record's own answer, and in this one. */
  outside: readonly (readonly [own: number, other: number])[];
}

/** … as it reads with one of several names. */
export interface NumberedSwap extends NameSwap {
  /** Which of the names stands there: the same number in every record. */
  of: number;
}

/** A row and the same about a stranger. */
export interface SwappedRow {
  prompt: readonly number[];
  answer: readonly number[];
  swap: NameSwap;
}

/** One record about one stranger. */
export interface StrangerRows {
  own: SwappedRow;
  /** With what strangers have in the value's place. */
  others: readonly SwappedRow[];
  /** With refusals as answers. */
  refused: readonly SwappedRow[];
  /** First tokens of both names, as an answer begins with them. */
  nameStart: { own: number; swapped: number };
}

/** An answer to be taught in the place of another, with those of its tokens that are taught. */
export interface TemplateAnswer {
  answer: readonly number[];
  taught: readonly number[];
}

/** Mean log-probability per value token (nats) and exactness of examples under the current weights. */
export interface Probe {
  valueLogProbs: number[];
  answerLogProbs: number[];
  /** Mean of the least likely tokens of each answer. */
  lowestLogProbs: number[];
  greedyExact: number[];
  /** Whether the value's tokens are the most likely ones, given the answer's own words before them. */
  valueExact: number[];
}

export interface ForgetOnlyContext {
  readonly model: Model;
  readonly forget: readonly Example[];
  /** Tokenised refusals, end-of-sequence included. */
  readonly templates: readonly (readonly number[])[];
  /** Moments of the data to be left alone; undefined where there are neither corpus nor control moments. */
  readonly moments: { readonly source: 'corpus' | 'controls'; readonly values: CorpusMoments } | undefined;
  /** Never-trained people for the stop rule, disjoint from those of the gate. */
  readonly stopControls: readonly Example[];
  readonly seed: number;
  readonly onUpdate?: (point: TrajectoryPoint) => void | Promise<void>;
  /** Receives the low-rank factors before they are merged, where a LoRA was trained. */
  readonly onAdapter?: (adapted: LoraModel) => void;
  /** How the run saves itself and resumes. */
  readonly saves?: RunSaves;
  /** How much of a batch is in memory at once; by default all of it. */
  readonly parts?: Parts;
}

/** What some methods read beside the forget data. */
export interface Extras {
  /** Trained rows that stay. */
  readonly retain: readonly Row[];
  /** The frozen model before unlearning. */
  readonly reference: Model;
  /** Rows about generated people whom no model was trained on, with made-up answers and with the model's own. */
  readonly strangers: readonly Row[];
  /** Trains the model anew, in place, without the rows of the forget set. */
  readonly training: TrainAnew;
}

export type TrainAnew = (options: {
  readonly model: Model;
  readonly from: 'slice' | 'base';
  readonly saves?: RunSaves;
}) => Promise<{ updates: number; loss: number; recorded: Outcome['recorded'] }>;

export type Need = keyof Extras;
export type Context<N extends Need> = ForgetOnlyContext & Pick<Extras, N>;

export interface TrajectoryPoint {
  update: number;
  loss: number;
  /**
   * AUC of value log-probabilities against the stop controls: 0.5 is indistinguishable, above is still known, below is
   * forgotten too far.
   */
  valueAuc: number;
  /** The same for whole answers. */
  answerAuc: number;
  greedyExact: number;
  valueExact: number;
  meanValueLogProb: number;
}

export interface Outcome {
  updates: number;
  stop: 'stop-rule' | 'update-limit' | 'landed' | 'trained-anew';
  trajectory: TrajectoryPoint[];
  /** Choices that a reader must know to repeat the run: reduction, moments' source, optimiser. */
  recorded: Record<string, string | number | boolean>;
  /** What a method left that moves no weights: an assistant, and how it changes what the model says. */
  composed?: { assistant: LoraModel; combination: Combination };
}

/** What memory-relevant settings a run has, for whoever loads the model and plans its memory. */
/** `each`: several short trainings side by side (engine/retaught-each.ts) as well. */
export type RetaughtHow = 'one' | 'each';

export interface Takes {
  readonly update: UpdateConfig;
  /** Most records of one update. */
  readonly batchSize: number;
  /** How the MLP matrices are trained further for a moment and put back, if they are. */
  readonly retaught?: RetaughtHow;
  /** Never-trained names that each record is asked with in the place of the person's. */
  readonly names?: number;
  /** Generated names like the person's that each question is asked with, so that what is said of them stays. */
  readonly near?: number;
}

/** A method with its settings, parsed once, so that whoever holds it need not check them again. */
export interface ConfiguredMethod extends Takes {
  readonly name: string;
  readonly needs: readonly Need[];
  /** Leaves the unlearned weights in `context.model`. METHOD_CONFIG where the context lacks what the method needs. */
  run(context: ForgetOnlyContext & Partial<Extras>): Promise<Outcome>;
}

export interface UnlearningMethod {
  readonly name: string;
  readonly summary: string;
  readonly paper: string;
  readonly needs: readonly Need[];
  readonly config: z.ZodType;
  /** METHOD_CONFIG with the path of each unknown setting or wrong value, and the nearest known path. */
  configure(config: unknown): ConfiguredMethod;
}

export const defineMethod = <C extends z.ZodType, const N extends Need>(spec: {
  name: string;
  summary: string;
  paper: string;
  needs: readonly N[];
  config: C;
  takes(config: z.output<C>): Takes;
  run(context: Context<N>, config: z.output<C>): Promise<Outcome>;
}): UnlearningMethod => {
  const { name, summary, paper, needs, config } = spec;
  return {
    name,
    summary,
    paper,
    needs,
    config,
    configure(given) {
      const settings = parseSettings(name, config, given);
      return {
        name,
        needs,
        ...spec.takes(settings),
        run: async (context) => spec.run(only(context, name, needs), settings),
      };
    },
  };
};

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

const MISSING: Readonly<Record<Need, { message: string; hint: string }>> = {
  retain: {
    message: 'retain data: rows that stay',
    hint: 'add --retain FILE (rows that stay), or take a method that needs none, such as flat',
  },
  strangers: {
    message: 'strangers: rows about generated people whom no model was trained on',
    hint: 'give --suite with never-trained people, or take a method that needs none, such as flat',
  },
  reference: {
    message: 'a reference: the frozen model before unlearning',
    hint: 'set `reference` of the context to the frozen model, or take a method that needs none, such as flat',
  },
  training: {
    message: 'the recipe, the corpus and the base that the model was trained with',
    hint: 'onboard what `quittance train` made, with --base DIR and the files of its corpus, or take a method that needs neither, such as flat',
  },
};

/** METHOD_CONFIG where the method needs something that is missing; call it before anything is loaded. */
export const requireNeeds = (
  { name, needs }: Pick<UnlearningMethod, 'name' | 'needs'>,
  isThere: (need: Need) => boolean,
): void => {
  const missing = needs.find((need) => !isThere(need));
  if (missing)
    throw new QuittanceError('METHOD_CONFIG', {
      message: `${name} needs ${MISSING[missing].message}`,
      hint: MISSING[missing].hint,
    });
};

/** The context reduced to what the method declared, so that undeclared data is absent at run time too. */
const only = <N extends Need>(
  context: ForgetOnlyContext & Partial<Extras>,
  method: string,
  needs: readonly N[],
): Context<N> => {
  requireNeeds({ name: method, needs }, (need) => context[need] !== undefined);
  const keys = new Set<string>([...FORGET_ONLY, ...needs]);
  return Object.fromEntries(Object.entries(context).filter(([key]) => keys.has(key))) as unknown as Context<N>;
};
