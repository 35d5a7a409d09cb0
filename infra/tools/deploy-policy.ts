// What CloudFormation may do when it deploys an installation: the policies to bootstrap with in the place of
// AdministratorAccess. `npx node infra/tools/deploy-policy.ts
// --account 123456789012 --region eu-central-1 [--prefix quittance]` prints them. People get less: the right to assume
// the bootstrap's own deploy role.
// Source: AWS CDK Developer Guide, "Customize bootstrapping"; Service Authorization Reference for what takes a
// resource. The rules are deploy-policy.json.
// Trap: whoever may change roles without limits can give themselves every right. So only the installation's own roles
// may be changed, and passed only to its services.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';

export interface Where {
  readonly account: string;
  readonly region: string;
  /** Of the settings; everything that has a name begins with it. */
  readonly prefix: string;
}

const Rule = z.strictObject({
  /** Actions by service, separated by spaces. */
  allow: z.record(z.string(), z.string()),
  resources: z.array(z.string()).min(1),
  condition: z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]))).optional(),
  /** Why a resource does not carry the installation's name. */
  reason: z.string().optional(),
});

const Rules = z.array(
  Rule.transform(({ allow, ...rule }) => ({
    ...rule,
    actions: Object.entries(allow).flatMap(([service, verbs]) => verbs.split(' ').map((verb) => `${service}:${verb}`)),
  })),
);
export type DeployRule = z.infer<typeof Rules>[number];

export const deployRules = (where: Where): DeployRule[] => {
  const text = readFileSync(new URL('deploy-policy.json', import.meta.url), 'utf8');
  const filled = text.replace(/\$\{(account|region|prefix)\}/g, (_, name: keyof Where) => where[name]);
  return Rules.parse(JSON.parse(filled));
};

/** What nobody who deploys may do: stop the trail, shorten a lock, or delete what must outlive a deployment. */
const NEVER = [
  ...['cloudtrail:StopLogging', 'cloudtrail:DeleteTrail', 's3:BypassGovernanceRetention', 's3:PutObjectRetention'],
  ...['s3:DeleteBucket', 'dynamodb:DeleteTable', 'kms:ScheduleKeyDeletion', 'kms:DisableKey'],
];

const statements = (where: Where): object[] => [
  { Effect: 'Deny', Action: NEVER, Resource: '*' },
  ...deployRules(where).map(({ actions, resources, condition }) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(condition ? { Condition: condition } : {}),
  })),
];

/** IAM takes at most 6,144 characters a managed policy, white space apart; a role has up to ten. */
export const POLICY_CHARACTERS = 6144;

/** As few documents as the limit allows, in order. */
export const deployPolicies = (where: Where): object[] => {
  const documents: object[][] = [[]];
  for (const statement of statements(where)) {
    const last = documents.at(-1) ?? [];
    const fits = JSON.stringify(documentOf([...last, statement])).length <= POLICY_CHARACTERS;
    if (fits) last.push(statement);
    else documents.push([statement]);
  }
  return documents.map(documentOf);
};

const documentOf = (some: readonly object[]) => ({ Version: '2012-10-17', Statement: some });

if (import.meta.main) {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { account: text, region: text, prefix: { ...text, default: 'quittance' } } });
  const { account, region, prefix } = values;
  if (account === undefined || region === undefined)
    throw new Error('usage: --account ID --region REGION [--prefix NAME]');
  process.stdout.write(`${JSON.stringify(deployPolicies({ account, region, prefix }), null, 2)}\n`);
}
