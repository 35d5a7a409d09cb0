// The installation's jobs as processes: the main of the container, with the variables that the template gives its job
// definitions. The GPU stack itself is not deployed: no emulator has its machines.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createProcessJobQueue } from '#adapters/local/process-job-queue.ts';
import { must } from '#core/errors.ts';
import type { Clock, JobQueue } from '#core/ports.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const Templated = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});
const Definition = z.object({
  ContainerProperties: z.object({ Environment: z.array(z.object({ Name: z.string() })) }),
});

/** Names of the variables that the job definitions of a template have, of which each has the same. */
export const containerVariables = (path: string): string[] => {
  const { Resources } = Templated.parse(JSON.parse(readFileSync(path, 'utf8')));
  const definitions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Batch::JobDefinition');
  const names = definitions.flatMap(({ Properties }) =>
    Definition.parse(Properties).ContainerProperties.Environment.map(({ Name }) => Name),
  );
  if (names.length === 0) throw new Error(`${path} has no job definition with variables`);
  return [...new Set(names)];
};

export interface Jobs {
  readonly queue: JobQueue;
  close(): Promise<void>;
}

export interface JobsOptions {
  /** Names that the template gives to the container. */
  readonly declared: readonly string[];
  /** What was deployed, by name. */
  readonly variables: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

/** What Batch and this place say themselves. */
const OWN = ['QUITTANCE_JOB', 'QUITTANCE_SCRATCH', 'AWS_REGION'];

export const jobProcesses = ({ declared, variables, clock }: JobsOptions): Jobs => {
  const { dir, remove } = temporaryFolder();
  const given = declared
    .filter((name) => !OWN.includes(name))
    .map((name) => [name, must(variables[name], name)] as const);
  const queue = createProcessJobQueue({
    database: join(dir, 'jobs.sqlite'),
    logs: join(dir, 'logs'),
    environment: { ...Object.fromEntries(given), QUITTANCE_SCRATCH: join(dir, 'scratch') },
    clock,
  });
  return { queue, close: async () => (await queue.close(), remove()) };
};
