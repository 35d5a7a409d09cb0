// The settings of lasting FLAT. Trap: every number of records, updates and shares here is about an attack that the run
// simulates; the gate's own attacks draw other records.
import { z } from 'zod';
import { DIVERGENCES } from './divergences.ts';

const share = z.number().min(0).max(1);
const weight = z.number().nonnegative();
const window = z.tuple([share, share]);

export const LastingConfig = z.strictObject({
  /** Of the forget terms, as FLAT has it. */
  divergence: z.enum(DIVERGENCES).default('total-variation'),
  /** Simulated re-learning: each update draws one of these pairs of records and updates. */
  simulated: z
    .array(z.strictObject({ records: z.int().positive(), updates: z.int().positive() }))
    .min(1)
    .default([
      { records: 2, updates: 5 },
      { records: 5, updates: 15 },
    ]),
  /** Learning rate of simulated re-learning (AdamW). */
  learningRate: z.number().positive().default(1e-3),
  /** Weight of the term on values after simulated re-learning; the term on values as they stand has 1. */
  relearn: weight.default(1),
  /** Weight of a term that raises values which fell below the stop controls' mean back to it. */
  floor: weight.default(1),
  /**
   * Weight of a term that lowers what an answer repeats from its question, such as the name, for records whose whole
   * answer, or whose least likely tokens, are likelier than the stop controls'.
   */
  naming: weight.default(1),
  /** Weight of a term that teaches refusals by cross-entropy. It fades with their mean probability a token. */
  template: weight.default(1),
  /**
   * one: the same refusal for every record of the run, drawn once; sentences come out whole. drawn: another for each
   * record and update, which greedy answers mix.
   */
  refusals: z.enum(['one', 'drawn']).default('one'),
  /** Mean probability a token from which on refusals count as taught. */
  taught: share.default(0.9),
  /** Beside the stop rule: the run goes on unless all of this holds. */
  settled: z
    .strictObject({
      /** AUC of values, of whole answers and of their least likely tokens against the stop controls. */
      value: window.default([0.42, 0.56]),
      answer: window.default([0, 1]),
      lowest: window.default([0, 1]),
      /** Attacks by records of its own draw, and the greatest share of the other values that may be exact after. */
      attacks: z
        .array(z.strictObject({ records: z.int().positive(), updates: z.int().positive(), most: share }))
        .default([
          { records: 2, updates: 10, most: 0.08 },
          { records: 5, updates: 30, most: 0.14 },
        ]),
      /** Draws of each attack. */
      draws: z.int().positive().default(2),
    })
    .prefault({}),
  /** Records per update; all where the forget set is smaller. */
  batchSize: z.int().positive().default(20),
});
export type LastingConfig = z.infer<typeof LastingConfig>;
