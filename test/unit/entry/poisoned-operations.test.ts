// Messages that can never be handled, to the function that exports histories: an event of something else, an execution
// that is none, a name that would leave its place in the ledger.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lambdaEnvironment, told, type Handler, type SilentAws } from '#test/support/silent-aws.ts';

const ARN = 'arn:aws:states:eu-central-1:123456789012:execution:quittance-erasure:T-00000001';
let aws: SilentAws;
let handler: Handler;
beforeAll(async () => {
  aws = await lambdaEnvironment({ QUITTANCE_OPERATION: 'export-history', QUITTANCE_LEDGER_BUCKET: 'ledger' });
  ({ handler } = await import('#entry/lambda-operations.ts'));
});
afterAll(() => aws.close());

const POISON: Readonly<Record<string, unknown>> = {
  'nothing at all': undefined,
  'no detail': { source: 'aws.states' },
  'an execution that still runs': { detail: { executionArn: ARN, status: 'RUNNING' } },
  'an ARN of something else': { detail: { executionArn: 'arn:aws:s3:::Ottoline', status: 'FAILED' } },
  'an execution that is a path': { detail: { executionArn: `${ARN}:../../log/checkpoint`, status: 'FAILED' } },
  'a name that is a person': { detail: { executionArn: 'Ottoline Marchbanks', status: 'SUCCEEDED' } },
};

describe.each(Object.keys(POISON))('%s', (name) => {
  it('is refused by code, and nothing is read or written', async () => {
    const refused = await told(handler, POISON[name]);
    expect([refused.name, aws.asked]).toEqual(['INVALID_INPUT', []]);
    expect(refused.text).not.toContain('Ottoline');
  });
});
