// Makes docs/cli.md, errors.md, methods.md, metrics.md and models.md from their registries; with --check says whether
// the files are as they would be made. Run by `npm run docs` and `npm run docs:check`. Trap: what is not in a registry
// is not in these files; write prose elsewhere.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { methods } from '#unlearning/methods.ts';
import { ERROR_CODES } from '#core/errors.ts';
import { supportedFamilies } from '#engine/families/index.ts';
import { EXAM_DEFAULTS } from '#evaluation/exam.ts';
import { printedName, QUANTITIES } from '#core/quantities.ts';
import { UNITS } from '#core/quantity.ts';
import { helpOf } from './command.ts';
import { commands } from './commands.ts';
import { policiesPage } from './docs-policies.ts';

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

const METRICS_HEAD = `A quantity has a key, under which the tables, the report and a policy name it; \`quittance evaluate\` prints it under its name, which is the key where it had no other
name before, and \`--metric\` takes either. What every evaluation computes stands in the report, before and after; what it could not measure stands there with the reason. A policy may bound the
gated ones, each by a statistic that fits: \`value\` any, \`share\` and \`shareAtMostReference\` shares, \`auc\` and \`ks\` those with bins, \`meanWithinPeople\` and \`worstPerson\` those kept person by person.
The groups: forget (the ticket's records), controls (never-trained people), retained (people who stay), facts (about nobody; authors and world are their two kinds), unknown (people the model was
taught to refuse), general (held-out questions of a chat model).`;

const metricRows = (): string =>
  [
    METRICS_HEAD,
    '',
    '| key | name | what | how | unit | better | needs | gated | source |',
    '|---|---|---|---|---|---|---|---|---|',
    ...QUANTITIES.map((one) => {
      const { key, label, how, unit, direction, needs, gateable, binned, byPerson, leastRecords, source } = one;
      const from = gateable && leastRecords > 1 ? [`from ${leastRecords} records`] : [];
      const kept = [gateable ? 'yes' : 'no', ...from, ...(binned ? ['bins'] : []), ...(byPerson ? ['by person'] : [])];
      const method = typeof how === 'string' ? how : how(EXAM_DEFAULTS);
      const range = `${unit} (${UNITS[unit].join(' to ')})`;
      const cells = [
        key,
        printedName(one),
        label,
        method,
        range,
        direction,
        needs.join(', '),
        kept.join(', '),
        source ?? '',
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ].join('\n');

const families = (): string =>
  [
    'The architectures that the engine computes, by `model_type` of config.json, each held against transformers on weights made for the purpose (test/golden/models). Whatever',
    'changes the computation and is not known is refused by name at import. GGUF files of `llama` and `qwen2` are unpacked; LoRA adapters of PEFT are kept beside their base, or merged.',
    '',
    '| model_type | models |',
    '|---|---|',
    ...supportedFamilies().map(({ modelType, title }) => `| \`${modelType}\` | ${title} |`),
  ].join('\n');

/** Generated pages by file name under docs/. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'cli.md': cli,
  'errors.md': errors,
  'methods.md': () => made('Unlearning methods', methods.map(methodSection).join('\n\n')),
  'policies.md': () => made('Gate policies', policiesPage()),
  'metrics.md': () => made('Metrics', metricRows()),
  'models.md': () => made('Models', families()),
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
