// The signed checkpoint: one row under compare-and-swap (design after C2SP sunlight's lock backend).
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { QuittanceError } from '#core/errors.ts';
import type { LogHead } from '#core/ports.ts';
import { versionedRows } from './versioned-rows.ts';

const KEY = 'head';

export const dynamoLogHead = (client: DynamoDBClient, table: string): LogHead => {
  const rows = versionedRows(client, table);
  return {
    read: async () => {
      const row = await rows.read(KEY);
      return row && { checkpoint: row.body, version: row.version };
    },
    replace: async (checkpoint, version) => {
      if (await rows.swap(KEY, checkpoint, version)) return;
      throw new QuittanceError('LEDGER_CONFLICT', {
        message: 'the log head moved since it was read',
        hint: 'repeat the command: it then reads the newer version',
      });
    },
  };
};
