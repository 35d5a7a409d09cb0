// Where an installation's stores are, as its app stack says it; and what is said where there is none, or not a whole
// one. The answers are CloudFormation's.
import { describe, expect, it } from '@jest/globals';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { findInstallation } from '#adapters/aws/find-installation.ts';

type Asked = InstanceType<typeof DescribeStacksCommand>['input'];

/** A client that answers, or fails, and keeps what it was asked. */
const client = (answer: () => unknown) => {
  const asked: Asked[] = [];
  const send = async ({ input }: { input: Asked }) => {
    asked.push(input);
    return answer();
  };
  return { asked, client: { send } as unknown as Parameters<typeof findInstallation>[0] };
};
const refusal =
  (name: string, message = '') =>
  () => {
    throw Object.assign(new Error(message), { name });
  };
const outputs =
  (Outputs: object[], StackStatus = 'UPDATE_COMPLETE') =>
  () => ({ Stacks: [{ StackStatus, Outputs }] });

describe('an installation', () => {
  it('is found by the outputs of its app stack, and by no other of them', async () => {
    const { client: one, asked } = client(
      outputs([
        { OutputKey: 'PortModelsTable', OutputValue: 'models-1' },
        { OutputKey: 'ApiUrl', OutputValue: 'https://api.example.org' },
        { OutputKey: 'PortVaultKey', OutputValue: 'arn:aws:kms:eu-central-1:1:key/2' },
      ]),
    );
    expect(await findInstallation(one, 'desk-2')).toEqual({
      QUITTANCE_MODELS_TABLE: 'models-1',
      QUITTANCE_VAULT_KEY: 'arn:aws:kms:eu-central-1:1:key/2',
    });
    expect(asked).toEqual([{ StackName: 'desk-2-app' }]);
  });

  it.each([
    ['is not there', refusal('ValidationError', 'Stack with id desk-app does not exist'), 'NOT_FOUND', "'desk'"],
    [
      'was deployed by an earlier version',
      outputs([{ OutputKey: 'ApiUrl', OutputValue: 'x' }]),
      'INVALID_INPUT',
      'desk-app',
    ],
    ['was never deployed whole', outputs([], 'ROLLBACK_COMPLETE'), 'INVALID_INPUT', 'desk-app'],
    ['may not be looked at', refusal('AccessDenied'), 'ACCESS_DENIED', 'CloudFormation'],
    ['does not answer', refusal('ThrottlingException'), 'SERVICE_UNAVAILABLE', 'CloudFormation'],
  ])('that %s is an error by its code and name', async (_what, answer, code, word) => {
    const found = findInstallation(client(answer).client, 'desk');
    await expect(found).rejects.toMatchObject({ code, message: expect.stringContaining(word) });
  });

  it.each(['', 'Desk', '-app', 'a', 'desk app', 'desk/../x', 'd'.repeat(21)])(
    'called %j is refused, and nobody is asked',
    async (prefix) => {
      const { client: one, asked } = client(outputs([]));
      await expect(findInstallation(one, prefix)).rejects.toMatchObject({ code: 'USAGE' });
      expect(asked).toEqual([]);
    },
  );
});
