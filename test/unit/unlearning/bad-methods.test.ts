// The gate on a really trained model: an honest run passes it, and each way to cheat or to do harm fails it by the
// check that is there for it. A small decoder that recites 13 generated people, two of whom share a first name, lies in
// test/golden/small-people (make.ts there trains it); every case starts from it.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { forgetRows } from '#datasets/suite.ts';
import { withoutRecords } from '#core/suite-rows.ts';
import type { CorpusMoments } from '#engine/corpus-moments.ts';
import { exactShare } from '#containers/train-job.ts';
import type { Judgement } from '#core/gate.ts';
import { GatePolicy } from '#core/policy.ts';
import { useEngine } from '#test/support/engine.ts';
import { judgedOn, recordsOfPerson, smallMoments, smallPeople as suite, unlearnt } from '#test/support/small-people.ts';

useEngine();

const policy = GatePolicy.parse(
  JSON.parse(readFileSync(new URL('../../../policies/gate-v1.json', import.meta.url), 'utf8')),
);
const NAMESAKES = [0, suite.subjects.length - 1] as const;
const NAMESAKE = 'subject-namesake';
const ALONE = 1;

let corpus: CorpusMoments;
beforeAll(() => {
  corpus = smallMoments();
});

interface Judged {
  judgement: Judgement;
  /** Share of each retained person's answers that are exact, by id. */
  staying: ReadonlyMap<string, number>;
}

/** Judges what is left once a subject is unlearned; without a method, the base itself. */
const judged = (subject: number, method?: string, config: unknown = {}): Promise<Judged> =>
  unlearnt({ subject, ...(method !== undefined && { method }), config }, corpus, async (model, left, rows) => {
    const staying = new Map(left.subjects.map(({ id, records }) => [id, exactShare(model, records)]));
    const asked = { left, rows, policy, keys: GATED };
    return { judgement: await judgedOn(model, asked, { samplesPerPrompt: 5, controlSamples: 20 }), staying };
  });

const GATED = policy.checks.flatMap((check) => ('reference' in check ? [check.of, check.reference] : [check.of]));

const failed = ({ gates }: Judgement): string[] =>
  gates.filter(({ verdict }) => verdict !== 'pass').map(({ name }) => name);
const sideOf = ({ gates }: Judgement, name: string) => gates.find((gate) => gate.name === name)!.direction;

const first = policy.ladder[0]!;
const update = first.config['update'] as object;
const NEVER = { valueAuc: 0, greedyExact: 0, land: false };
const PUBLISHED = { trainable: 'body', optimizer: 'adamw', projection: 'none', step: 3e-4, updates: 30 };
const FORCED = 'forgotten values under a forced prefix';
const AUC = 'value AUC against never-trained people';
const WORST = 'worst retained person';

describe('the gate', () => {
  it('passes an honest run that climbs the ladder', async () => {
    let last: Judged | undefined;
    for (const { method, config } of policy.ladder.slice(0, 3)) {
      last = await judged(ALONE, method, config);
      if (last.judgement.verdict === 'pass') break;
    }
    expect(failed(last!.judgement)).toEqual([]);
  });

  it('fails the model that nobody touched', async () => {
    const { judgement } = await judged(ALONE);
    expect(judgement.verdict).toBe('fail');
    expect(failed(judgement)).toEqual(expect.arrayContaining(['forgotten answers exact', FORCED, AUC]));
    expect(sideOf(judgement, AUC)).toBe('under-forgetting');
    expect(failed(judgement)).not.toContain(WORST);
  });

  for (const method of ['po', 'idk']) {
    it(`fails a fake that only refuses (${method}): no answer is exact, and the value comes after a forced prefix`, async () => {
      const greedy = { valueAuc: 1, greedyExact: 0, land: false };
      const { judgement } = await judged(ALONE, method, { update: { step: 3e-4, updates: 40 }, stop: greedy });
      expect(judgement.verdict).toBe('fail');
      expect(failed(judgement)).not.toContain('forgotten answers exact');
      expect(failed(judgement)).toEqual(expect.arrayContaining([FORCED, AUC]));
      expect(sideOf(judgement, AUC)).toBe('under-forgetting');
    });
  }

  it('fails a run that drags a namesake along: without the projection', async () => {
    const config = { ...first.config, update: { ...update, projection: 'none', step: 0.2 } };
    const { judgement, staying } = await judged(NAMESAKES[0], first.method, config);
    expect(staying.get(NAMESAKE)).toBeLessThan(0.5);
    expect(judgement.verdict).toBe('fail');
    expect(failed(judgement)).toContain(WORST);
  });

  it('fails a run that forgets too much, on that side', async () => {
    const config = { ...first.config, update: { ...update, step: 0.3, updates: 40 }, stop: NEVER };
    const { judgement } = await judged(ALONE, first.method, config);
    expect(judgement.verdict).toBe('fail');
    expect(failed(judgement)).toContain(AUC);
    expect(sideOf(judgement, AUC)).toBe('over-unlearning');
  });

  it('fails published FLAT that is run to its limit', async () => {
    const { judgement } = await judged(ALONE, 'flat', { update: PUBLISHED, stop: NEVER });
    expect(judgement.verdict).toBe('fail');
    expect(failed(judgement)).toEqual(expect.arrayContaining(['retained answers exact', WORST]));
  });
});

describe('a namesake', () => {
  it('shares the first name and stays in the suite: neither forgotten nor left out of what is checked', () => {
    const [name, other] = NAMESAKES.map((i) => suite.subjects[i]!.name.split(' '));
    expect(name![0]).toBe(other![0]);
    expect(name![1]).not.toBe(other![1]);
    const left = withoutRecords(suite, recordsOfPerson(NAMESAKES[0]));
    expect(left.subjects.find(({ id }) => id === NAMESAKE)!.records).toHaveLength(20);
    expect(forgetRows(suite, recordsOfPerson(NAMESAKES[0])).every(({ subject }) => subject === 'subject-00')).toBe(
      true,
    );
  });

  it('keeps what is known about them where the first rung forgets the other', async () => {
    const { judgement, staying } = await judged(NAMESAKES[0], first.method, first.config);
    expect(staying.get(NAMESAKE)).toBeGreaterThanOrEqual(0.8);
    expect(failed(judgement)).not.toContain('forgotten answers exact');
    expect(failed(judgement)).not.toContain(WORST);
  });
});
