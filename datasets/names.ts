// Names of fictional people. No two people of a suite share a first or a last name, because forgetting a person harms a
// namesake too.
// Trap: a small model mixes up people whose names share parts. People drawn early therefore get plain names, each a
// word of its own; later ones (controls beyond the lists, unknown people) get composed names.
import { QuittanceError } from '#core/errors.ts';
import { random } from '#engine/random.ts';

export const list = (text: string): string[] => text.split(',').map((item) => item.trim());

const PLAIN_FIRST = list(
  'Alma, Boris, Clara, Dario, Edda, Farid, Greta, Hugo, Ilse, Jonas, Katya, Lars, Mirela, Nadim, Odile, Pavel, ' +
    'Quirin, Rosa, Stellan, Talia, Ulrich, Vera, Wim, Xenia, Yusuf, Zelda, Anouk, Bastian, Cosima, Dmitri, Elina, ' +
    'Florian, Gwen, Henrik, Ines, Jorik, Klara, Leif, Maren, Nils, Orla, Petra, Ragnar, Signe, Tomas, Una, Viggo, ' +
    'Wanda, Ximena, Yara, Zoran, Amadou, Birte, Cyrus, Delphine, Emre, Freja, Goran, Hanne, Idris, Jasna, Kasper, ' +
    'Liv, Matteo, Noor, Oskar, Paloma, Rasmus, Sanna, Tibor, Ursel, Valdis, Wenzel, Ylva, Zita, Arvid, Bruna, ' +
    'Casper, Dunja, Eskil, Fenna, Gustav, Hedda, Ivo, Judit, Kaja, Ludo, Milos, Nele, Otto, Pia, Rune, Selma, Timo, ' +
    'Ulla, Vito',
);
const PLAIN_LAST = list(
  'Abelard, Brandt, Castell, Dorn, Eklund, Fabian, Gruber, Holt, Ivarsen, Jansky, Koval, Lindqvist, Marek, Nowak, ' +
    'Olsen, Petrov, Quist, Rademacher, Salo, Tervo, Ulven, Varga, Wolff, Xanthos, Ylonen, Zeman, Almeida, Bergman, ' +
    'Corvin, Duarte, Elster, Fontaine, Garrido, Hollis, Ibarra, Jurado, Kessler, Lorente, Moreau, Navarro, Ortega, ' +
    'Pascal, Quiroga, Rinaldi, Serrano, Toledo, Urrutia, Valente, Winther, Xavier, Yilmaz, Zanetti, Arnaud, Boyle, ' +
    'Calder, Drummond, Egan, Farrow, Glover, Hobbs, Irving, Jardine, Keane, Lomax, Munro, Nolan, Orwell, Pryor, ' +
    'Quigley, Radley, Sutter, Thorne, Upton, Vickers, Wyatt, Yates, Zeller, Ashby, Brock, Conway, Darby, Ellery, ' +
    'Forde, Grady, Harlow, Ingram, Joyce, Kerr, Lynch, Mercer, Nash, Oakes, Pike, Rowe, Shaw, Tate, Usher, Vance, ' +
    'Webb',
);

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

/**
 * `count` names, all first and all last names distinct; the first 96 are plain words. INVALID_INPUT beyond CAPACITY.
 */
export const drawNames = (seed: number, count: number): FullName[] => {
  if (count > CAPACITY)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'this suite has too many people for distinct names',
      expected: `at most ${CAPACITY} people, controls and unknown people together`,
      got: String(count),
    });
  const firsts = [
    ...random(`plain-first:${seed}`).shuffle(PLAIN_FIRST),
    ...compose(`first:${seed}`, FIRST_STARTS, FIRST_ENDS),
  ];
  const lasts = [
    ...random(`plain-last:${seed}`).shuffle(PLAIN_LAST),
    ...compose(`last:${seed}`, LAST_STARTS, LAST_ENDS),
  ];
  return firsts.slice(0, count).map((first, i) => ({ first, last: lasts[i]! }));
};

/** All start + end pairs, in rounds that use every start once. */
const compose = (stream: string, starts: readonly string[], ends: readonly string[]): string[] => {
  const rng = random(stream);
  const order = rng.shuffle(starts);
  const endsOf = order.map(() => rng.shuffle(ends));
  return ends.flatMap((_, round) => order.map((start, i) => `${start}${endsOf[i]![round]!}`));
};
