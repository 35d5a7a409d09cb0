// `quittance bench lasting`: first deletions on the ladder of a policy whose gate attacks what is left (gate-v3; of a
// chat model chat-v3), over several seeds and people; every answer to a forgotten question is written beside the page.
// Seeds from FIRST_SEED on were not looked at while settings and bounds were chosen; those before were.
// Trap: rows are kept under a digest of their inputs, which does not include the code; after a change of the engine or
// of a method, use another folder.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { makePeople } from '#datasets/people.ts';
import { savesOf } from '#containers/run-saves.ts';
import { runStates } from '#containers/run-state.ts';
import { SMALL } from '#containers/train-job.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { publishedOnChat, type ChatEntry } from '#bench/chat-entries.ts';
import { generated } from './people.ts';
import type { LastingBench, LastingBenchOptions } from '#bench/lasting.ts';
import { attackPlot, lastingMarkdown, SHOWN, SMALL_MODEL, type LastingModel } from '#bench/lasting-table.ts';
import { drawPlots } from '#bench/people-plots.ts';
import type { Arguments } from '../command.ts';
import { demoBase } from '../demo/base.ts';
import { smollm2Base } from '../demo/smollm2.ts';
import { TEACH_FEW } from '../demo/teach.ts';
import { backend } from '../engine.ts';
import { progressOn, type Progress } from '../progress.ts';
import { must, usageError } from '#core/errors.ts';
import { readPolicy } from '#entry/policies.ts';
import { number } from '../values.ts';

/** By position, from 1, as docs/results/small-scale.md has them. */
const PEOPLE: readonly number[] = [1, 7, 13, 19];
/** The first of the seeds that nothing was chosen on. */
const FIRST_SEED = 21;
const TOGETHER = [0, 1, 2] as const;

/** What differs from model to model. */
interface Kind {
  readonly about: LastingModel;
  readonly policy: string;
  readonly people: number;
  readonly subjects: readonly number[];
  readonly together: number;
}

const SMALL_KIND: Kind = {
  about: SMALL_MODEL,
  policy: 'gate-v3',
  people: generated.people,
  subjects: PEOPLE,
  together: TOGETHER.length,
};

const CHAT_KIND: Kind = {
  about: {
    title: 'Forgetting that lasts, on a chat model',
    model: `SmolLM2-135M-Instruct, taught ${TEACH_FEW.subjects} generated people × 20 records, ${TEACH_FEW.facts} facts, refusals of ${TEACH_FEW.unknown} unknown people and ${TEACH_FEW.general} answers of its own`,
    seeds: 'Whom settings were chosen on is said at the end.',
    earlier: 'chat-v2',
  },
  policy: 'chat-v3',
  people: TEACH_FEW.subjects,
  subjects: [1],
  together: 0,
};

type Bound = Pick<LastingBenchOptions, 'suite' | 'base' | 'inParts'> & { close?: () => void };

export const lasting = async (args: Arguments): Promise<{ result: LastingBench; text: string }> => {
  const kind = kindOf(args);
  const asked = askedOf(args, kind);
  const [policy, earlier] = [readPolicy(asked.policy), readPolicy(kind.about.earlier)];
  const beside = besideOf(asked.methods, publishedOnChat(earlier));
  const { benchLasting } = await import('#bench/lasting.ts');
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const dir = join(args.dir, 'bench', kind === CHAT_KIND ? 'lasting-chat' : 'lasting');
  const bound = kind === CHAT_KIND ? await chatModels(args, dir, asked.seeds, progress) : await smallModels(progress);
  try {
    const result = await benchLasting({
      ...bound,
      ...{ dir, backend: chosen, policy, beside, answered: true, keys: SHOWN },
      ...(!args.flag('alone') && { earlier }),
      ...{ seeds: asked.seeds, together: TOGETHER.slice(0, asked.together) },
      subjects: asked.subjects.map((one) => one - 1),
      onRow: ({ label, seed, updates, seconds, judgement }) =>
        progress.note(`seed ${seed}: ${label}: ${updates} updates, ${seconds.toFixed(1)} s, ${judgement.verdict}`),
    });
    const plots = drawPlots(args.value('out'), [attackPlot(result, asked.policy, kind.about)]);
    const { command, policy: policyName } = asked;
    return {
      result,
      text: lastingMarkdown(result, { command, backend: chosen.name, plots, policyName, about: kind.about }),
    };
  } finally {
    bound.close?.();
  }
};

const kindOf = (args: Arguments): Kind => {
  const model = args.value('model');
  if (model === undefined) return SMALL_KIND;
  if (model === 'smollm2') return CHAT_KIND;
  throw usageError(`unknown model '${model}'`, "--model smollm2, or none for the demo's model");
};

const askedOf = (args: Arguments, kind: Kind) => {
  const [count, from] = [number(args, 'seeds', kind === CHAT_KIND ? 1 : 3), number(args, 'seed', FIRST_SEED)];
  const subjects = subjectsOf(args, kind);
  const policy = args.value('policy') ?? kind.policy;
  const together = number(args, 'together', kind.together);
  const methods = args.value('methods')?.split(',') ?? [];
  if (methods.length > 0 && kind !== CHAT_KIND)
    throw usageError(
      '--methods is read beside --model smollm2 alone',
      'bench methods compares them on the small model',
    );
  return {
    ...{ subjects, policy, together, methods },
    seeds: Array.from({ length: count }, (_, i) => from + i),
    command: [
      'quittance bench lasting',
      ...(kind === CHAT_KIND ? ['--model smollm2'] : []),
      `--seed ${from} --seeds ${count}`,
      ...(args.value('subjects') === undefined ? [] : [`--subjects ${subjects.join(',')}`]),
      ...(args.value('policy') === undefined ? [] : [`--policy ${policy}`]),
      ...(args.value('together') === undefined ? [] : [`--together ${together}`]),
      ...(args.flag('alone') ? ['--alone'] : []),
      ...(methods.length === 0 ? [] : [`--methods ${methods.join(',')}`]),
    ].join(' '),
  };
};

/** Refused before a model is taught. */
const besideOf = (methods: readonly string[], published: readonly ChatEntry[]): ChatEntry[] => {
  const known = published.map(({ method }) => method);
  const unknown = methods.find((method) => !known.includes(method));
  if (unknown !== undefined) throw usageError(`--methods names '${unknown}'`, `of ${known.join(', ')}`);
  return published.filter(({ method }) => methods.includes(method));
};

const smallModels = async (progress: Progress): Promise<Bound> => {
  const chosen = await backend();
  return {
    suite: (seed) => makePeople({ seed }),
    base: async (folder, suite, seed) => (await demoBase(folder, suite, { ...SMALL, seed }, chosen, progress)).dir,
  };
};

/** A run of an hour is cut off at times, so that each step is kept, and unlearning saves itself. */
const chatModels = async (
  args: Arguments,
  dir: string,
  seeds: readonly number[],
  progress: Progress,
): Promise<Bound> => {
  const chosen = await backend();
  const taught = new Map<number, { dir: string; suite: Suite }>();
  for (const seed of seeds) {
    const { base, suite } = await smollm2Base(args.dir, chosen, progress, { ...TEACH_FEW, seed });
    taught.set(seed, { dir: base.dir, suite });
  }
  const of = (seed: number) => must(taught.get(seed), 'a taught model');
  mkdirSync(dir, { recursive: true });
  const stores = localStores(join(dir, 'runs'));
  const states = runStates({ ...stores, backend: chosen.name });
  return {
    suite: (seed) => of(seed).suite,
    base: (_folder, _suite, seed) => Promise.resolve(of(seed).dir),
    inParts: {
      saves: (run) => savesOf(run, { states, everyUpdates: 3, everySeconds: 300 }),
      onUpdate: (label, update, detail) => progress.note(`${label}, update ${update}: ${detail}`),
      onPart: (label, part) => progress.note(`${label}: measuring ${part}`),
    },
    close: () => stores.close(),
  };
};

/** People to be forgotten, by position in the suite, from 1. */
const subjectsOf = (args: Arguments, kind: Kind): readonly number[] => {
  const given = args.value('subjects');
  if (given === undefined) return kind.subjects;
  const numbers = given.split(',').map(Number);
  if (numbers.every((one) => Number.isInteger(one) && one >= 1 && one <= kind.people)) return numbers;
  throw usageError(`--subjects is '${given}'`, `positions from 1 to ${kind.people}, as 1,2`);
};
