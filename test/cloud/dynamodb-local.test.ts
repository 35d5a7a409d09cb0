// The stores that are tables, against AWS's own DynamoDBLocal at QUITTANCE_DYNAMODB_LOCAL: the most faithful of the
// emulators in transactions and conditions.
import type { Ports } from '#core/ports.ts';
import * as stores from '../contract/stores.contract.ts';
import { ticketStoreContract } from '../contract/ticket-store.contract.ts';
import { tableHarness, whereThereIs } from './harness.ts';

const url = process.env['QUITTANCE_DYNAMODB_LOCAL'];

const make =
  <K extends keyof Ports>(port: K) =>
  async () => {
    const harness = await tableHarness(url!);
    const { edit, remove: done } = harness;
    return { port: harness.ports[port], reopen: async () => harness.reopen()[port], edit, done };
  };

whereThereIs('QUITTANCE_DYNAMODB_LOCAL', url, () => {
  ticketStoreContract('DynamoDBLocal', make('tickets'));
  stores.logHeadContract('DynamoDBLocal', make('logHead'));
  stores.modelRegistryContract('DynamoDBLocal', make('models'));
  stores.jobResultsContract('DynamoDBLocal', make('results'));
});
