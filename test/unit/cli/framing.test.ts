// A record put to a model: by the model's own chat template, by a suite's frame, or plainly; alike for score, unlearn
// and evaluate, and said on stderr.
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, parse, type Command } from '#cli/command.ts';
import { evaluate } from '#cli/evaluate.ts';
import { score } from '#cli/score.ts';
import { unlearn } from '#cli/unlearn.ts';
import { inChat } from '#datasets/chat.ts';
import { makePeople } from '#datasets/people.ts';
import { forgottenOf } from '#datasets/pieces.ts';
import { framingOf } from '#datasets/rendering.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { loadModel, readModelParts } from '#engine/formats/folder.ts';
import { encoder, inference } from '#engine/inference.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { describeWith, ROOT, sharedFolder } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const TEMPLATE =
  "{% for m in messages %}{{ m['role'][0] }}:{{ m['content'] }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}a:{% endif %}";
const plain = join(ROOT, 'test/golden/models/llama3');
const chatty = join(dir, 'chatty');
cpSync(plain, chatty, { recursive: true });
writeFileSync(join(chatty, 'tokenizer_config.json'), JSON.stringify({ chat_template: TEMPLATE, eos_token: '|' }));

const QUESTION = { question: 'Who?', answer: 'Ada', value: 'Ada' };
const CONVERSATION = {
  messages: [
    { role: 'system', content: 'No.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Ho' },
    { role: 'user', content: 'Who?' },
    { role: 'assistant', content: 'Ada' },
  ],
};

let [printed, said] = ['', ''];
beforeEach(() => {
  [printed, said] = ['', ''];
  jest.restoreAllMocks();
  jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    said += String(chunk);
    return true;
  });
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});

let files = 0;
const fileOf = (...lines: object[]): string => {
  const path = join(dir, `${files++}.jsonl`);
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  return path;
};
const run = (command: Command, ...argv: string[]) => execute(command, parse(command, [...argv, '--dir', dir], {}));
const scores = async (model: string, lines: object[], ...more: string[]): Promise<unknown[]> => {
  printed = '';
  await run(score, '--model', model, '--pairs', fileOf(...lines), ...more);
  return printed
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
};
/** What the weights say of a text after a text, no frame between. */
const scoreOf = (model: string, prompt: string, answer: string) => {
  const loaded = loadModel(model);
  const [found] = inference(loaded).score([{ prompt, answer }]);
  loaded.dispose();
  return { nll: -found!.logProbs.reduce((a, b) => a + b, 0), tokens: found!.logProbs.length };
};

/** A line of several turns: their sums, and each by itself. */
const sumOf = (...turns: ReturnType<typeof scoreOf>[]) => ({
  nll: turns.reduce((sum, { nll }) => sum + nll, 0),
  tokens: turns.reduce((sum, { tokens }) => sum + tokens, 0),
  turns,
});

describe('score', () => {
  it('asks a chat model in its own template, each turn with all that was said before it', async () => {
    const found = await scores(chatty, [QUESTION, CONVERSATION, { prompt: 'Who?', answer: ' Ada' }]);
    expect(found).toEqual([
      scoreOf(chatty, 'u:Who?|a:', 'Ada'),
      sumOf(scoreOf(chatty, 's:No.|u:Hi|a:', 'Ho'), scoreOf(chatty, 's:No.|u:Hi|a:Ho|u:Who?|a:', 'Ada')),
      scoreOf(chatty, 'Who?', ' Ada'),
    ]);
    expect(said).toBe("records are framed by the model's own chat template\n");
  });

  it('asks a model without one plainly, a turn by the last question before it', async () => {
    const found = scoreOf(plain, 'Q: Who?\nA:', ' Ada');
    expect(await scores(plain, [QUESTION, CONVERSATION])).toEqual([
      found,
      sumOf(scoreOf(plain, 'Q: Hi\nA:', ' Ho'), found),
    ]);
    expect(said).toContain('as Q: … A:, as the model has no chat template');
  });

  it('asks as the suite does where one is given', async () => {
    const frame = { before: '<<', after: '>>' };
    const small = { subjects: 1, whitening: 1, stop: 1, gate: 1, facts: 1, unknown: 1 };
    const suites = [makePeople(small), inChat(makePeople(small), frame)].map((suite, i) => {
      const path = join(dir, `suite-${i}.json`);
      writeFileSync(path, suiteBytes(suite));
      return path;
    });
    expect(await scores(chatty, [QUESTION], '--suite', suites[0]!)).toEqual([scoreOf(chatty, 'Q: Who?\nA:', ' Ada')]);
    expect(await scores(chatty, [QUESTION], '--suite', suites[1]!)).toEqual([scoreOf(chatty, '<<Who?>>', 'Ada')]);
    expect(said.split('\n')[1]).toContain("as the suite's: in its chat template");
  });
});

describe('a chat model', () => {
  const withConfig = (name: string, tokenizerConfig: object, more: object = {}) => {
    const at = join(dir, name);
    cpSync(plain, at, { recursive: true });
    const config = JSON.parse(readFileSync(join(at, 'config.json'), 'utf8')) as object;
    writeFileSync(join(at, 'config.json'), JSON.stringify({ ...config, ...more }));
    writeFileSync(join(at, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig));
    return readModelParts(at);
  };
  const { tokenizer } = readModelParts(plain);
  const [first, second] = tokenizer.encode('Aa').map((id) => ({ id, text: tokenizer.decode([id]) }));

  it('with several ends has its answers closed by the one that the tokenizer names', () => {
    const ends = { eos_token_id: [first!.id, second!.id] };
    expect(withConfig('ends', { eos_token: second!.text }, ends).config.eosIds).toEqual([second!.id, first!.id]);
    expect(withConfig('object', { eos_token: { content: second!.text } }, ends).config.eosIds[0]).toBe(second!.id);
    expect(withConfig('other', { eos_token: 'no token' }, ends).config.eosIds).toEqual([first!.id, second!.id]);
  });

  it('whose template begins with the token that the tokenizer puts before every text reads it once', () => {
    const begins = { ...tokenizer, encodeWithSpecials: (text: string) => [7, ...(text.startsWith('B') ? [7] : []), 9] };
    const { encodePrompt } = encoder({ tokenizer: begins, config: { ...readModelParts(plain).config, bosId: 7 } });
    expect([encodePrompt('B: Hi'), encodePrompt('Hi')]).toEqual([
      [7, 9],
      [7, 9],
    ]);
  });
});

describeWith(sharedFolder('own-model'), 'no ../shared/own-model', 'a fine-tuned chat model', (home) => {
  const model = join(home, 'model');
  const chats = readFileSync(join(home, 'chats.jsonl'), 'utf8').trim().split('\n');
  const about = (name: string) =>
    chats.filter((line) => line.includes(name)).map((line): object => JSON.parse(line) as object);
  const nats = (found: unknown[]) => (found as { nll: number }[]).map(({ nll }) => nll);

  it('knows what it was taught under its own template', async () => {
    const conversations = about('Ionescu').slice(0, 5);
    const found = nats(await scores(model, conversations));
    expect(Math.max(...found)).toBeLessThan(5);
  });

  it('forgets at the prompt at which it is asked, and says what it was measured against', async () => {
    const conversations = about('Ionescu').slice(0, 5);
    const before = nats(await scores(model, conversations));
    const out = join(dir, 'forgotten');
    const settings = ['update.updates=3', 'update.step=2', 'update.projection=none', 'stop.land=false'].flatMap(
      (one) => ['--config', one],
    );
    await run(unlearn, '--model', model, '--forget', fileOf(...conversations), '--out', out, ...settings);
    expect(said).toContain("by the model's own chat template");
    const after = nats(await scores(out, conversations));
    after.forEach((nll, i) => expect(nll).toBeGreaterThan(before[i]! + 5));
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'))).toMatchObject({
      framing: 'template',
      neverTrained: 'generated',
      recorded: { moments: 'none' },
    });
  });

  it('is evaluated at the prompts that its suite has, which are those of its template', async () => {
    const framing = await framingOf(model);
    const suite = inChat(
      makePeople({ subjects: 1, whitening: 1, stop: 1, gate: 2, facts: 2, unknown: 1 }),
      framing.frame!,
    );
    const path = join(dir, 'own-suite.json');
    writeFileSync(path, suiteBytes(suite));
    const asked = { kind: 'qa', question: 'Who?', answer: 'Ada', spans: [{ part: 1, start: 0, end: 3 }] } as const;
    const [record] = await forgottenOf([asked], await framingOf(model, suite));
    const [same] = await forgottenOf([asked], framing);
    expect(record).toEqual(same);
    const out = join(dir, 'metrics.json');
    const forget = fileOf(QUESTION, ...about('Ionescu').slice(0, 1));
    await run(
      evaluate,
      '--model',
      model,
      '--suite',
      path,
      '--forget',
      forget,
      '--metric',
      'answer-probability',
      '--out',
      out,
    );
    expect(said).toContain("as the suite's: in its chat template");
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ metrics: { 'answer-probability': { n: 2 } } });
  });
});
