// What a language gives a made corpus (made-corpora.ts): people with the forms of their names, and sentences about
// them.
// Trap: the forms of a name are written out by hand and not by the rules of datasets/find, or the measurement would
// only agree with itself.

/** [name, forms, formal, slip, street] */
export type Written = readonly [name: string, forms: readonly string[], formal: string, slip: string, street: string];

export interface Language {
  readonly language: string;
  readonly people: readonly Written[];
  lives(name: string, id: string, street: string): string;
  called(form: string): string;
  addressed(formal: string): string;
  balance(id: string, amount: number): string;
  phone(number: string): string;
  question(name: string): string;
  answer(street: string): string;
  referred(a: string, b: string): string;
  /** Long enough to be known again with a slip in the name. */
  moved(name: string, street: string): string;
  readonly nobody: readonly string[];
}
