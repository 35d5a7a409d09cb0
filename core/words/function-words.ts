// Words that hold a sentence together and say nothing about anybody: articles, forms of being, having and becoming,
// prepositions, conjunctions, question words, in the languages whose numbers are read (numbers.ts) and that use Latin
// letters, and the commonest particles of Chinese and Japanese.
// Traps: words that answer a question by themselves are left out: yes and no, numbers, and he, she and they with their
// like, which may be what an answer tells about a person. And what joins words in one language is a thing in another
// (hat, war, son, van), so that a list counts where the answer has no more words of any other.
import { textOf } from './places.ts';
import { occurrences, valueOf } from './value.ts';

/** English, German, Dutch, French, Spanish, Italian, Portuguese, Polish, Swedish; Chinese and Japanese together. */
const LISTS: readonly string[] = [
  'a an the this that these those its it who whom whose which what when where why how is are was were be been being am do does did has have had having can could will would shall should may might must of in on at to for from by with as and or but nor so than then also both such into onto about after before during through while there here some any each every most more very',
  'der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren wurde wurden wird werden hat haben hatte hatten sein bin bist in im am an auf aus bei mit nach von vom zu zum zur für durch als wie dass wo wer was wann warum auch es so dort hier dieser diese dieses',
  'de het een en of maar is zijn was waren werd werden wordt heeft had hebben in op aan bij met naar van uit voor door als dat die dit deze daar hier ook er wie wat waar',
  'le la les un une des du de au aux et ou mais est sont était étaient fut a ont avait avaient être avoir dans en sur à chez avec par pour sans comme que qui quoi où quand ce cet cette ces aussi se',
  'el la los las un una unos unas y o pero es son era eran fue fueron está están ha han había ser estar haber en de del al a con por para sin como que quien donde cuando este esta estos estas también se',
  'il lo la i gli le un uno una e o ma è sono era erano fu ha hanno aveva avevano essere avere in di del della dei delle nel nella a al alla da dal con per su come che chi dove quando questo questa anche si',
  'o a os as um uma e ou mas é são era eram foi foram está tem têm tinha ser estar ter em de do da dos das na nos nas ao à com por para sem como que quem onde quando este esta também se',
  'i oraz lub ale jest są był była było były być ma mają miał miała w we na do z ze od po przez dla jak że kto co gdzie kiedy ten ta to te się',
  'en ett den det de och eller men är var blev blir har hade vara ha i på av till från med vid för som att vem vad där här när också',
  '的 了 是 在 和 は が を に の で と も',
];

/** Read when they are first asked for: a process that only verifies never does. */
let read: readonly ReadonlySet<string>[] | undefined;
const languages = (): readonly ReadonlySet<string>[] =>
  (read ??= LISTS.map(
    (list) => new Set(list.split(' ').flatMap((word) => textOf(word).reading.words.map(({ text }) => text))),
  ));

/** With a capital only these are no name, month or grade: "Will is her brother." */
const ARTICLES = new Set(
  'a an the der die das den dem des ein eine de het een le la les un une el los las il lo gli i uno una o os as um uma en ett det'.split(
    ' ',
  ),
);
/** A stretch of the text that begins a sentence, or the text. */
export const BEGINS_SENTENCE = /(?:^|[.!?。！？]["'”’)]*\s+)["'“‘(]*$/u;

/**
 * Whether what is marked in an answer is a word that any answer has: a function word as sentences have it, or one
 * letter or digit out of a longer word. Not where it is all that the answer says ("0.", "A"), or stands there with a
 * capital as a name, a month or a grade does ("born in May", "Blood group: A"), which an article at a sentence's
 * beginning does not.
 */
export const isAnybodys = (answer: string, value: string): boolean => {
  const [own, said] = [wordsOf(value), wordsOf(answer)];
  const others = said.filter((word) => !own.includes(word));
  if (own.length === 0 || others.length === 0) return false;
  const starts = standingAlone(answer, value.trim());
  if (isOneSign(value) && starts.length === 0 && occurrences(answer, valueOf(value)).length === 0) return true;
  if (!isOfOneLanguage(own, others)) return false;
  if (!/^\p{Lu}/u.test(value.trim()) || starts.length === 0) return true;
  if (isOneSign(value) || own.some((word) => !ARTICLES.has(word))) return false;
  return starts.every((start) => BEGINS_SENTENCE.test(answer.slice(0, start)));
};

/** In any of the languages: a word that tells nothing by itself. */
export const isFunctionWord = (word: string): boolean => languages().some((list) => list.has(word));

const wordsOf = (text: string): string[] => textOf(text).reading.words.map(({ text: word }) => word);

/** All of them are function words of a language of which the rest of the answer has at least as many as of another. */
const isOfOneLanguage = (own: readonly string[], others: readonly string[]): boolean => {
  const counts = languages().map((list) => others.filter((word) => list.has(word)).length);
  const most = Math.max(...counts);
  return languages().some((list, i) => counts[i] === most && own.every((word) => list.has(word)));
};

/** A letter or a digit of a script that sets borders between words: of others one is often a word. */
const isOneSign = (value: string): boolean => /^(?:\p{L}\p{M}*|\p{N})$/u.test(value.trim()) && !SOLO.test(value);
const SOLO = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;

/** Where the value stands in the answer as it is written, with no letter or digit beside it. */
const standingAlone = (answer: string, value: string): number[] => {
  const starts: number[] = [];
  for (let at = answer.indexOf(value); at >= 0; at = answer.indexOf(value, at + 1)) {
    const [before, after] = [answer.slice(Math.max(0, at - 2), at), answer.slice(at + value.length)];
    if (!/[\p{L}\p{N}\p{M}]$/u.test(before) && !/^[\p{L}\p{N}\p{M}]/u.test(after)) starts.push(at);
  }
  return starts;
};
