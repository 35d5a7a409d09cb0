// Names of fictional people, composed of two parts so that they belong to nobody. No two people of a world share a first or a last name:
// a namesake is dragged along when a person is forgotten. Trap: people drawn early get first parts of their own, which keeps them apart too.
import { QuittanceError } from '#core/errors.ts';
import { random } from '../engine/random.ts';

export const list = (text: string): string[] => text.split(',').map((item) => item.trim());

const FIRST_STARTS = list(
  'Al, Ber, Cas, Dor, El, Fen, Gis, Hel, Is, Jo, Kat, Lu, Mir, Nor, Os, Pel, Quin, Ros, Syl, Tam, Ul, Val, Wil, Xan, Yor, Zel, ' +
    'Bran, Clem, Dag, Em, Fri, Gre, Had, Ing, Jas, Kor, Lin, Mag, Nik, Or, Pris, Rol, Sten, Tor, Urs, Vik, Wen, Yva, Zor, Bri',
);
const FIRST_ENDS = list(
  'bert, da, dra, fina, gar, ka, la, lin, mund, na, phia, ra, rick, sa, tine, ton, vara, vin, wyn, zo',
);
const LAST_STARTS = list(
  'Ash, Birch, Calder, Dun, Elm, Fair, Glen, Hart, Iver, Kings, Lang, Mar, Nether, Oak, Pem, Quar, Raven, Stan, Thorn, Under, ' +
    'Vander, Whit, Yar, Zeller, Amber, Black, Crom, Drey, East, Flint, Green, Holm, Ingle, Jarrow, Kirk, Loch, Moss, Nord, Orm, ' +
    'Pil, Red, Sand, Tar, Ulver, Vogel, Wester, Winter, Yel, Brook, Cliff',
);
const LAST_ENDS = list(
  'bach, berg, by, croft, dale, feld, ford, gate, gren, ham, holt, keld, land, ley, lund, mann, mere, mont, rup, ski',
);

export interface FullName {
  first: string;
  last: string;
}

export const CAPACITY = FIRST_STARTS.length * FIRST_ENDS.length;

/** `count` names, all first and all last names distinct; the first 50 differ in the first part of each too. INVALID_INPUT beyond CAPACITY. */
export const drawNames = (seed: number, count: number): FullName[] => {
  if (count > CAPACITY)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'this world has too many people for distinct names',
      expected: `at most ${CAPACITY} people, controls and unknown people together`,
      got: String(count),
    });
  const firsts = compose(`first:${seed}`, FIRST_STARTS, FIRST_ENDS);
  const lasts = compose(`last:${seed}`, LAST_STARTS, LAST_ENDS);
  return firsts.slice(0, count).map((first, i) => ({ first, last: lasts[i]! }));
};

/** All start + end pairs, in rounds that use every start once. */
const compose = (stream: string, starts: readonly string[], ends: readonly string[]): string[] => {
  const rng = random(stream);
  const order = rng.shuffle(starts);
  const endsOf = order.map(() => rng.shuffle(ends));
  return ends.flatMap((_, round) => order.map((start, i) => `${start}${endsOf[i]![round]!}`));
};
