// `quittance unlearn`: the engine alone, for ML engineers: a model, a file of records, a method; out comes a model folder and run.json.
// Nothing is filed, judged or logged here. Trap: without a suite there are no stop controls, so their generated stand-ins are used and named in run.json.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPairs } from '#datasets/jsonl.ts';
import { makePeople } from '#datasets/people.ts';
import { spanOf } from '#datasets/world.ts';
import { readSuite } from '#datasets/suite.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { readMoments, MOMENTS_FILE } from '#engine/moments.ts';
import { writeAdapter } from '#engine/formats/peft.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import { unlearningParts } from '#containers/memory.ts';
import { contextOf, exampleOf } from '#containers/unlearn-job.ts';
import { findMethod } from '#unlearning/methods.ts';
import { loadForUpdate, updateOf } from '#unlearning/update.ts';
import type { Command } from './command.ts';
import { usageError } from '#core/errors.ts';
import { backend, modelFolder } from './engine.ts';
import { progressOn } from './progress.ts';
import { integer, readInput, required, settings } from './values.ts';

export const unlearn: Command = {
  name: 'unlearn',
  summary: 'the unlearning engine alone',
  usage: '--model M --forget FILE --method NAME [--config k=v …] --out DIR',
  options: {
    model: { kind: 'value', value: 'M', summary: 'registered name or model folder' },
    forget: { kind: 'value', value: 'FILE', summary: 'JSON lines of records to forget' },
    method: { kind: 'value', value: 'NAME', summary: 'see docs/methods.md (default flat)' },
    config: { kind: 'many', value: 'k=v', summary: 'setting of the method, e.g. update.step=0.2' },
    suite: { kind: 'value', value: 'FILE', summary: 'evaluation suite; its stop controls are used' },
    quantisation: { kind: 'value', value: 'none|int8', summary: 'how the weights are stored (default none)' },
    seed: { kind: 'value', value: 'N', summary: 'default 1' },
    adapter: { kind: 'value', value: 'DIR', summary: "with update.trainable=lora: the LoRA too, in PEFT's format" },
    out: { kind: 'value', value: 'DIR', summary: 'new model folder' },
  },
  example:
    'quittance unlearn --model ./base --forget forget.jsonl --method flat --config update.step=0.2 --out ./forgotten',
  async run(args) {
    const out = required(args, 'out');
    if (existsSync(out)) throw usageError(`${out} exists`, 'choose a new folder');
    const method = findMethod(args.value('method') ?? 'flat');
    const pairs = readPairs(required(args, 'forget'));
    const quantisation = args.value('quantisation') === 'int8' ? 'int8' : 'none';
    const chosen = await backend();
    const dir = await modelFolder(args, required(args, 'model'));
    const world = worldFor(args.value('suite'));
    const config = settings(args.many('config'));
    const texts = { ...readModelParts(dir), rows: pairs, backend: chosen.name };
    const parts = unlearningParts(texts, world.refusals, method, config, (line) => process.stderr.write(`${line}\n`));
    const model = loadForUpdate(dir, updateOf(method, config));
    const stage = progressOn(process.stderr).stage(`${method.name} on ${chosen.name}`);
    const outcome = await method.run(
      {
        model,
        ...contextOf(model, world),
        forget: pairs.map(({ prompt, answer, value }) =>
          exampleOf(model, { prompt, answer, ...(value ? { value: spanOf(answer, value) } : {}) }),
        ),
        moments: momentsOf(dir),
        seed: integer(args, 'seed', 1, 0),
        parts,
        onAdapter: (adapted) => {
          const to = args.value('adapter');
          if (to !== undefined) writeAdapter(to, adapted, dir);
        },
        onUpdate: ({ update, valueAuc, greedyExact }) =>
          stage.at(update, `update ${update}: value AUC ${valueAuc.toFixed(2)}, exact ${greedyExact.toFixed(2)}`),
      },
      config,
    );
    stage.done(`${outcome.updates} updates, ${outcome.stop}`);
    const configJson = readJsonFile(join(dir, 'config.json'));
    const { digest } = saveModel(out, model, { configJson, files: companionFiles(dir), quantisation });
    const run = { method: method.name, backend: chosen.name, digest, ...outcome };
    writeFileSync(join(out, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
    args.print(run, () => `${out}: ${digest}, ${outcome.updates} updates, ${outcome.stop}`);
    return 0;
  },
};

const momentsOf = (dir: string) => {
  const values = readMoments(join(dir, MOMENTS_FILE));
  return values ? ({ source: 'corpus', values } as const) : undefined;
};

const worldFor = (suite: string | undefined) =>
  suite === undefined ? makePeople({ seed: 1 }) : readSuite(Buffer.from(readInput(suite, 2 ** 28)));
