// `quittance bench methods`: every unlearning method in one table. `--preset quick` is one suite and one training,
// `full` three, `sweep` what the settings were picked from.
// Trap: a preset says which seeds are measured and nothing else, so that quick and full agree on the seed they share.
import { basename, join } from 'node:path';
import { z } from 'zod';
import { usageError } from '#core/errors.ts';
import { makePeople } from '#datasets/people.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRecord } from '#datasets/suite-shape.ts';
import { SMALL } from '#containers/train-job.ts';
import {
  benchMethods,
  chosenEntries,
  REPORTED,
  SCORED,
  sweepMethods,
  type MethodRow,
  type MethodsBenchOptions,
} from '#bench/methods.ts';
import { merged } from '#bench/merged.ts';
import { methodsMarkdown, PRINTED } from '#bench/methods-table.ts';
import { printedRow, PrintedRow } from '#bench/printed-row.ts';
import { saved } from '#bench/saved-rows.ts';
import { sweepMarkdown } from '#bench/sweep-table.ts';
import { stopwatch } from '#containers/stopwatch.ts';
import type { Arguments } from '../command.ts';
import { demoBase } from '../demo/base.ts';
import { backend, wantedBackend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { measuredNow, mergeFile, writeMerged } from './merge.ts';

const PRESETS = { quick: REPORTED.seeds.slice(0, 1), full: REPORTED.seeds } as const;

export const methods = async (args: Arguments): Promise<{ result: unknown; text: string }> => {
  const preset = args.value('preset') ?? 'quick';
  if (preset !== 'quick' && preset !== 'full' && preset !== 'sweep')
    throw usageError(`--preset is '${preset}'`, `${Object.keys(PRESETS).join(', ')} or sweep`);
  const labels = args.value('methods')?.split(',');
  return preset === 'sweep' ? swept(args, labels) : measured(args, preset, labels);
};

const swept = async (args: Arguments, labels: readonly string[] | undefined) => {
  if (args.value('merge') !== undefined) throw usageError('--merge has no rows of a sweep', 'leave one of them out');
  const { options, name } = await benchOptions(args, labels);
  const rows = await sweepMethods(options);
  const by = measuredNow(name);
  return {
    result: rows.map((row) => ({ ...printedRow(row, SCORED, by), picked: row.picked })),
    text: sweepMarkdown(rows),
  };
};

const measured = async (args: Arguments, preset: keyof typeof PRESETS, labels: readonly string[] | undefined) => {
  mergeFile(args, Rows);
  const { options, name } = await benchOptions(args, labels);
  const by = measuredNow(name);
  const fresh = (await benchMethods(options, PRESETS[preset])).map((row) => printedRow(row, PRINTED, by));
  const rows = merged(mergeFile(args, Rows) ?? [], fresh, ({ label, seed }) => `${seed} ${label}`, placeOf);
  await writeMerged(args, rows);
  const missing = chosenEntries(args.value('merge') === undefined ? labels : undefined)
    .map(({ label }) => label)
    .filter((label) => !rows.some((row) => row.label === label));
  return {
    result: rows,
    text: methodsMarkdown(rows, { command: commandOf(args, preset, labels), backend: name, missing }),
  };
};

const Rows = z.array(PrintedRow);

/** In the order of the bench, a row's seeds beside each other; rows that the bench does not have any more come last. */
const placeOf = ({ label, seed }: PrintedRow): number => {
  const at = LABELS.indexOf(label);
  return (at === -1 ? LABELS.length : at) * 1e6 + seed;
};
const LABELS = chosenEntries().map(({ label }) => label);

/** Of a page with rows of several runs, the command that goes on with it. */
const commandOf = (args: Arguments, preset: string, labels: readonly string[] | undefined): string => {
  const merge = args.value('merge');
  const only = labels && merge === undefined ? ` --methods '${labels.join(',')}'` : '';
  return `quittance bench methods --preset ${preset}${only}${merge === undefined ? '' : ` --merge ${basename(merge)}`}`;
};

const benchOptions = async (args: Arguments, labels: readonly string[] | undefined) => {
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const dir = join(args.dir, 'bench', 'methods');
  const train = async (suite: ReturnType<typeof makePeople>, seed: number) =>
    demoBase(dir, suite, { ...SMALL, seed }, chosen, progress);
  const options: MethodsBenchOptions = {
    dir,
    backend: { ...wantedBackend(), name: chosen.name },
    ...(labels && { labels }),
    async bases(seed, subject, anewToo) {
      const suite = makePeople({ seed });
      const whole = await train(suite, seed);
      if (!anewToo) return { whole: whole.dir };
      const without = withoutRecords(suite, suite.subjects[subject]!.records.map(forgetRecord));
      const anew = await saved(dir, { anew: seed, subject, backend: chosen.name }, async () => {
        const taken = stopwatch();
        const { reused } = await train(without, seed);
        return reused ? {} : { cpu: taken().cpuSeconds };
      });
      const { dir: folder } = await train(without, seed);
      return { whole: whole.dir, anew: folder, ...(anew.cpu !== undefined && { anewCpu: anew.cpu }) };
    },
    keptOnly: args.flag('kept'),
    onRow: (row) => progress.note(lineOf(row)),
  };
  return { options, name: chosen.name };
};

const lineOf = ({ seed, label, result }: MethodRow): string =>
  'failed' in result
    ? `seed ${seed}: ${label}: ${result.failed}`
    : `seed ${seed}: ${label}: ${result.updates} updates, ${(result.cpu ?? 0).toFixed(1)} CPU s, ${result.judgements.map(({ verdict }) => verdict).join(', ')}`;
