// Numbers and addresses in a text that could be one person's: e-mail addresses, telephone numbers, customer and order
// numbers, IBANs.
import { literal } from '#core/words/literal.ts';
import { mailsIn } from '#core/words/contact.ts';
import { isIban, looksLikePhone } from '#core/words/codes.ts';
import type { Text } from '#core/words/places.ts';
import { read } from '#core/words/streams.ts';

/** A letter or digit that a code would go on with. Scripts that set no borders write their words beside a number. */
const JOINED = String.raw`[^\P{L}\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}]|\p{N}`;
const apart = (pattern: string, flags = 'u'): RegExp =>
  new RegExp(String.raw`(?<!${JOINED})(?:${pattern})(?!${JOINED})`, flags);

const CODE = apart(String.raw`(?:\p{Lu}{1,5}[-/. ]?)?\d[\d\-/.]{3,}\d|\p{Lu}{1,5}[-/]?\d{3,}(?:-[\p{Lu}\d]+)*`, 'gu');
const IBAN = apart(String.raw`[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}`, 'gu');
const PHONE = apart(String.raw`\+?\(?\d[\d ().\-/]{4,}\d`, 'gu');
const FEWEST_DIGITS = 4;

/** As they stand in the text, each once. */
export const identifiersIn = ({ text, reading }: Text): string[] => {
  const mails = mailsIn(reading).map(({ start, end }) => text.slice(start, end));
  const matches = (pattern: RegExp) => Array.from(text.matchAll(pattern), ([match]) => match.trim());
  const ibans = matches(IBAN).filter((code) => isIban(code.replaceAll(' ', '').toLowerCase()));
  const phones = matches(PHONE).filter((number) => looksLikePhone(read(number)));
  const codes = matches(CODE).filter((code) => code.replace(/\D/g, '').length >= FEWEST_DIGITS && !isDate(code));
  return [...new Set([...mails, ...ibans, ...phones, ...codes])];
};

const isDate = (code: string): boolean => /^(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(?:19|20)\d\d)$/.test(code);

/** What a code has in common with others of its kind: C-29772 and C-19156 are both "C-" and five digits. */
export const shapeOf = (code: string): RegExp => {
  const pattern = Array.from(code.trim(), (char) => (/\d/.test(char) ? '\\d' : literal(char))).join('');
  return apart(pattern);
};
