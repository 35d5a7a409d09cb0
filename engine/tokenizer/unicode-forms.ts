// Unicode's normal forms, with the relation of each character to the original by the Rust library's rules: a decomposed
// character is a replacement and insertions, a composed one replaces one and removes the others. Trap: JavaScript
// exposes no combining classes, so whether two marks commute is found by asking its own normaliser.
import type { Change } from './aligned.ts';

export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * A character with all that may be reordered or composed with it: marks, vowels and finals of Hangul, and what is
 * compatible with those (Hangul by itself, voicing marks of half width).
 */
const SEGMENT = /[^\p{M}\u1160-\u11ff\u3131-\u318e\uff9e-\uffdc]?[\p{M}\u1160-\u11ff\u3131-\u318e\uff9e-\uffdc]*/gsu;

export const changesOfForm = (text: string, form: Form): Change[] => {
  const changes: Change[] = [];
  for (const [segment] of text.matchAll(SEGMENT)) {
    const kept = segment === segment.normalize(form);
    for (const change of kept ? unchanged(segment) : ofSegment(segment, form)) changes.push(change);
  }
  return changes;
};

const unchanged = (segment: string): Change[] => Array.from(segment, (char) => [char, 0]);

const ofSegment = (segment: string, form: Form): Change[] => {
  const decomposition = form === 'NFC' || form === 'NFD' ? 'NFD' : 'NFKD';
  const parts = inOrder(segment, decomposition);
  return form === decomposition ? parts : composed(parts);
};

/** The decomposed characters in canonical order; equal ones keep their order. */
const inOrder = (segment: string, form: 'NFD' | 'NFKD'): Change[] => {
  const left = Array.from(segment).flatMap((char) =>
    Array.from(char.normalize(form), (part, i): Change => [part, i > 0 ? 1 : 0]),
  );
  return Array.from(segment.normalize(form), (char) => {
    const at = left.findIndex(([part]) => part === char);
    const [found] = left.splice(at, at < 0 ? 0 : 1);
    return found ?? [char, 0];
  });
};

/**
 * Canonical composition (Unicode Standard, D117): a character joins the last starter unless one of its own class or a
 * starter stands between.
 */
const composed = (parts: readonly Change[]): Change[] => {
  const result: [string, number][] = [];
  let starter = -1;
  let between: string | undefined;
  for (const [char, change] of parts) {
    const base = result[starter];
    const both = base && (between === undefined || commute(between, char)) ? pair(base[0], char) : undefined;
    if (base && both !== undefined) {
      result[starter] = [both, base[1] + change - 1];
      continue;
    }
    result.push([char, change]);
    if (isStarter(char)) {
      starter = result.length - 1;
      between = undefined;
    } else between = char;
  }
  return result;
};

/** The one character that two compose to. */
const pair = (a: string, b: string): string | undefined => {
  const both = (a + b).normalize('NFC');
  return both !== a + b && Array.from(both).length === 1 ? both : undefined;
};

/** Whether two marks may change places: both have a class, and not the same. */
const commute = (a: string, b: string): boolean =>
  a !== b && `x${a}${b}`.normalize('NFD') === `x${b}${a}`.normalize('NFD');

/**
 * U+0334 has combining class 1 and U+0345 has class 240, the lowest and the highest, so every mark with a class
 * commutes with at least one of them.
 */
const isStarter = (char: string): boolean =>
  !/^\p{M}$/u.test(char) || !(commute(char, '\u0334') || commute(char, '\u0345'));
