// The engine against PyTorch and transformers on tiny checkpoints with random weights, norms and biases included, so that a forgotten one shows.
import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeBatch } from '#containers/engine/batch.ts';
import { loadModel } from '#containers/engine/folder.ts';
import { generate } from '#containers/engine/generate.ts';
import { answerCrossEntropy } from '#containers/engine/losses.ts';
import type { Model } from '#containers/engine/model.ts';
import { adamW } from '#containers/engine/optimizers.ts';
import { forwardLogits, lossAndGradients, type SweepOptions } from '#containers/engine/sweep.ts';
import { tf } from '#containers/engine/tf.ts';
import { useEngine } from '#test/support/engine.ts';
import * as g from '#test/support/golden.ts';
import { describeWith, sharedFolder } from '#test/support/shared.ts';

const LOGITS = 1e-5; // absolute; 1.5e-6 was reached
const LOSS = 2e-6;
const NORMS = 2e-5; // relative
const ADAMW = 1e-5;

const Set_ = g.Golden.extend({
  tokenizer: z.array(z.object({ text: z.string(), ids: z.array(z.int()), decoded: z.string() })),
  adamw_losses: z.array(z.number()),
});

useEngine();

for (const name of ['gpt2', 'llama', 'phi', 'opt']) {
  const dir = sharedFolder(`golden/${name}`);
  describeWith(dir, '../shared/golden is not there', `${name} against PyTorch`, (at) => goldenTests(at));
}

function goldenTests(dir: string) {
  const golden = existsSync(join(dir, 'golden.json')) ? g.readGoldenFile(dir, Set_) : ({} as z.infer<typeof Set_>);
  let loaded: Model | undefined;
  const model = () => (loaded ??= loadModel(dir));
  afterAll(() => loaded?.dispose());

  it('gives the same logits at every position', () => {
    const logits = forwardLogits(model(), g.everyPosition(model(), golden.input_ids));
    expect(g.largestDifference(logits.dataSync(), golden.logits)).toBeLessThan(LOGITS);
    logits.dispose();
  });

  it('gives the same logits and loss where a row is padded', () => {
    const rows = golden.input_ids.map((row, b) => row.filter((_, t) => golden.padded.attention_mask[b]![t] === 1));
    const logits = forwardLogits(model(), g.everyPosition(model(), rows)).arraySync();
    expect(g.largestDifference(logits[rows[0]!.length - 1]!, golden.padded.logits_row0_last)).toBeLessThan(LOGITS);
    expect(g.largestDifference(logits.at(-1)!, golden.padded.logits_row1_pos7)).toBeLessThan(LOGITS);
    expect(Math.abs(step(g.wholeRows(rows), 'one').loss - golden.padded.loss)).toBeLessThan(LOSS);
  });

  const step = (rows: ReturnType<typeof g.wholeRows>, tape: NonNullable<SweepOptions['tape']>) => {
    const batch = makeBatch(rows, model().config.maxPositions);
    const { loss, gradients } = lossAndGradients(
      model(),
      batch,
      answerCrossEntropy(batch),
      new Set(model().parameters.keys()),
      { tape },
    );
    const norms = g.normsByCheckpointName(model(), gradients);
    tf.dispose([...gradients.values()]);
    return { loss, norms };
  };

  for (const tape of ['one', 'blocks'] as const) {
    describe(tape === 'one' ? 'in one tape' : 'block by block', () => {
      it('gives the same loss and gradient norm of every parameter', () => {
        const { loss, norms } = step(g.wholeRows(golden.input_ids), tape);
        expect(Math.abs(loss - golden.loss)).toBeLessThan(LOSS);
        expect(g.normDistance(norms, golden.grad_norm)).toBeLessThan(NORMS);
      });

      it('gives the same loss and gradient norms on answers alone', () => {
        const { loss, norms } = step(g.maskedRows(golden), tape);
        expect(Math.abs(loss - golden.loss_masked)).toBeLessThan(LOSS);
        expect(g.normDistance(norms, golden.grad_norm_masked)).toBeLessThan(NORMS);
      });

      it('leaves no tensor behind', () => {
        const before = tf.memory().numTensors;
        step(g.wholeRows(golden.input_ids), tape);
        expect(tf.memory().numTensors).toBe(before);
      });
    });
  }

  it('says the same when greedy', () => {
    const { prompt, ids } = golden.greedy;
    const [result] = generate(model(), [prompt], { maxTokens: ids.length - prompt.length });
    expect(result!.ids).toEqual(ids.slice(prompt.length));
  });

  it('reads the same tokens', () => {
    for (const { text, ids, decoded } of golden.tokenizer) {
      expect(model().tokenizer.encode(text)).toEqual(ids);
      expect(model().tokenizer.decode(ids)).toBe(decoded.replace('<|endoftext|>', ''));
    }
  });

  it('has the same losses over four AdamW updates', () => {
    const trained = loadModel(dir);
    const optimizer = adamW({ weightDecay: 0.01 });
    const batch = makeBatch(g.wholeRows(golden.input_ids), trained.config.maxPositions);
    const losses = golden.adamw_losses.map(() => {
      const { loss, gradients } = lossAndGradients(
        trained,
        batch,
        answerCrossEntropy(batch),
        new Set(trained.parameters.keys()),
      );
      optimizer.step(new Map(trained.parameters), gradients, 1e-2);
      tf.dispose([...gradients.values()]);
      return loss;
    });
    optimizer.dispose();
    trained.dispose();
    expect(g.largestDifference(losses, golden.adamw_losses)).toBeLessThan(ADAMW);
  });
}
