// A row of a page of methods as it is printed and kept in a JSON file beside the page: costs, verdicts, and the value
// of each printed quantity, without the tables from which they were computed.
// Trap: a quantity that could not be measured is null, which is neither zero nor a key that is missing.
import { z } from 'zod';
import type { Gate, Judgement } from '#core/gate.ts';
import { GateVerdict } from '#core/gate.ts';
import { MethodName } from '#core/method-name.ts';
import type { QuantityKey } from '#core/quantities.ts';
import type { Told } from './method-process.ts';
import type { MethodResult } from './method-row.ts';
import type { MethodRow } from './methods.ts';
import { valueIn } from './people-quantities.ts';

/** Which program measured a row, when, and on what. */
export const MeasuredBy = z.strictObject({
  version: z.string(),
  day: z.iso.date(),
  backend: z.string(),
  /** Whether the numbers are those of an earlier page, with its digits. */
  rounded: z.literal(true).optional(),
});
export type MeasuredBy = z.infer<typeof MeasuredBy>;

/** In the words of a page. */
export const measuredText = ({ version, day, backend, rounded }: MeasuredBy): string =>
  `${day}, ${version} on ${backend}${rounded ? ' (as an earlier page printed it)' : ''}`;

const Failed = z.strictObject({ failed: z.string() });

const PrintedGate = z.strictObject({
  policyVersion: z.string(),
  verdict: GateVerdict,
  /** Names of its checks that are not passed, and in which ways; absent of rows that an earlier page had. */
  notPassed: z.array(z.string()).optional(),
  faults: z.array(z.string()).optional(),
});

const Ran = z.strictObject({
  updates: z.int().nonnegative(),
  stop: z.string().optional(),
  /** CPU seconds of the method and of the attacks, and MB. */
  cpu: z.number().optional(),
  attackCpu: z.number().optional(),
  peak: z.number().optional(),
  idle: z.number().optional(),
  diverged: z.boolean(),
  gates: z.array(PrintedGate),
  values: z.record(z.string(), z.number().nullable()),
});

/** What a run left, or the message with which it ended. */
export const Printed = z.union([Failed, Ran]);
export type Printed = z.infer<typeof Printed>;
export type Ran = z.infer<typeof Ran>;

export const PrintedRow = z.strictObject({
  label: z.string(),
  method: MethodName,
  config: z.record(z.string(), z.unknown()),
  /** Where the configuration is from. */
  from: z.string(),
  seed: z.int().nonnegative(),
  reads: z.array(z.string()),
  by: MeasuredBy,
  result: Printed,
});
export type PrintedRow = z.infer<typeof PrintedRow>;

/** What a failed check means, in the words of the table. */
const SIDES: Readonly<Record<Gate['direction'], string>> = {
  'under-forgetting': 'still known',
  'over-unlearning': 'forgotten too far',
  'two-sided': 'unlike never-trained people',
  locality: 'others harmed',
  quality: 'broken answers',
};

export const openIn = ({ gates }: Judgement): Gate[] => gates.filter(({ verdict }) => verdict !== 'pass');

/** In which ways a row fails a gate; none where it passes. */
const faultsOf = ({ diverged }: MethodResult, judgement: Judgement): string[] => {
  const sides = openIn(judgement).map(({ direction, verdict }) =>
    verdict === 'not_available' ? 'not to be measured' : SIDES[direction],
  );
  return [...new Set([...(diverged ? ['diverged'] : []), ...sides])];
};

/** With the values of these quantities. */
export const printedOf = (told: Told, keys: readonly QuantityKey[]): Printed => {
  if ('failed' in told) return told;
  const { updates, stop, cpu, peak, idle, diverged, judgements, attackCpu } = told;
  return {
    ...{ updates, stop, diverged, attackCpu },
    ...{ ...(cpu !== undefined && { cpu }), ...(peak !== undefined && { peak }), ...(idle !== undefined && { idle }) },
    gates: judgements.map((one) => ({
      ...{ policyVersion: one.policyVersion, verdict: one.verdict },
      ...{ notPassed: openIn(one).map(({ name }) => name), faults: faultsOf(told, one) },
    })),
    values: Object.fromEntries(keys.map((key) => [key, finite(valueIn(told, key))])),
  };
};

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

export const printedRow = (row: MethodRow, keys: readonly QuantityKey[], by: MeasuredBy): PrintedRow => {
  const { label, method, config, from, seed, reads, result } = row;
  return { ...{ label, method, config, from, seed, reads: [...reads], by }, result: printedOf(result, keys) };
};
