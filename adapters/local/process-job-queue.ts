// The JobQueue port on child processes of this machine: rows in a database of its own, so that a job outlives the
// process that submitted it. A job that was running when that process died is started again and continues from the
// state that it saved. The child's environment has its parameters, QUITTANCE_JOB (the definition), and AWS_BATCH_JOB_ID
// and AWS_BATCH_JOB_ATTEMPT as under AWS Batch. Trap: SIGTERM is passed on to the children, and a job that it ends
// while the queue closes has not failed.
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { canonicalize, digestOf } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Clock, JobQueue } from '#core/ports.ts';
import { openOwned, type OwnedDatabase } from '#state-machine/database.ts';
import { transaction } from '#state-machine/sqlite.ts';
import { endOrphan, startJob, type JobProcess } from './job-process.ts';

export interface JobProgress {
  readonly jobId: string;
  readonly name: string;
  readonly definition: string;
  /** One JSON line of the job's stdout. */
  readonly line: Readonly<Record<string, unknown>>;
}

export interface ProcessJobQueueOptions {
  /** Path of the database file; created when absent. */
  readonly database: string;
  /** Folder of the log files, one a job. */
  readonly logs: string;
  /** Program and arguments of a job; the job id is appended. Default: this Node on entry/batch.ts. */
  readonly command?: readonly string[];
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Jobs that run at once; default 1. */
  readonly atOnce?: number;
  /** How long a job may take to end after SIGTERM before it is killed, in milliseconds; default 10 s. */
  readonly graceMs?: number;
  readonly onProgress?: (progress: JobProgress) => void;
}

export interface ProcessJobQueue extends JobQueue {
  /** Ends a job that nobody waits for, which becomes FAILED. A job that has ended stays as it is. */
  cancel(jobId: string): Promise<void>;
  /** Asks running jobs to save their state and end; they run again when the queue is next opened. */
  close(): Promise<void>;
}

/** STORE_LOCKED while another process has the queue. Jobs that were submitted or running start at once. */
export const createProcessJobQueue = (options: ProcessJobQueueOptions): ProcessJobQueue => new Queue(options);

const SCHEMA = `
CREATE TABLE IF NOT EXISTS job (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL, parameters TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,
  attempt INTEGER NOT NULL, pid INTEGER, submitted_at INTEGER NOT NULL, started_at INTEGER, stopped_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS job_open ON job (submitted_at) WHERE status IN ('SUBMITTED', 'RUNNING');
`;

const Job = z.object({
  id: z.string(),
  name: z.string(),
  definition: z.string(),
  parameters: z.string(),
  status: z.enum(['SUBMITTED', 'RUNNING', 'SUCCEEDED', 'FAILED']),
  reason: z.string().nullable(),
  attempt: z.int(),
  pid: z.int().nullable(),
});
type Job = z.infer<typeof Job>;

const JobParameters = z.record(z.string(), z.string());

const BATCH_ENTRY = fileURLToPath(import.meta.resolve('#entry/batch.ts'));
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

class Queue implements ProcessJobQueue {
  readonly #options: ProcessJobQueueOptions;
  readonly #owned: OwnedDatabase;
  readonly #running = new Map<string, { process: JobProcess | undefined; done: Promise<void> }>();
  readonly #forward = (signal: NodeJS.Signals) => this.#passOn(signal);
  #closing = false;
  /** What kept a job from its end, or the queue from recording it. Told once; the job runs again after that. */
  #broken: Error | undefined;

  constructor(options: ProcessJobQueueOptions) {
    this.#options = options;
    this.#owned = openOwned(options.database, SCHEMA);
    for (const signal of SIGNALS) process.on(signal, this.#forward);
    this.#startNext();
  }

  async submit({ name, definition, parameters }: Parameters<JobQueue['submit']>[0]): Promise<{ jobId: string }> {
    checkNames(parameters);
    const jobId = `J-${digestOf(name).slice('sha256:'.length, 'sha256:'.length + 24)}`;
    const text = canonicalize(parameters);
    const existing = this.#find(jobId);
    if (existing === undefined) {
      const values = [jobId, name, definition, text, this.#now()] as const;
      this.#write(`INSERT INTO job VALUES (?, ?, ?, ?, 'SUBMITTED', NULL, 0, NULL, ?, NULL, NULL)`, ...values);
      this.#startNext();
    } else if (existing.definition !== definition || existing.parameters !== text) throw otherJob(name);
    return { jobId };
  }

  async describe(jobId: string): ReturnType<JobQueue['describe']> {
    const { status, reason } = this.#known(jobId);
    return { status, ...(reason === null ? {} : { reason }) };
  }

  async cancel(jobId: string): Promise<void> {
    const { status } = this.#known(jobId);
    if (status !== 'SUBMITTED' && status !== 'RUNNING') return;
    this.#finish(jobId, 'cancelled');
    const running = this.#running.get(jobId);
    if (running !== undefined) await this.#endGently(running);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#running.values()].map((running) => this.#endGently(running)));
    for (const signal of SIGNALS) process.off(signal, this.#forward);
    this.#owned.close();
  }

  async #endGently({ process: child, done }: { process: JobProcess | undefined; done: Promise<void> }): Promise<void> {
    child?.kill('SIGTERM');
    const timer = setTimeout(() => child?.kill('SIGKILL'), this.#options.graceMs ?? 10_000);
    await done;
    clearTimeout(timer);
  }

  /**
   * With a listener for a signal, Node no longer ends by it. Where this queue has the only listener, it removes it and
   * sends the signal to its own process again.
   */
  #passOn(signal: NodeJS.Signals): void {
    this.#closing = true;
    for (const { process: child } of this.#running.values()) child?.kill(signal);
    if (process.listenerCount(signal) > 1) return;
    process.off(signal, this.#forward);
    process.kill(process.pid, signal);
  }

  #startNext(): void {
    const waiting = this.#all(
      `SELECT * FROM job WHERE status IN ('SUBMITTED', 'RUNNING') ORDER BY submitted_at, rowid`,
    );
    for (const job of waiting) {
      if (this.#closing || this.#running.size >= (this.#options.atOnce ?? 1)) return;
      if (!this.#running.has(job.id)) this.#start(job);
    }
  }

  #start(job: Job): void {
    const running: { process: JobProcess | undefined; done: Promise<void> } = {
      process: undefined,
      done: Promise.resolve(),
    };
    this.#running.set(job.id, running);
    running.done = this.#run(job, running).then(
      () => {
        this.#running.delete(job.id);
        this.#startNext();
      },
      (error: unknown) => {
        this.#running.delete(job.id);
        this.#broken = error as Error;
      },
    );
  }

  /** A row that is RUNNING before it was started here was left by an earlier process of the queue. */
  async #run(job: Job, running: { process: JobProcess | undefined }): Promise<void> {
    if (job.pid !== null) await endOrphan(job.pid, job.id, this.#options.graceMs);
    if (this.#isClosing() || this.#known(job.id).status === 'FAILED') return;
    const child = startJob(this.#processOptions(job));
    running.process = child;
    const values = [job.attempt + 1, child.pid ?? null, this.#now(), job.id] as const;
    this.#write(`UPDATE job SET status = 'RUNNING', attempt = ?, pid = ?, started_at = ? WHERE id = ?`, ...values);
    const failure = await child.ended;
    if (this.#known(job.id).status === 'FAILED') return; // cancelled meanwhile
    if (this.#closing && failure !== undefined)
      this.#write(`UPDATE job SET status = 'SUBMITTED', pid = NULL WHERE id = ?`, job.id);
    else if (failure?.startsWith('STORE_FULL:')) throw diskFull(failure);
    else this.#finish(job.id, failure);
  }

  #isClosing(): boolean {
    return this.#closing;
  }

  #processOptions({ id: jobId, name, definition, parameters, attempt }: Job) {
    const { command = [process.execPath, BATCH_ENTRY], environment, logs, onProgress } = this.#options;
    return {
      jobId,
      command,
      logs,
      environment: {
        ...process.env,
        ...environment,
        ...JobParameters.parse(JSON.parse(parameters)),
        QUITTANCE_JOB: definition,
        AWS_BATCH_JOB_ID: jobId,
        AWS_BATCH_JOB_ATTEMPT: String(attempt + 1),
      },
      onProgress: (line: JobProgress['line']) => onProgress?.({ jobId, name, definition, line }),
    };
  }

  #finish(jobId: string, failure: string | undefined): void {
    const status = failure === undefined ? 'SUCCEEDED' : 'FAILED';
    const values = [status, failure ?? null, this.#now(), jobId] as const;
    this.#write('UPDATE job SET status = ?, reason = ?, stopped_at = ?, pid = NULL WHERE id = ?', ...values);
  }

  #known(jobId: string): Job {
    const broken = this.#broken;
    this.#broken = undefined;
    if (broken !== undefined) {
      this.#startNext();
      throw broken;
    }
    const job = this.#find(jobId);
    if (job === undefined) throw new QuittanceError('NOT_FOUND', { message: 'there is no such job', got: jobId });
    return job;
  }

  #find(jobId: string): Job | undefined {
    return this.#all('SELECT * FROM job WHERE id = ?', jobId)[0];
  }

  #all(sql: string, ...values: string[]): Job[] {
    const rows = z.array(Job).safeParse(this.#owned.database.prepare(sql).all(...values));
    if (rows.success) return rows.data;
    throw new QuittanceError('STORE_CORRUPT', {
      message: `${this.#options.database}: a job does not have the form it was written with`,
    });
  }

  #write(sql: string, ...values: readonly (string | number | null)[]): void {
    transaction(this.#owned.database, () => void this.#owned.database.prepare(sql).run(...values));
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}

/** Parameters become environment variables of the child, so names that steer Node or the loader are refused. */
const checkNames = (parameters: Readonly<Record<string, string>>): void => {
  const wrong = Object.keys(parameters).find(
    (name) => !/^[A-Za-z_]\w*$/.test(name) || /^(NODE_|LD_|DYLD_|PATH$)/.test(name),
  );
  if (wrong === undefined) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'this may not be the name of a job parameter',
    expected: 'a name of letters, digits and _, but not PATH, NODE_…, LD_… or DYLD_…',
    got: wrong,
  });
};

/** Of a job: it has failed at nothing, and goes on from what it saved once there is room. */
const diskFull = (message: string) =>
  new QuittanceError('STORE_FULL', { message, hint: 'free some space and run the command again' });

const otherJob = (name: string) =>
  new QuittanceError('INVALID_INPUT', {
    message: `a job named ${name} was submitted with another definition or other parameters`,
    hint: 'a name is an idempotency key: choose another for another job',
  });
