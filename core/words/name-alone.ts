// Where an answer speaks of its subject by one part of the name: "Lind was born in Bergen.", "Today Ms Lind lives
// there."
// Traps: a part of a name is often a word or a place of its own ("Jack lives in London.", "Rosa ist Koch."), so that it
// counts as the name only behind a title, or where it begins a sentence and a verb follows, which tells something else.
// "Paris, France." tells a place; "Paris is where she was born." begins with it, tells nothing beyond it, and says
// "she"; "Paris was the birthplace." answers where; and where a name is asked for, any part of it may be what is told.
import { BEGINS_SENTENCE, isFunctionWord } from './function-words.ts';
import { textOf } from './places.ts';
import type { Token } from './tokens.ts';

/** English, German, Dutch, French, Spanish, Italian, Portuguese, Polish, Swedish. */
const TITLES =
  /(?:^|[^\p{L}\p{N}])(?:mr|mrs|ms|miss|mx|dr|prof|sir|lady|herrn?|frau|meneer|mevrouw|mme|mlle|monsieur|madame|señora?|sra?|don|doña|signora?|sig|dott|senhora?|pani?|fru)[.]?\s+$/iu;

/** Words that speak of somebody who is named elsewhere. */
const PERSON = new Set(
  'he she they his her hers him them their theirs er sie ihr ihre ihren ihrem ihrer sein seine seinen seinem hij zij ze haar zijn hun il elle ils elles son sa ses leur lui él ella ellos su sus egli lei suo sua loro ele ela seu sua on ona jego jej han hon hans hennes'.split(
    ' ',
  ),
);

/** A question that asks for a name. */
const NAME_ASKED =
  /(?:^|[^\p{L}])(?:\p{L}*names?|named|called|spell\w*|née?|nom|prénom|nombre|apellidos?|cognome|nome|sobrenome|apelido|imię|nazwisko|namn|\p{L}*namen?|heißt|heisst|heet)(?!\p{L})|名|姓|叫/iu;

/** What follows whom a sentence speaks of: "Lind was …", "Lind's mother". The languages of TITLES. */
const SPEAKS =
  /^(?:['’]s(?!\p{L})|\s+(?:is|was|has|had|does|did|can|could|will|would|may|might|must|ist|war|wurde|wird|hat|hatte|werd|wordt|heeft|est|était|fut|avait|es|era|fue|está|había|è|aveva|é|foi|tem|tinha|jest|był|była|ma|miał|miała|är|var|blev|har|hade)(?!\p{L}))/iu;

/** A question that asks for a place. */
const PLACE_ASKED =
  /(?:^|[^\p{L}])(?:where|wo|woher|waar|où|dónde|donde|dove|onde|(?:birth)?place|home\s?town|city|town|village|country|stadt|ort|geburtsort|ville|pays|lieu|ciudad|país|lugar|città|paese|luogo|cidade)(?!\p{L})/iu;

/**
 * Where a place is asked for, a sentence that only says which thing it is: "Paris was the birthplace.", "Paris war der
 * Geburtsort.", "Paris fue el lugar de nacimiento."
 */
const IS_THAT_PLACE =
  /^\s+(?:is|was|ist|war|wurde|est|était|fut|es|era|fue|è|é|foi)\s+(?:the|der|die|das|de|het|le|la|el|il|lo|o|a|l['’])\s*[\p{L}-]+(?:\s+[\p{L}-]+)?(?:\s+(?:of|von|van|de|du|di|del|da|do)\s+[\p{L}-]+)?\s*(?:[.!]|$)/iu;

/** Places of single words of `parts` that stand for the subject of the answer. */
export const placesOfPartAlone = (
  answer: string,
  question: string,
  parts: readonly string[],
): [start: number, end: number][] => {
  if (NAME_ASKED.test(question)) return [];
  const words = textOf(answer).reading.words;
  const isOfName = ({ text }: Token) => parts.includes(text);
  const named = new Set(words.filter(isOfName).map(({ text }) => text));
  const others = words.filter((word) => !isOfName(word));
  const asked = new Set(textOf(question).reading.words.map(({ text }) => text));
  const tells = others.some(({ text }) => !asked.has(text) && !isFunctionWord(text));
  const isOnlySubject = tells && named.size === 1 && !others.some(({ text }) => PERSON.has(text));
  return words.filter(isOfName).flatMap(({ start, end }): [number, number][] => {
    const [before, behind] = [answer.slice(0, start), answer.slice(end)];
    const isPlace = PLACE_ASKED.test(question) && IS_THAT_PLACE.test(behind);
    const isSpokenOf = isOnlySubject && !isPlace && BEGINS_SENTENCE.test(before) && SPEAKS.test(behind);
    return TITLES.test(before) || isSpokenOf ? [[start, end]] : [];
  });
};
