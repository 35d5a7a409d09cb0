// `quittance score`: negative log-likelihood (nats, end-of-sequence included) and token count of each answer, one JSON line a pair.
import { readPairs } from '#datasets/jsonl.ts';
import { inference } from '#engine/inference.ts';
import type { Command } from './command.ts';
import { openNamedModel } from './engine.ts';
import { required } from './values.ts';

export const score: Command = {
  name: 'score',
  summary: 'negative log-likelihood and token count of each answer, one JSON line per pair',
  usage: '--model M --pairs FILE',
  options: {
    model: { kind: 'value', value: 'M', summary: 'registered name or model folder' },
    pairs: { kind: 'value', value: 'FILE', summary: 'JSON lines of {question, answer}, {prompt, answer} or {text}' },
  },
  example: 'quittance score --model people --pairs forget.jsonl',
  async run(args) {
    const pairs = readPairs(required(args, 'pairs'));
    const { model } = await openNamedModel(args);
    for (const { logProbs } of inference(model).score(pairs)) {
      const nll = -logProbs.reduce((a, b) => a + b, 0);
      process.stdout.write(`${JSON.stringify({ nll, tokens: logProbs.length })}\n`);
    }
    return 0;
  },
};
