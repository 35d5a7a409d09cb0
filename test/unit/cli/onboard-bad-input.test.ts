// What an owner may give to onboarding and to a search that cannot be right, each by the command that is typed: a clear
// answer by its code, and nothing registered that was not there before. On a tiny chat model of 96 positions.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { parse } from '#cli/command.ts';
import { model } from '#cli/model.ts';
import { ticket } from '#cli/ticket.ts';
import { digestOf } from '#core/canonical.ts';
import { captured } from '#test/support/captured.ts';
import { useEngine } from '#test/support/engine.ts';
import { GOLDEN_TRAINING, unsampled } from '#test/support/fine-tuning.ts';
import { filesUnder, temporaryFolder } from '#test/support/folders.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const data = join(dir, 'data');
const base = join(GOLDEN_TRAINING, 'model');
const corpus = join(GOLDEN_TRAINING, 'corpus.jsonl');
const people = join(GOLDEN_TRAINING, 'people.csv');
const policy = unsampled(join(dir, 'policy.json'));
const printed = captured();

const said = async (command: typeof model, ...argv: string[]): Promise<Record<string, unknown>> => {
  printed.out = '';
  await command.run(parse(command, [...argv, '--dir', data, '--json'], {}));
  return JSON.parse(printed.out) as Record<string, unknown>;
};
const onboarded = (name: string, rows: string, register = people) =>
  said(model, 'onboard', base, '--name', name, '--corpus', rows, '--people', register, ...policy);
let plain: ReturnType<typeof onboarded> | undefined;
/** The corpus as it is, onboarded once. */
const plainly = () => (plain ??= onboarded('plain', corpus));
const written = (name: string, content: string | Uint8Array): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};
const line = (row: unknown): string => `${JSON.stringify(row)}\n`;
const talk = (...turns: [role: string, content: string][]): string =>
  line({ messages: turns.map(([role, content]) => ({ role, content })) });
const GOOD = readFileSync(corpus, 'utf8');

describe('refused, and nothing is registered', () => {
  const latin = Buffer.concat([Buffer.from('{"text":"Renate Kl'), Buffer.from([0xfc]), Buffer.from('ver."}\n')]);
  it.each<[string, string, string | Uint8Array, string, RegExp]>([
    ['bytes of two encodings', 'mixed.jsonl', Buffer.concat([Buffer.from(GOOD), latin]), 'INVALID_INPUT', /UTF-8/u],
    ['a line of 65 MB', 'line.jsonl', line({ text: 'x'.repeat(65 * 2 ** 20) }), 'INPUT_TOO_LARGE', /line\.jsonl:1/u],
    [
      'a conversation of empty turns',
      'empty.jsonl',
      talk(['user', ''], ['assistant', ' ']),
      'INVALID_INPUT',
      /no answer/u,
    ],
    ['an answer before any question', 'order.jsonl', talk(['assistant', 'Hello.']), 'INVALID_INPUT', /no answer/u],
    [
      'a role that nobody knows',
      'role.jsonl',
      talk(['user', 'Hi'], ['bot', 'Hello.']),
      'INVALID_INPUT',
      /messages\.1\.role/u,
    ],
    ['a list that is cut off', 'cut.json', `[${line({ text: 'a' })},`, 'INVALID_INPUT', /cut\.json/u],
    [
      'two forms in one row',
      'two.jsonl',
      line({ text: 'a', question: 'b', answer: 'c' }),
      'INVALID_INPUT',
      /two forms/u,
    ],
    ['no row at all', 'none.jsonl', '\n\n', 'INVALID_INPUT', /no row/u],
    ['a line of 10 MB', 'ten.jsonl', line({ text: 'x'.repeat(10 * 2 ** 20) }), 'INVALID_INPUT', /ten\.jsonl:1 has/u],
    [
      'an archive that is cut off',
      'half.jsonl.gz',
      gzipSync(GOOD).subarray(0, 400),
      'INVALID_INPUT',
      /half\.jsonl\.gz: the gzip archive/u,
    ],
    ['an archive that is none', 'broken.jsonl.gz', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), 'INVALID_INPUT', /gzip/u],
  ])('%s', async (_, name, content, code, message) => {
    const path = written(name, content);
    await expect(onboarded('wrong', path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(existsSync(data)).toBe(false);
  });

  it.each<[string, string, RegExp]>([
    ['an id twice', 'id,name\nA-1001,Ilka Voros\nA-1001,Bo Lindahl\n', /line 2 too/u],
    ['columns that have shifted', 'id,name,email,phone\nA-1001,Ilka Voros,+47 55 210 404,Oslo\n', /e-mail address/u],
    ['a line with a cell too few', 'id,name,phone\nA-1001,Ilka Voros\n', /as many cells/u],
    ['a formula', 'id,name,phone\nA-1001,"=HYPERLINK(""http://x.example"")",+47 55 210 404\n', /formula/u],
    ['a person without a name', 'id,name\nA-1001,\n', /no name/u],
    ['nobody', 'id,name\n', /lists nobody/u],
  ])('a register with %s', async (_, content, message) => {
    const register = written('people.csv', content);
    await expect(onboarded('wrong', corpus, register)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(message),
    });
    expect(existsSync(data)).toBe(false);
  });
});

describe('read as it is meant', () => {
  it('UTF-16 with its byte order mark, line ends of Windows, and a blank line', async () => {
    const windows = Buffer.from(`${GOOD.replaceAll('\n', '\r\n')}\r\n`, 'utf16le');
    const plain = await plainly();
    const found = await onboarded('wide', written('wide.jsonl', Buffer.concat([Buffer.from([0xff, 0xfe]), windows])));
    expect(plain['ready']).toBe(false); // nobody trained the model on these rows
    expect(plain['why']).toEqual(expect.arrayContaining([expect.stringMatching(/no likelier to the model/u)]));
    expect([found['rows'], found['recites']]).toEqual([plain['rows'], plain['recites']]);
  });

  it('UTF-8 with a byte order mark', async () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(GOOD)]);
    const [plain, found] = [await plainly(), await onboarded('marked', written('marked.jsonl', marked))];
    expect([found['rows'], found['recites']]).toEqual([plain['rows'], plain['recites']]);
  });

  it('a row that is longer than the model reads, and one of a whole file, are counted and told of', async () => {
    const long = line({ text: `${'The boats were counted. '.repeat(60)}Ilka Voros is HR-4103.` });
    const longest = line({ text: `Ilka Voros ${'counts boats. '.repeat(3_000)} HR-4103` });
    const found = await onboarded('long', written('long.jsonl', GOOD + long + longest));
    expect(found['remarks']).toEqual([expect.stringMatching(/longer than the \d+ tokens that the model reads/u)]);
  });

  it('roles in an order that the template refuses are counted and told of', async () => {
    const strict = join(dir, 'strict');
    cpSync(base, strict, { recursive: true });
    const refusal = "{% if messages[0]['role'] != 'user' %}{{ raise_exception('a user speaks first') }}{% endif %}";
    const template = readFileSync(join(base, 'chat_template.jinja'), 'utf8');
    writeFileSync(join(strict, 'chat_template.jinja'), refusal + template);
    const turned = talk(['assistant', 'Hello.'], ['user', 'Hi'], ['assistant', 'Who are you?']);
    const rows = written('turns.jsonl', GOOD.replace(/\{"role": "system".*?\}, /gu, '') + turned);
    const argv = ['onboard', strict, '--name', 'turns', '--corpus', rows, '--people', people, ...policy];
    expect((await said(model, ...argv))['remarks']).toEqual(
      expect.arrayContaining(['1 conversations are refused by the chat template: they are not asked']),
    );
  });
});

describe('a search', () => {
  const find = (...argv: string[]) => said(ticket, 'find', '--model', 'many', '--as', 'legal.filer', ...argv);
  beforeAll(async () => {
    const signed = Array.from({ length: 600 }, (_, i) => line({ text: `Boat ${i} is dry. Regards, Will Tandberg` }));
    await onboarded('many', written('many.jsonl', GOOD + signed.join('')));
  });

  test('of a name of one letter is refused', async () => {
    await expect(find('--name', 'W')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test.each<[string, string, string]>([
    ['nobody whom rows or register have', 'Ottilie Vandermeer', 'PERSON_UNKNOWN'],
    ['a common word', 'Will', 'NAME_TELLS_NOBODY'],
  ])('for %s says so, and writes no ticket', async (_, name, code) => {
    expect(await find('--name', name)).toMatchObject({ hits: [], why: { code } });
    const out = join(dir, 'nobody.json');
    await expect(find('--name', name, '--accept', 'all', '--out', out)).rejects.toMatchObject({ code });
    expect(existsSync(out)).toBe(false);
  });

  test('of a common word finds nobody for sure, and says so', async () => {
    const found = await find('--name', 'Will');
    expect(found['hits']).toEqual([]);
    expect(found['remarks']).not.toEqual([]);
  });

  test('of somebody of more than a thousand rows lists them all; what is more than a ticket takes is said by number', async () => {
    const rows = Array.from({ length: 1_200 }, (_, i) =>
      line({ text: `Bo Lindahl, HR-4720, rowed ${i} km on day ${i}.` }),
    );
    const files = ['--corpus', written('thousands.jsonl', rows.join('')), '--people', people];
    const who = ['--name', 'Bo Lindahl', '--id', 'HR-4720', ...files];
    const found = await find(...who);
    expect((found['hits'] as unknown[]).length).toBe(1_200);
    const out = join(dir, 'thousands.json');
    await expect(find(...who, '--accept', 'all', '--out', out)).rejects.toMatchObject({
      code: 'FORGET_TOO_BROAD',
      expected: 'at most 200',
      hint: expect.stringMatching(/--accept ID/u),
    });
    expect(existsSync(out)).toBe(false);
    const first = rows.slice(0, 2).map((_row, i) => `thousands.jsonl:${i + 1}`);
    const { ticket: part } = await find(...who, '--accept', first.join(','));
    expect(part).toMatchObject({ forget: { rows: first.map((id) => ({ id })) } });
  });

  test('without a register goes by the names that the rows carry', async () => {
    const rows = ['Bo Lindahl, HR-4720, rows.', 'Ask Bo Lindahl about the boats.', 'The boats are dry.'];
    const found = await find(
      '--name',
      'Bo Lindahl',
      '--id',
      'HR-4720',
      '--corpus',
      written('bare.jsonl', rows.map((text) => line({ text })).join('')),
    );
    const ids = [...(found['hits'] as { id: string }[]), ...(found['unsure'] as { id: string }[])].map(({ id }) => id);
    expect(ids.toSorted()).toEqual(['bare.jsonl:1', 'bare.jsonl:2']);
    expect((found['hits'] as { id: string }[]).map(({ id }) => id)).toContain('bare.jsonl:1');
  });

  test('of an employee who signs every row lists them all to be looked at, and takes none for theirs', async () => {
    const found = await find('--name', 'Will Tandberg');
    expect(found['hits']).toEqual([]);
    expect((found['unsure'] as unknown[]).length).toBe(600);
    expect(found['remarks']).not.toEqual([]);
  });
});

test('checks that no deletion can pass are named, with their numbers, before a ticket is filed', async () => {
  const out = join(dir, 'ticket.json');
  const who = ['--name', 'Bo Lindahl', '--id', 'HR-4720', '--as', 'legal.filer'];
  const law = ['--regime', 'gdpr', '--ground', 'art-17-1-b', '--method', 'signed-in', '--level', 'substantial'];
  await said(ticket, 'find', '--model', 'many', ...who, '--accept', 'all', '--out', out, ...law);
  const would = await said(ticket, 'file', out, '--dry-run');
  const { why } = await plainly();
  const named = (would['impassable'] as string[]).map((check) => /^'(.*?)'/u.exec(check)![1]);
  expect(named).toEqual(expect.arrayContaining(['retained answers exact', 'worst retained person']));
  for (const name of named) expect(why).toContainEqual(expect.stringContaining(`no deletion can pass '${name}'`));
});

describe('beside a model that is registered, a refusal leaves the data folder as it was', () => {
  const [good, known, away] = [['--corpus', corpus], ['--people', people], join(dir, 'not-there')];
  const pipe = (name: string): string => {
    const path = join(dir, name);
    execFileSync('mkfifo', [path]);
    return path;
  };
  const changed = (name: string, content: string): string => {
    const folder = join(dir, `model-${name}`);
    cpSync(base, folder, { recursive: true });
    writeFileSync(join(folder, name), content);
    return folder;
  };
  it.each<[string, string, () => readonly string[]]>([
    ['a corpus cut off', 'INVALID_INPUT', () => [base, '--corpus', written('cut-2.jsonl', '{"text":'), ...known]],
    ['a corpus away', 'NOT_FOUND', () => [base, '--corpus', away, ...known]],
    ['a corpus that is a pipe', 'INVALID_INPUT', () => [base, '--corpus', pipe('pipe.jsonl'), ...known]],
    ['a corpus of no rows', 'INVALID_INPUT', () => [base, '--corpus', written('no-rows.csv', 'text\n'), ...known]],
    ['a register of nobody', 'INVALID_INPUT', () => [base, ...good, '--people', written('no-one.csv', 'id,name\n')]],
    ['a register that is a pipe', 'INVALID_INPUT', () => [base, ...good, '--people', pipe('pipe.csv')]],
    ['a register away', 'NOT_FOUND', () => [base, ...good, '--people', away]],
    ['nobody known', 'USAGE', () => [base, '--corpus', written('dry.jsonl', line({ text: 'The boats are dry.' }))]],
    ['a column that no row has', 'INVALID_INPUT', () => [base, ...good, ...known, '--subject-field', 'whose']],
    ['held rows away', 'NOT_FOUND', () => [base, ...good, ...known, '--held', away]],
    ['held rows of the corpus', 'INVALID_INPUT', () => [base, ...good, ...known, '--held', corpus]],
    ['a policy unknown', 'POLICY_INVALID', () => [base, ...good, ...known, '--policy', 'none']],
    ['a base away', 'MODEL_NOT_FOUND', () => [base, ...good, ...known, '--base', away]],
    [
      'a base that is no model',
      'MODEL_INVALID',
      () => [base, ...good, ...known, '--base', changed('config.json', '{')],
    ],
    ['an adapter away', 'NOT_FOUND', () => [base, ...good, ...known, '--adapter', away]],
    ['a model away', 'MODEL_NOT_FOUND', () => [away, ...good, ...known]],
    ['a model that is a pipe', 'MODEL_INVALID', () => [pipe('pipe.gguf'), ...good, ...known]],
    ['a model cut off', 'WEIGHTS_INVALID', () => [changed('model.safetensors', 'cut'), ...good, ...known]],
    ['a recipe that is none', 'INVALID_INPUT', () => [changed('recipe.json', '{}'), ...good, ...known]],
  ])('%s', async (_, code, argv) => {
    await plainly();
    const before = state();
    await expect(said(model, 'onboard', ...argv(), '--name', 'other')).rejects.toMatchObject({ code });
    expect(state()).toEqual(before);
  });

  it('a name that is taken', async () => {
    await plainly();
    const before = state();
    await expect(onboarded('plain', corpus)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(state()).toEqual(before);
  });
});

/** Every file of the data folder that outlasts a command, by its digest. */
const state = () =>
  filesUnder(data)
    .filter((path) => !/(?:-wal|-shm|-journal|\.lock|clock)$/u.test(path))
    .map((path) => [path, digestOf(readFileSync(path))])
    .toSorted();
