// AES-256-GCM as the vault stores objects: iv ‖ tag ‖ ciphertext (NIST SP 800-38D, with a fresh random 96-bit iv for
// each). `context` is authenticated, so that one object cannot be passed off as another.
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { QuittanceError } from './errors.ts';

const IV = 12;
const TAG = 16;

/** `key`: 32 bytes. */
export const encrypt = (key: Uint8Array, context: string, plaintext: Uint8Array): Buffer => {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
};

/** STORE_CORRUPT unless key, context and bytes are those of the encryption. */
export const decrypt = (key: Uint8Array, context: string, encrypted: Uint8Array): Buffer => {
  try {
    // a key as an object of its own: as bytes it costs more to hand over than a small object costs to decipher
    const secret = createSecretKey(key);
    const decipher = createDecipheriv('aes-256-gcm', secret, encrypted.subarray(0, IV), { authTagLength: TAG });
    decipher.setAAD(Buffer.from(context)).setAuthTag(encrypted.subarray(IV, IV + TAG));
    const plaintext = decipher.update(encrypted.subarray(IV + TAG));
    decipher.final(); // of GCM it has no bytes; it throws unless the tag is right
    return plaintext;
  } catch (error) {
    throw new QuittanceError('STORE_CORRUPT', {
      message: 'an encrypted object of the vault was changed',
      cause: error,
    });
  }
};
