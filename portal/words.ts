// The words of the pages, in one catalogue a language: portal/words/en.ts is the form that the others fill in.
// Trap: codes of the domain (statuses, refusals, events) have English words in their own tables; where a language has
// none for a code, the English is shown. What is signed is said in English everywhere, as the report has it.
import type { Status } from '#core/ticket.ts';
import { STATUSES } from '#core/statuses.ts';
import { de } from './words/de.ts';
import { en } from './words/en.ts';

export type Words = typeof en;

export const LANGUAGES = { en, de } as const satisfies Readonly<Record<string, Words>>;
export type Language = keyof typeof LANGUAGES;

export const isLanguage = (code: string): code is Language => Object.hasOwn(LANGUAGES, code);

/** The first language of an Accept-Language header that there is. Source: RFC 9110, 12.5.4. */
export const preferred = (header: string): Language => {
  const wanted = header
    .split(',')
    .map((part) => part.split(';q='))
    .map(([range = '', weight = '1'], i) => ({ code: range.trim().slice(0, 2).toLowerCase(), weight: +weight, i }))
    .sort((a, b) => b.weight - a.weight || a.i - b.i);
  return wanted.map(({ code }) => code).find(isLanguage) ?? 'en';
};

export const statusText = ({ statuses }: Words, status: Status): string => statuses[status] ?? STATUSES[status].label;
