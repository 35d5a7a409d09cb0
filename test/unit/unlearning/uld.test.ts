// Both forms of ULD on a tiny model: the loss before the first update against the formulas in float64, with the teacher
// computed row by row; the target as it was, to the bit; the seed; an interruption; no tensor left.
import { describe, expect, it } from '@jest/globals';
import { composedFrom, firstLayers } from '#engine/composed.ts';
import { makeBatch, type Row } from '#engine/batch.ts';
import { loraParameters } from '#engine/lora.ts';
import { valuesOf, type Model } from '#engine/model.ts';
import type { RunSaves, RunState } from '#engine/run-saves.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import type { Example, Outcome, SwappedRow } from '#unlearning/method.ts';
import { configured } from '#unlearning/methods.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

const V = 300;
const NAME = [40, 41];
const STRANGER = [50, 51, 52]; // a name of another length
/** "NAME is VALUE.", about the person and about a stranger. */
const swap = (seed: number): SwappedRow => {
  const [question, rest, value] = [tokens(2, `q${seed}`), tokens(2, `r${seed}`), tokens(1, `v${seed}`)];
  const answer = [...NAME, ...rest, ...value, 0];
  const swapped = [...STRANGER, ...rest, ...value, 0];
  return {
    prompt: [...question, ...NAME],
    answer,
    swap: {
      prompt: [...question, ...STRANGER],
      answer: swapped,
      outside: [2, 3, 4, 5].map((i) => [i, i + 1] as const),
    },
  };
};
const refused = (seed: number): SwappedRow => {
  const { prompt, swap: other } = swap(seed);
  const answer = tokens(3, 'refusal');
  const outside = [0, 1, 2].map((i) => [i, i] as const);
  return { prompt, answer, swap: { prompt: other.prompt, answer, outside } };
};
const example = (seed: number): Example => {
  const own = swap(seed);
  const nameStart = { own: NAME[0]!, swapped: STRANGER[0]! };
  return {
    prompt: own.prompt,
    answer: own.answer,
    valueTokens: [4],
    strangers: [{ own, others: [], refused: [refused(seed)], nameStart }],
  };
};
const FORGET = [1, 2].map(example);
const OTHERS: Row[] = [5, 6].map((seed) => ({ prompt: tokens(3, seed), answers: [tokens(4, `o${seed}`)] }));
const REFUSALS = [tokens(3, 'refusal'), tokens(2, 'another')];

const run = async (name: string, loss: object, updates: number, saves?: RunSaves) => {
  const model = tinyModel();
  const before = valuesOf(model);
  const assistant = { layers: 0.5, rank: 2, updates, rows: 99, otherRows: 99, step: 1e-2, warmUp: 0 };
  const outcome = await configured(name, { loss, assistant }).run({
    model,
    forget: FORGET,
    templates: REFUSALS,
    moments: undefined,
    stopControls: [8, 9].map((seed) => ({ prompt: tokens(3, seed), answer: tokens(4, `s${seed}`), valueTokens: [1] })),
    retain: OTHERS,
    strangers: OTHERS,
    seed: 1,
    ...(saves && { saves }),
  });
  return { model, before, outcome };
};

/** Log-probabilities (tokens, V) of an answer's positions under a model. */
const logsOf = (model: Model, { prompt, answers }: Row): number[][] => {
  const logits = forwardLogits(model, makeBatch([{ prompt, answers }], 64));
  const rows = tf.tidy(() => logits.arraySync());
  logits.dispose();
  return rows.map((row) => {
    const most = Math.max(...row);
    const total = most + Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0));
    return row.map((x) => x - total);
  });
};
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const cross = (p: readonly number[], logs: readonly number[]) => -p.reduce((sum, x, i) => sum + x * logs[i]!, 0);

const start = (): { target: Model; first: Model } => {
  const target = tinyModel();
  return { target, first: firstLayers(target, 1) };
};

it('the published form learns the answers and to be uniform elsewhere', async () => {
  const { outcome, model } = await run('uld', { uniformWeight: 5 }, 1);
  const { target, first } = start();
  const told = FORGET.flatMap(({ prompt, answer }) =>
    logsOf(first, { prompt, answers: [answer] }).map((logs, i) => -logs[answer[i]!]!),
  );
  const uniform = OTHERS.flatMap((row) => logsOf(first, row).map((logs) => -mean(logs)));
  expect(outcome.trajectory[1]!.loss).toBeCloseTo(mean(told) + 5 * mean(uniform), 3);
  done(outcome, model, target);
});

it('the offset form aims at what is said about a stranger, and at nothing new elsewhere', async () => {
  const { outcome, model } = await run('uld-offset', { localityWeight: 4, refusals: 0.5, calibrate: false }, 1);
  const { target } = start();
  /** The teacher of one row, position by position. */
  const taught = ({ prompt, answer, swap: other }: SwappedRow): number[] => {
    const at = new Map(other.outside);
    const own = logsOf(target, { prompt, answers: [answer] });
    const there = logsOf(target, { prompt: other.prompt, answers: [other.answer] });
    return answer.map((_, i) => {
      const from = i === 0 ? there[0]! : at.has(i) ? there[at.get(i)!]! : own[i]!;
      const p = from.map(Math.exp);
      if (i === 0) {
        p[NAME[0]!] = p[NAME[0]!]! + p[STRANGER[0]!]!;
        p[STRANGER[0]!] = 0;
        for (let v = 0; v < V; v++) p[v] = p[v]! / 2;
        for (const [opening] of REFUSALS) p[opening!] = p[opening!]! + 0.25;
      }
      return cross(p, own[i]!); // before the first update what is said is what the target says
    });
  };
  const rows = FORGET.flatMap(({ strangers }) => [strangers![0]!.own, strangers![0]!.own, ...strangers![0]!.refused]);
  const locality = OTHERS.flatMap((row) => logsOf(target, row).map((logs) => cross(logs.map(Math.exp), logs)));
  expect(outcome.trajectory[1]!.loss).toBeCloseTo(mean(rows.flatMap(taught)) + 4 * mean(locality), 3);
  done(outcome, model, target);
});

const done = ({ composed }: Outcome, ...models: Model[]) => {
  composed!.assistant.dispose();
  for (const model of models) model.dispose();
};

describe.each(['uld', 'uld-offset'])('%s', (name) => {
  it('moves no weight of the target, changes what is said, repeats, and leaves no tensor', async () => {
    const tensors = tf.memory().numTensors;
    const once = async () => {
      const { model, before, outcome } = await run(name, {}, 25);
      expect(valuesOf(model)).toEqual(before);
      const { assistant, combination } = outcome.composed!;
      const said = composedFrom(model, [assistant], combination).logits(makeBatch(OTHERS, 64));
      const logits = said.dataSync().slice();
      said.dispose();
      const factors = valuesOf(assistant, loraParameters(assistant));
      expect([...factors.values()].some((values) => values.some((x) => x !== 0))).toBe(true);
      done(outcome, model);
      return { trajectory: outcome.trajectory, logits, factors };
    };
    const first = await once();
    expect(first.trajectory.map(({ update }) => update)).toEqual([0, 20, 25, 25]);
    expect(await once()).toEqual(first);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('ends in the same factors after an interruption', async () => {
    const whole = await run(name, {}, 4);
    const kept: { state?: RunState } = {};
    const killed = new Error('killed');
    const saves = (until: number): RunSaves => ({
      resume: () => Promise.resolve(kept.state),
      after(update, state) {
        kept.state = { update, ...structuredClone(state()) };
        return update >= until ? Promise.reject(killed) : Promise.resolve();
      },
      done: () => Promise.resolve(),
    });
    await expect(run(name, {}, 4, saves(2))).rejects.toBe(killed);
    const resumed = await run(name, {}, 4, saves(99));
    const factors = ({ outcome }: typeof whole) => valuesOf(outcome.composed!.assistant);
    expect(factors(resumed)).toEqual(factors(whole));
    expect(resumed.outcome.trajectory).toEqual(whole.outcome.trajectory);
    for (const { outcome, model } of [whole, resumed]) done(outcome, model);
  });
});

it('the strength is calibrated until forgotten values are as likely as those of the stop controls', async () => {
  const { outcome, model } = await run('uld-offset', { calibrate: true }, 40);
  const { combination } = outcome.composed!;
  expect(combination).toMatchObject({ form: 'offset', weight: outcome.recorded['strength'] });
  expect(outcome.stop).toBe('landed');
  done(outcome, model);
});
