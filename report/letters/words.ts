// The words of letters, one catalogue a language. A sentence says one element (core/letters.ts) and takes the facts
// that it needs; a letter is made of sentences (compose.ts), so that a law that asks for one element more needs no new
// letter. Trap: plain words of ours, which counsel has not read in any language.
import type { Authority, LetterElement, LetterKind, LetterLanguage } from '#core/letters.ts';
import type { RegimeName } from '#core/regimes.ts';
import { de } from './languages/de.ts';
import { en } from './languages/en.ts';
import { es } from './languages/es.ts';
import { fr } from './languages/fr.ts';
import { it } from './languages/it.ts';
import { nl } from './languages/nl.ts';
import { pl } from './languages/pl.ts';
import { pt } from './languages/pt.ts';

/** What sentences say, already in the letter's language: days are written out, reasons are words. */
export interface Said {
  readonly ticketId: string;
  readonly law: string;
  readonly received: string;
  readonly due: string;
  /** What a person wrote for this letter: a question, or the facts of a decision. */
  readonly note: string;
  readonly reason: string;
  readonly ground: string;
  readonly authority: string;
  /** Days that a complaint or an appeal takes. */
  readonly within: string;
  readonly prompts: string;
  readonly exact: string;
  readonly secret: string;
  readonly holdFor: string;
  readonly review: string;
  readonly appealed: string;
}

export interface LetterWords {
  /** For the days. */
  readonly locale: string;
  /** Before the number of a page. */
  readonly page: string;
  /** Of laws that have an official short name in this language; others are named as their file has it. */
  readonly laws: Readonly<Partial<Record<RegimeName, string>>>;
  readonly titles: Readonly<Record<LetterKind, string>>;
  readonly greeting: (name: string | undefined) => string;
  /** As they stand behind the verb of the sentence `complaint`. */
  readonly authorities: Readonly<Record<Authority, string>>;
  readonly extensions: Readonly<Record<'complexity' | 'number-of-requests', string>>;
  /** Refusals that are no law's own; a law's are named by their place in it. */
  readonly refusals: Readonly<Record<'identity-not-verified' | 'no-match' | 'abusive', string>>;
  readonly holds: (code: string) => string;
  readonly says: Readonly<Record<LetterElement, (said: Said) => string>>;
}

export const LETTER_WORDS: Readonly<Record<LetterLanguage, LetterWords>> = { en, de, fr, es, it, pt, nl, pl };
