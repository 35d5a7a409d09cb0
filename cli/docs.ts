// Writes the pages that are generated from registries (PAGES) and the marked block of the README; with --check reports
// those that are out of date. Run by `npm run docs` and `npm run docs:check`; links and commands of all other pages are
// checked by test/unit/cli/docs.test.ts. Trap: generated pages are overwritten, so prose belongs elsewhere.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { methods } from '#unlearning/methods.ts';
import { ERROR_CODES } from '#core/errors.ts';
import { supportedFamilies } from '#engine/families/index.ts';
import { EXAM_DEFAULTS } from '#evaluation/exam.ts';
import { printedName, QUANTITIES } from '#core/quantities.ts';
import { UNITS } from '#core/quantity.ts';
import { helpOf } from './command.ts';
import { commands } from './commands.ts';
import { apiPage } from './docs-api.ts';
import { policiesPage } from './docs-policies.ts';
import { regimesPage } from './docs-regimes.ts';
import { suitePage } from './docs-suite.ts';

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
name before, and \`--metric\` takes either. What every evaluation computes stands in the report, before and after; what it could not measure stands there with the reason. Re-learning attacks
(\`relearnt2x10\` and the three like it) train the model again for every person, so the evaluation of a ticket makes those that a check of its policy reads; \`quittance attack\` makes all. A policy may bound the
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
    '',
    ADAPTERS,
  ].join('\n');

/** What adapter_config.json may say (engine/formats/peft.ts). */
const ADAPTERS = `## Adapters

Adapters of PEFT are read where \`peft_type\` is LORA, each kind held against PEFT's own logits (test/golden/adapters); other methods are refused by name, and so is any field that is not here.

| adapter_config.json | what holds |
|---|---|
| \`r\`, \`lora_alpha\`, \`lora_dropout\`, \`use_rslora\` | read; \`rank_pattern\` and \`alpha_pattern\` by regular expressions, the first that fits |
| \`target_modules\`, \`exclude_modules\` | names, a regular expression, \`all-linear\`; matrices of the blocks, embedding (\`lora_embedding_A\`), positions and head |
| \`layers_to_transform\`, \`layers_pattern\` | as PEFT counts layers: of targets named by their ends |
| \`modules_to_save\` | embedding, head, norms, any module: takes the place of the base's |
| \`use_dora\` | computed and merged; its factors are not trained here: \`update.trainable=lora\` is refused, a run on MLP matrices leaves weights |
| \`init_lora_weights\` | values that leave the base as it is; PiSSA, OLoRA, CorDA, LoftQ and LoRA-GA change it and are refused: let PEFT convert them |

Where head and embedding are one matrix (\`tie_word_embeddings\`) and an adapter changes one of them, they are two from then on, as they are where PEFT computes with the adapter; merged weights say
\`tie_word_embeddings: false\`. PEFT's \`merge_and_unload\` adds an embedding's or a head's factors to both, which is another model, and is not followed. Regular expressions are matched for two seconds
at most, in the part of Python's dialect that means the same in JavaScript.`;

/** Generated pages by file name under docs/. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'cli.md': cli,
  'api.md': () => made('The HTTP API', apiPage()),
  'errors.md': errors,
  'methods.md': () => made('Unlearning methods', methods.map(methodSection).join('\n\n')),
  'policies.md': () => made('Gate policies', policiesPage()),
  'metrics.md': () => made('Metrics', metricRows()),
  'regimes.md': () => made('Legal regimes', regimesPage()),
  'suite.md': () => made('Evaluation suites', suitePage()),
  'models.md': () => made('Models', families()),
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

const [FROM, TO] = ['<!-- families: made by npm run docs -->', '<!-- /families -->'];

/** The README with its list of families as the registry has it. */
export const readmePage = (readme: string): string => {
  const list = supportedFamilies().map(({ modelType, title }) => `- \`${modelType}\`: ${title}`);
  const [before = '', , after] = readme.split(new RegExp(`(${FROM}[^]*${TO})`));
  if (after === undefined) throw new Error(`README.md has no block between ${FROM} and ${TO}`);
  return [before, FROM, '\n', list.join('\n'), '\n', TO, after].join('');
};

/** Writes what is generated; with `check` returns a line for each page that is out of date. */
const run = async (check: boolean): Promise<string[]> => {
  const made = [['README.md', readmePage(read('README.md'))]];
  for (const [name, make] of Object.entries(PAGES)) made.push([`docs/${name}`, await make()]);
  const wrong: string[] = [];
  for (const [page = '', text = ''] of made) {
    if (!check) writeFileSync(join(ROOT, page), text);
    else if (!existsSync(join(ROOT, page)) || read(page) !== text)
      wrong.push(`${page} is not what the registries say: run npm run docs`);
  }
  return wrong;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wrong = await run(process.argv.includes('--check'));
  for (const line of wrong) process.stderr.write(`${line}\n`);
  if (wrong.length > 0) process.exitCode = 1;
}
