// Histories that cannot be, and files that do not agree: each signed anew by somebody who holds every key, so that
// nothing but the rule on its content objects.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { EvaluationTables } from '#core/evaluation.ts';
import type { RunManifest, UnlearnPlan } from '#core/run.ts';
import {
  failedChecks,
  forged,
  readJson,
  trueBundle,
  type Leaf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});
const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const at = (leaves: Leaf[], type: string): Leaf => leaves.find(({ event }) => event.type === type)!;

/** Checks that fail where an event of a type is changed. */
const changed = async (type: string, fields: Leaf['event'] | Record<string, never> | object) =>
  failedChecks(truth, await forged(truth, { leaves: (all) => (Object.assign(at(all, type).event, fields), all) }));
const withArtefact = async (name: string, change: object) =>
  failedChecks(
    truth,
    await forged(truth, { artefacts: { [name]: { ...readJson<object>(truth.files, name), ...change } } }),
  );

/** An event put before another, and all numbered again. */
const inserted = (before: string, event: Leaf['event']) => async () => {
  const leaves = (all: Leaf[]) => {
    const place = all.findIndex((leaf) => leaf.event.type === before);
    const added = { ...all[place]!, event };
    return [...all.slice(0, place), added, ...all.slice(place)].map((leaf, i) => ({ ...leaf, sequence: i + 1 }));
  };
  return failedChecks(truth, await forged(truth, { leaves }));
};

describe('an event that cannot stand where it does', () => {
  it.each<[string, Leaf['event']]>([
    ['certified', { type: 'closed', outcome: 'withdrawn', reason: 'withdrawn', by: 'filer.finn' }],
    ['certified', { type: 'closed', outcome: 'refused', reason: 'art-17-3-b', by: 'approver.aino' }],
    ['deployed', { type: 'hold-placed', by: 'legal.lena', code: 'litigation' }],
    ['certified', { type: 'rolled-back', found: null, exact: 3 }],
    ['deployed', { type: 'purged', objects: 3, readsRefused: 3 }],
    ['triaged', { type: 'triaged' }],
    ['unlearned', { type: 'approved', approver: 'approver.aino', evidence: digest(1), decision: digest(2) }],
  ])('before %s: %j', async (before, event) => {
    expect(await inserted(before, event)()).toContain('history');
  });

  it('because no ticket has such an event, or such a field', async () => {
    expect(await inserted('triaged', { type: 'forgiven' })()).toContain('history');
    expect(await changed('triaged', { remark: 'nothing to see' })).toEqual(['history']);
  });

  it('received twice', async () => {
    const received = at(JSON.parse(JSON.stringify([...leaves()])) as Leaf[], 'received').event;
    expect(await inserted('triaged', received)()).toContain('history');
  });
});

const leaves = (): Leaf[] =>
  [...truth.files.keys()]
    .filter((name) => /^log\/\d+\.json$/.test(name))
    .map((name) => readJson<Leaf>(truth.files, name));

describe('a log that says that it went badly', () => {
  it('evaluated: fail', async () => {
    expect(await changed('evaluated', { verdict: 'fail' })).toContain('history');
  });

  it('the probe was asked nothing, or too little, or everything leaked', async () => {
    expect(await changed('served-verified', { prompts: 0 })).toEqual(['served-probed']);
    expect(await changed('served-verified', { prompts: 1 })).toEqual(['served-probed']);
    expect(await changed('served-verified', { exact: 3 })).toEqual(['served-probed']);
  });

  it('another base, method or rung was planned than was run', async () => {
    const run = at(leaves(), 'run-planned').event['run'] as Record<string, string | number>;
    for (const change of [{ base: digest(3) }, { method: 'npo' }, { rung: 2 }])
      expect(await changed('run-planned', { run: { ...run, ...change } })).not.toEqual([]);
  });
});

describe('a plan that was exchanged after the run, with log and run made to match', () => {
  const plan = () => readJson<UnlearnPlan>(truth.files, 'plan.json');
  const exchanged = async (change: Partial<UnlearnPlan>) => {
    const { config = plan().config, seed = plan().seed, method = plan().method } = change;
    const run = { ...readJson<RunManifest>(truth.files, 'run.json'), config, seed, method };
    const artefacts = { 'plan.json': { ...plan(), ...change }, 'run.json': run };
    return failedChecks(truth, await forged(truth, { artefacts }));
  };

  it.each<[string, Partial<UnlearnPlan>]>([
    ['its seed', { seed: 7 }],
    ['its settings', { config: { update: { step: 9 } } }],
    ['its method', { method: 'npo' }],
    ['its ticket', { ticketId: 'T-99999999' }],
    ['its model', { model: 'another' }],
    ['the form of storage', { quantisation: 'int8' }],
    ['its suite', { side: { suite: digest(8) } }],
  ])('%s', async (_, change) => {
    const failed = await exchanged(change);
    expect(failed.some((id) => ['plan-before-run', 'tables-of-ticket'].includes(id))).toBe(true);
  });
});

describe('files that do not agree', () => {
  it('a run of no records, of other records than were filed, or of another ticket', async () => {
    for (const change of [{ records: 0 }, { records: 99 }, { ticketId: 'T-99999999' }])
      expect(await withArtefact('run.json', change)).toContain('run-of-ticket');
  });

  it('a run without an update, or one that returns its base', async () => {
    expect(await withArtefact('run.json', { updates: 0 })).toContain('run-of-ticket');
    const { candidate } = readJson<RunManifest>(truth.files, 'run.json');
    expect(await withArtefact('run.json', { base: candidate })).toContain('run-of-ticket');
  });

  it('tables about fewer records than were filed, or more than there can be, or without a sample', async () => {
    const { proportions, sampling } = readJson<EvaluationTables>(truth.files, 'tables.json');
    for (const n of [1, 9_000_000_000_000_000])
      expect(
        await withArtefact('tables.json', { proportions: { ...proportions, 'forget.greedyExact': { k: 0, n } } }),
      ).toContain('tables-of-ticket');
    expect(await withArtefact('tables.json', { sampling: { ...sampling, samplesPerPrompt: 0 } })).toContain(
      'tables-of-ticket',
    );
  });

  it('a judgement with a prettier threshold, another direction or a narrower interval', async () => {
    const judgement = readJson<{ gates: Record<string, unknown>[] }>(truth.files, 'judgement.json');
    for (const change of [{ most: 0.5 }, { direction: 'quality' }, { interval: [0, 0] }]) {
      const gates = judgement.gates.map((gate, i) => (i === 0 ? { ...gate, ...change } : gate));
      expect([change, await withArtefact('judgement.json', { gates })]).toEqual([change, ['statistics']]);
    }
  });

  it('a certificate that holds for longer than the policy grants, in the log too', async () => {
    const validUntil = '2926-01-01T00:00:00.000Z';
    const files = await forged(truth, {
      leaves: (all) => (Object.assign(at(all, 'certified').event, { validUntil }), all),
      certificate: (predicate) => ({ ...predicate, validUntil }),
    });
    expect(failedChecks(truth, files)).toEqual(['validity-follows']);
  });
});

describe('times', () => {
  const moved = (type: string, when: string) => async () =>
    failedChecks(
      truth,
      await forged(truth, {
        leaves: (all) => all.map((leaf) => (leaf.event.type === type ? { ...leaf, at: when } : leaf)),
      }),
    );

  it('that go back, are no times, or lie ages ahead', async () => {
    expect(await moved('evaluated', '2001-01-01T00:00:00.000Z')()).toContain('history');
    expect(await moved('evaluated', 'yesterday')()).toContain('history');
    expect(await moved('purged', '9999-01-01T00:00:00.000Z')()).toContain('times');
  });

  it('of a checkpoint that is older than what it holds', async () => {
    const files = await forged(truth, { checkpointTime: new Date('1970-01-01T00:00:00.000Z') });
    expect(failedChecks(truth, files)).toEqual(['times']);
  });
});
