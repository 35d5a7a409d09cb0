// Envelopes against the published vectors of the protocol, and as attacks: what is signed is the type and the bytes,
// and two signatures are two keys.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { digestOf } from '#core/canonical.ts';
import {
  Envelope,
  keyIdOf,
  verifyEnvelope,
  PAYLOAD_TYPE,
  preAuthenticationEncoding,
  signEnvelope,
  STATEMENT_TYPE,
  subjectOf,
  type Statement,
} from '#core/dsse.ts';
import { verifyEd25519 } from '#core/ledger/note.ts';
import { memorySigner } from '#adapters/memory/secrets.ts';

const golden = z
  .object({
    vectors: z.array(
      z.object({
        id: z.string(),
        payloadType: z.string(),
        payload: z.string(),
        pae: z.string().nullable(),
        publicKey: z.string().nullable(),
        sig: z.string().nullable(),
        verifies: z.boolean().nullable(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../../golden/dsse/vectors.json', import.meta.url), 'utf8')));

describe('the protocol', () => {
  it.each(golden.vectors)('$id', ({ payloadType, payload, pae, publicKey, sig, verifies }) => {
    const message = preAuthenticationEncoding(payloadType, Buffer.from(payload, 'base64'));
    if (pae !== null) expect(message.toString('hex')).toBe(pae);
    if (publicKey !== null && sig !== null)
      expect(verifyEd25519(Buffer.from(publicKey, 'hex'), message, Buffer.from(sig, 'base64'))).toBe(verifies);
  });
});

describe('the pre-authentication encoding', () => {
  it('of two different pairs is never the same', () => {
    const pair = fc.tuple(fc.string({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }));
    fc.assert(
      fc.property(pair, pair, ([type, body], [otherType, otherBody]) => {
        const same = type === otherType && Buffer.from(body).equals(otherBody);
        const encoded = preAuthenticationEncoding(type, body);
        expect(encoded.equals(preAuthenticationEncoding(otherType, otherBody))).toBe(same);
      }),
    );
  });
});

const signer = memorySigner();
const statement: Statement = {
  _type: STATEMENT_TYPE,
  subject: [subjectOf('house', digestOf('model'))],
  predicateType: 'https://quittance.dev/attestation/received/v1',
  predicate: { ticketId: 'T-00000001', quote: 'Grüße, "DSSEv1 1 a 1 b"' },
};
const keysOf = async (...names: string[]): Promise<Map<string, Uint8Array>> => {
  const keys = await Promise.all(names.map((name) => signer.publicKey(name)));
  return new Map(keys.map((key) => [keyIdOf(key), key]));
};
const idOf = async (name: string) => keyIdOf(await signer.publicKey(name));
const b64 = (text: string) => Buffer.from(text).toString('base64');

describe('an envelope', () => {
  it('opens with the keys that sealed it, and says which they are', async () => {
    const envelope = Envelope.parse(await signEnvelope(statement, signer, ['service', 'person.a']));
    expect(verifyEnvelope(envelope, await keysOf('person.a', 'service', 'log'))).toEqual({
      statement,
      signers: [await idOf('service'), await idOf('person.a')],
    });
  });

  it('signs canonical bytes: any order of keys gives the same envelope', async () => {
    const turned = Object.fromEntries(Object.entries(statement).reverse()) as Statement;
    expect(await signEnvelope(turned, signer, ['service'])).toEqual(await signEnvelope(statement, signer, ['service']));
  });

  it('with a signature by an unknown key opens by the known one, and by the unknown one alone does not', async () => {
    const envelope = await signEnvelope(statement, signer, ['service', 'stranger']);
    expect(verifyEnvelope(envelope, await keysOf('service'))?.signers).toEqual([await idOf('service')]);
    expect(
      verifyEnvelope(await signEnvelope(statement, signer, ['stranger']), await keysOf('service')),
    ).toBeUndefined();
  });

  it('with a signature by a known key that does not verify does not open, however good the others are', async () => {
    const envelope = await signEnvelope(statement, signer, ['service', 'stranger']);
    envelope.signatures[1]!.sig = envelope.signatures[0]!.sig;
    expect(verifyEnvelope(envelope, await keysOf('service', 'stranger'))).toBeUndefined();
  });

  it('signed twice by one key names one signer', async () => {
    const envelope = await signEnvelope(statement, signer, ['service', 'service']);
    expect(verifyEnvelope(envelope, await keysOf('service'))?.signers).toEqual([await idOf('service')]);
  });

  it("does not take a key id's word for whose signature it is", async () => {
    const envelope = await signEnvelope(statement, signer, ['stranger']);
    envelope.signatures[0]!.keyid = await idOf('service');
    expect(verifyEnvelope(envelope, await keysOf('service', 'stranger'))).toBeUndefined();
  });

  it('opens for nobody after any bit of its payload was turned', async () => {
    const envelope = await signEnvelope(statement, signer, ['service']);
    const keys = await keysOf('service');
    const body = Buffer.from(envelope.payload, 'base64');
    for (let i = 0; i < body.length; i++) {
      const turned = Buffer.from(body);
      turned[i]! ^= 1 << (i % 8);
      expect([i, verifyEnvelope({ ...envelope, payload: turned.toString('base64') }, keys)]).toEqual([i, undefined]);
    }
  });

  it('spelt in another base64 than the one form does not open', async () => {
    const envelope = await signEnvelope(statement, signer, ['service']);
    const keys = await keysOf('service');
    const [only] = envelope.signatures;
    for (const payload of [`${envelope.payload}=`, ` ${envelope.payload}`, envelope.payload.replace(/=+$/, '')])
      if (payload !== envelope.payload) expect(verifyEnvelope({ ...envelope, payload }, keys)).toBeUndefined();
    expect(
      verifyEnvelope({ ...envelope, signatures: [{ ...only!, sig: only!.sig.slice(0, -2) }] }, keys),
    ).toBeUndefined();
  });

  it('of a truly signed payload that is no statement does not open', async () => {
    const keys = await keysOf('service');
    for (const payload of ['', 'null', '[]', '{"_type":"https://in-toto.io/Statement/v0.1"}', '{', '\ud800']) {
      const message = preAuthenticationEncoding(PAYLOAD_TYPE, Buffer.from(payload));
      const sig = Buffer.from(await signer.sign('service', message)).toString('base64');
      const signatures = [{ keyid: await idOf('service'), sig }];
      expect(verifyEnvelope({ payload: b64(payload), payloadType: PAYLOAD_TYPE, signatures }, keys)).toBeUndefined();
    }
  });

  it.each([
    ['another type', { payloadType: 'application/json' }],
    ['no signature', { signatures: [] }],
    ['a field of its own', { extra: 1 }],
    ['a payload in the URL alphabet', { payload: '-_-_Pj8=' }],
  ])('with %s is malformed', async (_, change) => {
    expect(Envelope.safeParse({ ...(await signEnvelope(statement, signer, ['service'])), ...change }).success).toBe(
      false,
    );
  });
});
