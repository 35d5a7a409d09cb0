// The role that deploys: it reaches every kind of resource of the stacks, and nothing of another installation.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployPolicies, deployRules, POLICY_CHARACTERS } from '#infra/tools/deploy-policy.ts';
import { synthesise, SETTINGS, type Part, type Synthesised } from './synthesised.ts';

const WHERE = { account: '123456789012', region: 'eu-central-1', prefix: 'quittance' };
const rules = deployRules(WHERE);

let synthesised: Synthesised;
beforeAll(async () => void (synthesised = await synthesise(SETTINGS)));
afterAll(() => synthesised.remove());

/** IAM's name of a CloudFormation service, where they differ. */
const SERVICE: Readonly<Record<string, string>> = {
  apigatewayv2: 'apigateway',
  cognito: 'cognito-idp',
  stepfunctions: 'states',
};

describe('the deploy policy', () => {
  it('knows every service of which the stacks have a resource', () => {
    const types = (['state', 'network', 'gpu', 'app'] as Part[]).flatMap((part) =>
      Object.values(
        (synthesised.templates[part].toJSON() as { Resources: Record<string, { Type: string }> }).Resources,
      ).map(({ Type }) => Type),
    );
    const services = types.flatMap((type) => type.split('::')[1]?.toLowerCase() ?? []).filter((name) => name !== 'cdk');
    const allowed = new Set(rules.flatMap(({ actions }) => actions.map((action) => action.split(':')[0])));
    expect([...new Set(services)].filter((name) => !allowed.has(SERVICE[name] ?? name))).toEqual([]);
  });

  it('names this installation in every resource that has a name, and gives a reason for the others', () => {
    const wide = rules.filter(({ resources }) => resources.some((one) => !/quittance|cdk-|aws-service-role/.test(one)));
    expect(wide.filter(({ reason }) => reason === undefined)).toEqual([]);
    const everything = wide.filter(({ resources, condition }) => resources.includes('*') && condition === undefined);
    expect(
      everything.flatMap(({ actions }) => actions).filter((action) => /Delete|Terminate|PassRole|Policy$/.test(action)),
    ).toEqual(['logs:DeleteLogDelivery', 'logs:PutResourcePolicy']);
  });

  it('has no action on all of a service, and passes only its own roles, to services that it uses', () => {
    expect(rules.flatMap(({ actions }) => actions).filter((action) => action.endsWith(':*'))).toEqual([]);
    const [pass] = rules.filter(({ actions }) => actions.includes('iam:PassRole'));
    expect(pass?.resources).toEqual(['arn:aws:iam::123456789012:role/quittance-*']);
    expect(Object.keys(pass?.condition?.['StringEquals'] ?? {})).toEqual(['iam:PassedToService']);
  });

  it('comes in documents that IAM takes, and denies what would undo evidence', () => {
    const documents = deployPolicies(WHERE);
    expect(documents.filter((document) => JSON.stringify(document).length > POLICY_CHARACTERS)).toEqual([]);
    expect(documents.length).toBeLessThanOrEqual(10); // as many as a role may have
    expect(JSON.stringify(documents)).toMatch(/"Deny".*cloudtrail:StopLogging/);
  });
});
