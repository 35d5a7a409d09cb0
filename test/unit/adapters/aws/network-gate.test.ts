// The gate of the GPU network against CloudFormation and Batch as a server of this machine speaks them: forms and XML,
// and JSON.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BatchClient } from '@aws-sdk/client-batch';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { setGate } from '#adapters/aws/network-gate.ts';
import { outcome } from '../../../contract/contract.ts';

interface Aws {
  /** Of a job in the queue. */
  readonly alive?: string;
  readonly stack?: { readonly status: string; readonly open: 'yes' | 'no' };
  /** Code of CloudFormation's refusal. */
  readonly refusal?: string;
}

const xml = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
const parameter = (name: string, value: string) =>
  `<member><ParameterKey>${name}</ParameterKey><ParameterValue>${value}</ParameterValue></member>`;
const described = ({ status, open }: NonNullable<Aws['stack']>) =>
  `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>network</StackName><StackStatus>${status}</StackStatus>` +
  `<Parameters>${parameter('Open', open)}${parameter('Zone', 'a')}</Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

const servers: Server[] = [];
let updates: Record<string, string>[];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const answer = ({ alive, stack, refusal }: Aws, type: string, body: string): [number, string] => {
  if (!type.includes('form'))
    return [200, JSON.stringify({ jobSummaryList: body.includes(`"${alive ?? ''}"`) ? [{ jobId: 'j' }] : [] })];
  const form = Object.fromEntries(new URLSearchParams(body));
  if (refusal !== undefined) return [403, xml(refusal, 'no')];
  if (stack === undefined) return [400, xml('ValidationError', 'Stack with id network does not exist')];
  if (form['Action'] === 'DescribeStacks') return [200, described(stack)];
  updates.push(form);
  return [
    200,
    '<UpdateStackResponse><UpdateStackResult><StackId>s</StackId></UpdateStackResult></UpdateStackResponse>',
  ];
};

const gate = async (aws: Aws) => {
  updates = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [status, body] = answer(aws, request.headers['content-type'] ?? '', Buffer.concat(chunks).toString());
      response.writeHead(status).end(body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = {
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const clients = { cloudformation: new CloudFormationClient(client), batch: new BatchClient(client) };
  return setGate({ ...clients, stack: 'network', queue: 'gpu' });
};

describe('the network gate', () => {
  it('opens for a job, and changes nothing else of the stack', async () => {
    const stack = { status: 'CREATE_COMPLETE', open: 'no' } as const;
    expect(await gate({ alive: 'RUNNABLE', stack })).toEqual({ open: true, changed: true });
    expect(updates).toMatchObject([
      {
        UsePreviousTemplate: 'true',
        'Parameters.member.1.ParameterKey': 'Open',
        'Parameters.member.1.ParameterValue': 'yes',
        'Parameters.member.2.ParameterKey': 'Zone',
        'Parameters.member.2.UsePreviousValue': 'true',
      },
    ]);
  });

  it('closes when no job is left, once', async () => {
    expect(await gate({ stack: { status: 'UPDATE_COMPLETE', open: 'yes' } })).toEqual({ open: false, changed: true });
    expect(await gate({ stack: { status: 'UPDATE_COMPLETE', open: 'no' } })).toEqual({ open: false, changed: false });
  });

  it('comes back later when the network is being changed', async () => {
    const busy = gate({ alive: 'SUBMITTED', stack: { status: 'UPDATE_IN_PROGRESS', open: 'no' } });
    expect(await outcome(busy)).toBe('SERVICE_UNAVAILABLE');
    expect(updates).toEqual([]);
  });

  it('says by code that there is no network, or that it may not see it', async () => {
    expect(await outcome(gate({}))).toBe('NOT_FOUND');
    expect(await outcome(gate({ refusal: 'AccessDenied' }))).toBe('ACCESS_DENIED');
  });
});
