// What a method left of a model that takes minutes for every step: run once, kept as a folder of weights with what the
// run took; one that was cut off goes on from its last save.
// Trap: the CPU seconds of a method that was cut off are those since its last start alone.
import { basename, join } from 'node:path';
import { digestJson, type Digest } from '#core/canonical.ts';
import { baseIn, runUnlearning } from '#containers/run-unlearning.ts';
import type { ForgetRow } from '#datasets/suite.ts';
import { trainingRows, type Suite } from '#datasets/suite-shape.ts';
import { MOMENTS_FILE, readMoments } from '#engine/corpus-moments.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import type { RunSaves } from '#engine/run-saves.ts';
import { configured } from '#unlearning/methods.ts';
import type { Done } from './people-runs.ts';
import { nameOf, saved } from './saved-rows.ts';

export interface InParts {
  /** How unlearning saves itself, by a digest of what it is made of; absent: it begins anew when it was cut off. */
  saves?: (run: Digest) => RunSaves;
  onUpdate?: (label: string, update: number, detail: string) => void;
  onPart?: (label: string, part: string) => void;
}

export interface Leaving {
  /** Folder under which weights and rows are kept. */
  readonly dir: string;
  readonly backend: string;
  readonly inParts: InParts;
  readonly label: string;
  /** The folder of the model that knows everybody. */
  readonly base: string;
  readonly method: string;
  readonly config: unknown;
  readonly subjects: readonly number[];
  readonly seed: number;
  readonly suite: Suite;
  readonly rows: readonly ForgetRow[];
  /** Who stays. */
  readonly left: Suite;
}

/** By what a run is known; the base's name is a digest of what it was taught, and by which backend. */
export const runOf = ({ base, method, config, subjects, seed }: Leaving) => ({
  base: basename(base),
  ...{ method, config, subjects, seed },
});

export const weightsLeft = async (of: Leaving): Promise<{ folder: string; done: Done }> => {
  const folder = join(of.dir, 'models', nameOf(runOf(of)));
  return { folder, done: await saved(of.dir, { unlearned: runOf(of) }, () => unlearnedInto(folder, of)) };
};

const unlearnedInto = (folder: string, of: Leaving): Promise<Done> => {
  const { base, label, inParts, rows, suite, left } = of;
  return runUnlearning(
    {
      base: baseIn(base),
      method: configured(of.method, of.config),
      forget: rows,
      suite,
      corpus: () => readMoments(join(base, MOMENTS_FILE))!,
      retain: () => trainingRows(left),
      seed: of.seed,
      backend: of.backend,
      saves: (parts) => inParts.saves?.(digestJson(JSON.parse(JSON.stringify({ run: runOf(of), parts })))),
      onUpdate: ({ update, valueAuc, answerAuc, meanValueLogProb: values }) =>
        inParts.onUpdate?.(
          label,
          update,
          `value AUC ${valueAuc.toFixed(2)}, answer AUC ${answerAuc.toFixed(2)}, values ${values.toFixed(2)}`,
        ),
    },
    ({ model, outcome: { updates, stop, trajectory }, seconds, cpuSeconds }) => {
      saveModel(folder, model, { configJson: readJsonFile(join(base, 'config.json')), files: companionFiles(base) });
      return { updates, stop, trajectory, seconds, unlearnCpu: cpuSeconds };
    },
  );
};
