// What an earlier PyTorch prototype of the recipe measured, for the rows that it shares with the people bench: values
// as it printed them, one for each seed or a range.
import { FACTS, FORCED, LEAK, RETAINED, VALUE_AUC, WORST, type Column } from './people-quantities.ts';

export interface PrototypeRow {
  /** The beginning of the bench's row label. */
  ours: string;
  theirs: string;
  columns: readonly { of: Column; value: string }[];
}

const values = (retained: string, facts: string, worst: string, auc: string) =>
  [
    { of: RETAINED, value: retained },
    { of: FACTS, value: facts },
    { of: WORST, value: worst },
    { of: VALUE_AUC, value: auc },
  ].filter(({ value }) => value !== '');

export const PROTOTYPE: readonly PrototypeRow[] = [
  {
    ours: 'trained anew',
    theirs: 'retain model',
    columns: values('1.00', '1.00', '1.00', '.47 .54 .49'),
  },
  {
    ours: 'rung 1: ',
    theirs: 'FLAT + OWM, corpus moments',
    columns: [...values('.995', '1.00', '', '.41'), { of: LEAK, value: '0' }],
  },
  {
    ours: 'rung 1, control moments',
    theirs: 'FLAT + OWM, control moments',
    columns: values('1.00 1.00 .98', '.99 1.00 .97', '.95 .95 .90', '.40 .36 .42'),
  },
  {
    ours: 'FLAT as published (Adam)',
    theirs: 'plain FLAT, Adam 1e-4',
    columns: values('.33 .80 .77', '.92 .98 .88', '.10', '.56–.86'),
  },
  { ours: 'gradient ascent', theirs: 'GA', columns: values('.25–.49', '', '', '') },
  { ours: 'gradient difference', theirs: 'GD', columns: values('.62–.83', '', '', '') },
  { ours: 'KL minimisation', theirs: 'KL-min', columns: values('.46–.68', '', '', '') },
  { ours: 'NPO-RT', theirs: 'NPO-RT', columns: values('.33–.62', '', '', '') },
  { ours: 'NPO', theirs: 'NPO', columns: values('.26–.60', '', '', '') },
  { ours: 'PO *', theirs: 'PO', columns: [{ of: FORCED, value: '.70–.90' }] },
  { ours: 'IDK', theirs: 'IDK', columns: [{ of: FORCED, value: '.70–.90' }] },
  {
    ours: 'rung 1, three people at once',
    theirs: 'batch of 3, corpus moments',
    columns: values('.87', '', '', ''),
  },
  { ours: 'rung 1 with a namesake', theirs: 'namesake', columns: [{ of: WORST, value: '0–.48' }] },
];
