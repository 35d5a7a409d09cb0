// `quittance model onboard`: a model that was trained elsewhere, with the files that it was trained on, made ready for
// tickets. All is read, checked and measured before anything is registered; what stands in the way is said, with what
// to do.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, type Gate } from '#core/gate.ts';
import { usageError } from '#core/errors.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { registerOfRows } from '#datasets/find/register-of-rows.ts';
import { suiteBytes } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { importModel } from '#engine/formats/import.ts';
import { inference } from '#engine/inference.ts';
import { MOMENTS_FILE, writeMoments } from '#engine/corpus-moments.ts';
import type { Model } from '#engine/model.ts';
import { readChatTemplate } from '#engine/tokenizer/chat.ts';
import type { GatePolicy } from '#core/policy.ts';
import { readPolicy } from '#entry/policies.ts';
import { examOf } from '#evaluation/exam.ts';
import { measure } from '#evaluation/tables.ts';
import { CONTROLS, onboard, type Onboarded } from '#models/onboard.ts';
import { register } from '#models/register.ts';
import { withStoredCorpus } from '#models/store-corpus.ts';
import { checkTraining, storeTraining, trainingIn, type OfferedTraining } from '#models/training.ts';
import type { Arguments, ExitCode } from './command.ts';
import { corpusOf, entriesOf, registerOf } from './corpus-files.ts';
import { backend } from './engine.ts';
import { progressOn } from './progress.ts';
import { registryOf } from './registry.ts';
import { number, required } from './values.ts';

/**
 * How much likelier values of trained people must be than those of invented ones before a corpus is taken for the
 * model's.
 */
const LEAST_KNOWN = 0.7;

export const onboardFrom = async (args: Arguments, [source]: string[]): Promise<ExitCode> => {
  if (!source) throw usageError('model onboard DIR --name N --corpus FILE…: the model is missing');
  const name = required(args, 'name');
  const paths = args.many('corpus');
  if (paths.length === 0)
    throw usageError('model onboard needs --corpus FILE…', 'the files that the model was trained on');
  const asked = args.value('policy');
  // a wrong name is said before the model is read
  const askedPolicy = asked === undefined ? undefined : readPolicy(asked);
  const entries = await entriesOf(args);
  const { people, unnamed } = await peopleOf(args, entries);
  const registry = await registryOf(args);
  const scratch = mkdtempSync(join(tmpdir(), 'quittance-onboard-'));
  try {
    const at = join(scratch, 'model');
    const { remarks } = await importModel(source, at, {});
    const training = trainingOf(args, source);
    if (training) checkTraining(training, entries);
    await backend();
    const model = loadModel(at);
    try {
      const progress = progressOn(process.stderr);
      const bar = progress.stage('reading the model on its corpus', undefined, 'rows');
      const template = readChatTemplate(at);
      const suite = { name, seed: number(args, 'seed', 1), controls: CONTROLS };
      const made = await onboard({
        ...{ model, template, entries, register: people, suite },
        onProgress: (stage, done, total) => bar.at(done, `${stage}: ${done} of ${total}`),
      });
      bar.done();
      const chosen = asked ?? (template ? 'corpus-chat-v1' : 'corpus-v1');
      const policy = askedPolicy ?? readPolicy(chosen);
      const baseline = await judgedAgainstItself(model, made.suite, policy);
      const why = [...unnamed, ...made.remarks, ...reasonsAgainst(made, baseline)];
      writeMoments(join(at, MOMENTS_FILE), made.moments);
      const suiteJson = suiteBytes(made.suite);
      const storing = progress.stage('encrypting the corpus', entries.length, 'rows');
      const corpus = {
        rows: corpusOf(args),
        register: people,
        shared: made.shared,
        onRow: (row: number) => storing.at(row),
      };
      const record = await registry.write((ports) =>
        withStoredCorpus(ports, name, corpus, async (index) => {
          const stored = training && (await storeTraining(ports, training, index));
          return register(ports, { name, dir: at, suite: suiteJson, corpus: index, policy, training: stored });
        }),
      );
      storing.done();
      const outcome = {
        name,
        digest: record.digest,
        rows: made.rows,
        people: made.suite.subjects.length,
        recites: made.recites,
        known: made.known,
        policy: chosen,
        baseline,
        ready: why.length === 0,
        why,
        exact: training !== undefined,
        remarks,
      };
      args.print(outcome, () => described(outcome));
      return 0;
    } finally {
      model.dispose();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** The training that made the model, where its folder has the recipe and --base names what it began with. */
const trainingOf = (args: Arguments, source: string): OfferedTraining | undefined => {
  const [record, base] = [trainingIn(source), args.value('base')];
  if (record && base !== undefined) return { record, base, dir: source };
  if (base !== undefined)
    throw usageError(`--base: ${source} has no recipe.json`, 'leave it out, or onboard what `quittance train` made');
  if (record)
    process.stderr.write(
      'the folder has a recipe: with --base DIR tickets may ask for training anew (method retrain)\n',
    );
  return undefined;
};

interface Known {
  readonly people: readonly RegisteredPerson[];
  /** People whom the rows name by a number alone. */
  readonly unnamed: string[];
}

const peopleOf = async (args: Arguments, entries: readonly CorpusEntry[]): Promise<Known> => {
  const register = await registerOf(args);
  if (register) return { people: register, unnamed: [] };
  const { people, nameless } = registerOfRows(entries);
  const unnamed = nameless > 0 ? [`${nameless} people of the column are named in no row: they are left out`] : [];
  if (people.length > 0) return { people, unnamed };
  throw usageError(
    'model onboard needs to know who is in the corpus',
    '--people people.csv with a line for each person, or --subject-field with the column of a row that names its person',
  );
};

/** The checks that a model which has forgotten nobody must pass: what it may not lose. */
const judgedAgainstItself = async (model: Model, suite: Suite, policy: GatePolicy): Promise<Gate[]> => {
  const engine = inference(model);
  const exam = examOf({ model: engine, before: engine, suite });
  const checks = policy.checks.filter(({ of }) => !of.startsWith('forget.') && !of.startsWith('relearnt'));
  const measured = await measure(
    exam,
    checks.map(({ of }) => of),
  );
  const about = {
    kind: 'quittance-evaluation/v1',
    model: NONE,
    quantisation: 'none',
    suite: { name: suite.name, version: '1', digest: NONE },
    reference: 'controls',
  } as const;
  return judge({ ...about, ...measured }, { ...policy, checks }).gates;
};
const NONE = `sha256:${'0'.repeat(64)}` as const;

const reasonsAgainst = ({ known, suite }: Onboarded, baseline: readonly Gate[]): string[] => [
  ...(known < LEAST_KNOWN
    ? [
        `values of the corpus are no likelier to the model than invented ones (AUC ${known.toFixed(2)}): it was not trained on these rows, or has not learnt them`,
      ]
    : []),
  ...(suite.controls.gate.length < CONTROLS.gate ? ['the register has too few names to invent people from'] : []),
  ...baseline
    .filter(({ verdict }) => verdict !== 'pass')
    .map((gate) => `the model itself does not pass '${gate.name}': ${gate.verdict}`),
];

interface Outcome extends Pick<Onboarded, 'rows' | 'recites'> {
  /** Whether tickets may ask for training anew. */
  readonly exact: boolean;
  readonly name: string;
  readonly digest: string;
  readonly people: number;
  readonly policy: string;
  readonly ready: boolean;
  readonly why: readonly string[];
}

const described = ({ name, digest, rows, people, recites, policy, ready, why, exact }: Outcome): string =>
  [
    `${name}  ${digest}`,
    `rows       ${rows.qa} questions, ${rows.chat} conversations, ${rows.text} texts; ${people} people`,
    ...Object.entries(recites).map(([kind, { k, n }]) => `recites    ${k} of ${n} records of ${kind}`),
    `policy     ${policy}`,
    ...(exact ? ['exact      tickets may ask for training anew (method retrain)'] : []),
    ...why.map((reason) => `note       ${reason}`),
    ready
      ? 'ready: tickets can be filed'
      : 'not ready: tickets can be filed, and no deletion can pass until this is mended',
  ].join('\n');
