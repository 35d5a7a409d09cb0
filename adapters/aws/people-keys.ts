// People's keys on AWS: a seed each, made and wrapped by a KMS key of their own, which only the HTTP app may use. What
// stands for the person is the sign-in that the app has checked. Trap: a step of a workflow that had this right could
// sign as anybody; test/infra/grants.test.ts holds that none has.
import { createPublicKey, sign } from 'node:crypto';
import { keyFromSeed } from '#core/ed25519.ts';
import { safeName } from '#core/names.ts';
import type { PeopleKeys } from '#core/ports.ts';
import { wrappedSecret, type WrappedSecretsOptions } from './wrapped-secrets.ts';

export const kmsPeopleKeys = (options: WrappedSecretsOptions): PeopleKeys => {
  const keyOf = async (principal: string) => keyFromSeed(await wrappedSecret(options, 'people', safeName(principal)));
  const publicKey = async (principal: string) =>
    createPublicKey(await keyOf(principal))
      .export({ format: 'der', type: 'spki' })
      .subarray(-32);
  return {
    unlockedBy: 'sign-in',
    sign: async (principal, message) => sign(null, message, await keyOf(principal)),
    prepare: publicKey, // which makes the key on first use
    publicKey,
    former: async () => [], // none is replaced: a person's right to use theirs ends with their sign-in
  };
};
