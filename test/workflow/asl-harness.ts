// An engine on a scratch database with the functions and the job queue that the States Language cases ask for (their
// README: `oracle`, `batch`), and the matchers of the cases' expectations.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createAslEngine,
  type AslEngine,
  type AslEngineOptions,
  type Functions,
  type Jobs,
} from '#state-machine/engine.ts';

export const systemClock = { now: () => new Date() };

/** A clock that stands until it is set. */
export const manualClock = (start = '2026-03-01T00:00:00.000Z') => {
  let ms = Date.parse(start);
  let looks = 0;
  return {
    now: () => ((looks += 1), new Date(ms)),
    advance: (by: number) => {
      ms += by;
    },
    /**
     * Until somebody has looked at it a few times more: an engine that would act at this time has had every occasion.
     */
    looked: async () => {
      const enough = looks + 5;
      await until(() => looks >= enough);
    },
  };
};

/**
 * A clock that goes on with the timers of this process, not with the machine's time: when the machine stands still so
 * does it, and who is due first is first.
 */
export const steadyClock = (stepMs = 20) => {
  let ms = Date.parse('2026-03-01T00:00:00.000Z');
  let stopped = false;
  const timer = setInterval(() => (ms += stepMs), 1);
  return {
    now: () => new Date(ms),
    pause: async (by: number) => {
      const end = ms + by;
      while (ms < end && !stopped) await pause(1);
    },
    stop: () => ((stopped = true), clearInterval(timer)),
  };
};
export type SteadyClock = ReturnType<typeof steadyClock>;

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Polls a condition; the caller's test times out when it never holds. */
export const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await pause(5);
};

const folders: string[] = [];

export const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'asl-'));
  folders.push(folder);
  return folder;
};

export const removeScratch = () =>
  folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true }));

const engines: AslEngine[] = [];

export const closeEngines = async () => {
  for (const engine of engines.splice(0)) await engine.close();
};

/** Closed by `closeEngines`. */
export const openEngine = (options: Partial<AslEngineOptions> & Pick<AslEngineOptions, 'workflows'>): AslEngine => {
  const engine = createAslEngine({
    database: join(scratch(), 'workflows.sqlite'),
    functions: async (name) => Promise.reject(new Error(`no function ${name}`)),
    jobs: batchJobs(),
    clock: systemClock,
    ...options,
  });
  engines.push(engine);
  return engine;
};

/** A job whose name starts with `fail` ends FAILED, any other SUCCEEDED, after one RUNNING answer. */
export const batchJobs = (): Jobs & { submitted: string[] } => {
  const jobs = new Map<string, { name: string; asked: number }>();
  const submitted: string[] = [];
  return {
    submitted,
    async submit({ name }) {
      if (!jobs.has(name)) {
        submitted.push(name);
        jobs.set(name, { name, asked: 0 });
      }
      return { jobId: name };
    },
    async describe(jobId) {
      const job = jobs.get(jobId)!;
      job.asked += 1;
      if (job.asked === 1) return { status: 'RUNNING' };
      return job.name.startsWith('fail')
        ? { status: 'FAILED', reason: 'Essential container exited' }
        : { status: 'SUCCEEDED' };
    },
  };
};

interface OraclePayload {
  op: 'echo' | 'fail' | 'flaky' | 'untilCount' | 'sleep' | 'big' | 'token';
  v?: unknown;
  name?: string;
  message?: string;
  n?: number;
  key?: string;
  count?: number;
  ms?: number;
  token?: string;
  beats?: number;
  every?: number;
  after?: number;
  do?: 'success' | 'failure' | 'none';
  output?: unknown;
  error?: string;
  cause?: string;
}

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

/** The function `oracle` of the cases; token operations answer to the engine that `engine` yields. */
export const oracle = (engine: () => AslEngine, clock: SteadyClock): Functions => {
  const calls = new Map<string, number>();
  return async (functionName, payload) => {
    if (functionName !== 'oracle') throw named('ResourceNotFoundException', functionName);
    const asked = payload as OraclePayload;
    switch (asked.op) {
      case 'echo':
        return asked.v;
      case 'fail':
        throw named(asked.name!, asked.message ?? '');
      case 'flaky': {
        const count = (calls.get(asked.key!) ?? 0) + 1;
        calls.set(asked.key!, count);
        if (count <= asked.n!) throw named(asked.name ?? 'FlakyError', `call ${count}`);
        return { calls: count };
      }
      case 'untilCount':
        if (asked.count! < asked.n!) throw named('FlakyError', `count ${asked.count!}`);
        return { count: asked.count };
      case 'sleep':
        await clock.pause(asked.ms!);
        return 'slept';
      case 'big':
        return 'x'.repeat(asked.n!);
      case 'token':
        void callBack(engine(), asked, clock).catch(() => undefined); // late answers are refused
        return null;
    }
  };
};

const callBack = async (engine: AslEngine, asked: OraclePayload, clock: SteadyClock) => {
  const beats = asked.beats ?? 0;
  for (let i = 0; i < beats; i++) {
    await clock.pause(asked.every!);
    await engine.sendTaskHeartbeat(asked.token!);
  }
  await clock.pause((asked.after ?? 0) - beats * (asked.every ?? 0));
  if (asked.do === 'success') await engine.sendTaskSuccess(asked.token!, asked.output);
  if (asked.do === 'failure') await engine.sendTaskFailure(asked.token!, asked.error!, asked.cause!);
};

/** Whether a value is what an expectation with matchers ($any, $re, $oneOf, $set) asks for. */
export const matches = (value: unknown, expected: unknown): boolean => {
  if (Array.isArray(expected))
    return (
      Array.isArray(value) && value.length === expected.length && expected.every((each, i) => matches(value[i], each))
    );
  if (typeof expected !== 'object' || expected === null) return value === expected;
  const pattern = expected as Record<string, unknown>;
  if ('$any' in pattern) return value !== undefined;
  if ('$re' in pattern) return typeof value === 'string' && new RegExp(pattern['$re'] as string).test(value);
  if ('$oneOf' in pattern) return (pattern['$oneOf'] as unknown[]).some((each) => matches(value, each));
  if ('$set' in pattern) return isPermutation(value, pattern['$set'] as unknown[]);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(pattern);
  return (
    keys.length === Object.keys(value).length &&
    keys.every((key) => Object.hasOwn(value, key) && matches((value as Record<string, unknown>)[key], pattern[key]))
  );
};

const isPermutation = (value: unknown, expected: unknown[]): boolean => {
  if (!Array.isArray(value) || value.length !== expected.length) return false;
  const rest = [...(value as unknown[])];
  return expected.every((each) => {
    const i = rest.findIndex((candidate) => matches(candidate, each));
    return i >= 0 && rest.splice(i, 1).length === 1;
  });
};
