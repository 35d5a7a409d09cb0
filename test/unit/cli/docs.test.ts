// The documents against the program: generated pages are what the registries say now, every method, metric and error
// code is on its page, and every command that a page says its numbers come from exists, with the options that it names.
// Links and drawings of a page lead somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { methods } from '#unlearning/methods.ts';
import { ERROR_CODES } from '#core/errors.ts';
import { printedName, QUANTITIES } from '#core/quantities.ts';
import { parse } from '#cli/command.ts';
import { readPolicy, SHIPPED_POLICIES } from '#entry/policies.ts';
import { commands } from '#cli/commands.ts';
import { OUTCOME } from '#cli/demo/screen.ts';
import { CERTIFIED_CHECKS } from '#core/verify.ts';
import { PAGES, readmePage } from '#cli/docs.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const markdown = (dir: string) =>
  readdirSync(join(root, dir))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(dir, name));
const RESULTS = markdown('docs/results');
const WRITTEN = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...markdown('docs').filter((path) => !(path.slice('docs/'.length) in PAGES)),
  ...markdown('docs/decisions'),
  ...RESULTS,
];
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

/** Commands in code spans and code blocks: `quittance …`, `npx quittance …`, `npm run …`. */
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/`((?:npx )?quittance [^`\n]+|npm run [^`\n]+)`/g)].map(([, line]) => line!.trim());

/** What README.md prints of a demo: the answers, the gate, and the lines after them. */
const printedDemo = (): string[][] => {
  const [, block = ''] = /## What the demo shows[^]*?```\n([^]*?)```/.exec(read('README.md')) ?? [];
  return block.split('\n\n').map((part) => part.trimEnd().split('\n'));
};

describe('the demo that the README prints', () => {
  const [answers, [, ...gate] = [], outcome = []] = printedDemo();

  it('was judged by every check of its policy of today, and passed', () => {
    const checks = gate.filter((line) => / pass$/.test(line)).map((line) => line.slice(0, 44).trimEnd());
    const names = readPolicy('gate-v3').checks.map(({ name }) => (name.length > 44 ? `${name.slice(0, 43)}…` : name));
    expect(checks).toEqual(names);
    expect(answers?.[0]).toMatch(/^ +question +before +after$/);
  });

  it('ends as the command does today, without the line of times', () => {
    const titles = OUTCOME.filter((title) => title !== 'time');
    expect(outcome.map((line) => line.slice(0, 14).trimEnd())).toEqual(titles);
  });

  it('was verified by every check of today', () => {
    const verified = outcome.find((line) => line.startsWith('verified')) ?? '';
    const [, holds, fails, open, names = ''] =
      /(\d+) hold, (\d+) fail, (\d+) not checked \((.+)\)/.exec(verified) ?? [];
    expect([Number(holds) + Number(open), Number(fails)]).toEqual([CERTIFIED_CHECKS.length, 0]);
    for (const name of names.split(', ')) expect(CERTIFIED_CHECKS).toContain(name);
  });
});

describe('the README', () => {
  it('lists the families of models that the registry has', () => {
    expect(read('README.md')).toBe(readmePage(read('README.md')));
    const shorter = read('README.md').replace(/^- `opt`.*\n/m, '');
    expect(readmePage(shorter)).toBe(read('README.md'));
  });
});

describe.each(Object.entries(PAGES))('docs/%s', (name, make) => {
  it('is what the registries say now (npm run docs makes it)', async () => {
    expect(read(`docs/${name}`)).toBe(await make());
  });
});

it('every method, metric and error code is documented', () => {
  for (const { name } of methods) expect(read('docs/methods.md')).toContain(`## ${name}\n`);
  for (const one of QUANTITIES) expect(read('docs/metrics.md')).toContain(`| ${one.key} | ${printedName(one)} |`);
  for (const code of Object.keys(ERROR_CODES)) expect(read('docs/errors.md')).toContain(`\`${code}\``);
});

it('every setting that a shipped ladder gives says what it was measured to do', () => {
  const page = read('docs/policies.md');
  const given = Object.keys(SHIPPED_POLICIES)
    .flatMap((name) => readPolicy(name).ladder)
    .flatMap(({ config }) => Object.entries(config))
    .flatMap(([part, settings]) => Object.keys(settings as object).map((setting) => `${part}.${setting}`));
  for (const setting of new Set(given)) expect(page).toContain(`| ${setting} |`);
});

describe.each(RESULTS)('%s', (path) => {
  it('says which commands made its numbers', () => {
    expect(commandsIn(read(path)).filter((line) => line.includes('quittance'))).not.toEqual([]);
  });
});

describe.each(WRITTEN)('%s', (path) => {
  it('names commands that exist, with options that they have', async () => {
    expect(path).toBeTruthy();
    for (const line of commandsIn(read(path))) {
      // what is in brackets may be left out, and is read all the same
      const [, name, ...argv] = line.replace(/^npx /, '').replace(/[[\]]/g, '').split(/\s+/);
      if (line.startsWith('npm run')) expect(scripts).toHaveProperty([argv[0]!]);
      else if (!name!.startsWith('-')) {
        const entry = commands.find((command) => command.name === name);
        expect([line, entry?.name]).toEqual([line, name]);
        const command = await entry!.load();
        expect(() => parse(command, argv, {})).not.toThrow();
      }
    }
  });

  it('links to files that are there', () => {
    expect(path).toBeTruthy();
    for (const [, target] of read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
      expect([target, existsSync(join(root, dirname(path), target!))]).toEqual([target, true]);
  });
});
