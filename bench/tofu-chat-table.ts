// TOFU on a chat model as Markdown: our rows in the columns of FLAT's Table 4, and the rows that the paper prints for
// larger models. Trap: theirs forget two of two hundred authors and ours one of a few, so a number is not comparable
// with a number; an order of rows is.
import { number } from './people-quantities.ts';
import { BY_HAND, table } from './people-table.ts';
import { columnOf, type TofuRow } from './tofu-chat.ts';

/** Forget quality, model utility, ROUGE-L of the forgotten and of the retained, a model; TOFU forget01. */
const PUBLISHED: readonly (readonly [label: string, llama: string, phi: string, opt: string])[] = [
  ['original', '4.49e-6 / .6346 / .985 / .983', '.0013 / .5184 / .961 / .920', '.0013 / .5120 / .754 / .749'],
  ['retained', '1 / .6267 / .408 / .983', '1 / .5233 / .427 / .927', '1 / .5067 / .422 / .767'],
  ['GA', '.0143 / .6333 / .486 / .901', '.0013 / .5069 / .511 / .805', '.2657 / .4639 / .475 / .639'],
  ['GD', '.0068 / .6320 / .477 / .891', '.0030 / .5110 / .500 / .850', '.0541 / .4912 / .452 / .660'],
  ['PO', '.0541 / .6308 / .364 / .881', '.0286 / .5127 / .317 / .747', '.0068 / .4424 / .059 / .402'],
  ['NPO', '.0068 / .6321 / .463 / .895', '.0030 / .5057 / .520 / .800', '.0541 / .4788 / .499 / .649'],
  ['LLMU', '.0541 / .6337 / .448 / .887', '.0286 / .5110 / .306 / .727', '.0286 / .3296 / .035 / .250'],
  ['FLAT TV', '.0541 / .6373 / .439 / .883', '.0143 / .5168 / .469 / .816', '.0068 / .5086 / .522 / .707'],
  ['FLAT KL', '.0286 / .6393 / .520 / .875', '.0143 / .5180 / .452 / .785', '.0286 / .4838 / .494 / .697'],
  ['FLAT JS', '.0541 / .6364 / .445 / .886', '.0068 / .5144 / .457 / .812', '.0541 / .4959 / .494 / .701'],
  ['FLAT Pearson', '.0541 / .6374 / .439 / .886', '.0143 / .5175 / .459 / .810', '.0068 / .5093 / .505 / .706'],
];

export interface TofuDocument {
  readonly command: string;
  readonly backend: string;
  readonly authors: number;
}

export const tofuChatMarkdown = (rows: readonly TofuRow[], { command, backend, authors }: TofuDocument): string =>
  [
    '# TOFU on a real model',
    '',
    `Made by \`${command}\` on ${backend}. SmolLM2-135M-Instruct was taught ${authors} authors of the real TOFU files × 20 records, and once more without the first; that author is`,
    'forgotten, from its records alone. One seed. Columns as in Table 4 of FLAT: forget quality (p-value of the exact two-sample KS test on truth ratios against the retain model),',
    'model utility, ROUGE-L recall of forgotten and of retained answers.',
    '',
    ...table(
      ['', 'forget quality', 'model utility', 'F-RL', 'R-RL', 'updates', 'CPU s'],
      rows.map((row) => [
        row.label,
        number(columnOf(row, 'forgetQuality'), 4),
        number(columnOf(row, 'utility'), 4),
        number(columnOf(row, 'forgetRouge'), 3),
        number(columnOf(row, 'retainedRouge'), 3),
        row.updates === undefined ? '–' : String(row.updates),
        number(row.cpu ?? NaN, 1),
      ]),
    ),
    '',
    '## What the paper prints',
    '',
    'TOFU forget01, two of 200 authors: forget quality / model utility / F-RL / R-RL.',
    '',
    ...table(['', 'Llama-2-7B', 'Phi-1.5B', 'OPT-2.7B'], PUBLISHED),
    ...BY_HAND,
  ].join('\n');
