// Whether a letter says what it must and nothing that it must not: the elements of its kind and of its law, each with
// its fact; no link, since a link that is opened by a mail scanner could do something; nothing personal but the name.
// Trap: it proves that elements are there, not that the law is read rightly: that is for counsel (docs/regimes.md).
import type { LetterElement } from '#core/letters.ts';
import { composeLetter, elementsOf, NEEDS, saidOf, type Letter, type LetterFacts } from './compose.ts';
import { LETTER_WORDS } from './words.ts';

export interface Finding {
  readonly rule: 'missing' | 'fact' | 'link' | 'personal' | 'claim' | 'language';
  readonly element?: LetterElement;
  /** What to do about it. */
  readonly say: string;
}

/** `personal`: what the vault holds of the person beside the name (identifiers, values), none of which may be in it. */
export const lintLetter = (letter: Letter, facts: LetterFacts, personal: readonly string[] = []): Finding[] => [
  ...missing(letter),
  ...withoutFact(letter, facts),
  ...(otherLanguage(letter, facts)
    ? [{ rule: 'language' as const, say: 'compose it in the language that was asked for' }]
    : []),
  ...(LINK.test(textOf(letter)) ? [{ rule: 'link' as const, say: 'take the address out of the note' }] : []),
  ...(CLAIMS.some((claim) => claim.test(textOf(letter)))
    ? [{ rule: 'claim' as const, say: 'say what was tested, not that it is gone' }]
    : []),
  ...(personal.some((word) => isIn(word, letter))
    ? [{ rule: 'personal' as const, say: 'take personal data out of the note' }]
    : []),
];

const textOf = ({ title, greeting, paragraphs }: Letter): string =>
  [title, greeting, ...paragraphs.map(({ text }) => text)].join('\n');

const missing = ({ kind, regime, paragraphs }: Letter): Finding[] => {
  const said = paragraphs.filter(({ text }) => text.trim() !== '').map(({ element }) => element);
  return elementsOf(kind, regime)
    .filter((element) => !said.includes(element))
    .map((element) => ({ rule: 'missing', element, say: TO_DO[element] ?? 'the ticket does not have this fact yet' }));
};

const TO_DO: Readonly<Partial<Record<LetterElement, string>>> = {
  question: 'write what is asked, with --note FILE',
  facts: 'write the facts of the decision, with --note FILE',
  ground: 'propose or decide a refusal first, with its ground',
  'extension-reason': 'extend the deadline first',
  done: 'wait until what is served was probed',
  secret: 'keep the letter, with --keep: the secret is in none that is only shown',
  hold: 'place the hold first',
  review: 'place the hold with the day on which it is looked at again',
  'appeal-received': 'record the appeal first',
};

/** An element that does not hold the fact which it is about. */
const withoutFact = ({ paragraphs, language }: Letter, facts: LetterFacts): Finding[] => {
  const said = saidOf(facts, LETTER_WORDS[language]);
  return paragraphs
    .filter(({ element, text }) => NEEDS[element].some((fact) => said[fact] === '' || !text.includes(said[fact])))
    .map(({ element }) => ({ rule: 'fact', element, say: 'this sentence does not say what it is about' }));
};

const otherLanguage = (letter: Letter, facts: LetterFacts): boolean =>
  letter.language !== facts.language || letter.title !== composeLetter(facts).title;

const LINK = /https?:|mailto:|www\.|<[^>]+>/i;
/** Words that the product never says (core/scope.ts), and their like. */
const CLAIMS = [/erased from the model/i, /as if never trained/i, /certified removal/i, /\banonymous model/i];

const isIn = (word: string, letter: Letter): boolean => {
  const { paragraphs } = letter;
  const wanted = word.trim().toLowerCase();
  return wanted.length > 2 && paragraphs.some(({ text }) => text.toLowerCase().includes(wanted));
};
