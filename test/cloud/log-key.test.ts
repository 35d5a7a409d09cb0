// `quittance keys rotate log --installation PREFIX` as a process against KMS, DynamoDB and CloudFormation: to its end,
// killed on its way, and with the rights of the policy that a deployment gives for it and no others.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { SignCommand } from '@aws-sdk/client-kms';
import { App, Stack } from 'aws-cdk-lib';
import { awsClients, ClientEnvironment } from '#adapters/aws/clients.ts';
import { kmsSigner } from '#adapters/aws/kms-signer.ts';
import { findKeyAt, readEnded } from '#adapters/aws/kms-keys.ts';
import { outputOf } from '#core/deployment-outputs.ts';
import { keyIdOf } from '#core/dsse.ts';
import { appendToLog, readLog } from '#core/ledger/log.ts';
import { LOG_KEY, logKey } from '#core/ledger/log-keys.ts';
import { openNote } from '#core/ledger/note.ts';
import { policyOf } from '#infra/functions.ts';
import type { Grant } from '#infra/grants.ts';
import { readLogKeys, replaceLogKey, signAsLog } from '#infra/log-key.ts';
import { outcome } from '../contract/contract.ts';
import { ROOT } from '#test/support/shared.ts';
import { cloudHarness, endpoint, whereThereIs, type CloudHarness } from './harness.ts';

const PREFIX = `k${process.pid}`;
const ACCOUNT = '000000000000';
const VARIABLES = [
  ...['TICKETS_TABLE', 'LOG_HEAD_TABLE', 'KEYS_TABLE', 'ARTIFACTS_BUCKET', 'LEDGER_BUCKET', 'SIGNER_ALIASES'],
].map((name) => `QUITTANCE_${name}`);

let harness: CloudHarness;
let people: Readonly<Record<'Signer' | 'Keeper', Record<string, string>>>;

const rows = () => ({ dynamodb: harness.clients.dynamodb, table: harness.environment['QUITTANCE_KEYS_TABLE']! });
const alias = () => `${harness.environment['QUITTANCE_SIGNER_ALIASES']!}/log`;

/** The outputs of an app stack, and a user with each policy, as infra writes it. */
const template = (region: string): string => {
  const stack = new Stack(new App(), 'policies', { env: { account: ACCOUNT, region } });
  const arn = (variable: string) =>
    `arn:aws:dynamodb:${region}:${ACCOUNT}:table/${harness.environment[variable] ?? ''}`;
  const keys = { name: rows().table, arn: arn('QUITTANCE_KEYS_TABLE') };
  const places = { signerAliases: harness.environment['QUITTANCE_SIGNER_ALIASES']!, tables: { keys } };
  const found: Grant[] = [
    {
      actions: ['dynamodb:Query', 'dynamodb:GetItem'],
      resources: [arn('QUITTANCE_TICKETS_TABLE'), `${arn('QUITTANCE_TICKETS_TABLE')}/index/*`],
    },
    { actions: ['dynamodb:GetItem'], resources: [arn('QUITTANCE_LOG_HEAD_TABLE')] },
    { actions: ['cloudformation:DescribeStacks'], resources: ['*'] },
  ];
  const user = (name: string, grants: readonly Grant[]) => ({
    [name]: {
      Type: 'AWS::IAM::User',
      Properties: {
        UserName: `${PREFIX}-${name}`,
        Policies: [{ PolicyName: 'given', PolicyDocument: stack.resolve(policyOf(grants)) as unknown }],
      },
    },
  });
  return JSON.stringify({
    Resources: {
      ...user('Signer', [signAsLog(places, stack), ...readLogKeys(places, stack)]),
      ...user('Keeper', [...replaceLogKey(places, stack), ...found]),
    },
    Outputs: {
      ...Object.fromEntries(VARIABLES.map((name) => [outputOf(name), { Value: harness.environment[name] }])),
    },
  });
};

/** Credentials of a user, which CloudFormation does not make there. The root key `test` needs no signature. */
const credentialsOf = async (name: 'Signer' | 'Keeper'): Promise<Record<string, string>> => {
  const Authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0';
  const asked = new URLSearchParams({
    Action: 'CreateAccessKey',
    Version: '2010-05-08',
    UserName: `${PREFIX}-${name}`,
  });
  const answer = await (await fetch(endpoint!, { method: 'POST', headers: { Authorization }, body: asked })).text();
  const of = (tag: string) => new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(answer)?.[1] ?? '';
  return { AWS_ACCESS_KEY_ID: of('AccessKeyId'), AWS_SECRET_ACCESS_KEY: of('SecretAccessKey') };
};

const deploy = async (): Promise<void> => {
  const { AWS_REGION: region, AWS_ENDPOINT_URL: url } = ClientEnvironment.parse(process.env);
  const client = new CloudFormationClient({ region, ...(url === undefined ? {} : { endpoint: url }) });
  const named = { StackName: `${PREFIX}-app`, Capabilities: ['CAPABILITY_NAMED_IAM' as const] };
  await client.send(new CreateStackCommand({ ...named, TemplateBody: template(region) }));
  for (;;) {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: `${PREFIX}-app` }));
    if (stack?.StackStatus === 'CREATE_COMPLETE') return;
    if (stack?.StackStatus !== 'CREATE_IN_PROGRESS') throw new Error(`the stack is ${stack?.StackStatus ?? 'gone'}`);
    await pause(200);
  }
};

interface Ran {
  readonly code: number;
  readonly printed: string;
  readonly said: string;
}

/** `killed`: when to kill it. */
const rotate = async (argv: readonly string[], env: Record<string, string> = {}, killed?: () => Promise<boolean>) => {
  const arguments_ = ['keys', 'rotate', 'log', ...argv, '--installation', PREFIX, '--json'];
  const child = spawn(process.execPath, [join(ROOT, 'cli/bin.mjs'), ...arguments_], {
    env: { ...process.env, ...env },
  });
  const texts = { printed: '', said: '' };
  child.stdout.on('data', (chunk: Buffer) => void (texts.printed += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => void (texts.said += chunk.toString('utf8')));
  const ended = new Promise<Ran>((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, ...texts })));
  while (killed && child.exitCode === null && child.signalCode === null) {
    if (await killed()) child.kill('SIGKILL');
    await pause(5);
  }
  return ended;
};

const formerKeys = async () => (await readEnded(rows(), LOG_KEY)).keys;

/** The log is read and appended to, and its head is by the key in use. */
const requireAtWork = async (): Promise<void> => {
  const ports = harness.reopen();
  const { size } = await readLog(ports);
  await appendToLog(ports, [Buffer.from(`entry ${size}`)]);
  const { note, origin } = await readLog(harness.reopen());
  expect(openNote(note!, await logKey(harness.reopen().signer, origin))).toBeDefined();
  const [byAlias, byNumber] = [
    await findKeyAt(harness.clients.kms, alias()),
    await findKeyAt(harness.clients.kms, `${alias()}/${(await formerKeys()).length + 1}`),
  ];
  expect(byAlias?.id).toBe(byNumber?.id);
};

whereThereIs('AWS_ENDPOINT_URL', endpoint, () => {
  beforeAll(async () => {
    harness = await cloudHarness();
    await appendToLog(harness.ports, [Buffer.from('one')]);
    await deploy();
    people = { Signer: await credentialsOf('Signer'), Keeper: await credentialsOf('Keeper') };
  });
  afterAll(() => harness.remove());

  it('ends the key with the rights of its policy, and the log goes on under the next', async () => {
    const first = keyIdOf(await harness.reopen().signer.publicKey(LOG_KEY));
    const { origin } = await readLog(harness.reopen());
    const early = await rotate(['--at', '2026-01-01T00:00:00.000Z'], people.Keeper);
    expect([early.code, early.said]).toEqual([3, expect.stringContaining('when the last checkpoint was signed')]);
    const { code, printed, said } = await rotate([], people.Keeper);
    expect([code, said]).toEqual([0, '']);
    expect(JSON.parse(printed)).toMatchObject({ rotated: 'log', key: first, compromised: false, certificates: 0 });
    await requireAtWork();
    expect((await readLog(harness.reopen())).origin).toBe(origin);
    expect(await formerKeys()).toMatchObject([{ compromised: false, entered: true }]);
  });

  it('calls the one before compromised, which nothing makes milder', async () => {
    const at = '2026-02-01T00:00:00.000Z';
    expect((await rotate(['--compromised', '--former', '--at', at], people.Keeper)).code).toBe(0);
    expect(await formerKeys()).toMatchObject([{ compromised: true, until: at, entered: true }]);
    await requireAtWork();
  });

  it('signs by the alias of the key in use, and by no other name of any key', async () => {
    const { kms, dynamodb } = awsClients(ClientEnvironment.parse({ ...process.env, ...people.Signer }));
    const signer = kmsSigner(kms, {
      aliasPrefix: harness.environment['QUITTANCE_SIGNER_ALIASES']!,
      rows: { dynamodb, table: rows().table },
    });
    expect((await signer.sign(LOG_KEY, Buffer.from('a checkpoint'))).byteLength).toBe(64);
    expect(await signer.former(LOG_KEY)).toHaveLength(1);
    const how = { Message: Buffer.from('x'), MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' } as const;
    const inUse = (await findKeyAt(harness.clients.kms, alias()))!.id;
    for (const KeyId of [`${alias()}/1`, `${alias()}/2`, inUse])
      await expect(kms.send(new SignCommand({ KeyId, ...how }))).rejects.toMatchObject({
        name: 'AccessDeniedException',
      });
    const keeper = awsClients(ClientEnvironment.parse({ ...process.env, ...people.Keeper })).kms;
    for (const KeyId of [alias(), `${alias()}/1`, inUse])
      expect(await outcome(keeper.send(new SignCommand({ KeyId, ...how })))).not.toBe('fulfilled');
  });

  describe('killed', () => {
    const instants: Readonly<Record<string, (ended: number) => Promise<boolean>>> = {
      'when the next key has its alias': async (ended) =>
        (await findKeyAt(harness.clients.kms, `${alias()}/${ended + 2}`)) !== undefined,
      'when the row says that it ended': async (ended) => (await formerKeys()).length > ended,
      'when the alias is moved': async (ended) => {
        const next = await findKeyAt(harness.clients.kms, `${alias()}/${ended + 2}`);
        return next !== undefined && (await findKeyAt(harness.clients.kms, alias()))?.id === next.id;
      },
    };

    it.each(Object.keys(instants))('%s, the same command goes on', async (when) => {
      const ended = (await formerKeys()).length;
      const killed = await rotate([], people.Keeper, () => instants[when]!(ended));
      const keys = await formerKeys();
      const unfinished = keys.length === ended || !keys.every(({ entered }) => entered);
      console.log(`${when}: ${killed.code === 0 ? 'it was done already' : 'killed'}`);
      if (unfinished) expect((await rotate([], people.Keeper)).code).toBe(0);
      expect((await formerKeys()).length).toBe(ended + 1);
      expect((await formerKeys()).every(({ entered }) => entered)).toBe(true);
      await requireAtWork();
    });
  });
});
