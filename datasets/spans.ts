// Finds names and values in free text by rules, without a model. Trap: these are heuristics. What they pick is shown in
// the report's samples, and forgotten people and controls get the same rules, so that a comparison does not depend on
// them.
import type { ValueSpan } from './suite-shape.ts';

interface Word {
  text: string;
  start: number;
  end: number;
}

const WORD = /[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu;

const wordsOf = (text: string): Word[] =>
  Array.from(text.matchAll(WORD), (match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));

const FUNCTION_WORDS = new Set(
  (
    'a an the this that these those his her hers their its he she they it him them who whom whose which what when where why how ' +
    'is are was were be been being am do does did has have had having can could will would shall should may might must not no yes ' +
    'of in on at to for from by with as and or but nor so than then also both such into onto over under about after before during ' +
    'through throughout while there here one some any all each every most more many much other another'
  ).split(' '),
);

/**
 * The longest run of neighbouring words in `text` that neither stand in `context` nor are function words; of equal runs
 * the last.
 * @returns undefined where `text` says nothing new
 */
export const longestNewRun = (text: string, context: string): ValueSpan | undefined => {
  const known = new Set(wordsOf(context).map((word) => word.text.toLowerCase()));
  const isNew = ({ text: word }: Word) => !known.has(word.toLowerCase()) && !FUNCTION_WORDS.has(word.toLowerCase());
  const runs: Word[][] = [[]];
  for (const word of wordsOf(text)) {
    if (isNew(word)) runs.at(-1)!.push(word);
    else if (runs.at(-1)!.length > 0) runs.push([]);
  }
  const longest = runs.reduce((best, run) => (run.length > 0 && run.length >= best.length ? run : best));
  const [first, last] = [longest[0], longest.at(-1)];
  return first && last && { text: text.slice(first.start, last.end), start: first.start, end: last.end };
};

const NAME = /\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){1,3}/gu;

/** The capitalised group of two to four words that occurs most often; of groups nearly as frequent, the longest. */
export const mostFrequentName = (texts: readonly string[]): string | undefined => {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [match] of text.matchAll(NAME)) {
      const name = match.replace(/['’]s?$/u, '');
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  const most = Math.max(0, ...counts.values());
  const candidates = [...counts].filter(([, count]) => count >= 0.6 * most).map(([name]) => name);
  return candidates.sort((a, b) => b.length - a.length)[0];
};
