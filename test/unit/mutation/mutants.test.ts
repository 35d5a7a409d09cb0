// What is sown, and that what is sown can be read: a mutant that breaks its file is found by every test and says
// nothing.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { sown } from '#test/mutation/mutants.ts';
import { EQUIVALENT } from '#test/mutation/equivalents.ts';
import { TARGETS } from '#test/mutation/targets.ts';

const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const sowed = (source: string) => sown(source).mutants.map(({ was, becomes }) => [was, becomes]);

describe('a mutant', () => {
  it.each<[string, string, [was: string, becomes: string][]]>([
    [
      'of a conjunction is the other operator, and each operand away',
      'f(a && b && c);',
      [
        ['f(a && b && c);', ''],
        ['a && b && c', '(a) || (b) || (c)'],
        ['a && b && c', '(b) && (c)'],
        ['a && b && c', '(a) && (c)'],
        ['a && b && c', '(a) && (b)'],
      ],
    ],
    [
      'of a comparison is its neighbour and its contrary',
      'const x = a <= 1;',
      [
        ['a <= 1', '(a) < (1)'],
        ['a <= 1', '(a) > (1)'],
        ['1', '1 + 1'],
      ],
    ],
    [
      'of a condition is that it always or never holds',
      'const x = a ? b : c;',
      [
        ['a', 'true'],
        ['a', 'false'],
      ],
    ],
    ['of a throw is that it is away', 'throw error;', [['throw error;', '']]],
    [
      'of a pattern is an end that is open',
      'const x = /^a$/;',
      [...[['/^a$/', '/a$/'] as [string, string], ['/^a$/', '/^a/'] as [string, string]]],
    ],
    ['of a method is its counterpart', 'const x = a.some(f);', [['a.some(f)', 'a.every(f)']]],
    ['of a method that every object has is none', 'const x = a.toString();', []],
    [
      'is not made of words for people, types or imports',
      "import a from 'b'; type T = 'c'; fail('no such thing');",
      [["fail('no such thing');", '']],
    ],
  ])('%s', (_name, source, mutants) => expect(sowed(source)).toEqual(mutants));

  it('has an id of its own beside those of another file', () => {
    const [{ text, mutants }, plain] = [sown('f(a ? b : c);', 100), sown('f(a ? b : c);')];
    expect(mutants.map(({ id }) => id - 100)).toEqual(plain.mutants.map(({ id }) => id));
    expect([...text.matchAll(/__mutant\((\d+)\)/g)].map(([, id]) => Number(id)).sort()).toEqual([100, 101, 102]);
  });

  it('that sleeps changes nothing, and one that is woken is the only one', () => {
    const { text, mutants } = sown('export const f = (a, b) => a > 1 && b;');
    const code = text
      .replace('export const', 'const')
      .replace(/const __field = [^;]+;/, 'const __field = { woken: __woken, met: new Set() };');
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const made = new Function('__woken', `${code} return f;`) as (woken: number) => (a: number, b: boolean) => boolean;
    const asleep = mutants.length;
    expect([made(asleep)(2, true), made(asleep)(1, true), made(asleep)(2, false)]).toEqual([true, false, false]);
    const woken = (becomes: string) => made(mutants.find((one) => one.becomes === becomes)!.id);
    expect([woken('(a) >= (1)')(1, true), woken('(b)')(0, true), woken('(a > 1)')(2, false)]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

it('are sown into what jest runs anyway: its own projects, read through our transform', async () => {
  const projectsOf = async (path: string) =>
    ((await import(path)) as { default: { projects: { displayName: string; transform: object }[] } }).default.projects;
  const [own, sowing] = [
    await projectsOf('../../../jest.config.js'),
    await projectsOf('#test/mutation/jest.config.js'),
  ];
  expect(sowing.map(({ displayName }) => displayName)).toEqual(own.map(({ displayName }) => displayName));
  for (const { transform } of sowing) expect(JSON.stringify(transform)).toContain('test/mutation/transform.ts');
});

describe.each(TARGETS)('$file', ({ file }) => {
  const source = read(file);
  const { text, mutants } = sown(source);

  it('with its mutants is a program', () => {
    const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
    expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
    expect(mutants).not.toEqual([]);
  });

  it('has the lines of which no test can tell the mutant', () => {
    const lines = source.split('\n').map((line) => line.trim());
    const stale = (EQUIVALENT[file] ?? []).filter(
      ({ line, was, becomes }) =>
        !mutants.some((one) => lines[one.line - 1] === line && one.was === was && one.becomes === becomes),
    );
    expect(stale).toEqual([]);
  });
});
