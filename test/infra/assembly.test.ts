// What deployment takes: the cloud assembly with every check that is to be had offline.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { addChecks } from '#infra/stacks.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { pythonWith } from '#test/support/python.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';
import { STANDING } from '#infra/tools/cost.ts';
import {
  emptyApp,
  listed,
  propertiesOf,
  SETTINGS,
  statements,
  synthesise,
  type Part,
  type Synthesised,
} from './synthesised.ts';

let synthesised: Synthesised;
beforeAll(async () => void (synthesised = await synthesise(SETTINGS, { withChecks: true, code: 'deployed' })));
afterAll(() => synthesised.remove());

const properties = (part: Part, type: string) => propertiesOf(synthesised, part, type);

/** Rules that the report of a cloud assembly names. */
const findings = (assembly: string): string[] => {
  const report = JSON.parse(readFileSync(join(assembly, 'validation-report.json'), 'utf8')) as {
    pluginReports: { violations: { ruleName: string }[] }[];
  };
  return report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
};

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('the checks at synthesis', () => {
  it('report nothing that is not explained', () => {
    expect(findings(synthesised.assembly)).toEqual([]);
  });

  it.each([
    ['nothing that is optional', {}],
    ['pages for everybody and an image by its digest', { publicPages: true, gpu: { imageDigest: DIGEST } }],
  ])('report nothing of an installation with %s', async (_what, settings) => {
    const other = await synthesise(settings, { withChecks: true, code: synthesised.code });
    try {
      expect(findings(other.assembly)).toEqual([]);
    } finally {
      other.remove();
    }
  });

  it('refuse what nobody explained', () => {
    const { dir, remove } = temporaryFolder();
    try {
      const app = emptyApp(dir, { withChecks: true });
      const careless = new Stack(app, 'careless');
      new Bucket(careless, 'Open');
      new CfnResource(careless, 'Odd', { type: 'AWS::SQS::Queue', properties: { DelaySeconds: 'soon' } });
      addChecks(app);
      expect(() => app.synth()).toThrow(/AwsSolutions-S10/);
      expect(findings(dir)).toEqual(expect.arrayContaining(['AwsSolutions-S1', 'AwsSolutions-S10', 'F3012']));
    } finally {
      remove();
    }
  });
});

/** Templates by name, without the hash of the image's sources, which may be edited meanwhile. */
const texts = (assembly: string): string[][] =>
  readdirSync(assembly)
    .filter((name) => name.endsWith('.template.json'))
    .map((name) => [name, readFileSync(join(assembly, name), 'utf8').replace(/(container-assets.*:)\w{64}/g, '$1')]);

describe('the cloud assembly', () => {
  it('holds no policy that allows an action on everything of a service', () => {
    for (const part of ['state', 'app', 'gpu', 'network'] as const)
      expect(
        statements(synthesised, part)
          .flatMap(({ statement }) => listed(statement.Action))
          .filter((action) => /^[^:]*:?\*$/.test(action)),
      ).toEqual([]);
  });

  it('is the same when made again', async () => {
    const again = await synthesise(SETTINGS, { code: synthesised.code });
    try {
      expect(texts(again.assembly)).toEqual(texts(synthesised.assembly));
    } finally {
      again.remove();
    }
  });
});

/** What the package's own command does. */
const CFN_LINT = 'import sys; from cfnlint.runner import main; sys.exit(main())';

/** Older ones do not know properties that this CDK writes. */
const OLDEST = [1, 58];
const version = (python: string): number[] => {
  const script = "import importlib.metadata as m; print(m.version('cfn-lint'))";
  return spawnSync(python, ['-c', script], { encoding: 'utf8' }).stdout.trim().split('.').map(Number);
};
const recent = [pythonWith('cfnlint')].find((python) => {
  const [major = 0, minor = 0] = python === undefined ? [] : version(python);
  return major > OLDEST[0]! || (major === OLDEST[0] && minor >= OLDEST[1]!);
});

const REASON = `no Python with cfn-lint ${OLDEST.join('.')} or newer (pip install cfn-lint)`;
describeWith(recent, REASON, 'cfn-lint', (python) => {
  it('finds nothing in the templates', () => {
    const templates = readdirSync(synthesised.assembly).filter((name) => name.endsWith('.template.json'));
    const paths = templates.map((name) => join(synthesised.assembly, name));
    const { stdout, stderr } = spawnSync(python, ['-c', CFN_LINT, ...paths], { cwd: ROOT, encoding: 'utf8' });
    expect([stdout.trim(), stderr.trim(), paths.length]).toEqual(['', '', 4]);
  });
});

describe('what it costs', () => {
  it('keeps the free alarms and dashboards free', () => {
    expect(properties('app', 'AWS::CloudWatch::Alarm').length).toBeLessThanOrEqual(10);
    expect(properties('app', 'AWS::CloudWatch::Dashboard')).toHaveLength(1);
  });

  it('stands there for what the cost table says, and no more', () => {
    const count = (part: Part, type: string) => properties(part, type).length;
    const interfaces = properties('network', 'AWS::EC2::VPCEndpoint').filter(
      ([, p]) => p['VpcEndpointType'] === 'Interface',
    );
    expect(STANDING).toMatchObject({
      keys: count('state', 'AWS::KMS::Key') + count('app', 'AWS::KMS::Key'),
      alarms: count('app', 'AWS::CloudWatch::Alarm'),
      dashboards: count('app', 'AWS::CloudWatch::Dashboard'),
      interfaceEndpoints: interfaces.length,
      zones: count('network', 'AWS::EC2::Subnet'),
    });
  });

  it('stops new jobs when the month is spent', () => {
    const stop = properties('app', 'AWS::IAM::ManagedPolicy').find(([id]) => id.startsWith('NoNewJobs'));
    expect(stop?.[1]['PolicyDocument']).toMatchObject({
      Statement: [{ Effect: 'Deny', Action: 'batch:SubmitJob', Resource: '*' }],
    });
    expect(properties('app', 'AWS::Budgets::BudgetsAction')[0]?.[1]).toMatchObject({ ApprovalModel: 'AUTOMATIC' });
  });
});
