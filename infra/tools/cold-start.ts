// Cold start of every Lambda: `npm run cold-start` builds the deployed bundle and, for each function, starts a new Node
// process that loads it and handles one event, as Lambda's runtime does. AWS is replaced by a local server that holds
// nothing, so a step runs until it finds no ticket or model.
// Trap: the time includes Node's own start; on a busy machine the shortest time and the CPU time are more reliable than
// the median.
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { SCHEDULED_STEPS } from '#core/schedules.ts';
import { steps } from '#functions/steps.ts';
import { bundleCode, type Code } from '../stacks.ts';
import { workflowPlaceholders } from '../state-machine.ts';
import { VARIABLES } from '../variables.ts';

export interface ColdStart {
  readonly name: string;
  readonly bytes: number;
  /** Shortest and median from the process's start to the answer, in ms; CPU time of the median run. */
  readonly shortestMs: number;
  readonly medianMs: number;
  readonly cpuMs: number;
  /** What the handler answered: a status, an error's code, or `done`. */
  readonly answer: string;
}

interface Main {
  readonly name: string;
  readonly bundle: keyof Code;
  readonly variables: Readonly<Record<string, string>>;
  readonly event: unknown;
}

const TICKET = { ticketId: 'T-00000000000000000000' };
const HEALTH = {
  version: '2.0',
  rawPath: '/health',
  headers: { host: 'api.example' },
  requestContext: { domainName: 'api.example', http: { method: 'GET' } },
};

const WAITS = { ...TICKET, taskToken: 'token' };
const MODEL = { model: 'house' };
const DIGEST = `sha256:${'0'.repeat(64)}`;

/** Where the ticket's id is not the whole input. */
const EVENTS: Readonly<Record<string, unknown>> = {
  'close-ticket': { ...TICKET, outcome: 'withdrawn', reason: 'by-subject', by: 'desk' },
  'request-identity': WAITS,
  'request-approval': WAITS,
  'await-turn': WAITS,
  'await-release': WAITS,
  'record-run': { ...TICKET, planDigest: DIGEST },
  'record-failure': { ...TICKET, error: 'INTERNAL' },
  'send-reminders': {},
  'write-portfolio': {},
  'destroy-drafts': {},
  'retry-letters': {},
  'wake-answered': {},
  'check-continuity': { ...MODEL, trigger: 'daily', execution: 'e' },
  'record-recertification': {
    ...MODEL,
    check: { continuity: 'same', suite: false, job: '', planDigest: '' },
  },
  'destroy-quarantined': MODEL,
  'export-history': {
    detail: {
      executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:quittance-erasure:T-1',
      status: 'FAILED',
    },
  },
};

const operation = (name: string): Main => ({
  name,
  bundle: 'operations',
  variables: { QUITTANCE_OPERATION: name },
  event: EVENTS[name] ?? {},
});
const step = (name: string): Main => ({
  name,
  bundle: 'steps',
  variables: { QUITTANCE_STEP: name },
  event: EVENTS[name] ?? TICKET,
});

/** The Lambdas that are deployed, by entry file. */
const mains = (called = [...workflowPlaceholders(), ...SCHEDULED_STEPS]): Main[] => [
  ...steps.filter(({ name }) => called.includes(name)).map(({ name }) => step(name)),
  { name: 'api', bundle: 'api', variables: {}, event: HEALTH },
  operation('export-history'),
  operation('network-gate'),
];

/** As CloudFormation answers, whose protocol is forms and XML. */
const NO_STACK =
  '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>' +
  '<Message>Stack with id network does not exist</Message></Error></ErrorResponse>';

/** A local server that answers like an AWS account that holds nothing. */
const emptyAws = (): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        if (request.headers['content-type']?.includes('x-www-form-urlencoded')) response.writeHead(400).end(NO_STACK);
        else response.writeHead(request.method === 'GET' ? 404 : 200).end('{}');
      });
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });

const CHILD = `
const { handler } = await import(process.env.BUNDLE);
const answer = await handler(JSON.parse(process.env.EVENT)).then((r) => String(r?.statusCode ?? 'done'), (e) => e.name);
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ ms: performance.now(), cpuMs: (user + system) / 1000, answer }), () => process.exit());`;

const Started = z.object({ ms: z.number(), cpuMs: z.number(), answer: z.string() });
const run = promisify(execFile);

const once = async (file: string, { variables, event }: Main, endpoint: string) => {
  const BUNDLE = pathToFileURL(file).href;
  const env = { ...VARIABLES, ...variables, AWS_ENDPOINT_URL: endpoint, BUNDLE, EVENT: JSON.stringify(event) };
  const began = performance.now();
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', CHILD], { env });
  return { ...Started.parse(JSON.parse(stdout)), ms: performance.now() - began };
};

const measured = async (code: Code, main: Main, endpoint: string, rounds: number): Promise<ColdStart> => {
  const file = join(code[main.bundle], 'index.mjs');
  const runs = [];
  for (let i = 0; i < rounds; i++) runs.push(await once(file, main, endpoint));
  runs.sort((a, b) => a.ms - b.ms);
  const [shortest, median] = [runs[0]!, runs[rounds >> 1]!];
  const { answer, cpuMs } = median;
  return { name: main.name, bytes: statSync(file).size, shortestMs: shortest.ms, medianMs: median.ms, cpuMs, answer };
};

/** Each Lambda in turn, `rounds` fresh processes each. */
export const coldStarts = async (rounds = 5, region = 'DE-BE'): Promise<ColdStart[]> => {
  const dir = await mkdtemp(join(tmpdir(), 'quittance-cold-'));
  const server = await emptyAws();
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const code = await bundleCode(dir, { region, entities: {} });
    const results: ColdStart[] = [];
    for (const main of mains()) results.push(await measured(code, main, endpoint, rounds));
    return results;
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(dir, { recursive: true });
  }
};

/** As Markdown, ending in a newline. */
export const coldStartTable = (results: readonly ColdStart[]): string =>
  [
    '| Lambda | bundle, KB | shortest, ms | median, ms | CPU, ms | answered |',
    '|---|--:|--:|--:|--:|---|',
    ...results.map(({ name, bytes, shortestMs, medianMs, cpuMs, answer }) => {
      const numbers = [bytes / 1000, shortestMs, medianMs, cpuMs].map((n) => n.toFixed(0));
      return `| ${[name, ...numbers, answer].join(' | ')} |`;
    }),
    '',
  ].join('\n');

if (import.meta.main) process.stdout.write(coldStartTable(await coldStarts()));
