// What the templates of GPU and network promise: what runs where, and what it can reach.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { listed, propertiesOf, SETTINGS, synthesise, textOf, type Part, type Synthesised } from './synthesised.ts';

let synthesised: Synthesised;
beforeAll(async () => void (synthesised = await synthesise(SETTINGS)));
afterAll(() => synthesised.remove());

const properties = (part: Part, type: string) => propertiesOf(synthesised, part, type);

const expectResource = (part: Part, type: string, expected: object) =>
  expect(() => synthesised.templates[part].hasResourceProperties(type, expected)).not.toThrow();

describe('the GPU stack', () => {
  it('takes Spot first and on-demand instances after it, with a driver', () => {
    const environments = properties('gpu', 'AWS::Batch::ComputeEnvironment').map(
      ([, p]) => p['ComputeResources'] as Record<string, unknown>,
    );
    expect(environments.map(({ Type, AllocationStrategy }) => [Type, AllocationStrategy]).sort()).toEqual([
      ['EC2', 'BEST_FIT_PROGRESSIVE'],
      ['SPOT', 'SPOT_PRICE_CAPACITY_OPTIMIZED'],
    ]);
    for (const { Ec2Configuration, MinvCpus } of environments)
      expect([Ec2Configuration, MinvCpus]).toEqual([[{ ImageType: 'ECS_AL2023_NVIDIA' }], 0]);
    const [queue] = properties('gpu', 'AWS::Batch::JobQueue');
    const order = (queue?.[1]['ComputeEnvironmentOrder'] as { Order: number; ComputeEnvironment: unknown }[])
      .sort((a, b) => a.Order - b.Order)
      .map(({ ComputeEnvironment }) => textOf(ComputeEnvironment).slice(0, 4));
    expect(order).toEqual(['Spot', 'OnDe']);
  });

  const definitions = () => properties('gpu', 'AWS::Batch::JobDefinition').map(([, p]) => p);

  it('retries what Spot took, and nothing else: the last rule ends it', () => {
    for (const { RetryStrategy, Timeout } of definitions()) {
      const { Attempts, EvaluateOnExit } = RetryStrategy as {
        Attempts: number;
        EvaluateOnExit: Record<string, string>[];
      };
      expect(EvaluateOnExit[0]).toMatchObject({ Action: 'RETRY', OnStatusReason: 'Host EC2*' });
      expect(EvaluateOnExit.at(-1)).toEqual({ Action: 'EXIT', OnReason: '*' });
      expect([Attempts, (Timeout as { AttemptDurationSeconds: number }).AttemptDurationSeconds < 86_400]).toEqual([
        5,
        true,
      ]);
    }
  });

  it('runs jobs without a writable root, privileges or more than one GPU, given ids and digests', () => {
    expect(
      definitions()
        .map((p) => p['JobDefinitionName'])
        .sort(),
    ).toEqual(['evaluate', 'recertify', 'unlearn'].map((n) => `quittance-${n}`));
    for (const { ContainerProperties, Parameters } of definitions()) {
      const container = ContainerProperties as Record<string, unknown>;
      expect([container['ReadonlyRootFilesystem'], container['Privileged']]).toEqual([true, false]);
      expect(container['ResourceRequirements']).toContainEqual({ Type: 'GPU', Value: '1' });
      expect(Object.keys(Parameters as object).sort()).toEqual(['job', 'planDigest', 'runDigest', 'ticketId']);
    }
  });

  it('takes the image by digest where one is given', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const other = await synthesise({ gpu: { imageDigest: digest } }, { code: synthesised.code });
    try {
      const images = Object.values(other.find('gpu', 'AWS::Batch::JobDefinition')).map(({ Properties }) =>
        JSON.stringify((Properties['ContainerProperties'] as { Image: unknown }).Image),
      );
      expect(images.every((image) => image.includes(`@${digest}`))).toBe(true);
    } finally {
      other.remove();
    }
  });

  it('encrypts the disk, and hands out instance credentials to nobody without a session', () => {
    expectResource('gpu', 'AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        BlockDeviceMappings: [{ Ebs: Match.objectLike({ Encrypted: true }) }],
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      },
    });
  });
});

describe('the network', () => {
  it('has no way out: no internet gateway, no NAT, and endpoints that exist only while a job is queued', () => {
    for (const type of ['AWS::EC2::InternetGateway', 'AWS::EC2::NatGateway', 'AWS::EC2::EgressOnlyInternetGateway'])
      expect(properties('network', type)).toEqual([]);
    const endpoints = Object.values(synthesised.find('network', 'AWS::EC2::VPCEndpoint'));
    const priced = endpoints.filter(({ Properties }) => Properties['VpcEndpointType'] === 'Interface');
    expect([priced.length, endpoints.length]).toEqual([7, 9]);
    expect(priced.every(({ Condition }) => Condition === 'IsOpen')).toBe(true);
    synthesised.templates.network.hasParameter('Open', { Default: 'no' });
  });

  it('lets jobs reach the buckets and tables of jobs, and no others', () => {
    const gateways = Object.values(synthesised.find('network', 'AWS::EC2::VPCEndpoint')).filter(
      ({ Properties }) => Properties['VpcEndpointType'] === 'Gateway',
    );
    for (const { Properties } of gateways) {
      const { Statement } = Properties['PolicyDocument'] as { Statement: { Resource: unknown; Effect: string }[] };
      expect(Statement.flatMap(({ Resource }) => listed(Resource).map(textOf)).filter((one) => one === '*')).toEqual(
        [],
      );
      expect(JSON.stringify(Statement)).not.toContain('Ledger');
    }
  });
});
