// `quittance score`: negative log-likelihood (nats, end-of-sequence included) and token count of each answer, one JSON
// line a pair. Trap: a conversation with several turns of the assistant is one pair; its line has their sums, and each
// turn by itself beside them.
import { QuittanceError } from '#core/errors.ts';
import { saidOf, type Piece } from '#datasets/pieces.ts';
import { readRecords } from '#datasets/records.ts';
import { openToAsk } from '#engine/formats/made-folder.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { encoder, inference, type TextScore } from '#engine/inference.ts';
import type { Command } from './command.ts';
import { file, fileOrFolder } from './kinds.ts';
import { backend, namedFolder } from './engine.ts';
import { framingFor } from './framing.ts';
import { suiteAt } from './suite-file.ts';
import { required } from './values.ts';

export const score: Command = {
  name: 'score',
  summary: 'negative log-likelihood and token count of each answer, one JSON line per pair; of several turns the sums',
  usage: '--model M --pairs FILE [--suite DIR]',
  words: 0,
  options: {
    model: { kind: 'value', value: 'M', summary: 'registered name or model folder' },
    pairs: {
      kind: 'value',
      value: 'FILE',
      summary: 'JSON lines of {messages}, {question, answer}, {prompt, answer} or {text}',
      is: file,
    },
    suite: {
      kind: 'value',
      value: 'DIR',
      summary: 'folder with suite.json, or that file, in whose frame to ask',
      is: fileOrFolder,
    },
  },
  example: 'quittance score --model people --pairs forget.jsonl',
  async run(args) {
    const records = readRecords(required(args, 'pairs'));
    const path = args.value('suite');
    const suite = path === undefined ? undefined : suiteAt(path);
    const dir = await namedFolder(args);
    const pairs = await saidOf(records, await framingFor(dir, suite));
    requireFits(pairs, readModelParts(dir));
    await backend();
    const model = openToAsk(dir);
    const scores = inference(model).score(pairs.flat()).map(scored);
    for (const { length } of pairs) process.stdout.write(`${JSON.stringify(lineOf(scores.splice(0, length)))}\n`);
    return 0;
  },
};

/** INVALID_INPUT where a pair is longer than the model reads: its sum would be that of another text. */
const requireFits = (pairs: readonly (readonly Piece[])[], parts: ReturnType<typeof readModelParts>): void => {
  const { encodePrompt, encodeAnswer } = encoder(parts);
  const { maxPositions } = parts.config;
  for (const [i, turns] of pairs.entries())
    for (const { prompt, answer, open } of turns) {
      const tokens = encodePrompt(prompt).length + encodeAnswer(answer, open).length;
      if (tokens > maxPositions)
        throw new QuittanceError('INVALID_INPUT', {
          message: `pair ${i + 1} is longer than the model can read`,
          expected: `at most ${maxPositions} tokens`,
          got: `${tokens} tokens`,
          hint: 'give it in parts that fit, one a line; unlearn, evaluate and attack cut such rows into windows by themselves',
        });
    }
};

interface Scored {
  readonly nll: number;
  readonly tokens: number;
}

const scored = ({ logProbs }: TextScore): Scored => ({
  nll: -logProbs.reduce((a, b) => a + b, 0),
  tokens: logProbs.length,
});

const lineOf = (turns: readonly Scored[]): Scored & { turns?: readonly Scored[] } => ({
  nll: turns.reduce((sum, { nll }) => sum + nll, 0),
  tokens: turns.reduce((sum, { tokens }) => sum + tokens, 0),
  ...(turns.length > 1 && { turns }),
});
