// A gate in words, for screens and reports: its threshold and what its value rests on. Trap: nothing reads these
// sentences back; whoever needs a bound takes `least` and `most` of the gate.
import { decimal, optional, rangeText } from './decimal.ts';
import type { Gate } from './gate.ts';
import { isQuantityKey, quantityOf } from './quantities.ts';
import { UNITS, type Unit } from './quantity.ts';

/** Of the value itself, which is a comparison in some statistics. */
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
  const sides = [least === null ? '' : `≥ ${least}${unit}`, most === null ? '' : `≤ ${most}${unit}`];
  return `${statistic === 'ks' ? 'p ' : ''}${sides.filter(Boolean).join(' and ')}`;
};

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
      const { alpha = 0, referenceK, referenceN } = basis;
      return `${counted()}; threshold is the ${100 * (1 - alpha)} % upper bound of ${referenceK} of ${referenceN} never-trained records`;
    }
    case 'auc':
      return `against ${basis['m']} never-trained records; 95 % Hanley–McNeil ${intervalText(gate)}`;
    case 'meanWithinPeople':
      return `range of ${basis['people']} never-trained people, widened by ${basis['margin']}; 95 % interval of the mean ${intervalText(gate)}`;
    case 'ks':
      return `exact two-sample KS: D = ${optional(basis['d'])}, n = ${n}, m = ${basis['m']}; D from ${optional(basis['rejectsFrom'])} would be rejected at 5 %`;
    case 'worstPerson':
      return `lowest of ${n} retained people: ${basis['k']} of ${basis['records']}`;
  }
};
