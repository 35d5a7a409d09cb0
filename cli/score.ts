// `quittance score`: negative log-likelihood (nats, end-of-sequence included) and token count of each answer, one JSON
// line a pair.
import { readRecords } from '#datasets/records.ts';
import { framed } from '#datasets/framing.ts';
import { openToAsk } from '#engine/formats/made-folder.ts';
import { inference } from '#engine/inference.ts';
import type { Command } from './command.ts';
import { file, fileOrFolder } from './kinds.ts';
import { backend, namedFolder } from './engine.ts';
import { framingFor } from './framing.ts';
import { suiteAt } from './suite-file.ts';
import { required } from './values.ts';

export const score: Command = {
  name: 'score',
  summary: 'negative log-likelihood and token count of each answer, one JSON line per pair',
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
    const pairs = await framed(records, await framingFor(dir, suite));
    await backend();
    const model = openToAsk(dir);
    for (const { logProbs } of inference(model).score(pairs)) {
      const nll = -logProbs.reduce((a, b) => a + b, 0);
      process.stdout.write(`${JSON.stringify({ nll, tokens: logProbs.length })}\n`);
    }
    return 0;
  },
};
