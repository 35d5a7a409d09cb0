// Envelopes: the protocol's own example, and envelopes that are not what they say.
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  Envelope,
  keyIdOf,
  open,
  PAYLOAD_TYPE,
  preAuthenticationEncoding,
  seal,
  STATEMENT_TYPE,
  type Statement,
} from '#core/dsse.ts';
import { memorySigner } from '#test/support/memory-secrets.ts';

const STATEMENT: Statement = {
  _type: STATEMENT_TYPE,
  subject: [{ name: 'house', digest: { sha256: 'a'.repeat(64) } }],
  predicateType: 'https://quittance.dev/erasure-certificate/v1',
  predicate: { version: 1 },
};

const signer = memorySigner();
let keys: Map<string, Uint8Array>;
let envelope: Envelope;
beforeAll(async () => {
  const publicKeys = await Promise.all(['service', 'person.aino'].map((name) => signer.publicKey(name)));
  keys = new Map(publicKeys.map((key) => [keyIdOf(key), key]));
  envelope = await seal(STATEMENT, signer, ['service', 'person.aino']);
});

describe('pre-authentication encoding', () => {
  it('is that of the protocol, to the byte', () => {
    // https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md, test vectors
    const encoded = preAuthenticationEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(encoded.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes, not characters', () => {
    expect(preAuthenticationEncoding('café', Buffer.from('ñ')).toString()).toBe('DSSEv1 5 café 2 ñ');
  });

  it('of two different pairs is never the same', () => {
    const pair = fc.tuple(fc.string(), fc.uint8Array());
    fc.assert(
      fc.property(pair, pair, ([type, body], [otherType, otherBody]) => {
        const same = type === otherType && Buffer.from(body).equals(otherBody);
        const encoded = preAuthenticationEncoding(type, body);
        expect(encoded.equals(preAuthenticationEncoding(otherType, otherBody))).toBe(same);
      }),
    );
  });
});

describe('an envelope', () => {
  it('opens with both keys and says who signed', () => {
    expect(open(envelope, keys)).toEqual({ statement: STATEMENT, signers: [...keys.keys()] });
  });

  it('is signed over the encoding, as another implementation of Ed25519 would', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const body = Buffer.from(JSON.stringify(STATEMENT));
    const message = Buffer.concat([Buffer.from(`DSSEv1 28 ${PAYLOAD_TYPE} ${body.length} `), body]);
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const pem = createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
    const made = { keyid: keyIdOf(raw), sig: sign(null, message, pem).toString('base64') };
    const foreign = { payload: body.toString('base64'), payloadType: PAYLOAD_TYPE, signatures: [made] } as const;
    expect(open(foreign, new Map([[made.keyid, raw]]))?.signers).toEqual([made.keyid]);
  });

  const changed = (change: (copy: Envelope) => void): Envelope => {
    const copy = structuredClone(envelope);
    change(copy);
    return copy;
  };

  it('with one bad signature of two does not open', () => {
    for (const i of [0, 1]) {
      const bad = changed(({ signatures }) => {
        const bytes = Buffer.from(signatures[i]!.sig, 'base64');
        bytes[5]! ^= 1;
        signatures[i]!.sig = bytes.toString('base64');
      });
      expect(open(bad, keys)).toBeUndefined();
    }
  });

  it('with a signature of an unknown key does not open', () => {
    const [service] = [...keys];
    expect(open(envelope, new Map([service!]))).toBeUndefined();
  });

  it("under another's key id does not open: the id is a hint, the key decides", () => {
    const swapped = changed(({ signatures: [a, b] }) => ([a!.keyid, b!.keyid] = [b!.keyid, a!.keyid]));
    expect(open(swapped, keys)).toBeUndefined();
  });

  it('signed twice by one key counts one signer', async () => {
    const twice = await seal(STATEMENT, signer, ['service', 'service']);
    expect(open(twice, keys)?.signers).toHaveLength(1);
  });

  it('without a signature has not the form of one', () => {
    expect(Envelope.safeParse({ ...envelope, signatures: [] }).success).toBe(false);
  });

  it('of another payload or type does not open', () => {
    const payload = Buffer.from(JSON.stringify({ ...STATEMENT, predicate: { version: 2 } })).toString('base64');
    expect(
      open(
        changed((copy) => (copy.payload = payload)),
        keys,
      ),
    ).toBeUndefined();
    expect(
      open(
        changed((copy) => Object.assign(copy, { payloadType: 'text/plain' })),
        keys,
      ),
    ).toBeUndefined();
    expect(Envelope.safeParse({ ...envelope, payloadType: 'text/plain' }).success).toBe(false);
  });

  it('in a second spelling of its base64 does not open', () => {
    const unpadded = changed((copy) => (copy.payload = copy.payload.replace(/=*$/, '====')));
    expect(open(unpadded, keys)).toBeUndefined();
    const spelt = changed(({ signatures }) => (signatures[0]!.sig = signatures[0]!.sig.replace(/=+$/, '')));
    expect(open(spelt, keys)).toBeUndefined();
  });

  it('of something else than a statement does not open, however well signed', async () => {
    for (const value of [{ ...STATEMENT, predicateType: 'https://else.where/' }, { ...STATEMENT, subject: [] }, []]) {
      const sealed = await seal(value as unknown as Statement, signer, ['service']);
      expect(open(sealed, keys)).toBeUndefined();
    }
  });
});
