// The page of the story bench as it is kept in a JSON file beside it: what the models of one seed know, and the rows
// that any run measured on them.
// Trap: JSON has no infinite number; a perplexity that was none is null there and NaN here, and is printed as a dash.
import { z } from 'zod';
import { MethodName } from '#core/method-name.ts';
import { merged } from './merged.ts';
import { MeasuredBy } from './printed-row.ts';
import type { StoryBench, StoryRow } from './story.ts';
import { storyEntries } from './story-entries.ts';

const Measure = z
  .number()
  .nullable()
  .transform((value) => value ?? NaN);

const Scores = z.strictObject({ verbMem: Measure, bleu: Measure, rougeL: Measure });

const Measures = z.strictObject({
  ...{ forget: Scores, stays: Scores, knowForget: Measure, knowStays: Measure, leak: Measure },
  perplexity: z.strictObject({ forget: Measure, stays: Measure, general: Measure }),
  chosen: Measure,
  shown: z.strictObject({ opening: z.string(), book: z.string(), said: z.string() }),
});

const Row = z.strictObject({
  ...{ label: z.string(), method: MethodName, config: z.record(z.string(), z.unknown()), from: z.string() },
  ...{ reads: z.array(z.string()), by: MeasuredBy },
  result: z.union([
    z.strictObject({ failed: z.string() }),
    z.strictObject({
      updates: z.int().nonnegative(),
      stop: z.enum(['stop-rule', 'update-limit', 'landed', 'trained-anew']),
      cpu: z.number(),
      measures: Measures,
    }),
  ]),
});

const Pair = z.tuple([z.number(), z.number()]);

export const StoryPage = z.strictObject({
  seed: z.int().nonnegative(),
  /** CPU seconds of the two trainings, and the share of its own answers that each model repeats. */
  bases: z.strictObject({ cpu: Pair, exact: Pair }),
  original: Measures,
  retain: Measures,
  rows: z.array(Row),
});
export type StoryPage = z.infer<typeof StoryPage>;

/** What a run found, with the rows of earlier runs on the same models that it did not measure itself. */
export const storyPage = (bench: Omit<StoryBench, 'missing'>, by: MeasuredBy, earlier?: StoryPage): StoryPage => {
  const { seed, bases, original, retain } = bench;
  const fresh = bench.rows.map((row) => rowOf(row, by));
  const rows = merged(earlier?.rows ?? [], fresh, ({ label }) => label, placeOf);
  return { seed, bases: { cpu: [...bases.cpu], exact: [...bases.exact] }, original, retain, rows };
};

const rowOf = (
  { label, method, config, from, reads, result }: StoryRow,
  by: MeasuredBy,
): StoryPage['rows'][number] => ({
  ...{ label, method, config: { ...config }, from, reads: [...reads], by, result },
});

/** Rows that the bench does not have any more come last. */
const placeOf = ({ label }: { readonly label: string }): number => {
  const at = storyEntries().findIndex((entry) => entry.label === label);
  return at === -1 ? Infinity : at;
};

/** Labels of the bench, or those that are asked for, that no row of the page has. */
export const missingIn = ({ rows }: StoryPage, labels?: readonly string[]): string[] =>
  storyEntries(labels)
    .map(({ label }) => label)
    .filter((label) => !rows.some((row) => row.label === label));
