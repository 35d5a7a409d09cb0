// `quittance bench onboard`: what onboarding a model with a large corpus takes, as its owner runs it: a process of its
// own, whose CPU time and highest memory are read when it ends. The corpus is what the model was trained on, beside
// which generated rows are put that it was not: only what a model recites is measured further.
// Trap: the clock's time depends on what else the machine does, CPU time hardly.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { writeDeskCorpus } from '#bench/desk-corpus.ts';
import type { Arguments } from '../command.ts';
import { number, required } from '../values.ts';

/** What `process.resourceUsage` says: microseconds, and kilobytes. */
const Usage = z.object({ userCPUTime: z.number(), systemCPUTime: z.number(), maxRSS: z.number() });

export interface OnboardBench {
  readonly rows: number;
  readonly bytes: number;
  readonly customers: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMegabytes: number;
}

export const onboardBench = async (args: Arguments): Promise<{ result: OnboardBench; text: string }> => {
  const rows = number(args, 'rows', 10_000);
  const dir = join(args.dir, 'bench', 'onboard');
  mkdirSync(dir, { recursive: true });
  try {
    const register = args.value('people');
    const { corpus, people, customers, bytes } = await writeDeskCorpus(dir, { rows, ...(register && { register }) });
    const from = performance.now();
    const files = [...args.many('corpus'), corpus].flatMap((path) => ['--corpus', path]);
    const given = [required(args, 'model'), '--name', 'bench', ...files, '--people', people];
    const usage = await usageOf(dir, ['model', 'onboard', ...given, '--dir', join(dir, 'data')]);
    const result = {
      ...{ rows, bytes, customers },
      cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
      wallSeconds: (performance.now() - from) / 1000,
      peakMegabytes: (usage.maxRSS * 1024) / 1e6,
    };
    return { result, text: said(result) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const said = ({ rows, bytes, customers, cpuSeconds, wallSeconds, peakMegabytes }: OnboardBench): string =>
  `onboarding ${rows.toLocaleString('en')} generated rows (${(bytes / 1e6).toFixed(1)} MB) about ${customers.toLocaleString('en')} customers: ${cpuSeconds.toFixed(1)} s of CPU, ${wallSeconds.toFixed(1)} s by the clock, at most ${peakMegabytes.toFixed(0)} MB resident`;

/** Runs a command of this program; its own output goes to stderr. */
const usageOf = async (dir: string, command: readonly string[]): Promise<z.infer<typeof Usage>> => {
  const [told, hook] = [join(dir, 'usage.json'), join(dir, 'usage.mjs')];
  writeFileSync(hook, HOOK);
  const main = fileURLToPath(import.meta.resolve('#cli/main.ts'));
  const child = spawn(process.execPath, ['--import', hook, main, ...command], {
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, QUITTANCE_USAGE: told },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new QuittanceError('INTERNAL', { message: `quittance ${command[0]} ended with ${code}` });
  return Usage.parse(JSON.parse(readFileSync(told, 'utf8')));
};

const HOOK = `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(process.env.QUITTANCE_USAGE, JSON.stringify(process.resourceUsage())));
`;
