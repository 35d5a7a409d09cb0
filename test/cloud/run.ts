// `npm run test:cloud`: the tiers over real protocols. With AWS_ENDPOINT_URL the contract suites run against whatever
// answers there; without it the emulators are installed (once, into node_modules/.cache) and started, each on a free
// port of 127.0.0.1. Names of tiers choose them; other arguments go on to jest. Says which tiers ran, and why others
// did not.
// Trap: jest fails when a tier fails; a tier that cannot run is no failure.
import { spawn } from 'node:child_process';
import { dynamodbLocal, localstack, ministack, type Installed } from './emulators/cache.ts';
import { freePort, startDynamodbLocal, startLocalstack, startMinistack, type Emulator } from './emulators/server.ts';

interface Tier {
  readonly name: (typeof NAMES)[number];
  /** Files that belong to it. */
  readonly files: readonly string[];
  readonly project: string;
  /** Variables that it runs under, or why it does not. */
  readonly prepared: Readonly<Record<string, string>> | string;
}

const NAMES = ['asl', 'asl-differential', 'contract', 'stack', 'dynamodb-local'] as const;
const named = NAMES.filter((name) => process.argv.includes(name));
const wanted = (...names: readonly (typeof NAMES)[number][]) =>
  named.length === 0 || names.some((name) => named.includes(name));
const NOT_ASKED = 'not asked for';

const started: Emulator[] = [];
const CREDENTIALS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
const ELSEWHERE = 'AWS_ENDPOINT_URL is set: the emulators are not started';
const given = process.env['AWS_ENDPOINT_URL'];

const withEmulator = async (
  install: () => Promise<Installed | { readonly jars: string }>,
  start: (installed: string) => Promise<Emulator>,
  variables: (url: string) => Readonly<Record<string, string>>,
): Promise<Tier['prepared']> => {
  if (given !== undefined) return ELSEWHERE;
  const installed = await install();
  if ('missing' in installed) return installed.missing;
  try {
    const emulator = await start('python' in installed ? installed.python : installed.jars);
    started.push(emulator);
    return variables(emulator.url);
  } catch (error) {
    return `it did not start: ${(error as Error).message}`;
  }
};

const tasks = (port: number) => `http://127.0.0.1:${port}`;

const differential = async (): Promise<Tier['prepared']> => {
  const port = await freePort();
  const variables = (url: string) => ({ QUITTANCE_SFN_ENDPOINT: url, QUITTANCE_TASKS_PORT: String(port) });
  return withEmulator(localstack, (python) => startLocalstack(python, tasks(port)), variables);
};

const stack = async (): Promise<Tier['prepared']> => {
  const port = await freePort();
  const variables = (url: string) => ({
    ...CREDENTIALS,
    AWS_ENDPOINT_URL: url,
    QUITTANCE_STACK_TASKS_PORT: String(port),
  });
  return withEmulator(ministack, (python) => startMinistack(python, tasks(port)), variables);
};

const dynamodb = async (): Promise<Tier['prepared']> => {
  const named = process.env['QUITTANCE_DYNAMODB_LOCAL'];
  if (named !== undefined) return { ...CREDENTIALS, QUITTANCE_DYNAMODB_LOCAL: named };
  return withEmulator(dynamodbLocal, startDynamodbLocal, (url) => ({ ...CREDENTIALS, QUITTANCE_DYNAMODB_LOCAL: url }));
};

const contract = (onStack: Tier['prepared']): Tier['prepared'] => (given === undefined ? onStack : {});

const tiers = async (): Promise<Tier[]> => {
  const onStack = wanted('contract', 'stack') ? await stack() : NOT_ASKED;
  const all: Tier[] = [
    { name: 'asl', project: 'workflow', files: ['asl-cases', 'definitions'], prepared: {} },
    {
      name: 'asl-differential',
      project: 'cloud',
      files: ['cloud/asl-differential'],
      prepared: wanted('asl-differential') ? await differential() : NOT_ASKED,
    },
    {
      name: 'contract',
      project: 'cloud',
      files: ['cloud/contract', 'cloud/interrupted-job', 'cloud/log-key'],
      prepared: contract(onStack),
    },
    { name: 'stack', project: 'cloud', files: ['cloud/stack'], prepared: onStack },
    {
      name: 'dynamodb-local',
      project: 'cloud',
      files: ['cloud/dynamodb-local'],
      prepared: wanted('dynamodb-local') ? await dynamodb() : NOT_ASKED,
    },
  ];
  return all.filter(({ name }) => wanted(name));
};

const jest = (files: readonly string[], project: string, variables: Readonly<Record<string, string>>) =>
  new Promise<boolean>((resolve) => {
    const script = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
    const others = process.argv.slice(2).filter((argument) => !NAMES.some((name) => name === argument));
    const chosen = [...files, ...others, '-w', '1', '--maxConcurrency', '12', '--selectProjects', project];
    const env = { ...process.env, ...variables, QUITTANCE_CLOUD: 'yes' };
    const child = spawn(process.execPath, [...script, ...chosen], { stdio: 'inherit', env });
    child.once('exit', (code) => resolve(code === 0));
  });

const run = async ({ files, project, prepared }: Tier): Promise<string> => {
  if (typeof prepared === 'string') return `skipped: ${prepared}`;
  return (await jest(files, project, prepared)) ? 'passed' : 'FAILED';
};

const results: string[] = [];
try {
  for (const tier of await tiers()) results.push(`${tier.name}: ${await run(tier)}`);
} finally {
  for (const emulator of started) await emulator.stop();
}
console.log(['', 'tiers:', ...results.map((line) => `  ${line}`)].join('\n'));
process.exitCode = results.some((line) => line.endsWith('FAILED')) ? 1 : 0;
