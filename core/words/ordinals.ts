// Days of a month as English says them in words: first to thirty-first.
const UNITS = 'first second third fourth fifth sixth seventh eighth ninth'.split(' ');
const TEENS =
  'tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(' ');

const ORDINALS = new Map([...UNITS, ...TEENS, 'twentieth'].map((word, i) => [word, i + 1]));
ORDINALS.set('thirtieth', 30);

export const ordinal = (word: string): number | undefined => ORDINALS.get(word);
