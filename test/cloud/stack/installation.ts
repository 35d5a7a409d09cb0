// The stateful and the app stack, deployed at AWS_ENDPOINT_URL as `cdk deploy` does it, with signed-in people, an
// endpoint that serves the model, and the container's own jobs as processes of this machine, each with no other
// variables of the installation than its job definition gives it. Trap: the task endpoint recognises an installation by
// the names of its queue and job definitions, so the prefix ends in a dash.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import { App } from 'aws-cdk-lib';
import { awsClients, ClientEnvironment, type AwsClients } from '#adapters/aws/clients.ts';
import { awsPorts } from '#adapters/aws/index.ts';
import type { Ports } from '#core/ports.ts';
import { Settings } from '#infra/settings.ts';
import { buildStacks, bundleCode } from '#infra/stacks.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { openAiEndpoint, type OpenAiEndpoint } from '#test/support/openai-endpoint.ts';
import { TaskEndpoint } from '../differential/task-endpoint.ts';
import { bootstrap, deploy, type Deployer } from './deploy.ts';
import { containerVariables, jobProcesses } from './job-processes.ts';
import { signIn, type Pool } from './people.ts';

const OWNER = 'stack';
export const PREFIX = `${OWNER}-`;
export const MAIL = { from: 'desk@example.org', addresses: { default: 'privacy@example.org' } };
const ACCOUNT = '000000000000';

export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Installation {
  readonly clients: AwsClients;
  readonly lambda: LambdaClient;
  /** The ports with every right, over the installation's tables, buckets and keys. */
  readonly ports: Ports;
  readonly served: OpenAiEndpoint;
  readonly leftOut: readonly string[];
  readonly region: string;
  /** The variables of all functions of the deployment together. */
  readonly variables: Readonly<Record<string, string>>;
  /** Signs a person with these groups in. */
  signIn(name: string, groups: readonly string[]): Promise<string>;
  call(method: string, path: string, token?: string, body?: unknown): Promise<HttpAnswer>;
  invoke(step: string, input: unknown): Promise<{ readonly error?: string; readonly result: unknown }>;
  close(): Promise<void>;
}

export interface Place {
  readonly endpoint: string;
  readonly tasksPort: number;
}

export const install = async ({ endpoint, tasksPort }: Place): Promise<Installation> => {
  const environment = ClientEnvironment.parse(process.env);
  const clients = awsClients(environment);
  const region = environment.AWS_REGION;
  const served = await openAiEndpoint();
  const outputs = await deployed(clients, endpoint, region, served.url);
  const common = { region, endpoint };
  const lambda = new LambdaClient(common);
  const variables = await variablesOf(lambda);
  const ports = awsPorts({ ...process.env, ...variables }, clients);
  const tasks = new TaskEndpoint();
  await tasks.listen(tasksPort);
  const call = async () => Promise.reject(new Error('steps are Lambdas here'));
  const jobs = jobProcesses({ declared: outputs.container, variables, clock: ports.clock });
  tasks.add(OWNER, { call, jobs: jobs.queue });
  const pool: Pool = {
    client: new CognitoIdentityProviderClient(common),
    UserPoolId: outputs.get('UserPoolId'),
    ClientId: outputs.get('UserPoolClientId'),
  };
  return {
    clients,
    lambda,
    ports,
    served,
    region,
    variables,
    leftOut: outputs.leftOut,
    signIn: (name, groups) => signIn(pool, name, groups),
    call: (...asked) => callApi(endpoint, outputs.get('ApiUrl'), ...asked),
    invoke: (step, input) => invoke(lambda, step, input),
    close: async () => (await tasks.close(), await jobs.close(), served.close()),
  };
};

const deployed = async (clients: AwsClients, endpoint: string, region: string, servingUrl: string) => {
  const { dir, remove } = temporaryFolder();
  try {
    const assembly = await synthesise(dir, servingUrl);
    const common = { region, endpoint };
    const deployer: Deployer = {
      cloudformation: new CloudFormationClient(common),
      ssm: new SSMClient(common),
      s3: clients.s3,
      endpoint,
      account: ACCOUNT,
      region,
    };
    await bootstrap(deployer);
    const state = await deploy(deployer, assembly, `${PREFIX}-state`);
    const { outputs, leftOut } = await deploy(deployer, assembly, `${PREFIX}-app`);
    return {
      get: (name: string) => outputs[name] ?? '',
      leftOut: [...state.leftOut, ...leftOut],
      container: containerVariables(join(assembly, `${PREFIX}-gpu.template.json`)),
    };
  } finally {
    remove();
  }
};

const synthesise = async (dir: string, servingUrl: string): Promise<string> => {
  const file = new URL('../../../cdk.json', import.meta.url);
  const { context } = JSON.parse(readFileSync(file, 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ outdir: join(dir, 'cdk.out'), context, autoSynth: false });
  const serving = { url: servingUrl };
  const settings = Settings.parse({ prefix: PREFIX, mail: MAIL, models: ['house'], serving });
  buildStacks(app, settings, await bundleCode(join(dir, 'code'), settings), { checks: false });
  return app.synth().directory;
};

/** The variables of all functions of the deployment together. */
const variablesOf = async (lambda: LambdaClient): Promise<Record<string, string>> => {
  const told = ['api', 'deploy-model', 'issue-certificate', 'record-run'].map(async (name) => {
    const FunctionName = `${PREFIX}-${name}`;
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return Environment?.Variables ?? {};
  });
  return Object.assign({}, ...(await Promise.all(told))) as Record<string, string>;
};

const invoke = async (lambda: LambdaClient, step: string, input: unknown) => {
  const Payload = Buffer.from(JSON.stringify(input));
  const answer = await lambda.send(new InvokeCommand({ FunctionName: `${PREFIX}-${step}`, Payload }));
  const result = JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')) as unknown;
  return answer.FunctionError === undefined
    ? { result }
    : { error: (result as { errorType?: string }).errorType ?? '', result };
};

/** An emulator serves an API at its own address, selected by the Host of the API's URL. */
const callApi = (
  endpoint: string,
  url: string,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const headers = {
      host: new URL(url).host,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': 'r-1' }),
    };
    const sent = request(new URL(path, endpoint), { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }));
    });
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });

const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return bytes.toString('utf8');
  }
};
