// The main of a job: in the container on AWS Batch, and as a child process of the embedded engine. It gets ids and digests, opens the stores, runs the job by
// its definition's name and leaves the result under the job's name. The last line on stderr of a failed job is {code, message}.
// Trap: it must not take the data folder's lock; its parent holds it for both.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { localStores, type LocalStores } from '#adapters/local/index.ts';
import { initBackend } from '#containers/engine/tf.ts';
import { findJob } from '#containers/jobs.ts';
import { QuittanceError } from '#core/errors.ts';

const Environment = z.object({
  QUITTANCE_DIR: z.string(),
  /** Definition of the job. */
  QUITTANCE_JOB: z.string(),
  /** Parameters of the job: its name, under which the result is left, ids and digests. */
  job: z.string(),
  ticketId: z.string().optional(),
  planDigest: z.string().optional(),
  runDigest: z.string().optional(),
  QUITTANCE_BACKEND: z.enum(['auto', 'tensorflow', 'webgpu', 'wasm', 'wasm-ort']).default('auto'),
});

const main = async (): Promise<void> => {
  const environment = Environment.parse(process.env);
  const stores = localStores(environment.QUITTANCE_DIR, { lock: false });
  const scratch = join(environment.QUITTANCE_DIR, 'scratch', String(process.pid));
  mkdirSync(scratch, { recursive: true });
  try {
    await run(environment, stores, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    stores.close();
  }
};

const run = async (environment: z.infer<typeof Environment>, stores: LocalStores, scratch: string) => {
  const backend = await initBackend(environment.QUITTANCE_BACKEND);
  const { ticketId, planDigest, runDigest } = environment;
  const parameters = {
    ...(ticketId && { ticketId }),
    ...(planDigest && { planDigest }),
    ...(runDigest && { runDigest }),
  };
  const result = await findJob(environment.QUITTANCE_JOB).run(parameters, stores, {
    artifacts: stores.artifacts,
    scratch,
    backend: backend.name,
    onProgress: (stage, done, total, detail) =>
      process.stdout.write(`${JSON.stringify({ stage, done, total, detail })}\n`),
  });
  await stores.results.put(environment.job, result);
};

/** One JSON line that the job queue reads as the reason of the failure; no stack, which could quote data. */
const report = (error: unknown): void => {
  const known = error instanceof QuittanceError;
  const line = {
    code: known ? error.code : 'INTERNAL',
    message: known ? error.message : 'the job failed unexpectedly',
  };
  if (process.env['QUITTANCE_DEBUG']) console.error(error);
  process.stderr.write(`${JSON.stringify(line)}\n`);
  process.exitCode = 1;
};

await main().catch(report);
