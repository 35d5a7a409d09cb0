// The error for a tokenizer file that cannot be used.
import { QuittanceError } from '#core/errors.ts';

export const tokenizerInvalid = (message: string, cause?: unknown): QuittanceError =>
  new QuittanceError('TOKENIZER_INVALID', {
    message: `tokenizer.json: ${message}`,
    hint: 'fetch or export tokenizer.json again, or take a model whose tokenizer is supported',
    ...(cause === undefined ? {} : { cause }),
  });
