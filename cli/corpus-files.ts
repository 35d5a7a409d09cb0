// The files that `model onboard` and `ticket find` are given: what a model was trained on, and who is in it.
import { basename } from 'node:path';
import { readCorpus } from '#datasets/corpus/read.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { readRegister, type RegisteredPerson } from '#datasets/find/register.ts';
import type { Arguments } from './command.ts';

/** Rows as they stream by. */
export const corpusOf = (args: Arguments): AsyncIterable<CorpusEntry> =>
  readCorpus(args.many('corpus'), { subjectField: args.value('subject-field') });

/** undefined where no register is given. */
export const registerOf = async (args: Arguments): Promise<RegisteredPerson[] | undefined> => {
  const path = args.value('people');
  return path === undefined ? undefined : readRegister(path, basename(path));
};
