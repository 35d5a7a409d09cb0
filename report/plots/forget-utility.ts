// Forgetting against utility: the base, where it was evaluated, and every attempt, as a path towards the corner that
// passes.
// Trap: a method sees only forget data while it unlearns, so utility is known only for evaluated states, and nothing
// between them is drawn.
import type { QuantityKey } from '#core/quantities.ts';
import { optional } from '#core/decimal.ts';
import type { AuditReport } from '../audit-report.ts';
import type { Layer, Point } from '../charts/chart.ts';
import { ALLOWED, GREEN, GREY } from '../charts/colors.ts';
import { labelAt, share, WIDTH, type Plot } from './plot.ts';

const [ACROSS, UP] = ['forget.greedyExact', 'retained.greedyExact'] as const satisfies readonly QuantityKey[];

interface State {
  readonly state: string;
  readonly forgotten: number | null;
  readonly retained: number | null;
}
interface Measured extends State {
  readonly forgotten: number;
  readonly retained: number;
}

export const forgetUtility = (report: AuditReport): Plot | undefined => {
  const states = statesOf(report);
  const known = states.filter((one): one is Measured => one.forgotten !== null && one.retained !== null);
  if (known.length === 0) return undefined;
  const told = known.map(
    (one) => `${one.state}: ${optional(one.forgotten)} forgotten, ${optional(one.retained)} retained`,
  );
  return {
    id: 'forget-utility',
    title: 'Forgetting against utility: every evaluated state',
    alt:
      'Each mark is a state of the model: the fewer forgotten answers are exact, the further left; the more retained answers are ' +
      `exact, the higher. The shaded corner passes both checks. ${told.join('; ')}.`,
    chart: {
      width: WIDTH,
      height: 240,
      x: share('forgotten answers still exact (share)'),
      y: share('retained answers exact (share)'),
      layers: [...corner(report), ...path(known)],
    },
    columns: ['state', 'forgotten answers exact', 'retained answers exact'],
    rows: states.map(({ state, forgotten, retained }) => [state, optional(forgotten), optional(retained)]),
  };
};

const statesOf = ({ attempts, metrics }: AuditReport): State[] => {
  const before = (key: QuantityKey) => {
    const found = metrics.find((row) => row.key === key)?.before;
    return found && 'value' in found ? found.value : null;
  };
  const base = { forgotten: before(ACROSS), retained: before(UP) };
  return [
    { state: 'before', ...base },
    ...attempts.map(({ number, forgotten, retained }) => ({ state: `attempt ${number}`, forgotten, retained })),
  ];
};

/** The region that passes both checks, where the policy bounds both quantities. */
const corner = ({ gate }: AuditReport): Layer[] => {
  const checkOf = (key: QuantityKey) =>
    gate?.gates.find(({ statistic, of }) => (statistic === 'share' || statistic === 'value') && of[0] === key);
  const [right, low] = [checkOf(ACROSS)?.most ?? undefined, checkOf(UP)?.least ?? undefined];
  return right === undefined || low === undefined
    ? []
    : [{ kind: 'region', x: [0, right], y: [low, 1], fill: ALLOWED }];
};

const path = (known: readonly Measured[]): Layer[] => {
  const points = known.map(({ forgotten, retained }): Point => [forgotten, retained]);
  return [
    { kind: 'line', points, stroke: { color: GREY, dash: [3, 3] } },
    { kind: 'marks', points, mark: { symbol: 'circle', color: GREEN, area: 90 } },
    ...namesByPlace(known).map(([[x, y], names]) => labelAt(x, y, names.join(', '), [8, 16])),
  ];
};

/** States whose marks coincide share one label. */
const namesByPlace = (known: readonly Measured[]): [Point, string[]][] => {
  const alike = (one: Measured) => (other: Measured) =>
    Math.abs(one.forgotten - other.forgotten) < 0.02 && Math.abs(one.retained - other.retained) < 0.05;
  return known
    .filter((one, i) => known.findIndex(alike(one)) === i)
    .map((one) => [[one.forgotten, one.retained], known.filter(alike(one)).map(({ state }) => state)]);
};
