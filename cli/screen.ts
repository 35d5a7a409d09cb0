// `quittance screen`: a training set without the rows about people whom a model has forgotten.
// Trap: what is printed names rows by file and line, never their text: whoever trains need not learn who asked.
import { plural } from '#core/plural.ts';
import { writeFileSync } from 'node:fs';
import { usageError } from '#core/errors.ts';
import { readCorpus } from '#datasets/corpus/read.ts';
import { newFile } from './kinds.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { lineOf, screened } from '#datasets/corpus/screen.ts';
import type { Command } from './command.ts';
import { listsOf } from './forgotten-lists.ts';
import { INSTALLATION } from './registry.ts';
import { required } from './values.ts';

export const screen: Command = {
  name: 'screen',
  summary: 'a training set without whom a model has forgotten',
  usage: 'FILE… --model N [--out FILE] [--subject-field F]',
  options: {
    ...INSTALLATION,
    model: { kind: 'many', value: 'N', summary: 'a registered model, by whose list the rows are screened' },
    out: {
      kind: 'value',
      value: 'FILE',
      summary: 'where the rows that stay go, as JSON lines; without it they are counted',
      is: newFile,
    },
    'subject-field': { kind: 'value', value: 'F', summary: 'the column that names a row’s person, which is kept' },
  },
  example: 'quittance screen chats.jsonl docs.jsonl --model support --out next.jsonl',
  async run(args) {
    const [paths, names, out] = [args.positionals, args.many('model'), args.value('out')];
    if (paths.length === 0) throw usageError('screen FILE… --model N: no file is named', 'files and folders of rows');
    if (names.length === 0) required(args, 'model');
    const lists = await listsOf(args, names);
    const subjectField = args.value('subject-field');
    const entries: CorpusEntry[] = [];
    for await (const entry of readCorpus(paths, { subjectField })) entries.push(entry);
    const { kept, dropped, doubtful } = screened(entries, lists);
    if (out !== undefined)
      writeFileSync(out, kept.map((entry) => `${lineOf(entry, subjectField)}\n`).join(''), { mode: 0o600, flag: 'wx' });
    const against = lists.map(({ model, list }) => ({ model, list: list.digest ?? null, people: list.people }));
    args.print({ rows: entries.length, kept: kept.length, dropped, doubtful, against }, () =>
      [
        ...dropped.map(({ where, why, model }) => `${where}  dropped  ${WHY[why]} (${model})`),
        ...doubtful.map(({ where, why, model }) => `${where}  kept, to be looked at  ${WHY[why]} (${model})`),
        ...against.map(({ model, list, people }) => `${model}: ${people} forgotten${list ? `, list ${list}` : ''}`),
        `${kept.length} of ${plural(entries.length, 'row')} stay${out === undefined ? '' : ` → ${out}`}`,
      ].join('\n'),
    );
    return 0;
  },
};

const WHY = {
  row: 'the very row of somebody who was forgotten',
  identifiers: 'it holds what somebody who was forgotten is known by',
  wording: 'it is worded like a row of somebody who was forgotten',
} as const;
