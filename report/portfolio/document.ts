// The monthly report as a document, which the page and the PDF render alike.
import { plural } from '#core/plural.ts';
import {
  figureOf,
  heading,
  list,
  numbers,
  paragraph,
  tableOf,
  words,
  type Block,
  type Document,
} from '../content/blocks.ts';
import { daysLeftPlot, mediansPlot, recertificationsPlot, refusalsPlot, volumesPlot } from './plots.ts';
import type { Portfolio } from './portfolio.ts';

export const portfolioTitle = ({ month }: Pick<Portfolio, 'month'>): string => `Requests in ${month}`;

export const portfolioDocument = (found: Portfolio): Document => ({
  title: portfolioTitle(found),
  lead: [`Every request to be forgotten, up to ${found.upTo}. This report names no person.`],
  sections: [
    { id: 'volumes', title: 'Summary', blocks: [...summary(found), ...figureOf(volumesPlot(found))] },
    { id: 'open', title: 'Open requests', blocks: open(found) },
    { id: 'laws', title: 'By law', blocks: [...laws(found), ...figureOf(mediansPlot(found))] },
    { id: 'overdue', title: 'Overdue', blocks: overdue(found) },
    { id: 'refusals', title: 'Refusals by ground', blocks: [...refusals(found), ...figureOf(refusalsPlot(found))] },
    { id: 'models', title: 'Models', blocks: models(found) },
    { id: 'afterwards', title: 'Re-certifications and failures', blocks: afterwards(found) },
  ],
});

const summary = ({ volumes: v, times, overdue: late }: Portfolio): Block[] => [
  {
    kind: 'notice',
    line: `${plural(v.received, 'request')} came in and ${v.ended} ended; ${late.length === 0 ? 'none is overdue' : `${late.length} overdue`}.`,
  },
  {
    kind: 'terms',
    items: [
      ['Open before', v.openBefore],
      ['Received', v.received],
      ['Ended', endedText(v)],
      ['Open after', v.openAfter],
      ['Time to answer', timeText(times)],
      ['Extended', v.extended],
      ['Held, or asked for something', v.heldOrPaused],
    ],
  },
];

const endedText = (v: Portfolio['volumes']): string =>
  [
    `${v.ended}: ${v.completed} completed, ${v.refused} refused, ${v.withdrawn} withdrawn, ${v.cancelled} cancelled`,
    ...(v.expired === undefined ? [] : [`${v.expired} expired`]),
  ].join(', ');

const timeText = (times: Portfolio['times']): string =>
  times === null
    ? 'nobody was answered'
    : `median ${plural(times.median, 'day')}, slowest ${plural(times.slowest, 'day')} (${times.n} answered)`;

const laws = ({ regimes }: Portfolio): Block[] =>
  regimes.length === 0
    ? [paragraph('Nothing came in and nothing ended.')]
    : [
        tableOf({
          caption: 'Requests by law',
          columns: [
            words('law', 4),
            numbers('received', 1.2),
            numbers('ended', 1.2),
            numbers('median days', 1.4),
            numbers('slowest', 1.2),
          ],
          rows: regimes.map(({ label, received, ended, times }) => [
            ...[label, received, ended, times?.median ?? null, times?.slowest ?? null],
          ]),
        }),
      ];

const overdue = ({ overdue: late, upTo }: Portfolio): Block[] =>
  late.length === 0
    ? [paragraph('None.')]
    : [
        tableOf({
          caption: `Answered after the date, or unanswered on ${upTo}`,
          columns: [words('case', 3), words('due', 1.5), words('answered', 1.5), numbers('days late', 1)],
          rows: late.map(({ ticketId, due, answered, days }) => [ticketId, due, answered, days]),
        }),
      ];

const refusals = ({ refusals: found }: Portfolio): Block[] =>
  found.length === 0
    ? [paragraph('None.')]
    : [
        tableOf({
          caption: 'Refusals',
          columns: [words('law', 2), words('ground', 5), numbers('cases', 1)],
          rows: found.map(({ regime, label, n }) => [regime, label, n]),
        }),
      ];

const models = ({ models: found }: Portfolio): Block[] =>
  found.length === 0
    ? [paragraph('No model was asked to forget anything.')]
    : [
        tableOf({
          caption: 'Models',
          columns: [
            ...[words('model', 3), numbers('received', 1), numbers('attempts', 1), numbers('put into service', 1.3)],
            ...[numbers('certified', 1), numbers('open', 1)],
          ],
          rows: found.map(({ name, received, attempts, deployed, certified, open }) => [
            ...[name, received, attempts, deployed, certified, open],
          ]),
        }),
      ];

const afterwards = (found: Portfolio): Block[] => [
  paragraph(checksText(found)),
  ...figureOf(recertificationsPlot(found)),
  heading('What stopped'),
  found.failures.length === 0 ? paragraph('Nothing.') : list(found.failures.map(({ label, n }) => `${n} × ${label}`)),
];

const checksText = ({ recertifications: r }: Portfolio): string =>
  `Checks of what is served: ${r.current} current, ${r.lapsed} lapsed, ${r.drifted} of a changed model.`;

const open = (found: Portfolio): Block[] => {
  const plot = daysLeftPlot(found);
  if (plot) return figureOf(plot);
  return [
    paragraph(found.volumes.openAfter === 0 ? 'None is open.' : 'How many days they had left was not counted then.'),
  ];
};
