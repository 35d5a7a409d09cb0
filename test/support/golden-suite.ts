// Everything that a golden folder can be asked: logits, losses, gradient norms of cross-entropy and of FLAT, padding,
// greedy ids, AdamW; in one tape and block by block. Used on committed weights and on fresh ones.
import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeBatch, type Batch } from '#engine/batch.ts';
import { readConfig } from '#engine/formats/config.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { generate } from '#engine/generate.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import type { Model } from '#engine/model.ts';
import { adamW } from '#engine/optimizers.ts';
import { forwardLogits, lossAndGradients, type Objective, type SweepOptions } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { DIVERGENCES } from '#unlearning/divergences.ts';
import { FlatConfig } from '#unlearning/flat-config.ts';
import { flatLoss } from '#unlearning/flat-loss.ts';
import * as g from './golden.ts';

const Ids = z.array(z.int());
const Greedy = z.object({ prompt: Ids, ids: Ids });
const FlatGolden = z.object({
  padded_length: z.int(),
  examples: z.array(z.object({ prompt: Ids, template: Ids, answer: Ids })),
  results: z.array(
    z.object({
      divergence: z.enum(DIVERGENCES),
      reduction: z.enum(['paper', 'released']),
      loss: z.number(),
      grad_norm_total: z.number(),
      grad_norm: z.record(z.string(), z.number()).optional(),
    }),
  ),
});
const GoldenFolder = g.Golden.extend({
  adamw_losses: z.array(z.number()),
  tokenizer: z.array(z.object({ text: z.string(), ids: Ids, decoded: z.string() })).optional(),
  greedy_more: z.array(Greedy).optional(),
  flat: FlatGolden.optional(),
});
type GoldenFolder = z.infer<typeof GoldenFolder>;

/** Absolute for logits and losses, relative for norms. */
export interface Tolerances {
  logits: number;
  loss: number;
  norms: number;
  adamw: number;
}
export const TIGHT: Tolerances = { logits: 1e-5, loss: 2e-6, norms: 1e-4, adamw: 5e-5 };

interface Subject {
  dir: string;
  golden: GoldenFolder;
  model: () => Model;
  tolerances: Tolerances;
}

/** Declares the tests of one folder; the model is loaded by the first that needs it. */
export const goldenTests = (dir: string | undefined, tolerances: Tolerances = TIGHT): void => {
  let loaded: Model | undefined;
  const subject: Subject = {
    dir: dir ?? '',
    golden: dir === undefined ? ({} as GoldenFolder) : g.readGoldenFile(dir, GoldenFolder),
    model: () => (loaded ??= loadModel(dir!)),
    tolerances,
  };
  afterAll(() => loaded?.dispose());
  forwardTests(subject);
  for (const tape of ['one', 'blocks'] as const) {
    describe(tape === 'one' ? 'in one tape' : 'block by block', () => backwardTests(subject, tape));
  }
  textTests(subject);
  it('has the same losses over AdamW updates', () => adamwTest(subject));
};

const forwardTests = ({ dir, golden, model, tolerances }: Subject) => {
  it('gives the same logits at every position', () => {
    const logits = forwardLogits(model(), g.everyPosition(model(), golden.input_ids));
    expect(g.largestDifference(logits.dataSync(), golden.logits)).toBeLessThan(tolerances.logits);
    logits.dispose();
  });

  it('gives the same logits and loss where a row is padded', () => {
    const rows = golden.input_ids.map((row, b) => row.filter((_, t) => golden.padded.attention_mask[b]![t] === 1));
    const tensor = forwardLogits(model(), g.everyPosition(model(), rows));
    const logits = tensor.arraySync();
    tensor.dispose();
    expect(g.largestDifference(logits[rows[0]!.length - 1]!, golden.padded.logits_row0_last)).toBeLessThan(
      tolerances.logits,
    );
    expect(g.largestDifference(logits.at(-1)!, golden.padded.logits_row1_pos7)).toBeLessThan(tolerances.logits);
    const batch = makeBatch(g.wholeRows(rows), model().config.maxPositions);
    expect(Math.abs(step(model(), batch, answerCrossEntropy(batch), 'one').loss - golden.padded.loss)).toBeLessThan(
      tolerances.loss,
    );
  });

  const older = join(dir, 'config.version4.json');
  if (existsSync(older)) {
    it('reads the config of transformers 4 as that of transformers 5', () => {
      expect(readConfig(JSON.parse(readFileSync(older, 'utf8')))).toEqual(
        readConfig(readJsonFile(join(dir, 'config.json'))),
      );
    });
  }
};

const step = (model: Model, batch: Batch, objective: Objective, tape: NonNullable<SweepOptions['tape']>) => {
  const { loss, gradients } = lossAndGradients(model, batch, objective, new Set(model.parameters.keys()), { tape });
  const norms = g.normsByStoredName(model, gradients);
  tf.dispose([...gradients.values()]);
  return { loss, norms, total: Math.hypot(...norms.values()) };
};

const backwardTests = ({ golden, model, tolerances }: Subject, tape: 'one' | 'blocks') => {
  const crossEntropy = (rows: ReturnType<typeof g.wholeRows>) => {
    const batch = makeBatch(rows, model().config.maxPositions);
    return step(model(), batch, answerCrossEntropy(batch), tape);
  };

  it('gives the same loss and gradient norm of every parameter', () => {
    const { loss, norms } = crossEntropy(g.wholeRows(golden.input_ids));
    expect(Math.abs(loss - golden.loss)).toBeLessThan(tolerances.loss);
    expect(g.normDistance(norms, golden.grad_norm)).toBeLessThan(tolerances.norms);
  });

  it('gives the same loss and gradient norms on answers alone', () => {
    const { loss, norms } = crossEntropy(g.maskedRows(golden));
    expect(Math.abs(loss - golden.loss_masked)).toBeLessThan(tolerances.loss);
    expect(g.normDistance(norms, golden.grad_norm_masked)).toBeLessThan(tolerances.norms);
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    crossEntropy(g.wholeRows(golden.input_ids));
    expect(tf.memory().numTensors).toBe(before);
  });

  for (const wanted of golden.flat?.results ?? []) {
    it(`gives the same FLAT loss and gradient norms, answers packed: ${wanted.divergence}, ${wanted.reduction}`, () => {
      const { padded_length: paddedLength, examples } = golden.flat!;
      const config = FlatConfig.parse({ divergence: wanted.divergence, reduction: wanted.reduction, paddedLength });
      const rows = examples.map(({ prompt, template, answer }) => ({ prompt, answers: [template, answer] }));
      const batch = makeBatch(rows, model().config.maxPositions);
      const { loss, norms, total } = step(model(), batch, (logits) => flatLoss(batch, logits, config), tape);
      expect(Math.abs(loss - wanted.loss)).toBeLessThan(tolerances.loss);
      expect(Math.abs(total / wanted.grad_norm_total - 1)).toBeLessThan(tolerances.norms);
      if (wanted.grad_norm) expect(g.normDistance(norms, wanted.grad_norm)).toBeLessThan(tolerances.norms);
    });
  }
};

const textTests = ({ golden, model }: Subject) => {
  it('says the same when greedy', () => {
    for (const { prompt, ids } of [golden.greedy, ...(golden.greedy_more ?? [])]) {
      const [result] = generate(model(), [prompt], { maxTokens: ids.length - prompt.length });
      expect(result!.ids).toEqual(ids.slice(prompt.length));
    }
  });

  const more = golden.greedy_more;
  if (more) {
    it('says the same to prompts of different lengths in one batch', () => {
      const count = more[0]!.ids.length - more[0]!.prompt.length;
      const results = generate(
        model(),
        more.map(({ prompt }) => prompt),
        { maxTokens: count },
      );
      expect(results.map(({ ids }) => ids)).toEqual(more.map(({ prompt, ids }) => ids.slice(prompt.length)));
    });
  }

  const texts = golden.tokenizer;
  if (texts) {
    it('reads the same tokens', () => {
      for (const { text, ids, decoded } of texts) {
        expect(model().tokenizer.encode(text)).toEqual(ids);
        expect(model().tokenizer.decode(ids)).toBe(decoded.replace('<|endoftext|>', ''));
      }
    });
  }
};

const adamwTest = ({ dir, golden, tolerances }: Subject) => {
  const model = loadModel(dir);
  const optimizer = adamW({ weightDecay: 0.01 });
  const batch = makeBatch(g.wholeRows(golden.input_ids), model.config.maxPositions);
  const losses = golden.adamw_losses.map(() => {
    const { loss, gradients } = lossAndGradients(
      model,
      batch,
      answerCrossEntropy(batch),
      new Set(model.parameters.keys()),
    );
    optimizer.update(model.parameters, gradients, 1e-2);
    tf.dispose([...gradients.values()]);
    return loss;
  });
  optimizer.dispose();
  model.dispose();
  expect(g.largestDifference(losses, golden.adamw_losses)).toBeLessThan(tolerances.adamw);
};
