// Interim protection: while a model still knows a value, answers that contain it are withheld. The rule holds keyed shingles (HMACs of word runs), so that
// the serving side can recognise the value without holding it. Trap: it recognises the wording, not the fact; it is a bandage until the model has
// unlearned, and is lifted then.
import { createHmac } from 'node:crypto';
import { words } from './forget-set.ts';

export interface Rule {
  readonly secret: string;
  readonly shingles: readonly string[];
}

/** A value shorter than this is no one's in particular: withholding it would silence the model. */
const MIN_LETTERS = 4;

const shingle = (secret: string, run: readonly string[]) =>
  `${run.length}:${createHmac('sha256', secret).update(run.join(' ')).digest('hex').slice(0, 32)}`;

/** `n:` the number of words, then the HMAC of the words in lower case. */
export const shinglesOf = (values: readonly string[], secret: string): string[] => {
  const runs = values.map(words).filter((run) => run.join('').length >= MIN_LETTERS);
  return [...new Set(runs.map((run) => shingle(secret, run)))].sort();
};

/**
 * Whether an answer contains a value of the rule, in any case and punctuation, or completes one that `lead`, the text that it continues, began. A value that stands
 * in the lead alone does not count: whoever guesses must not learn that the guess is withheld.
 */
export const isWithheld = (answer: string, { secret, shingles }: Rule, lead = ''): boolean => {
  const spoken = words(lead + answer);
  const said = spoken.length - words(answer).length; // the first word that the answer has a part in
  const lengths = new Set(shingles.map((entry) => Number.parseInt(entry, 10)));
  return [...lengths].some((length) =>
    spoken.some((_, i) => {
      const run = spoken.slice(i, i + length);
      return run.length === length && i + length > said && shingles.includes(shingle(secret, run));
    }),
  );
};
