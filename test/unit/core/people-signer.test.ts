// Who signs as whom: a step signs with the installation's keys and as no person; whose key a public key is, is asked
// where it lies.
import { expect, it } from '@jest/globals';
import { personKey } from '#core/certificate.ts';
import { withoutPeople } from '#core/people-signer.ts';
import type { FormerKey, Signer } from '#core/ports.ts';

const bytes = (text: string) => Buffer.from(text);
const ended = (text: string): FormerKey => ({
  publicKey: bytes(text),
  until: '2026-03-02T10:00:00.000Z',
  compromised: false,
});
const signer: Signer = {
  sign: async (keyName, message) => bytes(`${keyName} signs ${Buffer.from(message).toString()}`),
  publicKey: async (keyName) => bytes(`public ${keyName}`),
};
const people = () => ({
  publicKey: async (principal: string) => bytes(`public part of ${principal}`),
  former: async (principal: string) => [ended(`former part of ${principal}`)],
});
const asked = withoutPeople(signer, people);
const aino = personKey('approver.aino');

it('signs with the keys of the installation, and as nobody', async () => {
  expect(await asked.sign('service', bytes('this'))).toEqual(bytes('service signs this'));
  await expect(asked.sign(aino, bytes('this'))).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
});

it('knows the public key of a person from their keys, and every other from the signer', async () => {
  expect(await asked.publicKey('service')).toEqual(bytes('public service'));
  expect(await asked.publicKey(aino)).toEqual(bytes('public part of approver.aino'));
});

it('knows former keys of both; of a signer that keeps none there are none', async () => {
  expect(await asked.former?.(aino)).toEqual([ended('former part of approver.aino')]);
  expect(await asked.former?.('service')).toEqual([]);
  const keeping = { ...signer, former: async (keyName: string) => [ended(`former ${keyName}`)] };
  expect(await withoutPeople(keeping, people).former?.('service')).toEqual([ended('former service')]);
});
