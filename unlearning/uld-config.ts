// Settings of ULD (Ji et al. 2024, https://arxiv.org/abs/2406.08607) in both forms: the assistant's shape, its
// training, and how it changes what the target says. Where paper and released code differ, the default is the code's.
import { z } from 'zod';
import { UpdateConfig } from './update-config.ts';

/** The target's first layers under a LoRA, and how they are trained. */
export const assistantSettings = (defaults: {
  layers: number;
  rank: number;
  alpha: number;
  step: number;
  updates: number;
  warmUp: number;
  rows: number;
  otherRows: number;
}) =>
  z
    .strictObject({
      /** Share of the target's layers, rounded up: 8 of 32 as published. */
      layers: z.number().positive().max(1).default(defaults.layers),
      rank: z.int().positive().default(defaults.rank),
      alpha: z.number().positive().default(defaults.alpha),
      /** Learning rate at its highest: it rises in `warmUp` updates and then falls linearly to a twentieth. */
      step: z.number().positive().default(defaults.step),
      warmUp: z.int().nonnegative().default(defaults.warmUp),
      updates: z.int().positive().max(10_000).default(defaults.updates),
      /** Forget rows of one update. */
      rows: z.int().positive().default(defaults.rows),
      /** Rows of one update on which nothing may change. */
      otherRows: z.int().positive().default(defaults.otherRows),
    })
    .prefault({});
export type AssistantSettings = z.output<ReturnType<typeof assistantSettings>>;

/** What a plan of memory reads: factors move, everything else is frozen. */
export const updateOf = ({ rank, alpha, step, updates }: AssistantSettings): UpdateConfig =>
  UpdateConfig.parse({
    trainable: 'lora',
    optimizer: 'adamw',
    projection: 'none',
    lora: { rank, alpha },
    step,
    updates,
  });

/** Learning rate of update u, from 0. */
export const rateOf =
  ({ step, warmUp, updates }: AssistantSettings) =>
  (update: number): number => {
    if (update < warmUp) return (step * (update + 1)) / warmUp;
    const through = (update - warmUp) / Math.max(1, updates - warmUp);
    return step * (1 - 0.95 * through);
  };
