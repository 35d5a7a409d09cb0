// What a quantity of an evaluation is, as data: where it stands in the tables, its words and unit, what it needs, and
// how its value follows from the tables. The list is in quantities.ts, the computation in evaluation/. Trap: policies
// and stored bundles name quantities by key, so a key is never renamed or given another meaning.

/** Whose records are asked about. `authors` and `world` are the two kinds of facts; `model` is all groups together. */
export type Group =
  'forget' | 'controls' | 'retained' | 'facts' | 'authors' | 'world' | 'unknown' | 'general' | 'model';

/** What must be available beside the model itself. */
export type Need =
  'forget' | 'controls' | 'retained' | 'facts' | 'unknown' | 'general' | 'before' | 'retainModel' | 'relearn';

/** The least and the greatest value of each unit. `score`: between 0 and 1, and no count of anything. */
export const UNITS = {
  share: [0, 1],
  probability: [0, 1],
  score: [0, 1],
  auc: [0, 1],
  'p-value': [0, 1],
  nats: [-Infinity, 0],
  perplexity: [1, Infinity],
} as const satisfies Readonly<Record<string, readonly [least: number, most: number]>>;
export type Unit = keyof typeof UNITS;

/** `match`: too low is as bad as too high; it is read beside its reference. */
export type Direction = 'lower' | 'higher' | 'match';

/**
 * How a value follows from the tables: `share` from a count, `mean` and `perplexity` from sums, `auc` and `ks` from two
 * histograms, `lowest` from counts person by person, `harmonicMean` from other means.
 */
export type Summary = 'share' | 'mean' | 'perplexity' | 'auc' | 'ks' | 'lowest' | 'harmonicMean';

/** How an evaluation asked; part of its tables. */
export interface Asking {
  readonly samplesPerPrompt: number;
  readonly temperature: number;
  /** Mean over the wrong answers of a record; tables from before this was written down have the geometric one. */
  readonly truthRatio?: 'geometric' | 'arithmetic' | undefined;
}

export interface Quantity<Key extends string = string> {
  /** `group.family`: its place in the tables, and its name in a policy. */
  readonly key: Key;
  readonly group: Group;
  /**
   * `record`: each record has a value. `whole`: measured once for the whole model. `tables`: follows from what other
   * quantities left in the tables.
   */
  readonly by: 'record' | 'whole' | 'tables';
  readonly summary: Summary;
  /** Keys in the tables that it is read from, where they are not its own. */
  readonly from: readonly string[];
  /** A heading of a few words, and what it is to somebody who reads a report. */
  readonly title: string;
  readonly label: string;
  readonly unit: Unit;
  readonly direction: Direction;
  readonly needs: readonly Need[];
  /** How it is measured, without its interval. */
  readonly how: string | ((asking: Asking) => string);
  /** Whether a policy may bound it. A reference group, or a level that says nothing by itself, has no bound. */
  readonly gateable: boolean;
  /** Records from which a check on it shows something; a policy may ask for more. */
  readonly leastRecords: number;
  /** Kept person by person as well, without names. */
  readonly byPerson: boolean;
  /** Kept as a histogram as well, so that two groups can be compared. */
  readonly binned: boolean;
  /** Every record of the group is asked; others ask some, or those that have what is needed. */
  readonly every: boolean;
  /** Where it is published. */
  readonly source?: string;
  /** Its name in `quittance evaluate`, where it had one before it had a key. */
  readonly name?: string;
}
