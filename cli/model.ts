// `quittance model`: the registry, in the data folder or in an installation on AWS. Import checks a folder whole before
// anything is registered; export writes a folder that transformers loads.
import { plural } from '#core/plural.ts';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readSuite } from '#datasets/suite.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { folderKind } from '#engine/formats/folder-kind.ts';
import { parameterCount } from '#engine/model.ts';
import { readMoments, MOMENTS_FILE } from '#engine/corpus-moments.ts';
import { forgottenBy } from '#core/forgotten.ts';
import type { ModelRecord } from '#core/model.ts';
import { modelLineage } from '#core/model-lineage.ts';
import { Loss } from '#core/recipe.ts';
import { searchesIn } from '#core/corpus-index/searches.ts';
import { isQuittanceError, must, QuittanceError, usageError } from '#core/errors.ts';
import type { Arguments, Command, ExitCode } from './command.ts';
import { day, file, fileOrFolder, folder, modelName, oneOf, suiteFile, whole } from './kinds.ts';
import { backend } from './engine.ts';
import { importMade } from '#models/import-made.ts';
import { mergeAdapter } from '#models/merge-adapter.ts';
import { selfCheck, type SelfCheck } from '#models/self-check.ts';
import { register, writeModelFolder } from '#models/register.ts';
import { INSTALLATION, registryOf } from './registry.ts';
import { readBytes, required } from './values.ts';

/** The largest suite that is read. */
const SUITE_LIMIT_BYTES = 2 ** 28;

export const model: Command = {
  name: 'model',
  summary: 'model registry',
  usage:
    'import DIR|FILE.gguf --name N [--adapter DIR [--merge]] [--suite FILE] [--date DAY] | onboard DIR --name N --corpus FILE… [--held FILE…] [--people CSV] [--subject-field F] [--base DIR] [--adapter DIR] [--loss assistant|all] [--policy P] | list | show N | searches N | export N DIR [--merge], each [--installation PREFIX]',
  words: (verb) => ({ list: 1, export: 3 })[verb] ?? 2,
  options: {
    ...INSTALLATION,
    name: { kind: 'value', value: 'N', summary: 'name to register under', is: modelName },
    adapter: {
      kind: 'value',
      value: 'DIR',
      summary: "import, onboard: a LoRA in PEFT's format, kept beside the model",
      is: folder,
    },
    merge: { kind: 'flag', summary: 'import, export: the adapter merged into plain weights, in float32' },
    date: {
      kind: 'value',
      value: 'DAY',
      summary: 'import: written into a chat template that says the date, which can then be taught and judged',
      is: day,
    },
    corpus: {
      kind: 'many',
      value: 'FILE',
      summary: 'onboard: files and folders that the model was trained on',
      is: fileOrFolder,
    },
    held: {
      kind: 'many',
      value: 'FILE',
      summary: 'onboard: rows that it was never trained on: people to compare with, and other wordings',
      is: fileOrFolder,
    },
    people: {
      kind: 'value',
      value: 'CSV',
      summary: 'onboard: who is in the corpus: an id, a name and more a line (default: names that rows carry)',
      is: file,
    },
    'subject-field': { kind: 'value', value: 'F', summary: 'onboard: the column of a row that names its person' },
    loss: {
      kind: 'value',
      value: 'L',
      summary: 'onboard: what it was trained to say: assistant (answers, default) or all (what is asked, too)',
      is: oneOf(Loss.options),
    },
    policy: { kind: 'value', value: 'P', summary: 'onboard: the policy that deletions are judged by' },
    base: {
      kind: 'value',
      value: 'DIR',
      summary:
        'onboard: the model before it was fine-tuned: what it says too these rows did not teach; for training anew',
      is: folder,
    },
    seed: { kind: 'value', value: 'N', summary: 'onboard: seed of the invented people (default 1)', is: whole(0) },
    suite: {
      kind: 'value',
      value: 'FILE',
      summary: 'what it was trained on and is tested against; without it no ticket can be filed for the model',
      is: suiteFile,
    },
  },
  verbs: {
    import: ['installation', 'name', 'adapter', 'merge', 'suite', 'date'],
    onboard: [
      ...['installation', 'name', 'adapter', 'corpus', 'held', 'people', 'subject-field', 'loss', 'policy'],
      ...['base', 'seed'],
    ],
    ...{ list: ['installation'], show: ['installation'], searches: ['installation'] },
    export: ['installation', 'merge'],
  },
  example: 'quittance model import ./my-model --name support-bot',
  async run(args) {
    const [verb = '', ...rest] = args.positionals;
    return must(VERBS[verb], 'a verb')(args, rest);
  },
};

const describe = (record: ModelRecord): string =>
  `${record.name}  ${record.digest}  ${record.status}  deletions: ${record.deletions}  re-certification: ${record.recertification.state}`;

const importFrom = async (args: Arguments, [source]: string[]): Promise<ExitCode> => {
  if (!source) throw usageError('model import DIR|FILE.gguf --name N: the model is missing');
  const name = required(args, 'name');
  const suite = suiteOf(args);
  const registry = await registryOf(args);
  const scratch = mkdtempSync(join(tmpdir(), 'quittance-import-'));
  try {
    const at = join(scratch, 'model');
    // all is checked before anything is stored
    const remarks = await importMade(source, at, { date: dateOf(args), adapter: args.value('adapter') });
    if (args.flag('merge')) await mergeInPlace(at);
    else if (folderKind(at) === 'weights') copyMoments(source, at);
    const checks = await selfCheck(at, await backendOrNone());
    const record = await registry.write((ports) => register(ports, { name, dir: at, suite }));
    const { config } = readModelParts(at);
    const notes = [...remarks, ...checks.filter(({ state }) => state !== 'holds').map(describeCheck)];
    args.print({ ...record, parameters: parameterCount(config), remarks, checks }, () =>
      [describe(record), ...notes.map((note) => `note: ${note}`)].join('\n'),
    );
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** MODEL_UNSUPPORTED where there is nothing to merge. */
const mergeInPlace = async (dir: string): Promise<void> => {
  if (folderKind(dir) === 'weights') return;
  await backend();
  const merged = `${dir}-merged`;
  mergeAdapter(dir, merged);
  rmSync(dir, { recursive: true });
  renameSync(merged, dir);
};

const describeCheck = ({ name, state, detail }: SelfCheck): string =>
  `${state === 'fails' ? 'does not hold' : 'not checked'}: ${name}: ${detail}`;

/** Name of the backend; undefined where none is installed, because a model can be registered without one. */
const backendOrNone = async (): Promise<string | undefined> => {
  try {
    return (await backend()).name;
  } catch (error) {
    if (isQuittanceError(error, 'BACKEND_UNAVAILABLE')) return undefined;
    throw error;
  }
};

/** The day at noon, so that no time zone turns it into another day. */
const dateOf = (args: Arguments): Date | undefined => {
  const text = args.value('date');
  return text === undefined ? undefined : new Date(`${text}T12:00:00`);
};

/**
 * Corpus moments stand beside the weights in folders of our own; they are checked before they are taken over. They are
 * not those of a model with an adapter.
 */
const copyMoments = (source: string, at: string): void => {
  const moments = join(source, MOMENTS_FILE);
  if (readMoments(moments)) copyFileSync(moments, join(at, MOMENTS_FILE));
};

/** Read and checked before anything is stored. */
const suiteOf = (args: Arguments): Buffer | undefined => {
  const path = args.value('suite');
  if (path === undefined) return undefined;
  const bytes = readBytes(path, SUITE_LIMIT_BYTES);
  try {
    readSuite(bytes);
    return bytes;
  } catch (cause) {
    if (!isQuittanceError(cause)) throw cause;
    const { expected, hint, fields } = cause;
    throw new QuittanceError('INVALID_INPUT', {
      message: `${path} is not an evaluation suite`,
      ...(expected !== undefined && { expected }),
      ...(hint !== undefined && { hint }),
      ...(fields !== undefined && { fields }),
      cause,
    });
  }
};

const list = async (args: Arguments): Promise<ExitCode> => {
  const records = await (await registryOf(args)).read(({ models }) => models.list());
  args.print(records, () => (records.length > 0 ? records.map(describe).join('\n') : 'no model is registered'));
  return 0;
};

const show = async (args: Arguments, [name]: string[]): Promise<ExitCode> => {
  if (!name) throw usageError('model show N: N is missing');
  const found = await (
    await registryOf(args)
  ).read(async (ports) => {
    const { model: record } = await ports.models.get(name);
    const { digest, people } = await forgottenBy(ports.vault, name);
    return { ...record, lineage: await modelLineage(ports, record), forgotten: { list: digest ?? null, people } };
  });
  args.print(found, () => JSON.stringify(found, null, 2));
  return 0;
};

/** Who looked for people in the model's corpus, and when; not for whom. */
const searches = async (args: Arguments, [name]: string[]): Promise<ExitCode> => {
  if (!name) throw usageError('model searches N: N is missing');
  const found = await (
    await registryOf(args)
  ).read(async ({ models, vault }) => {
    const { corpus } = (await models.get(name)).model;
    return corpus === undefined ? [] : searchesIn(vault, corpus);
  });
  args.print(
    found,
    () =>
      found
        .map(({ at, by, hits, unsure }) => `${at}  ${by}  ${plural(hits, 'row')}, ${unsure} to be looked at`)
        .join('\n') || 'nobody has looked',
  );
  return 0;
};

const exportModel = async (args: Arguments, [name, dir]: string[]): Promise<ExitCode> => {
  if (!name || !dir) throw usageError('model export N DIR: N or DIR is missing');
  if (existsSync(dir))
    throw new QuittanceError('INVALID_INPUT', { message: `${dir} exists`, hint: 'export into a new folder' });
  const registry = await registryOf(args);
  mkdirSync(dirname(dir), { recursive: true });
  const at = mkdtempSync(join(dirname(dir), `.${basename(dir)}-`));
  try {
    const digest = await registry.read(async (ports) => {
      const { model: record } = await ports.models.get(name);
      await writeModelFolder(ports, record, at);
      return record.digest;
    });
    if (args.flag('merge')) await mergeInPlace(at);
    const kind = folderKind(at);
    renameSync(at, dir);
    args.print({ name, digest, kind, dir }, () => `${name} ${digest} → ${dir}`);
    return 0;
  } finally {
    for (const left of [at, `${at}-merged`]) rmSync(left, { recursive: true, force: true });
  }
};

const VERBS: Readonly<Record<string, (args: Arguments, rest: string[]) => Promise<ExitCode>>> = {
  import: importFrom,
  onboard: async (args, rest) => (await import('./onboard.ts')).onboardFrom(args, rest), // with the readers of files
  list,
  show,
  searches,
  export: exportModel,
};
