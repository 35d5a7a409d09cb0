// What a step may do is what it says that it uses. The oracle is written here by hand: which stores stand behind which
// port.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiUses } from '#functions/api.ts';
import { steps } from '#functions/steps.ts';
import type { Ports } from '#core/ports.ts';
import { SCHEDULED_STEPS } from '#core/schedules.ts';
import { awsPorts } from '#adapters/aws/index.ts';
import { variableOf } from '#core/deployment-outputs.ts';
import { JOB_USES } from '#infra/gpu-stack.ts';
import { LOG_KEEPER_USES, REGISTRAR_USES } from '#infra/registrar.ts';
import { workflowPlaceholders } from '#infra/state-machine.ts';
import {
  listed,
  statements,
  storesIn,
  synthesise,
  textOf,
  type Part,
  type Statement,
  type Synthesised,
} from './synthesised.ts';

/** Words of the exports that a role must name, and may name, where it uses the port. */
const BEHIND: Readonly<Record<Exclude<keyof Ports, 'jobs'>, readonly string[]>> = {
  tickets: ['Tickets'],
  vault: ['Vault', 'VaultObjects', 'VaultKey'],
  artifacts: ['Artifacts', 'DataKey'],
  logStorage: ['Ledger'],
  logHead: ['LogHead'],
  signer: ['Keys', 'VaultKey'],
  people: ['Keys', 'PeopleKey'],
  ledger: ['Ledger', 'LogHead', 'Keys'],
  results: ['Results'],
  workflows: [],
  models: ['Models'],
  serving: ['Serving'],
  notifier: [],
  mailer: [],
  pseudonyms: ['Keys', 'VaultKey'],
  calendar: [],
  installation: [],
  outside: [],
  clock: [],
  ids: [],
};
const SERVICES: Partial<Record<keyof Ports, string>> = {
  workflows: 'states',
  notifier: 'ses',
  mailer: 'ses',
  serving: 'events',
};

let synthesised: Synthesised;
beforeAll(async () => void (synthesised = await synthesise()));
afterAll(() => synthesised.remove());

const roleOf = (part: Part, id: string) =>
  statements(synthesised, part)
    .filter(({ owner }) => owner.startsWith(`${id}Role`))
    .map(({ statement }) => statement);
const touched = (role: readonly Statement[]) =>
  [...new Set(role.flatMap(({ Resource }) => listed(Resource).flatMap((one) => storesIn(textOf(one)))))].sort();
const services = (role: readonly Statement[]) =>
  [...new Set(role.flatMap(({ Action }) => listed(Action).map((action) => action.split(':')[0] ?? '')))].sort();
const idOf = (name: string) =>
  name
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');

const expected = (uses: readonly (keyof Ports)[]) => ({
  stores: [...new Set(uses.flatMap((port) => BEHIND[port as keyof typeof BEHIND]))].sort(),
  asked: uses.flatMap((port) => SERVICES[port] ?? []),
});
const ALWAYS = ['dynamodb', 's3', 'kms', 'logs'];
/** A schedule calls it and waits for nothing: what it cannot do goes to a queue. */
const QUEUED: Readonly<Record<string, string[]>> = {
  'send-reminders': ['sqs'],
  'write-portfolio': ['sqs'],
  'destroy-drafts': ['sqs'],
  'retry-letters': ['sqs'],
  'wake-answered': ['sqs'],
};

/** Machines with a task that waits for a token, as somebody reading the files finds them. */
const WAITING = ['quittance-erasure', 'quittance-unlearn'];

const called = [...workflowPlaceholders(), ...SCHEDULED_STEPS];

describe('the role of a step', () => {
  it.each(steps.filter(({ name }) => called.includes(name)).map((step) => [step.name, step] as const))(
    '%s reaches the stores of its ports and no other',
    (name, { uses }) => {
      const role = roleOf('app', idOf(name));
      const { stores, asked } = expected(uses);
      expect(touched(role)).toEqual(stores);
      expect(services(role).filter((service) => !ALWAYS.includes(service))).toEqual(
        [...new Set([...asked, ...(QUEUED[name] ?? [])])].sort(),
      );
    },
  );

  it('of an act of people does not exist: a function would take anybody at their word for who acts', () => {
    const functions = Object.values(synthesised.find('app', 'AWS::Lambda::Function')).map(
      ({ Properties }) => Properties['FunctionName'],
    );
    for (const act of [
      'file-ticket',
      'record-approval',
      'place-hold',
      'release-hold',
      'record-identity',
      'resume-ticket',
    ])
      expect(functions).not.toContain(`quittance-${act}`);
  });

  it('that appends to the log, or renews a certificate, may sign with its key, and no other may', () => {
    const signing = steps.filter(({ name }) =>
      roleOf('app', idOf(name)).some(({ Action }) => listed(Action).includes('kms:Sign')),
    );
    expect(signing.map(({ name }) => name).sort()).toEqual([
      'issue-certificate',
      'record-recertification',
      'sequence-log',
    ]);
  });

  it('that answers a waiting task may do so for every machine that waits', () => {
    for (const { name } of steps.filter((step) => called.includes(step.name) && step.uses.includes('workflows'))) {
      const answering = roleOf('app', idOf(name)).filter(({ Action }) =>
        listed(Action).includes('states:SendTaskSuccess'),
      );
      const machines = answering.flatMap(({ Resource }) =>
        listed(Resource).map((arn) => textOf(arn).split(':').at(-1)),
      );
      expect([name, machines]).toEqual([name, WAITING]);
    }
  });

  it('may unwrap a key only for the purpose of its port', () => {
    for (const { name, uses } of steps.filter((step) => called.includes(step.name))) {
      const purposes = roleOf('app', idOf(name)).flatMap(
        ({ Condition }) => Condition?.['StringEquals']?.['kms:EncryptionContext:purpose'] ?? [],
      );
      const wanted = (['signer', 'pseudonyms'] as const).filter((port) => uses.includes(port));
      expect([name, [...purposes].sort()]).toEqual([name, [...wanted].sort()]);
    }
  });
});

describe('the roles of the API and of the jobs', () => {
  it('reach what the HTTP app uses, which signs for people and for bundles, and never a checkpoint of the log', () => {
    const role = roleOf('app', 'HttpApp');
    expect(touched(role)).toEqual(expected(apiUses).stores);
    expect(role.flatMap(({ Action }) => listed(Action))).not.toContain('kms:Sign');
    const purposes = role.flatMap(
      ({ Condition }) => Condition?.['StringEquals']?.['kms:EncryptionContext:purpose'] ?? [],
    );
    expect(purposes.sort()).toEqual(['people', 'pseudonyms', 'signer']);
  });

  it("reach people's keys in the HTTP app alone: no step of a workflow can sign as a person", () => {
    const reaching = (['app', 'gpu'] as const).flatMap((part) =>
      statements(synthesised, part)
        .filter(({ statement }) =>
          listed(statement.Resource).some((one) => storesIn(textOf(one)).includes('PeopleKey')),
        )
        .map(({ owner }) => owner.slice(0, 'HttpAppRole'.length)),
    );
    expect(reaching).toEqual(['HttpAppRole']);
    expect(textOf(roleOf('app', 'IssueCertificate'))).not.toContain('people#');
  });

  it('reach what jobs use, with no key to sign and no ticket', () => {
    const job = statements(synthesised, 'gpu').filter(({ owner }) => owner.startsWith('JobRole'));
    const role = job.map(({ statement }) => statement);
    expect(touched(role)).toEqual(expected(JOB_USES).stores);
    expect(services(role)).toEqual(['dynamodb', 'kms', 's3']);
  });
});

describe('the policy for who registers models by command', () => {
  const given = () => {
    const found = statements(synthesised, 'app').filter(({ owner }) => owner.startsWith('RegisterModels'));
    return found.map(({ statement }) => statement);
  };

  it('reaches what registration writes and reads, and neither tickets, nor vaults, nor keys that sign', () => {
    expect(touched(given())).toEqual(expected(['artifacts', 'models', 'pseudonyms', 'serving']).stores);
    expect(services(given()).filter((service) => !ALWAYS.includes(service))).toEqual(['cloudformation', 'events']);
    const purposes = given().flatMap(
      ({ Condition }) => Condition?.['StringEquals']?.['kms:EncryptionContext:purpose'] ?? [],
    );
    expect(purposes).toEqual(['pseudonyms']);
  });

  it('deletes nothing', () => {
    expect(
      given()
        .flatMap(({ Action }) => listed(Action))
        .filter((action) => /delete/i.test(action)),
    ).toEqual([]);
  });

  it('belongs to outputs that say where all of it is', () => {
    const told = Object.keys(synthesised.templates.app.findOutputs('*')).flatMap((name) => variableOf(name) ?? []);
    const environment = { ...process.env, ...Object.fromEntries(told.map((name) => [name, 'somewhere'])) };
    const ports = awsPorts({ ...environment, AWS_REGION: 'eu-central-1' });
    for (const port of [...REGISTRAR_USES, ...LOG_KEEPER_USES])
      expect([port, typeof ports[port]]).toEqual([port, 'object']);
  });
});

describe('the policy for who ends signing keys by command', () => {
  const given = () => {
    const found = statements(synthesised, 'app').filter(({ owner }) => owner.startsWith('EndKeys'));
    return found.map(({ statement }) => statement);
  };

  it('reaches the rows of keys, tickets and certificates, and can neither unwrap a key nor sign', () => {
    const actions = given().flatMap(({ Action }) => listed(Action));
    expect(actions.filter((action) => /^kms:(Sign|GetPublicKey)/.test(action))).toEqual([]);
    const purposes = given().flatMap(
      ({ Condition }) => Condition?.['StringEquals']?.['kms:EncryptionContext:purpose'] ?? [],
    );
    expect(purposes).toEqual([]);
    expect(services(given()).filter((service) => !ALWAYS.includes(service))).toEqual(['cloudformation']);
  });

  it('deletes rows of keys that sign, and nothing else', () => {
    const deleting = given().filter(({ Action }) => listed(Action).some((action) => /delete/i.test(action)));
    expect(deleting.map(({ Condition }) => Condition)).toEqual([
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['people#*', 'signer#*'] } },
    ]);
  });
});

/**
 * Every wildcard of a resource that is allowed, by what it ends in or is; each has its reason beside its grant in
 * infra.
 */
const KNOWN_WILDCARDS: readonly RegExp[] = [
  /Artifacts.*\/artifacts\/\*$/,
  /VaultObjects.*\/vault\/\*$/,
  /Ledger.*\/(log|history)\/\*$/,
  /:execution:quittance-(erasure|unlearn|\*):\*$/,
  /:job-definition\/quittance-(unlearn|evaluate|recertify):\*$/,
  /:stack\/quittance-(network|app)\/\*$/,
  /:(key|alias\/quittance\/log)\/\*$/, // under conditions that the tests of roles above look at
  /^(SendReminders|WritePortfolio|DestroyDrafts|RetryLetters|WakeAnswered|NetworkGate)[0-9A-F]+\.Arn:\*$/,
];
/** Actions for which the service takes no resource. */
const WITHOUT_RESOURCE = [
  ...['kms:CreateKey', 'batch:DescribeJobs', 'batch:TerminateJob', 'batch:ListJobs', 'ecr:GetAuthorizationToken'],
  ...['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery'],
  ...['logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'],
  ...['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
];

describe('a wildcard', () => {
  const allowed = () =>
    (['app', 'gpu', 'network', 'state'] as const).flatMap((part) =>
      statements(synthesised, part).filter(({ statement }) => statement.Effect === 'Allow'),
    );

  it('is in no action', () => {
    expect(
      allowed()
        .flatMap(({ statement }) => listed(statement.Action))
        .filter((action) => action.includes('*')),
    ).toEqual([]);
  });

  it('is in a resource only where this list knows it', () => {
    const unknown = allowed().flatMap(({ owner, statement }) =>
      listed(statement.Resource)
        .map(textOf)
        .filter((resource) => resource.endsWith('*') && !KNOWN_WILDCARDS.some((known) => known.test(resource)))
        .flatMap((resource) => listed(statement.Action).map((action) => ({ owner, resource, action }))),
    );
    expect(unknown.filter(({ resource, action }) => resource !== '*' || !WITHOUT_RESOURCE.includes(action))).toEqual(
      [],
    );
  });
});
