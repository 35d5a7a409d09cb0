// The stores that are tables, against AWS's own DynamoDBLocal at QUITTANCE_DYNAMODB_LOCAL: the most faithful of the
// emulators in transactions and conditions.
import type { Ports } from '#core/ports.ts';
import * as stores from '../contract/stores.contract.ts';
import { ticketStoreContract } from '../contract/ticket-store.contract.ts';
import { tableWorld, whereThereIs } from './world.ts';

const url = process.env['QUITTANCE_DYNAMODB_LOCAL'];

const make =
  <K extends keyof Ports>(port: K) =>
  async () => {
    const world = await tableWorld(url!);
    return { port: world.ports[port], reopen: async () => world.reopen()[port], done: world.remove };
  };

whereThereIs('QUITTANCE_DYNAMODB_LOCAL', url, () => {
  ticketStoreContract('DynamoDBLocal', make('tickets'));
  stores.logHeadContract('DynamoDBLocal', make('logHead'));
  stores.modelRegistryContract('DynamoDBLocal', make('models'));
  stores.jobResultsContract('DynamoDBLocal', make('results'));
});
