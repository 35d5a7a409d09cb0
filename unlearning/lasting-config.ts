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
  /**
   * To where values are brought. mean: the stop controls' mean, where all of them then stand, which a look at the whole
   * distribution tells. ranked: the likeliest to the controls' likeliest and so on, as they are spread.
   */
  levels: z.enum(['mean', 'ranked']).default('mean'),
  /** Weight of a term that raises values which fell below that level back to it. */
  floor: weight.default(1),
  /**
   * Weight of a term that lowers what an answer repeats from its question, such as the name, for records whose whole
   * answer, or whose least likely tokens, are likelier than the stop controls'.
   */
  naming: weight.default(1),
  /**
   * What is said instead. refusal: one of the suite's, by cross-entropy. name-swap: what the model says of
   * never-trained names (name-swap.ts), which a model that refuses nobody has as well.
   */
  instead: z.enum(['refusal', 'name-swap']).default('refusal'),
  /**
   * Never-trained names that are put in the place of the person's; each update takes one of them a record. With
   * several, an answer begins as one name's and goes on as the other's, within a word at times.
   */
  names: z.int().positive().default(1),
  /**
   * Weight of that term. It fades: with the refusals' mean probability a token, or as the divergence from what is said
   * of other names falls below half a nat.
   */
  template: weight.default(1),
  /**
   * likeliest: for every record of the run that which the model gives never-trained people most readily, so that the
   * person is answered as they are. one: the same for every record, drawn once. drawn: another for each record and
   * update, which greedy answers mix.
   */
  refusals: z.enum(['likeliest', 'one', 'drawn']).default('likeliest'),
  /** Mean probability a token from which on refusals count as taught. */
  taught: share.default(0.9),
  /**
   * Least probability a token (geometric mean) that the model must give a refusal to people whom it never saw; refusals
   * of a model that gives none single the forgotten person out.
   */
  refused: share.default(0.01),
  /**
   * Weight of a term that keeps what the model says of generated names like the person's: with the same first or last
   * name, or with one of the same first letter. What it says of them with a value of the forgotten records is not kept.
   */
  near: weight.default(0),
  /** Such names that are drawn for each record; each update takes one of them. */
  nearNames: z.int().positive().default(4),
  /** Records that the model never knew: the floor would teach them, so they are dropped, and counted. */
  neverKnown: z.enum(['drop', 'keep']).default('drop'),
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
