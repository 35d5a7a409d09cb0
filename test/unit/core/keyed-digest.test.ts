// The digest of many texts under one key is HMAC-SHA-256, whatever the text's length and script.
import { createHmac, randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { keyedDigest } from '#core/keyed-digest.ts';

it.each([0, 20, 32, 64])('is HMAC-SHA-256 under a key of %i bytes', (length) => {
  const key = randomBytes(length);
  const digest = keyedDigest(key);
  const texts = ['', 'w:bloom', 'ж'.repeat(900), '魚'.repeat(5_000), '\u{1F9ED}', `at:${'x'.repeat(1_024)}`, 'w:bloom'];
  for (const text of texts) expect(digest(text)).toEqual(createHmac('sha256', key).update(text).digest());
});

it('refuses a key that would have to be hashed first', () => {
  expect(() => keyedDigest(randomBytes(65))).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});
