// Telephone numbers and e-mail addresses in their usual forms. Source: ITU-T E.164 with its list of country codes, RFC
// 5322 addresses as people write them.
// Trap: a number written without its country code may be of any country. It matches the same number with any country
// code, while numbers with two different country codes never match.
import type { Hit } from './hits.ts';
import type { Flat, Reading } from './streams.ts';

/** E.164 country codes are prefix-free: those of one or two digits, all others have three. */
const COUNTRY = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;
const FEWEST_DIGITS = 6;
const MOST_DIGITS = 17;
/** Digits of a local number. A longer tail of an international number could be another country's whole number. */
const LONGEST_LOCAL = 7;
const isAbroad = (run: string): boolean => /^(?:\+|\(?00[1-9])/.test(run);
const RUN = /\+?\(?\d(?:[ ().\-/]{0,3}\d)*/g;

/** Forms of a number with its country: in full, and as it is dialled at home. */
const abroad = (digits: string): Pick<Hit, 'exact' | 'said'> => {
  const country = COUNTRY.exec(digits)?.[0] ?? '';
  const home = digits.slice(country.length).replace(/^0/, ''); // +49 (0)30 …
  const full = `+${country}${home}`;
  return { exact: [full, `0${home}`], said: [full, `a${home}`] };
};

/** Forms of a number as it stands: with the digit that is dialled first at home, and without. */
const athome = (digits: string): Pick<Hit, 'exact' | 'said'> => {
  const homes = [digits, digits.replace(/^0+/, '')];
  if (/^[18]\d{10}$/.test(digits)) homes.push(digits.slice(1)); // North America, Russia
  if (/^06\d{9}$/.test(digits)) homes.push(digits.slice(2)); // Hungary
  const forms = [...new Set(homes)].filter((home) => home.length >= FEWEST_DIGITS);
  const said = [...forms.map((home) => `0${home}`), `+${digits}`];
  return { exact: [...said, ...forms.map((home) => `a${home}`)], said };
};

/** Every run of digits, whole and in parts: "555 4178 12 times" holds 555 4178. */
export const phonesIn = (reading: Reading): Hit[] => {
  const flat = reading.flat();
  return Array.from(flat.text.matchAll(RUN)).flatMap((run) => {
    const groups = Array.from(run[0].matchAll(/\d+/g));
    return groups.flatMap((first, i) => partsFrom(flat, run.index, run[0], groups, first.index, i));
  });
};

const partsFrom = (
  flat: Flat,
  offset: number,
  run: string,
  groups: readonly RegExpExecArray[],
  from: number,
  i: number,
): Hit[] => {
  const hits: Hit[] = [];
  let digits = '';
  for (const group of groups.slice(i)) {
    digits += group[0];
    if (digits.length > MOST_DIGITS) break;
    if (digits.length < FEWEST_DIGITS || (i > 0 && isAbroad(run) && digits.length > LONGEST_LOCAL)) continue;
    const plus = /\+\(?$/.test(run.slice(0, from));
    const forms = plus ? abroad(digits) : /^00[1-9]\d{7}/.test(digits) ? abroad(digits.slice(2)) : athome(digits);
    const start = flat.start(offset + (plus ? run.lastIndexOf('+', from) : from));
    hits.push({ ...forms, start, end: flat.end(offset + group.index + group[0].length) });
  }
  return hits;
};

/** Said aloud, or written so that machines do not read it, in the languages that are told apart elsewhere. */
const AT_WORD = '(?:at|arroba|arobase|chiocciola|malpa|zavinac)';
const DOT_WORD = '(?:dot|punto|punkt|point|ponto|kropka|tecka)';
const AT = String.raw`(?: ?@ ?| ?[([{] ?${AT_WORD} ?[)\]}] ?|\s${AT_WORD}\s)`;
const SAID_DOT = String.raw`(?: ?[([{] ?${DOT_WORD} ?[)\]}] ?|\s${DOT_WORD}\s)`;
const DOT = String.raw`(?:\.|${SAID_DOT})`; // a point with a blank after it ends a sentence
const LOCAL = String.raw`[\p{L}\p{N}._%+\-]`;
const LABEL = String.raw`[\p{L}\p{N}\-]`;
const ADDRESS = new RegExp(
  `(?<!${LOCAL})(${LOCAL}{1,64}(?:${SAID_DOT}${LOCAL}{1,64}){0,4})${AT}(${LABEL}{1,63}(?:${DOT}${LABEL}{1,63}){1,8})`,
  'giu',
);

const DOTS = new RegExp(DOT, 'giu');
const MAY_SAY_AT = new RegExp(String.raw`@|\b${AT_WORD}\b`, 'i');

export const mailsIn = (reading: Reading): Hit[] => {
  const flat = reading.flat();
  if (!MAY_SAY_AT.test(flat.text)) return [];
  return Array.from(flat.text.matchAll(ADDRESS)).flatMap((match) => {
    const domain = match[2]!.replace(DOTS, '.');
    const end = flat.end(match.index + match[0].length);
    return localsOf(match[1]!).map(({ local, at }) =>
      hitOf(`${local}@${domain}`.toLowerCase(), flat.start(match.index + at), end),
    );
  });
};

/** Words before it may belong to the sentence: "his dot john dot doe at …" also says john.doe, and doe. */
const localsOf = (said: string): { local: string; at: number }[] =>
  [0, ...Array.from(said.matchAll(new RegExp(SAID_DOT, 'giu')), ({ index, 0: dot }) => index + dot.length)].map(
    (at) => ({
      local: said
        .slice(at)
        .replace(DOTS, '.')
        .replace(/^\.+|\.+$/g, ''),
      at,
    }),
  );

const hitOf = (form: string, start: number, end: number): Hit => ({
  exact: [form],
  said: [form],
  start,
  end,
});
