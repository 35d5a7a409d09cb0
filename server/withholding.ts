// An answer under the interim rules of open tickets, for whoever answers with a registered model: the server and the
// command line. Traps: the answer is checked whole, with what it would have gone on to say and what it continues,
// before any of it leaves; and a rule may come while the model is answering.
import { withholds, type Rule } from '#core/suppression.ts';
import type { Completed } from './completions.ts';

/** What was asked: text that the answer continues, or a conversation that it answers. */
export type Asked = { readonly lead: string } | { readonly context: string };

/**
 * Tokens beyond the requested number that are checked too, because a value must not leave in pieces that are each cut
 * short.
 */
const AHEAD = 16;

export const underRules = async <Said extends Pick<Completed, 'text' | 'completionTokens'>>(
  complete: (maxTokens: number) => Promise<Said>,
  rules: () => Promise<readonly Rule[]>,
  asked: Asked,
  maxTokens: number,
): Promise<{ said: Said; withheld: boolean }> => {
  const before = await rules();
  const whole = await complete(maxTokens + (before.length > 0 ? AHEAD : 0));
  // the same answer up to the requested length
  const said = whole.completionTokens > maxTokens ? await complete(maxTokens) : whole;
  return { said, withheld: withholds([...before, ...(await rules())], { answer: whole.text, ...asked }) };
};
