// Fine-tuning held against PyTorch, and against itself: in another order, killed in the middle, from behind a slice.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { z } from 'zod';
import { Faults } from '#adapters/memory/faults.ts';
import { memoryArtifacts, memoryResults } from '#adapters/memory/stores.ts';
import { costOf } from '#containers/fine-tune.ts';
import { savesOf, type Ending } from '#containers/run-saves.ts';
import { runStates } from '#containers/run-state.ts';
import { digestJson } from '#core/canonical.ts';
import { collected } from '#core/collected.ts';
import { commitTo, type Recipe } from '#core/recipe.ts';
import { requireRecorded, rowsStillThere } from '#datasets/fine-tuning/assigned.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { accumulatedGradients } from '#engine/accumulate.ts';
import { globalNorm } from '#engine/global-norm.ts';
import { storedTensors } from '#engine/formats/folder.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { backendName, tf } from '#engine/tf.ts';
import { useEngine } from '#test/support/engine.ts';
import {
  corpusIn,
  GOLDEN_TRAINING,
  learntIn,
  peopleOf,
  readGolden,
  recipeFor,
  trained,
} from '#test/support/fine-tuning.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

useEngine();

const Update = z.object({
  loss: z.number(),
  learnt: z.int(),
  tokens: z.int(),
  grad_norm: z.number(),
  weights: z.record(z.string(), z.array(z.number())),
  sums: z.record(z.string(), z.number()),
});
const Golden = z.object({ rate: z.number(), assistant: Update, all: Update });

/** One update on the whole corpus, by the same settings as make.py's. */
const oneUpdate = (dir: string, entries: readonly CorpusEntry[], loss: Recipe['loss'], rate: number): Recipe =>
  recipeFor(dir, entries, {
    loss,
    epochs: 1,
    batchSize: 1000,
    slices: { count: 1, aboutNobody: 0 },
    schedule: { form: 'warm-up and half a cosine', rate, warmup: 0 },
    optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.1, clip: 1 },
  });

const againstPyTorch = (dir: string) =>
  it.each(['assistant', 'all'] as const)('one update by the loss of %s is PyTorch’s', async (loss) => {
    const golden = Golden.parse(readGolden(dir));
    const wanted = golden[loss];
    const entries = await corpusIn(dir);
    const recipe = oneUpdate(dir, entries, loss, golden.rate);
    const corpus = await learntIn(dir, entries, recipe);
    const rows = corpus.flatMap((one) => one.rows);
    expect(rows.flatMap(({ answers }) => answers.flat())).toHaveLength(wanted.learnt);
    expect(costOf(recipe, corpus)).toEqual({ updates: 1, tokens: wanted.tokens });
    const model = loadModel(join(dir, 'model'));
    const { loss: ours, gradients } = accumulatedGradients(model, rows, new Set(model.parameters.keys()), Infinity);
    expect(Math.abs(ours - wanted.loss)).toBeLessThan(1e-5 * wanted.loss);
    expect(Math.abs(globalNorm(gradients) - wanted.grad_norm)).toBeLessThan(1e-4 * wanted.grad_norm);
    tf.dispose([...gradients.values()]);
    const { values } = await trained(dir, recipe, corpus);
    const stored = storedTensors(model.config, ({ name }) => values.get(name)!);
    expect(stored.map(({ name }) => name).sort()).toEqual(Object.keys(wanted.sums).sort());
    for (const { name, data } of stored) {
      const numbers = Array.from(data as Float32Array);
      const sum = numbers.reduce((total, value) => total + Math.abs(value), 0);
      expect(Math.abs(sum - wanted.sums[name]!)).toBeLessThan(2e-4 * wanted.sums[name]!);
      // Adam's first move is the gradient's sign, so one that is nearly zero may go either way
      const far = wanted.weights[name]!.filter((value, i) => Math.abs(value - numbers[i]!) > 2e-5);
      expect(far.length).toBeLessThanOrEqual(1);
    }
    model.dispose();
  });

describe('against the committed answers of PyTorch', () => againstPyTorch(GOLDEN_TRAINING));

const python = pythonWith('torch', 'transformers', 'tokenizers', 'safetensors');
describeWith(
  python,
  'no Python with torch and transformers; name one in QUITTANCE_PYTHON',
  'fresh weights',
  (found) => {
    const { dir, remove } = temporaryFolder();
    afterAll(remove);
    const seed = String(1 + (Date.now() % 1_000_000));
    beforeAll(() => void runPython(found, [join(ROOT, 'test/golden/fine-tuning/make.py'), dir, '--seed', seed]));
    describe(`seed ${seed}`, () => againstPyTorch(dir));
  },
);

const digestOfValues = (values: ReadonlyMap<string, Float32Array>) =>
  digestJson([...values].map(([name, value]) => [name, Buffer.from(value.buffer).toString('base64')]));

describe('the same recipe', () => {
  const dir = GOLDEN_TRAINING;

  it('comes to the same weights from rows in another order, and to others from another seed', async () => {
    const entries = await corpusIn(dir);
    const recipe = recipeFor(dir, entries);
    const weights = async (some: readonly CorpusEntry[], by: Recipe) =>
      digestOfValues((await trained(dir, by, await learntIn(dir, some, by))).values);
    const first = await weights(entries, recipe);
    expect(await weights(entries.toReversed(), recipe)).toBe(first);
    expect(await weights(entries, { ...recipe, seed: 2 })).not.toBe(first);
  });

  it.each([null, { rank: 4, alpha: 8, dropout: 0.1, targetModules: 'all-linear' as const, rankStabilized: false }])(
    'from behind the last slice without a person comes to what training without them from the base comes to',
    async (lora) => {
      const entries = await corpusIn(dir);
      const recipe = recipeFor(dir, entries, { lora });
      const whole = await learntIn(dir, entries, recipe);
      const { slices } = await trained(dir, recipe, whole);
      const later = [...new Set(entries.flatMap(({ subject }) => subject ?? []))].find((person) =>
        whole.every(({ slice }, i) => entries[i]!.subject !== person || slice > 2),
      )!;
      const staying = entries.filter(({ subject }) => subject !== later);
      const corpus = await learntIn(dir, staying, recipe);
      const first = Math.min(...whole.filter((_, i) => entries[i]!.subject === later).map(({ slice }) => slice));
      expect(first).toBeGreaterThan(2);
      const anew = await trained(dir, recipe, corpus);
      const from = { slice: first - 1, moved: slices.get(first - 1)! };
      const behind = await trained(dir, recipe, corpus, { from });
      expect(digestOfValues(behind.values)).toBe(digestOfValues(anew.values));
      expect(costOf(recipe, corpus, from.slice).tokens).toBeLessThan(costOf(recipe, corpus).tokens);
    },
  );

  it('ends with the same weights where it was killed, in whichever slice', async () => {
    const entries = await corpusIn(dir);
    const recipe = recipeFor(dir, entries);
    const corpus = await learntIn(dir, entries, recipe);
    const { updates } = costOf(recipe, corpus);
    const whole = digestOfValues((await trained(dir, recipe, corpus)).values);
    for (const killed of [3, Math.floor(updates / 2), updates - 1]) {
      const faults = new Faults();
      const stores = { artifacts: memoryArtifacts(faults), results: memoryResults() };
      const states = runStates({ ...stores, backend: backendName() });
      const ending: Ending = { asked: false, running: 0 };
      const run = digestJson('a run');
      const saves = () => savesOf(run, { states, ending, everyUpdates: 2 });
      const onUpdate = ({ done }: { done: number }) => void (ending.asked = done >= killed);
      const ended = trained(dir, recipe, corpus, { saves: saves(), onUpdate });
      await expect(ended).rejects.toMatchObject({ code: 'JOB_INTERRUPTED' });
      ending.asked = false;
      const made: number[] = [];
      const { values } = await trained(dir, recipe, corpus, {
        saves: saves(),
        onUpdate: ({ done }) => void made.push(done),
      });
      expect(made[0]).toBe(killed + 1);
      expect(digestOfValues(values)).toBe(whole);
    }
  });
});

describe('a recorded corpus', () => {
  it('is found in files that hold more, under its key alone, and is missed by how many rows lack', async () => {
    const entries = await corpusIn(GOLDEN_TRAINING);
    const recipe = recipeFor(GOLDEN_TRAINING, entries);
    const learnt = await learntIn(GOLDEN_TRAINING, entries, recipe);
    const pairs = learnt.map(({ digest, slice }) => [digest, slice] as const);
    const committed = commitTo('ab'.repeat(32), pairs.slice(4));
    const found = await collected(rowsStillThere(entries, committed));
    expect(found.map(({ digest, slice }) => [digest, slice])).toEqual(pairs.slice(4));
    await requireRecorded(entries, committed);
    expect(commitTo('ab'.repeat(32), pairs.slice(4).toReversed())).toEqual(committed);
    expect(commitTo('cd'.repeat(32), pairs.slice(4)).digest).not.toBe(committed.digest);
    const fewer = entries.slice(0, -2);
    await expect(requireRecorded(fewer, committed)).rejects.toThrow(/^2 of the \d+ rows .* not in this corpus$/);
    expect(peopleOf(entries).filter(({ length }) => length === 0)).toHaveLength(5);
  });
});
