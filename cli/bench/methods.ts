// `quittance bench methods`: every unlearning method in one table. `--preset quick` is one suite and one training,
// `full` three, `sweep` what the settings were picked from.
// Trap: a preset says which seeds are measured and nothing else, so that quick and full agree on the seed they share.
import { join } from 'node:path';
import { usageError } from '#core/errors.ts';
import { makePeople } from '#datasets/people.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRecord } from '#datasets/suite-shape.ts';
import { SMALL } from '#containers/train-job.ts';
import {
  benchMethods,
  chosenEntries,
  REPORTED,
  sweepMethods,
  type MethodRow,
  type MethodsBenchOptions,
} from '#bench/methods.ts';
import { methodsMarkdown, summaryOf, sweepMarkdown } from '#bench/methods-table.ts';
import { saved } from '#bench/saved-rows.ts';
import type { Arguments } from '../command.ts';
import { demoBase } from '../demo/base.ts';
import { backend, wantedBackend } from '../engine.ts';
import { progressOn } from '../progress.ts';

const PRESETS = { quick: REPORTED.seeds.slice(0, 1), full: REPORTED.seeds } as const;

export const methods = async (args: Arguments): Promise<{ result: unknown; text: string }> => {
  const preset = args.value('preset') ?? 'quick';
  const labels = args.value('methods')?.split(',');
  const { options, name } = await benchOptions(args, labels);
  const command = `quittance bench methods --preset ${preset}${labels ? ` --methods '${labels.join(',')}'` : ''}`;
  if (preset === 'sweep') {
    const rows = await sweepMethods(options);
    return { result: rows.map((row) => ({ ...summaryOf(row), picked: row.picked })), text: sweepMarkdown(rows) };
  }
  if (preset !== 'quick' && preset !== 'full')
    throw usageError(`--preset is '${preset}'`, `${Object.keys(PRESETS).join(', ')} or sweep`);
  const rows = await benchMethods(options, PRESETS[preset]);
  const missing = chosenEntries(labels)
    .map(({ label }) => label)
    .filter((label) => !rows.some((row) => row.label === label));
  return { result: rows.map(summaryOf), text: methodsMarkdown(rows, { command, backend: name, missing }) };
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
        const from = process.cpuUsage();
        const { reused } = await train(without, seed);
        const { user, system } = process.cpuUsage(from);
        return reused ? {} : { cpu: (user + system) / 1e6 };
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
