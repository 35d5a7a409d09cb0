// `quittance bench people` and `bench tofu`: every method on the demo's model of generated people, or of real TOFU
// authors, judged by the demo's gate, over several seeds.
// Trap: results are kept in the data folder under a digest of their inputs, which does not include the engine's code.
// After a change of the engine, use another folder.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makePeople } from '#datasets/people.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { SMALL, type TrainRecipe } from '#containers/train-job.ts';
import { readPolicy } from '#entry/policies.ts';
import type { PeopleBench } from '#bench/people.ts';
import type { Arguments } from '../command.ts';
import { demoBase } from '../demo/base.ts';
import { TOFU_RECIPE, tofuSuite } from '../demo/tofu.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';
import { benchPlots, drawPlots } from '#bench/people-plots.ts';
import { peopleMarkdown, type PeopleDocument } from '#bench/people-table.ts';

/** The people that a model is taught, and which parts of the bench they are enough for. */
export interface Subject extends Pick<PeopleDocument, 'title' | 'model' | 'seed' | 'hasPrototype'> {
  name: 'people' | 'tofu';
  folder: string;
  recipe: TrainRecipe;
  suite: (args: Arguments, seed: number, namesake: boolean) => Suite;
  /** How many people can be forgotten, and whether a namesake can be generated. */
  people: number;
  namesakes: boolean;
  deletions: number;
}

export const generated: Subject = {
  name: 'people',
  title: 'Small scale',
  model:
    'Model: 0.43 M parameters, 24 generated people × 20 records, 75 facts, 160 unknown people, trained until it recites them.',
  seed: 'another suite and another training',
  folder: 'bench',
  recipe: SMALL,
  suite: (_args, seed, namesake) => makePeople({ seed, namesake }),
  people: 24,
  namesakes: true,
  deletions: 4,
  hasPrototype: true,
};

/** One author of forget01 has held-out wordings and wrong alternatives for each record, so there is one deletion. */
export const tofu: Subject = {
  name: 'tofu',
  title: 'TOFU at small scale',
  model:
    'Model: 0.48 M parameters, one author of forget01 and ten of retain99 × 20 records of the real TOFU files, its real authors and world facts, 300 questions about unknown authors.',
  seed: 'another choice of unknown authors and another training',
  folder: join('bench', 'tofu'),
  recipe: TOFU_RECIPE,
  suite: (args, seed) => tofuSuite(args, seed),
  people: 1,
  namesakes: false,
  deletions: 0,
  hasPrototype: false,
};

export const people = async (args: Arguments, subject: Subject): Promise<{ result: PeopleBench; text: string }> => {
  const { benchPeople } = await import('#bench/people.ts');
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const seeds = Array.from({ length: number(args, 'seeds', 3) }, (_, i) => i + 1);
  const labels = args.value('methods')?.split(',');
  const dir = join(args.dir, subject.folder);
  mkdirSync(dir, { recursive: true });
  const result = await benchPeople({
    dir,
    backend: chosen,
    policy: readPolicy('gate-v1'), // whose verdicts docs/results has
    seeds,
    ...(labels ? { labels } : {}),
    entries: ({ subjects = [0], namesake = false }) =>
      subjects.every((i) => i < subject.people) && (subject.namesakes || !namesake),
    deletions: subject.deletions,
    suite: (seed, namesake) => subject.suite(args, seed, namesake),
    base: async (folder, suite, seed) =>
      (await demoBase(folder, suite, { ...subject.recipe, seed }, chosen, progress)).dir,
    onRow: ({ label, seed, updates, seconds, judgement }) =>
      progress.note(`seed ${seed}: ${label}: ${updates} updates, ${seconds.toFixed(1)} s, ${judgement.verdict}`),
  });
  const command = `quittance bench ${subject.name} --seeds ${seeds.length}${labels ? ` --methods ${labels.join(',')}` : ''}`;
  const plots = drawPlots(args.value('out'), benchPlots(result));
  const { title, model, seed, hasPrototype } = subject;
  return {
    result,
    text: peopleMarkdown(result, { title, model, seed, hasPrototype, command, backend: chosen.name, plots }),
  };
};
