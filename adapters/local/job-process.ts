// One job as a child process. Its output goes to a log file; JSON lines of its stdout are progress; the last JSON line
// of its stderr says why it failed.
// Trap: kill -9 of the parent leaves the child running, and its process id may since belong to another program, so a
// process is ended only if the job id is among its arguments.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

export interface JobProcessOptions {
  readonly jobId: string;
  /** Program and arguments; the job id is appended. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder of the log file `<jobId>.log`. */
  readonly logs: string;
  readonly onProgress: (line: Readonly<Record<string, unknown>>) => void;
}

export interface JobProcess {
  readonly pid: number | undefined;
  kill(signal: NodeJS.Signals): void;
  /** undefined when it ended well, else why not. */
  readonly ended: Promise<string | undefined>;
}

const ErrorLine = z.object({ code: z.string(), message: z.string() });
const ProgressLine = z.record(z.string(), z.unknown());

export const startJob = ({ jobId, command, environment, logs, onProgress }: JobProcessOptions): JobProcess => {
  const [program = process.execPath, ...args] = command;
  const child = spawn(program, [...args, jobId], { env: sparing(environment), stdio: ['ignore', 'pipe', 'pipe'] });
  mkdirSync(logs, { recursive: true });
  const log = createWriteStream(join(logs, `${jobId}.log`), { flags: 'a' });
  log.on('error', () => undefined); // a full disk does not stop the job; whether it could store its result decides
  let reason: string | undefined;
  onLine(child.stdout, (line) => {
    log.write(`${line}\n`);
    const progress = parseLine(ProgressLine, line);
    if (progress !== undefined) onProgress(progress);
  });
  onLine(child.stderr, (line) => {
    log.write(`${line}\n`);
    const error = parseLine(ErrorLine, line);
    if (error !== undefined) reason = `${error.code}: ${error.message}`;
  });
  const ended = endOf(child).then((failure) => (log.end(), failure === undefined ? undefined : (reason ?? failure)));
  return { pid: child.pid, kill: (signal) => void child.kill(signal), ended };
};

/**
 * What keeps a job's memory low, unless the environment says otherwise: its large values are tensors, which lie outside
 * of JavaScript's heap, so that a young generation of the usual size only stays full; and glibc keeps freed memory for
 * each thread, of which a job's take turns. Both are read when a process starts.
 */
const sparing = (environment: JobProcessOptions['environment']): JobProcessOptions['environment'] => ({
  MALLOC_ARENA_MAX: '1',
  ...environment,
  NODE_OPTIONS: ['--max-semi-space-size=2', environment['NODE_OPTIONS'] ?? ''].join(' ').trim(),
});

const onLine = (stream: NodeJS.ReadableStream, handle: (line: string) => void) =>
  void createInterface({ input: stream, crlfDelay: Infinity }).on('line', handle);

const parseLine = <T>(schema: z.ZodType<T>, line: string): T | undefined => {
  if (!line.startsWith('{')) return undefined;
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};

const endOf = (child: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `exit code ${code ?? 'unknown'}` : `ended by ${signal}`);
    });
  });

const GRACE_MS = 10_000;
const LOOK_MS = 50;

/** Ends a job that an earlier parent left running: first by SIGTERM, so that it can save its state, then by SIGKILL. */
export const endOrphan = async (pid: number, jobId: string, graceMs = GRACE_MS): Promise<void> => {
  if (!isJob(pid, jobId)) return;
  signal(pid, 'SIGTERM');
  for (let waited = 0; isJob(pid, jobId); waited += LOOK_MS) {
    if (waited >= graceMs) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
};

const signal = (pid: number, name: NodeJS.Signals) => {
  try {
    process.kill(pid, name);
  } catch {
    // it has gone by itself
  }
};

/** Process ids are reused, so the job id must be among the process's arguments. */
const isJob = (pid: number, jobId: string): boolean => {
  try {
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(jobId);
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).includes(jobId);
  } catch {
    return false;
  }
};
