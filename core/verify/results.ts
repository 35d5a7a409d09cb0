// The results of a certificate, computed again: tables and policy go through the gate (core/gate.ts) as they did when
// the model was judged, and judgement and certificate must show what comes out.
// Trap: the tables themselves cannot be computed again here; that takes the model. Whether their counts can be true is
// asked in counts.ts.
import { plural } from '../plural.ts';
import { canonicalize } from '../canonical.ts';
import { EvaluationTables } from '../evaluation.ts';
import { judge, StoredJudgement, type Gate, type Judgement } from '../gate.ts';
import { GatePolicy } from '../policy.ts';
import { RunManifest } from '../run.ts';
import { fail, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';
import { tablesBefore } from './evidence.ts';

const judged = new WeakMap<BundleReader, Judgement>();

/** Made once for each bundle: two rules ask for it, and its exact tests are the dearest part of a verification. */
const judgedAgain = (bundle: BundleReader): Judgement => {
  const again =
    judged.get(bundle) ?? judge(bundle.json('tables.json', EvaluationTables), bundle.json('policy.json', GatePolicy));
  judged.set(bundle, again);
  return again;
};

/** Every gate, computed from the tables, is what judgement and certificate show. */
export const statisticsRecomputed: Rule = (bundle) => {
  const judgement = bundle.json('judgement.json', StoredJudgement);
  const again = judgedAgain(bundle);
  requireSameJudgement(judgement, again);
  requireThat(
    canonicalize(bundle.certificate.results) === canonicalize(judgement.gates),
    'the certificate shows other results',
  );
  requireCertifiedEvaluation(bundle);
  return `${plural(again.gates.length, 'gate')} recomputed from the tables`;
};

/**
 * A judgement that was handed over is what tables and policy give: the same gates in the same order, with values,
 * thresholds, intervals and verdicts that agree.
 */
export const requireSameJudgement = (given: StoredJudgement, again: Judgement): void => {
  again.gates.forEach((gate, i) => requireSame(given.gates[i] ?? fail(`the judgement lacks '${gate.name}'`), gate));
  requireThat(
    again.gates.length === given.gates.length &&
      again.verdict === given.verdict &&
      again.policyVersion === given.policyVersion &&
      agrees('sampling' in given ? given.sampling : undefined, again.sampling),
    'the judgement does not follow from tables and policy',
  );
};

const requireSame = (given: StoredJudgement['gates'][number], again: Gate) => {
  requireThat(
    given.name === again.name && close(given.value, again.value) && given.n === again.n,
    `'${again.name}' was ${given.value}, recomputed ${again.value}`,
  );
  requireThat(
    given.verdict === again.verdict,
    `'${again.name}' was judged ${given.verdict}, recomputed ${again.verdict}`,
  );
  // A judgement of the first form holds its threshold as a sentence, so that only the direction can be compared.
  const whole = 'of' in given ? agrees(given, again) : given.direction === again.direction;
  requireThat(whole, `'${again.name}' shows another threshold, interval or direction than is recomputed`);
};

/** The same structure with the same words, and numbers that differ by rounding at most. */
const agrees = (given: unknown, again: unknown): boolean => {
  if (typeof given === 'number' && typeof again === 'number') return close(given, again);
  if (typeof given !== 'object' || typeof again !== 'object' || given === null || again === null)
    return given === again;
  const [a, b] = [Object.entries(given), new Map(Object.entries(again))];
  return a.length === b.size && a.every(([key, value]) => agrees(value, b.get(key)));
};

/** Equal up to rounding: `exp` and `log` of two platforms may differ in the last bits. null agrees with null alone. */
const close = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));

const requireCertifiedEvaluation = (bundle: BundleReader) => {
  const { evaluation, relearning } = bundle.certificate;
  const { suite, curves } = bundle.json('tables.json', EvaluationTables);
  requireThat(
    evaluation.policy === bundle.digest('policy.json') &&
      evaluation.tables === bundle.digest('tables.json') &&
      evaluation.judgement === bundle.digest('judgement.json') &&
      evaluation.suite === suite.digest,
    'the certificate describes another evaluation',
  );
  requireComparable(bundle);
  requireThat(
    canonicalize(relearning) === canonicalize(curves['forget.relearn']?.points ?? []),
    'the certificate shows another re-learning curve',
  );
};

/** The tables from before are of the run's base, by the same suite, sampled as often and as freely. */
const requireComparable = (bundle: BundleReader): void => {
  const before = tablesBefore(bundle);
  if (!before) return;
  const after = bundle.json('tables.json', EvaluationTables);
  requireThat(
    before.model === bundle.json('run.json', RunManifest).base && before.suite.digest === after.suite.digest,
    'the tables from before are of another model or suite',
  );
  // The seed may differ: the tables from before are made once, with the seed of the first attempt.
  const how = ({ sampling }: EvaluationTables) => canonicalize({ ...sampling, seed: 0 });
  requireThat(how(before) === how(after), 'the tables from before were sampled otherwise');
};

/** The verdict that follows from the tables, whatever the judgement says, is a pass. */
export const verdictPasses: Rule = (bundle) => {
  const { verdict, gates } = judgedAgain(bundle);
  requireThat(verdict === 'pass', `the gate's verdict is ${verdict}`);
  const made = gates.filter(({ needs }) => needs === undefined).length;
  return made === gates.length
    ? 'every gate passes'
    : `${made} gates pass; ${gates.length - made} were not judged, for want of records`;
};
