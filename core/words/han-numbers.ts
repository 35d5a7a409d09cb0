// Numbers in Chinese characters, as Chinese and Japanese write them: 四十二, 一千二百五十, and a digit at a time: 一九七五.
// Trap: a character or two are mostly no number by themselves (一 is "a", 十分 "very", 三四 "three or four"), so that
// more is asked for, but where the words around them say that they are one (三月, 元年).
const DIGITS = '〇一二三四五六七八九';
const FORMAL = '零壹貳參肆伍陸柒捌玖';
const UNITS = new Map<string, number>();
for (const [value, signs] of [
  [10, '十拾'],
  [100, '百佰'],
  [1_000, '千仟'],
] as const)
  for (const sign of signs) UNITS.set(sign, value);
const MYRIADS = new Map<string, number>();
for (const [value, signs] of [
  [10_000, '万萬'],
  [100_000_000, '亿億'],
] as const)
  for (const sign of signs) MYRIADS.set(sign, value);

const digitOf = (sign: string): number | undefined => {
  const at = Math.max(DIGITS.indexOf(sign), FORMAL.indexOf(sign));
  return at < 0 ? undefined : at;
};

/** For regular expressions: the signs of a number. */
export const HAN_DIGIT = `[${DIGITS}零]`;
export const HAN_NUMERAL = `[${DIGITS}零十]`;

export const isHanNumeral = (sign: string): boolean =>
  digitOf(sign) !== undefined || UNITS.has(sign) || MYRIADS.has(sign);

/** Undefined where the signs make no number. */
export const hanNumber = (text: string): number | undefined => {
  const signs = Array.from(text);
  if (signs.length === 0 || !signs.every(isHanNumeral)) return undefined;
  const digits = signs.map(digitOf);
  return digits.includes(undefined) ? counted(signs) : Number(digits.join(''));
};

/** By tens, hundreds and thousands within each ten thousand. */
const counted = (signs: readonly string[]): number | undefined => {
  let [total, part, digit]: [number, number, number | undefined] = [0, 0, undefined];
  for (const sign of signs) {
    const [value, unit, myriad] = [digitOf(sign), UNITS.get(sign), MYRIADS.get(sign)];
    if (value !== undefined && digit !== undefined && digit !== 0) return undefined; // two digits side by side
    if (value !== undefined) digit = value;
    else if (unit !== undefined) [part, digit] = [part + (digit ?? 1) * unit, undefined];
    else if (myriad !== undefined) [total, part, digit] = [(total + part + (digit ?? 0)) * myriad, 0, undefined];
  }
  return total + part + (digit ?? 0);
};
