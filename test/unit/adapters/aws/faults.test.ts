// What a service does wrong, on the wire, and what a caller is told: throttling, 5xx, silence, broken connections, lost
// answers, revoked keys, missing rights.
import { describe, expect, it } from '@jest/globals';
import type { AwsClients } from '#adapters/aws/clients.ts';
import { dynamoJobResults } from '#adapters/aws/dynamo-job-results.ts';
import { dynamoLogHead } from '#adapters/aws/dynamo-log-head.ts';
import { dynamoModelRegistry } from '#adapters/aws/dynamo-model-registry.ts';
import { dynamoTicketStore } from '#adapters/aws/dynamo-ticket-store.ts';
import { kmsPseudonyms } from '#adapters/aws/kms-pseudonyms.ts';
import { s3ArtifactStore } from '#adapters/aws/s3-artifact-store.ts';
import { s3LogStorage } from '#adapters/aws/s3-log-storage.ts';
import { sfnWorkflowEngine } from '#adapters/aws/sfn-workflow-engine.ts';
import { modelRecord } from '#bench/house/models.ts';
import { scriptedAws, xmlError, type Reply } from '#test/support/scripted-aws.ts';
import { outcome } from '../../../contract/contract.ts';
import {
  BYTES,
  DIGEST,
  OTHER,
  filed,
  MACHINE,
  vaultOf,
  batchOf,
  servingOf,
  JOB,
  ACTS,
  told,
  kmsSignerOf,
} from '#test/support/aws-acts.ts';

describe.each(Object.entries(ACTS))('%s', (_name, act) => {
  it.each<[string, Reply, string]>([
    ['is throttled for good', { error: 'ThrottlingException' }, 'SERVICE_UNAVAILABLE'],
    ['meets a failing service', { error: 'InternalServerError', status: 500 }, 'SERVICE_UNAVAILABLE'],
    ['meets a service that is not there', { error: 'ServiceUnavailable', status: 503 }, 'SERVICE_UNAVAILABLE'],
    ['is not answered', 'silence', 'SERVICE_UNAVAILABLE'],
    ['loses its connection', 'reset', 'SERVICE_UNAVAILABLE'],
    ['lacks a right', { error: 'AccessDeniedException', status: 400 }, 'ACCESS_DENIED'],
    ['has credentials that ended', { error: 'ExpiredTokenException', status: 403 }, 'ACCESS_DENIED'],
  ])('%s', async (_fault, reply, code) => {
    expect(await told(act, reply)).toBe(code);
  });
});

describe('a service that fails once', () => {
  const once = (fault: Reply, rest: Reply) => scriptedAws((_call, count) => (count === 1 ? fault : rest));

  it.each<Reply>([{ error: 'ThrottlingException' }, { error: 'InternalServerError', status: 500 }, 'silence', 'reset'])(
    'is asked again: %j',
    async (fault) => {
      const { clients, calls } = once(fault, {});
      expect(await outcome(dynamoJobResults(clients.dynamodb, 't').put('job', {}))).toBe('fulfilled');
      expect(calls).toHaveLength(2);
    },
  );

  it('repeats a transaction under the same token, so that a lost answer does not write twice', async () => {
    const { clients, calls } = once('reset', {});
    await dynamoTicketStore(clients.dynamodb, 't').create(filed);
    const tokens = calls.map(({ body }) => body['ClientRequestToken']);
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toMatch(/^.{8,}$/);
    expect(tokens[1]).toBe(tokens[0]);
  });

  it('recognises its own compare-and-swap when the answer to the first was lost', async () => {
    const scripted = scriptedAws((call, count) => {
      const [item] = [call.body['Item'] as Record<string, unknown>];
      return count === 1 ? 'reset' : { error: 'ConditionalCheckFailedException', with: { Item: item } };
    });
    expect(await outcome(dynamoLogHead(scripted.clients.dynamodb, 't').replace('checkpoint', 3))).toBe('fulfilled');
    expect(scripted.calls).toHaveLength(2);
  });

  it("does not take another's compare-and-swap for its own", async () => {
    const theirs = { Item: { writeId: { S: 'theirs' } } };
    const { clients } = once('reset', { error: 'ConditionalCheckFailedException', with: theirs });
    expect(await outcome(dynamoLogHead(clients.dynamodb, 't').replace('checkpoint', 3))).toBe('LEDGER_CONFLICT');
    const again = once('reset', { error: 'ConditionalCheckFailedException', with: theirs });
    expect(await outcome(dynamoModelRegistry(again.clients.dynamodb, 't').put(modelRecord(), 3))).toBe(
      'TICKET_CONFLICT',
    );
  });
});

describe('a transaction that is cancelled', () => {
  const cancelled = (...codes: (string | [string, string])[]): Reply => ({
    error: 'TransactionCanceledException',
    with: {
      CancellationReasons: codes.map((code) =>
        typeof code === 'string'
          ? { Code: code }
          : { Code: code[0], Item: { sk: { S: 'UNIQUE' }, ticketId: { S: code[1] } } },
      ),
    },
  });
  const create = ({ dynamodb }: AwsClients) => dynamoTicketStore(dynamodb, 't').create(filed);
  const commit = ({ dynamodb }: AwsClients) => dynamoTicketStore(dynamodb, 't').commit(filed, 1);

  it.each<[string, (clients: AwsClients) => Promise<unknown>, Reply, string]>([
    ['by an id that is taken', create, cancelled('ConditionalCheckFailed', 'None'), 'TICKET_CONFLICT'],
    [
      "by another's ticket for the person",
      create,
      cancelled('None', ['ConditionalCheckFailed', 'T-2']),
      'TICKET_DUPLICATE',
    ],
    ['by a version that moved', commit, cancelled('ConditionalCheckFailed', 'None'), 'TICKET_CONFLICT'],
    ['by a racing transaction', commit, cancelled('TransactionConflict', 'None'), 'TICKET_CONFLICT'],
    ['by throttling', commit, cancelled('ThrottlingError', 'None'), 'SERVICE_UNAVAILABLE'],
    ['by throughput', commit, cancelled('ProvisionedThroughputExceeded', 'None'), 'SERVICE_UNAVAILABLE'],
    ['for a reason that nobody foresaw', commit, cancelled('ValidationError', 'None'), 'INTERNAL'],
  ])('%s', async (_name, act, reply, code) => {
    expect(await told(act, reply)).toBe(code);
  });
});

describe('a key that is revoked', () => {
  const WRAPPED = { Item: { pk: { S: 'T-1' }, wrappedKey: { B: 'AAAA' } } };
  const unwrapping = (error: string) =>
    scriptedAws(({ operation }) => (operation.startsWith('Trent') ? { error } : { body: WRAPPED })).clients;

  it.each(['DisabledException', 'KMSInvalidStateException', 'NotFoundException'])(
    'closes vault and pseudonyms: %s',
    async (error) => {
      expect(await outcome(vaultOf(unwrapping(error)).get('T-1', 'request'))).toBe('KEY_UNAVAILABLE');
      const { dynamodb, kms } = unwrapping(error);
      const pseudonyms = kmsPseudonyms({ dynamodb, kms, table: 't', wrappingKey: 'alias/vault' });
      expect(await outcome(pseudonyms.of('person', 'Ada'))).toBe('KEY_UNAVAILABLE');
      expect(await outcome(kmsSignerOf(unwrapping(error)).sign('log', BYTES))).toBe('KEY_UNAVAILABLE');
    },
  );

  it('does not stop a purge: destroying needs no key', async () => {
    const tombstone = { Item: { pk: { S: 'T-1' }, objects: { S: '["request"]' }, destroyedAt: { S: 'x' } } };
    const { clients, operations } = scriptedAws(({ operation }) =>
      operation.startsWith('Trent')
        ? { error: 'DisabledException' }
        : { body: operation.startsWith('Dynamo') ? tombstone : '<a/>' },
    );
    expect(await vaultOf(clients).destroy('T-1')).toMatchObject({ objects: 1, readsRefused: 1 });
    expect(operations()).not.toContain('Decrypt');
  });
});

describe('an object store', () => {
  it('takes an object that is there already for its own', async () => {
    const { clients, calls } = scriptedAws(() => xmlError('PreconditionFailed', 412));
    expect(await s3ArtifactStore(clients.s3, 'b').put(BYTES)).toBe(DIGEST);
    expect(calls.map(({ headers }) => headers['if-none-match'])).toEqual(['*']);
  });

  it('finds out other bytes under a log path, and its own from a write whose answer was lost', async () => {
    const holding = (bytes: string) =>
      scriptedAws(({ operation }) =>
        operation.startsWith('PUT') ? xmlError('PreconditionFailed', 412) : { body: bytes },
      );
    expect(await outcome(s3LogStorage(holding('other').clients.s3, 'b').put('tile/0/000', BYTES))).toBe(
      'STORE_CORRUPT',
    );
    expect(await outcome(s3LogStorage(holding('bytes').clients.s3, 'b').put('tile/0/000', BYTES))).toBe('fulfilled');
  });

  it('finds out bytes that do not have their digest', async () => {
    const { clients } = scriptedAws(() => ({ body: 'changed' }));
    expect(await outcome(s3ArtifactStore(clients.s3, 'b').get(DIGEST))).toBe('STORE_CORRUPT');
  });

  it('says NOT_FOUND for what is not there', async () => {
    const { clients } = scriptedAws(() => xmlError('NoSuchKey', 404));
    expect(await outcome(s3ArtifactStore(clients.s3, 'b').get(DIGEST))).toBe('NOT_FOUND');
  });
});

describe('a job submission', () => {
  const summary = { jobId: 'first', jobName: JOB.name, status: 'RUNNING' };

  it('whose answer was lost is found in the queue and not made twice', async () => {
    const { clients, operations } = scriptedAws(({ operation }, count) => {
      if (operation.endsWith('submitjob')) return 'reset';
      return { body: { jobSummaryList: count === 1 ? [] : [summary] } };
    });
    expect(await batchOf(clients).submit(JOB)).toEqual({ jobId: 'first' });
    expect(operations()).toEqual(['POST /v1/listjobs', 'POST /v1/submitjob', 'POST /v1/listjobs']);
  });

  it('is not made when the job runs already, and is when it only failed before', async () => {
    const withStatus = (status: string) =>
      scriptedAws(({ operation }) => ({
        body: operation.endsWith('submitjob') ? { jobId: 'second' } : { jobSummaryList: [{ ...summary, status }] },
      }));
    expect(await batchOf(withStatus('SUCCEEDED').clients).submit(JOB)).toEqual({ jobId: 'first' });
    expect(await batchOf(withStatus('FAILED').clients).submit(JOB)).toEqual({ jobId: 'second' });
  });

  it('of an unknown definition is refused before anything is sent', async () => {
    const { clients, calls } = scriptedAws(() => ({}));
    expect(await outcome(batchOf(clients).submit({ ...JOB, definition: 'mine' }))).toBe('INVALID_INPUT');
    expect(calls).toEqual([]);
  });

  it('that Spot reclaimed says so', async () => {
    const job = {
      jobId: 'a',
      jobName: 'n',
      jobQueue: 'q',
      status: 'FAILED',
      statusReason: 'Host EC2 (instance i-0) terminated.',
    };
    const { clients } = scriptedAws(() => ({ body: { jobs: [job] } }));
    expect(await batchOf(clients).describe('a')).toEqual({ status: 'FAILED', reason: job.statusReason });
  });
});

describe('a workflow start', () => {
  const start = (reply: object) => {
    const { clients } = scriptedAws(({ operation }) =>
      operation.endsWith('StartExecution')
        ? { error: 'ExecutionAlreadyExists' }
        : { body: { executionArn: MACHINE, ...reply } },
    );
    const engine = sfnWorkflowEngine({ client: clients.sfn, machines: { erasure: MACHINE } });
    return outcome(engine.start({ workflow: 'erasure', name: 'T-1', input: { b: 1, a: 2 } }));
  };

  it('of a running execution with the same input is a no-op, in any key order', async () => {
    expect(await start({ status: 'RUNNING', input: '{"a":2,"b":1}' })).toBe('fulfilled');
  });

  it('with another input, or of an execution that is over, is refused', async () => {
    expect(await start({ status: 'RUNNING', input: '{"a":3}' })).toBe('EXECUTION_EXISTS');
    expect(await start({ status: 'SUCCEEDED', input: '{"a":2,"b":1}' })).toBe('EXECUTION_EXISTS');
  });

  it.each([
    ['InvalidToken', 'TASK_TOKEN_INVALID'],
    ['TaskTimedOut', 'TASK_TOKEN_TIMED_OUT'],
    ['TaskDoesNotExist', 'TASK_TOKEN_TIMED_OUT'],
  ])('answers a token that is no good: %s', async (error, code) => {
    const { clients } = scriptedAws(() => ({ error }));
    expect(await outcome(sfnWorkflowEngine({ client: clients.sfn, machines: {} }).sendTaskSuccess('t', {}))).toBe(code);
  });
});

describe('a promotion', () => {
  const alias = { Item: { digest: { S: DIGEST }, writeId: { S: 'w' } } };

  it('whose event was not sent is announced by the next who looks', async () => {
    const { clients, operations } = scriptedAws(({ operation }) => ({
      body: operation.endsWith('GetItem') ? alias : {},
    }));
    expect(await servingOf(clients).served('house')).toEqual({ digest: DIGEST });
    expect(operations()).toEqual(['GetItem', 'PutEvents', 'UpdateItem']);
  });

  it('fails where EventBridge takes the call and not the event', async () => {
    const { clients } = scriptedAws(({ operation }) => ({
      body: operation.endsWith('PutEvents') ? { FailedEntryCount: 1 } : {},
    }));
    expect(await outcome(servingOf(clients).promote('house', DIGEST, undefined))).toBe('SERVICE_UNAVAILABLE');
  });

  it('over something else than the caller saw is refused, and nothing is announced', async () => {
    const { clients, operations } = scriptedAws(() => ({ error: 'ConditionalCheckFailedException', with: alias }));
    expect(await outcome(servingOf(clients).promote('house', OTHER, OTHER))).toBe('SERVED_MISMATCH');
    expect(operations()).toEqual(['PutItem']);
  });
});

describe('what is told', () => {
  it("does not repeat the service's words, which may quote an item", async () => {
    const { clients } = scriptedAws(() => ({ error: 'ValidationException', with: { message: 'Ada Lovelace, 1815' } }));
    const failure = await dynamoJobResults(clients.dynamodb, 't')
      .put('job', {})
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'INTERNAL' });
    expect(JSON.stringify(failure) + (failure as Error).message).not.toContain('Ada');
  });

  it('of a signature over 4096 bytes is its size, before KMS is asked', async () => {
    const { clients, calls } = scriptedAws(() => ({}));
    expect(await outcome(kmsSignerOf(clients).sign('log', new Uint8Array(4097)))).toBe('INPUT_TOO_LARGE');
    expect(calls).toEqual([]);
  });

  it('of a mail that SES refuses is NOTICE_REFUSED', async () => {
    expect(await told(ACTS['notifier.notify']!, { error: 'MessageRejected' })).toBe('NOTICE_REFUSED');
  });
});
