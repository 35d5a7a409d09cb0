// Every command and every option of it, with values that nobody means: refused before the command begins, with a stable
// code and in words that name the option. And what each kind of value refuses.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execute, parse, type Command } from '#cli/command.ts';
import { commands } from '#cli/commands.ts';
import type { Kind } from '#cli/kind.ts';
import * as kinds from '#cli/kinds.ts';
import { isQuittanceError, type QuittanceError } from '#core/errors.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
const at = (name: string) => join(dir, name);
beforeAll(() => {
  mkdirSync(at('folder'), { recursive: true });
  writeFileSync(at('file'), Uint8Array.of(0, 255, 10, 0));
});
afterAll(remove);

/** A command that does nothing, with the kinds of another's options; which verb reads them: unread.test.ts. */
const idle = ({ name, summary, usage, example, options }: Command): Command => ({
  ...{ name, summary, usage, example },
  options: Object.fromEntries(
    Object.entries(options).map(([option, { kind, summary: says, is }]) => [
      option,
      { kind, summary: says, ...(is && { is }) },
    ]),
  ),
  run: async () => 0,
});
const refusal = async (command: Command, option: string, value: string): Promise<QuittanceError | undefined> => {
  try {
    await execute(idle(command), parse(command, [`--${option}=${value}`], {}));
    return undefined;
  } catch (error) {
    if (isQuittanceError(error)) return error;
    throw error;
  }
};

const all = (await Promise.all(commands.map(({ load }) => load()))).flatMap((command) =>
  Object.entries(command.options)
    .filter(([, { kind }]) => kind !== 'flag')
    .map(([name, option]) => [command.name, name, command, option] as const),
);

/** Options that may be nothing. */
const MAY_BE_EMPTY = ['generate --prompt', 'generate --chat', 'generate --system', 'bench --shapes'];

describe.each(all)('%s --%s', (name, option, command, { value = '', is }) => {
  it('is not nothing', async () => {
    const refused = await refusal(command, option, '');
    if (MAY_BE_EMPTY.includes(`${name} --${option}`)) expect(refused).toBeUndefined();
    else {
      expect(refused?.code).toBe('USAGE');
      expect(refused?.message).toContain(`--${option}`);
    }
  });

  it('has a kind where its value has a form', () => {
    expect([value, is !== undefined || FREE.includes(value)]).toEqual([value, true]);
  });
});

/** What is written for values that may be any text, or whose reader says what is wrong with them. */
const FREE = [
  ...['N', 'M', 'P', 'F', 'G', 'X', 'NAME', 'NAMES', 'PREFIX', 'ADDRESS', 'URL', 'TEXT', 'JSON', 'k=v', 'A,B'],
  ...['NAME|FILE', 'NAME=ROLE', 'all|IDS', 'smollm2|DIR', 'METHOD'],
];

it.each(['ticket', 'verify', 'attack', 'model'])('%s: a word that is empty is refused', async (name) => {
  const command = await commands.find((one) => one.name === name)!.load();
  await expect(execute(idle(command), parse(command, ['', '--json'], {}))).rejects.toMatchObject({ code: 'USAGE' });
});

describe('a number', () => {
  it.each(
    all
      .filter(([, , , { value }]) => value === 'N')
      .filter(([, , , { is }]) => is !== undefined && is !== kinds.modelName),
  )('%s --%s is one, within its bounds', async (_name, option, command) => {
    for (const wrong of ['NaN', 'many', '-1', '1e400', '9007199254740993', '0x', ' '])
      expect([wrong, (await refusal(command, option, wrong))?.code]).toEqual([wrong, 'USAGE']);
  });
});

const refuses = (kind: Kind, value: string, code: string) =>
  expect(() => kind(value, '--it')).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining('--it') }),
  );

describe('a kind', () => {
  it('file: no folder, and one that is there', () => {
    expect(() => kinds.file(at('file'), '--it')).not.toThrow();
    refuses(kinds.file, at('folder'), 'INVALID_INPUT');
    refuses(kinds.file, at('none'), 'NOT_FOUND');
  });

  it('folder and model folder: no file, and one that is there', () => {
    expect(() => kinds.folder(at('folder'), '--it')).not.toThrow();
    refuses(kinds.folder, at('file'), 'INVALID_INPUT');
    refuses(kinds.folder, at('none'), 'NOT_FOUND');
    refuses(kinds.modelFolder, at('none'), 'MODEL_NOT_FOUND');
  });

  it('output: a file in a folder that is there', () => {
    expect(() => kinds.output(at('new'), '--it')).not.toThrow();
    refuses(kinds.newFile, at('file'), 'USAGE');
    refuses(kinds.newFolder, at('folder'), 'USAGE');
    expect(() => kinds.output(at('folder'), '--it')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    expect(() => kinds.output(at('none/new'), '--it')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it.each<[string, Kind, string]>([
    ['a day', kinds.day, '2027-02-30'],
    ['a time', kinds.instant, 'yesterday'],
    ['a person', kinds.person, 'Privacy Officer'],
    ['a person', kinds.person, 'system'],
    ['a person', kinds.person, 'drp-good_agent'],
    ['a code', kinds.code, 'some words'],
    ['a digest', kinds.digest, 'sha256:0'],
    ['one of a list', kinds.oneOf(['none', 'int8']), 'int4'],
    ['a quantity', kinds.quantity(0, 1), '1.01'],
  ])('%s refuses %#: what came is shown', (_what, kind, value) => {
    expect(() => kind(value, '--it')).toThrow(expect.objectContaining({ code: 'USAGE', got: `'${value}'` }));
  });
});
