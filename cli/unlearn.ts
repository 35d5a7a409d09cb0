// `quittance unlearn`: the engine alone, for ML engineers: takes a model, a file of records and a method, and writes a
// model folder with run.json. It files, judges and logs nothing. Trap: without a suite there are no never-trained
// people. Generated ones then take their place, for the stop rule and, where the model came without corpus moments, for
// the moments; run.json says so.
import { plural } from '#core/plural.ts';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forgottenOf, saidOf } from '#datasets/pieces.ts';
import { readRecords } from '#datasets/records.ts';
import type { Framing } from '#datasets/rendering.ts';
import { framedRows, questionsOf, type ForgetRow } from '#datasets/suite.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { retainedRows } from '#containers/retained-rows.ts';
import { answerOf, type Suite } from '#datasets/suite-shape.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { readMoments, writeMoments, MOMENTS_FILE, type CorpusMoments } from '#engine/corpus-moments.ts';
import { writeAdapter } from '#engine/formats/peft.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import { saveAdapter, saveComposed } from '#engine/formats/save-made.ts';
import { checkModelFolder } from '#engine/formats/folder.ts';
import { weightsFolder } from '#engine/formats/folder-kind.ts';
import type { Model } from '#engine/model.ts';
import { isLoraModel, type LoraConfig } from '#engine/lora.ts';
import { fitAdapter, recordedOf } from '#engine/formats/fit-adapter.ts';
import type { TextRow } from '#containers/examples.ts';
import { baseIn, checkKept, fitsAdapter, runUnlearning, type Unlearned } from '#containers/run-unlearning.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { Quantisation } from '#core/quantisation.ts';
import { configured } from '#unlearning/methods.ts';
import { requireNeeds } from '#unlearning/method.ts';
import type { Arguments, Command } from './command.ts';
import { file, fileOrFolder, newFolder, oneOf, whole } from './kinds.ts';
import { requireDifferentFiles } from './different.ts';
import { backend, namedFolder } from './engine.ts';
import { recordsToForget, SUBJECT } from './forget-file.ts';
import { framingFor, windowsOf } from './framing.ts';
import { progressOn, type Stage } from './progress.ts';
import { generatedPeople, suiteAt } from './suite-file.ts';
import { number, quantisation, required, settings } from './values.ts';

export const unlearn: Command = {
  name: 'unlearn',
  summary: 'the unlearning engine alone',
  usage: '--model M --forget FILE --method NAME [--config k=v …] --out DIR',
  words: 0,
  options: {
    model: { kind: 'value', value: 'M', summary: 'registered name or model folder' },
    forget: {
      kind: 'value',
      value: 'FILE',
      summary:
        'JSON lines of {messages}, {question, answer}, {prompt, answer} or {text}, with value or spans where values are marked',
      is: file,
    },
    subject: SUBJECT,
    method: { kind: 'value', value: 'NAME', summary: 'see docs/methods.md (default flat)' },
    config: { kind: 'many', value: 'k=v', summary: 'setting of the method, e.g. update.step=0.2' },
    revealed: {
      kind: 'flag',
      summary: 'the records are what reveal wrote: those that the model does not surely know are left out',
    },
    retain: {
      kind: 'value',
      value: 'FILE',
      summary: "rows that stay, for methods that read some (default: the suite's)",
      is: file,
    },
    suite: {
      kind: 'value',
      value: 'DIR',
      summary: 'folder with suite.json, or that file: its frame, people and refusals are used',
      is: fileOrFolder,
    },
    quantisation: {
      kind: 'value',
      value: 'none|int8',
      summary: 'how the weights are stored (default none)',
      is: oneOf(Quantisation.options),
    },
    seed: { kind: 'value', value: 'N', summary: 'default 1', is: whole(0) },
    adapter: {
      kind: 'value',
      value: 'DIR',
      summary: "with update.trainable=lora: the LoRA too, in PEFT's format",
      is: newFolder,
    },
    out: { kind: 'value', value: 'DIR', summary: 'new model folder', is: newFolder },
  },
  example:
    'quittance unlearn --model ./base --forget forget.jsonl --method flat --config update.step=0.2 --out ./forgotten',
  async run(args) {
    const asked = readRequest(args);
    const { method, out, seed } = asked;
    const dir = await namedFolder(args);
    const base = baseIn(dir);
    const stored = checkModelFolder(weightsFolder(dir), { values: false });
    checkKept(base, method, stored, asked.quantisation);
    const fit = fitsAdapter(base, method, stored, asked.quantisation);
    const data = await framedData(dir, asked);
    const chosen = await backend();
    const stage = progressOn(process.stderr).stage(`${method.name} on ${chosen.name}`);
    const run = await runUnlearning(
      {
        base,
        method,
        ...data,
        corpus: existsSync(join(dir, MOMENTS_FILE)) ? () => momentsIn(dir) : undefined,
        seed,
        revealed: args.flag('revealed'),
        backend: chosen.name,
        onMemory: (line) => process.stderr.write(`${line}\n`),
        onAdapter: (adapted) => {
          const to = args.value('adapter');
          if (to !== undefined) writeAdapter(to, adapted, dir);
        },
        onUpdate: ({ update, valueAuc, greedyExact }) =>
          stage.at(update, `update ${update}: value AUC ${valueAuc.toFixed(2)}, exact ${greedyExact.toFixed(2)}`),
      },
      (unlearned) => save(unlearned, asked, { dir, backend: chosen.name, framing: data.framing, stage, fit }),
    );
    args.print(
      run,
      () => `${out}: ${run.digest}, ${plural(run.updates, 'update')}, ${run.stop}${leftOut(run.recorded)}`,
    );
    return 0;
  },
};

/** What the options ask for, checked before anything of the model is read. */
const readRequest = (args: Arguments) => {
  const out = required(args, 'out');
  const method = configured(args.value('method') ?? 'flat', settings(args.many('config')));
  const [suitePath, retain] = [args.value('suite'), args.value('retain')];
  requireDifferentFiles(args, ['forget', 'retain', 'suite']);
  if (retain !== undefined && !method.needs.includes('retain'))
    throw usageError(`${method.name} reads no rows that stay: --retain is not read`, 'leave it out');
  if (args.value('adapter') !== undefined && !args.many('config').includes('update.trainable=lora'))
    throw usageError('--adapter is read beside --config update.trainable=lora alone', 'add it, or leave this one out');
  requireNeeds(
    method,
    (need) =>
      (need !== 'retain' || (retain ?? suitePath) !== undefined) && (need !== 'strangers' || suitePath !== undefined),
  );
  return {
    out,
    method,
    quantisation: quantisation(args),
    seed: number(args, 'seed', 1),
    forget: recordsToForget(args, required(args, 'forget')),
    retain: retain === undefined ? undefined : readRecords(retain),
    suite: suitePath === undefined ? undefined : suiteAt(suitePath),
  };
};
type Request = ReturnType<typeof readRequest>;

interface FramedData {
  framing: Framing;
  suite: Suite;
  forget: ForgetRow[];
  retain: ((model: Model) => readonly TextRow[]) | undefined;
}

/** Records, rows that stay and never-trained people, all framed in the same way. */
const framedData = async (dir: string, { forget, retain, suite: given }: Request): Promise<FramedData> => {
  const framing = await framingFor(dir, given);
  const texts = readModelParts(dir);
  const asked = (await forgottenOf(forget, framing)).flat();
  const suite = given ?? generatedPeople(framing);
  const templates = suite.refusals.map((line) => answerOf(line, suite));
  const records = windowsOf(texts, asked, 'forget', templates);
  const stay = retain && windowsOf(texts, (await saidOf(retain, framing)).flat(), 'retain');
  const staying = given && withoutRecords(given, questionsOf(asked));
  const framed = framedRows(suite, records);
  return {
    framing,
    suite,
    forget: framed,
    retain: stay ? () => stay : staying && retainedRows(staying, framed),
  };
};

/** A word on records that were dropped, and on what their number did not allow. */
const leftOut = ({ neverKnown = 0, notSurelyKnown = 0, simulated }: Unlearned['outcome']['recorded']): string => {
  const count = Number(neverKnown) + Number(notSurelyKnown);
  return [
    count === 0 ? '' : `; records that the model never knew, left out: ${count}`,
    simulated === undefined ? '' : `; simulated re-learning: ${simulated}`,
  ].join('');
};

const momentsIn = (dir: string): CorpusMoments => {
  const moments = readMoments(join(dir, MOMENTS_FILE));
  if (!moments) throw new QuittanceError('NOT_FOUND', { message: `the moments in ${dir} are gone` });
  return moments;
};

/** Writes the model folder with the moments of what stays, and run.json in it. */
const save = (
  { model, outcome, corpus }: Unlearned,
  { out, method, quantisation, suite }: Request,
  {
    dir,
    backend,
    framing,
    stage,
    fit,
  }: { dir: string; backend: string; framing: Framing; stage: Stage; fit: LoraConfig | undefined },
) => {
  stage.done(`${plural(outcome.updates, 'update')}, ${outcome.stop}`);
  const { composed, ...told } = outcome;
  const write = (at: string) => corpus && writeMoments(join(at, MOMENTS_FILE), corpus);
  const weights = weightsFolder(dir);
  const fitted = fit && fitAdapter(weights, model, fit);
  const adapter = fitted?.adapter ?? (isLoraModel(model) ? model : undefined);
  const { digest } = composed
    ? saveComposed(out, dir, [composed.assistant], composed.combination)
    : adapter
      ? saveAdapter(out, adapter, dir, write)
      : saveModel(out, model, {
          configJson: readJsonFile(join(weights, 'config.json')),
          files: companionFiles(weights),
          quantisation,
          write,
        });
  const neverTrained = suite ? ('suite' as const) : ('generated' as const);
  const recorded = { ...outcome.recorded, ...(fitted && recordedOf(fitted)) };
  fitted?.dispose();
  composed?.assistant.dispose();
  const run = { method: method.name, backend, digest, framing: framing.by, neverTrained, ...told, recorded };
  writeFileSync(join(out, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
  return run;
};
