// Keyed pseudonyms: HMAC-SHA-256 under a secret of the installation, unwrapped once a process. KMS's own HMAC keys
// would need one call for each word of a forget set.
import { createHmac } from 'node:crypto';
import type { Pseudonyms } from '#core/ports.ts';
import { wrappedSecret, type WrappedSecretsOptions } from './wrapped-secrets.ts';

export const kmsPseudonyms = (options: WrappedSecretsOptions): Pseudonyms => {
  let key: Promise<Uint8Array> | undefined;
  return {
    of: async (purpose, words) => {
      key ??= wrappedSecret(options, 'pseudonyms', 'installation');
      key.catch(() => (key = undefined));
      // each part is preceded by its length, so that no two (purpose, text) pairs give the same bytes
      return createHmac('sha256', await key)
        .update(`${purpose.length}:${purpose}${words}`)
        .digest('hex');
    },
  };
};
