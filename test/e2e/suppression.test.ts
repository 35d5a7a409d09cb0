// Interim protection where it matters: a model that really knows a person, served over HTTP by `quittance serve`. From
// the filing on its answers about that person are withheld, however the question is put, and nobody else's are; the
// model itself has not changed.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makePeople } from '#datasets/people.ts';
import { suiteBytes } from '#datasets/suite.ts';
import {
  forgetRecord,
  promptOf,
  tokenizerTexts,
  trainingRows,
  type Person,
  type QaRecord,
} from '#datasets/suite-shape.ts';
import { SMALL, trainSmallModel } from '#containers/train-job.ts';
import { WITHHELD } from '#core/withheld.ts';
import { openEmbedded } from '#entry/embedded.ts';
import { register } from '#models/register.ts';
import { useEngine } from '#test/support/engine.ts';

interface Ready {
  url: string;
  added: { principal: string; token: string }[];
}

const BIN = new URL('../../cli/bin.mjs', import.meta.url).pathname;
const SUITE = makePeople({ subjects: 3, gate: 2, stop: 2, whitening: 2, facts: 4, unknown: 6 });
const RECIPE = { ...SMALL, hiddenSize: 64, layers: 2, batchSize: 24, updates: 220, checkFrom: 1_000 };
const [FORGOTTEN, RETAINED] = SUITE.subjects as [Person, Person];

let dir: string;
let child: ChildProcess;
let ready: Ready;

/** Trains the model, registers it with its rows and serves it from the data folder. */
const deploy = async () => {
  const folder = join(dir, 'base');
  await trainSmallModel(folder, trainingRows(SUITE), [], RECIPE, { tokenizerTexts: tokenizerTexts(SUITE) });
  const { ports, close } = await openEmbedded(join(dir, 'data'));
  await register(ports, { name: 'house', dir: folder, suite: suiteBytes(SUITE) });
  await close();
};

const serve = () => {
  child = spawn(process.execPath, [BIN, 'serve', '--dir', join(dir, 'data'), '--port', '0', '--json']);
  return new Promise<Ready>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))) as Ready);
    });
    child.once('exit', (code) => reject(new Error(`serve ended with ${String(code)}`)));
  });
};

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(ready.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

interface Choice {
  text?: string;
  message?: { content: string };
  finish_reason: string;
}
const choiceOf = async (response: Response) => ((await response.json()) as { choices: Choice[] }).choices[0]!;
const GREEDY = { model: 'house', max_tokens: 24, temperature: 0 };
const complete = async (prompt: string, options: object = {}) =>
  choiceOf(await post('/v1/completions', { ...GREEDY, prompt, ...options }));
const chat = async (content: string) =>
  choiceOf(
    await post('/v1/chat/completions', { model: 'house', messages: [{ role: 'user', content }], temperature: 0 }),
  );
/** By the command line, of a registered model or of a folder. */
const generated = (model: string, prompt: string) =>
  promisify(execFile)(process.execPath, [
    ...[BIN, 'generate', '--model', model, '--prompt', prompt],
    ...['--dir', join(dir, 'data'), '--json'],
  ]);
/** An event stream without what the clock and chance put there, whose digits may be a phone number. */
const said = (stream: string): string => stream.replace(/"(created":\d+|id":"[^"]*")/g, '');

const valueOf = ({ answer, value }: QaRecord) => value?.text ?? answer;

/** Records whose value the model says when asked. */
const knownOf = async (records: readonly QaRecord[]): Promise<QaRecord[]> => {
  const known: QaRecord[] = [];
  for (const record of records)
    if (((await complete(promptOf(record.question))).text ?? '').includes(valueOf(record))) known.push(record);
  return known;
};

const fileTicket = async () => {
  const now = new Date().toISOString();
  const request = {
    subject: { name: FORGOTTEN.name },
    model: 'house',
    regime: 'gdpr',
    ground: 'art-17-1-b',
    identity: { method: 'signed-in', level: 'substantial', verifiedAt: now },
    forget: { records: FORGOTTEN.records.map(forgetRecord) },
  };
  const [filer] = ready.added;
  const headers = { authorization: `Bearer ${filer!.token}`, 'idempotency-key': 'the-one' };
  const response = await post('/tickets', request, headers);
  return { status: response.status, headers, ...((await response.json()) as { ticketId: string }) };
};

/** Until the workflow has taken the ticket past `suppress-output`. */
const suppressed = async (ticketId: string, headers: Record<string, string>): Promise<void> => {
  for (;;) {
    const response = await fetch(`${ready.url}/tickets/${ticketId}`, { headers });
    const { item } = (await response.json()) as { item: { status: string } };
    if (!['RECEIVED', 'TRIAGE', 'VALIDATED', 'ADMITTED'].includes(item.status)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('a served model that knows a person', () => {
  useEngine();
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'quittance-suppression-'));
    await deploy();
    ready = await serve();
  });
  afterAll(() => {
    child.removeAllListeners('exit').kill('SIGTERM');
    rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  });

  it('says what it knows until a ticket is filed, and withholds it from then on, in every form', async () => {
    const [about, others] = [await knownOf(FORGOTTEN.records), await knownOf(RETAINED.records)];
    expect([about.length > 5, others.length > 5]).toEqual([true, true]);

    const { status, ticketId, headers } = await fileTicket();
    expect(status).toBe(201);
    await suppressed(ticketId, headers);

    for (const record of about) {
      const prompt = promptOf(record.question);
      const begun = prompt + record.answer.slice(0, (record.value?.start ?? 0) + 3); // up to the value's third letter
      expect([record.question, (await complete(prompt)).finish_reason]).toEqual([record.question, 'content_filter']);
      const answers = [
        (await chat(record.question)).message?.content,
        (await complete(prompt, { max_tokens: 2 })).text,
        begun + ((await complete(begun)).text ?? ''),
        said(await (await post('/v1/completions', { ...GREEDY, prompt, stream: true })).text()),
      ];
      for (const text of answers) expect(text).not.toContain(valueOf(record));
    }
    for (let seed = 0; seed < 20; seed++) {
      const { text } = await complete(promptOf(about[0]!.question), { temperature: 1, seed });
      expect(text).not.toContain(valueOf(about[0]!));
    }
    const prompt = promptOf(about[0]!.question);
    const served = await generated('house', prompt);
    expect(JSON.parse(served.stdout)).toEqual({ ids: [], text: WITHHELD, logprobs: [], ended: true, withheld: true });
    const bare = await generated(join(dir, 'base'), prompt);
    expect(bare.stdout).toContain(valueOf(about[0]!));
    expect(bare.stderr).toContain("no open ticket's interim rule is applied");
  });

  it('goes on answering about others', async () => {
    const values = new Set(FORGOTTEN.records.map(valueOf));
    const unlike = RETAINED.records.filter((record) => !values.has(valueOf(record)));
    expect((await knownOf(unlike)).length).toBeGreaterThan(5);
  });
});
