// The contract suites of memory and local on the AWS adapters, against whatever answers at AWS_ENDPOINT_URL.
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { endpointServing } from '#adapters/http/endpoint-serving.ts';
import type { Ports } from '#core/ports.ts';
import { NamedRule } from '#core/suppression.ts';
import { digest } from '#bench/house/models.ts';
import { mailsOf, noticeOf } from '#test/support/mails.ts';
import { openAiEndpoint } from '#test/support/openai-endpoint.ts';
import { draftsContract } from '../contract/drafts.contract.ts';
import * as keyed from '../contract/keyed.contract.ts';
import { servingContract } from '../contract/serving.contract.ts';
import * as stores from '../contract/stores.contract.ts';
import { ticketStoreContract } from '../contract/ticket-store.contract.ts';
import { vaultContract } from '../contract/vault.contract.ts';
import { cloudHarness, endpoint, whereThereIs, type CloudHarness } from './harness.ts';

const make =
  <K extends keyof Ports>(port: K) =>
  async () => {
    const harness = await cloudHarness();
    return {
      port: harness.ports[port],
      reopen: async () => harness.reopen()[port],
      edit: harness.edit,
      done: async () => harness.remove(),
    };
  };

/** An alias in DynamoDB, and an endpoint that follows it. */
let serving: CloudHarness;
const makeServing = async () => {
  const harness = (serving = await cloudHarness());
  const server = await openAiEndpoint();
  const open = (ports: Ports) => {
    const target = endpointServing(ports.serving, { url: server.url, pollMs: 5 });
    const promote: typeof target.promote = async (name, next, expected) => {
      await target.promote(name, next, expected);
      server.entries = [{ id: name, digest: next }];
    };
    return { ...target, promote };
  };
  const done = async () => {
    await server.close();
    await harness.remove();
  };
  return { port: open(harness.ports), reopen: async () => open(harness.reopen()), done };
};

/** As the table has them: the endpoint that answers reads it by itself. */
const rulesOf = async (model: string): Promise<NamedRule[]> => {
  const { clients, environment } = serving;
  const { Items = [] } = await clients.dynamodb.send(
    new QueryCommand({
      TableName: environment['QUITTANCE_SERVING_TABLE'],
      KeyConditionExpression: 'pk = :model AND begins_with(sk, :rule)',
      ExpressionAttributeValues: { ':model': { S: `MODEL#${model}` }, ':rule': { S: 'RULE#' } },
    }),
  );
  return Items.map(({ sk, secret, entries }) =>
    NamedRule.parse({ id: sk?.S?.slice('RULE#'.length), secret: secret?.S, ...JSON.parse(entries?.S ?? '') }),
  );
};

let mails: SendEmailCommandInput[];
const makeNotifier = async () => {
  const harness = await cloudHarness();
  mails = mailsOf(harness.clients.ses);
  return { port: harness.ports.notifier, done: async () => harness.remove() };
};

/** Every key of the suite in KMS, by the names that it refuses too. */
const makeKmsSigner = async () => {
  const harness = await cloudHarness({
    QUITTANCE_KMS_SIGNERS: '["service","log","approver.aino","../service","a/b","","Ä"]',
  });
  return {
    port: harness.ports.signer,
    reopen: async () => harness.reopen().signer,
    done: async () => harness.remove(),
  };
};

whereThereIs('AWS_ENDPOINT_URL', endpoint, () => {
  ticketStoreContract('aws', make('tickets'));
  vaultContract('aws', make('vault'));
  stores.artifactStoreContract('aws', make('artifacts'));
  stores.logStorageContract('aws', make('logStorage'));
  stores.logHeadContract('aws', make('logHead'));
  stores.modelRegistryContract('aws', make('models'));
  stores.jobResultsContract('aws', make('results'));
  draftsContract('aws', async () => {
    const harness = await cloudHarness();
    return { port: harness.ports, reopen: async () => harness.reopen(), done: async () => harness.remove() };
  });
  stores.savedRunsContract('aws', async () => {
    const harness = await cloudHarness();
    return { port: harness.ports, reopen: async () => harness.reopen(), done: async () => harness.remove() };
  });
  servingContract('aws', makeServing, () => [digest(1), digest(2)], rulesOf);
  keyed.signerContract('aws, wrapped keys', make('signer'));
  keyed.signerContract('aws, keys in KMS', makeKmsSigner);
  keyed.pseudonymsContract('aws', make('pseudonyms'));
  keyed.notifierContract('aws', makeNotifier, async () => mails.map(noticeOf));
});
