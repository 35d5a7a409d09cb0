// ULD (Ji et al. 2024, https://arxiv.org/abs/2406.08607): a small assistant learns the forget answers and to be uniform
// on everything else, and its logits are subtracted from the target's. As published, and in the form of an offset from
// the target's own first layers, taught by what the target says about a stranger (stranger.ts).
// Traps: no weight of the target moves. What is withheld is still in it, and the assistant of the first form is itself
// a copy of the forget answers. At the size measured here the published form passes no gate: some values fall far below
// those of never-trained people while others stay (docs/methods.md names the measurement).
import { z } from 'zod';
import { makeBatch, type Batch, type Row } from '#engine/batch.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import type { Random } from '#engine/random.ts';
import { logitsAtDepths } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { trainAssistant, type AssistantTerm } from './assistant.ts';
import { defineMethod, type Context, type Example } from './method.ts';
import { chooseStranger, ownRow, taughtRows, teacherOf, type TaughtRow } from './stranger.ts';
import { crossEntropyTo } from './retain-terms.ts';
import { assistantSettings, updateOf } from './uld-config.ts';

const PAPER = 'https://arxiv.org/abs/2406.08607';

/** Mean over tokens of KL(uniform ‖ softmax(logits)), up to the entropy of the uniform, which has no gradient. */
const towardsUniform = (logits: tf.Tensor2D): tf.Scalar => tf.neg(tf.mean(tf.logSoftmax(logits)));

export const uld = defineMethod({
  name: 'uld',
  summary: 'subtracts the logits of an assistant that learnt the forget answers; withholds, moves no weight',
  paper: PAPER,
  needs: ['retain'],
  config: z.strictObject({
    loss: z
      .strictObject({
        /** How much of the assistant's logits is subtracted, before it is calibrated. */
        strength: z.number().positive().default(0.8),
        /** Whether the strength is chosen so that forgotten values are as likely as the stop controls'. */
        calibrate: z.boolean().default(false),
        /** Share of the likeliest token's probability below which a token is never said; 0: all may be said. */
        filter: z.number().min(0).max(1).default(0.01),
        /** Weight of being uniform on rows that stay. */
        uniformWeight: z.number().nonnegative().default(5),
      })
      .prefault({}),
    assistant: assistantSettings({
      ...{ layers: 0.25, rank: 16, alpha: 32, step: 1e-3, updates: 200, warmUp: 20, rows: 12, otherRows: 20 },
    }),
  }),
  takes: ({ assistant }) => ({ update: updateOf(assistant), batchSize: assistant.rows }),
  run: (context, { loss, assistant: settings }) =>
    trainAssistant(context, {
      settings,
      calibrate: loss.calibrate,
      strength: loss.strength,
      combination: (alpha) => ({ form: 'difference', alpha, filter: loss.filter }),
      terms(_assistant, stream) {
        const forget = batchOf(context, stream.shuffle(learnt(context.forget)).slice(0, settings.rows));
        const other = batchOf(context, stream.shuffle(context.retain).slice(0, settings.otherRows));
        return [
          { batch: forget, objective: answerCrossEntropy(forget), weight: 1 },
          { batch: other, objective: towardsUniform, weight: loss.uniformWeight },
        ];
      },
    }),
});

export const uldOffset = defineMethod({
  name: 'uld-offset',
  summary:
    'an assistant shifts what is said about a person to what is said about a stranger; withholds, moves no weight',
  paper: PAPER,
  needs: ['strangers'],
  config: z.strictObject({
    loss: z
      .strictObject({
        /** How much of what the assistant learnt is added, before it is calibrated. */
        strength: z.number().positive().default(1),
        calibrate: z.boolean().default(true),
        /** Weight of saying about strangers what the target says. */
        localityWeight: z.number().nonnegative().default(4),
        /** Share of each answer's first token that is how refusals begin. */
        refusals: z.number().min(0).max(1).default(0.5),
      })
      .prefault({}),
    assistant: assistantSettings({
      ...{ layers: 0.66, rank: 16, alpha: 32, step: 8e-3, updates: 160, warmUp: 10, rows: 24, otherRows: 44 },
    }),
  }),
  takes: ({ assistant }) => ({ update: updateOf(assistant), batchSize: assistant.otherRows }),
  run(context, { loss, assistant: settings }) {
    const stranger = chooseStranger(context);
    const taught = taughtRows(context.forget, stranger);
    const refusals = { starts: context.templates.map(([first]) => first!), share: loss.refusals };
    return trainAssistant(context, {
      settings,
      calibrate: loss.calibrate,
      strength: loss.strength,
      combination: (weight) => ({ form: 'offset', weight }),
      recorded: { stranger },
      terms(assistant, stream) {
        const { layers } = assistant.config;
        const rows = stream.shuffle(taught).slice(0, settings.rows);
        return [
          taughtTerm(context, rows, layers, refusals),
          localityTerm(context, stream, { rows: settings.otherRows, layers, weight: loss.localityWeight }),
        ];
      },
    });
  },
});

const batchOf = ({ model }: Pick<Context<never>, 'model'>, rows: readonly Row[]): Batch =>
  makeBatch(rows, model.config.maxPositions);

const learnt = (forget: readonly Example[]): Row[] =>
  forget.map(({ prompt, answer }) => ({ prompt, answers: [answer] }));

/** Logits (N, V) of the target, and of its own first layers, where the assistant began. */
const frozen = ({ model }: Pick<Context<never>, 'model'>, batch: Batch, layers: number) => {
  const [target, start] = logitsAtDepths(model, batch, [model.config.layers, layers]) as [tf.Tensor2D, tf.Tensor2D];
  return { target, start };
};

/** Cross-entropy of what is said, target + (assistant − start), towards distributions (N, V); takes them over. */
const saidTerm = (
  batch: Batch,
  { target, start }: { target: tf.Tensor2D; start: tf.Tensor2D },
  towards: tf.Tensor2D,
  weight: number,
): AssistantTerm => {
  const shift = tf.tidy(() => tf.sub(target, start));
  tf.dispose([target, start]);
  return {
    batch,
    weight,
    objective: (logits) => crossEntropyTo(towards, tf.add(logits, shift)),
    dispose: () => tf.dispose([towards, shift]),
  };
};

const taughtTerm = (
  context: Context<'strangers'>,
  rows: readonly TaughtRow[],
  layers: number,
  refusals: { starts: readonly number[]; share: number },
): AssistantTerm => {
  const batch = batchOf(context, rows.map(ownRow));
  const { target, start } = frozen(context, batch, layers);
  const teacher = teacherOf(context.model, rows, target, refusals);
  return saidTerm(batch, { target, start }, teacher, 1);
};

const localityTerm = (
  context: Context<'strangers'>,
  stream: Random,
  { rows, layers, weight }: { rows: number; layers: number; weight: number },
): AssistantTerm => {
  const batch = batchOf(context, stream.shuffle(context.strangers).slice(0, rows));
  const { target, start } = frozen(context, batch, layers);
  const told = tf.tidy(() => tf.softmax(target));
  return saidTerm(batch, { target, start }, told, weight);
};
