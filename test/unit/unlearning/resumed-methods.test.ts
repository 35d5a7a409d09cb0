// Methods that carry more than weights from update to update: a run that is interrupted and taken up by another process
// ends in the weights of one that was not.
import { describe, expect, it } from '@jest/globals';
import type { RunSaves, RunState } from '#engine/run-saves.ts';
import { valuesOf } from '#engine/model.ts';
import { configured } from '#unlearning/methods.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

const example = (seed: number) => ({ prompt: tokens(3, seed), answer: tokens(4, `a${seed}`), valueTokens: [1, 2] });
const KILLED = new Error('killed');

/** Saves every update and dies after `until`; resumes from what is there. */
const savesTo = (kept: { state?: RunState }, until: number): RunSaves => ({
  resume: () => Promise.resolve(kept.state),
  after(update, state) {
    kept.state = { update, ...structuredClone(state()) };
    return update >= until ? Promise.reject(KILLED) : Promise.resolve();
  },
  done: () => Promise.resolve(),
});

const run = async (name: string, config: object, saves?: RunSaves) => {
  const [model, reference] = [tinyModel(), tinyModel()];
  try {
    const outcome = await configured(name, config).run({
      model,
      reference,
      retain: [5, 6].map(example).map(({ prompt, answer }) => ({ prompt, answers: [answer] })),
      forget: [1, 2, 3].map(example),
      templates: [tokens(4, 'refusal')],
      moments: undefined,
      stopControls: [8, 9].map(example),
      seed: 1,
      ...(saves && { saves }),
    });
    return { outcome, values: valuesOf(model) };
  } finally {
    model.dispose();
    reference.dispose();
  }
};

const update = { trainable: 'body', projection: 'none', updates: 4, step: 1e-3 };
const stop = { valueAuc: 0, land: false };

describe.each([
  ['pdu', { loss: { warmUp: 0, dual: 1 }, update, stop }], // its dual weight moves at every update
  ['task-vector', { update, stop }], // it needs the weights from before the first update
  ['altpo', { update, stop }], // it samples at the start
  ['lora-negation', { update, stop }], // each round draws an adapter of its own
  ['npo', { update: { ...update, optimizer: 'sophia' }, stop }],
])('%s', (name, config) => {
  it('ends in the same weights after an interruption', async () => {
    const whole = await run(name, config);
    const kept: { state?: RunState } = {};
    await expect(run(name, config, savesTo(kept, 2))).rejects.toBe(KILLED);
    const resumed = await run(name, config, savesTo(kept, 99));
    expect(resumed.values).toEqual(whole.values);
    expect(resumed.outcome.trajectory).toEqual(whole.outcome.trajectory);
  });
});

it('the dual weight of pdu follows the retained loss', async () => {
  const kept: { state?: RunState } = {};
  await run('pdu', { loss: { warmUp: 0, dual: 1, bound: 0.3, dualRate: 5 }, update, stop }, savesTo(kept, 99));
  const { carried } = kept.state!.position as { carried: { dual: number } };
  expect(carried.dual).toBeGreaterThan(20); // four updates with a loss of some nats above the bound
});
