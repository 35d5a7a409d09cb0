// The main of a job: in the container on AWS Batch (stores in S3 and DynamoDB), and as a child process of the embedded
// engine (a data folder). It gets ids and digests, opens the stores, runs the job by its definition's name and stores
// the result under the job's name. The last line on stderr of a failed job is {code, message}; of a fault, which has no
// message, a line before it says where it came from. On SIGTERM, which precedes the reclaiming of a Spot instance, it
// saves the run's state and exits with 75 (EX_TEMPFAIL of sysexits.h). The same job started again continues from there,
// as it does after `kill -9`.
// Trap: on a data folder it must not take the lock, which its parent holds for both.
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { storeError } from '#adapters/local/durable-file.ts';
import { endingOnSignal, INTERRUPTED, type Ending } from '#containers/run-saves.ts';
import { initBackend } from '#engine/tf.ts';
import { findJob, type JobPorts } from '#containers/jobs.ts';
import { runStates } from '#containers/run-state.ts';
import { QuittanceError, type ErrorCode } from '#core/errors.ts';
import { progressWriter } from '#core/job-progress.ts';
import type { Ports } from '#core/ports.ts';
import { failureName, type JobFailure } from '#core/run.ts';
import type { Place } from '#functions/faults.ts';
import { bare } from './bare-error.ts';
import { besideOn, endWithParent } from './beside.ts';

const some = z
  .string()
  .optional()
  .transform((text) => (text === '' ? undefined : text));

const Environment = z.object({
  /** The data folder; absent on AWS, where each store has variables of its own. */
  QUITTANCE_DIR: some,
  /** Where scratch files go; default: in the data folder. */
  QUITTANCE_SCRATCH: some,
  AWS_BATCH_JOB_ID: z
    .string()
    .regex(/^[\w:-]+$/)
    .default(`process-${process.pid}`),
  /** Definition of the job. */
  QUITTANCE_JOB: z.string(),
  /** Parameters of the job: its name, under which the result is left, ids and digests. */
  job: z.string(),
  ticketId: some,
  planDigest: some,
  runDigest: some,
  QUITTANCE_BACKEND: z.enum(['auto', 'tensorflow', 'webgpu', 'wasm', 'wasm-ort']).default('auto'),
  /** Save the state of a run every so many updates, or seconds. */
  QUITTANCE_SAVE_UPDATES: z.coerce.number().int().positive().optional(),
  QUITTANCE_SAVE_SECONDS: z.coerce.number().positive().optional(),
});
type Environment = z.infer<typeof Environment>;

/**
 * Environment variables; arguments of the form name=value take precedence. INVALID_INPUT with the names of those that
 * are missing or malformed.
 */
const readEnvironment = (): Environment => {
  const given = process.argv.slice(2).flatMap((argument) => {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(argument) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
  const parsed = Environment.safeParse({ ...process.env, ...Object.fromEntries(given) });
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map(({ path }) => path.join('.'));
  throw new QuittanceError('INVALID_INPUT', {
    message: `a job is told what to do by variables or name=value; missing or malformed: ${names.join(', ')}`,
  });
};

/** What a fault is said of. */
let place: Place = { where: 'a job' };

const main = async (): Promise<void> => {
  const environment = readEnvironment();
  place = { where: `job ${environment.QUITTANCE_JOB}`, event: { ticketId: environment.ticketId } };
  const ending = endingOnSignal();
  endWithParent();
  const { ports, close } = await openStores(environment);
  const base = environment.QUITTANCE_SCRATCH ?? join(environment.QUITTANCE_DIR ?? '.', 'scratch');
  const scratch = join(base, environment.AWS_BATCH_JOB_ID);
  rmSync(scratch, { recursive: true, force: true }); // an attempt that was killed leaves weights in it
  mkdirSync(scratch, { recursive: true });
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  try {
    await run(environment, ports, scratch, ending);
  } catch (cause) {
    const error = storeError(cause);
    await leaveFailure(environment.job, ports, codeOf(error));
    throw error;
  } finally {
    close();
  }
};

const codeOf = (error: unknown): ErrorCode => (error instanceof QuittanceError ? error.code : 'INTERNAL');

/** Stores why the job failed; an error while doing so must not hide the failure itself. */
const leaveFailure = async (job: string, { results }: Pick<Ports, 'results'>, code: ErrorCode): Promise<void> => {
  if (code === 'JOB_INTERRUPTED') return; // it will continue
  const failure: JobFailure = { kind: 'quittance-job-failure/v1', code };
  await results.put(failureName(job), failure).catch(() => undefined);
};

const openStores = async ({
  QUITTANCE_DIR: dir,
}: Environment): Promise<{ ports: JobPorts & Pick<Ports, 'results'>; close: () => void }> => {
  if (dir === undefined) {
    const { awsPorts } = await import('#adapters/aws/index.ts');
    return { ports: awsPorts(process.env), close: () => undefined };
  }
  const { localStores } = await import('#adapters/local/index.ts');
  const ports = localStores(dir, { lock: false });
  return { ports, close: ports.close };
};

const run = async (
  environment: Environment,
  ports: JobPorts & Pick<Ports, 'results'>,
  scratch: string,
  ending: Ending,
) => {
  const backend = await initBackend(environment.QUITTANCE_BACKEND);
  const { ticketId, planDigest, runDigest } = environment;
  // named one by one: on AWS touching a port needs variables that a job does not have
  const { artifacts, results } = ports;
  const parameters = {
    ...(ticketId !== undefined && { ticketId }),
    ...(planDigest !== undefined && { planDigest }),
    ...(runDigest !== undefined && { runDigest }),
  };
  const write = progressWriter(environment.job, results, () => new Date());
  const result = await findJob(environment.QUITTANCE_JOB).run(parameters, ports, {
    artifacts,
    scratch,
    backend: backend.name,
    onProgress: (stage, done, total, detail) => {
      say({ stage, done, total, detail });
      if (stage !== 'memory') write(stage, done, total);
    },
    saves: { ...saving(environment), states: runStates({ artifacts, results, backend: backend.name }), ending },
    ...(hasCoreLeft(environment, backend.name) && { beside: besideOn(MAIN, environment.AWS_BATCH_JOB_ID) }),
  });
  await results.put(environment.job, result);
  say({ stage: 'ended', done: 1, total: 1, peakRssMb: process.resourceUsage().maxRSS / 1024 });
};

const MAIN = fileURLToPath(import.meta.url);

/** A container of AWS Batch computes one thing at a time, as an accelerator does. */
const hasCoreLeft = ({ QUITTANCE_DIR: dir }: Environment, backend: string): boolean =>
  dir !== undefined && backend.startsWith('wasm') && availableParallelism() > 1;

const saving = ({ QUITTANCE_SAVE_UPDATES: everyUpdates, QUITTANCE_SAVE_SECONDS: everySeconds }: Environment) => ({
  ...(everyUpdates !== undefined && { everyUpdates }),
  ...(everySeconds !== undefined && { everySeconds }),
  onMissed: (code: string) => say({ stage: 'save', done: 0, total: 1, detail: code }),
});

const say = (line: Readonly<Record<string, unknown>>) => process.stdout.write(`${JSON.stringify(line)}\n`);

/**
 * One JSON line that the job queue reads as the reason of the failure; no message of a fault and no stack's head, which
 * could quote data. The line before it says where a fault came from.
 */
const report = (cause: unknown): void => {
  const error = storeError(cause);
  const { name: code, message } = bare(error, place);
  if (process.env['QUITTANCE_DEBUG']) console.error(error);
  process.stderr.write(`${JSON.stringify({ code, message })}\n`);
  process.exitCode = code === 'JOB_INTERRUPTED' ? INTERRUPTED : 1;
};

await main().catch(report);
