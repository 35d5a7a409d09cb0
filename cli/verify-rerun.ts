// `quittance verify --rerun`: an auditor with the corpus and the base trains the model again by the recipe in the
// bundle, and comes to the digest that is certified, or not. It binds the certified weights to the rows that were
// learnt, which no signature does.
// Trap: another backend rounds otherwise and makes other weights, so there nothing is said of them; the engine is
// loaded only where a re-run is asked for.
import { usageError } from '#core/errors.ts';
import type { BundleFiles } from '#core/bundle.ts';
import type { Check } from '#core/verify.ts';
import type { Arguments } from './command.ts';
import { file, fileOrFolder, modelFolder } from './kinds.ts';
import { verifyWith, type FurtherCheck } from './verify.ts';

const RERUN: FurtherCheck = {
  usage: '[--rerun --corpus FILE… --base DIR [--people CSV]]',
  options: {
    rerun: { kind: 'flag', summary: 'train the model again by the recipe in the bundle, and compare its digest' },
    corpus: {
      kind: 'many',
      value: 'FILE',
      summary: 'rerun: files of the rows that were learnt, without those left out',
      is: fileOrFolder,
      with: ['rerun'],
    },
    base: {
      kind: 'value',
      value: 'DIR',
      summary: 'rerun: the weights that the training began with',
      is: modelFolder,
      with: ['rerun'],
    },
    people: {
      kind: 'value',
      value: 'CSV',
      summary: 'rerun: the register of the training, where it had one',
      is: file,
      with: ['rerun'],
    },
  },
  requires(args: Arguments): void {
    if (!args.flag('rerun')) return;
    if (args.value('base') === undefined || args.many('corpus').length === 0)
      throw usageError(
        '--rerun needs --corpus FILE… and --base DIR',
        'the rows that were learnt, and what the training began with',
      );
  },
  async checks(args: Arguments, files: BundleFiles): Promise<Check[]> {
    if (!args.flag('rerun')) return [];
    const { rerun } = await import('./rerun.ts');
    return [await rerun(args, files)];
  },
};

export const verifyAndRerun = verifyWith(RERUN);
