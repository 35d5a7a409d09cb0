// Letters that look like a Latin one. Source: Unicode UTS #39, confusables.txt (single letters of Greek, Cyrillic,
// Armenian, Cherokee, Coptic, Lisu and Latin's own extensions whose prototype is an ASCII letter; I and l are kept
// apart, as the case tells them). Trap: Н looks like H, but н does not, so the table is asked before case is folded;
// and Russian or Greek words are no disguise, so only a word of mixed scripts, or one of look-alikes alone, is read
// through it.

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
/** Not in UTS #39, but passed off as Latin within a Latin word: lower case that has the capital's shape. */
const WITHIN: Readonly<Record<string, string>> = { k: 'кκ', m: 'м', t: 'тτ', b: 'в', h: 'н', n: 'п', i: 'ӏ' };

const tableOf = (...parts: readonly Readonly<Record<string, string>>[]): ReadonlyMap<string, string> =>
  new Map(
    parts.flatMap((part) =>
      Object.entries(part).flatMap(([latin, others]) => Array.from(others, (other) => [other, latin] as const)),
    ),
  );
const strict = tableOf(STRICT);
const generous = tableOf(WITHIN, STRICT);

/**
 * The Latin word that a word passes for: of its letters in their own case; undefined where it is no disguise.
 */
export const latinOf = (letters: readonly string[]): string | undefined => {
  if (letters.every((letter) => letter.charCodeAt(0) < 128)) return undefined;
  const mixed = letters.some((letter) => /[A-Za-z]/.test(letter));
  const table = mixed ? generous : strict;
  const latin = letters.map((letter) => (letter.charCodeAt(0) < 128 ? letter.toLowerCase() : table.get(letter)));
  return latin.includes(undefined) ? undefined : latin.join('');
};
