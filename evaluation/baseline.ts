// A model judged before any deletion: what stays by itself, and never-trained people in the place of whoever will be
// forgotten (core/baseline.ts).
// Trap: these people are among those whom the stop rule looks at, never among the gate's, which they are held against.
import type { Baseline } from '#core/baseline.ts';
import { measuredTogether, type Measured } from '#core/evaluation.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { QuantityKey } from '#core/quantities.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { examOf } from './exam.ts';
import { measure } from './tables.ts';

/** Never-trained people who stand in: one alone may fail a check by chance. */
const STRANGERS = 2;
/** Half of what an evaluation asks: both sides of each comparison are measured so. */
const ASKED = { controlSamples: 40, samplesPerPrompt: 10 };
const NONE = `sha256:${'0'.repeat(64)}` as const;

export const baselineOf = async (model: Model, suite: Suite, { checks }: GatePolicy): Promise<Baseline> => {
  const engine = inference(model);
  const keys = [...new Set(checks.flatMap((one) => [one.of, ...('reference' in one ? [one.reference] : [])]))];
  const asked = keys.filter((key) => !isRelearnt(key));
  const isForget = (key: QuantityKey): boolean => key.startsWith('forget.');
  const stays = await measure(
    examOf({ model: engine, suite }, ASKED),
    asked.filter((key) => !isForget(key)),
  );
  const strangers = suite.controls.stop.toSorted((a, b) => b.records.length - a.records.length).slice(0, STRANGERS);
  const tables: Measured[] = strangers.length === 0 ? [stays] : []; // a check of the forgotten has then no value
  for (const { records } of strangers) {
    const exam = examOf({ model: engine, before: engine, suite, forget: records }, ASKED);
    tables.push(measuredTogether(stays, await measure(exam, asked.filter(isForget))));
  }
  const about = {
    kind: 'quittance-evaluation/v1',
    model: NONE,
    quantisation: 'none',
    suite: { name: suite.name, version: '1', digest: NONE },
    reference: 'controls',
  } as const;
  return { kind: 'quittance-baseline/v1', asked, strangers: tables.map((found) => ({ ...about, ...found })) };
};

/** Measured after a deletion only: an attack costs a training run. */
const isRelearnt = (key: QuantityKey): boolean => key.includes('.relearnt');
