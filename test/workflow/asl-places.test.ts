// Of executions that all call a function at once few run it at a time; the others wait for a place, come to their turn
// in order, and one that is stopped while it waits is never called.
import { afterAll, expect, it } from '@jest/globals';
import { MOST_FUNCTIONS } from '#state-machine/calls.ts';
import { closeEngines, openEngine, removeScratch, until } from './asl-harness.ts';

afterAll(async () => {
  await closeEngines();
  removeScratch();
});

const WORKFLOW = {
  StartAt: 'Work',
  States: { Work: { Type: 'Task', Resource: '${step.work}', End: true } },
};

it('calls a few at once and the others after them', async () => {
  const waiting: (() => void)[] = [];
  const called: unknown[] = [];
  let most = 0;
  let under = 0;
  const engine = openEngine({
    workflows: { main: WORKFLOW },
    substitutions: { 'step.work': 'work' },
    functions: async (_name, payload) => {
      called.push(payload);
      most = Math.max(most, ++under);
      await new Promise<void>((resolve) => waiting.push(resolve));
      under--;
      return 'done';
    },
  });
  const names = Array.from({ length: MOST_FUNCTIONS + 4 }, (_, i) => `n${i}`);
  const ids = [];
  for (const name of names) ids.push((await engine.start({ workflow: 'main', name, input: { name } })).executionId);
  await until(() => called.length === MOST_FUNCTIONS);
  await engine.stop(ids.at(-1)!, { error: 'Stopped', cause: 'nobody needs it' });
  const release = setInterval(() => waiting.splice(0, 1).forEach((go) => go()), 1);
  for (const id of ids.slice(0, -1)) expect((await engine.settled(id)).status).toBe('SUCCEEDED');
  clearInterval(release);
  expect(most).toBe(MOST_FUNCTIONS);
  expect(called).toEqual(names.slice(0, -1).map((name) => ({ name })));
});
