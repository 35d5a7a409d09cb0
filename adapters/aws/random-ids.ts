// Random ids: 100 bits in 20 lower-case letters and digits, without i, l, o and u so that they can be read out.
import { randomBytes } from 'node:crypto';
import type { Ids } from '#core/ports.ts';

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's base 32

export const randomIds: Ids = {
  next: (prefix) => prefix + Array.from(randomBytes(20), (byte) => LETTERS[byte & 31]).join(''),
};
