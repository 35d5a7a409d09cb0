// TOFU on a chat model in the form of FLAT's Table 4 (Wang et al. 2025, https://openreview.net/forum?id=6ESRicalFE): a
// model that was taught some of the authors, one that was taught all of them but the first, and what methods leave of
// the first author in the former. Every step is kept, so that a run which was cut off goes on.
// Trap: theirs were taught 200 authors and forget two, with 40 records to compare; one author has 20, of which the test
// of forget quality rejects less.
import type { Measured } from '#core/evaluation.ts';
import type { QuantityKey } from '#core/quantities.ts';
import { summarise } from '#core/summaries.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRows } from '#datasets/suite.ts';
import { forgetRecord, type Suite } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { inference } from '#engine/inference.ts';
import { examOf } from '#evaluation/exam.ts';
import { measure } from '#evaluation/tables.ts';
import { configured } from '#unlearning/methods.ts';
import { saved } from './saved-rows.ts';
import { runOf, weightsLeft, type InParts } from './weights-left.ts';

/** A column of the table, and what it is computed from. */
export const TABLE_4 = {
  forgetQuality: 'forget.quality',
  utility: 'model.utility',
  forgetRouge: 'forget.rougeL',
  retainedRouge: 'retained.rougeL',
} as const satisfies Readonly<Record<string, QuantityKey>>;

export interface TofuEntry {
  readonly label: string;
  readonly method: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface TofuRow {
  readonly label: string;
  readonly updates?: number;
  readonly cpu?: number;
  /** Reasons stand in `measured` where a number is not there. */
  readonly measured: Measured;
}

export interface TofuChatOptions {
  readonly dir: string;
  readonly backend: string;
  readonly seed: number;
  /** Folders of the model that was taught every author, and of the one that was not taught the first. */
  readonly original: string;
  readonly retained: string;
  /** Of the former; the first of its people is forgotten. */
  readonly suite: Suite;
  readonly entries: readonly TofuEntry[];
  readonly inParts: InParts;
}

export const benchTofuChat = async (options: TofuChatOptions): Promise<TofuRow[]> => {
  const { entries, original, retained } = options;
  for (const { method, config } of entries) configured(method, config);
  const rows = [
    { label: 'original', measured: await measuredOf(options, 'original', original, { taught: original }) },
    { label: 'retained', measured: await measuredOf(options, 'retained', retained, { taught: retained }) },
  ];
  for (const entry of entries) rows.push(await rowOf(options, entry));
  return rows;
};

const askedOf = ({ suite }: TofuChatOptions) => {
  const records = suite.subjects[0]!.records.map(forgetRecord);
  return { rows: forgetRows(suite, records), left: withoutRecords(suite, records) };
};

const rowOf = async (options: TofuChatOptions, { label, method, config }: TofuEntry): Promise<TofuRow> => {
  const { dir, backend, seed, original, suite, inParts } = options;
  const { rows, left } = askedOf(options);
  const of = {
    ...{ dir, backend, seed, suite, inParts, label, method, config },
    ...{ base: original, subjects: [0], rows, left: { ...left, facts: [] } }, // which nobody taught
  };
  const { folder, done } = await weightsLeft(of);
  const measured = await measuredOf(options, label, folder, { run: runOf(of) });
  return { label, updates: done.updates, ...(done.unlearnCpu !== undefined && { cpu: done.unlearnCpu }), measured };
};

/** Answers of TOFU are sentences of up to so many tokens. */
const MAX_TOKENS = 96;

/** Beside the model that never saw the author. */
const measuredOf = (
  { dir, seed, suite, retained, inParts, ...options }: TofuChatOptions,
  label: string,
  folder: string,
  identity: object,
): Promise<Measured> => {
  const keys = Object.values(TABLE_4);
  return saved(dir, { ...identity, beside: retained, keys, seed }, async () => {
    inParts.onPart?.(label, 'forget quality, utility and ROUGE-L');
    const { rows, left } = askedOf({ dir, seed, suite, retained, inParts, ...options });
    const [model, without] = [loadModel(folder), loadModel(retained)];
    try {
      const asked = { model: inference(model), retainModel: inference(without), suite: left, forget: rows };
      return await measure(examOf(asked, { seed, maxTokens: MAX_TOKENS }), keys);
    } finally {
      model.dispose();
      without.dispose();
    }
  });
};

/** NaN where there is none. */
export const columnOf = ({ measured }: TofuRow, column: keyof typeof TABLE_4): number => {
  const found = summarise(measured, TABLE_4[column]);
  return 'notAvailable' in found ? NaN : found.value;
};
