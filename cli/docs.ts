// Makes docs/cli.md, errors.md, methods.md and metrics.md from their registries; with --check says whether the files are as they would be made.
// Run by `npm run docs` and `npm run docs:check`. Trap: what is not in a registry is not in these files; write prose elsewhere.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { metrics } from '#evaluation/metrics.ts';
import { methods } from '#unlearning/methods.ts';
import { ERROR_CODES } from '#core/errors.ts';
import { helpOf } from './command.ts';
import { commands } from './commands.ts';

const made = (title: string, body: string): string =>
  `# ${title}\n\nMade by \`npm run docs\` from the registries; edit those.\n\n${body}\n`;

const cli = async (): Promise<string> => {
  const all = await Promise.all(commands.map(({ load }) => load()));
  const sections = all.map((command) => `## quittance ${command.name}\n\n\`\`\`\n${helpOf(command)}\n\`\`\``);
  return made(
    'Commands',
    [
      'Exit codes: 0 ok, 1 invalid, 2 incomplete, 3 usage. Results go to stdout, everything else to stderr.',
      ...sections,
    ].join('\n\n'),
  );
};

const errors = (): string => {
  const rows = Object.entries(ERROR_CODES).map(([code, text]) => `| \`${code}\` | ${text} |`);
  return made(
    'Error codes',
    [
      'Step Functions, HTTP problem types and exit codes key on these.',
      '',
      '| code | means |',
      '|---|---|',
      ...rows,
    ].join('\n'),
  );
};

const methodSection = ({ name, summary, paper, needs, config }: (typeof methods)[number]): string =>
  [
    `## ${name}`,
    summary,
    `Source: ${paper}. Reads beside the forget data: ${needs.length > 0 ? needs.join(', ') : 'nothing'}.`,
    '```json',
    JSON.stringify(config.parse({}), null, 2),
    '```',
  ].join('\n\n');

const metricRows = (): string =>
  [
    '| metric | what | direction | range | needs | source |\n|---|---|---|---|---|---|',
    ...metrics.map(
      ({ name, summary, direction, range, needs, source }) =>
        `| ${name} | ${summary} | ${direction} | ${range[0]} to ${range[1]} | ${needs.join(', ')} | ${source} |`,
    ),
  ].join('\n');

/** Generated pages by file name under docs/. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'cli.md': cli,
  'errors.md': errors,
  'methods.md': () => made('Unlearning methods', methods.map(methodSection).join('\n\n')),
  'metrics.md': () => made('Metrics', metricRows()),
};

/** Says what is not as it would be made, or makes it. */
const run = async (check: boolean): Promise<string[]> => {
  const wrong: string[] = [];
  for (const [name, make] of Object.entries(PAGES)) {
    const path = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
    const text = await make();
    if (!check) writeFileSync(path, text);
    else if (!existsSync(path) || readFileSync(path, 'utf8') !== text)
      wrong.push(`docs/${name} is not what the registries say: run npm run docs`);
  }
  return [...wrong, ...brokenLinks()];
};

/** Links in hand-written pages must lead to files. */
const brokenLinks = (): string[] => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  return Array.from(readme.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, target = '']) => target)
    .filter((target) => !existsSync(fileURLToPath(new URL(`../${target}`, import.meta.url))))
    .map((target) => `README.md links to ${target}, which does not exist`);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wrong = await run(process.argv.includes('--check'));
  for (const line of wrong) process.stderr.write(`${line}\n`);
  if (wrong.length > 0) process.exitCode = 1;
}
