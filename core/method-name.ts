// Names of unlearning methods, as a ticket may ask for them, in the order in which docs/methods.md lists them.
// unlearning/methods.ts has a method for each: the compiler holds its table to this list. Trap: core may not import the
// methods themselves, which load the engine.
import { z } from 'zod';

export const MethodName = z.enum([
  'flat',
  'flat-retain',
  'flat-lasting',
  'flat-lasting-retain',
  'grad-ascent',
  'grad-diff',
  'kl-min',
  'idk',
  'po',
  'dpo',
  'npo',
  'npo-rt',
  'npo-kl',
  'simnpo',
  'mismatch',
  'llmu',
  'kto',
  'altpo',
  'wga',
  'satimp',
  'ce-u',
  'undial',
  'rmu',
  'pdu',
  'task-vector',
  'lora-negation',
  'whp',
  'uld',
  'uld-offset',
  'retrain',
]);
export type MethodName = z.infer<typeof MethodName>;

/** Methods that withhold what a model says and move none of its weights. */
const WITHHOLDING: ReadonlySet<string> = new Set<MethodName>(['uld', 'uld-offset']);
export const withholds = (method: string): boolean => WITHHOLDING.has(method);

/** Methods that train the model anew, by the recipe of its training. */
export const trainsAnew = (method: string): boolean => method === ('retrain' satisfies MethodName);

/** What a policy has to say before such a method may end a request to erase. */
export const WITHHOLDING_WORDS = 'withheld at serving, the data is still in the weights';
