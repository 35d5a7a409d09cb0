// What a job of a wrong plan does: it says what is wrong with the plan before it looks for the model, which here is
// nowhere.
import { describe, expect, it } from '@jest/globals';
import { memoryHarness } from '#adapters/memory/ports.ts';
import { findJob } from '#containers/jobs.ts';
import { digestOf, type Digest } from '#core/canonical.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { UnlearnPlan } from '#core/run.ts';
import { putJson } from '#core/stored-json.ts';
import { readPolicy } from '#entry/policies.ts';

const NOWHERE = digestOf('no model');
const environmentOf = ({ artifacts }: ReturnType<typeof memoryHarness>['ports']) => ({
  artifacts,
  scratch: '/nowhere',
  backend: 'wasm',
});

const unlearn = async (change: Partial<UnlearnPlan>, ladder: GatePolicy['ladder'] = readPolicy().ladder) => {
  const { ports } = memoryHarness();
  const policy: Digest = await putJson(ports.artifacts, { ...readPolicy(), ladder });
  const plan: UnlearnPlan = {
    kind: 'quittance-plan/v1',
    ticketId: 'T-1',
    model: 'house',
    base: NOWHERE,
    side: { suite: NOWHERE },
    method: 'flat',
    config: {},
    seed: 1,
    run: 1,
    rung: 0,
    policy,
    quantisation: 'none',
    ...change,
  };
  const planDigest = await putJson(ports.artifacts, plan);
  return findJob('unlearn').run({ ticketId: 'T-1', planDigest }, ports, environmentOf(ports));
};

const [first] = readPolicy().ladder;
const gathered = { ticketId: 'T-2', seed: 1, run: 1, rung: 0 };

describe('an unlearning job', () => {
  it.each<[string, Partial<UnlearnPlan>, GatePolicy['ladder'] | undefined, object]>([
    [
      'with a setting that does not exist',
      { config: { update: { stepp: 0.2 } } },
      undefined,
      { code: 'METHOD_CONFIG', hint: expect.stringContaining('update.step') as unknown },
    ],
    ['of an unknown method', { method: 'flatt' }, undefined, { code: 'METHOD_UNKNOWN' }],
    [
      'whose policy has a rung with a setting that does not exist',
      {},
      [first!, { ...first!, config: { stop: { valueAcu: 0.5 } } }],
      { code: 'POLICY_INVALID', got: expect.stringContaining('rung 2: flat: stop.valueAcu is no setting') as unknown },
    ],
    [
      'that gathers an attempt with a setting that does not exist',
      { gathers: [{ ...gathered, method: 'npo', config: { loss: { betta: 1 } } }] },
      undefined,
      { code: 'METHOD_CONFIG', message: 'npo: loss.betta is no setting' },
    ],
  ])('%s is refused by name, before the forget set or the model is read', async (_, change, ladder, error) => {
    await expect(unlearn(change, ladder)).rejects.toMatchObject(error);
  });

  it('of a right plan goes on to the forget set', async () => {
    await expect(unlearn({})).rejects.not.toMatchObject({ code: 'METHOD_CONFIG' });
  });
});
