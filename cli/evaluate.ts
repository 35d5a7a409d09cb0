// `quittance evaluate`: metrics only. The suite is a folder with suite.json (a model's own is beside its weights); the
// records to be forgotten come from --forget and are removed from the people who stay. Trap: a metric that lacks
// something it needs is notAvailable with the reason, never a number.
import { writeFileSync } from 'node:fs';
import type { TrainingRecord } from '#core/training-record.ts';
import { forgottenOf } from '#datasets/pieces.ts';
import { namesIn } from '#datasets/reveal/whom.ts';
import { framedRows, idsOf, questionsOf } from '#datasets/suite.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { inference } from '#engine/inference.ts';
import { examOf } from '#evaluation/exam.ts';
import { attackable } from '#evaluation/relearn.ts';
import { measure } from '#evaluation/tables.ts';
import type { Measured, MetricValue } from '#core/evaluation.ts';
import { findQuantity, printedName, QUANTITIES } from '#core/quantities.ts';
import { summarise } from '#core/summaries.ts';
import type { Arguments, Command } from './command.ts';
import { file, fileOrFolder, oneOf, output, whole } from './kinds.ts';
import { differentModels, requireDifferentFiles } from './different.ts';
import { namedFolder, openFolder } from './engine.ts';
import { recordsToForget, SUBJECT } from './forget-file.ts';
import { framingFor, windowsOf } from './framing.ts';
import { progressOn } from './progress.ts';
import { suiteAt } from './suite-file.ts';
import { choice, number, required } from './values.ts';

const TRUTH_RATIOS = ['geometric', 'arithmetic'] as const;

export const evaluate: Command = {
  name: 'evaluate',
  summary: 'metrics alone',
  usage: '--model M --suite DIR [--forget FILE] [--reference M] --out FILE',
  words: 0,
  options: {
    model: { kind: 'value', value: 'M', summary: 'registered name or model folder' },
    suite: { kind: 'value', value: 'DIR', summary: 'folder with suite.json, or that file', is: fileOrFolder },
    forget: { kind: 'value', value: 'FILE', summary: 'JSON lines of the records to forget, as of unlearn', is: file },
    subject: SUBJECT,
    reference: { kind: 'value', value: 'M', summary: 'the model before unlearning' },
    'retain-model': { kind: 'value', value: 'M', summary: 'a model trained without the forget set (benchmarks)' },
    metric: { kind: 'many', value: 'NAME', summary: 'only these names or keys (default: all of docs/metrics.md)' },
    'truth-ratio': {
      kind: 'value',
      value: 'geometric|arithmetic',
      summary: 'mean over wrong answers (default geometric)',
      is: oneOf(TRUTH_RATIOS),
    },
    seed: { kind: 'value', value: 'N', summary: 'seed of sampling (default 1)', is: whole(0) },
    out: { kind: 'value', value: 'FILE', summary: 'where the JSON goes', is: output },
  },
  example:
    'quittance evaluate --model ./forgotten --suite ./base --forget forget.jsonl --reference ./base --out metrics.json',
  async run(args) {
    const out = required(args, 'out');
    requireDifferentFiles(args, ['suite', 'forget']);
    const suite = suiteAt(required(args, 'suite'));
    const asked = forgetOf(args);
    const named = args.many('metric').map(findQuantity);
    const wanted = named.length > 0 ? named : QUANTITIES;
    const folders = await differentModels(args, ['model', 'reference', 'retain-model']);
    const dir = folders.get('model') ?? (await namedFolder(args));
    const records = (await forgottenOf(asked, await framingFor(dir, suite))).flat();
    const rows = framedRows(suite, windowsOf(readModelParts(dir), records, 'forget'));
    const staying = withoutRecords(suite, questionsOf(records));
    const { model, weights, backend } = await openFolder(dir);
    const other = async (option: 'reference' | 'retain-model') => {
      const folder = folders.get(option);
      return folder === undefined ? undefined : inference((await openFolder(folder)).model);
    };
    const [reference, retainModel] = [await other('reference'), await other('retain-model')];
    const seed = number(args, 'seed', 1);
    const relearn = attackable(weights, suite.limits?.relearningRate);
    const exam = examOf(
      {
        ...{ model: inference(model), suite: staying, forget: rows, names: namesIn(suite, rows), relearn },
        whose: idsOf(suite, questionsOf(records)),
        ...{ before: reference, retainModel },
      },
      { seed, truthRatio: choice(args, 'truth-ratio', TRUTH_RATIOS, 'geometric') },
    );
    const stage = progressOn(process.stderr).stage(`metrics on ${backend}`, wanted.length, 'metrics');
    const measured = await measure(
      exam,
      wanted.map(({ key }) => key),
      (done, _total, what) => stage.at(done, what),
    );
    stage.done();
    const metrics = Object.fromEntries(wanted.map((one) => [printedName(one), summarise(measured, one.key)]));
    const result = { metrics, ...(measured.repeated && { repeated: measured.repeated }) };
    writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
    args.print(result, () => [table(metrics), ...counted(measured)].join('\n'));
    return 0;
  },
};

const forgetOf = (args: Arguments): TrainingRecord[] => {
  const path = args.value('forget');
  return path === undefined ? [] : recordsToForget(args, path);
};

/** Records that were listed more than once, by group. */
const counted = ({ repeated = {} }: Measured): string[] =>
  Object.entries(repeated).map(([group, count]) => `${group}: ${count} listed again, counted once`);

const table = (metrics: Record<string, MetricValue>): string =>
  Object.entries(metrics)
    .map(([name, value]) =>
      'notAvailable' in value
        ? `${name.padEnd(28)} not available: ${value.notAvailable}`
        : `${name.padEnd(28)} ${value.value.toFixed(4).padStart(9)}  n ${String(value.n).padEnd(5)} ${value.interval ? `${value.interval[0].toFixed(3)} to ${value.interval[1].toFixed(3)}  ` : ''}${value.method}`,
    )
    .join('\n');
