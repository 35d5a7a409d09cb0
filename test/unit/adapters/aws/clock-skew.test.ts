// A function whose clock is wrong signs requests that AWS refuses: the SDK takes the service's time and repeats; where
// that does not help, the caller is told whose fault it is, and that nothing was written.
import { describe, expect, it } from '@jest/globals';
import { dynamoJobResults } from '#adapters/aws/dynamo-job-results.ts';
import { scriptedAws, type Reply } from '#test/support/scripted-aws.ts';
import { outcome } from '../../../contract/contract.ts';

const HOUR_MS = 3_600_000;
const SKEWED = ['RequestTimeTooSkewed', 'InvalidSignatureException', 'RequestExpired'] as const;

describe('a clock that is wrong', () => {
  it.each(SKEWED)('is told as the right that is lacking, by name: %s', async (error) => {
    const { clients, operations } = scriptedAws((): Reply => ({ error, status: 403 }));
    const refusal = dynamoJobResults(clients.dynamodb, 't').put('J', { kind: 'result' });
    await expect(refusal).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('clock') as unknown as string,
    });
    expect(new Set(operations())).toEqual(new Set(['PutItem']));
  });

  it('is set right from the answer, and the write repeated once', async () => {
    const now = new Date(Date.now() + HOUR_MS).toUTCString();
    const { clients, calls } = scriptedAws((_call, count) =>
      count === 1 ? { error: 'RequestTimeTooSkewed', status: 403, headers: { date: now } } : { body: {} },
    );
    expect(await outcome(dynamoJobResults(clients.dynamodb, 't').put('J', { kind: 'result' }))).toBe('fulfilled');
    const signedAt = calls.map(({ headers }) => Number(headers['x-amz-date']?.replaceAll(/\D/g, '').slice(0, 10)));
    expect(signedAt).toHaveLength(2);
    expect(signedAt[1]).toBeGreaterThan(signedAt[0]!);
  });
});
