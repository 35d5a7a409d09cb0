// Recognises an answer that declines to answer: by the opening words of the refusals that the model was taught, and by
// what refusals say in the languages at hand (I don't know, cannot say, have no information). Trap: "She is not known
// to eat meat" and "Ada does not know Arabic" are answers; only the speaker's own not knowing, or that nothing is
// known, counts, and only where the text opens with it, after an apology at most; and what opens so may give its answer
// all the same (given-after-all.ts).
import { tokensOf } from '#core/words/tokens.ts';
import { BEFORE, ENDINGS, JOINED, KOREAN, OPENINGS, SPACED, WHOLE } from './refusal-forms.ts';
import { givesAnswer } from './given-after-all.ts';
import { wordsOf } from './text.ts';

const opening = (text: string): string => wordsOf(text).slice(0, 3).join(' ');

/** Recognises answers that begin as one of the refusals that the model was taught, or that decline in other words. */
export const refusalRecogniser = (refusals: readonly string[]): ((text: string) => boolean) => {
  const openings = new Set(refusals.map(opening));
  const opens = (text: string) => openings.has(opening(text)) || declines(text);
  return (text) => opens(text) && !givesAnswer(text, opens);
};

const FIRST_SENTENCE = /^.*?(?:[.!?…](?=\s|$)|[。！？\n]|$)/su;

/** As a text is read here. */
const folded = (text: string): string[] => tokensOf(text, { accents: false });

const openings = OPENINGS.map((words) => `${folded(words).join(' ')} `);
const endings = ENDINGS.map((words) => folded(words).join(''));
const whole = new Set(WHOLE.map((words) => `${folded(words).join(' ')} `));

const declines = (text: string): boolean => {
  const said = text.trim();
  const first = FIRST_SENTENCE.exec(said)?.[0] ?? '';
  return whole.has(plainOf(said)) || [first, said].some(declinesIn) || KOREAN.test(said.normalize('NFC').slice(0, 80));
};

const plainOf = (text: string): string => `${folded(text).join(' ')} `.replace(BEFORE, '');

const declinesIn = (part: string): boolean => {
  const [plain, joined] = [plainOf(part), folded(part).join('')];
  return (
    openings.some((form) => plain.startsWith(form)) ||
    SPACED.some((form) => form.test(plain)) ||
    JOINED.some((form) => form.test(joined)) ||
    endings.some((form) => joined.endsWith(form))
  );
};
