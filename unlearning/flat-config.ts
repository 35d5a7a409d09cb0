// The settings of FLAT. Trap: what keeps an update from going too far (ease, hold, floor) needs balanced terms.
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
  /** Each term's projected gradient brought to norm 1; needed where the answer is recited with p near 1. */
  balanced: z.boolean().default(false),
  /** With balanced terms: weight of the template term is 1 − v_e, so that it fades as it is learnt. */
  fade: z.boolean().default(false),
  /**
   * With balanced terms: weight of the template term beside the forget term's 1. A base that refuses readily needs
   * little of it.
   */
  templateWeight: z.number().min(0).max(1).default(1),
  /**
   * With balanced terms: the template term weakens as whole answers come down to those about people whom the model
   * never saw (by 2 · AUC − 1 against the stop controls, nothing from 0.5 on); a refusal that is learnt faster than
   * values are forgotten shows.
   */
  ease: z.boolean().default(false),
  /**
   * With balanced terms: weight of a term that holds the words around the value, once whole answers fall below the
   * controls' (times 1 − 2 · AUC, nothing from 0.5 on); values that are forgotten must not drag the wording along,
   * which says nothing about the person.
   */
  hold: z.number().nonnegative().default(0),
  /**
   * With balanced terms: weight of a term that brings what counts of the answers back up to those about people whom the
   * model never saw (their mean log-probability, as the stop rule last measured it), times the share of records below
   * it. Stubborn values must not take the others down with them.
   */
  floor: z.number().nonnegative().default(0),
  /**
   * Which tokens of the answer to forget count. value: those of the marked personal value alone, so that the words
   * around it, which answers about other people share, are neither pushed down nor garbled.
   */
  tokens: z.enum(['answer', 'value']).default('answer'),
  /** Records per update; all where the forget set is smaller. */
  batchSize: z.int().positive().default(20),
});
export type FlatConfig = z.infer<typeof FlatConfig>;
