// A gate in words, for screens and reports: its threshold, what its value rests on, and what so many records cannot
// show. Trap: nothing reads these sentences back; whoever needs a bound takes `least` and `most` of the gate.
import { decimal, optional, rangeText } from './decimal.ts';
import type { Gate, Judgement } from './gate.ts';
import { plural } from './plural.ts';
import { isQuantityKey, QUANTITIES, quantityOf } from './quantities.ts';
import { UNITS, type Unit } from './quantity.ts';

/** Unit of the judged value, which in some statistics is a comparison of two quantities. */
export const unitOf = ({ statistic, of: [key = ''] }: Pick<Gate, 'statistic' | 'of'>): Unit => {
  if (statistic === 'auc') return 'auc';
  if (statistic === 'ks') return 'p-value';
  return isQuantityKey(key) ? quantityOf(key).unit : 'score';
};

/** Whether values and bounds lie between 0 and 1, so that they can be drawn on one scale. */
export const onUnitScale = (gate: Pick<Gate, 'statistic' | 'of'>): boolean => {
  const [least, most] = UNITS[unitOf(gate)];
  return least === 0 && most === 1;
};

const labelOf = (key: string): string => (isQuantityKey(key) ? quantityOf(key).label : key);

/** Three significant digits, because windows that follow from n have many. */
const short = (value: number): string => String(Number(value.toPrecision(3)));

/** `≥ 0.35 and ≤ 0.65`. */
export const thresholdText = (gate: Gate): string => {
  const {
    statistic,
    least,
    most,
    of: [, reference = ''],
  } = gate;
  if (statistic === 'meanWithinPeople')
    return least === null || most === null
      ? 'within the range of never-trained people'
      : `${rangeText([least, most], 2)} nats`;
  if (statistic === 'shareAtMostReference')
    return most === null ? `≤ upper bound of ${labelOf(reference)}` : `≤ ${decimal(most)}`;
  const unit = unitOf(gate) === 'nats' ? ' nats' : '';
  const sides = [least === null ? '' : `≥ ${short(least)}${unit}`, most === null ? '' : `≤ ${short(most)}${unit}`];
  return `${statistic === 'ks' ? 'p ' : ''}${sides.filter(Boolean).join(' and ')}`;
};

const percent = (share: number): string => `${short(100 * share)} %`;

const windowText = ({ basis: { alpha } }: Gate): string =>
  alpha === undefined ? '' : `; a model that never saw them is outside in at most ${percent(alpha)} of cases`;

const intervalText = ({ interval }: Gate): string => (interval === null ? '' : rangeText(interval));

/** Method, interval and whatever makes the number readable; where there is no value, why. */
export const detailText = (gate: Gate): string => {
  const { notAvailable, n, basis } = gate;
  if (notAvailable !== undefined) return notAvailable;
  const counted = () => `${basis['k']} of ${n}; 95 % Clopper–Pearson ${intervalText(gate)}`;
  switch (gate.statistic) {
    case 'value':
      return basis['k'] === undefined ? `n = ${n}; 95 % interval ${intervalText(gate) || 'none'}` : counted();
    case 'share':
      return counted();
    case 'shareAtMostReference': {
      const { alpha = 0, referenceK, referenceN, margin } = basis;
      const more = margin === undefined ? '' : `, or the upper bound of these plus ${margin}`;
      return `${counted()}; threshold is what ${referenceK} of ${referenceN} never-trained records allow at an error of ${percent(alpha)}${more}`;
    }
    case 'auc':
      return `against ${basis['m']} never-trained records; 95 % Hanley–McNeil ${intervalText(gate)}${windowText(gate)}`;
    case 'meanWithinPeople':
      return `range of ${basis['people']} never-trained people, widened by ${basis['margin']}; 95 % interval of the mean ${intervalText(gate)}`;
    case 'ks':
      return `exact two-sample KS: D = ${optional(basis['d'])}, n = ${n}, m = ${basis['m']}; D from ${optional(basis['rejectsFrom'])} would be rejected at ${percent(basis['alpha'] ?? 0.05)}`;
    case 'worstPerson':
      return `lowest of ${n} retained people: ${basis['k']} of ${basis['records']}`;
  }
};

/** Checks that a policy can make of forgotten records need this many at most. */
const ENOUGH = Math.max(
  ...QUANTITIES.filter(({ group }) => group === 'forget').map(({ leastRecords }) => leastRecords),
);

/** What so few records cannot show, before anything is measured; undefined where there are enough for every check. */
export const tooFewText = (records: number): string | undefined =>
  records >= ENOUGH
    ? undefined
    : `${plural(records, 'record')}: so few can miss what many would show, and checks that need up to ${ENOUGH} are not judged`;

/**
 * What so many records can show and what not, one sentence a limit; none under a policy whose bounds are the same at
 * any number of records. It stands wherever the verdict does.
 */
export const limitsOf = ({ gates, sampling }: Pick<Judgement, 'gates' | 'sampling'>): string[] => {
  const asked = gates.filter(({ of: [key = ''] }) => key.startsWith('forget.'));
  if (!sampling || asked.length === 0) return [];
  const { error, alpha, tooFew } = sampling;
  const n = Math.max(...asked.map((gate) => gate.n));
  return [
    `The verdict rests on ${plural(n, 'record')}. A model that never saw ${n === 1 ? 'it' : 'them'} would fail the checks beside never-trained ` +
      `people, taken together, in at most ${percent(error)} of cases (${percent(alpha)} each).`,
    ...asked.flatMap(unnoticed),
    ...notMade(asked, tooFew),
  ];
};

const unnoticed = (gate: Gate): string[] => {
  const { name, n, least, most, needs } = gate;
  if (gate.statistic !== 'auc' || needs !== undefined || least === null || most === null) return [];
  return [`Of ${plural(n, 'record')}, the check “${name}” notices nothing between ${short(least)} and ${short(most)}.`];
};

const WITHOUT = {
  approver: 'The approver decides without them.',
  remediation: 'The ticket goes to remediation.',
} as const;

const notMade = (asked: readonly Gate[], tooFew: keyof typeof WITHOUT): string[] => {
  const small = asked.flatMap(({ name, needs }) => (needs === undefined ? [] : [`${name} (needs ${needs})`]));
  return small.length === 0 ? [] : [`Not judged, for want of records: ${small.join(', ')}. ${WITHOUT[tooFew]}`];
};
