// A table of keys that holds conditions as DynamoDB does, and a KMS that unwraps a secret for the purpose that it was
// wrapped for alone, and signs with Ed25519 keys that it knows by their aliases (scripted-kms.ts).
// Trap: conditions of other forms than those that are used here hold by accident.
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { scriptedAws, type Call, type Reply } from './scripted-aws.ts';
import { scriptedKms } from './scripted-kms.ts';

const Value = z.record(z.string(), z.string());
const Item = z.record(z.string(), Value);
type Item = z.infer<typeof Item>;
const Write = z.looseObject({
  Item: Item.optional(),
  Key: Item.optional(),
  ConditionExpression: z.string().optional(),
  ExpressionAttributeValues: Item.optional(),
});
type Write = z.infer<typeof Write>;

/** `a = :b` and `attribute_not_exists(a)`, joined by AND: the conditions that are used here. */
const holds = (row: Item | undefined, { ConditionExpression, ExpressionAttributeValues = {} }: Write): boolean =>
  (ConditionExpression?.split(' AND ') ?? []).every((one) => {
    const [, absent] = /^attribute_not_exists\((\w+)\)$/.exec(one) ?? [];
    if (absent !== undefined) return row?.[absent] === undefined;
    const [, name = '', value = ''] = /^(\w+) = (:\w+)$/.exec(one) ?? [];
    return JSON.stringify(row?.[name]) === JSON.stringify(ExpressionAttributeValues[value]);
  });

/**
 * What keys on AWS rest on, and what was asked of it. `race.first` is called just before a transaction, as somebody
 * else would act then; `dying.call` before and after each call, and what it throws is how the caller ends.
 */
export const scriptedKeys = () => {
  const rows = new Map<string, Item>();
  const purposes = new Map<string, string>();
  const race: { first?: () => void } = {};
  const dying: { call?: (operation: string, done: boolean) => void } = {};
  const kmsKeys = scriptedKms();
  const pkOf = ({ Item: item, Key }: Write) => (item ?? Key)?.['pk']?.['S'] ?? '';
  const apply = (write: Write) =>
    write.Item === undefined ? rows.delete(pkOf(write)) : rows.set(pkOf(write), write.Item);
  const answer = ({ operation, body }: Pick<Call, 'operation' | 'body'>): Reply => {
    const of = (name: string) => operation.endsWith(`.${name}`);
    if (of('GetItem')) return { body: { Item: rows.get(pkOf(Write.parse(body))) } };
    if (of('PutItem')) {
      const write = Write.parse(body);
      if (!holds(rows.get(pkOf(write)), write)) return { error: 'ConditionalCheckFailedException' };
      apply(write);
      return { body: {} };
    }
    if (of('TransactWriteItems')) {
      race.first?.();
      const all = z
        .array(z.record(z.string(), Write))
        .parse(body['TransactItems'])
        .flatMap((one) => Object.values(one));
      if (!all.every((write) => holds(rows.get(pkOf(write)), write)))
        return {
          error: 'TransactionCanceledException',
          with: { CancellationReasons: [{ Code: 'ConditionalCheckFailed' }] },
        };
      all.forEach(apply);
      return { body: {} };
    }
    const signing = kmsKeys.answer(operation, body);
    if (signing) return signing;
    const { purpose = '' } = z.object({ purpose: z.string() }).partial().parse(body['EncryptionContext']);
    if (of('GenerateDataKeyWithoutPlaintext')) {
      const CiphertextBlob = randomBytes(32).toString('base64');
      purposes.set(CiphertextBlob, purpose);
      return { body: { CiphertextBlob } };
    }
    const wrapped = String(body['CiphertextBlob']);
    if (purposes.get(wrapped) !== purpose) return { error: 'InvalidCiphertextException' };
    return { body: { Plaintext: createHash('sha256').update(wrapped).digest('base64') } };
  };
  const { clients, calls } = scriptedAws((call) => {
    dying.call?.(call.operation, false);
    const reply = answer(call);
    dying.call?.(call.operation, true);
    return reply;
  });
  const { dynamodb, kms } = clients;
  const options = { dynamodb, kms, table: 'keys', wrappingKey: 'alias/people' };
  return { rows, race, dying, calls, options, kmsKeys };
};
