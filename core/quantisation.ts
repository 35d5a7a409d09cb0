// The number format in which a model's weights are stored and computed with. A candidate is judged in the format in
// which it will be served.
import { z } from 'zod';

export const Quantisation = z.enum(['none', 'int8']);
export type Quantisation = z.infer<typeof Quantisation>;
