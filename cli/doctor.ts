// `quittance doctor`: what is installed, which backend is used by default, and how fast each is. A process can use only
// one backend, so each is tried in a child process.
// Trap: a missing backend is reported with the reason; it is no error.
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Command } from './command.ts';

const BACKENDS = ['tensorflow', 'wasm-ort', 'wasm', 'webgpu'] as const;

const Found = z.object({
  name: z.string(),
  detail: z.string(),
  gflops: z.number(),
  updateMs: z.number(),
  rssMb: z.number(),
});
type Row = { backend: string } & (z.infer<typeof Found> | { missing: string });

export const doctor: Command = {
  name: 'doctor',
  summary: 'what is installed, which backend, how fast',
  usage: '',
  words: 0,
  options: {
    aws: {
      kind: 'flag',
      summary:
        'check the installation in the AWS account instead (reads only; region and credentials from the environment)',
    },
    prefix: { kind: 'value', value: 'NAME', summary: "the installation's prefix (default quittance)", with: ['aws'] },
  },
  example: 'quittance doctor',
  async run(args) {
    if (args.flag('aws')) return (await import('./doctor-aws.ts')).doctorAws(args);
    const rows = BACKENDS.map(probe);
    const chosen = rows.find((row) => 'gflops' in row && row.backend !== 'webgpu')?.backend ?? 'none';
    const result = {
      node: process.version,
      cores: cpus().length,
      memoryMb: Math.round(totalmem() / 2 ** 20),
      chosen,
      backends: rows,
    };
    args.print(result, () =>
      [
        `Node ${result.node}, ${result.cores} cores, ${result.memoryMb} MB`,
        ...rows.map(line),
        `taken by default: ${chosen}`,
      ].join('\n'),
    );
    return chosen === 'none' ? 2 : 0;
  },
};

const probe = (backend: string): Row => {
  const script = fileURLToPath(import.meta.resolve('#cli/doctor-probe.ts'));
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, backend], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) return { backend, missing: stderr.trim().split('\n').at(-1) ?? 'it did not start' };
  const parsed = Found.safeParse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}'));
  return parsed.success ? { backend, ...parsed.data } : { backend, missing: 'it gave no measurement' };
};

const line = (row: Row): string =>
  'missing' in row
    ? `  ${row.backend.padEnd(12)} –  ${row.missing}`
    : `  ${row.backend.padEnd(12)} ${row.gflops.toFixed(0)} GFLOP/s (512³), training update of the demo's shape ${row.updateMs.toFixed(0)} ms, ${row.rssMb.toFixed(0)} MB  ${row.detail}`;
