// An emulator as a child process on a free port of 127.0.0.1: ready when it answers, with its log in a file, ended by
// its own process id.
// Traps: on many virtual machines LocalStack believes that it is in Docker and would write to /var/lib; ministack runs
// whichever `node` is first on PATH.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export interface Emulator {
  readonly url: string;
  readonly log: string;
  stop(): Promise<void>;
}

/** Very long, because a server that cannot start usually exits, which is noticed at once. */
const START_MS = 1_200_000;
const LOOK_MS = 250;

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Step Functions; its Lambda and Batch calls go to `tasks`. */
export const startLocalstack = async (python: string, tasks: string): Promise<Emulator> => {
  const port = await freePort();
  const here = `127.0.0.1:${port}`;
  return start(script(python, 'start_localstack.py'), `http://${here}`, '/_localstack/health', (folder) => ({
    TASK_ENDPOINT: tasks,
    GATEWAY_LISTEN: here,
    LOCALSTACK_HOST: here,
    FILESYSTEM_ROOT: folder,
    OVERRIDE_IN_DOCKER: '0',
    DNS_ADDRESS: '0',
    DISABLE_EVENTS: '1',
    SKIP_SSL_CERT_DOWNLOAD: '1',
    LAMBDA_PREBUILD_IMAGES: '0',
    EAGER_SERVICE_LOADING: '0',
    SERVICES: 'stepfunctions,sts,iam,events',
  }));
};

/** Everything that the stacks need; a Lambda has the rights of its role and no others. Batch jobs go to `tasks`. */
export const startMinistack = async (python: string, tasks: string): Promise<Emulator> => {
  const port = await freePort();
  return start(script(python, 'start_ministack.py'), `http://127.0.0.1:${port}`, '/_ministack/health', (folder) => ({
    TASK_ENDPOINT: tasks,
    AUTH: 'true',
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    STATE_DIR: folder,
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  }));
};

/** Only tables, in memory. */
export const startDynamodbLocal = async (jars: string): Promise<Emulator> => {
  const port = await freePort();
  const main = join(import.meta.dirname, 'StartDynamoDbLocal.java');
  const options = ['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)];
  const command = ['java', `-Djava.library.path=${jars}`, '-cp', join(jars, '*'), main, ...options];
  return start(command, `http://127.0.0.1:${port}`, '/', () => ({}));
};

const script = (python: string, name: string) => [python, join(import.meta.dirname, name)];

const start = async (
  [command = '', ...args]: readonly string[],
  url: string,
  health: string,
  variables: (folder: string) => Readonly<Record<string, string>>,
): Promise<Emulator> => {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-emulator-'));
  const log = join(folder, 'log');
  const output = openSync(log, 'a');
  const child = spawn(command, args, {
    env: { ...withoutAws(process.env), TMPDIR: folder, ...variables(folder) }, // what it leaves goes with its folder
    cwd: folder,
    stdio: ['ignore', output, output],
  });
  await ready(child, url + health, log);
  const stop = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, log, stop };
};

/** The environment without the machine's own AWS account. */
const withoutAws = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const ready = async (child: ChildProcess, url: string, log: string): Promise<void> => {
  const tail = () => readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n');
  for (const until = Date.now() + START_MS; Date.now() < until; await pause(LOOK_MS)) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${tail()}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined && answer.status < 500) return;
  }
  await ended(child);
  throw new Error(`no answer at ${url}: ${tail()}`);
};

const PATIENCE_MS = 5_000;

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const impatient = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await gone;
  clearTimeout(impatient);
};
