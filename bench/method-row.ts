// One row of the methods bench: a method with its settings on a base, what it took, and what is left of the person.
// Trap: the peak of a process's memory never falls, so each row is made in a process of its own (method-process.ts),
// and the peak is read before anything is measured, since sampling takes more than most methods.
import { join } from 'node:path';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge, type Judgement } from '#core/gate.ts';
import type { QuantityKey } from '#core/quantities.ts';
import { readPolicy } from '#entry/policies.ts';
import { baseIn, runUnlearning, type Unlearned } from '#containers/run-unlearning.ts';
import { makePeople } from '#datasets/people.ts';
import type { ForgetRecord } from '#core/forget-set.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRows } from '#datasets/suite.ts';
import { forgetRecord, trainingRows } from '#datasets/suite-shape.ts';
import { composedFrom } from '#engine/composed.ts';
import { MOMENTS_FILE, readMoments } from '#engine/corpus-moments.ts';
import { loadModel } from '#engine/formats/folder.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import type { Model } from '#engine/model.ts';
import { backendName } from '#engine/tf.ts';
import type { Outcome } from '#unlearning/method.ts';
import { configured } from '#unlearning/methods.ts';
import { tablesOf } from './assess.ts';
import type { MethodEntry } from './method-entries.ts';

export interface RowRequest {
  readonly entry: Pick<MethodEntry, 'method' | 'config'>;
  readonly seed: number;
  /** Who is forgotten, by position. */
  readonly subject: number;
  /** Folder of the model that knows everybody, and of the one that was trained without the person, to be judged. */
  readonly base: string;
  readonly anew?: string;
  readonly keys: readonly QuantityKey[];
  /** What the model revealed: unlearned in the place of the person's rows, by which it is judged all the same. */
  readonly revealed?: readonly ForgetRecord[];
  /** Names of the policies that judge. */
  readonly policies: readonly string[];
}

export interface MethodResult {
  readonly updates: number;
  readonly stop: Outcome['stop'] | 'none';
  /** CPU seconds of the method, of every thread; absent of the model that was trained anew. */
  readonly cpu?: number;
  /** Most memory of the process until the method's end, and until its start, in MB. */
  readonly peak?: number;
  readonly idle?: number;
  /** Whether a loss or a likelihood was no number any more. */
  readonly diverged: boolean;
  readonly tables: EvaluationTables;
  readonly judgements: readonly Judgement[];
  readonly attackCpu: number;
}

export const methodRow = async (request: RowRequest): Promise<MethodResult> => {
  if (request.entry.method === 'retrain') return trainedAnew(request);
  const { suite, rows, left } = peopleOf(request);
  const { base, seed, entry } = request;
  const idle = peakOfProcess();
  return runUnlearning(
    {
      base: baseIn(base),
      method: configured(entry.method, entry.config),
      ...(request.revealed
        ? { forget: forgetRows(left, request.revealed), revealed: true, suite: left }
        : { forget: rows, suite }),
      corpus: () => readMoments(join(base, MOMENTS_FILE))!,
      retain: () => trainingRows(left),
      seed,
      backend: backendName(),
    },
    async (unlearned) => {
      const peak = peakOfProcess();
      const { outcome, cpuSeconds: cpu } = unlearned;
      const found = await withSpeaker(unlearned, (model) => judged({ model, weights: unlearned.model }, request));
      const { updates, stop } = outcome;
      return { updates, stop, cpu, peak, idle, diverged: hasDiverged(outcome), ...found };
    },
  );
};

const trainedAnew = async (request: RowRequest): Promise<MethodResult> => {
  const model = loadModel(request.anew!);
  try {
    return { updates: 0, stop: 'none', diverged: false, ...(await judged({ model, weights: model }, request)) };
  } finally {
    model.dispose();
  }
};

const peopleOf = ({ seed, subject }: RowRequest) => {
  const suite = makePeople({ seed });
  const records = suite.subjects[subject]!.records.map(forgetRecord);
  return { suite, rows: forgetRows(suite, records), left: withoutRecords(suite, records) };
};

/** Who answers: the weights, or with an assistant what both say together. */
const withSpeaker = async <T>(
  { model, outcome: { composed } }: Unlearned,
  use: (speaker: LanguageModel) => Promise<T>,
): Promise<T> => {
  if (!composed) return use(model);
  try {
    return await use(composedFrom(model, [composed.assistant], composed.combination));
  } finally {
    composed.assistant.dispose();
  }
};

const judged = async (
  speaking: { model: LanguageModel; weights: Model },
  request: RowRequest,
): Promise<Pick<MethodResult, 'tables' | 'judgements' | 'attackCpu'>> => {
  const { suite, rows, left } = peopleOf(request);
  const { base, keys, policies, seed } = request;
  const reference = loadModel(base);
  try {
    const found = await tablesOf(speaking, { suite, rows, left, reference, keys, seed });
    return { ...found, judgements: policies.map((name) => judge(found.tables, readPolicy(name))) };
  } finally {
    reference.dispose();
  }
};

/** A loss of -Infinity or of no number leaves weights that say nothing. */
const hasDiverged = ({ trajectory }: Outcome): boolean =>
  trajectory.some(({ loss, meanValueLogProb }) => !Number.isFinite(loss) || !Number.isFinite(meanValueLogProb));

/** MB; the system counts in units of 1024 bytes. */
const peakOfProcess = (): number => (process.resourceUsage().maxRSS * 1024) / 1e6;
