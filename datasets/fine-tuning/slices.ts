// Which slice of a training a row belongs to. Rows about nobody come first, and each person's rows together in one
// later slice, so that whoever is to be forgotten appears as late as can be: training anew begins behind the slice
// before. Source: S3T (Chowdhury et al., ICLR 2025, arXiv 2406.16257): slices one after another, a kept state behind
// each.
// Traps: a slice must not hang on the order of the files nor on other rows, or training without a person would move
// everybody else's rows to other slices and no kept state could be used; and a row about two people is learnt with the
// later one, or the earlier one's slice would know of the later.
import { digestJson, sha256, type Digest } from '#core/canonical.ts';
import type { Recipe } from '#core/recipe.ts';
import type { TrainingRecord } from '#core/training-record.ts';

/** A row by what it says: never written down, as a short one could be guessed from it. */
export const rowDigest = (row: TrainingRecord): Digest => digestJson(row);

export type Slicing = Pick<Recipe, 'seed' | 'slices'>;

/** The slice of a row, from 1. `people`: whom it is about. */
export const sliceOf = ({ seed, slices }: Slicing, row: Digest, people: readonly string[]): number => {
  const { count, aboutNobody } = slices;
  if (people.length === 0) return 1 + among(aboutNobody || count, `row ${seed} ${row}`);
  return Math.max(...people.map((one) => 1 + aboutNobody + among(count - aboutNobody, `person ${seed} ${one}`)));
};

/** How many slices the rows about nobody fill, of so many; at least one is left for people where there are any. */
export const slicesAboutNobody = (count: number, nobody: number, rows: number): number =>
  nobody === rows ? 0 : Math.min(count - 1, Math.round((count * nobody) / rows));

/** A number below n that follows from a text. */
const among = (n: number, text: string): number => Math.floor((n * sha256(text).readUInt32BE(0)) / 2 ** 32);
