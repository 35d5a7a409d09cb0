// A letter from the facts of a ticket: the elements that its kind has, and those that its law asks for, each as one
// sentence of the language's catalogue.
// Trap: an element whose fact is not there is left out, and the lint (lint.ts) says so; nothing is made up in its
// place.
import type { LetterElement, LetterKind, LetterLanguage } from '#core/letters.ts';
import { LetterElement as Elements } from '#core/letters.ts';
import { regimeOf, type RegimeName } from '#core/regimes.ts';
import { LETTER_WORDS, type LetterWords, type Said } from './words.ts';

/** What is known of a ticket for a letter; days as `2026-03-02`, codes as the ticket has them. */
export interface LetterFacts {
  readonly kind: LetterKind;
  readonly language: LetterLanguage;
  readonly ticketId: string;
  readonly regime: RegimeName;
  readonly received: string;
  readonly due?: string | undefined;
  /** Of the person: the one name that a letter holds. */
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  readonly extension?: 'complexity' | 'number-of-requests' | undefined;
  readonly refusal?: string | undefined;
  readonly served?: { readonly prompts: number; readonly exact: number } | undefined;
  readonly secret?: string | undefined;
  readonly hold?: { readonly code: string; readonly review?: string | undefined } | undefined;
  readonly appealed?: string | undefined;
}

export interface Letter {
  readonly kind: LetterKind;
  readonly language: LetterLanguage;
  readonly regime: RegimeName;
  readonly title: string;
  readonly greeting: string;
  readonly paragraphs: readonly { readonly element: LetterElement; readonly text: string }[];
}

const ALWAYS = ['contact', 'reference'] as const;

/** What a letter of its kind says under every law. */
export const OUTLINES: Readonly<Record<LetterKind, readonly LetterElement[]>> = {
  acknowledgement: ['received', 'law', 'due', 'process', ...ALWAYS],
  identity: ['received', 'doubt', 'question', 'no-copy', ...ALWAYS],
  clarification: ['received', 'question', ...ALWAYS],
  extension: ['received', 'law', 'new-date', 'extension-reason', ...ALWAYS],
  refusal: ['received', 'law', 'decision', 'ground', 'facts', ...ALWAYS],
  'partial-refusal': ['received', 'law', 'decision-in-part', 'ground', 'facts', 'kept', ...ALWAYS],
  completion: ['received', 'law', 'done', 'limits', 'verify', 'secret', ...ALWAYS],
  hold: ['received', 'hold', 'review', 'clock-runs', ...ALWAYS],
  appeal: ['appeal-received', 'due', ...ALWAYS],
};

/** What a letter must say under a law, in the order of a letter. */
export const elementsOf = (kind: LetterKind, regime: RegimeName): LetterElement[] => {
  const asked = regimeOf(regime).file.mustSay.value[kind] ?? [];
  return Elements.options.filter((element) => OUTLINES[kind].includes(element) || asked.includes(element));
};

export const composeLetter = (facts: LetterFacts): Letter => {
  const { kind, language, regime, name } = facts;
  const words = LETTER_WORDS[language];
  const said = saidOf(facts, words);
  return {
    kind,
    language,
    regime,
    title: words.titles[kind],
    greeting: words.greeting(name),
    paragraphs: elementsOf(kind, regime)
      .filter((element) => NEEDS[element].every((fact) => said[fact] !== ''))
      .map((element) => ({ element, text: words.says[element](said) })),
  };
};

const NOTHING: readonly (keyof Said)[] = [];
/** The facts that an element holds: without them it is left out. */
export const NEEDS: Readonly<Record<LetterElement, readonly (keyof Said)[]>> = {
  reference: ['ticketId'],
  received: ['received'],
  law: ['law'],
  due: ['due'],
  verification: NOTHING,
  process: NOTHING,
  doubt: NOTHING,
  'no-copy': NOTHING,
  question: ['note'],
  'new-date': ['due'],
  'extension-reason': ['reason'],
  decision: NOTHING,
  'decision-in-part': NOTHING,
  ground: ['ground'],
  facts: ['note'],
  kept: NOTHING,
  complaint: ['authority'],
  court: NOTHING,
  'complaint-to-us': ['within'],
  appeal: ['within'],
  objection: NOTHING,
  help: NOTHING,
  done: ['prompts', 'exact'],
  limits: NOTHING,
  recipients: NOTHING,
  verify: NOTHING,
  secret: ['secret'],
  hold: ['holdFor'],
  review: ['review'],
  'clock-runs': NOTHING,
  'appeal-received': ['appealed'],
  contact: NOTHING,
};

export const saidOf = (facts: LetterFacts, words: LetterWords): Said => {
  const { label, counting, file } = regimeOf(facts.regime);
  const { served, hold, extension } = facts;
  const within = counting.appeal !== undefined && 'count' in counting.appeal ? String(counting.appeal.count) : '';
  return {
    ticketId: facts.ticketId,
    law: words.laws[facts.regime] ?? label,
    received: dayText(facts.received, words),
    due: dayText(facts.due, words),
    note: facts.note?.trim() ?? '',
    reason: extension ? words.extensions[extension] : '',
    ground: facts.refusal === undefined ? '' : groundText(facts.regime, facts.refusal, words),
    authority: words.authorities[file.authority.value],
    within,
    prompts: served ? String(served.prompts) : '',
    exact: served ? String(served.exact) : '',
    secret: facts.secret ?? '',
    holdFor: hold ? words.holds(hold.code) : '',
    review: dayText(hold?.review, words),
    appealed: dayText(facts.appealed, words),
  };
};

const dayText = (day: string | undefined, { locale }: LetterWords): string =>
  day === undefined
    ? ''
    : new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(day));

/**
 * The place in the law where a label begins with one, which needs no translation; else the label as the file has it.
 */
const groundText = (regime: RegimeName, code: string, words: LetterWords): string => {
  if (isCommon(code, words)) return words.refusals[code];
  const { refusals } = regimeOf(regime);
  const label = (Object.hasOwn(refusals, code) ? refusals[code] : undefined) ?? '';
  const [place = '', ...rest] = label.split(': ');
  return words.locale.startsWith('en') || rest.length === 0 ? label : place;
};

const isCommon = (code: string, { refusals }: LetterWords): code is keyof LetterWords['refusals'] =>
  Object.hasOwn(refusals, code);

/** As plain text, with a line between paragraphs. */
export const letterText = ({ title, greeting, paragraphs }: Letter): string =>
  `${[title, greeting, ...paragraphs.map(({ text }) => text)].join('\n\n')}\n`;
