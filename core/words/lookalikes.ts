// Letters that look like a Latin one. Source: Unicode UTS #39, confusables.txt (single letters of Greek, Cyrillic,
// Armenian, Cherokee, Coptic, Lisu and Latin's own extensions whose prototype is an ASCII letter; I and l stay
// distinct, as their case tells them apart). Traps: Н looks like H but н looks like no h, so the table is consulted
// before case is folded; and Russian or Greek text is no disguise, so only words of mixed scripts, or made of
// look-alikes alone, are read through it.

/** Letter: those that look like it, in either case. */
const STRICT: Readonly<Record<string, string>> = {
  a: 'ɑαаΑАᎪꓮᴀ',
  b: 'ƄЬᏏꞴΒВᏴꓐʙ',
  c: 'ᴄⲥсꮯⲤСᏟꓚϲϹ',
  d: 'ԁᏧꓒᎠꓓᴅ',
  e: 'ꬲеҽΕЕᎬꓰᴇ',
  f: 'ꬵꞙքꞘϜꓝꜰ',
  g: 'ɡᶃƍցԌᏀᏳꓖɢ',
  h: 'һհᏂΗⲎНᎻꓧʜ',
  i: 'ıɪɩιіꙇꭵᎥΙⲒІ',
  j: 'ϳјꞲͿЈᎫꓙᴊ',
  k: 'ΚⲔКᏦꓗᴋ',
  l: 'ƖǀӀӏꓲⳐᏞꓡʟ',
  m: 'ΜϺⲘМᎷꓟᴍ',
  n: 'ոռΝⲚꓠɴ',
  o: 'ᴏᴑꬽοσⲟоჿօΟⲞОՕꓳ',
  p: 'ρⲣрΡⲢРᏢꓑᴘ',
  q: 'ԛգզꞯ',
  r: 'ꭇꭈᴦⲅгꮁƦᎡᏒꓣʀ',
  s: 'ꜱƽѕꮪЅՏᏕᏚꓢ',
  t: 'ΤⲦТᎢꓔᴛ',
  u: 'ꞟᴜꭎꭒʋυսՍꓴ',
  v: 'ᴠνѵꮩѴᏙꓦ',
  w: 'ɯᴡѡԝաꮃԜᎳᏔꓪ',
  x: 'хꞳΧⲬХꓫ',
  y: 'ɣᶌʏỿꭚγуүყΥⲨУҮᎩᎽꓬ',
  z: 'ᴢꮓΖᏃꓜ',
};
/** Not in UTS #39, but used as Latin letters within a Latin word: small letters that have the shape of the capital. */
const WITHIN: Readonly<Record<string, string>> = { k: 'кκ', m: 'м', t: 'тτ', b: 'в', h: 'н', n: 'п', i: 'ӏ' };

const tableOf = (...parts: readonly Readonly<Record<string, string>>[]): ReadonlyMap<string, string> =>
  new Map(
    parts.flatMap((part) =>
      Object.entries(part).flatMap(([latin, others]) => Array.from(others, (other) => [other, latin] as const)),
    ),
  );
const strict = tableOf(STRICT);
const generous = tableOf(WITHIN, STRICT);

/** The Latin word that a word can pass for, in the case of its letters; undefined where it is no disguise. */
export const latinOf = (letters: readonly string[]): string | undefined => {
  if (letters.every((letter) => letter.charCodeAt(0) < 128)) return undefined;
  const mixed = letters.some((letter) => /[A-Za-z]/.test(letter));
  const table = mixed ? generous : strict;
  const latin = letters.map((letter) => (letter.charCodeAt(0) < 128 ? letter.toLowerCase() : table.get(letter)));
  return latin.includes(undefined) ? undefined : latin.join('');
};

/** Whether a word of the text mixes Latin letters with others that pass for them. */
export const isDisguised = (text: string): boolean =>
  (text.normalize('NFC').match(/[\p{L}\p{M}]+/gu) ?? []).some(
    (word) => /[A-Za-z]/.test(word) && latinOf(Array.from(word)) !== undefined,
  );

/** Latin letters as those of another script that they pass for, in the other direction: a Latin о in Москва. */
const NATIVE: readonly (readonly [script: RegExp, letters: Readonly<Record<string, string>>])[] = [
  [
    /\p{sc=Cyrl}/u,
    {
      a: 'а',
      b: 'в',
      c: 'с',
      e: 'е',
      h: 'н',
      i: 'і',
      j: 'ј',
      k: 'к',
      m: 'м',
      o: 'о',
      p: 'р',
      s: 'ѕ',
      t: 'т',
      x: 'х',
      y: 'у',
    },
  ],
  [
    /\p{sc=Grek}/u,
    {
      a: 'α',
      b: 'β',
      e: 'ε',
      h: 'η',
      i: 'ι',
      k: 'κ',
      m: 'μ',
      n: 'ν',
      o: 'ο',
      p: 'ρ',
      t: 'τ',
      u: 'υ',
      v: 'ν',
      x: 'χ',
      y: 'υ',
    },
  ],
];

/** The word of another script that a word with Latin letters among its own can pass for; undefined where it is none. */
export const nativeOf = (letters: readonly string[]): string | undefined => {
  if (!letters.some((letter) => /[A-Za-z]/.test(letter))) return undefined;
  for (const [script, table] of NATIVE) {
    if (!letters.some((letter) => script.test(letter))) continue;
    const native = letters.map((letter) =>
      /[A-Za-z]/.test(letter) ? table[letter.toLowerCase()] : letter.toLowerCase(),
    );
    if (!native.includes(undefined)) return native.join('');
  }
  return undefined;
};
