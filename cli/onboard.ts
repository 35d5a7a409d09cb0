// `quittance model onboard`: a model that was trained elsewhere, with the files that it was trained on, made ready for
// tickets. All is read, checked and measured before anything is registered; what stands in the way is said, with what
// to do.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baselineGates, type Baseline } from '#core/baseline.ts';
import { usageError } from '#core/errors.ts';
import { requireTrainable } from '#core/ladder.ts';
import { Loss } from '#core/recipe.ts';
import { rowsIn } from '#datasets/onboard/sampled.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { folderKind, weightsFolder } from '#engine/formats/folder-kind.ts';
import { openModelFolder } from '#engine/formats/made-folder.ts';
import { MOMENTS_FILE, writeMoments } from '#engine/corpus-moments.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import type { Model } from '#engine/model.ts';
import { readChatTemplate } from '#engine/tokenizer/chat.ts';
import { readPolicy } from '#entry/policies.ts';
import { baselineOf } from '#evaluation/baseline.ts';
import { CONTROLS, onboard, type Onboarded } from '#models/onboard.ts';
import { reasonsAgainst } from '#models/readiness.ts';
import { register, requireFree } from '#models/register.ts';
import { withStoredCorpus } from '#models/store-corpus.ts';
import { storeTraining } from '#models/training.ts';
import type { Arguments, ExitCode } from './command.ts';
import { corpusOf } from './corpus-files.ts';
import { backend } from './engine.ts';
import { foldersOf, givenTo, modelIn, type Folders, type Given } from './onboard-given.ts';
import { describedOnboarding } from './onboard-said.ts';
import { progressOn, type Progress } from './progress.ts';
import { registryOf } from './registry.ts';
import { number, required } from './values.ts';

export const onboardFrom = async (args: Arguments, [source]: string[]): Promise<ExitCode> => {
  if (!source) throw usageError('model onboard DIR --name N --corpus FILE…: the model is missing');
  const name = required(args, 'name');
  const asked = askedOf(args); // a wrong word is said before the model is read
  await requireName(args, name);
  const given = await givenTo(args);
  const scratch = mkdtempSync(join(tmpdir(), 'quittance-onboard-'));
  try {
    const folders = await foldersOf(args, source, scratch);
    await requireName(args, name, modelIn(scratch));
    const plan: Plan = { ...asked, ...given, ...folders, name, dir: modelIn(scratch) };
    const progress = progressOn(process.stderr);
    const found = await measured(args, plan, progress);
    const digest = await stored(args, plan, found, progress);
    const outcome = outcomeOf(plan, found, digest);
    args.print(outcome, () => describedOnboarding(outcome));
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** A name that is taken is said before the corpus is read, and before anything is measured. */
const requireName = async (args: Arguments, name: string, dir?: string): Promise<void> => {
  if (args.value('installation') === undefined && !existsSync(join(args.dir, 'state.sqlite'))) return; // no model yet
  await (await registryOf(args)).read(({ models }) => requireFree(models, name, dir));
};

interface Asked {
  readonly policy: string | undefined;
  readonly loss: Loss | undefined;
}

const askedOf = (args: Arguments): Asked => {
  const policy = args.value('policy');
  if (policy !== undefined) readPolicy(policy);
  return { policy, loss: Loss.optional().parse(args.value('loss')) };
};

interface Plan extends Asked, Given, Folders {
  readonly name: string;
  /** The model as it will be registered. */
  readonly dir: string;
}

interface Measured {
  readonly made: Onboarded;
  readonly baseline: Baseline;
  readonly loss: Loss;
  readonly chosen: string;
}

const measured = async (args: Arguments, plan: Plan, progress: Progress): Promise<Measured> => {
  await backend();
  const template = readChatTemplate(weightsFolder(plan.dir));
  const loss = plan.loss ?? plan.training?.record.recipe.loss ?? 'assistant';
  const chosen = policyFor(plan, template !== undefined);
  return withModels(plan, async (model, base) => {
    const bar = progress.stage('reading the model on its corpus', undefined, 'rows');
    const made = await onboard({
      ...{ model, base, template, corpus: plan.corpus, register: plan.people },
      suite: { name: plan.name, seed: number(args, 'seed', 1), controls: CONTROLS, loss, held: plan.held },
      onProgress: (stage, done, total) => bar.at(done, `${stage}: ${done} of ${total}`),
    });
    const baseline = await baselineOf(model, made.suite, readPolicy(chosen));
    bar.done();
    return { made, loss, chosen, baseline };
  });
};

/** The one that is asked for; else by the kind of model, with training anew as the last rung where that can be done. */
const policyFor = ({ policy, training, name }: Plan, isChat: boolean): string => {
  const chosen = policy ?? ['corpus', ...(isChat ? ['chat'] : []), ...(training ? ['exact'] : []), 'v1'].join('-');
  const exact = training && { corpus: name, training: training.record.made, trainedFrom: training.record.recipe.base };
  requireTrainable({}, readPolicy(chosen), { name, ...exact });
  return chosen;
};

const withModels = async <T>(
  { dir, before }: Plan,
  use: (model: Model, base: LanguageModel | undefined) => Promise<T>,
): Promise<T> => {
  const opened = openModelFolder(dir);
  let base: LanguageModel | undefined;
  try {
    base = before === undefined ? undefined : openModelFolder(before).model;
    return await use(opened.weights, base);
  } finally {
    base?.dispose();
    opened.model.dispose();
  }
};

/** Encrypts the corpus and registers the model, which is then served; returns its digest. */
const stored = async (args: Arguments, plan: Plan, { made, loss, chosen, baseline }: Measured, progress: Progress) => {
  writeMoments(join(plan.dir, MOMENTS_FILE), made.moments);
  const [suite, policy] = [suiteBytes(made.suite), readPolicy(chosen)];
  const bar = progress.stage('encrypting the corpus', rowsIn(plan.corpus), 'rows');
  const corpus = { rows: corpusOf(args), measured: plan.digest, register: plan.people, shared: made.shared, loss };
  const onRow = (row: number) => bar.at(row);
  const registry = await registryOf(args);
  const record = await registry.write((ports) =>
    withStoredCorpus(ports, plan.name, { ...corpus, onRow }, async (index) => {
      const training = plan.training && (await storeTraining(ports, plan.training, index.id));
      return register(ports, { name: plan.name, dir: plan.dir, suite, corpus: index, policy, baseline, training });
    }),
  );
  bar.done();
  return record.digest;
};

const outcomeOf = (plan: Plan, { made, baseline, loss, chosen }: Measured, digest: string) => {
  const gates = baselineGates(baseline, readPolicy(chosen));
  const why = [...plan.unnamed, ...reasonsAgainst(made, gates)];
  return {
    ...{ name: plan.name, digest, kind: folderKind(plan.dir), rows: made.rows },
    ...{ people: made.suite.subjects.length, peopleFrom: plan.peopleFrom, loss },
    ...{ recites: made.recites, known: made.known },
    ...(made.base && { base: made.base }),
    ...(made.held && { held: { rows: plan.held.length, ...made.held } }),
    ...{ policy: chosen, baseline: gates, ready: why.length === 0, why },
    forgotten: plan.forgotten,
    ...{ exact: plan.training !== undefined, remarks: [...plan.remarks, ...made.remarks] },
  };
};
export type OnboardingOutcome = ReturnType<typeof outcomeOf>;
