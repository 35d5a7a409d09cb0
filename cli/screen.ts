// `quittance screen`: a training set without the rows about people whom a model has forgotten.
// Traps: what is printed names rows by file and line, never their text: whoever trains need not learn who asked. And
// rows are written as they are read, under a name of their own: a fault in the last line leaves no half training set.
import { plural } from '#core/plural.ts';
import { counted } from '#core/collected.ts';
import { createFrom } from '#adapters/local/durable-file.ts';
import { usageError } from '#core/errors.ts';
import { readCorpus } from '#datasets/corpus/read.ts';
import { newFile } from './kinds.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { lineOf, screened, type Screening } from '#datasets/corpus/screen.ts';
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
    const found: Screening & { kept: number } = { dropped: [], doubtful: [], kept: 0 };
    const lines = linesOf(screened(readCorpus(paths, { subjectField }), lists, found), subjectField, found);
    if (out === undefined) await counted(lines);
    else if (!(await createFrom(out, lines, 0o600))) throw taken(out);
    const { dropped, doubtful, kept } = found;
    const rows = kept + dropped.length;
    const against = lists.map(({ model, list }) => ({ model, list: list.digest ?? null, people: list.people }));
    args.print({ rows, kept, dropped, doubtful, against }, () =>
      [
        ...dropped.map(({ where, why, model }) => `${where}  dropped  ${WHY[why]} (${model})`),
        ...doubtful.map(({ where, why, model }) => `${where}  kept, to be looked at  ${WHY[why]} (${model})`),
        ...against.map(({ model, list, people }) => `${model}: ${people} forgotten${list ? `, list ${list}` : ''}`),
        `${kept} of ${plural(rows, 'row')} stay${out === undefined ? '' : ` → ${out}`}`,
      ].join('\n'),
    );
    return 0;
  },
};

const taken = (out: string) =>
  usageError(`--out ${out}: there is such a file by now`, 'a file that does not exist yet');

/** Characters that are written at once. */
const CHUNK = 1 << 16;

/** What stays, as it is written; counted. */
const linesOf = async function* (
  rows: AsyncIterable<CorpusEntry>,
  subjectField: string | undefined,
  count: { kept: number },
): AsyncGenerator<Uint8Array> {
  let chunk = '';
  for await (const entry of rows) {
    count.kept++;
    chunk += `${lineOf(entry, subjectField)}\n`;
    if (chunk.length < CHUNK) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
};

const WHY = {
  row: 'the very row of somebody who was forgotten',
  identifiers: 'it holds what somebody who was forgotten is known by',
  wording: 'it is worded like a row of somebody who was forgotten',
} as const;
