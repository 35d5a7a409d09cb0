// A special token as tokenizer_config.json writes it: its text, or an object with its text.
import { z } from 'zod';

export const SpecialToken = z.union([
  z.string(),
  z.looseObject({ content: z.string() }).transform(({ content }) => content),
]);
