// What must hold before a lasting run: never-trained people to compare with, records that the model knows, and a model
// that refuses people whom it does not know.
// Traps: the floor raises every value that is below the controls'; of a record that the model never knew it would teach
// the value, so such records are dropped before the first update. And of people whom the model never saw most values
// are above their average too, as a few are very unlikely, so that a whole person is told by more than that.
import { auc } from '#core/auc.ts';
import { QuittanceError } from '#core/errors.ts';
import { clopperPearson } from '#core/stats.ts';
import { inference } from '#engine/inference.ts';
import { random } from '#engine/random.ts';
import type { LastingConfig } from './lasting-config.ts';
import type { Begun } from './loss-method.ts';
import { withKept } from './locality.ts';
import { taughtBySwaps } from './name-swap.ts';
import type { Example, ForgetOnlyContext } from './method.ts';
import { mean, probe } from './stop-rule.ts';

/** Fewer never-trained records than these have no level to be told. */
const LEAST_CONTROLS = 10;

/** INVALID_INPUT or METHOD_CONFIG. */
export const startLasting = <T extends ForgetOnlyContext>(context: T, config: LastingConfig): Begun<T> => {
  requireControls(context);
  const known = config.neverKnown === 'drop' ? knownOf(context) : context.forget;
  if (known.length === 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the model knows none of these records',
      expected: 'values that are likelier to the model than those of people whom it never saw',
      hint: 'nothing is to be unlearned; look whether records, framing and model belong together',
    });
  const swaps = config.template > 0 && config.instead === 'name-swap';
  const refuses = config.template > 0 && config.instead === 'refusal';
  const forget = swaps ? taught(context, known, config) : known;
  return {
    context: {
      ...context,
      forget: config.near > 0 ? withKept(context.model, forget) : forget,
      ...(refuses && { templates: refusalsOf(context, config) }),
    },
    recorded: {
      neverKnown: context.forget.length - known.length,
      ...(known.length === 1 && { simulated: 'not possible: re-learning needs two records' }),
    },
  };
};

/** METHOD_CONFIG where no record has the person's name in its question. */
const taught = ({ model, templates }: ForgetOnlyContext, known: readonly Example[], { names }: LastingConfig) => {
  const all = taughtBySwaps(model, known, names, templates);
  if (all.some(({ teachings }) => teachings.length > 0)) return all;
  throw new QuittanceError('METHOD_CONFIG', {
    message: "no question of these records has the person's name in it, so that no other can be put there",
    hint: 'take loss.instead=refusal, or a suite that names its people',
  });
};

const requireControls = ({ stopControls }: ForgetOnlyContext): void => {
  if (stopControls.length >= LEAST_CONTROLS) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'too few never-trained people to stop by',
    expected: `at least ${LEAST_CONTROLS} records of people whom the model never saw (controls.stop of the suite)`,
    got: String(stopControls.length),
    hint: 'add such people to the suite, or leave it out: generated people are then taken',
  });
};

/** A surely known value is likelier than this share of never-trained ones; by chance one in forty of theirs is. */
const SURE = 0.975;

type Probed = Pick<ReturnType<typeof probe>, 'valueLogProbs' | 'valueExact'>;

/** Whether more values are surely known, or come out, than of people whom the model never saw (one-sided, 5 % each). */
const isPersonKnown = (own: Probed, never: Probed): boolean => {
  const n = own.valueExact.length;
  const sure = own.valueLogProbs.filter((value) => auc([value], never.valueLogProbs) >= SURE).length;
  const least = (k: number) => clopperPearson({ k, n }, 0.1)[0];
  return least(sure) > 1 - SURE || least(own.valueExact.filter((exact) => exact === 1).length) > mean(never.valueExact);
};

/** Those whose value comes out, or is likelier than the average never-trained one; none of somebody never seen. */
const knownOf = (context: ForgetOnlyContext): Example[] => {
  const own = probe(context.model, context.forget);
  const never = probe(context.model, context.stopControls);
  if (!isPersonKnown(own, never)) return [];
  const level = mean(never.valueLogProbs);
  return context.forget.filter((_, i) => own.valueExact[i] === 1 || own.valueLogProbs[i]! > level);
};

/** Never-trained questions that are asked for a refusal. */
const ASKED = 8;

/**
 * The refusals that are taught. A refusal that nobody else gets would single the forgotten person out: METHOD_CONFIG
 * where the model gives the likeliest, on average over never-trained people, less than `refused` probability a token:
 * the geometric mean, as the last tokens of any sentence are likely once its first ones are given.
 */
const refusalsOf = (
  { model, stopControls, templates, seed }: ForgetOnlyContext,
  { refusals, refused }: LastingConfig,
): ForgetOnlyContext['templates'] => {
  const prompts = Array.from(
    { length: ASKED },
    (_, i) => stopControls[Math.floor((i * stopControls.length) / ASKED)]!.prompt,
  );
  const found = templates.map((answer) => {
    const scores = inference(model).scoreRows(prompts.map((prompt) => ({ prompt, answer })));
    return { answer, logProb: mean(scores.map(({ logProbs }) => mean([...logProbs]))) };
  });
  const most = Math.max(0, ...found.map(({ logProb }) => Math.exp(logProb)));
  if (most < refused)
    throw new QuittanceError('METHOD_CONFIG', {
      message: 'the model does not refuse people whom it never saw: a refusal would single the forgotten person out',
      expected: `a refusal of the suite with a mean probability a token of at least ${refused}`,
      got: most.toPrecision(2),
      hint: 'teach the model refusals first, or take loss.instead=name-swap, or loss.refused=0 where that is accepted',
    });
  if (refusals === 'drawn') return templates;
  const likeliest = found.toSorted((a, b) => b.logProb - a.logProb)[0]!.answer;
  return [refusals === 'likeliest' ? likeliest : templates[random(`refusal:${seed}`).below(templates.length)]!];
};
