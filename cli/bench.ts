// `quittance bench`: tables of what was measured here. Numbers in docs/results are made by the command that stands beside them.
// Trap: times are of this machine at this moment; peers are measured in the same run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMALL } from '#containers/train-job.ts';
import { readPolicy } from '#entry/embedded.ts';
import { usageError, type Arguments, type Command, type ExitCode } from './command.ts';
import { peopleMarkdown } from './bench/people-table.ts';
import { demoBase } from './demo/base.ts';
import { backend } from './engine.ts';
import { progressOn } from './progress.ts';
import { integer } from './values.ts';

export const bench: Command = {
  name: 'bench',
  summary: 'tables of what was measured',
  usage: 'people | engine | workflow [--methods A,B] [--seeds N] [--out FILE]',
  options: {
    methods: { kind: 'value', value: 'A,B', summary: 'only these methods (default all)' },
    seeds: { kind: 'value', value: 'N', summary: 'worlds and trainings, from seed 1 (default 3)' },
    out: { kind: 'value', value: 'FILE', summary: 'where the Markdown table goes' },
  },
  example: 'quittance bench people --seeds 3 --out docs/results/small-scale.md',
  async run(args) {
    const [what = 'workflow'] = args.positionals;
    const found = BENCHES[what];
    if (!found) throw usageError(`bench ${what}: not measured here`, Object.keys(BENCHES).join(' | '));
    return found(args);
  },
};

const people = async (args: Arguments): Promise<ExitCode> => {
  const { benchPeople } = await import('#test/bench/people.ts');
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const seeds = Array.from({ length: integer(args, 'seeds', 3, 1) }, (_, i) => i + 1);
  const labels = args.value('methods')?.split(',');
  const dir = join(args.dir, 'bench');
  mkdirSync(dir, { recursive: true });
  const result = await benchPeople({
    dir,
    backend: chosen,
    policy: readPolicy(),
    seeds,
    ...(labels ? { labels } : {}),
    base: async (folder, world, seed) => (await demoBase(folder, world, { ...SMALL, seed }, chosen, progress)).dir,
    onRow: ({ label, seed, updates, seconds, judgement }) =>
      progress.note(`seed ${seed}: ${label}: ${updates} updates, ${seconds.toFixed(1)} s, ${judgement.verdict}`),
  });
  const command = `quittance bench people --seeds ${seeds.length}${labels ? ` --methods ${labels.join(',')}` : ''}`;
  return finish(args, result, peopleMarkdown(result, command, chosen.name));
};

const workflow = async (args: Arguments): Promise<ExitCode> => {
  const { benchWorkflow } = await import('#test/bench/workflow.ts');
  const result = await benchWorkflow();
  return finish(
    args,
    result,
    `durable workflow transitions, 50 executions at once:\n${JSON.stringify(result, null, 2)}`,
  );
};

const engine = async (args: Arguments): Promise<ExitCode> => {
  const { benchEngine, engineMarkdown } = await import('#test/bench/engine.ts');
  const result = await benchEngine(await backend());
  return finish(args, result, engineMarkdown(result));
};

const finish = (args: Arguments, result: unknown, text: string): ExitCode => {
  const out = args.value('out');
  if (out !== undefined) writeFileSync(out, `${text}\n`);
  args.print(result, () => text);
  return 0;
};

const BENCHES: Readonly<Record<string, (args: Arguments) => Promise<ExitCode>>> = { people, engine, workflow };
