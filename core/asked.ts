// What an evaluation asks: of how many people who stay and never-trained people, in how many records each, out of which
// control sets. A plan fixes it before the run, by the suite that lies beside its base, so that nobody can choose after
// looking which of them are counted. Zone C: counts, and digests of people who do not exist.
// Other rows of a forgotten person, of a request for a part, are none of people who stay.
// Trap: the suite itself is in no bundle. That its digest and these counts belong together can be checked by whoever
// has it; a stranger sees that they were fixed before the run and kept.
import { z } from 'zod';
import { canonicalize, Digest, digestJson, JsonValue } from './canonical.ts';
import { distinct, distinctPeople } from './distinct.ts';
import type { EvaluationTables } from './evaluation.ts';
import { plural } from './plural.ts';
import { isQuantityKey, quantityOf, type QuantityKey } from './quantities.ts';
import type { ArtifactStore } from './ports.ts';
import { parseJson } from './stored-json.ts';
import { isRecited, Recited, whoseRecords, withoutRecords, type SuiteRow } from './suite-rows.ts';
import { total } from './summaries.ts';

const Count = z.int().nonnegative();
const GROUPS = ['controls', 'retained', 'facts', 'unknown', 'general'] as const;
type Group = (typeof GROUPS)[number];

export const Asked = z.strictObject({
  suite: Digest,
  /** Distinct records, by group. */
  records: z.strictObject({ controls: Count, retained: Count, facts: Count, unknown: Count, general: Count }),
  /** People with at least one such record. */
  people: z.strictObject({ controls: Count, retained: Count }),
  /** The never-trained people, in their three sets. */
  controls: z.strictObject({ whitening: Digest, stop: Digest, gate: Digest }),
});
export type Asked = z.infer<typeof Asked>;

const Row = z.object({
  question: z.string(),
  prompt: z.string(),
  answer: z.string(),
  /** Only what the model gave when the suite was made is counted. */
  recited: Recited.optional(),
});
const People = z.array(z.object({ records: z.array(Row) }));

/** A suite as far as its records are counted. */
const CountedSuite = z.object({
  subjects: People,
  facts: z.array(Row),
  unknown: z.array(Row),
  controls: z.object({ whitening: JsonValue, stop: JsonValue, gate: JsonValue }),
  general: z.object({ held: z.array(Row) }).optional(),
});
type CountedSuite = z.infer<typeof CountedSuite>;

/** What an evaluation by this stored suite asks once these records are forgotten. STORE_CORRUPT where it is none. */
export const askedBy = async (
  { artifacts }: { artifacts: Pick<ArtifactStore, 'get'> },
  suite: Digest,
  forgotten: readonly Pick<SuiteRow, 'question' | 'answer'>[],
): Promise<Asked> => {
  const what = `the suite ${suite}`;
  const bytes = await artifacts.get(suite);
  const stored = parseJson(bytes, CountedSuite, what);
  const whose = whoseRecords(stored.subjects, forgotten);
  const others = { ...stored, subjects: stored.subjects.filter((person) => !whose.has(person)) };
  const counted = withoutRecords(others, forgotten);
  const { gate } = parseJson(bytes, GateControls, what).controls;
  return { suite, ...countsOf(counted, gate), controls: controlsOf(counted) };
};

const GateControls = z.object({ controls: z.object({ gate: People }) });

const countsOf = ({ subjects, facts, unknown, general }: CountedSuite, gate: z.infer<typeof People>) => {
  const staying = distinctPeople(subjects.map(({ records }) => ({ records: records.filter(isRecited) })));
  const controls = distinctPeople(gate);
  return {
    records: {
      ...{
        controls: recordsOf(controls),
        retained: recordsOf(staying),
        facts: distinct(facts.filter(isRecited)).length,
      },
      ...{ unknown: distinct(unknown).length, general: distinct(general?.held ?? []).length },
    },
    people: { controls: peopleOf(controls), retained: peopleOf(staying) },
  };
};

type Holders = readonly { readonly records: readonly unknown[] }[];
const recordsOf = (people: Holders): number => people.reduce((sum, { records }) => sum + records.length, 0);
const peopleOf = (people: Holders): number => people.filter(({ records }) => records.length > 0).length;

const controlsOf = ({ controls: { whitening, stop, gate } }: CountedSuite): Asked['controls'] => ({
  whitening: digestJson(whitening),
  stop: digestJson(stop),
  gate: digestJson(gate),
});

/** Others could be chosen until a model passes beside them. */
export const sameControls = (one: Asked, other: Asked): boolean =>
  canonicalize(one.controls) === canonicalize(other.controls);

type Measured = Pick<EvaluationTables, 'suite' | 'proportions' | 'sums' | 'histograms' | 'people' | 'peopleMeans'>;

/** How tables differ from what was to be asked, in words; undefined where they do not. */
export const notAsAsked = (asked: Asked, tables: Measured): string | undefined => {
  if (tables.suite.digest !== asked.suite) return 'the evaluation is by another suite than was planned';
  const binned = Object.entries(tables.histograms).map(([key, { counts }]) => [key, { n: total(counts) }] as const);
  const counts = [...Object.entries(tables.proportions), ...Object.entries(tables.sums), ...binned];
  return GROUPS.map((group) => otherRecords(group, asked, counts)).find(Boolean) ?? otherPeople(asked, tables);
};

type Counts = readonly (readonly [key: string, { n: number }])[];

/**
 * Of each group no quantity counts more records than were planned, one that asks every record of the group counts no
 * fewer, and one at least reaches them all.
 */
const otherRecords = (group: Group, { records }: Asked, counts: Counts): string | undefined => {
  const planned = records[group];
  const own = counts.filter(([key]) => isQuantityKey(key) && isOf(group, key));
  const odd = own.find(([key, { n }]) => n > planned || (n < planned && isQuantityKey(key) && quantityOf(key).every));
  if (odd) return `'${odd[0]}' counts ${plural(odd[1].n, 'record')}, and ${planned} were planned`;
  const most = Math.max(0, ...own.map(([, { n }]) => n));
  return most === planned
    ? undefined
    : `at most ${plural(most, 'record')} of '${group}' were asked, and ${planned} were planned`;
};

const isOf = (group: Group, key: QuantityKey): boolean => {
  const quantity = quantityOf(key);
  return quantity.group === group && quantity.by === 'record';
};

const otherPeople = ({ people: planned }: Asked, { people, peopleMeans }: Measured): string | undefined => {
  const lists = [...Object.entries(people), ...Object.entries(peopleMeans)];
  for (const group of ['controls', 'retained'] as const) {
    const odd = lists.find(([key, each]) => key.startsWith(`${group}.`) && each.length !== planned[group]);
    if (odd)
      return `'${odd[0]}' is of ${plural(odd[1].length, 'person', 'people')}, and ${planned[group]} were planned`;
  }
  return undefined;
};
