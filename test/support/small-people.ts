// A small decoder that really recites 13 generated people, two of whom share a first name (test/golden/small-people,
// make.ts there trains it), unlearned and judged as a ticket would be. Trap: what is asked is less than a ticket asks,
// so that a test takes seconds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { encodeRows } from '#containers/examples.ts';
import { baseIn, runUnlearning } from '#containers/run-unlearning.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge, type Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { QuantityKey } from '#core/quantities.ts';
import { namesIn } from '#datasets/reveal/whom.ts';
import { forgetRows, readSuite, type ForgetRow } from '#datasets/suite.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import { forgetRecord, trainingRows, type Suite } from '#datasets/suite-shape.ts';
import { collectMoments, type CorpusMoments } from '#engine/corpus-moments.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { backendName } from '#engine/tf.ts';
import { examOf, type ExamOptions } from '#evaluation/exam.ts';
import { attackable } from '#evaluation/relearn.ts';
import { measure } from '#evaluation/tables.ts';
import { configured } from '#unlearning/methods.ts';

const GOLDEN = fileURLToPath(new URL('../golden/small-people/', import.meta.url));
export const SMALL_BASE = join(GOLDEN, 'model');
export const smallPeople: Suite = readSuite(gunzipSync(readFileSync(join(GOLDEN, 'suite.json.gz'))));

export const recordsOfPerson = (subject: number) => smallPeople.subjects[subject]!.records.map(forgetRecord);

/** Of everything that the base was trained on. */
export const smallMoments = (): CorpusMoments => {
  const model = loadModel(SMALL_BASE);
  const moments = collectMoments(model, encodeRows(model, trainingRows(smallPeople)));
  model.dispose();
  return moments;
};

export interface Attempt {
  subject: number;
  /** Without one, the base itself is judged. */
  method?: string;
  config?: unknown;
}

/** Unlearns a person from a fresh copy of the base; `use` gets what is left, and who stays. */
export const unlearnt = async <T>(
  { subject, method, config = {} }: Attempt,
  corpus: CorpusMoments,
  use: (model: Model, left: Suite, rows: readonly ForgetRow[]) => Promise<T>,
): Promise<T> => {
  const left = withoutRecords(smallPeople, recordsOfPerson(subject));
  const rows = forgetRows(smallPeople, recordsOfPerson(subject));
  if (method === undefined) {
    const model = loadModel(SMALL_BASE);
    try {
      return await use(model, left, rows);
    } finally {
      model.dispose();
    }
  }
  return runUnlearning(
    {
      ...{ base: baseIn(SMALL_BASE), method: configured(method, config), forget: rows, suite: smallPeople },
      ...{ corpus: () => corpus, retain: () => trainingRows(left), seed: 1, backend: backendName() },
    },
    ({ model }) => use(model, left, rows),
  );
};

const NOWHERE = `sha256:${'0'.repeat(64)}` as const;

/** Judges by the checks that read these quantities; the others have nothing to read. */
export const judgedOn = async (
  model: Model,
  {
    left,
    rows,
    policy,
    keys,
  }: { left: Suite; rows: readonly ForgetRow[]; policy: GatePolicy; keys: readonly QuantityKey[] },
  options: Partial<ExamOptions>,
): Promise<Judgement> => {
  const before = loadModel(SMALL_BASE);
  try {
    const names = namesIn(smallPeople, rows);
    const asked = { model: inference(model), suite: left, forget: rows, names, before: inference(before) };
    const tables: EvaluationTables = {
      kind: 'quittance-evaluation/v1',
      model: NOWHERE,
      quantisation: 'none',
      suite: { name: 'people', version: '1', digest: NOWHERE },
      reference: 'controls',
      ...(await measure(examOf({ ...asked, relearn: attackable(model) }, options), keys)),
    };
    return judge(tables, policy);
  } finally {
    before.dispose();
  }
};

/** Names of the checks that were made and not passed. */
export const failedIn = ({ gates }: Judgement): string[] =>
  gates.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name);
