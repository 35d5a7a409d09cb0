// What the engine keeps and when it acts: absolute time across restarts and clocks that go back, one writer, one commit
// for many, full disk.
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Functions } from '#state-machine/engine.ts';
import { QuittanceError } from '#core/errors.ts';
import { closeEngines, manualClock, openEngine, pause, removeScratch, scratch, until } from './asl-harness.ts';

afterEach(closeEngines);
afterAll(removeScratch);

const wait = (seconds: number) => ({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: seconds, End: true } } });

const task = (extra: object = {}) => ({
  StartAt: 'T',
  States: { T: { Type: 'Task', Resource: 'work', End: true, ...extra } },
});

const code = (expected: string) => expect.objectContaining({ code: expected }) as unknown as Error;

describe('time', () => {
  it('a wait that ended while nothing ran is over on resume; one that has not keeps its time', async () => {
    const database = join(scratch(), 'w.sqlite');
    const clock = manualClock();
    // 60 days: more than a timer of the runtime holds
    const workflows = { short: wait(60), long: wait(3600 * 24 * 60) };
    const first = openEngine({ workflows, clock, database });
    const [short, long] = await Promise.all(
      ['short', 'long'].map((workflow) => first.start({ workflow, name: 'a', input: {} })),
    );
    await first.close();
    clock.advance(61_000);
    const second = openEngine({ workflows, clock, database, clockPollMs: 5 });
    await second.resume();
    expect((await second.settled(short!.executionId)).status).toBe('SUCCEEDED');
    clock.advance(3600 * 24 * 59 * 1000);
    await clock.looked();
    expect((await second.describe(long!.executionId)).status).toBe('RUNNING');
    clock.advance(3600 * 24 * 1000);
    expect((await second.settled(long!.executionId)).status).toBe('SUCCEEDED');
  });

  it('nothing starts or fires before resume', async () => {
    const database = join(scratch(), 'w.sqlite');
    const clock = manualClock();
    const first = openEngine({ workflows: { w: wait(10) }, clock, database });
    const { executionId } = await first.start({ workflow: 'w', name: 'a', input: {} });
    await first.close();
    clock.advance(20_000);
    const second = openEngine({ workflows: { w: wait(10) }, clock, database, clockPollMs: 5 });
    await pause(30);
    expect((await second.describe(executionId)).status).toBe('RUNNING');
    await second.resume();
    expect((await second.settled(executionId)).status).toBe('SUCCEEDED');
  });

  it('a clock that goes back fires nothing early, nothing twice, and the history never goes back', async () => {
    const clock = manualClock();
    let calls = 0;
    const functions: Functions = async () => {
      calls += 1;
      throw Object.assign(new Error('again'), { name: 'Again' });
    };
    const workflows = { t: task({ Retry: [{ ErrorEquals: ['Again'], IntervalSeconds: 60, MaxAttempts: 1 }] }) };
    const engine = openEngine({ workflows, functions, clock, clockPollMs: 5 });
    const { executionId } = await engine.start({ workflow: 't', name: 'a', input: {} });
    await until(async () => (await engine.history(executionId)).some(({ type }) => type === 'LambdaFunctionFailed'));
    clock.advance(-3600_000);
    await clock.looked();
    expect(calls).toBe(1);
    clock.advance(3600_000 + 60_000);
    await engine.settled(executionId);
    clock.advance(-120_000);
    await pause(30); // nobody looks at the clock any more
    expect(calls).toBe(2);
    const times = (await engine.history(executionId)).map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('a clock that refuses to go back stops the engine with its code; resume goes on where it stood', async () => {
    const clock = manualClock();
    let refuses = false;
    const now = () => {
      if (refuses) throw new QuittanceError('CLOCK_WENT_BACK', { message: 'back' });
      return clock.now();
    };
    const engine = openEngine({ workflows: { w: wait(10) }, clock: { now }, clockPollMs: 5 });
    const { executionId } = await engine.start({ workflow: 'w', name: 'a', input: {} });
    refuses = true;
    await expect(engine.start({ workflow: 'w', name: 'b', input: {} })).rejects.toThrow(code('CLOCK_WENT_BACK'));
    refuses = false;
    await engine.resume();
    clock.advance(11_000);
    expect((await engine.settled(executionId)).status).toBe('SUCCEEDED');
    await expect(engine.describe('w:b')).rejects.toThrow(code('EXECUTION_NOT_FOUND'));
  });

  it('jitter draws each delay from nothing to the whole of it', async () => {
    const clock = manualClock();
    const functions: Functions = async () => Promise.reject(Object.assign(new Error('again'), { name: 'Again' }));
    const Retry = [{ ErrorEquals: ['Again'], IntervalSeconds: 100, MaxAttempts: 1, JitterStrategy: 'FULL' }];
    const engine = openEngine({
      workflows: { t: task({ Retry }) },
      functions,
      clock,
      clockPollMs: 5,
      random: () => 0.25,
    });
    const { executionId } = await engine.start({ workflow: 't', name: 'a', input: {} });
    await until(async () => (await engine.history(executionId)).some(({ type }) => type === 'LambdaFunctionFailed'));
    clock.advance(24_900);
    await clock.looked();
    expect((await engine.describe(executionId)).status).toBe('RUNNING');
    clock.advance(100);
    expect(await engine.settled(executionId)).toMatchObject({ status: 'FAILED', error: 'Again' });
  });
});

/**
 * Commits in the write-ahead log: frames that say how large the database is after them.
 * https://www.sqlite.org/fileformat2.html#walformat
 */
const commitsIn = (database: string): number => {
  const log = readFileSync(`${database}-wal`);
  const frame = 24 + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  const starts = Array.from({ length: Math.floor((log.length - 32) / frame) }, (_, i) => 32 + i * frame);
  return starts.filter((at) => log.readUInt32BE(at + 4) > 0 && log.subarray(at + 8, at + 16).equals(salt)).length;
};

describe('the database', () => {
  it('is open in one engine at a time', async () => {
    const database = join(scratch(), 'w.sqlite');
    const first = openEngine({ workflows: {}, database });
    expect(() => openEngine({ workflows: {}, database })).toThrow(code('STORE_LOCKED'));
    await first.close();
    expect(() => openEngine({ workflows: {}, database })).not.toThrow();
  });

  it('is refused to a second process while the first lives', () => {
    const database = join(scratch(), 'w.sqlite');
    openEngine({ workflows: {}, database });
    const script = `import { openOwned } from '#state-machine/database.ts';
      try { openOwned(process.argv[1], ''); console.log('opened'); } catch (error) { console.log(error.code); }`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, database], {
      cwd: process.cwd(),
      encoding: 'utf8',
    });
    expect(child.stdout.trim()).toBe('STORE_LOCKED');
  });

  it('gets one commit for what fifty executions do in one turn', async () => {
    const database = join(scratch(), 'w.sqlite');
    const engine = openEngine({ workflows: { t: task() }, functions: async () => 'done', database });
    const before = commitsIn(database);
    const names = Array.from({ length: 50 }, (_, i) => `e-${i}`);
    const started = await Promise.all(names.map((name) => engine.start({ workflow: 't', name, input: {} })));
    await Promise.all(started.map(({ executionId }) => engine.settled(executionId)));
    // starts in one commit, ends in another; a commit each would be a hundred
    expect(commitsIn(database) - before).toBeLessThan(10);
    expect(await engine.listExecutions()).toHaveLength(50);
  });

  it('keeps an execution under the definition that it was started with', async () => {
    const database = join(scratch(), 'w.sqlite');
    const clock = manualClock();
    const version = (result: string) => ({
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 10, Next: 'P' }, P: { Type: 'Pass', Result: result, End: true } },
    });
    const first = openEngine({ workflows: { w: version('old') }, clock, database });
    const old = await first.start({ workflow: 'w', name: 'a', input: {} });
    await first.close();
    const second = openEngine({ workflows: { w: version('new') }, clock, database, clockPollMs: 5 });
    await second.resume();
    const young = await second.start({ workflow: 'w', name: 'b', input: {} });
    clock.advance(11_000);
    expect(await second.settled(old.executionId)).toEqual({ status: 'SUCCEEDED', output: 'old' });
    expect(await second.settled(young.executionId)).toEqual({ status: 'SUCCEEDED', output: 'new' });
  });

  it('a thread row that was tampered with is STORE_CORRUPT when opened, before anything runs', async () => {
    const database = join(scratch(), 'w.sqlite');
    const first = openEngine({ workflows: { w: wait(10) }, database });
    await first.start({ workflow: 'w', name: 'a', input: {} });
    await first.close();
    const raw = new DatabaseSync(database);
    raw.exec(`UPDATE thread SET body = '{"id":0}'`);
    raw.close();
    expect(() => openEngine({ workflows: { w: wait(10) }, database })).toThrow(code('STORE_CORRUPT'));
  });

  it('rejects whoever waits when the engine closes, and the execution goes on later', async () => {
    const database = join(scratch(), 'w.sqlite');
    const clock = manualClock();
    const first = openEngine({ workflows: { w: wait(10) }, clock, database });
    const { executionId } = await first.start({ workflow: 'w', name: 'a', input: {} });
    const end = expect(first.settled(executionId)).rejects.toThrow(code('ENGINE_CLOSED'));
    await first.close();
    await end;
    clock.advance(11_000);
    const second = openEngine({ workflows: { w: wait(10) }, clock, database });
    await second.resume();
    expect((await second.settled(executionId)).status).toBe('SUCCEEDED');
  });
});

/**
 * A process under a file size limit starts executions until the database cannot grow, then says what each of them came
 * to.
 */
const FULL_DISK = `
import { createAslEngine } from '#state-machine/engine.ts';
const workflows = { t: { StartAt: 'T', States: { T: { Type: 'Task', Resource: 'work', End: true } } } };
const jobs = { submit: async () => ({ jobId: 'j' }), describe: async () => ({ status: 'SUCCEEDED' }) };
const calls = [];
const functions = async (_, payload) => { calls.push(payload.i); return null; };
const engine = createAslEngine({ database: process.argv[1], workflows, functions, jobs, clock: { now: () => new Date() } });
const started = [];
let code;
for (let i = 0; i < 500 && code === undefined; i++)
  await engine.start({ workflow: 't', name: 'e-' + i, input: { i, pad: 'x'.repeat(20_000) } }).then(({ executionId }) => started.push(executionId), (error) => { code = error.code; });
const known = (await engine.listExecutions()).map(({ executionId }) => executionId);
console.log(JSON.stringify({ code, started: started.length, known: started.filter((id) => known.includes(id)).length,
  calls: calls.every((i) => known.includes('t:e-' + i)) }));
process.exit(0);
`;

describe('a disk that is full', () => {
  it('refuses with STORE_FULL, keeps what it acknowledged, and makes no call that it has not recorded', async () => {
    const database = join(scratch(), 'w.sqlite');
    const command = `ulimit -f 3000; exec "$0" --input-type=module -e "$1" "$2"`;
    const child = spawnSync('bash', ['-c', command, process.execPath, FULL_DISK, database], {
      cwd: process.cwd(),
      encoding: 'utf8',
    });
    const report = JSON.parse(child.stdout) as { code: string; started: number; known: number; calls: boolean };
    expect(report).toMatchObject({ code: 'STORE_FULL', calls: true });
    expect(report.known).toBe(report.started);
    const engine = openEngine({ workflows: { t: task() }, functions: async () => null, database });
    await engine.resume();
    const executions = await engine.listExecutions();
    for (const { executionId } of executions) expect((await engine.settled(executionId)).status).toBe('SUCCEEDED');
    expect(executions.length).toBeGreaterThanOrEqual(report.started);
  });
});
