// A name as another script writes it: in Latin letters (any-ascii's tables, with the endings that passports vary), and
// Chinese letters in the other of their two forms.
// Trap: of two languages' spellings of a name one is a guess ("Dmitriy", "Dmitry", "Dmitri"), and in Latin letters more
// names look the same; what is found by this is less sure.
import anyAscii from 'any-ascii';

/** The name in Latin letters; none where it is in Latin letters already. */
export const latinSpellings = (name: string): string[] => {
  if (!/[^\p{sc=Latn}\p{sc=Zyyy}\p{sc=Zinh}]/u.test(name)) return [];
  const plain = anyAscii(name).replace(/['"`]/g, '').trim();
  const spelt = /\p{sc=Han}/u.test(name) ? chineseOrder(plain) : [plain];
  return [...new Set(spelt.flatMap(withUsualEndings))].filter((text) => /[a-z]{2}/i.test(text));
};

const ENDINGS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/iy\b/gi, ['y', 'i', 'ij']],
  [/yy\b/gi, ['y', 'yi']],
  [/ey\b/gi, ['ei', 'ej']],
  [/(?<=[aeiou])y\b/gi, ['i', 'j']],
  [/iya\b/gi, ['ia', 'ija']],
  [/yu/gi, ['iu', 'ju']],
  [/ya/gi, ['ia', 'ja']],
  [/kh/gi, ['h', 'ch']],
  [/oy/gi, ['ou', 'u']], // Greek
];

/** As transliterated, and with each usual variant by itself and all of a kind together. */
const withUsualEndings = (text: string): string[] => {
  let all = [text];
  for (const [pattern, others] of ENDINGS)
    if (pattern.test(text)) all = all.flatMap((one) => [one, ...others.map((other) => one.replace(pattern, other))]);
  return all.slice(0, MOST);
};
const MOST = 48;

/** WangXiaoMing is Wang Xiaoming, and Xiaoming Wang. */
const chineseOrder = (plain: string): string[] => {
  const [family, ...given] = plain.match(/\p{Lu}\p{Ll}*/gu) ?? [];
  return family === undefined || given.length === 0 ? [plain] : [`${family} ${given.join('').toLowerCase()}`];
};

/** Letters that names are made of, simplified and traditional. */
const PAIRS =
  '张張陈陳刘劉赵趙黄黃吴吳孙孫马馬罗羅郑鄭谢謝韩韓邓鄧许許冯馮卢盧蒋蔣苏蘇叶葉吕呂贾賈钟鍾谭譚陆陸汤湯万萬钱錢严嚴龙龍贺賀顾顧龚龔阎閻邹鄒欧歐阳陽国國华華东東伟偉丽麗军軍强強' +
  '杰傑涛濤艳艷兰蘭凤鳳云雲庆慶荣榮宝寶义義礼禮学學维維红紅鸿鴻飞飛鹏鵬欢歡乐樂静靜洁潔娇嬌莹瑩颖穎琼瓊宁寧梦夢远遠泽澤润潤齐齊双雙长長开開尔爾业業刚剛胜勝运運进進达達继繼绍紹经經' +
  '纯純绪緒贤賢贵貴锋鋒钢鋼铁鐵锦錦镇鎮银銀钦欽钧鈞铭銘韵韻顺順风風骏駿驰馳鲁魯麦麥龄齡谦謙诚誠诗詩谊誼晓曉铃鈴妈媽爱愛亚亞圣聖汉漢满滿权權兴興彦彥渊淵';
const letters = Array.from(PAIRS);
const traditional = new Map(letters.flatMap((letter, i) => (i % 2 === 0 ? [[letter, letters[i + 1]!] as const] : [])));
const simplified = new Map([...traditional].map(([simple, full]) => [full, simple]));

/** The name in the other form of Chinese letters, where it has any that differ. */
export const otherHan = (name: string): string[] => {
  const by = (table: ReadonlyMap<string, string>) => Array.from(name, (letter) => table.get(letter) ?? letter).join('');
  return [by(traditional), by(simplified)].filter((other) => other !== name);
};
