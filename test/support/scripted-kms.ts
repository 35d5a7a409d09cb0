// KMS as far as it holds Ed25519 keys: made, given aliases, asked for, signed with. `stale` says which key an alias
// still stands for after it was moved, as KMS may do for a while.
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Reply } from './scripted-aws.ts';

const Asked = z.looseObject({
  KeyId: z.string().optional(),
  AliasName: z.string().optional(),
  TargetKeyId: z.string().optional(),
  Message: z.string().optional(),
});

const arn = (number: number): string => `arn:aws:kms:eu-central-1:123456789012:key/${number}`;
const NOT_FOUND: Reply = { error: 'NotFoundException' };

export const scriptedKms = () => {
  const keys = new Map<string, KeyObject>();
  const aliases = new Map<string, string>();
  const stale = new Map<string, string>();
  const make = (): string => {
    const id = arn(keys.size + 1);
    keys.set(id, generateKeyPairSync('ed25519').privateKey);
    return id;
  };
  const found = (named: string) => {
    const id = stale.get(named) ?? aliases.get(named) ?? named;
    const key = keys.get(id);
    return key && { id, key };
  };
  const answers: Readonly<Record<string, (asked: z.infer<typeof Asked>) => Reply>> = {
    CreateKey: () => ({ body: { KeyMetadata: { KeyId: make() } } }),
    CreateAlias: ({ AliasName = '', TargetKeyId = '' }) => {
      if (aliases.has(AliasName)) return { error: 'AlreadyExistsException' };
      if (!keys.has(TargetKeyId)) return NOT_FOUND;
      aliases.set(AliasName, TargetKeyId);
      return { body: {} };
    },
    UpdateAlias: ({ AliasName = '', TargetKeyId = '' }) => {
      if (!aliases.has(AliasName) || !keys.has(TargetKeyId)) return NOT_FOUND;
      aliases.set(AliasName, TargetKeyId);
      return { body: {} };
    },
    GetPublicKey: ({ KeyId = '' }) => {
      const one = found(KeyId);
      if (!one) return NOT_FOUND;
      const der = createPublicKey(one.key).export({ format: 'der', type: 'spki' });
      return { body: { KeyId: one.id, PublicKey: der.toString('base64') } };
    },
    Sign: ({ KeyId = '', Message = '' }) => {
      const one = found(KeyId);
      if (!one) return NOT_FOUND;
      const signature = sign(null, Buffer.from(Message, 'base64'), one.key);
      return { body: { KeyId: one.id, Signature: signature.toString('base64') } };
    },
  };
  return {
    keys,
    aliases,
    stale,
    /** A key under an alias, as a deployment makes it. */
    deployed: (alias: string): string => {
      const id = make();
      aliases.set(alias, id);
      return id;
    },
    answer: (operation: string, body: unknown): Reply | undefined =>
      answers[operation.split('.').at(-1) ?? '']?.(Asked.parse(body)),
  };
};
