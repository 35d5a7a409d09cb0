// Forgetting against utility: the base, where it was evaluated, and every attempt, as a path towards the corner that passes.
// Trap: while it unlearns, a method sees forget data alone, so utility is known only for states that were evaluated; nothing in between is drawn.
import type { AuditReport } from '../audit-report.ts';
import { optional } from '../format.ts';
import { ALLOWED, axis, boundsOf, GREEN, GREY, share, WIDTH, type Plot } from './plot.ts';

interface State {
  readonly state: string;
  readonly order: number;
  readonly forgotten: number | null;
  readonly retained: number | null;
}

export const forgetUtility = (report: AuditReport): Plot | undefined => {
  const states = statesOf(report);
  const values = states.filter(({ forgotten, retained }) => forgotten !== null && retained !== null);
  if (values.length === 0) return undefined;
  const told = values.map(
    (one) => `${one.state}: ${optional(one.forgotten)} forgotten, ${optional(one.retained)} retained`,
  );
  return {
    id: 'forget-utility',
    title: 'Forgetting against utility: every evaluated state',
    alt:
      'Each mark is a state of the model: the fewer forgotten answers are exact, the further left; the more retained answers are exact, the higher. ' +
      `The shaded corner passes both checks. ${told.join('; ')}.`,
    spec: { width: WIDTH, height: 240, layer: [...corner(report), ...path(values)] },
    columns: ['state', 'forgotten answers exact', 'retained answers exact'],
    rows: states.map(({ state, forgotten, retained }) => [state, optional(forgotten), optional(retained)]),
  };
};

const statesOf = ({ attempts, metrics }: AuditReport): State[] => {
  const before = (key: string) => {
    const found = metrics.find((row) => row.key === key)?.before;
    return found && 'value' in found ? found.value : null;
  };
  const base = { forgotten: before('forget.greedyExact'), retained: before('retained.greedyExact') };
  return [
    { state: 'before', order: 0, ...base },
    ...attempts.map(({ number, forgotten, retained }) => ({
      state: `attempt ${number}`,
      order: number,
      forgotten,
      retained,
    })),
  ];
};

const across = axis('forgotten', 'forgotten answers still exact (share)', { scale: share });
const up = axis('retained', 'retained answers exact (share)', { scale: share });

const corner = ({ gate }: AuditReport) => {
  const limit = (name: string) => boundsOf(gate?.gates.find((one) => one.name === name)?.threshold ?? '');
  const [right, low] = [limit('forgotten answers exact')?.[1], limit('retained answers exact')?.[0]];
  if (right === undefined || low === undefined) return [];
  const encoding = {
    x: { ...across, field: 'left' },
    x2: { field: 'right' },
    y: { ...up, field: 'low' },
    y2: { field: 'top' },
  };
  return [{ data: { values: [{ left: 0, right, low, top: 1 }] }, mark: { type: 'rect', color: ALLOWED }, encoding }];
};

const path = (values: readonly State[]) => {
  const [data, encoding] = [{ values }, { x: across, y: up }];
  return [
    {
      data,
      mark: { type: 'line', color: GREY, strokeDash: [3, 3] },
      encoding: { ...encoding, order: { field: 'order', type: 'quantitative' } },
    },
    { data, mark: { type: 'point', filled: true, size: 90, color: GREEN, opacity: 1 }, encoding },
    { data, mark: { type: 'text', align: 'left', dx: 8, dy: 12 }, encoding: { ...encoding, text: { field: 'state' } } },
  ];
};
