// Lambda and AWS Batch, as far as a Step Functions task calls them, answered by our own step handlers and job queue.
// Several harnesses share one endpoint; the name of a function or queue says to which of them it belongs. Sources:
// Lambda API reference, Invoke; Batch API reference, SubmitJob, DescribeJobs, TerminateJob.
// Trap: a function's error is an answer with status 200 and a header.
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { JobQueue } from '#core/ports.ts';

export interface Tasks {
  readonly call: (functionName: string, payload: unknown) => Promise<unknown>;
  readonly jobs: JobQueue;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Submitted {
  readonly tasks: Tasks;
  readonly name: string;
  looks: number;
}

const SEPARATOR = '--';
/**
 * Longer than a caller keeps an idle connection: a connection that closes while it is being reused makes the task fail.
 */
const KEEP_MS = 900_000;

/** How an owner's function, job queue or state machine is called at the engine. */
export const nameIn = (owner: string, name: string): string => `${owner}${SEPARATOR}${name}`;

const ownerOf = (reference: string): { owner: string; name: string } => {
  const [owner = '', ...name] = (reference.split(/[:/]/).at(-1) ?? '').split(SEPARATOR);
  return { owner, name: name.join(SEPARATOR) };
};

export class TaskEndpoint {
  readonly #owners = new Map<string, Tasks>();
  readonly #jobs = new Map<string, Submitted>();
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ status = 200, headers = {}, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body ?? null));
    });
  });

  listen(port: number): Promise<void> {
    this.#server.keepAliveTimeout = KEEP_MS;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  add(owner: string, tasks: Tasks): void {
    this.#owners.set(owner, tasks);
  }

  #tasksOf(owner: string): Tasks {
    const found = this.#owners.get(owner);
    if (!found) throw new Error(`nobody answers for ${owner}`);
    return found;
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const body = JSON.parse((await text(request)) || '{}') as unknown;
    const invoked = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(pathname)?.[1];
    if (invoked !== undefined) return this.#invoke(decodeURIComponent(invoked), body);
    if (pathname === '/v1/submitjob') return this.#submit(body);
    if (pathname === '/v1/describejobs') return this.#describe(body);
    if (pathname === '/v1/terminatejob') return { body: {} };
    return { status: 404, body: { message: `nothing is served at ${pathname}` } };
  }

  async #invoke(functionName: string, payload: unknown): Promise<Answer> {
    const { owner, name } = ownerOf(functionName);
    try {
      return { body: (await this.#tasksOf(owner).call(name, payload)) ?? null };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      const headers = { 'x-amz-function-error': 'Unhandled' };
      return { headers, body: { errorType, errorMessage } };
    }
  }

  async #submit(body: unknown): Promise<Answer> {
    const { jobName, jobQueue, jobDefinition, parameters = {} } = SubmitJob.parse(body);
    const { owner } = ownerOf(jobQueue);
    const tasks = this.#tasksOf(owner);
    const jobId = nameIn(owner, `${jobName}-${this.#jobs.size}`);
    const queued = await tasks.jobs.submit({ name: jobId, definition: ownerOf(jobDefinition).name, parameters });
    this.#jobs.set(jobId, { tasks, name: queued.jobId, looks: 0 });
    return { body: { jobArn: `arn:aws:batch:us-east-1:000000000000:job/${jobId}`, jobId, jobName } };
  }

  /** RUNNING at the first look, as no real job has ended by then. */
  async #describe(body: unknown): Promise<Answer> {
    const jobs = DescribeJobs.parse(body).jobs.map(async (jobId) => {
      const job = this.#jobs.get(jobId)!;
      const { status, reason } = await job.tasks.jobs.describe(job.name);
      const seen = job.looks++ === 0 ? 'RUNNING' : status;
      return { jobId, jobName: job.name, status: seen, ...(reason === undefined ? {} : { statusReason: reason }) };
    });
    return { body: { jobs: await Promise.all(jobs) } };
  }
}

const SubmitJob = z.object({
  jobName: z.string(),
  jobQueue: z.string(),
  jobDefinition: z.string(),
  parameters: z.record(z.string(), z.string()).optional(),
});
const DescribeJobs = z.object({ jobs: z.array(z.string()) });

const text = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};
