// People's keys on AWS: a seed each, made and wrapped by a KMS key of their own, which only the HTTP app may use. What
// stands for the person is the sign-in that the app has checked. Trap: a step of a workflow that had this right could
// sign as anybody; test/infra/grants.test.ts holds that none has.
import { sign } from 'node:crypto';
import { publicOf } from '#core/ed25519.ts';
import type { PeopleKeys } from '#core/ports.ts';
import { formerKeys, wrappedKey } from './wrapped-keys.ts';
import type { WrappedSecretsOptions } from './wrapped-secrets.ts';

export const kmsPeopleKeys = (options: WrappedSecretsOptions): PeopleKeys => {
  const publicKey = async (principal: string) => publicOf(await wrappedKey(options, 'people', principal));
  return {
    unlockedBy: 'sign-in',
    sign: async (principal, message) => sign(null, message, await wrappedKey(options, 'people', principal)),
    prepare: publicKey, // which makes the key on first use
    publicKey,
    former: (principal) => formerKeys(options, 'people', principal),
  };
};
