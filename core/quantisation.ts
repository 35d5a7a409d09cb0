// How a model's weights are stored and computed with: what is judged is what is served.
import { z } from 'zod';

export const Quantisation = z.enum(['none', 'int8']);
export type Quantisation = z.infer<typeof Quantisation>;
