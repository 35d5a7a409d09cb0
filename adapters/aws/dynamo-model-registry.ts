// Models by name, each a row under compare-and-swap: the flip to a new artefact is one conditional write. Trap: `list`
// scans; a registry holds tens of models, not millions.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { QuittanceError } from '#core/errors.ts';
import { ModelRecord } from '#core/model.ts';
import type { ModelRegistry } from '#core/ports.ts';
import { parseBody } from './items.ts';
import { versionedRows } from './versioned-rows.ts';

export const dynamoModelRegistry = (client: DynamoDBClient, table: string): ModelRegistry => {
  const rows = versionedRows(client, table);
  return {
    get: async (name) => {
      const row = await rows.read(name);
      if (!row) throw new QuittanceError('MODEL_NOT_FOUND', { message: `no model is registered as ${name}` });
      return { model: parseBody(ModelRecord, row.body, 'model record'), version: row.version };
    },
    list: async () => {
      const models = (await rows.all()).map(({ body }) => parseBody(ModelRecord, body, 'model record'));
      return models.sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    put: async (model, version) => {
      if (await rows.swap(model.name, JSON.stringify(model), version)) return;
      throw new QuittanceError('TICKET_CONFLICT', {
        message: `model ${model.name} changed since it was read`,
        hint: 'repeat the command: it then reads the newer version',
      });
    },
  };
};
