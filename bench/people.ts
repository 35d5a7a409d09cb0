// The people bench: every unlearning method on the demo's model, judged by the demo's gate, over several seeds (suites
// and trainings); and several deletions one after another, each on the policy's ladder.
import { mkdirSync } from 'node:fs';
import { configured } from '#unlearning/methods.ts';
import { deletionsInARow, type DeletionRow } from './deletions.ts';
import { entriesOf, type Entry } from './people-entries.ts';
import { rowsOfEntry, type Row, type RunOptions } from './people-runs.ts';

export interface PeopleBench {
  methods: Row[];
  /** Deletions one after another on one model, each with its rung (from 1). */
  sequence: DeletionRow[];
}

export interface PeopleBenchOptions extends RunOptions {
  seeds: readonly number[];
  labels?: readonly string[];
  /** Entries for which the suites have people; default all. */
  entries?: (entry: Entry) => boolean;
  /** Number of deletions in a row; 0: none. */
  deletions: number;
}

export const benchPeople = async (options: PeopleBenchOptions): Promise<PeopleBench> => {
  const result: PeopleBench = { methods: [], sequence: [] };
  mkdirSync(options.dir, { recursive: true });
  const all = entriesOf(options.policy).filter((entry) => options.entries?.(entry) ?? true);
  const entries = all.filter(
    ({ label, method }) => !options.labels || options.labels.includes(method ?? '') || options.labels.includes(label),
  );
  for (const { method, config } of all) if (method !== undefined) configured(method, config); // before any training
  for (const seed of options.seeds) {
    for (const entry of entries) result.methods.push(...(await rowsOfEntry(options, seed, entry)));
    if (entries.length === all.length && options.deletions > 0)
      result.sequence.push(...(await deletionsInARow(options, seed)));
  }
  return result;
};
