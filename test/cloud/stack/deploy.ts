// Deploys synthesised stacks through CloudFormation's API alone, as the CDK's command line would: assets into the
// bootstrap bucket, then each stack by its template.
// Trap: an emulator refuses a whole stack for one unknown resource type. Resources of such types are left out, and
// named in the result.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { zipSync, type Zippable } from 'fflate';
import { z } from 'zod';
import { patientDefinition, patientResource } from './patient.ts';

export interface Deployer {
  readonly cloudformation: CloudFormationClient;
  readonly s3: S3Client;
  readonly ssm: SSMClient;
  readonly endpoint: string | undefined;
  readonly account: string;
  readonly region: string;
}

const BOOTSTRAP = { parameter: '/cdk-bootstrap/hnb659fds/version', version: '30', qualifier: 'cdk-hnb659fds-assets' };

const Assets = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string(), packaging: z.enum(['file', 'zip']) }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

/** Makes what `cdk bootstrap` would, as far as the templates need it. */
export const bootstrap = async ({ s3, ssm, account, region }: Deployer): Promise<void> => {
  const { parameter: Name, version: Value } = BOOTSTRAP;
  await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
  await s3.send(new CreateBucketCommand({ Bucket: `${BOOTSTRAP.qualifier}-${account}-${region}` }));
};

export interface Deployed {
  readonly outputs: Readonly<Record<string, string>>;
  /** Logical ids and types that the endpoint does not know. */
  readonly leftOut: readonly string[];
}

export const deploy = async (deployer: Deployer, assembly: string, stack: string): Promise<Deployed> => {
  await upload(deployer, assembly, stack);
  const whole = patient(readJson(join(assembly, `${stack}.template.json`)) as Template);
  const types = await unknownTypes(() => create(deployer, stack, whole));
  const { template, leftOut } = without(whole, types);
  if (types.length > 0) await create(deployer, stack, template);
  return { outputs: await created(deployer, stack), leftOut };
};

const patient = (template: Template): Template => ({
  ...template,
  Resources: Object.fromEntries(
    Object.entries(template.Resources).map(([name, resource]) => [name, patientResource(resource)]),
  ),
});

const create = async (deployer: Deployer, stack: string, template: Template): Promise<void> => {
  const TemplateURL = await put(deployer, `${stack}.template.json`, Buffer.from(JSON.stringify(template)));
  const Capabilities = ['CAPABILITY_NAMED_IAM' as const, 'CAPABILITY_AUTO_EXPAND' as const];
  await deployer.cloudformation.send(new CreateStackCommand({ StackName: stack, TemplateURL, Capabilities }));
};

/** Types that a refusal names; none where the stack was accepted. */
const unknownTypes = async (attempt: () => Promise<void>): Promise<string[]> => {
  try {
    await attempt();
    return [];
  } catch (error) {
    const named = /Unrecognized resource types: \[([^\]]+)\]/.exec((error as Error).message)?.[1];
    if (named === undefined) throw error;
    return named.split(/,\s*/);
  }
};

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

const upload = async (deployer: Deployer, assembly: string, stack: string): Promise<void> => {
  const { files } = Assets.parse(readJson(join(assembly, `${stack}.assets.json`)));
  for (const { source, destinations } of Object.values(files)) {
    if (source.path.endsWith('.template.json')) continue;
    const path = join(assembly, source.path);
    const body = source.packaging === 'zip' ? zipSync(entriesOf(path)) : fileAt(path);
    for (const { objectKey } of Object.values(destinations)) await put(deployer, objectKey, body);
  }
};

/** The only files that are no folders of code are the definitions of the state machines. */
const fileAt = (path: string): Buffer => Buffer.from(patientDefinition(readFileSync(path, 'utf8')));

const entriesOf = (folder: string): Zippable =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]),
  );

const put = async ({ s3, endpoint, account, region }: Deployer, Key: string, Body: Uint8Array): Promise<string> => {
  const Bucket = `${BOOTSTRAP.qualifier}-${account}-${region}`;
  await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  return `${endpoint ?? `https://s3.${region}.amazonaws.com`}/${Bucket}/${Key}`;
};

interface Template {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown>; DependsOn?: string | string[] }>;
}

const without = (template: Template, unknown: readonly string[]) => {
  const entries = Object.entries(template.Resources);
  const dropped = entries.filter(([, { Type }]) => unknown.includes(Type));
  const names = dropped.map(([name]) => name);
  const kept = entries.filter(([name]) => !names.includes(name));
  for (const [, resource] of kept)
    if (resource.DependsOn !== undefined)
      resource.DependsOn = [resource.DependsOn].flat().filter((name) => !names.includes(name));
  return {
    template: { ...template, Resources: Object.fromEntries(kept) },
    leftOut: dropped.map(([name, { Type }]) => `${name} (${Type})`),
  };
};

const LOOK_MS = 500;

const created = async ({ cloudformation }: Deployer, StackName: string): Promise<Readonly<Record<string, string>>> => {
  for (;;) {
    const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
    const { StackStatus: status = '', Outputs = [] } = Stacks[0] ?? {};
    if (status === 'CREATE_COMPLETE')
      return Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
    if (!status.endsWith('_IN_PROGRESS'))
      throw new Error(`${StackName}: ${status}: ${await reasons(cloudformation, StackName)}`);
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
};

const reasons = async (client: CloudFormationClient, StackName: string): Promise<string> => {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('_FAILED'))
    .map(({ LogicalResourceId = '', ResourceStatusReason = '' }) => `${LogicalResourceId}: ${ResourceStatusReason}`)
    .join('; ');
};
