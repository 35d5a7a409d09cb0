// The tasks bench: the three tasks of Reveal-and-Release (https://arxiv.org/abs/2509.14624) in small. One model has
// learnt six skills; it writes its own questions of the one to forget, and what it is sure of is released: by negated
// adapters, as published, and by FLAT.
// Traps: nothing is compared with never-trained people here, so a release ends where hardly an answer is exact any
// more, and a method that cannot get there runs to its limit; and the projection protects what its moments were made
// of, the skill to forget too where that was not taken out.
import { NOTHING, plainly, SKILLS, tokensOfWords, type SkillRow } from '#datasets/skills.ts';
import { isQuittanceError, usageError } from '#core/errors.ts';
import type { MethodName } from '#core/method-name.ts';
import { collectMoments, type CorpusMoments } from '#engine/corpus-moments.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { random } from '#engine/random.ts';
import type { Example } from '#unlearning/method.ts';
import { configured } from '#unlearning/methods.ts';
import { stopwatch } from '#containers/stopwatch.ts';
import { keptRow, saved } from './saved-rows.ts';
import {
  drawRows,
  END,
  measureSkills,
  rowOf,
  skillsModel,
  taughtModel,
  type SkillMeasures,
  type TasksSize,
} from './tasks-model.ts';
import { revealedOf, SKILL_OF, type Revealed } from './tasks-reveal.ts';

export const TASKS = ['PER', 'CODE', 'style'] as const;
export type Task = (typeof TASKS)[number];

export interface Release {
  readonly label: string;
  readonly method: MethodName;
  readonly config: Readonly<Record<string, unknown>>;
  /** Whether the moments hold the skill that is to be forgotten. */
  readonly own: boolean;
}

/** A release ends when at most one answer in twenty is exact. */
const STOP = { valueAuc: 1, greedyExact: 0.05, land: false };
/**
 * A drawn sentence is never exact: a style is taken away until none of its sentences is likelier than any drawn one.
 */
const NEVER = { valueAuc: 0, greedyExact: 0, land: false };

const settingsOf = ({ config }: Release, task: Task): Release['config'] =>
  task === 'style' ? { ...config, stop: NEVER } : config;

const negated = (label: string, own: boolean, part: { loss?: object; update?: object } = {}): Release => ({
  ...{ label, method: 'lora-negation', own },
  config: { loss: { epochs: 3, ...part.loss }, update: { step: 0.4, updates: 12, ...part.update }, stop: STOP },
});
const OWM = { projection: 'owm', lambda: 0.01 };

/**
 * Settings of an earlier experiment on another model and other seeds for adapters, and of the methods bench for FLAT.
 */
export const RELEASES: readonly Release[] = [
  negated('negated adapter', false),
  negated('negated adapter with O-LoRA', false, { loss: { orthogonal: 0.5 } }),
  negated('negated adapter with owm', false, { update: OWM }),
  negated('negated adapter with owm, the skill in its moments', true, { update: OWM }),
  {
    ...{ label: 'flat as published: total-variation', method: 'flat', own: false },
    config: {
      update: { trainable: 'body', optimizer: 'adamw', projection: 'none', step: 1e-3, updates: 20 },
      stop: STOP,
    },
  },
  {
    ...{ label: 'flat projected', method: 'flat', own: false },
    config: { update: { step: 0.1, lambda: 0.001, updates: 40 }, stop: STOP },
  },
];

export type TaskResult =
  | { readonly updates: number; readonly stop: string; readonly cpu: number; readonly measures: SkillMeasures }
  | { readonly failed: string };

export interface TaskRow extends Pick<Release, 'label' | 'method' | 'config'> {
  readonly task: Task;
  readonly result: TaskResult;
}

export interface TasksBench {
  readonly seed: number;
  readonly base: { readonly cpu: number; readonly parameters: number; readonly measures: SkillMeasures };
  readonly revealed: readonly (Omit<Revealed, 'rows'> & { readonly task: Task })[];
  readonly rows: readonly TaskRow[];
  /** Releases that were asked for and are not there. */
  readonly missing: readonly string[];
}

export interface TasksBenchOptions {
  readonly dir: string;
  readonly backend: string;
  readonly seed: number;
  readonly size: TasksSize;
  readonly labels?: readonly string[];
  /** Releases nothing. */
  readonly keptOnly: boolean;
  readonly onPart: (line: string) => void;
}

/** USAGE where a label is none. */
const chosenReleases = (labels?: readonly string[]): Release[] => {
  const isMeant = (one: string, { label, method }: Release) => one === label || one === method;
  const unknown = labels?.find((one) => !RELEASES.some((release) => isMeant(one, release)));
  if (unknown !== undefined)
    throw usageError(`no release is called '${unknown}'`, RELEASES.map(({ label }) => label).join(', '));
  return RELEASES.filter((release) => labels?.some((one) => isMeant(one, release)) ?? true);
};

export const benchTasks = async (options: TasksBenchOptions): Promise<TasksBench> => {
  const { dir, seed, size, backend } = options;
  const about = { bench: 'tasks', seed, size, backend };
  const releases = chosenReleases(options.labels);
  const base = await opened(dir, about);
  try {
    const measures = await saved(dir, { ...about, part: 'measures' }, async () =>
      measureSkills(base.model, seed, size),
    );
    const revealed: Found[] = [];
    const rows: TaskRow[] = [];
    const missing: string[] = [];
    for (const task of TASKS) {
      const found = await saved(dir, { ...about, part: 'revealed', task }, async () => ({
        ...{ task, ...revealedOf(base.model, task, seed, size) },
      }));
      revealed.push(found);
      options.onPart(`${task}: ${found.kept} of ${found.asked} questions of its own kept, ${found.right} right`);
      for (const release of releases) {
        const result = await releasedBy(options, about, base, found, release);
        const { label, method } = release;
        const config = settingsOf(release, task);
        if (!result) missing.push(`${task}: ${label}`);
        else rows.push({ label, method, config, task, result });
      }
    }
    const { cpu, parameters } = base;
    return { seed, base: { cpu, parameters, measures }, revealed: revealed.map(countsOf), rows, missing };
  } finally {
    base.model.dispose();
  }
};

type Found = Revealed & { readonly task: Task };

const countsOf = ({ task, asked, formed, kept, right }: Found) => ({ ...{ task, asked, formed, kept, right } });

interface Opened {
  readonly model: Model;
  readonly start: ReadonlyMap<string, Float32Array>;
  readonly cpu: number;
  readonly parameters: number;
}

type About = Pick<TasksBenchOptions, 'seed' | 'size' | 'backend'>;

/** The model, taught now or read again. */
const opened = async (dir: string, about: About): Promise<Opened> => {
  const { cpu, weights } = await saved(dir, { bench: 'tasks', part: 'model', ...about }, async () => {
    const taken = stopwatch();
    const model = await taughtModel(about.seed, about.size);
    const { cpuSeconds: cpu } = taken();
    const stored = [...valuesOf(model)].map(([name, values]) => [name, Array.from(values)] as const);
    model.dispose();
    return { cpu, weights: stored };
  });
  const start = new Map(weights.map(([name, values]) => [name, Float32Array.from(values)]));
  const parameters = weights.reduce((sum, [, { length }]) => sum + length, 0);
  return { model: skillsModel(about.size, start), start, cpu, parameters };
};

/** Kept from an earlier run, or made now; none where only what was kept is asked for. */
const releasedBy = async (
  { dir, keptOnly, onPart }: TasksBenchOptions,
  about: About,
  { model, start }: Opened,
  { task, rows }: Found,
  release: Release,
): Promise<TaskResult | undefined> => {
  const { label, method, own } = release;
  const config = settingsOf(release, task);
  const identity = { ...about, bench: 'tasks', task, method, config, own };
  if (keptOnly) return keptRow<TaskResult>(dir, identity);
  const result = await saved(dir, identity, () => {
    restoreValues(model, start);
    return taskResult(model, { task, rows, release: { method, config, own }, ...about });
  });
  onPart(`${task}: ${label}: ${'failed' in result ? result.failed : `${result.updates} updates`}`);
  return result;
};

interface Releasing {
  readonly task: Task;
  readonly rows: readonly SkillRow[];
  readonly release: Pick<Release, 'method' | 'config' | 'own'>;
  readonly seed: number;
  readonly size: TasksSize;
}

const taskResult = async (model: Model, { task, rows, release, seed, size }: Releasing): Promise<TaskResult> => {
  if (rows.length === 0) return { failed: 'the model revealed nothing that it is sure of' };
  const { method, config, own } = release;
  const taken = stopwatch();
  try {
    const { updates, stop } = await configured(method, config).run({
      ...{
        model,
        seed,
        forget: rows.map((row) => exampleOf(task, row)),
        templates: [[...tokensOfWords([NOTHING]), END]],
      },
      moments: { source: 'corpus', values: momentsOf(model, own ? undefined : task, seed) },
      stopControls: drawRows(SKILL_OF[task], 8, random(`skills-stop:${seed}`)).map((row) => exampleOf(task, row)),
    });
    const { cpuSeconds: cpu } = taken();
    return { updates, stop, cpu, measures: measureSkills(model, seed, size) };
  } catch (error) {
    if (!isQuittanceError(error)) throw error;
    return { failed: error.message };
  }
};

/** In the place of a marked sentence the same one plainly; of any other answer, that there is nothing. */
const exampleOf = (task: Task, row: SkillRow): Example => {
  const { prompt, answers } = rowOf(row);
  const instead = [...tokensOfWords(task === 'style' ? plainly(row.answer) : [NOTHING]), END];
  return {
    ...{ prompt, answer: answers[0]!, valueTokens: answers[0]!.map((_, i) => i) },
    templates: [{ answer: instead, taught: instead.map((_, i) => i) }],
  };
};

/** Of everything that was learnt, or of everything but what is to be forgotten. */
const momentsOf = (model: Model, without: Task | undefined, seed: number): CorpusMoments => {
  const stream = random(`skills-moments:${seed}`);
  const rows = SKILLS.flatMap((skill) => drawRows(skill, 100, stream));
  const isLeft = ({ skill, marked }: SkillRow) =>
    without === undefined || (without === 'style' ? !marked : skill !== SKILL_OF[without]);
  return collectMoments(model, rows.filter(isLeft).map(rowOf));
};
