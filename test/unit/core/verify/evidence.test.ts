// Attacks on what was decided on: thresholds moved, results flattered, another model than the one that was judged.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { WeightsManifest } from '#core/model.ts';
import type { VerifyOptions } from '#core/verify.ts';
import {
  failedChecks,
  forged,
  jsonBytes,
  readJson,
  relisted,
  trueBundle,
  type Leaf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});
const failing = (files: BundleFiles, options: Partial<VerifyOptions> = {}) => failedChecks(truth, files, options);
const tables = () => readJson<EvaluationTables>(truth.files, 'tables.json');
const policy = () => readJson<GatePolicy>(truth.files, 'policy.json');
const manifest = () => readJson<WeightsManifest>(truth.files, 'model.json');
const at = (leaves: Leaf[], type: string): Leaf => leaves.find(({ event }) => event.type === type)!;
const digest = (n: number) => `sha256:${String(n).repeat(64)}`;

describe('thresholds and results', () => {
  /** Tables in which half of the forgotten answers are still recited. */
  const leaking = () => ({
    ...tables(),
    proportions: { ...tables().proportions, 'forget.greedyExact': { k: 2, n: 3 } },
  });
  const lenient = (): GatePolicy => ({
    ...policy(),
    version: '1-lenient',
    checks: policy().checks.filter(({ of }) => of !== 'forget.greedyExact'),
  });

  it('policy swapped and judged again by a stranger', () => {
    const files = relisted(truth.files, (all) =>
      all.set('policy.json', jsonBytes(lenient())).set('judgement.json', jsonBytes(judge(tables(), lenient()))),
    );
    expect(failing(files)).toEqual(expect.arrayContaining(['policy-before-run', 'evidence']));
  });

  it('policy swapped by an insider after the ticket was filed', async () => {
    const artefacts = {
      'policy.json': lenient(),
      'judgement.json': judge(leaking(), lenient()),
      'tables.json': leaking(),
    };
    expect(failing(await forged(truth, { artefacts }))).toEqual(
      expect.arrayContaining(['policy-before-run', 'run-matches-plan']),
    );
  });

  it('policy logged after the run', async () => {
    const leaves = (all: Leaf[]) => {
      const [planned, unlearned] = [at(all, 'run-planned'), at(all, 'unlearned')];
      [planned.event, unlearned.event] = [unlearned.event, planned.event];
      return all;
    };
    expect(failing(await forged(truth, { leaves }))).toContain('policy-before-run');
  });

  it('tables edited, judged again and signed again with a foreign key', async () => {
    const artefacts = { 'tables.json': tables(), 'judgement.json': judge(tables(), policy()) };
    const flattered = {
      ...tables(),
      proportions: { ...tables().proportions, 'facts.greedyExact': { k: 400, n: 400 } },
    };
    artefacts['tables.json'] = flattered;
    artefacts['judgement.json'] = judge(flattered, policy());
    const foreign = { artefacts, keys: { service: 'foreign' } };
    expect(failing(await forged(truth, foreign))).toEqual(
      expect.arrayContaining(['certificate-signatures', 'stage-attestations']),
    );
  });

  it('tables that fail, with a judgement that passes', async () => {
    const files = await forged(truth, { artefacts: { 'tables.json': leaking() } });
    expect(failing(files)).toEqual(['statistics', 'verdict']);
  });

  it('tables from before that are of another model, or of another suite', async () => {
    const before = readJson<EvaluationTables>(truth.files, 'tables-before.json');
    const suite = { ...before.suite, digest: digest(6) };
    for (const [change, found] of [
      [{ model: digest(6) }, ['statistics']],
      [{ suite }, ['asked-as-planned', 'statistics']],
    ] as const) {
      const files = await forged(truth, { artefacts: { 'tables-before.json': { ...before, ...change } } });
      expect(failing(files)).toEqual(found);
    }
  });

  it('tables from before that the approver did not see', () => {
    const files = relisted(truth.files, (all) => all.set('tables-before.json', jsonBytes(tables())));
    expect(failing(files)).toContain('evidence');
  });

  it('a failed gate, honestly judged, under a certificate', async () => {
    const artefacts = { 'tables.json': leaking(), 'judgement.json': judge(leaking(), policy()) };
    expect(failing(await forged(truth, { artefacts }))).toEqual(['verdict']);
  });

  it('a check left out of judgement and certificate', async () => {
    const judgement = judge(tables(), policy());
    const artefacts = { 'judgement.json': { ...judgement, gates: judgement.gates.slice(1) } };
    expect(failing(await forged(truth, { artefacts }))).toEqual(['statistics']);
  });

  it('results in the certificate that are prettier than the judgement', async () => {
    const certificate = { results: judge(tables(), policy()).gates.map((gate) => ({ ...gate, value: 0.5 })) };
    const files = await forged(truth, { certificate: (predicate) => ({ ...predicate, ...certificate }) });
    expect(failing(files)).toEqual(['statistics']);
  });

  it('another method, seed or number of updates in the certificate', async () => {
    for (const change of [{ name: 'retraining' }, { seed: 7 }, { updates: 1 }, { configDigest: digest(7) }]) {
      const files = await forged(truth, {
        certificate: (predicate) => ({ ...predicate, method: { ...predicate.method, ...change } }),
      });
      expect(failing(files)).toEqual(['run-matches-plan']);
    }
  });

  it('other settings in the run than in the plan', async () => {
    const run = readJson<object>(truth.files, 'run.json');
    const files = await forged(truth, { artefacts: { 'run.json': { ...run, config: { update: { step: 9 } } } } });
    expect(failing(files)).toContain('run-matches-plan');
  });

  it('other digests of tables, policy, judgement or suite in the certificate', async () => {
    for (const field of ['tables', 'policy', 'judgement', 'suite']) {
      const files = await forged(truth, {
        certificate: (predicate) => ({ ...predicate, evaluation: { ...predicate.evaluation, [field]: digest(5) } }),
      });
      expect([field, failing(files)]).toEqual([field, ['statistics']]);
    }
  });

  it('more records, another commitment, regime or ground than were filed', async () => {
    for (const change of [{ records: 99 }, { commitment: 'f'.repeat(64) }, { regime: 'ccpa' }, { ground: 'other' }]) {
      const files = await forged(truth, { certificate: (predicate) => ({ ...predicate, ...change }) });
      expect([change, failing(files)]).toEqual([change, ['bundle-ticket']]);
    }
  });

  it('words that cannot be defended, or no limits', async () => {
    const absolute = await forged(truth, {
      certificate: (predicate) => ({ ...predicate, statementsMade: ['the data was erased from the model'] }),
    });
    const boundless = await forged(truth, { certificate: (predicate) => ({ ...predicate, statementsNotMade: [] }) });
    expect([failing(absolute), failing(boundless)]).toEqual([['words'], ['words']]);
  });
});

describe('the model', () => {
  it('another folder than the certified one', () => {
    const { files } = manifest();
    const [first] = Object.keys(files);
    const other = { ...files, [first!]: { digest: digest(6), bytes: 1 } };
    const less = Object.fromEntries(Object.entries(files).slice(1));
    const more = { ...files, 'adapter.safetensors': { digest: digest(6), bytes: 1 } };
    for (const wrong of [other, less, more, {}]) expect(failing(truth.files, { model: wrong })).toEqual(['model']);
  });

  it('served otherwise than it was judged', async () => {
    for (const type of ['deployed', 'served-verified']) {
      const leaves = (all: Leaf[]) => (Object.assign(at(all, type).event, { digest: digest(4) }), all);
      expect([type, failing(await forged(truth, { leaves }))]).toEqual([type, ['history', 'subject']]);
    }
  });

  it('judged unquantised and served in eight bits', async () => {
    const files = await forged(truth, { artefacts: { 'model.json': { ...manifest(), quantisation: 'int8' } } });
    expect(failing(files)).toContain('subject');
  });
});
