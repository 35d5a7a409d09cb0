// AltPO: preference optimisation with the model's own other answers preferred over the forget ones, and cross-entropy
// on retained answers. Mekala et al. 2024, https://arxiv.org/abs/2409.13474; five other answers to each question,
// sampled at temperature 1.
// Traps: a model that knows an answer by heart samples that answer, so what repeats its value is dropped and the
// temperature raised; where nothing is left, a template stands in. The published method asks for another answer by an
// instruction, which a model without a chat template cannot follow.
import { z } from 'zod';
import { generate } from '#engine/generate.ts';
import type { Random } from '#engine/random.ts';
import { pairBatch } from './batches.ts';
import { preferenceTerm } from './dpo.ts';
import { lossMethod } from './loss-method.ts';
import type { Context, Example } from './method.ts';
import { retainTerm } from './retain-terms.ts';
import { BASELINE } from './update-config.ts';

const loss = z.strictObject({
  /** 1/nats. */
  beta: z.number().positive().default(0.1),
  retainWeight: z.number().nonnegative().default(1),
  /** Other answers sampled for each question. */
  alternatives: z.int().positive().max(20).default(5),
  temperature: z.number().positive().max(5).default(1),
});

export const altPo = lossMethod({
  name: 'altpo',
  summary: "prefers the model's own other answers over the forget ones, and repeats retained answers",
  paper: 'https://arxiv.org/abs/2409.13474',
  needs: ['retain', 'reference'],
  loss: loss.prefault({}),
  updateDefaults: BASELINE,
  terms(context, config, stream) {
    const others = othersOnce(context, config);
    const batch = pairBatch(context, stream, (example) => drawn(others, example, context, stream));
    return [preferenceTerm(context, batch, config.beta), retainTerm(context, stream, config.retainWeight)];
  },
});

type Others = ReadonlyMap<Example, readonly (readonly number[])[]>;

const drawn = (others: Others, example: Example, { templates }: Context<'reference'>, stream: Random) => {
  const own = others.get(example) ?? [];
  const from = own.length > 0 ? own : templates;
  return from[stream.below(from.length)]!;
};

/** One set of samples a run; an interrupted run samples the same ones again, because they follow from its seed. */
const sampled = new WeakMap<object, Others>();

const othersOnce = (context: Context<'reference'>, config: z.output<typeof loss>): Others => {
  const known = sampled.get(context);
  if (known) return known;
  const others = otherAnswers(context, config);
  sampled.set(context, others);
  return others;
};

/** How much hotter each further attempt samples where answers repeat what is to be forgotten. */
const HOTTER = [1, 1.5, 2];

/** Answers of the reference that do not carry the forget value, by example; end-of-sequence included. */
export const otherAnswers = (
  { reference, forget, seed }: Pick<Context<'reference'>, 'reference' | 'forget' | 'seed'>,
  { alternatives, temperature }: Pick<z.output<typeof loss>, 'alternatives' | 'temperature'>,
): Others => {
  const found = new Map<Example, number[][]>(forget.map((example) => [example, []]));
  for (const [attempt, factor] of HOTTER.entries()) {
    const short = forget.flatMap((example) => {
      const missing = alternatives - found.get(example)!.length;
      return Array.from({ length: missing }, () => example);
    });
    if (short.length === 0) break;
    const room = reference.config.maxPositions - Math.max(...short.map(({ prompt }) => prompt.length)) - 1;
    const longest = Math.max(...short.map(({ answer }) => answer.length));
    const answers = generate(
      reference,
      short.map(({ prompt }) => prompt),
      { maxTokens: Math.min(room, longest), temperature: temperature * factor, seed: seed + attempt },
    );
    answers.forEach(({ ids, ended }, i) => {
      const example = short[i]!;
      if (ids.length > 0 && !carries(ids, example))
        found.get(example)!.push(ended ? [...ids, example.answer.at(-1)!] : ids);
    });
  }
  return found;
};

/** Whether the tokens of the value occur in a row. */
const carries = (ids: readonly number[], { answer, valueTokens }: Example): boolean => {
  const value = valueTokens.map((i) => answer[i]!);
  return ids.some((_, at) => value.every((token, i) => ids[at + i] === token));
};
