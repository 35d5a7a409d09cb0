// A value as a part of a text: where a record's answer contains its own value. This is more permissive than finding a
// value in what a model says, because the filer may mark a piece of a word or copy the value in another Unicode form.
// Trap: positions refer to the original text, so that `text.slice(start, end)` is what stands there.
import { KIND, readSigns } from './signs.ts';
import { occurrences, valueOf } from './value.ts';

/**
 * The first place of the value in the text: as whole words or as a typed value where there is one, else letter by
 * letter; undefined where the text does not contain it.
 */
export const partIn = (text: string, value: string): [start: number, end: number] | undefined => {
  const exact = text.indexOf(value);
  if (exact >= 0 && standsAlone(text, exact, exact + value.length)) return [exact, exact + value.length];
  const whole = occurrences(text, valueOf(value));
  const found = whole.find(([start, end]) => text.slice(start, end) === value) ?? whole[0];
  if (found) return found;
  return exact >= 0 && value !== '' ? [exact, exact + value.length] : lettersIn(text, value);
};

const standsAlone = (text: string, start: number, end: number): boolean =>
  start < end &&
  !/[\p{L}\p{N}\p{M}]$/u.test(text.slice(Math.max(0, start - 2), start)) &&
  !/^[\p{L}\p{N}\p{M}]/u.test(text.slice(end, end + 2));

const lettersIn = (text: string, value: string): [number, number] | undefined => {
  const [inText, inValue] = [foldedOf(text), foldedOf(value)];
  const start = inValue.text === '' ? -1 : inText.text.indexOf(inValue.text);
  if (start < 0) return undefined;
  return [inText.starts[start]!, inText.ends[start + inValue.text.length - 1]!];
};

/** Without accents and ignored characters, in lower case; one entry of `starts` and `ends` a unit of the text. */
const foldedOf = (written: string) => {
  const { kinds, folded, starts, ends } = readSigns(written.trim() === written ? written : written.trimEnd());
  const result = { text: '', starts: new Array<number>(), ends: new Array<number>() };
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === KIND.accent) continue;
    result.text += folded[i]!;
    for (let unit = 0; unit < folded[i]!.length; unit++) {
      result.starts.push(starts[i]!);
      result.ends.push(ends[i]!);
    }
  }
  return result;
};
