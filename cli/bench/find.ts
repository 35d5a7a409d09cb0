// `quittance bench find`: what finding a person's rows finds in many languages, and how long it takes in a large
// corpus.
import { join } from 'node:path';
import { qualityOf } from '#bench/find/quality.ts';
import { benchScale } from '#bench/find/scale.ts';
import { findMarkdown, type FindBench } from '#bench/find/table.ts';
import { heldOutCorpora, madeCorpora } from '#bench/find/made-corpora.ts';
import type { Arguments } from '../command.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';

export const find = async (args: Arguments): Promise<{ result: FindBench; text: string }> => {
  const rows = number(args, 'rows', 1_000_000);
  const languages: FindBench['languages'][number][] = [];
  for (const [all, heldOut] of [[madeCorpora(), false] as const, [heldOutCorpora(), true] as const])
    for (const made of all)
      languages.push({
        heldOut,
        byName: await qualityOf(made, 'name'),
        byNumber: await qualityOf(made, 'name and number'),
      });
  const bar = progressOn(process.stderr).stage('storing made rows', rows, 'rows');
  const dir = join(args.dir, 'bench', 'find');
  const scale = await benchScale({ rows, dir, onRow: (row) => bar.at(row) });
  bar.done();
  const result = { languages, scale };
  return { result, text: findMarkdown(result, `quittance bench find --rows ${rows}`) };
};
