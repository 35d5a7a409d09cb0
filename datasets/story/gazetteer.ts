// General text that stays beside the book: entries of a made-up gazetteer, by a grammar and a seed.
import { random } from '#engine/random.ts';
import { list } from '../names.ts';
import type { Scene } from './book.ts';

const STARTS = list(
  'Bel, Cor, Dun, Esk, Fal, Gar, Hol, Ist, Kel, Lor, Mor, Nar, Or, Pel, Quen, Ros, Sel, Tor, Ul, Ver, Wes, Yar',
);
const ENDS = list('amere, beck, combe, dale, esque, firth, grove, haven, isle, keld, loch, marsh, ness, reach');
const KINDS = list(
  'a market town, a fishing port, a hill village, a chain of lakes, a trading post, a ruined fort, an island parish',
);
const SIDES = list('north, south, east, west');
const GOODS = list('wool, tin, barley, slate, eels, cider, timber, linen, peat, apples');
const NUMBERS = list('two hundred, nine hundred, four thousand, twelve thousand, seventy, sixteen hundred');
const RIVERS = list('the Anner, the Blythe, the Corrow, the Deane, the Ember, the Fosse');
const NOTES = list(
  'Its bridge has seven arches, Its wall was never finished, Its fair is held in May, Its well is said to be bottomless, Its bells were cast abroad, Its streets are paved with shell',
);

/** Entries `from` up to `to`; an entry does not depend on how many are asked for. */
export const makeEntries = (seed: number, from: number, to: number): Scene[] => {
  const names = random(`gazetteer:${seed}`).shuffle(STARTS.flatMap((start) => ENDS.map((end) => start + end)));
  return names.slice(from, to).map((name, i) => {
    const stream = random(`gazetteer:${seed}:${from + i}`);
    const one = (words: readonly string[]) => words[stream.below(words.length)]!;
    return {
      opening: `${name} is ${one(KINDS)} in the ${one(SIDES)} of the country.`,
      rest: ` It lies on ${one(RIVERS)} and has ${one(NUMBERS)} inhabitants, who live by ${one(GOODS)} and ${one(GOODS)}. ${one(NOTES)}. The road from ${one(names)} to the ${one(SIDES)} passes it.`,
    };
  });
};
