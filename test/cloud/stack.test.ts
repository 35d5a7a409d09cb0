// The deployed stacks over real protocols: HTTP API with a Cognito token, Lambdas with their own roles, state machines,
// DynamoDB, S3, KMS, SES, Scheduler. What the emulator ignores (Object Lock from a template, SSE-KMS, time zones of
// schedules) is asserted on the template, in test/infra.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { UpdateFunctionConfigurationCommand, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import {
  CreateScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { GetExecutionHistoryCommand, ListExecutionsCommand, ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { demoBase } from '#cli/demo/base.ts';
import { requestFor } from '#cli/demo/walk.ts';
import { backend } from '#cli/engine.ts';
import { progressOn } from '#cli/progress.ts';
import { SMALL } from '#containers/train-job.ts';
import { assembleBundle } from '#core/bundle.ts';
import type { ModelRecord } from '#core/model.ts';
import { verifyBundle } from '#core/verify.ts';
import { makePeople } from '#datasets/people.ts';
import { installationChecks } from '#entry/installation.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';
import { install, MAIL, PREFIX, type Installation } from './stack/installation.ts';
import { deployment, type Deployment } from './stack/deployment.ts';
import { ticketAt, until, type Looks } from './stack/waiting.ts';
import { endpoint, whereThereIs } from './harness.ts';

const tasksPort = process.env['QUITTANCE_STACK_TASKS_PORT'];

/** Stacks that the tier leaves out. */
const NOT_DEPLOYED = [`${PREFIX}-network`, `${PREFIX}-gpu`];
/** What ministack leaves out of a template: termination protection, Object Lock, backups. */
const IGNORED = [`${PREFIX}-state`, 'Ledger', 'Tickets', 'Models', 'Results', 'Keys', 'LogHead'];

const folder = temporaryFolder();
let installation: Installation;
let filer: string;
let approver: string;

/** `quittance …` as an operator calls it, in a process of its own; what it prints as JSON. */
const quittance = async (...argv: string[]): Promise<{ code: number; said: string; printed: string }> => {
  const child = spawn(process.execPath, [BIN, ...argv, '--json'], { env: process.env });
  const [printed, said] = [textOf(child.stdout), textOf(child.stderr)];
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  return { code, printed: await printed, said: await said };
};

const textOf = async (stream: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

const BIN = join(ROOT, 'cli/bin.mjs');
const INSTALLATION = ['--installation', PREFIX];
/** The demo's people, trained and never trained: as many as the deployed policy needs to judge by. */
const SUITE = makePeople({ seed: 1 });
const SUBJECT = SUITE.subjects[0]!;

/** Kept between runs, as training takes longer than all the rest: by recipe, people and backend, whatever trains it. */
const BASES = join(ROOT, 'node_modules/.cache/stack-bases');

/** The demo's model, trained here on its people and registered by command. */
const seed = async (): Promise<string> => {
  const { dir } = await demoBase(BASES, SUITE, SMALL, await backend(), progressOn(process.stderr));
  const imported = ['model', 'import', dir, '--name', 'house', '--suite', join(dir, 'suite.json'), ...INSTALLATION];
  const { code, said } = await quittance(...imported);
  if (code !== 0) throw new Error(`model import ended with ${code}: ${said}`);
  return dir;
};

const executionsOf = async (workflow: string) => {
  const { sfn } = installation.clients;
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  const stateMachineArn = stateMachines.find(({ name }) => name === `${PREFIX}-${workflow}`)?.stateMachineArn;
  return (await sfn.send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? [];
};

/** What went wrong in an execution, and where it was by then: a failed run says it without being run again. */
const failuresOf = async ({ executionArn }: { readonly executionArn?: string | undefined }): Promise<string[]> => {
  const { events = [] } = await installation.clients.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events
    .filter(({ type = '' }) => /Failed|TimedOut|StateEntered/.test(type))
    .map((event) => JSON.stringify(event));
};

/** What tells how far a ticket is. */
const looksAt = (ticketId: string): Looks => ({
  ticket: async () => {
    const { status, body } = await installation.call('GET', `/tickets/${ticketId}`, approver);
    return status < 500 ? body : undefined;
  },
  executions: async () =>
    (await executionsOf('erasure')).filter(({ name = '' }) => name.startsWith(ticketId)).map(({ status }) => status),
});

whereThereIs('QUITTANCE_STACK_TASKS_PORT', endpoint && tasksPort, () => {
  let deployed: Deployment;
  let base: string;
  beforeAll(async () => {
    installation = await install({ endpoint: endpoint!, tasksPort: Number(tasksPort) });
    console.log(`left out, unknown to the endpoint: ${installation.leftOut.join(', ') || 'nothing'}`);
    base = await seed();
    deployed = await deployment(installation.ports, installation.served, 'house', folder.dir);
    filer = await installation.signIn('finn', ['filers', 'approvers']);
    approver = await installation.signIn('aino', ['approvers', 'auditors']);
  });
  afterAll(async () => (await deployed.close(), folder.remove(), installation.close()));

  it('has the model that was registered by command: listed, exported as it was, refused a second time', async () => {
    const listed = JSON.parse((await quittance('model', 'list', ...INSTALLATION)).printed) as ModelRecord[];
    expect(listed).toMatchObject([{ name: 'house', deletions: 0, recertification: { state: 'never' } }]);
    const { digest, suite, trainingManifest } = listed[0]!;
    expect(await installation.ports.serving.served('house')).toEqual({ digest });
    for (const stored of [suite, trainingManifest]) expect(await installation.ports.artifacts.has(stored!)).toBe(true);
    const out = join(folder.dir, 'exported');
    expect(await quittance('model', 'export', 'house', out, ...INSTALLATION)).toMatchObject({ code: 0 });
    for (const file of ['config.json', 'model.safetensors', 'tokenizer.json'])
      expect(readFileSync(join(out, file)).equals(readFileSync(join(base, file)))).toBe(true);
    const again = await quittance('model', 'import', base, '--name', 'house', ...INSTALLATION);
    expect([again.code, again.said]).toEqual([1, expect.stringContaining('registered already')]);
    const nowhere = await quittance('model', 'export', 'house', join(folder.dir, 'no'), '--installation', 'nowhere');
    expect([nowhere.code, nowhere.said]).toEqual([1, expect.stringContaining("no installation 'nowhere'")]);
    expect(existsSync(join(folder.dir, 'no'))).toBe(false);
  });

  it('answers nobody without a token, nor with a forged one', async () => {
    const { call } = installation;
    const forged = `${filer.slice(0, -8)}AAAAAAAA`;
    expect((await call('GET', '/tickets')).status).toBe(401);
    expect((await call('GET', '/tickets', forged)).status).toBe(401);
    expect((await call('GET', '/tickets', filer)).status).toBe(200);
  });

  it('walks a ticket from filing over HTTP to a certificate and a purge', async () => {
    const said = () => SUBJECT.records.map(({ question }) => deployed.ask(question));
    expect(said()).toEqual(SUBJECT.records.map(({ answer }) => answer.trim()));
    const request = { ...requestFor(SUBJECT, 'house', new Date()), filer: undefined };
    const filed = await installation.call('POST', '/tickets', filer, request);
    expect(filed).toMatchObject({ status: 201 });
    const { ticketId } = filed.body as { ticketId: string };
    const looks = looksAt(ticketId);
    const { evidence } = await ticketAt('AWAITING_APPROVAL', looks);
    const decision = { decision: 'approved', evidence };
    const own = await installation.call('POST', `/tickets/${ticketId}/approval`, filer, decision);
    expect(own.body).toMatchObject({ code: 'APPROVER_IS_FILER' });
    // a function that ran out of its time on a busy machine is a 502: asked again, as a client does, it decides once
    const decided = await until(async () => {
      const answer = await installation.call('POST', `/tickets/${ticketId}/approval`, approver, decision);
      return answer.status < 500 ? answer : undefined;
    });
    expect(decided.status).toBeLessThan(300);
    await ticketAt('PURGED', looks);
    const bundle = await assembleBundle(installation.ports, ticketId);
    const verified = verifyBundle(bundle, { now: new Date() });
    expect(verified.checks.filter(({ state }) => state === 'fails')).toEqual([]);
    expect(verified).toMatchObject({ outcome: 'completed', ok: true });
    const still = said().filter((answer, i) => answer === SUBJECT.records[i]!.answer.trim());
    expect(still.length).toBeLessThanOrEqual(SUBJECT.records.length * 0.05); // the gate's own bound
    expect((await executionsOf('erasure')).map(({ status }) => status)).toEqual(['SUCCEEDED']);
    expect((await installation.call('GET', '/ledger/checkpoint')).status).toBe(200);
  });

  it('has told people by mail, and nothing about the person', async () => {
    const inbox = await (await fetch(new URL('/_ministack/ses/messages', endpoint))).text();
    expect(inbox).toContain(MAIL.addresses.default);
    const values = SUBJECT.records.map(({ value }) => value!.text);
    for (const secret of [SUBJECT.name, ...values]) expect(inbox).not.toContain(secret);
  });

  it('denies a step what another step may do', async () => {
    const FunctionName = `${PREFIX}-locate-ticket`;
    const Variables = { ...installation.variables, QUITTANCE_STEP: 'destroy-quarantined' };
    await installation.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }),
    );
    await waitUntilFunctionUpdatedV2({ client: installation.lambda, maxWaitTime: 900 }, { FunctionName });
    const { error } = await installation.invoke('destroy-quarantined', { model: 'house' });
    expect(error).toBeUndefined();
    expect((await installation.invoke('locate-ticket', { model: 'house' })).error).toBe('ACCESS_DENIED');
  });

  it('is found by `quittance doctor --aws`, which names what the endpoint did not deploy', async () => {
    const checks = await installationChecks(process.env, PREFIX);
    console.log(checks.map(({ name, ok, detail }) => `${ok ? 'ok ' : 'not'} ${name}: ${detail}`).join('\n'));
    const holding = checks.filter(({ ok }) => ok).map(({ name }) => name);
    for (const workflow of ['Erasure', 'Unlearn', 'Recertify'])
      expect(holding).toContainEqual(expect.stringMatching(`^StateMachine ${workflow}`));
    expect(holding).toContain(`stack ${PREFIX}-app`);
    const wrong = checks.filter(({ ok }) => !ok).map(({ name }) => name.split(' ')[1]!);
    expect(wrong.sort()).toEqual([...NOT_DEPLOYED, ...IGNORED].sort());
  });

  it('re-certifies by the schedule that was deployed', async () => {
    const scheduler = new SchedulerClient({ region: installation.region, endpoint: endpoint! });
    const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
    const daily = Schedules.find(({ Name = '' }) => Name.includes('Daily'));
    const { Target } = await scheduler.send(new GetScheduleCommand({ Name: daily?.Name }));
    const at = async (seconds: number): Promise<void> => {
      const soon = Date.now() + 1000 * seconds;
      const ScheduleExpression = `at(${new Date(soon).toISOString().slice(0, 19)})`;
      const other = { Name: `in-${seconds}`, FlexibleTimeWindow: { Mode: 'OFF' as const }, Target };
      await scheduler.send(new CreateScheduleCommand({ ...other, ScheduleExpression }));
      if (Date.now() > soon) await at(2 * seconds); // a time that has passed is none
    };
    await at(3);
    const ended = await until(async () => (await executionsOf('recertify')).find(({ status }) => status !== 'RUNNING'));
    expect([ended.status, ended.status === 'SUCCEEDED' ? [] : await failuresOf(ended)]).toEqual(['SUCCEEDED', []]);
  });
});
