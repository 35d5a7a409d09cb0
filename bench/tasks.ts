// The tasks bench: the three tasks of Reveal-and-Release (https://arxiv.org/abs/2509.14624) in small. One model has
// learnt six skills; it writes its own questions of the one to forget, and what it is sure of is released: by negated
// adapters, as published, and by FLAT.
// Traps: nothing is compared with never-trained people here, so a release ends where hardly an answer is exact any more,
// and a method that cannot get there runs to its limit; and the projection protects what its moments were made of, the
// skill to forget too where that was not taken out.
import { NOTHING, plainly, SKILLS, tokensOfWords, type SkillRow } from '#datasets/skills.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { MethodName } from '#core/method-name.ts';
import { collectMoments, type CorpusMoments } from '#engine/corpus-moments.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { random } from '#engine/random.ts';
import type { Example } from '#unlearning/method.ts';
import { configured } from '#unlearning/methods.ts';
import { keptRow, saved } from './saved-rows.ts';
import { drawRows, END, measureSkills, rowOf, taughtModel, type SkillMeasures, type TasksSize } from './tasks-model.ts';
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
const negated = (label: string, own: boolean, part: { loss?: object; update?: object } = {}): Release => ({
  ...{ label, method: 'lora-negation', own },
  config: { loss: { epochs: 3, ...part.loss }, update: { step: 0.4, updates: 20, ...part.update }, stop: STOP },
});
const OWM = { projection: 'owm', lambda: 0.01 };

/** Settings of an earlier experiment on another model and other seeds for adapters, and of the methods bench for FLAT. */
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
}

export interface TasksBenchOptions {
  readonly dir: string;
  readonly backend: string;
  readonly seed: number;
  readonly size: TasksSize;
  readonly labels?: readonly string[];
  readonly onPart: (line: string) => void;
}

export const benchTasks = async (options: TasksBenchOptions): Promise<TasksBench> => {
  const { dir, seed, size, backend } = options;
  const about = { bench: 'tasks', seed, size, backend };
  const base = await opened(about);
  try {
    const known = await saved(dir, { ...about, part: 'base' }, () =>
      Promise.resolve({ cpu: base.cpu, parameters: base.parameters, measures: measureSkills(base.model, seed, size) }),
    );
    const revealed: (Revealed & { task: Task })[] = [];
    const rows: TaskRow[] = [];
    for (const task of TASKS) {
      const found = await saved(dir, { ...about, part: 'revealed', task }, () =>
        Promise.resolve({ task, ...revealedOf(base.model, task, seed, size) }),
      );
      revealed.push(found);
      options.onPart(`${task}: ${found.kept} of ${found.asked} questions of its own kept, ${found.right} right`);
      rows.push(...(await releasedOf(options, about, base, found)));
    }
    return { seed, base: known, revealed: revealed.map(countsOf), rows };
  } finally {
    base.model.dispose();
  }
};

const countsOf = ({ task, asked, formed, kept, right }: Revealed & { task: Task }) => ({
  ...{ task, asked, formed, kept, right },
});

interface Opened {
  readonly model: Model;
  readonly start: ReadonlyMap<string, Float32Array>;
  readonly cpu: number;
  readonly parameters: number;
}

const opened = async ({ seed, size }: Pick<TasksBenchOptions, 'seed' | 'size'>): Promise<Opened> => {
  const from = process.cpuUsage();
  const model = await taughtModel(seed, size);
  const { user, system } = process.cpuUsage(from);
  const start = valuesOf(model);
  const parameters = [...start.values()].reduce((sum, { length }) => sum + length, 0);
  return { model, start, cpu: (user + system) / 1e6, parameters };
};

const releasedOf = async (
  { dir, labels, onPart }: TasksBenchOptions,
  about: { seed: number; size: TasksSize },
  { model, start }: Opened,
  { task, rows }: Revealed & { task: Task },
): Promise<TaskRow[]> => {
  const released: TaskRow[] = [];
  for (const { label, method, config, own } of RELEASES) {
    const identity = { ...about, task, method, config, own };
    if (labels && !labels.includes(label) && keptRow(dir, identity) === undefined) continue;
    const result = await saved(dir, identity, async () => {
      restoreValues(model, start);
      return taskResult(model, { task, rows, release: { method, config, own }, ...about });
    });
    restoreValues(model, start);
    released.push({ label, method, config, task, result });
    onPart(`${task}: ${label}: ${'failed' in result ? result.failed : `${result.updates} updates`}`);
  }
  return released;
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
  const from = process.cpuUsage();
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
    const { user, system } = process.cpuUsage(from);
    return { updates, stop, cpu: (user + system) / 1e6, measures: measureSkills(model, seed, size) };
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
