// The registry of unlearning methods, one line each; their names are in core/method-name.ts.
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { MethodName } from '#core/method-name.ts';
import { didYouMean } from '#core/nearest.ts';
import { altPo } from './altpo.ts';
import { ceU } from './ce-u.ts';
import { dpo } from './dpo.ts';
import { flatRetain } from './flat-retain.ts';
import { flatLasting, flatLastingRetain } from './flat-lasting.ts';
import { flat } from './flat.ts';
import { gradAscent } from './grad-ascent.ts';
import { gradDiff } from './grad-diff.ts';
import { klMin } from './kl-min.ts';
import { kto } from './kto.ts';
import { llmu } from './llmu.ts';
import { loraNegation } from './lora-negation.ts';
import { mismatch } from './mismatch.ts';
import type { ConfiguredMethod, UnlearningMethod } from './method.ts';
import { npo, npoKl, npoRt } from './npo.ts';
import { pdu } from './pdu.ts';
import { idk, preferenceOptimization } from './preference-optimization.ts';
import { retrain } from './retrain.ts';
import { rmu } from './rmu.ts';
import { simNpo } from './simnpo.ts';
import { taskVector } from './task-vector.ts';
import { uld, uldOffset } from './uld.ts';
import { undial } from './undial.ts';
import { satImp, wga } from './weighted-ascent.ts';
import { whp } from './whp.ts';

const registry: Readonly<Record<MethodName, UnlearningMethod>> = {
  flat,
  'flat-retain': flatRetain,
  'flat-lasting': flatLasting,
  'flat-lasting-retain': flatLastingRetain,
  'grad-ascent': gradAscent,
  'grad-diff': gradDiff,
  'kl-min': klMin,
  idk,
  po: preferenceOptimization,
  dpo,
  npo,
  'npo-rt': npoRt,
  'npo-kl': npoKl,
  simnpo: simNpo,
  mismatch,
  llmu,
  kto,
  altpo: altPo,
  wga,
  satimp: satImp,
  'ce-u': ceU,
  undial,
  rmu,
  pdu,
  'task-vector': taskVector,
  'lora-negation': loraNegation,
  whp,
  uld,
  'uld-offset': uldOffset,
  retrain,
};

export const methods: readonly UnlearningMethod[] = MethodName.options.map((name) => registry[name]);

/** METHOD_UNKNOWN with the nearest name and all others. */
export const findMethod = (name: string): UnlearningMethod => {
  const known = MethodName.safeParse(name);
  if (known.success) return registry[known.data];
  throw new QuittanceError('METHOD_UNKNOWN', {
    message: `no unlearning method is called '${name}'`,
    expected: MethodName.options.join(', '),
    ...didYouMean(name, MethodName.options, 'docs/methods.md has each with its settings'),
  });
};

/** A method by name with its settings. METHOD_UNKNOWN, METHOD_CONFIG. */
export const configured = (name: string, config: unknown): ConfiguredMethod => findMethod(name).configure(config);

/** Why rungs of a ladder cannot be tried, each with its number, counted from 1; none where all can be. */
export const ladderFaults = (ladder: readonly { method: string; config: unknown }[]): string[] =>
  ladder.flatMap(({ method, config }, i) => {
    try {
      configured(method, config);
      return [];
    } catch (error) {
      if (!isQuittanceError(error)) throw error;
      return [`rung ${i + 1}: ${error.message} (${error.hint ?? ''})`];
    }
  });
