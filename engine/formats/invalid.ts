// The error for a model folder that is incomplete or contradicts itself.
import { QuittanceError } from '#core/errors.ts';

export const modelInvalid = (
  message: string,
  details: { expected?: string; got?: string; hint?: string; cause?: unknown } = {},
): QuittanceError => new QuittanceError('MODEL_INVALID', { message, ...details });
