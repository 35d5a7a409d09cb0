// The settings of an update: which weights move, by which optimiser, through which projection; and which settings
// exclude each other.
// Trap: settings that exclude each other are refused here, with the configuration, before anything is loaded.
import { z } from 'zod';
import { LoraConfig } from '#engine/lora.ts';

export const UpdateConfig = z
  .strictObject({
    /**
     * mlp: gate, up and down of every layer. body: everything but the embeddings (and an untied head). lora: low-rank
     * factors beside the frozen weights.
     */
    trainable: z.enum(['mlp', 'mlp-down', 'body', 'all', 'lora']).default('mlp'),
    /** With trainable 'lora': its shape. The factors are merged into the weights at the end. */
    lora: LoraConfig.prefault({}),
    /**
     * With trainable 'lora': how the frozen matrices are kept in memory. bfloat16 halves it, needs weights that were
     * stored in bfloat16, and works on tensorflow only.
     */
    base: z.enum(['float32', 'bfloat16']).default('float32'),
    /** sophia: second order, as SOUL has it (https://arxiv.org/abs/2404.18239). sgd: along the gradient as it is. */
    optimizer: z.enum(['normalized-sgd', 'sgd', 'adamw', 'sophia']).default('normalized-sgd'),
    /** Global L2 norm of one update (normalized-sgd), or learning rate (sgd, adamw, sophia). */
    step: z.number().positive().default(0.4),
    /**
     * The step is a share of the global L2 norm that the moving weights have at the start, so that one setting fits
     * models of different sizes (normalized-sgd).
     */
    relative: z.boolean().default(false),
    projection: z.enum(['owm', 'none']).default('owm'),
    /** λ of λ(C + λI)⁻¹, with C scaled to a typical diagonal of 1. */
    lambda: z.number().positive().default(0.01),
    scale: z.enum(['mean', 'median']).default('mean'),
    /** Updates at most. */
    updates: z.int().positive().max(10_000).default(40),
  })
  .superRefine(({ base, trainable, projection, relative, optimizer }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (base === 'bfloat16' && trainable !== 'lora')
      refuse('base', `bfloat16 is for weights that do not move: set update.trainable=lora, which is ${trainable}`);
    if (relative && optimizer !== 'normalized-sgd')
      refuse('relative', `a relative step is a length: set update.optimizer=normalized-sgd, which is ${optimizer}`);
    if (relative && trainable === 'lora')
      refuse('relative', 'fresh factors of a LoRA begin at 0 and have no norm to be relative to');
    if (projection === 'owm' && trainable === 'lora')
      refuse('projection', 'owm is of whole matrices, not of the factors of a LoRA: set update.projection=none');
  });
export type UpdateConfig = z.infer<typeof UpdateConfig>;

/** Published methods update everything but the embeddings by AdamW, without a projection. */
export const BASELINE = {
  trainable: 'body',
  optimizer: 'adamw',
  step: 1e-4,
  projection: 'none',
  updates: 120,
} as const;

const TRAINABLE: Readonly<Record<UpdateConfig['trainable'], (name: string) => boolean>> = {
  mlp: (name) => /\.(gate|up|down)\.w$/.test(name),
  'mlp-down': (name) => name.endsWith('.down.w'),
  body: (name) => name.startsWith('layers.'),
  all: () => true,
  lora: (name) => /\.lora[AB]$/.test(name),
};

/** Which parameters move, by name. */
export const movesUnder = ({ trainable }: Pick<UpdateConfig, 'trainable'>): ((name: string) => boolean) =>
  TRAINABLE[trainable];
