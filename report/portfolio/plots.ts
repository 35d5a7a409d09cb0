// The plots of a monthly report: bars of counts and days, each with its numbers as a table and in words. A plot of
// which every bar is nothing is left out, as the sentence beside it says so.
import { DAYS_LEFT, type DaysLeft } from '#core/days-left.ts';
import type { Layer } from '../charts/chart.ts';
import { BLUE, ORANGE, SKY } from '../charts/colors.ts';
import { labelAt, WIDTH, type Plot } from '../plots/plot.ts';
import type { Portfolio } from './portfolio.ts';

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly fill?: string;
  /** A second value of the same row, marked and not drawn as a bar. */
  readonly most?: number;
}

interface Bars {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
  /** What `most` is. */
  readonly marked?: string;
}

const ROW = 22;
/** Names may be long; the table has the whole name. */
const shortened = (name: string): string => (name.length > 44 ? `${name.slice(0, 43)}…` : name);

const barPlot = ({ id, title, what, unit, bars, marked }: Bars): Plot | undefined => {
  const greatest = Math.max(0, ...bars.map(({ value, most = 0 }) => Math.max(value, most)));
  if (greatest === 0) return undefined;
  const said = bars.map(
    ({ name, value, most }) => `${name} ${value}${most === undefined ? '' : `, ${marked} ${most}`}`,
  );
  return {
    ...{ id, title },
    alt: `${what} ${said.join('; ')}.`,
    chart: {
      width: WIDTH - 260,
      height: ROW * bars.length,
      x: { title: unit, domain: [0, greatest * 1.15], whole: true },
      y: { title: '', domain: [bars.length - 0.5, -0.5], ticks: bars.map(({ name }, i) => [i, shortened(name)]) },
      layers: [...bars.flatMap(barOf), ...slowestOf(bars, marked)],
    },
    columns: marked === undefined ? ['what', unit] : ['what', unit, marked],
    rows: bars.map(({ name, value, most }) => [
      ...[name, String(value)],
      ...(marked === undefined ? [] : [most === undefined ? '–' : String(most)]),
    ]),
  };
};

const barOf = ({ value, fill = BLUE }: Bar, i: number): Layer[] => [
  ...(value === 0 ? [] : [{ kind: 'region', x: [0, value], y: [i + 0.3, i - 0.3], fill } satisfies Layer]),
  labelAt(value, i, String(value), [6, 4]),
];

const slowestOf = (bars: readonly Bar[], name: string | undefined): Layer[] => {
  const points = bars.flatMap(({ most }, i) => (most === undefined ? [] : [[most, i] as const]));
  if (name === undefined || points.length === 0) return [];
  return [{ kind: 'marks', name, points, mark: { symbol: 'circle', color: ORANGE, area: 50 } }];
};

export const volumesPlot = ({ volumes: v, month }: Portfolio): Plot | undefined =>
  barPlot({
    ...{
      id: 'volumes',
      title: `Requests in ${month}`,
      unit: 'requests',
      what: 'One bar a kind, by how many there were.',
    },
    bars: [
      { name: 'open before', value: v.openBefore, fill: SKY },
      { name: 'received', value: v.received },
      { name: 'completed', value: v.completed },
      { name: 'refused', value: v.refused },
      { name: 'withdrawn', value: v.withdrawn },
      { name: 'cancelled', value: v.cancelled },
      ...(v.expired === undefined ? [] : [{ name: 'expired', value: v.expired }]),
      { name: 'open after', value: v.openAfter, fill: SKY },
    ],
  });

const LEFT: Readonly<Record<DaysLeft, string>> = {
  late: 'late',
  week: 'within a week',
  fortnight: 'within two weeks',
  month: 'within a month',
  later: 'later',
};

export const daysLeftPlot = ({ openByDaysLeft = [], upTo }: Portfolio): Plot | undefined =>
  barPlot({
    ...{ id: 'days-left', title: `Open on ${upTo}, by the days left to the date of the law`, unit: 'requests' },
    what: 'One bar a kind of time that is left, by how many requests were open.',
    bars: DAYS_LEFT.map((bin) => ({
      name: LEFT[bin],
      value: openByDaysLeft.find((one) => one.bin === bin)?.n ?? 0,
      fill: bin === 'late' ? ORANGE : BLUE,
    })),
  });

export const mediansPlot = ({ regimes }: Portfolio): Plot | undefined =>
  barPlot({
    ...{ id: 'medians', title: 'Days from receipt to answer, by law', unit: 'days', marked: 'slowest' },
    what: 'One bar a law: its median, with a mark at the slowest answer.',
    bars: regimes.flatMap(({ label, times }) =>
      times === null ? [] : [{ name: label, value: times.median, most: times.slowest }],
    ),
  });

export const refusalsPlot = ({ refusals }: Portfolio): Plot | undefined =>
  barPlot({
    ...{ id: 'refusals', title: 'Refusals by ground', unit: 'requests', what: 'One bar a ground of a law.' },
    bars: refusals.map(({ label, n }) => ({ name: label, value: n })),
  });

export const recertificationsPlot = ({ recertifications: r }: Portfolio): Plot | undefined =>
  barPlot({
    ...{ id: 'recertifications', title: 'Checks of what is served', unit: 'checks', what: 'One bar an outcome.' },
    bars: [
      { name: 'current', value: r.current },
      { name: 'lapsed', value: r.lapsed, fill: ORANGE },
      { name: 'of a changed model', value: r.drifted, fill: ORANGE },
    ],
  });
