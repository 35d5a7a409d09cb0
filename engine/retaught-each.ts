// Several short trainings of one model, side by side: what moves is there once for each of them, stacked, so that one
// pass computes all of their updates. At the size of the demo's model a pass over a few rows costs little more than one
// over the rows of six. Otherwise as retaught.ts, whose trap holds for every copy.
// Trap: rows are padded to the longest of all copies, so that results differ from those of one training after the other
// by rounding.
import { makeBatch, rowLength, type Batch, type Row } from './batch.ts';
import { blockBytes } from './block-bytes.ts';
import { targetLogProbs } from './losses.ts';
import { restoreValues, valuesOf, weightsOf, type Decoder, type Model } from './model.ts';
import { adamW } from './optimizers.ts';
import { copiesAtOnce, movedBy, retaught, SIDE_ACTIVATIONS, type Retaught } from './retaught.ts';
import { lossAndGradients, type Objective } from './sweep.ts';
import { tf } from './tf.ts';

/** Trains on each of the lists of rows apart from the others; `ask` is called with the model as its list left it. */
export const retaughtEach = async <T>(
  model: Model,
  lists: readonly (readonly Row[])[],
  how: Retaught,
  ask: (list: number) => T,
): Promise<T[]> => {
  const answers: T[] = [];
  for (const some of packsOf(model, lists, how)) {
    if (some.length === 1) {
      const [at] = some as [number];
      answers[at] = await retaught(model, lists[at]!, how, () => ask(at));
      continue;
    }
    const taught = await sideBySide(
      model,
      some.map((at) => lists[at]!),
      how,
    );
    const before = valuesOf(model, new Set(taught.keys()));
    try {
      some.forEach((at, copy) => {
        restoreValues(model, copyOf(taught, copy, some.length));
        answers[at] = ask(at);
      });
    } finally {
      restoreValues(model, before);
    }
  }
  return answers;
};

const copyOf = (taught: ReadonlyMap<string, Float32Array>, copy: number, copies: number) =>
  new Map(
    [...taught].map(([name, values]) => {
      const size = values.length / copies;
      return [name, values.subarray(copy * size, (copy + 1) * size)];
    }),
  );

/** Lists of as many rows go together, as many as fit; one with factors beside its weights alone. */
const packsOf = (model: Model, lists: readonly (readonly Row[])[], { weights }: Retaught): number[][] => {
  const moving = model.specs.filter(({ name }) => movedBy[weights](name));
  const numbers = moving.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const plain = model.lora === undefined && model.addLowRank === undefined && numbers > 0;
  const most = plain ? copiesAtOnce(numbers) : 1;
  const columns = lists.flat().reduce((longest, row) => Math.max(longest, rowLength(row)), 1);
  return [...Map.groupBy(lists.keys(), (at) => lists[at]!.length)].flatMap(([rows, all]) => {
    const bytes = model.config.layers * blockBytes(model.config, rows, columns);
    const size = Math.max(1, Math.min(most, Math.floor(SIDE_ACTIVATIONS / bytes)));
    return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
  });
};

/** The values of each copy after its training, one behind the other, by the names of what moved. */
const sideBySide = async (
  model: Model,
  lists: readonly (readonly Row[])[],
  { updates, learningRate, weights }: Retaught,
): Promise<Map<string, Float32Array>> => {
  const own = stackedOf(model, movedBy[weights], lists.length);
  const parameters = new Map([...model.parameters, ...own]);
  const copies: Decoder = { ...model, parameters, weights: weightsOf(parameters) };
  const batch = makeBatch(lists.flat(), model.config.maxPositions);
  const objective = sumOfMeans(batch, lists.length);
  const optimizer = adamW({ weightDecay: 0 });
  try {
    for (let update = 0; update < updates; update++) {
      const { gradients } = lossAndGradients(copies, batch, objective, new Set(own.keys()), { tape: 'one' });
      optimizer.update(own, gradients, learningRate);
      tf.dispose([...gradients.values()]);
      await new Promise(setImmediate);
    }
    return new Map([...own].map(([name, parameter]) => [name, Float32Array.from(parameter.dataSync())]));
  } finally {
    optimizer.dispose();
    tf.dispose([...own.values()]);
  }
};

/** Parameters that move, (copies, …shape). */
const stackedOf = (model: Model, moves: (name: string) => boolean, copies: number): Map<string, tf.Variable> =>
  new Map(
    [...model.parameters].flatMap(([name, parameter]) =>
      moves(name)
        ? [[name, tf.tidy(() => tf.variable(tf.stack(new Array<tf.Tensor>(copies).fill(parameter)), true))] as const]
        : [],
    ),
  );

/** The sum of the copies' mean negative log-likelihoods, so that each copy has the gradient that it has alone. */
const sumOfMeans = (batch: Batch, copies: number): Objective => {
  const cells = (batch.rows / copies) * batch.columns;
  const copyAt = Array.from(batch.select, (cell) => Math.floor(cell / cells));
  const counts = new Array<number>(copies).fill(0);
  for (const copy of copyAt) counts[copy]!++;
  const shares = copyAt.map((copy) => -1 / counts[copy]!);
  return (logits) => tf.sum(tf.mul(targetLogProbs(batch, logits), tf.tensor1d(shares)));
};
