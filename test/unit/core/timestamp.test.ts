// Timestamps by OpenSSL's own authority, and what is wrong with others: each refused by its name.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { sha256 } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import { timestampRequest } from '#core/timestamp/der.ts';
import { readAnswer, readToken } from '#core/timestamp/token.ts';
import { verifyTimestamp, type Authority } from '#core/timestamp/token-verification.ts';
import { opensslAuthority, type Kind, type OpensslAuthority } from '#test/support/openssl-authority.ts';

let openssl: OpensslAuthority;
let rsa: OpensslAuthority;
let other: OpensslAuthority;
let authority: Authority;
beforeAll(() => {
  [openssl, rsa, other] = [opensslAuthority(), opensslAuthority('rsa:2048'), opensslAuthority()];
  authority = { name: 'test', certificates: [openssl.root] };
});
afterAll(() => {
  for (const one of [openssl, rsa, other]) one.remove();
});

const STAMPED = Buffer.from('what is certified');
const NONCE = Buffer.from('1122334455667788', 'hex');

const tokenOf = (reply: Buffer): Buffer => {
  const answer = readAnswer(reply);
  if (!('token' in answer)) throw new Error(`status ${answer.status}`);
  return answer.token;
};
const stamp = (kind: Kind = 'good', from = openssl, digest = 'sha256') =>
  tokenOf(from.reply(timestampRequest(sha256(STAMPED), NONCE), kind, digest));

/** `valid`, or the fault that it is refused for. */
const found = (token: Uint8Array, of: Uint8Array = STAMPED, by = authority, nonce = NONCE): string => {
  try {
    verifyTimestamp(token, of, by, nonce);
    return 'valid';
  } catch (error) {
    return isQuittanceError(error, 'TIMESTAMP_INVALID') ? (error.got ?? '') : String(error);
  }
};

describe('a timestamp', () => {
  it('is valid where its authority is trusted, as issuer or by its own certificate, and says when', () => {
    const before = Math.floor(Date.now() / 1000) * 1000; // a token says whole seconds
    const token = stamp();
    const after = Date.now();
    const said = verifyTimestamp(token, STAMPED, authority, NONCE).getTime();
    expect([said >= before, said <= after]).toEqual([true, true]);
    expect(found(token, STAMPED, { name: 'own', certificates: [openssl.certificate('good')] })).toBe('valid');
  });

  it.each(['sha256', 'sha384', 'sha512'])('may be signed with %s, by an RSA key too', (digest) => {
    expect(found(stamp('good', openssl, digest))).toBe('valid');
    const by = { name: 'rsa', certificates: [rsa.root] };
    expect(found(stamp('good', rsa, digest), STAMPED, by)).toBe('valid');
  });

  it('cannot be checked by a trusted certificate that is none: malformed', () => {
    expect(found(stamp(), STAMPED, { name: 'none', certificates: [Buffer.from('none')] })).toBe('malformed');
  });

  it('of something else is refused: digest', () => {
    expect(found(stamp(), Buffer.from('something else'))).toBe('digest');
  });

  it('that answers another request is refused: nonce', () => {
    expect(found(stamp(), STAMPED, authority, randomBytes(8))).toBe('nonce');
  });

  it('by an authority that nobody named is refused: untrusted', () => {
    expect(found(stamp('good', other))).toBe('untrusted');
    expect(found(stamp(), STAMPED, { name: 'other', certificates: [other.root] })).toBe('untrusted');
    expect(found(stamp(), STAMPED, { name: 'none', certificates: [] })).toBe('untrusted');
  });

  it('by a certificate that had run out, or for another purpose, is refused: expired, purpose', () => {
    const { content } = readToken(stamp());
    expect(found(openssl.signedBy('good', content))).toBe('valid');
    expect(found(openssl.signedBy('expired', content))).toBe('expired');
    expect(found(openssl.signedBy('other-purpose', content))).toBe('purpose');
    expect(found(openssl.signedBy('purpose-not-critical', content))).toBe('purpose');
  });

  it('with another content under the same signature is refused: signature', () => {
    const token = stamp();
    const { content } = readToken(token);
    const later = Buffer.from(content);
    const year =
      later.indexOf(Buffer.from('2026')) < 0 ? later.indexOf(Buffer.from('20')) : later.indexOf(Buffer.from('2026'));
    later.write('2036', year);
    const at = token.indexOf(content);
    expect(found(Buffer.concat([token.subarray(0, at), later, token.subarray(at + content.length)]))).toBe('signature');
  });

  it('with any one bit of it changed is refused by some name, and never throws anything else', () => {
    const token = stamp();
    const names = new Set<string>();
    for (let i = 0; i < token.length; i++) {
      const changed = Buffer.from(token);
      changed[i]! ^= 1 << (i % 8);
      names.add(found(changed));
    }
    // certificates that are not the signer's may be changed: there are none here but the signer's own
    const known = ['malformed', 'digest', 'nonce', 'signature', 'purpose', 'untrusted', 'expired', 'valid'];
    expect([...names].filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('bytes that are no timestamp', () => {
  const nested = (depth: number) => {
    let inner = Buffer.from([0x05, 0x00]);
    for (let i = 0; i < depth; i++) {
      const length =
        inner.length < 128 ? Buffer.from([inner.length]) : Buffer.from([0x82, inner.length >> 8, inner.length & 255]);
      inner = Buffer.concat([Buffer.from([0x30]), length, inner]);
    }
    return inner;
  };
  it.each<[string, () => Uint8Array]>([
    ['none', () => new Uint8Array()],
    ['text', () => Buffer.from('-----BEGIN PKCS7-----')],
    ['too many', () => Buffer.alloc(70_000, 0x30)],
    ['nested thousands deep', () => nested(9_000)],
    ['a sequence of indefinite lengths', () => Buffer.alloc(60_000, Buffer.from([0x30, 0x80]))],
    ['a length of gigabytes', () => Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x00])],
    [
      'many small values',
      () => Buffer.concat([Buffer.from([0x30, 0x82, 0xea, 0x60]), Buffer.alloc(60_000, Buffer.from([5, 0]))]),
    ],
    ['cut short', () => stamp().subarray(0, 300)],
    ['followed by more', () => Buffer.concat([stamp(), Buffer.from([0])])],
  ])('%s: malformed', (_name, bytes) => {
    expect(found(bytes())).toBe('malformed');
  });
});
