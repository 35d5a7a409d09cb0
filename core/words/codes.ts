// Numbers that identify (bank accounts, passports, telephone numbers), recognised by their form. Source: ISO 13616
// (IBAN) with its check by ISO 7064 MOD 97-10.
// Trap: "1 250 000" is a sum of money and "555 4178" is not; only groups of digits that a plain number would not have
// are taken for a telephone number.
import { KIND, type Signs } from './signs.ts';
import type { Reading } from './streams.ts';

/** Letters and digits alone, in lower case. */
export const squeezed = ({ kinds, folded }: Signs): string =>
  folded.filter((_, i) => kinds[i] === KIND.letter || kinds[i] === KIND.digit).join('');

/** Of letters and digits in lower case. */
export const isIban = (code: string): boolean => {
  if (!/^[a-z]{2}\d{2}[a-z0-9]{11,30}$/.test(code)) return false;
  const digits = Array.from(code.slice(4) + code.slice(0, 4), (char) => Number.parseInt(char, 36)).join('');
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
};

/** Capitals and digits in groups, as passports, plates and postcodes have them. */
export const isIdentifier = (text: string): boolean =>
  /^[A-Z0-9](?:[ \-./]?[A-Z0-9]){4,33}$/.test(text.trim()) &&
  /[A-Z]/.test(text) &&
  /\d.*\d/.test(text) &&
  !/[A-Z]{4}/.test(text);

const FEWEST = 6;

/** Begins with a dialling prefix, or has groups of digits that no sum of money has. */
export const looksLikePhone = ({ signs: { text }, words }: Reading): boolean => {
  const written = text.normalize('NFKC').trim();
  const digits = written.replace(/\D/g, '');
  if (!/^\+?\(?\d[\d ().\-/]*\d$/.test(written) || digits.length < FEWEST || digits.length > 17) return false;
  if (/^(?:\+|\(|0)/.test(written)) return true;
  return words.length > 1 && !/^\d{1,3}(?:[ .]\d{3})+$/.test(written);
};
