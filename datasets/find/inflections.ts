// Other forms of a part of a name in languages that put names into cases: Cyrillic scripts (Ивана, Иваном) and Greek
// (Παπαδόπουλου). By the ending of the folded word, for all declensions that it may belong to.
// Trap: some of what is made is no form of the name, but nearly always no word either; it counts only beside the other
// part of the name, or where nobody else goes by it.

/** What stands in place of an ending, the first that fits. Words are folded: й is и, ё is е, ς is σ. */
type Rule = readonly [ending: RegExp, others: readonly string[]];

const CYRILLIC: readonly Rule[] = [
  [/(?:ая|яя)$/u, ['ои', 'ую', 'еи', 'юю']],
  [/ия$/u, ['ии', 'ию', 'иеи']],
  [/я$/u, ['и', 'е', 'ю', 'еи', 'ею', 'і', 'єю']],
  [/а$/u, ['ы', 'и', 'е', 'у', 'ои', 'ою', 'еи', 'і']],
  [/ь$/u, ['я', 'ю', 'ем', 'е', 'и', 'ью']],
  [/ии$/u, ['ия', 'ию', 'ием', 'ии', 'ого', 'ому', 'его', 'ему', 'им', 'ом']],
  [/(?:ыи|ои)$/u, ['ого', 'ому', 'ым', 'ом', 'оя', 'ою', 'оем']],
  [/(?<=[аеуюяіє])и$/u, ['я', 'ю', 'ем', 'е']],
  [/(?<=[бвгджзклмнпрстфхцчшщ])о$/u, ['а', 'у', 'ом', 'ові', 'е']],
  [/(?<=[бвгджзклмнпрстфхцчшщ])$/u, ['а', 'у', 'ом', 'ем', 'ым', 'е', 'ові']],
];

const GREEK: readonly Rule[] = [
  [/οσ$/u, ['ου', 'ο', 'ε']],
  [/([αηιυ])σ$/u, ['$1']],
  [/([αη])$/u, ['$1σ']],
];

/** The word itself first. */
export const inflectionsOf = (word: string): string[] => {
  if (word.length < FEWEST) return [word];
  if (/^\p{sc=Cyrl}+$/u.test(word)) return [...new Set([word, ...made(word, CYRILLIC), ...withoutFleeting(word)])];
  return /^\p{sc=Grek}+$/u.test(word) ? [...new Set([word, ...made(word, GREEK)])] : [word];
};
const FEWEST = 3;

const made = (word: string, rules: readonly Rule[]): string[] => {
  const [ending, others] = rules.find(([pattern]) => pattern.test(word)) ?? [];
  return ending && others ? others.map((other) => word.replace(ending, other)) : [];
};

/** Павел, Павла: a vowel that only the bare form has. */
const withoutFleeting = (word: string): string[] => {
  const [, stem, last] = /^(.+[бвгджзклмнпрстфхцчшщ])[ео]([лнкцр])$/u.exec(word) ?? [];
  return stem === undefined || last === undefined ? [] : made(stem + last, CYRILLIC);
};
