// `quittance bench`: tables of measurements made on this machine. Every page of docs/results names the command that
// makes its numbers.
// Trap: times depend on the machine and its load, so other programs are measured in the same run.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { must, usageError } from '#core/errors.ts';
import type { Arguments, Command, ExitCode } from './command.ts';
import { BENCH_OPTIONS } from './bench/options.ts';
import { ALT, engineMarkdown, enginePlot } from '#bench/engine-table.ts';
import { generated, people, tofu, type Subject } from './bench/people.ts';
import { draw } from '#report/charts/chart.ts';
import { svgOf } from '#report/svg.ts';
import { backend } from './engine.ts';
import type { EngineBench } from '#bench/engine.ts';
import type { PeopleBench } from '#bench/people.ts';
import type { Row } from '#bench/people-runs.ts';
import { failedChecks } from '#bench/people-quantities.ts';
import { progressOn } from './progress.ts';
import { number } from './values.ts';

export const bench: Command = {
  name: 'bench',
  summary: 'tables of what was measured',
  usage:
    'methods | markov | reveal | story | tasks | people | tofu | lasting | deletions | windows | find | onboard | sequence | own-model | engine | memory | workflow | tickets | worklist | filings | ledger [--methods A,B] [--preset P] [--seeds N] [--shapes A,B] [--rounds N] [--rows N] [--leaves N] [--out FILE]',
  words: 1,
  options: BENCH_OPTIONS,
  verb: 'workflow',
  // made when it is asked for: the benches below stand behind this in the file
  get verbs() {
    return Object.fromEntries(Object.entries(BENCHES).map(([name, { reads }]) => [name, reads]));
  },
  example: 'quittance bench people --seeds 3 --out docs/results/small-scale.md',
  async run(args) {
    const [what = 'workflow'] = args.positionals;
    return must(BENCHES[what], 'a bench').run(args);
  },
};

const peopleOn =
  (subject: Subject) =>
  async (args: Arguments): Promise<ExitCode> => {
    const { result, text } = await people(args, subject);
    return finish(args, summaryOf(result), text);
  };

/** On the small model, or with --model on a chat model. */
const tofuOn = async (args: Arguments): Promise<ExitCode> => {
  if (args.value('model') !== undefined) {
    const { tofuChat } = await import('./bench/tofu-chat.ts');
    const { result, text } = await tofuChat(args);
    return finish(args, result, text);
  }
  const unread = ['authors', 'seed'].find((name) => args.value(name) !== undefined);
  if (unread !== undefined) throw usageError(`--${unread} is read beside --model alone`, 'add --model smollm2');
  return peopleOn(tofu)(args);
};

const sequenceOn = async (args: Arguments): Promise<ExitCode> => {
  const { sequence } = await import('./bench/sequence.ts');
  const { result, text } = await sequence(args);
  return finish(args, summaryOf(result), text);
};

const lastingOn = async (args: Arguments): Promise<ExitCode> => {
  const { lasting } = await import('./bench/lasting.ts');
  const { result, text } = await lasting(args);
  return finish(
    args,
    summaryOf({ methods: [...result.before, ...result.beside, ...result.first, ...result.together], sequence: [] }),
    text,
  );
};

const deletionsOn = async (args: Arguments): Promise<ExitCode> => {
  const { deletions } = await import('./bench/deletions.ts');
  const { result, text } = await deletions(args);
  return finish(args, summaryOf({ methods: [], sequence: Object.values(result).flat() }), text);
};

const methodsOn = async (args: Arguments): Promise<ExitCode> => {
  const { methods } = await import('./bench/methods.ts');
  const { result, text } = await methods(args);
  return finish(args, result, text);
};

const markovOn = async (args: Arguments): Promise<ExitCode> => {
  const { markov } = await import('./bench/markov.ts');
  const { result, text } = await markov(args);
  return finish(args, result, text);
};

const revealOn = async (args: Arguments): Promise<ExitCode> => {
  const { revealed } = await import('./bench/reveal.ts');
  const { result, text } = await revealed(args);
  return finish(args, result, text);
};

const storyOn = async (args: Arguments): Promise<ExitCode> => {
  const { story } = await import('./bench/story.ts');
  const { result, text } = await story(args);
  return finish(args, result, text);
};

const tasksOn = async (args: Arguments): Promise<ExitCode> => {
  const { tasks } = await import('./bench/tasks.ts');
  const { result, text } = await tasks(args);
  return finish(args, result, text);
};

const windowsOn = async (args: Arguments): Promise<ExitCode> => {
  const { windows } = await import('./bench/windows.ts');
  const { result, text } = await windows(args);
  return finish(args, result, text);
};

const ownModelOn = async (args: Arguments): Promise<ExitCode> => {
  const { ownModel } = await import('./bench/own-model.ts');
  const { result, text } = await ownModel(args);
  return finish(args, result, text);
};

const findOn = async (args: Arguments): Promise<ExitCode> => {
  const { find } = await import('./bench/find.ts');
  const { result, text } = await find(args);
  return finish(args, result, text);
};

const onboardOn = async (args: Arguments): Promise<ExitCode> => {
  const { onboardBench } = await import('./bench/onboard.ts');
  const { result, text } = await onboardBench(args);
  return finish(args, result, text);
};

/** The result without histograms and curves, which the rows under the bench folder keep. */
const summaryOf = ({ methods, sequence }: PeopleBench) => {
  const short = ({ label, seed, updates, stop, seconds, judgement }: Row) => ({
    label,
    seed,
    updates,
    stop,
    seconds,
    verdict: judgement.verdict,
    notPassed: failedChecks({ judgement }),
  });
  return { methods: methods.map(short), sequence: sequence.map((row) => ({ ...short(row), rung: row.rung })) };
};

const workflow = async (args: Arguments): Promise<ExitCode> => {
  const { benchWorkflow } = await import('#bench/workflow.ts');
  const result = await benchWorkflow();
  return finish(
    args,
    result,
    `durable workflow transitions, 50 executions at once:\n${JSON.stringify(result, null, 2)}`,
  );
};

/** Exit code 2 where a ticket did not come to its end, or did so twice. */
const tickets = async (args: Arguments): Promise<ExitCode> => {
  const { benchTickets, ticketsMarkdown } = await import('#bench/tickets.ts');
  const result = await benchTickets({
    tickets: number(args, 'tickets', 1000),
    models: number(args, 'models', 10),
  });
  finish(args, result, ticketsMarkdown(result));
  return result.faults.length === 0 ? 0 : 2;
};

const worklist = async (args: Arguments): Promise<ExitCode> => {
  const { benchWorklist, worklistText } = await import('#bench/worklist.ts');
  const result = await benchWorklist({ tickets: number(args, 'tickets', 100_000) });
  return finish(args, result, worklistText(result));
};

const filings = async (args: Arguments): Promise<ExitCode> => {
  const { benchFilings, filingsText } = await import('#bench/filings.ts');
  const result = await benchFilings({ filings: number(args, 'tickets', 1000) });
  return finish(args, result, filingsText(result));
};

const ledger = async (args: Arguments): Promise<ExitCode> => {
  const { benchLedger, ledgerText } = await import('#bench/ledger.ts');
  const result = await benchLedger({ leaves: number(args, 'leaves', 1_000_000) });
  return finish(args, result, ledgerText(result));
};

const engine = async (args: Arguments): Promise<ExitCode> => {
  const { benchEngine } = await import('#bench/engine.ts');
  const progress = progressOn(process.stderr);
  const result = benchEngine({
    dir: join(args.dir, 'bench', 'engine'),
    backend: await backend(),
    shapes: args
      .value('shapes')
      ?.split(',')
      .filter((key) => key !== ''), // '' draws the rows that are kept, without measuring
    rounds: number(args, 'rounds', 3),
    onRow: ({ shape, work, ours, torch }) =>
      progress.note(`${shape}: ${work}: ${ours.cpu.toFixed(0)} ms, PyTorch ${torch?.cpu.toFixed(0) ?? '–'} ms`),
  });
  const command = 'quittance bench engine --shapes A,B --rounds 3';
  return finish(args, result, engineMarkdown(result, command, drawEngine(args.value('out'), result)));
};

const drawEngine = (out: string | undefined, result: EngineBench): string | undefined => {
  if (out === undefined) return undefined;
  const path = `${basename(out, '.md')}-ratios.svg`;
  writeFileSync(join(dirname(out), path), `${svgOf(draw(enginePlot(result)), ALT)}\n`);
  return path;
};

const memory = async (args: Arguments): Promise<ExitCode> => {
  const { benchMemory, memoryMarkdown } = await import('#bench/memory.ts');
  const chosen = await backend();
  const result = await benchMemory(chosen);
  return finish(args, result, memoryMarkdown(result, chosen.name));
};

const finish = (args: Arguments, result: unknown, text: string): ExitCode => {
  const out = args.value('out');
  if (out !== undefined) writeFileSync(out, `${withByHand(out, text)}\n`);
  args.print(result, () => text);
  return 0;
};

/** Takes the hand-written text between the marks of the existing document over into the new one. */
const withByHand = (out: string, text: string): string => {
  const old = existsSync(out) ? BY_HAND.exec(readFileSync(out, 'utf8'))?.[0] : undefined;
  return old === undefined ? text : text.replace(BY_HAND, () => old);
};
const BY_HAND = /<!-- by hand:[^]*<!-- end of what is by hand -->/;

interface Bench {
  readonly run: (args: Arguments) => Promise<ExitCode>;
  /** Its options; another one is refused by name. */
  readonly reads: readonly string[];
}

const BENCHES: Readonly<Record<string, Bench>> = {
  methods: { run: methodsOn, reads: ['preset', 'methods', 'kept', 'merge', 'out'] },
  markov: { run: markovOn, reads: ['seeds', 'out'] },
  reveal: { run: revealOn, reads: ['seeds', 'seed', 'methods', 'kept', 'out'] },
  story: { run: storyOn, reads: ['seed', 'methods', 'kept', 'merge', 'out'] },
  tasks: { run: tasksOn, reads: ['seed', 'methods', 'kept', 'out'] },
  people: { run: peopleOn(generated), reads: ['seeds', 'methods', 'out'] },
  tofu: { run: tofuOn, reads: ['model', 'path', 'authors', 'seed', 'seeds', 'methods', 'out'] },
  lasting: {
    run: lastingOn,
    reads: ['model', 'seed', 'seeds', 'subjects', 'methods', 'together', 'alone', 'policy', 'out'],
  },
  deletions: { run: deletionsOn, reads: ['seed', 'seeds', 'deletions', 'kept', 'out'] },
  windows: { run: windowsOn, reads: ['draws', 'out'] },
  find: { run: findOn, reads: ['rows', 'out'] },
  onboard: { run: onboardOn, reads: ['model', 'corpus', 'people', 'rows', 'out'] },
  sequence: { run: sequenceOn, reads: ['model', 'seed', 'seeds', 'deletions', 'methods', 'policy', 'kept', 'out'] },
  'own-model': {
    run: ownModelOn,
    reads: ['model', 'corpus', 'people', 'customers', 'without', 'policy', 'seed', 'seeds', 'out'],
  },
  engine: { run: engine, reads: ['shapes', 'rounds', 'out'] },
  memory: { run: memory, reads: ['out'] },
  workflow: { run: workflow, reads: ['out'] },
  tickets: { run: tickets, reads: ['tickets', 'models', 'out'] },
  worklist: { run: worklist, reads: ['tickets', 'out'] },
  filings: { run: filings, reads: ['tickets', 'out'] },
  ledger: { run: ledger, reads: ['leaves', 'out'] },
};
