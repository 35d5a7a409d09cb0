// What the templates of state and app promise: where nothing may be lost, where everything must be forgotten, who gets
// in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { SCOPE_LIMIT_BYTES } from '#infra/settings.ts';
import { propertiesOf, SETTINGS, synthesise, type Part, type Synthesised } from './synthesised.ts';

let synthesised: Synthesised;
beforeAll(async () => void (synthesised = await synthesise(SETTINGS)));
afterAll(() => synthesised.remove());

const properties = (part: Part, type: string) => propertiesOf(synthesised, part, type);

/** Bytes of variables in JSON, where whatever is known only after the deployment is as long as a queue's address. */
const longest = (variables: object): number => {
  const resolved = JSON.stringify(variables, (_key, value: unknown) => (isReference(value) ? 'x'.repeat(100) : value));
  return Buffer.byteLength(resolved);
};

const isReference = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ('Ref' in value || 'Fn::GetAtt' in value || 'Fn::ImportValue' in value);

const expectResource = (part: Part, type: string, expected: object) =>
  expect(() => synthesised.templates[part].hasResourceProperties(type, expected)).not.toThrow();

describe('the stateful stack', () => {
  const tables = () =>
    properties('state', 'AWS::DynamoDB::GlobalTable').map(([id, { Replicas, StreamSpecification }]) => {
      const [replica] = Replicas as { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: boolean } }[];
      const backedUp = replica?.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled;
      return { id: id.slice(0, -8), backedUp, stream: StreamSpecification !== undefined };
    });

  it('backs up everything but what must be forgotten, and streams nothing', () => {
    const forgetting = tables().filter(({ backedUp }) => !backedUp);
    expect(forgetting.map(({ id }) => id).sort()).toEqual(['Serving', 'Vault']);
    expect(tables()).toHaveLength(7);
    expect(tables().filter(({ stream }) => stream)).toEqual([]);
  });

  it('locks the ledger in compliance mode, and keeps no version of anything else', () => {
    const buckets = properties('state', 'AWS::S3::Bucket');
    const locked = buckets.filter(([, { ObjectLockEnabled }]) => ObjectLockEnabled === true);
    expect(locked.map(([id]) => id.slice(0, -8))).toEqual(['Ledger']);
    expect(locked[0]?.[1]['ObjectLockConfiguration']).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Days: 2190, Mode: 'COMPLIANCE' } },
    });
    const versioned = buckets.filter(([, { VersioningConfiguration }]) => VersioningConfiguration !== undefined);
    expect(versioned.map(([id]) => id.slice(0, -8))).toEqual(['Ledger']);
  });

  it('encrypts weights under a key of its own', () => {
    expectResource('state', 'AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: Match.anyValue() },
          },
        ],
      },
    });
  });

  it('signs the log with an Ed25519 key that cannot leave KMS', () => {
    expectResource('state', 'AWS::KMS::Key', {
      KeySpec: 'ECC_NIST_EDWARDS25519',
      KeyUsage: 'SIGN_VERIFY',
    });
    expectResource('state', 'AWS::KMS::Alias', { AliasName: 'alias/quittance/log' });
  });

  it('lets nobody overwrite an artefact or a tile, speak to a bucket in clear, or make one public', () => {
    const denied = properties('state', 'AWS::S3::BucketPolicy').map(([, { PolicyDocument }]) =>
      (PolicyDocument as { Statement: { Effect: string; Sid?: string; Condition?: object }[] }).Statement.filter(
        ({ Effect }) => Effect === 'Deny',
      ),
    );
    expect(denied.filter((one) => one.some(({ Sid }) => Sid === 'WriteOnce'))).toHaveLength(2);
    expect(denied.every((one) => JSON.stringify(one).includes('aws:SecureTransport'))).toBe(true);
    for (const [, { PublicAccessBlockConfiguration }] of properties('state', 'AWS::S3::Bucket'))
      expect(Object.values(PublicAccessBlockConfiguration as object)).toEqual([true, true, true, true]);
  });

  it('outlives its own deletion', () => {
    const kinds = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::ECR::Repository'];
    const kept = kinds.flatMap((type) => Object.values(synthesised.find('state', type)));
    expect(kept.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(kept.map(() => 'Retain'));
    const manifest = JSON.parse(readFileSync(join(synthesised.assembly, 'manifest.json'), 'utf8')) as {
      artifacts: Record<string, { properties?: { terminationProtection?: boolean } }>;
    };
    expect(manifest.artifacts['quittance-state']?.properties?.terminationProtection).toBe(true);
  });

  it('records every touch of case data, weights and ledger', () => {
    const [trail] = properties('state', 'AWS::CloudTrail::Trail');
    const text = JSON.stringify(trail);
    for (const word of ['VaultObjects', 'Artifacts', 'Ledger', 'AWS::DynamoDB::Table']) expect(text).toContain(word);
    expect(trail?.[1]).toMatchObject({ EnableLogFileValidation: true, IsLogging: true });
  });
});

describe('the app stack', () => {
  it('runs every Lambda on Node 24, with a log that ends and no managed policy', () => {
    const functions = properties('app', 'AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(20);
    for (const [id, { Runtime, Timeout, MemorySize }] of functions)
      expect([id, Runtime, (Timeout as number) <= 900, MemorySize]).toEqual([id, 'nodejs24.x', true, 1024]);
    for (const [, { RetentionInDays }] of properties('app', 'AWS::Logs::LogGroup')) expect(RetentionInDays).toBe(365);
    expect(properties('app', 'AWS::IAM::Role').filter(([, { ManagedPolicyArns }]) => ManagedPolicyArns)).toEqual([]);
  });

  it('gives a step less time than its workflow waits for it, so that none still works when it is tried again', () => {
    const timeouts = new Map(
      properties('app', 'AWS::Lambda::Function').map(([, p]) => [p['FunctionName'], p['Timeout']]),
    );
    expect(timeouts.get('quittance-probe-served-model')).toBe(890);
    expect(timeouts.get('quittance-judge-evaluation')).toBe(50);
    expect(timeouts.get('quittance-api')).toBe(29);
  });

  it('logs what a workflow did, without data', () => {
    const machines = properties('app', 'AWS::StepFunctions::StateMachine');
    expect(machines.map(([, p]) => p['StateMachineName']).sort()).toEqual(
      ['erasure', 'recertify', 'unlearn'].map((n) => `quittance-${n}`),
    );
    for (const [, { LoggingConfiguration, TracingConfiguration, StateMachineType }] of machines) {
      expect(LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: 'ALL' });
      expect([TracingConfiguration, StateMachineType]).toEqual([{ Enabled: true }, 'STANDARD']);
    }
  });

  it('lets in who has a token, a second factor and a group; only log and keys are public', () => {
    const open = properties('app', 'AWS::ApiGatewayV2::Route').filter(([, p]) => p['AuthorizationType'] !== 'JWT');
    expect(open.map(([, { RouteKey }]) => RouteKey).sort()).toEqual([
      'GET /health',
      'GET /ledger/checkpoint',
      'GET /ledger/tile/{proxy+}',
      'GET /trust-root',
      'GET /trust-root.json',
      'GET /trust-root.pem',
      'GET /trust-root.txt',
      'HEAD /health',
      'HEAD /ledger/checkpoint',
      'HEAD /ledger/tile/{proxy+}',
      'HEAD /trust-root',
      'HEAD /trust-root.json',
      'HEAD /trust-root.pem',
      'HEAD /trust-root.txt',
    ]);
    const [pool] = properties('app', 'AWS::Cognito::UserPool');
    expect(pool?.[1]).toMatchObject({
      MfaConfiguration: 'ON',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    });
    const groups = properties('app', 'AWS::Cognito::UserPoolGroup').map(([, { GroupName }]) => GroupName);
    expect(groups.sort()).toEqual(['approvers', 'auditors', 'filers']);
  });

  it('opens the pages for everybody where the settings ask for them, and tells the app', async () => {
    const open = await synthesise({ ...SETTINGS, publicPages: true }, { code: synthesised.code });
    const routes = propertiesOf(open, 'app', 'AWS::ApiGatewayV2::Route').filter(
      ([, p]) => p['AuthorizationType'] !== 'JWT',
    );
    const more = routes
      .map(([, { RouteKey }]) => String(RouteKey))
      .filter((key) => !/health|ledger|trust-root/.test(key));
    expect(more.filter((key) => key.startsWith('POST')).sort()).toEqual(
      ['/ask', '/ask.json', '/check', '/check.json', '/language', '/status', '/status.json', '/style.css'].map(
        (path) => `POST ${path}`,
      ),
    );
    const told = (of: Synthesised) =>
      propertiesOf(of, 'app', 'AWS::Lambda::Function').flatMap(
        ([, { Environment }]) =>
          (Environment as { Variables: Record<string, string> }).Variables['QUITTANCE_PUBLIC_PAGES'] ?? [],
      );
    expect([told(synthesised), told(open)]).toEqual([['false'], ['true']]);
    open.remove();
  });

  it('tells the app, where certificates are signed, what the settings say was swept, and no other function', () => {
    const told = properties('app', 'AWS::Lambda::Function').flatMap(([, { FunctionName, Environment }]) => {
      const { Variables } = Environment as { Variables: Record<string, string> };
      const scope = Variables['QUITTANCE_CERTIFICATE_SCOPE'];
      return scope === undefined ? [] : [[FunctionName, JSON.parse(scope) as unknown]];
    });
    expect(told).toEqual([['quittance-api', SETTINGS.certificateScope]]);
  });

  it('leaves room for the longest scope among the variables of each function that is told it', () => {
    const sizes = properties('app', 'AWS::Lambda::Function').flatMap(([, { Environment }]) => {
      const { QUITTANCE_CERTIFICATE_SCOPE: scope, ...others } = (Environment as { Variables: Record<string, unknown> })
        .Variables;
      return scope === undefined ? [] : [longest(others)];
    });
    expect(sizes).not.toEqual([]);
    for (const size of sizes) expect(size + SCOPE_LIMIT_BYTES).toBeLessThan(4_096);
  });

  it('tags what it makes', () => {
    const untagged = properties('app', 'AWS::Lambda::Function').filter(
      ([, { Tags }]) => !JSON.stringify(Tags ?? []).includes('application'),
    );
    expect(untagged).toEqual([]);
  });
});
