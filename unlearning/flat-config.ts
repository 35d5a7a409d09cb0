// The settings of FLAT. Trap: the settings that keep an update from going too far (ease, hold, floor) require
// `balanced`.
import { z } from 'zod';
import { DIVERGENCES } from './divergences.ts';

export const FlatConfig = z.strictObject({
  divergence: z.enum(DIVERGENCES).default('total-variation'),
  /**
   * paper: mean over the tokens of each answer, then g* and f*, then mean over examples. released: one mean over all
   * padded positions first.
   */
  reduction: z.enum(['paper', 'released']).default('paper'),
  /** Columns that the released reduction divides by; the released code pads TOFU to 500. */
  paddedLength: z.int().positive().default(500),
  /**
   * Each term's projected gradient is scaled to norm 1. Needed where the answer is recited with p near 1: the gradient
   * of p, and with it the forget term's, is then almost 0.
   */
  balanced: z.boolean().default(false),
  /** With balanced terms: weight of the template term is 1 − v_e, so that it fades as it is learnt. */
  fade: z.boolean().default(false),
  /**
   * With balanced terms: weight of the template term, beside 1 for the forget term. Where the base refuses readily, a
   * small weight is enough.
   */
  templateWeight: z.number().min(0).max(1).default(1),
  /**
   * With balanced terms: how templates are taught. A divergence moves a probability, and has no gradient where it is
   * near 0; cross-entropy moves its logarithm, and takes where a template is unlikely at first (another value of the
   * same kind).
   */
  teach: z.enum(['divergence', 'cross-entropy']).default('divergence'),
  /**
   * With balanced terms: the template term's weight is multiplied by 2 · AUC − 1 of whole answers against the stop
   * controls, and is 0 once that AUC is 0.5 or less. Otherwise a refusal that is learnt faster than the values are
   * forgotten pushes whole answers below the controls'.
   */
  ease: z.boolean().default(false),
  /**
   * With balanced terms: weight of a cross-entropy term on answer tokens outside the value. It is multiplied by 1 − 2 ·
   * AUC of whole answers against the stop controls, and is 0 while that AUC is 0.5 or more. Forgetting a value should
   * not also suppress the words around it, which say nothing about the person.
   */
  hold: z.number().nonnegative().default(0),
  /**
   * With balanced terms: weight of a term that raises what counts of the answers (`tokens`) to the stop controls' mean
   * log-probability, as last measured, multiplied by the share of records below it. Without it, updates for records
   * that are slow to forget push the others far below the controls.
   */
  floor: z.number().nonnegative().default(0),
  /**
   * Which tokens of the answer to forget count. value: only those of the marked personal value, so that the words
   * around it, which answers about other people share, are not suppressed.
   */
  tokens: z.enum(['answer', 'value']).default('answer'),
  /** Records per update; all where the forget set is smaller. */
  batchSize: z.int().positive().default(20),
});
export type FlatConfig = z.infer<typeof FlatConfig>;
