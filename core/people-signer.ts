// A signer that knows people's public keys and signs as none of them: what every step has. A person's own key is behind
// the port `people`.
import { personOf } from './certificate.ts';
import { QuittanceError } from './errors.ts';
import type { PeopleKeys, Signer } from './ports.ts';

/** `people` is asked for when it is needed: most roles may not even read it. */
export const withoutPeople = (signer: Signer, people: () => Pick<PeopleKeys, 'publicKey' | 'former'>): Signer => ({
  sign: async (keyName, message) => {
    const person = personOf(keyName);
    if (person === undefined) return signer.sign(keyName, message);
    throw new QuittanceError('KEY_UNAVAILABLE', {
      message: `the key of ${person} signs while ${person} decides, and at no other time`,
    });
  },
  publicKey: async (keyName) => {
    const person = personOf(keyName);
    return person === undefined ? signer.publicKey(keyName) : people().publicKey(person);
  },
  former: async (keyName) => {
    const person = personOf(keyName);
    return person === undefined ? ((await signer.former?.(keyName)) ?? []) : people().former(person);
  },
});
